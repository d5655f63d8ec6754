"""Where the window of a model begins on a path: the depth from which on every message is sent word for word. Pure.

Providers charge a tenth for what they have seen at the beginning of a request before. So a window is not slid by a
message each turn: it begins where it began for the answer above, as long as that fits, and is then cut back in one
large step, to where somebody asked something. Knows nothing of texts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

CUT_TO = 0.6
"""How much of the room is filled after a cut."""
LEAST_FILL = 0.4
"""A former beginning that fills less of the room is none: it was another model's, or much was deleted."""


class Beginning(Enum):
    """How well a window can begin with a message."""

    TURN = 2
    """A person asks something."""

    ANSWER = 1
    """A model says something."""

    RESULT = 0
    """What a tool returned: it must not be parted from the call."""


@dataclass(slots=True)
class Level:
    """All messages of a path that have the same depth; `tokens` of them, and how well a window could begin there."""

    depth: int
    tokens: int
    beginning: Beginning


class Window:
    """The levels of a path, from the newest up, as they are read; `room` is what fits, `former` where it began before.

    `least` is the depth down to which all goes in, whatever it takes.
    """

    def __init__(self, room: int, former: int | None = None, least: int | None = None) -> None:
        self._room = room
        self._former = former
        self._least = least
        self._levels: list[Level] = []
        self._sums: list[int] = []
        self.is_whole = False

    @property
    def room(self) -> int:
        """The tokens that fit."""
        return self._room

    @property
    def tokens(self) -> int:
        """The tokens of all that was taken."""
        return self._sums[-1] if self._sums else 0

    @property
    def depths(self) -> int:
        """How many levels were taken."""
        return len(self._levels)

    def take(self, levels: Iterable[Level]) -> None:
        """What was read: deeper levels first, each once."""
        for level in levels:
            self._sums.append(self.tokens + level.tokens)
            self._levels.append(level)

    @property
    def wants_more(self) -> bool:
        """Whether what is further up may still go in, or decide where the window begins."""
        if self.is_whole or (self._levels and self._sums[-1] > self._room):
            return False
        return self._former is None or not self._levels or self._levels[-1].depth > self._former or not self._may_begin

    @property
    def _may_begin(self) -> bool:
        return self._former is not None and self._fill(self._former) >= LEAST_FILL * self._room

    @property
    def all_fits(self) -> bool:
        """Whether all there is can be sent."""
        return self.is_whole and self.tokens <= self._room

    def begins_at(self, share: float = 1.0, taken: int = 0) -> int | None:
        """The depth from which on all is sent; None: nothing of the path.

        Where not all fits, `share` is what of the room is for it, less `taken` tokens.
        """
        if self.all_fits:
            return self._levels[-1].depth if self._levels else None
        room = share * self._room - taken
        begins = self._former if self.goes_on(room) else self._cut(room)
        if self._least is None:
            return begins
        return self._least if begins is None else min(begins, self._least)

    def next_cut(self) -> int | None:
        """Where it would begin if it were cut now."""
        return self._cut(self._room)

    def goes_on(self, room: float) -> bool:
        """Whether it begins where it began before, with so much room."""
        return self._may_begin and self._fill(self._former or 0) <= room

    def _fill(self, depth: int) -> int:
        """The tokens of what is as deep or deeper."""
        return next(
            (s for level, s in zip(self._levels[::-1], self._sums[::-1], strict=True) if level.depth >= depth), 0
        )

    def _cut(self, room: float) -> int | None:
        """Where to begin anew: the most that fills `CUT_TO` of the room, else the least that fits at all."""
        fitting = [(level, total) for level, total in zip(self._levels, self._sums, strict=True) if total <= room]
        for least in (Beginning.TURN, Beginning.ANSWER):
            good = [(level.depth, total) for level, total in fitting if level.beginning.value >= least.value]
            below = [depth for depth, total in good if total <= CUT_TO * self._room]
            if below or good:
                return below[-1] if below else good[0][0]
        return None
