"""Which remedy a failure has, and how far a subtask climbs: pure, on a clock of the test's own."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.chat import ModelConfig
from service.errors import (
    BoundRefused,
    ContentFiltered,
    ContextOverflow,
    EmptyAnswer,
    FormatRefused,
    InvalidAnswer,
    InvalidInput,
    ProviderError,
    ProviderRejected,
    ProviderTimeout,
    ProviderUnavailable,
    RateLimited,
)
from service.models.failure import (
    LONGEST_BACKOFF_SECONDS,
    MOST_ADAPTED,
    Bounds,
    Ladder,
    Made,
    Remedy,
    backoff,
    blames_model,
    remedy,
)

MODELS = tuple(ModelConfig("p", name, "f", window, 100) for name, window in (("a", 1000), ("b", 500), ("c", 2000)))
ERRORS = (
    ProviderTimeout("slow"),
    ProviderUnavailable("down"),
    ProviderRejected("key", status=401),
    ProviderRejected("request", status=400),
    ContextOverflow("long", status=400),
    ContentFiltered("no"),
    InvalidAnswer("no JSON"),
    RateLimited("often", status=429),
    RateLimited("often", status=429, retry_after=7.0),
    ProviderError("odd"),
)


@pytest.mark.parametrize(
    ("error", "expected", "blamed"),
    [
        (ProviderTimeout("x"), Remedy.WAIT, True),
        (ProviderUnavailable("x", status=503), Remedy.WAIT, True),
        (RateLimited("x", status=429), Remedy.WAIT, True),
        (ProviderRejected("x", status=401), Remedy.NEXT_MODEL, True),
        (ProviderRejected("x", status=429), Remedy.NEXT_MODEL, True),
        (ProviderRejected("x", status=413), Remedy.NOTHING, False),
        (ContextOverflow("x"), Remedy.LARGER_MODEL, False),
        (ContentFiltered("x"), Remedy.NEXT_MODEL, False),
        (InvalidAnswer("x"), Remedy.REPAIR, False),
        (EmptyAnswer("x"), Remedy.WAIT, False),
        (BoundRefused("x", status=400), Remedy.NEXT_MODEL, False),
        (FormatRefused("x", status=400), Remedy.NEXT_MODEL, False),
        (InvalidInput("x"), Remedy.NOTHING, False),
    ],
)
def test_remedies(error: BaseException, expected: Remedy, blamed: bool) -> None:
    """Each failure has its remedy, and only some speak against the model."""
    assert (remedy(error), blames_model(error)) == (expected, blamed)


@given(st.lists(st.sampled_from(ERRORS), min_size=60, max_size=60), st.integers(1, 5), st.floats(0.1, 100))
def test_ladder_ends_and_never_goes_back(errors: list[ProviderError], attempts: int, seconds: float) -> None:
    """However calls fail, each model is tried so often at most, in order, and no repeated call comes after the time."""
    ladder, now = Ladder(MODELS, Bounds(attempts, seconds)), 100.0
    asked: list[str] = []
    for error in errors:
        asked.append(ladder.model.name)
        ladder.begun(now)
        delay = ladder.after(error, now)
        if delay is None:
            break
        again = ladder.model.name == asked[-1]
        assert not again or now + delay <= 100.0 + seconds
        assert error.retry_after is None or not again or delay >= error.retry_after
        now += delay + 0.01
    else:
        pytest.fail("it never ends")
    assert asked == sorted(asked)
    assert max(asked.count(model.name) for model in MODELS) <= attempts


def test_overflow_goes_to_a_larger_window_only() -> None:
    """A model with a smaller window is passed by; where none is larger, that is the end."""
    ladder = Ladder(MODELS, Bounds(3, 10))
    ladder.begun(0)
    assert ladder.after(ContextOverflow("long"), 0) == 0.0
    assert ladder.model.name == "c"
    assert ladder.after(ContextOverflow("long"), 0) is None


def test_long_wait_is_for_who_has_no_other_model() -> None:
    """Where another model can be asked, one that wants us to wait for long is left; the last one is waited for."""
    ladder = Ladder(MODELS, Bounds(3, 100))
    ladder.begun(0)
    assert ladder.after(RateLimited("often", retry_after=50.0), 0) == 0.0
    assert ladder.model.name == "b"
    alone = Ladder(MODELS[:1], Bounds(3, 100))
    alone.begun(0)
    assert (alone.after(RateLimited("often", retry_after=50.0), 0) or 0.0) >= 50.0


def test_ladder_goes_on_where_it_was() -> None:
    """After a crash the calls that were made still count."""
    ladder = Ladder(
        MODELS, Bounds(2, 10), [Made("p/a", True), Made("p/a", True), Made("p/b", True), Made("p/b", False)]
    )
    ladder.begun(0)
    assert ladder.model.name == "b"
    ladder.after(ProviderUnavailable("down"), 0)
    assert ladder.model.name == "c"


@given(st.integers(1, 100))
def test_backoff_is_bounded_and_obeys_what_was_asked(failed: int) -> None:
    """The wait is never longer than its bound, and never shorter than the provider asked for."""
    assert 0 <= backoff(ProviderUnavailable("x"), failed) <= LONGEST_BACKOFF_SECONDS
    assert backoff(RateLimited("x", retry_after=45.0), failed) >= 45.0


def test_model_that_is_asked_otherwise_has_not_failed() -> None:
    """But not for ever: a server that refuses every way is left for the next model."""
    error = BoundRefused("x", status=400)
    error.adapted = True
    ladder = Ladder(MODELS, Bounds(1, 10.0))
    ladder.begun(0.0)
    for _ in range(MOST_ADAPTED):
        assert ladder.after(error, 0.0) == 0.0
        assert ladder.model is MODELS[0]
    assert ladder.after(error, 0.0) == 0.0
    assert ladder.model is MODELS[1]
