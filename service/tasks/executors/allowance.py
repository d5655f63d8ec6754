"""What a task may still do: how many calls at once, how much it may use, and until when."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass
from typing import Any

from service.chat import Usage
from service.clock import now_ms
from service.errors import AntiphonError, BudgetExceeded, DeadlineExceeded, FailedFast
from service.records import OnFailure
from service.strategies.interface import TaskSettings

CALLS_WITHOUT_A_LINE = 16
"""Up to so many calls at once an attempt is written in the slot of its call. Beyond, a few are written ahead, so that
a call that ends is followed by the next at once and not by a write."""


EARLIEST_SECONDS = 0.001
"""So much before its time a timer may fire: uvloop's count whole milliseconds, rounded."""

Hold = Callable[[], AbstractAsyncContextManager[Any]]


@dataclass(slots=True)
class Spending:
    """What a task has used in this run of it, which began at `since` (ms since 1970)."""

    since: int
    tokens: int = 0
    cost_usd: float = 0.0


class Allowance:
    """The `jobs.Place` of one task; `hold` is its place among all tasks of the process, for the time of a call."""

    def __init__(self, holder: str, settings: TaskSettings, spending: Spending, hold: Hold) -> None:
        self._holder = holder
        self._settings = settings
        self._spending = spending
        self._hold = hold
        self._fails_fast = settings.on_failure is OnFailure.FAIL_FAST
        self._failed = False
        self._slots = asyncio.Semaphore(settings.max_parallel + self._ahead())
        self._line = asyncio.Semaphore(settings.max_parallel)
        self._refusing = asyncio.Event()
        self.ends = self._end_time()
        self.halted: AntiphonError | None = None

    @property
    def holder(self) -> str:
        """See `jobs.Place`."""
        return self._holder

    @property
    def line(self) -> asyncio.Semaphore:
        """See `jobs.Place`."""
        return self._line

    def slot(self) -> AbstractAsyncContextManager[Any]:
        """See `jobs.Place`."""
        return self._slots

    def hold(self) -> AbstractAsyncContextManager[Any]:
        """See `jobs.Place`."""
        return self._hold()

    def failed(self) -> None:
        """See `jobs.Place`."""
        self._failed = True

    def spent(self, usage: Usage, usd: float | None) -> None:
        """See `jobs.Place`."""
        self._spending.tokens += (usage.input_tokens or 0) + (usage.output_tokens or 0)
        self._spending.cost_usd += usd or 0.0

    def why_cut(self) -> AntiphonError | None:
        """See `jobs.Place`; `halted` is set where it is the deadline."""
        if self.ends is None or asyncio.get_running_loop().time() < self.ends - EARLIEST_SECONDS:
            return None
        self.halted = DeadlineExceeded(f"The task was not done in its {self._settings.deadline_seconds:g} seconds.")
        return self.halted

    def refuses(self) -> bool:
        """See `jobs.Place`. `halted` is not set yet: the task may have no call left to refuse."""
        if (self._fails_fast and self._failed) or self._over_budget() is not None:
            self._refusing.set()
        return self._refusing.is_set()

    async def pause(self, seconds: float) -> None:
        """See `jobs.Place`."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._refusing.wait(), seconds)

    def refusal(self) -> AntiphonError | None:
        """See `jobs.Place`."""
        if self._fails_fast and self._failed:
            return FailedFast("Another subtask failed and the task fails fast.")
        self.halted = self.halted or self._over_budget()
        return self.halted

    def _over_budget(self) -> AntiphonError | None:
        budget, spending = self._settings.budget, self._spending
        if budget.tokens is not None and spending.tokens >= budget.tokens:
            return BudgetExceeded(f"The task has used {spending.tokens} of its {budget.tokens} tokens.")
        if budget.cost_usd is not None and spending.cost_usd >= budget.cost_usd:
            return BudgetExceeded(f"The task has used {spending.cost_usd:.6f} of its {budget.cost_usd:g} USD.")
        return None

    def _ahead(self) -> int:
        # Who may have to stop between two calls writes nothing ahead.
        if self._fails_fast or self._settings.budget.tokens or self._settings.budget.cost_usd:
            return 0
        return max(0, (self._settings.max_parallel - CALLS_WITHOUT_A_LINE) // 4)

    def _end_time(self) -> float | None:
        if self._settings.deadline_seconds is None:
            return None
        used = (now_ms() - self._spending.since) / 1000
        return asyncio.get_running_loop().time() + self._settings.deadline_seconds - used
