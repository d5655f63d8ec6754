"""Places in a history: what order its messages have, what a cursor of it holds, where the next page begins.

Owns the order over a graph in which paths split and meet, and what is still to come at a place. Knows no statements.

The order is by depth and then id, newest first going up and oldest first going down. A message lies deeper
than all that it came from, so whatever is still to come can be reached from the frontier: messages still to come from
which all the others can be reached. A cursor holds its place and the frontier there.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, cast

from service.cursors import damaged_cursor, decode_cursor, encode_cursor

Row = dict[str, Any]

MOST_FRONTIER = 16
"""How many messages a cursor's frontier holds; a wider one is not kept, and the walk begins at the start again."""

DEEPEST = 2**62
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


class HistoryEdges(StrEnum):
    """The kinds of edges that a history goes over."""

    TURNS = "TURNS"
    """What a message continues from or responds to."""

    DECOMPOSITION = "DECOMPOSITION"
    """From a subtask's prompt to the task's prompt."""

    USES = "USES"
    """From a prompt to an earlier response that was put into it."""

    SYNTHESIS = "SYNTHESIS"
    """From a response to the responses that it was made of."""

    REFERENCES = "REFERENCES"
    """From a message to one that somebody linked it with."""


def advance(position: Position, row: Row) -> Position:
    """The place after `row`, the next message after `position`; `row["next"]` is its neighbours."""
    if position.frontier is None or len(row["next"]) > MOST_FRONTIER:
        return Position(number_of(row), row["id"], None)
    return Position(number_of(row), row["id"], (position.frontier | set(row["next"])) - {row["id"]})


def number_of(row: Row) -> int:
    """What a message is ordered by: its depth, or what the statement says that it is in this history."""
    return row["number"] if "number" in row else row["depth"]


def go_back(covered: frozenset[str] | None, row: Row) -> frozenset[str] | None:
    """The frontier before `row`, of the one after it: who goes the other way meets the message before the frontier."""
    return None if covered is None else (covered - set(row["next"])) | {row["id"]}


def encode_position(direction: Direction, position: Position, over: str = "") -> str:
    """The cursor of a place. `over` tells histories over other edges than turns apart."""
    wide = position.frontier is None or len(position.frontier) > MOST_FRONTIER
    frontier = None if wide else sorted(position.frontier or ())
    return encode_cursor(_KIND, direction.value[0] + over, position.depth, position.id, frontier)


def decode_position(
    direction: Direction, cursor: str | None, argument: str = "after", over: str = ""
) -> Position | None:
    """The place of a cursor. Raises `InvalidInput` for one that is damaged, or goes another way or over other edges."""
    if cursor is None:
        return None
    match decode_cursor(_KIND, cursor, argument):
        case [str() as way, int() as depth, str() as id, frontier]:
            if way != direction.value[0] + over or not -1 <= depth <= DEEPEST or not _is_id(id):
                raise damaged_cursor(argument)
            return Position(depth, id, _frontier(frontier, argument))
        case _:
            raise damaged_cursor(argument)


def _frontier(said: object, argument: str) -> frozenset[str] | None:
    if said is None:
        return None
    ids = cast("list[object]", said) if isinstance(said, list) else [None]
    if len(ids) > MOST_FRONTIER or not all(isinstance(id, str) and _is_id(id) for id in ids):
        raise damaged_cursor(argument)
    return frozenset(map(str, ids))


def _is_id(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False
