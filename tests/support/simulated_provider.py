"""A provider and its callers on a simulated clock: drives the limits' core as the gates do, and keeps the books."""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from math import inf

from service.chat import RateLimits
from service.models.limits import Claim, Quota, Scheduler


@dataclass(frozen=True)
class SimulatedCall:
    """A call that joins at `joins` (s). From its grant to its beginning take `writing` seconds, to the provider `way`,
    and it ends after `lasts`, having used `used` of `tokens`. It gives up waiting, or the writing, after `patience`.
    """

    joins: float
    task_id: str = "a"
    model: int = 0
    tokens: int = 1
    used: int = 1
    writing: float = 0.0
    way: float = 0.0
    lasts: float = 0.0
    patience: float = inf


@dataclass
class Books:
    """What happened: `grants` and `joins` in order, and what arrived at the provider (time, call)."""

    grants: list[SimulatedCall] = field(default_factory=list[SimulatedCall])
    arrivals: list[tuple[float, SimulatedCall]] = field(default_factory=list[tuple[float, SimulatedCall]])
    waited: dict[int, float] = field(default_factory=dict[int, float])
    overtaken: int = 0
    most: int = 0

    def most_in_a_minute(self, weigh: Callable[[SimulatedCall], int]) -> int:
        """The most that any 60 seconds hold, wherever they begin; a minute does not hold both its ends."""
        log = sorted((at, weigh(call)) for at, call in self.arrivals)
        most = within = oldest = 0
        for at, weight in log:
            within += weight
            while log[oldest][0] <= at - 60.0:
                within -= log[oldest][1]
                oldest += 1
            most = max(most, within)
        return most


@dataclass
class Lane:
    """How many calls of a task wait for a model, and how often others went since it is the first one's turn to wait."""

    waiting: int = 0
    others: Counter[str] = field(default_factory=Counter[str])


class Simulation:
    """One provider with some models; `run` plays all calls to their end."""

    def __init__(self, provider: RateLimits, *models: RateLimits) -> None:
        self.provider = Quota(provider)
        self.models = [Quota(model) for model in models or (RateLimits(),)]
        self.now = 0.0
        self.books = Books()
        self._scheduler = Scheduler()
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = count()
        self._waiting: dict[Claim, SimulatedCall] = {}
        self._lanes: defaultdict[int, dict[str, Lane]] = defaultdict(dict)
        self._wakes = -inf

    def run(self, calls: list[SimulatedCall], until: float = inf) -> Books:
        """Play all calls; nobody may be left waiting when nothing happens any more."""
        for call in calls:
            self._at(call.joins, lambda call=call: self._join(call))
        while self._events and self._events[0][0] <= until:
            self.now, _, happens = heapq.heappop(self._events)
            happens()
            self._look()
        assert until < inf or not self._waiting
        return self.books

    def _at(self, when: float, happens: Callable[[], None]) -> None:
        heapq.heappush(self._events, (when, next(self._numbers), happens))

    def _look(self) -> None:
        granted, delay = self._scheduler.admit(self.now)
        for claim in granted:
            self._granted(claim)
        if delay < inf:
            assert delay > 0
            if self._wakes <= self.now or self.now + delay < self._wakes:
                self._wakes = self.now + delay
                self._at(self._wakes, lambda: None)

    def _join(self, call: SimulatedCall) -> None:
        claim = Claim(call.task_id, call.tokens, self.provider, self.models[call.model])
        self._scheduler.join(claim)
        self._waiting[claim] = call
        self._lanes[call.model].setdefault(call.task_id, Lane()).waiting += 1
        if call.patience < inf:
            self._at(self.now + call.patience, lambda: self._give_up(claim))

    def _give_up(self, claim: Claim) -> None:
        if (call := self._waiting.pop(claim, None)) is not None:
            self._scheduler.leave(claim)
            self._leave_lane(call)

    def _granted(self, claim: Claim) -> None:
        call = self._waiting.pop(claim)
        self.books.grants.append(call)
        self.books.waited[id(call)] = self.now - call.joins
        self._leave_lane(call)
        for task_id, lane in self._lanes[call.model].items():
            if task_id == call.task_id:
                lane.others.clear()
            else:
                lane.others[call.task_id] += 1
                self.books.overtaken = max(self.books.overtaken, lane.others[call.task_id])
        self.books.most = max(self.books.most, self.provider.in_flight)
        writing = self.now + call.writing
        if writing > call.joins + call.patience:
            self._at(call.joins + call.patience, claim.end)
        else:
            self._at(writing, lambda: self._begin(claim, call))

    def _leave_lane(self, call: SimulatedCall) -> None:
        lane = self._lanes[call.model][call.task_id]
        lane.waiting -= 1
        if not lane.waiting:
            del self._lanes[call.model][call.task_id]

    def _begin(self, claim: Claim, call: SimulatedCall) -> None:
        claim.begin(self.now)
        self.books.arrivals.append((self.now + call.way, call))
        self._at(self.now + call.lasts, lambda: self._end(claim, call))

    def _end(self, claim: Claim, call: SimulatedCall) -> None:
        claim.settle(call.used)
        claim.end()
