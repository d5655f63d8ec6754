"""What providers and models allow: calls at once, requests a minute, tokens a minute; and whose turn it is.

Pure: the time is an argument and never runs backwards. `Window` counts, `Quota` is what one provider or model
allows, `Scheduler` says which waiting calls may go and when to look again. Knows neither asyncio nor what a call is.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from math import inf

from service.chat import RateLimits

WINDOW_SECONDS = 60.0
MARGIN_SECONDS = 1.5
"""How much longer than a provider's own minute ours is: so much may calls differ in the time that they are on the
way, and still no minute at the provider holds more than it allows."""
LONGEST_WINDOW_SECONDS = WINDOW_SECONDS + MARGIN_SECONDS
RESOLUTION_SECONDS = 0.05
"""Calls that begin within so short a time are counted together, as of the last of them: a window stays small."""


class Moment:
    """What began at about one time in a window; `counted` until it is older than the window."""

    __slots__ = ("amount", "at", "counted", "first")

    def __init__(self, at: float) -> None:
        self.first = self.at = at
        self.amount = 0
        self.counted = True


class Window:
    """At most `limit` in any `seconds` (None: counted, not limited). What is reserved counts until it has begun."""

    def __init__(self, limit: int | None, seconds: float = LONGEST_WINDOW_SECONDS) -> None:
        self.limit = limit
        self.seconds = seconds
        self._reserved = 0
        self._begun = 0
        self._moments: deque[Moment] = deque()

    def delay(self, now: float, amount: int) -> float:
        """Seconds until `amount` fits: 0.0 now, infinity where only what is reserved stands in its way."""
        if self.limit is None:
            return 0.0
        self._forget(now)
        over = self._reserved + self._begun + amount - self.limit
        if over <= 0:
            return 0.0
        for moment in self._moments:
            over -= moment.amount
            if over <= 0:
                return moment.at + self.seconds - now
        return inf

    def reserve(self, amount: int) -> None:
        """Take `amount`; the caller has asked `delay` first."""
        self._reserved += amount

    def release(self, amount: int) -> None:
        """Give back what was reserved and has not begun."""
        self._reserved -= amount

    def begin(self, now: float, amount: int) -> Moment:
        """What was reserved happens now."""
        self._forget(now)
        self._reserved -= amount
        if not self._moments or now - self._moments[-1].first >= RESOLUTION_SECONDS:
            self._moments.append(Moment(now))
        moment = self._moments[-1]
        moment.at = now
        self._add(moment, amount)
        return moment

    def correct(self, moment: Moment, difference: int) -> None:
        """What began then was more by `difference` than was said."""
        if moment.counted:
            self._add(moment, difference)

    def used(self, now: float) -> int:
        """What began within the window."""
        self._forget(now)
        return self._begun

    def _add(self, moment: Moment, amount: int) -> None:
        moment.amount += amount
        self._begun += amount

    def _forget(self, now: float) -> None:
        while self._moments and self._moments[0].at + self.seconds <= now:
            old = self._moments.popleft()
            old.counted = False
            self._begun -= old.amount


@dataclass(frozen=True, slots=True)
class LimitUse:
    """What is in use: calls in flight, and requests and tokens of the last minute."""

    in_flight: int
    requests: int
    tokens: int


class Quota:
    """What one provider or one model allows. Until `held_until` it takes nothing at all."""

    def __init__(self, limits: RateLimits) -> None:
        self.limits = limits
        self.in_flight = 0
        self.held_until = -inf
        self.requests = Window(limits.requests_per_minute)
        self.tokens = Window(limits.tokens_per_minute)

    def delay(self, now: float, tokens: int) -> float:
        """Seconds until a call of so many tokens fits: 0.0 now, infinity where a call must begin or end first."""
        if self.limits.concurrent is not None and self.in_flight >= self.limits.concurrent:
            return inf
        return max(0.0, self.held_until - now, self.requests.delay(now, 1), self.tokens.delay(now, tokens))

    def recall(self, at: float, calls: int, tokens: int) -> None:
        """So many calls were made at a time before now, by a former process; told in the order of their times."""
        for window, amount in ((self.requests, calls), (self.tokens, tokens)):
            window.reserve(amount)
            window.begin(at, amount)

    def use(self, now: float) -> LimitUse:
        """What is in use now."""
        return LimitUse(self.in_flight, self.requests.used(now), self.tokens.used(now))


class Claim:
    """One call's claim on a model and its provider: it waits, is granted, begins, is settled and ends."""

    __slots__ = ("_moments", "begun", "granted", "quotas", "task_id", "tokens")

    def __init__(self, task_id: str, tokens: int, provider: Quota, model: Quota) -> None:
        self.task_id = task_id
        self.tokens = tokens
        self.quotas = (provider, model)
        self.granted = self.begun = False
        self._moments: list[Moment] = []

    @property
    def model(self) -> Quota:
        """What the model allows."""
        return self.quotas[1]

    def grant(self) -> None:
        """Reserve in all windows together."""
        self.granted = True
        for quota in self.quotas:
            quota.in_flight += 1
            quota.requests.reserve(1)
            quota.tokens.reserve(self.tokens)

    def begin(self, now: float) -> None:
        """The call is made now; said once."""
        assert self.granted
        assert not self.begun
        self.begun = True
        for quota in self.quotas:
            quota.requests.begin(now, 1)
            self._moments.append(quota.tokens.begin(now, self.tokens))

    def settle(self, tokens: int) -> None:
        """The call used so many tokens."""
        for quota, moment in zip(self.quotas, self._moments, strict=self.begun):
            quota.tokens.correct(moment, tokens - self.tokens)
        if self.begun:
            self.tokens = tokens

    def end(self) -> None:
        """The call is over. One that never began leaves nothing behind."""
        assert self.granted
        for quota in self.quotas:
            quota.in_flight -= 1
            if not self.begun:
                quota.requests.release(1)
                quota.tokens.release(self.tokens)


class Turns:
    """Those who wait for one model: round robin between tasks, first come first served within a task.

    Turns are numbered by a counter that all models of a provider share.
    """

    def __init__(self, numbers: Iterator[int]) -> None:
        self._numbers = numbers
        self._lanes: OrderedDict[str, OrderedDict[Claim, None]] = OrderedDict()
        self._turn: dict[str, int] = {}

    def __bool__(self) -> bool:
        return bool(self._lanes)

    def join(self, claim: Claim) -> None:
        """Wait behind one's own task; a task that was not there waits behind all others."""
        if claim.task_id not in self._lanes:
            self._lanes[claim.task_id] = OrderedDict()
            self._turn[claim.task_id] = next(self._numbers)
        self._lanes[claim.task_id][claim] = None

    def leave(self, claim: Claim) -> None:
        """Wait no more."""
        lane = self._lanes[claim.task_id]
        del lane[claim]
        if not lane:
            del self._lanes[claim.task_id], self._turn[claim.task_id]

    def head(self) -> tuple[int, Claim]:
        """Whose turn it is, and the turn's number."""
        task_id = next(iter(self._lanes))
        return self._turn[task_id], next(iter(self._lanes[task_id]))

    def advance(self) -> None:
        """The head has gone: it is the next task's turn."""
        claim = self.head()[1]
        self.leave(claim)
        if claim.task_id in self._lanes:
            self._lanes.move_to_end(claim.task_id)
            self._turn[claim.task_id] = next(self._numbers)


class Scheduler:
    """Who waits for a provider. Nobody overtakes the one whose turn it is, however little he asks for, except
    calls to other models while that one waits for its own model."""

    def __init__(self) -> None:
        self._numbers = count()
        self._turns: dict[Quota, Turns] = {}

    def join(self, claim: Claim) -> None:
        """Wait for one's turn."""
        if claim.model not in self._turns:
            self._turns[claim.model] = Turns(self._numbers)
        self._turns[claim.model].join(claim)

    def leave(self, claim: Claim) -> None:
        """Wait no more."""
        self._turns[claim.model].leave(claim)

    def admit(self, now: float) -> tuple[list[Claim], float]:
        """Grant all that may go now; and the seconds after which to look again, if nothing begins or ends before."""
        granted: list[Claim] = []
        while True:
            turns, delay = self._next(now)
            if turns is None:
                return granted, delay
            claim = turns.head()[1]
            turns.advance()
            claim.grant()
            granted.append(claim)

    def _next(self, now: float) -> tuple[Turns | None, float]:
        soonest = inf
        waiting = [turns for turns in self._turns.values() if turns]
        for turns in sorted(waiting, key=lambda turns: turns.head()[0]) if len(waiting) > 1 else waiting:
            claim = turns.head()[1]
            provider, model = claim.quotas
            delay = model.delay(now, claim.tokens)
            if delay == 0:
                delay = provider.delay(now, claim.tokens)
                return (turns, 0.0) if delay == 0 else (None, min(soonest, delay))
            soonest = min(soonest, delay)
        return None, soonest
