"""The history of a message: the messages it came from, or those that came from it, a page at a time.

Owns paging over a graph in which paths split and meet: what order, what a cursor holds, where the next page
begins. Knows the graph only through `Reader`. Every message comes once, a page costs the page.

The order is by depth and then id, newest first going up and oldest first going down. A message lies deeper
than all that it came from, so whatever is still to come can be reached from the frontier: the neighbours of what
was given out that were not given out themselves. A cursor holds its position and the frontier there.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol, cast

from service.cursors import damaged_cursor, decode_cursor, encode_cursor
from service.errors import NotFound

Row = dict[str, Any]

MOST_FRONTIER = 16
"""How many messages a cursor's frontier holds; a wider one is not kept, and the walk begins at the start again."""

_KIND = "h"


class Direction(StrEnum):
    """Which way a history goes."""

    ANCESTORS = "ANCESTORS"
    """What a message came from, newest first."""

    DESCENDANTS = "DESCENDANTS"
    """What came from it, oldest first."""


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a history: after the message (`depth`, `id`). `frontier` None: too wide to be kept."""

    depth: int
    id: str
    frontier: frozenset[str] | None

    @property
    def is_last(self) -> bool:
        """Whether nothing can come after it."""
        return self.frontier is not None and not self.frontier


@dataclass(frozen=True, slots=True)
class Walk:
    """Which history is read: the message it begins at, and the way it goes."""

    owner: str
    node_id: str
    direction: Direction


@dataclass(slots=True)
class HistoryPage:
    """A page of messages. `more` says whether another follows."""

    walk: Walk
    rows: list[Row]
    more: bool
    start: Position
    _positions: list[Position] = field(default_factory=list["Position"])

    def cursor(self, index: int) -> str:
        """The cursor of the message at `index`."""
        if not self._positions:
            self._positions = positions(self.start, self.rows)
        return encode_position(self.walk.direction, self._positions[index])


class HistoryReader(Protocol):
    """What is needed of `graph/reader.py`."""

    async def read_ancestors(self, owner: str, **page: Any) -> list[Row] | None:
        """Rows above, or None where the first message is not the owner's."""
        ...

    async def read_descendants(self, owner: str, **page: Any) -> list[Row] | None:
        """Rows below, or None where the first message is not the owner's."""
        ...


def begin(walk: Walk) -> Position:
    """The place before the first message."""
    if walk.direction is Direction.ANCESTORS:
        return Position(2**62, "", frozenset([walk.node_id]))
    return Position(-1, "", frozenset([walk.node_id]))


def advance(position: Position, row: Row) -> Position:
    """The place after `row`, the next message after `position`; `row["next"]` is its neighbours."""
    if position.frontier is None or len(row["next"]) > MOST_FRONTIER:
        return Position(row["depth"], row["id"], None)
    return Position(row["depth"], row["id"], (position.frontier | set(row["next"])) - {row["id"]})


def positions(start: Position, rows: Iterable[Row]) -> list[Position]:
    """The place after each row."""
    found: list[Position] = []
    for row in rows:
        start = advance(start, row)
        found.append(start)
    return found


def encode_position(direction: Direction, position: Position) -> str:
    """The cursor of a place."""
    wide = position.frontier is None or len(position.frontier) > MOST_FRONTIER
    frontier = None if wide else sorted(position.frontier or ())
    return encode_cursor(_KIND, direction.value[0], position.depth, position.id, frontier)


def decode_position(direction: Direction, cursor: str) -> Position:
    """The place of a cursor. Raises `InvalidInput` for one that is damaged or goes the other way."""
    match decode_cursor(_KIND, cursor):
        case [str() as way, int() as depth, str() as id, frontier]:
            if way != direction.value[0] or not -1 <= depth <= 2**62 or not _is_id(id):
                raise damaged_cursor()
            return Position(depth, id, _frontier(frontier))
        case _:
            raise damaged_cursor()


def message_cursor(row: Row) -> str:
    """The cursor of a message by itself, for whoever did not come to it by a page."""
    return encode_position(Direction.ANCESTORS, Position(row["depth"], row["id"], None))


def _frontier(said: object) -> frozenset[str] | None:
    if said is None:
        return None
    ids = cast("list[object]", said) if isinstance(said, list) else [None]
    if len(ids) > MOST_FRONTIER or not all(isinstance(id, str) and _is_id(id) for id in ids):
        raise damaged_cursor()
    return frozenset(map(str, ids))


def _is_id(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False


class History:
    """Reads histories."""

    def __init__(self, reader: HistoryReader) -> None:
        self._reader = reader

    async def page(self, walk: Walk, first: int, after: str | None = None) -> HistoryPage:
        """The next `first` messages. Raises `NotFound` for another's message, `InvalidInput` for a bad cursor."""
        start = begin(walk) if after is None else decode_position(walk.direction, after)
        rows: list[Row] = []
        here = start
        # A page may come short where depths jump; it is filled from where it ended.
        while len(rows) < first and not here.is_last:
            found = await self._read(walk, here, first - len(rows))
            if not found:
                return HistoryPage(walk, rows, False, start)
            rows += found
            here = positions(here, found)[-1]
        return HistoryPage(walk, rows, await self._has_more(walk, here), start)

    async def _has_more(self, walk: Walk, here: Position) -> bool:
        if here.frontier is not None:
            return not here.is_last
        # Only looking tells, where the frontier was too wide to be kept.
        return bool(await self._read(walk, here, 1))

    async def _read(self, walk: Walk, here: Position, limit: int) -> list[Row]:
        if here.frontier is not None:
            return await self._rows(walk, here, limit, bound=None)
        near, far = _bounds(walk, here, limit)
        rows = await self._rows(walk, here, limit, bound=near)
        return rows if len(rows) == limit else await self._rows(walk, here, limit, bound=far)

    async def _rows(self, walk: Walk, here: Position, limit: int, bound: int | None) -> list[Row]:
        up = walk.direction is Direction.ANCESTORS
        read = self._reader.read_ancestors if up else self._reader.read_descendants
        rows = await read(
            walk.owner,
            nodeId=walk.node_id,
            **{"from": sorted(here.frontier) if here.frontier is not None else [walk.node_id]},
            depth=here.depth,
            id=here.id,
            bound=bound,
            limit=limit,
            most=MOST_FRONTIER + 2,
        )
        if rows is None:
            raise NotFound("There is no such message.", field="nodeId")
        return rows


def _bounds(walk: Walk, here: Position, limit: int) -> tuple[int, int]:
    if walk.direction is Direction.ANCESTORS:
        return here.depth - limit - 1, -1
    return here.depth + limit + 1, 2**62
