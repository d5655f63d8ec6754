"""Halving: the first bad place is found, with few looks, also where some places cannot be looked at."""

from __future__ import annotations

from math import ceil, log2

from hypothesis import given
from hypothesis import strategies as st

from service.commands.bisection import Bisection, Outcome, most_looks


def search(count: int, first_bad: int, closed: frozenset[int] = frozenset()) -> tuple[Bisection, list[int]]:
    """Look until nothing is left to look at; what is known then, and where was looked."""
    bisection, looked = Bisection(count, most_skipped=count + 1), list[int]()
    while (place := bisection.next()) is not None:
        looked.append(place)
        seen = Outcome.BAD if place >= first_bad else Outcome.GOOD
        bisection.note(place, Outcome.SKIPPED if place in closed else seen)
    return bisection, looked


@st.composite
def paths(draw: st.DrawFn) -> tuple[int, int]:
    """How many places there are, and which is the first bad one."""
    count = draw(st.integers(2, 3_000))
    return count, draw(st.integers(1, count - 1))


@given(paths())
def test_the_first_bad_place_is_found_by_halving(path: tuple[int, int]) -> None:
    """With the two ends at most 2 + log2 n looks, none of them twice."""
    count, first_bad = path
    bisection, looked = search(*path)
    assert list(bisection.suspects) == [first_bad]
    assert len(looked) == len(set(looked)) <= most_looks(count) - 2 <= ceil(log2(count))


@given(
    st.integers(2, 60).flatmap(
        lambda n: st.tuples(st.just(n), st.integers(1, n - 1), st.frozensets(st.integers(1, n - 1)))
    )
)
def test_places_that_cannot_be_looked_at_are_told_with_the_others(path: tuple[int, int, frozenset[int]]) -> None:
    """The first bad one is among the suspects, and all but the last of these were skipped."""
    count, first_bad, closed = path
    bisection, looked = search(count, first_bad, closed)
    assert first_bad in bisection.suspects
    assert set(bisection.suspects[:-1]) <= closed
    assert len(looked) == len(set(looked))


def test_many_skipped_in_a_row_end_the_search() -> None:
    """Not all of a long path are tried; one that is looked at begins the count anew."""
    bisection = Bisection(1_000, most_skipped=3)
    for _ in range(2):
        place = bisection.next()
        assert place is not None
        bisection.note(place, Outcome.SKIPPED)
    place = bisection.next()
    assert place is not None
    bisection.note(place, Outcome.GOOD)
    for _ in range(3):
        place = bisection.next()
        assert place is not None
        bisection.note(place, Outcome.SKIPPED)
    assert bisection.next() is None
    assert len(bisection.suspects) > 3
