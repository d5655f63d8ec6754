"""What a task may still do: how many calls at once, how much it may use, and until when."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass
from typing import Any

from service.clock import now_ms
from service.errors import AntiphonError, BudgetExceeded, DeadlineExceeded, FailedFast
from service.records import OnFailure
from service.strategies.interface import TaskSettings
from service.tasks.budgets import NOTHING, Account, Grant, Spend, Wish

CALLS_WITHOUT_A_LINE = 16
"""Up to so many calls at once an attempt is written in the slot of its call. Beyond, a few are written ahead, so that
a call that ends is followed by the next at once and not by a write."""


EARLIEST_SECONDS = 0.001
"""So much before its time a timer may fire: uvloop's count whole milliseconds, rounded."""

Hold = Callable[[], AbstractAsyncContextManager[Any]]


@dataclass(frozen=True, slots=True)
class History:
    """What a task has used in all its runs, `unknown` of it perhaps; this run began at `since` (ms since 1970)."""

    since: int
    spent: Spend = NOTHING
    unknown: Spend = NOTHING

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> History:
        """That of a row of `read_task_spending`."""
        unknown = Spend(row.get("unknownTokens", 0), row.get("unknownUsd", 0.0))
        return cls(row["since"], Spend(row.get("tokens", 0), row.get("usd", 0.0)), unknown)


@dataclass(frozen=True, slots=True)
class Holding:
    """How a task is held: in whose name, its place among all tasks of the process for the time of a call (`place`), and
    whether it is not ours any more."""

    holder: str
    place: Hold
    is_lost: Callable[[], bool] = lambda: False


class Allowance:
    """The `jobs.Place` of one task."""

    def __init__(self, holding: Holding, settings: TaskSettings, history: History) -> None:
        self._holding = holding
        self._settings = settings
        self._since = history.since
        self._account = Account(settings.budget, history.spent, history.unknown)
        self._turn = asyncio.Lock()
        self._freed = asyncio.Event()
        self._fails_fast = settings.on_failure is OnFailure.FAIL_FAST
        self._failed = False
        self._slots = asyncio.Semaphore(settings.max_parallel + self._ahead())
        self._line = asyncio.Semaphore(settings.max_parallel)
        self._refusing = asyncio.Event()
        self.ends = self._end_time()
        self._halted: AntiphonError | None = None

    @property
    def halted(self) -> AntiphonError | None:
        """Why the task wants no more, with what it has used by now where it is its budget."""
        return self._account.exceeded() if isinstance(self._halted, BudgetExceeded) else self._halted

    @property
    def holder(self) -> str:
        """See `jobs.Place`."""
        return self._holding.holder

    @property
    def is_lost(self) -> bool:
        """See `jobs.Place`."""
        return self._holding.is_lost()

    @property
    def line(self) -> asyncio.Semaphore:
        """See `jobs.Place`."""
        return self._line

    def slot(self) -> AbstractAsyncContextManager[Any]:
        """See `jobs.Place`."""
        return self._slots

    def hold(self) -> AbstractAsyncContextManager[Any]:
        """See `jobs.Place`."""
        return self._holding.place()

    def failed(self) -> None:
        """See `jobs.Place`."""
        self._failed = True
        self._freed.set()

    async def afford(self, wish: Wish) -> Grant | None:
        """See `jobs.Place`. First come, first served: a large call is not passed by small ones."""
        async with self._turn:
            while self.refusal() is None:
                if (grant := self._account.grant(wish)) is not None:
                    return grant
                self._freed.clear()
                await self._freed.wait()
        return None

    def settle(self, grant: Grant, used: Spend, unknown: Spend) -> None:
        """See `jobs.Place`."""
        self._account.settle(grant, used, unknown)
        self._freed.set()

    def why_cut(self) -> AntiphonError | None:
        """See `jobs.Place`; `halted` is set where it is the deadline."""
        if self.ends is None or asyncio.get_running_loop().time() < self.ends - EARLIEST_SECONDS:
            return None
        self._halted = DeadlineExceeded(f"The task was not done in its {self._settings.deadline_seconds:g} seconds.")
        return self._halted

    def refuses(self) -> bool:
        """See `jobs.Place`. `halted` is not set yet: the task may have no call left to refuse."""
        if (self._fails_fast and self._failed) or self._account.is_spent:
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
        if self._halted is None and self._account.is_spent:
            self._halted = self._account.exceeded()
        return self.halted

    def _ahead(self) -> int:
        # Who may have to stop between two calls writes nothing ahead.
        if self._fails_fast or self._settings.budget.tokens or self._settings.budget.cost_usd:
            return 0
        return max(0, (self._settings.max_parallel - CALLS_WITHOUT_A_LINE) // 4)

    def _end_time(self) -> float | None:
        if self._settings.deadline_seconds is None:
            return None
        used = (now_ms() - self._since) / 1000
        return asyncio.get_running_loop().time() + self._settings.deadline_seconds - used
