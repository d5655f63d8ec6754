"""The limits: what no minute ever exceeds, what is used of it under load, and whose turn it is, in simulated time."""

from __future__ import annotations

from math import inf
from random import Random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from service.chat import RateLimits
from service.models.limits import MARGIN_SECONDS, RESOLUTION_SECONDS, WINDOW_SECONDS, Quota, Window
from tests.support.simulated_provider import Books, SimulatedCall, Simulation

TASKS = ("a", "b", "c", "d")
LEAST_TOKENS = 40
unhurried, few = settings(deadline=None), settings(deadline=None, max_examples=25)
SEEDS = st.integers(0, 2**32)
LIMITS = st.builds(
    RateLimits,
    concurrent=st.none() | st.integers(1, 5),
    requests_per_minute=st.none() | st.integers(1, 15),
    tokens_per_minute=st.none() | st.integers(LEAST_TOKENS, 200),
)


@st.composite
def calls(draw: st.DrawFn) -> list[SimulatedCall]:
    """Calls of some tasks to two models: some give up, some begin long after their grant, some use it all."""
    random, gap = Random(draw(SEEDS)), draw(st.sampled_from([0.0, 0.1, 2.0, 20.0]))
    found, now = list[SimulatedCall](), 0.0
    for _ in range(draw(st.integers(1, 80))):
        now += random.choice((0.0, random.uniform(0, gap)))
        tokens = random.randint(0, LEAST_TOKENS)
        call = SimulatedCall(
            joins=now,
            task_id=random.choice(TASKS),
            model=random.randint(0, 1),
            tokens=tokens,
            used=random.choice((tokens, random.randint(0, tokens))),
            writing=random.choice((0.0, random.uniform(0, 5), random.uniform(50, 70))),
            way=random.uniform(0, MARGIN_SECONDS * 0.99),
            lasts=random.choice((random.uniform(0, 1), random.uniform(0, 90))),
            patience=random.choice((inf, inf, random.uniform(0, 90))),
        )
        found.append(call)
    return found


def is_over(books: Books, limits: RateLimits) -> bool:
    """Whether some minute at the provider held more than the limits."""
    requests, tokens = limits.requests_per_minute, limits.tokens_per_minute
    over_requests = requests is not None and books.most_in_a_minute(lambda _: 1) > requests
    return over_requests or (tokens is not None and books.most_in_a_minute(lambda call: call.used) > tokens)


@unhurried
@given(calls(), LIMITS, LIMITS, LIMITS)
def test_no_minute_ever_holds_more_than_its_limits(
    calls: list[SimulatedCall], provider: RateLimits, one: RateLimits, other: RateLimits
) -> None:
    """Neither the provider's nor a model's limits are exceeded in any sixty seconds, measured where calls arrive."""
    books = Simulation(provider, one, other).run(calls)
    assert not is_over(books, provider)
    for place, model in enumerate((one, other)):
        assert not is_over(Books(arrivals=[it for it in books.arrivals if it[1].model == place]), model)
    assert provider.concurrent is None or books.most <= provider.concurrent


@unhurried
@given(calls(), LIMITS, LIMITS, LIMITS)
def test_calls_that_are_over_or_given_up_leave_nothing_behind(
    calls: list[SimulatedCall], provider: RateLimits, one: RateLimits, other: RateLimits
) -> None:
    """A minute after the last call all of the limits is free again."""
    simulation = Simulation(provider, one, other)
    simulation.run(calls)
    for quota in (simulation.provider, *simulation.models):
        later = simulation.now + WINDOW_SECONDS + MARGIN_SECONDS + 1.0
        whole = quota.limits.tokens_per_minute or 0
        assert (quota.in_flight, quota.requests.used(later), quota.tokens.used(later)) == (0, 0, 0)
        assert quota.tokens.delay(later, whole) == 0.0
        assert quota.requests.delay(later, quota.limits.requests_per_minute or 0) == 0.0


@unhurried
@given(calls(), LIMITS, LIMITS, LIMITS)
def test_turns_go_round_the_tasks_and_are_first_come_first_served_within_one(
    calls: list[SimulatedCall], provider: RateLimits, one: RateLimits, other: RateLimits
) -> None:
    """While a task waits for a model no other gets two calls to it, and its own calls go in order."""
    books = Simulation(provider, one, other).run(calls)
    assert books.overtaken <= 1
    for task_id in TASKS:
        for place in (0, 1):
            joined = [call.joins for call in books.grants if (call.task_id, call.model) == (task_id, place)]
            assert joined == sorted(joined)


@few
@given(SEEDS, st.integers(20, 150), st.booleans())
def test_a_limit_of_requests_is_used_up_under_load(seed: int, limit: int, of_model: bool) -> None:
    """With more calls than the limit allows, 95% of it is used: from the first full minute to the tenth after it."""
    random = Random(seed)
    calls = [
        SimulatedCall(0.0, random.choice(TASKS), writing=random.uniform(0, 1), lasts=random.uniform(0, 20))
        for _ in range(limit * 11)
    ]
    limits = RateLimits(requests_per_minute=limit)
    books = Simulation(*((RateLimits(), limits) if of_model else (limits,))).run(calls)
    begun = sorted(at for at, _ in books.arrivals)
    assert begun[-1] - begun[limit - 1] <= 10 * 60 / 0.95


@few
@given(SEEDS, st.integers(2_000, 20_000))
@example(24838, 3228)
def test_a_limit_of_tokens_is_used_up_under_load(seed: int, limit: int) -> None:
    """While anybody waits, less is free than the largest call needs, and what is counted has a reason to be.

    What was used is counted for a window, and what was reserved beyond it until its call ends. All this together fills
    the limit, but for the largest call, from the beginning until the last call's turn. That is 94 to 97% of the limit
    a minute in the long run, and nothing about any ten minutes: where all of a window goes in its first second, what
    is left of the work may be one token, and waits for the next window.
    """
    random = Random(seed)
    calls, total = list[SimulatedCall](), 0
    while total < limit * 11:
        used = random.randint(1, limit // 100)
        total += used
        estimated = round(used * random.uniform(1, 2))
        calls.append(SimulatedCall(0.0, random.choice(TASKS), 0, estimated, used, lasts=random.uniform(0, 1)))
    books = Simulation(RateLimits(tokens_per_minute=limit)).run(calls)
    last, _ = books.arrivals[-1]
    window = WINDOW_SECONDS + MARGIN_SECONDS + RESOLUTION_SECONDS
    earlier = [call for at, call in books.arrivals if at < last]
    counted = sum(call.used * window + (call.tokens - call.used) * call.lasts for call in earlier)
    assert last * (limit - max(call.tokens for call in calls)) <= counted


@few
@given(st.integers(1, 200), st.integers(50, 100))
def test_a_large_call_is_not_starved_by_small_ones(small: int, share: int) -> None:
    """A call that needs most of a minute's tokens waits a minute at most once it is its turn."""
    limit = 1_000
    many = [SimulatedCall(at * 0.05, "many", tokens=small, used=small) for at in range(2_000)]
    large = SimulatedCall(30.0, "large", tokens=limit * share // 100, used=1)
    books = Simulation(RateLimits(tokens_per_minute=limit)).run([*many, large], until=1_000.0)
    assert books.waited[id(large)] <= 2 * (WINDOW_SECONDS + MARGIN_SECONDS) + 1.0


def test_a_model_that_is_used_up_keeps_nobody_from_another() -> None:
    """Those who wait for one model are passed by those who ask for another of the same provider."""
    slow = [SimulatedCall(0.0, "slow", 0, patience=50.0) for _ in range(10)]
    other = SimulatedCall(1.0, "other", 1)
    books = Simulation(RateLimits(requests_per_minute=100), RateLimits(requests_per_minute=2), RateLimits()).run(
        [*slow, other]
    )
    assert books.waited[id(other)] == 0.0
    assert len(books.grants) == 3


def test_turns_go_round_the_tasks_also_between_models() -> None:
    """Tasks that ask different models of one provider share its places in turn."""
    first = SimulatedCall(0.0, "first", lasts=1.0)
    calls = [SimulatedCall(0.1, TASKS[model], model, lasts=1.0) for model in (0, 1, 2) for _ in range(4)]
    books = Simulation(RateLimits(concurrent=1), *[RateLimits()] * 3).run([first, *calls])
    assert [call.model for call in books.grants[1:]] == [0, 1, 2] * 4


def test_calls_that_are_counted_together_count_as_of_the_last_of_them() -> None:
    """No call is forgotten before its minute is over."""
    window = Window(2, seconds=60.0)
    window.reserve(2)
    assert window.begin(0.0, 1) is window.begin(0.04, 1)
    assert window.delay(60.0, 1) == pytest.approx(0.04)


def test_a_reservation_holds_until_its_call_begins() -> None:
    """What is reserved does not run out, however long the writing before the call takes."""
    window = Window(2)
    window.reserve(2)
    assert window.delay(1_000.0, 1) == inf
    window.begin(1_000.0, 1)
    assert window.delay(1_001.0, 1) == pytest.approx(59.0 + MARGIN_SECONDS)


def test_a_settlement_makes_room_at_once() -> None:
    """Using less than was reserved makes room; using more takes it from those to come."""
    window = Window(100, seconds=60.0)
    window.reserve(100)
    moment = window.begin(0.0, 100)
    window.correct(moment, -90)
    assert window.delay(1.0, 90) == 0.0
    assert window.delay(1.0, 91) == pytest.approx(59.0)
    window.correct(moment, 200)
    assert window.delay(1.0, 1) == pytest.approx(59.0)
    assert window.delay(60.0, 100) == 0.0


def test_a_settlement_that_comes_late_changes_nothing() -> None:
    """What has left the window is over."""
    window = Window(100, seconds=60.0)
    window.reserve(50)
    moment = window.begin(0.0, 50)
    assert window.used(60.0) == 0
    window.correct(moment, 500)
    assert window.used(60.0) == 0


def test_use_is_counted_where_nothing_is_limited() -> None:
    """A model with no limits of its own still says what it is asked, and forgets it after a minute."""
    simulation = Simulation(RateLimits())
    simulation.run([SimulatedCall(at / 100, tokens=0, used=7) for at in range(1_000)])
    use = simulation.models[0].use(20.0)
    assert (use.in_flight, use.requests, use.tokens) == (0, 1_000, 7_000)
    assert simulation.models[0].use(100.0).requests == 0


@unhurried
@given(st.floats(0, 1e6), st.integers(1, 50))
def test_a_delay_is_never_longer_than_a_window(now: float, limit: int) -> None:
    """A quota whose calls have all begun opens within a minute."""
    quota = Quota(RateLimits(requests_per_minute=limit))
    for _ in range(limit):
        assert quota.delay(now, 0) == 0.0
        quota.requests.reserve(1)
        quota.requests.begin(now, 1)
    assert 0 < quota.delay(now, 0) <= WINDOW_SECONDS + MARGIN_SECONDS + 1e-6
