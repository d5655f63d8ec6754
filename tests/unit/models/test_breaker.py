"""The circuit breaker: its states as a machine on a simulated clock, and what it promises in each."""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from service.models.breaker import LONGEST_COOL_DOWN_SECONDS, PROBE_SECONDS, Breaker, BreakerState


class Clock:
    """A clock that goes on when it is told."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        """The time in seconds."""
        return self.now


def opened(failures: int = 5, cool_down: float = 30.0) -> tuple[Breaker, Clock]:
    """A breaker that has just opened."""
    clock = Clock()
    breaker = Breaker(failures, cool_down, clock)
    for _ in range(failures):
        assert breaker.allows()
        breaker.failed("down")
    return breaker, clock


class Calls(RuleBasedStateMachine):
    """Calls that begin when the breaker allows it and end in any order, one at a time or many at once."""

    @initialize(failures=st.integers(1, 6), cool_down=st.floats(0.1, 400.0))
    def start(self, failures: int, cool_down: float) -> None:
        """A closed breaker."""
        self.clock, self.most, self.first = Clock(), failures, cool_down
        self.breaker = Breaker(failures, cool_down, self.clock)
        self.open_calls: list[tuple[float, bool]] = []
        self.in_a_row = 0
        self.closed_for = 0

    @rule(seconds=st.floats(0.01, 700.0))
    def wait(self, seconds: float) -> None:
        """Time goes by."""
        self.clock.now += seconds

    @rule()
    def call(self) -> None:
        """Somebody asks whether he may call, and does."""
        before, retry_at = self.breaker.state, self.breaker.retry_at
        allowed = self.breaker.allows()
        if before is BreakerState.CLOSED:
            assert allowed
        if before is BreakerState.OPEN:
            assert retry_at is not None
            assert allowed == (self.clock.now >= retry_at)
        if allowed:
            self.open_calls.append((self.clock.now, self.breaker.state is BreakerState.HALF_OPEN))
        # Time goes on between two things that happen.
        self.clock.now += 0.001

    @precondition(lambda self: self.open_calls)
    @rule(data=st.data(), outcome=st.sampled_from(["succeeded", "failed", "released"]))
    def end(self, data: st.DataObject, outcome: str) -> None:
        """A call ends."""
        began, _ = self.open_calls.pop(data.draw(st.integers(0, len(self.open_calls) - 1)))
        before, failures, opened_at = self.breaker.state, self.breaker.failures, self.breaker.opened_at
        if outcome == "failed":
            self.breaker.failed("down", began)
        else:
            getattr(self.breaker, outcome)(began)
        after = self.breaker.state
        if before is BreakerState.OPEN:
            assert (after, self.breaker.opened_at) == (before, opened_at)
        if before is BreakerState.CLOSED and failures + 1 < self.most and outcome != "failed":
            assert after is BreakerState.CLOSED
        if after is not before:
            assert (before, after) in TRANSITIONS[outcome]
        self.clock.now += 0.001

    @invariant()
    def one_probe_at_a_time(self) -> None:
        """Half open, no more than one call is under way that began since, unless it said nothing for too long."""
        if self.breaker.state is BreakerState.HALF_OPEN:
            recent = [began for began, probe in self.open_calls if probe and self.clock.now < began + PROBE_SECONDS]
            assert len(recent) <= 1

    @invariant()
    def its_figures_agree(self) -> None:
        """Only an open breaker says when to try again, and it is never further off than the longest cool-down."""
        assert (self.breaker.retry_at is not None) == (self.breaker.state is BreakerState.OPEN)
        assert (self.breaker.opened_at is None) == (self.breaker.state is BreakerState.CLOSED)
        if self.breaker.retry_in is not None:
            assert 0 <= self.breaker.retry_in <= max(LONGEST_COOL_DOWN_SECONDS, self.first)
        if self.breaker.state is BreakerState.CLOSED:
            assert self.breaker.failures < self.most


TRANSITIONS = {
    "succeeded": {(BreakerState.HALF_OPEN, BreakerState.CLOSED)},
    "failed": {(BreakerState.CLOSED, BreakerState.OPEN), (BreakerState.HALF_OPEN, BreakerState.OPEN)},
    "released": set[tuple[BreakerState, BreakerState]](),
}
TestCalls = Calls.TestCase
TestCalls.settings = settings(deadline=None, stateful_step_count=50, max_examples=60)


def test_it_opens_after_failures_in_a_row() -> None:
    """Five failures in a row open it; a success between begins the count anew."""
    clock = Clock()
    breaker = Breaker(5, 30.0, clock)
    for outcome in "ffffsffff":
        breaker.failed("down") if outcome == "f" else breaker.succeeded()
        assert breaker.state is BreakerState.CLOSED
    breaker.failed("the last one")
    assert (breaker.state, breaker.last_error, breaker.failures) == (BreakerState.OPEN, "the last one", 5)
    assert not breaker.allows()


def test_it_opens_when_half_of_the_calls_fail() -> None:
    """Ten of the last twenty are enough, though no five were in a row; nine are not."""
    breaker = Breaker(5, 30.0, Clock())
    for outcome in "sfsfsfsfsfsfsfsfsfss" + "s" * 20 + "fs" * 9:
        breaker.failed("down") if outcome == "f" else breaker.succeeded()
        assert breaker.state is BreakerState.CLOSED
    breaker.failed("down")
    assert breaker.state is BreakerState.OPEN


def test_half_open_it_lets_one_call_through_whose_success_closes_it() -> None:
    """The others wait for what becomes of it."""
    breaker, clock = opened()
    clock.now += 29.9
    assert not breaker.allows()
    clock.now += 0.1
    assert [breaker.allows() for _ in range(3)] == [True, False, False]
    assert breaker.state is BreakerState.HALF_OPEN
    breaker.succeeded()
    assert breaker.state is BreakerState.CLOSED
    assert all(breaker.allows() for _ in range(3))


def test_the_cool_down_doubles_up_to_five_minutes_and_begins_anew_after_a_success() -> None:
    """Each probe that fails doubles the time to the next."""
    breaker, clock = opened()
    waits = list[float]()
    for _ in range(6):
        assert breaker.retry_in is not None
        waits.append(breaker.retry_in)
        clock.now += breaker.retry_in
        assert breaker.allows()
        breaker.failed("still down")
    assert waits == pytest.approx([30, 60, 120, 240, 300, 300])
    clock.now += 300
    assert breaker.allows()
    breaker.succeeded()
    for _ in range(5):
        breaker.failed("down")
    assert breaker.retry_in == pytest.approx(30)


def test_a_probe_that_is_cancelled_is_followed_by_another() -> None:
    """A cancelled probe says nothing; the next caller makes another."""
    breaker, clock = opened()
    clock.now += 30
    assert breaker.allows()
    breaker.released()
    assert [breaker.allows(), breaker.allows()] == [True, False]


def test_a_probe_that_is_lost_is_followed_by_another() -> None:
    """Nobody waits for ever for a probe that says nothing."""
    breaker, clock = opened()
    clock.now += 30
    assert breaker.allows()
    clock.now += PROBE_SECONDS
    assert [breaker.allows(), breaker.allows()] == [True, False]


def test_a_call_that_was_made_all_the_same_closes_it() -> None:
    """Who has no other model calls an open one; its answer is as good as a probe's, its failure says nothing new."""
    breaker, clock = opened()
    clock.now += 1
    breaker.failed("still down", clock.now)
    assert breaker.retry_in == pytest.approx(29)
    breaker.succeeded()
    assert breaker.state is BreakerState.OPEN
    breaker.succeeded(clock.now)
    assert breaker.state is BreakerState.CLOSED


def test_calls_from_before_say_nothing() -> None:
    """What comes of a call that began before it opened neither closes it nor opens it again."""
    breaker, clock = opened()
    early = clock.now - 10
    clock.now += 30
    assert breaker.allows()
    breaker.failed("a late one", early)
    breaker.released(early)
    assert breaker.state is BreakerState.HALF_OPEN
    assert not breaker.allows()
    breaker.succeeded(early)
    assert breaker.state is BreakerState.HALF_OPEN
    breaker.succeeded(clock.now)
    for _ in range(10):
        breaker.failed("a very late one", early)
    assert breaker.state is BreakerState.CLOSED
