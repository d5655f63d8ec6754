"""One page of a history, read in steps: what the next step asks the graph, and what its answer makes of the page.

Owns when a page is full and what is before and after it. Does no I/O. Two ways: onward, away from where the history
begins, along the frontier; and back, from the other end or from a cursor towards the beginning.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from service.conversations.places import (
    DEEPEST,
    Direction,
    HistoryEdges,
    Position,
    Row,
    advance,
    decode_position,
    encode_position,
    go_back,
    number_of,
)
from service.cursors import PageRequest, damaged_cursor

TURNS = frozenset({HistoryEdges.TURNS})
_TYPES = {
    HistoryEdges.TURNS: ("CONTINUES", "RESPONDS_TO"),
    HistoryEdges.DECOMPOSITION: ("DECOMPOSES",),
    HistoryEdges.USES: ("USES",),
    HistoryEdges.SYNTHESIS: ("SYNTHESIZES",),
    HistoryEdges.REFERENCES: ("REFERENCES",),
}
_ENDS: dict[bool, list[Any]] = {False: [-1, ""], True: [DEEPEST, ""]}
"""The place before all, and the one after all."""


@dataclass(frozen=True, slots=True)
class Walk:
    """Which history is read: the message that it begins at, or the branch at whose head; and the way it goes."""

    direction: Direction = Direction.ANCESTORS
    message_id: str | None = None
    conversation_id: str | None = None
    branch_id: str | None = None
    edges: frozenset[HistoryEdges] = TURNS

    @property
    def over(self) -> str:
        """What tells its cursors from those of histories over other edges; nothing for turns alone."""
        return "" if self.edges == TURNS else "".join(sorted(edge.value[0] for edge in self.edges))

    @property
    def is_loose(self) -> bool:
        """Whether it may lead to newer messages, and in circles: its order is by time, and no frontier is kept."""
        return HistoryEdges.REFERENCES in self.edges

    @property
    def types(self) -> list[str]:
        """The types of its relationships."""
        return [type for edge in sorted(self.edges) for type in _TYPES[edge]]

    @property
    def is_up(self) -> bool:
        """Whether it goes to messages that are less deep."""
        return self.direction is Direction.ANCESTORS

    def start(self) -> Row:
        """What a stored statement finds the beginning by."""
        return {"messageId": self.message_id, "conversationId": self.conversation_id, "branchId": self.branch_id}

    def between(self, near: Position | None, far: Position | None) -> Row:
        """The bounds of what is further than `near` and nearer than `far`."""
        high, low = (near, far) if self.is_up else (far, near)
        return {"low": _place(low, False), "high": _place(high, True)}


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """A page of messages, and the place of each. `has_next`, `has_previous`: whether the list goes on there."""

    direction: Direction
    rows: list[Row] = field(default_factory=list["Row"])
    places: list[Position] = field(default_factory=list["Position"])
    has_next: bool = False
    has_previous: bool = False
    over: str = ""

    def cursor(self, index: int) -> str:
        """The cursor of the message at `index`."""
        return encode_position(self.direction, self.places[index], self.over)

    def turned(self) -> HistoryPage:
        """The same messages the other way round."""
        rows, places = self.rows[::-1], self.places[::-1]
        return HistoryPage(self.direction, rows, places, self.has_previous, self.has_next, self.over)


class Onward:
    """The next messages after a place, away from the beginning."""

    def __init__(self, walk: Walk, page: PageRequest) -> None:
        after, before = page.arguments
        self.walk = walk
        self._page = page
        self._here = decode_position(walk.direction, page.after, after, walk.over)
        self._end = decode_position(walk.direction, page.before, before, walk.over)
        self._rows: list[Row] = []
        self._places: list[Position] = []
        self._is_there = True
        self._is_wide = walk.is_loose
        self._more = not (self._here and self._here.is_last)
        self.done = not self._more

    @property
    def limit(self) -> int:
        """How many messages to read."""
        # Only looking tells whether more follow, where the frontier was too wide to be kept.
        return self._page.limit - len(self._rows) + self._is_looking

    @property
    def _is_looking(self) -> bool:
        return self.walk.is_loose or (self._here is not None and self._here.frontier is None)

    def wanted(self) -> Row:
        """The next step's row for `read_ancestors` or `read_descendants`."""
        known = self._here.frontier if self._here else None
        return {
            **self.walk.start(),
            **self.walk.between(self._here, self._end),
            "from": None if known is None else sorted(known),
            "bound": self._bound() if self._is_looking else None,
            "edge": None,
        }

    def take(self, found: Row | None) -> None:
        """Take the answer; None: the history's beginning is not the caller's."""
        if found is None:
            self._is_there, self.done = False, True
            return
        if self._here and not found["met"]:
            raise damaged_cursor(self._page.arguments[0])
        is_short, was_looking = len(found["rows"]) < self.limit, self._is_looking
        if is_short and was_looking and not self._is_wide:
            self._is_wide = True
            return
        for row in found["rows"]:
            before = None if self.walk.is_loose else frozenset([row["id"]])
            self._here = advance(self._here or Position(0, "", before), row)
            self._rows.append(row)
            self._places.append(self._here)
        # Along a frontier a page may come short where depths jump: it is filled from where it ended.
        is_over = not found["rows"] or (is_short and was_looking) or (self._here is not None and self._here.is_last)
        self._more = len(self._rows) > self._page.limit or not is_over
        self.done = is_over or len(self._rows) >= self._page.limit + self._is_looking

    def page(self) -> HistoryPage | None:
        """What was read; None where the beginning is not the caller's."""
        if not self._is_there:
            return None
        limit, more = self._page.limit, self._more or self._end is not None
        was_after = self._page.after is not None
        return HistoryPage(
            self.walk.direction, self._rows[:limit], self._places[:limit], more, was_after, self.walk.over
        )

    def _bound(self) -> int:
        here = self._here
        if self._is_wide or here is None:
            return -1 if self.walk.is_up else DEEPEST
        return here.depth - self.limit - 1 if self.walk.is_up else here.depth + self.limit + 1


class Back:
    """The last messages before a place, or of all: whoever counts from there walks from the beginning to it."""

    def __init__(self, walk: Walk, page: PageRequest) -> None:
        after, before = page.arguments
        self.walk = walk
        self._page = page
        self._edge = decode_position(walk.direction, page.before, before, walk.over)
        self._end = decode_position(walk.direction, page.after, after, walk.over)
        self._rows: list[Row] = []
        self._places: list[Position] = []
        self._is_there = True
        self.done = False
        self.limit = page.limit + 1 + (self._edge is not None)

    def wanted(self) -> Row:
        """The step's row for `read_ancestors` or `read_descendants`."""
        everything = -1 if self.walk.is_up else DEEPEST
        return {
            **self.walk.start(),
            **self.walk.between(self._end, self._edge),
            "from": None,
            "bound": self._edge.depth if self._edge and not self.walk.is_loose else everything,
            "edge": self._edge.id if self._edge else None,
        }

    def take(self, found: Row | None) -> None:
        """Take the answer; None: the history's beginning is not the caller's."""
        self._is_there, self.done = found is not None, True
        rows: list[Row] = list(found["rows"]) if found else []
        frontier: frozenset[str] | None = None if self.walk.is_loose else frozenset()
        if found and self._edge:
            if not rows or rows[0]["id"] != self._edge.id:
                raise damaged_cursor(self._page.arguments[1])
            frontier = go_back(self._edge.frontier, rows.pop(0))
        for row in rows:
            self._rows.append(row)
            self._places.append(Position(number_of(row), row["id"], frontier))
            frontier = go_back(frontier, row)

    def page(self) -> HistoryPage | None:
        """What was read; None where the beginning is not the caller's."""
        if not self._is_there:
            return None
        limit = self._page.limit
        more = len(self._rows) > limit or self._end is not None
        rows, places = self._rows[:limit][::-1], self._places[:limit][::-1]
        return HistoryPage(self.walk.direction, rows, places, self._edge is not None, more, self.walk.over)


def _place(position: Position | None, above: bool) -> list[Any]:
    return [position.depth, position.id] if position else _ENDS[above]
