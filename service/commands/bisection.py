"""Where something went wrong, by halving: which place to look at next, and what is known by now.

Pure. Knows numbers of places, not what is there.
"""

from __future__ import annotations

from enum import StrEnum

MOST_SKIPPED = 8
"""Places in a row that could not be looked at: then it is not they that are wrong."""


class Outcome(StrEnum):
    """What was seen at a place."""

    GOOD = "GOOD"
    BAD = "BAD"
    SKIPPED = "SKIPPED"
    """It could not be looked at."""


class Bisection:
    """Places from 0, which is good, to the last, which is bad. Between them it goes from good to bad once."""

    def __init__(self, count: int, *, most_skipped: int = MOST_SKIPPED) -> None:
        self.good, self.bad = 0, count - 1
        self.skipped: set[int] = set()
        self._in_a_row, self._most_skipped = 0, most_skipped

    @property
    def suspects(self) -> range:
        """The places of which one is the first bad one."""
        return range(self.good + 1, self.bad + 1)

    def next(self) -> int | None:
        """The place to look at: the one nearest to the middle that can be. None where nothing is left to look at."""
        if self._in_a_row >= self._most_skipped:
            return None
        left = [place for place in range(self.good + 1, self.bad) if place not in self.skipped]
        return min(left, key=lambda place: abs(2 * place - self.good - self.bad), default=None)

    def note(self, place: int, outcome: Outcome) -> None:
        """What was seen at the place that was asked for."""
        self._in_a_row = self._in_a_row + 1 if outcome is Outcome.SKIPPED else 0
        match outcome:
            case Outcome.GOOD:
                self.good = place
            case Outcome.BAD:
                self.bad = place
            case Outcome.SKIPPED:
                self.skipped.add(place)


def most_looks(count: int) -> int:
    """How many places are looked at in all, both ends too, where none is skipped."""
    return 2 + max(count - 2, 0).bit_length()
