"""The ways to models: where calls wait for the limits of their model and its provider.

Owns who waits and the timer that wakes them; what is allowed and whose turn it is, `limits` says.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from math import inf

from service.chat import RateLimits
from service.errors import ProviderRejected
from service.models.limits import Claim, LimitUse, Quota, Scheduler

LONGEST_HOLD_SECONDS = 60.0
"""A provider that asks for more is asked again after so long."""
SHORTEST_SLEEP_SECONDS = 0.001
NO_LIMITS = RateLimits()


class Dismissed(Exception):
    """The call is not wanted any more; it was still waiting."""


class Limiter:
    """One provider's limits, and those who wait for them."""

    def __init__(self, limits: RateLimits, clock: Callable[[], float] = time.monotonic) -> None:
        self.quota = Quota(limits)
        self.clock = clock
        self._scheduler = Scheduler()
        self._waiting: dict[Claim, asyncio.Future[None]] = {}
        self._timer: asyncio.TimerHandle | None = None

    def gate(self, limits: RateLimits = NO_LIMITS) -> Gate:
        """The way to one of the provider's models, which has limits of its own."""
        return Gate(self, Quota(limits))

    async def wait(self, claim: Claim) -> None:
        """Wait until the claim is granted."""
        self._scheduler.join(claim)
        self.look()
        if not claim.granted:
            self._waiting[claim] = asyncio.get_running_loop().create_future()
            await self._waiting[claim]

    def dismiss(self, task_id: str) -> None:
        """Let the calls of a task that still wait end as `Dismissed`."""
        for claim, waiting in self._waiting.items():
            if claim.task_id == task_id and not waiting.done():
                waiting.set_exception(Dismissed())

    def end(self, claim: Claim) -> None:
        """The claim's call is over, or is not wanted any more."""
        self._waiting.pop(claim, None)
        if claim.granted:
            claim.end()
        else:
            self._scheduler.leave(claim)
        self.look()

    def look(self) -> None:
        """Let through who may go now, and look again when the next one may."""
        granted, delay = self._scheduler.admit(self.clock())
        for claim in granted:
            waiting = self._waiting.pop(claim, None)
            if waiting is not None and not waiting.done():
                waiting.set_result(None)
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if delay < inf:
            self._timer = asyncio.get_running_loop().call_later(max(delay, SHORTEST_SLEEP_SECONDS), self.look)


class Passage:
    """A granted call: says when it is made and what it used."""

    def __init__(self, limiter: Limiter, claim: Claim) -> None:
        self._limiter = limiter
        self._claim = claim

    def begin(self) -> None:
        """The request is sent now; said once, right before. What never begins does not count."""
        self._claim.begin(self._limiter.clock())
        self._limiter.look()

    def settle(self, tokens: int) -> None:
        """The call used so many tokens. A call that began and is not settled counts as it was estimated."""
        self._claim.settle(tokens)
        self._limiter.look()

    def refused(self, retry_after: float | None) -> None:
        """The provider refused the call for so many seconds (None: it did not say): no call to the model before."""
        if retry_after is not None:
            until = self._limiter.clock() + min(retry_after, LONGEST_HOLD_SECONDS)
            self._claim.model.held_until = max(self._claim.model.held_until, until)


class Gate:
    """The way to one model; waits until its limits and its provider's allow a call."""

    def __init__(self, limiter: Limiter, model: Quota) -> None:
        self._limiter = limiter
        self._model = model

    @property
    def counts_tokens(self) -> bool:
        """Whether a call must say how many tokens it will use."""
        return self._most_tokens() is not None

    @property
    def held_for(self) -> float:
        """Seconds for which the provider has asked that the model be let alone; 0.0 where it has not."""
        return max(0.0, self._model.held_until - self._limiter.clock())

    def recall(self, ago: float, calls: int, tokens: int) -> None:
        """So many calls were made so many seconds ago, by a former process; told in the order of their times."""
        at = self._limiter.clock() - max(0.0, ago)
        for quota in (self._limiter.quota, self._model):
            quota.recall(at, calls, tokens)

    def use(self) -> tuple[LimitUse, LimitUse]:
        """What is in use now: of the model, and of its provider."""
        now = self._limiter.clock()
        return self._model.use(now), self._limiter.quota.use(now)

    @asynccontextmanager
    async def call(self, task_id: str, tokens: int = 0) -> AsyncGenerator[Passage]:
        """Hold a place for one call of at most about `tokens` tokens, round robin between tasks.

        Raises `ProviderRejected` for a call that could never be made, `Dismissed` for one that is not wanted any more.
        """
        most = self._most_tokens()
        if most is not None and tokens > most:
            raise ProviderRejected(
                f"The call needs about {tokens} tokens, more than the {most} a minute that are allowed."
            )
        claim = Claim(task_id, tokens, self._limiter.quota, self._model)
        try:
            await self._limiter.wait(claim)
            yield Passage(self._limiter, claim)
        finally:
            self._limiter.end(claim)

    def _most_tokens(self) -> int | None:
        allowed = (self._limiter.quota.limits.tokens_per_minute, self._model.limits.tokens_per_minute)
        return min((limit for limit in allowed if limit is not None), default=None)


class Places:
    """So many places for all tasks together, given out round robin between them."""

    def __init__(self, count: int) -> None:
        self._gate = Limiter(RateLimits(concurrent=count)).gate()

    def hold(self, task_id: str) -> AbstractAsyncContextManager[Passage]:
        """A place, for as long as it is held."""
        return self._gate.call(task_id)
