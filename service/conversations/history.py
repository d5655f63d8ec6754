"""The history of a message: the messages it came from, or those that came from it, a page at a time; and the path of a
branch, which is the history of its head the other way round.

Owns how often the graph is asked, and what one page may cost. Knows the graph only through `Reader`, and the order of
messages only through `walks.py`. A page that leads away from where a history begins costs the page. One that is
counted from the other end costs what lies between: so much is walked and no more.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from service.conversations.places import MOST_FRONTIER, Direction, HistoryEdges, Position, Row, encode_position
from service.conversations.walks import TURNS, Back, HistoryPage, Onward, Walk
from service.cursors import PageRequest
from service.errors import InvalidInput, LimitExceeded, NotFound

__all__ = ["Branch", "Direction", "History", "HistoryEdges", "HistoryPage", "Walk", "message_cursor"]

MOST_WALKED = 20_000
"""Messages that are walked over for one page."""
MOST_TOGETHER = 100_000
"""Messages that are walked over for pages that are asked for together."""

Branch = tuple[str, str]
"""The id of a conversation, and of a branch in it."""


class HistoryReader(Protocol):
    """What is needed of `graph/reader.py`."""

    async def read_ancestors(self, owner: str, rows: list[Row], page: Row) -> dict[int, Row]:
        """`{met, rows}` for each of the rows by its `n`; one whose beginning is not the owner's is left out."""
        ...

    async def read_descendants(self, owner: str, rows: list[Row], page: Row) -> dict[int, Row]:
        """As `read_ancestors`, the other way."""
        ...

    async def read_ancestors_over(self, owner: str, rows: list[Row], page: Row) -> dict[int, Row]:
        """As `read_ancestors`, over the edges of `types`; rows have a `number` that they are ordered by."""
        ...

    async def read_descendants_over(self, owner: str, rows: list[Row], page: Row) -> dict[int, Row]:
        """As `read_ancestors_over`, the other way."""
        ...


class History:
    """Reads histories. What belongs to another owner is as if it were not there."""

    def __init__(self, reader: HistoryReader) -> None:
        self._reader = reader

    async def page(self, owner: str, walk: Walk, page: PageRequest) -> HistoryPage:
        """A page of a history. Raises `NotFound` for another's message, `InvalidInput`, `LimitExceeded`."""
        (found,) = await self._pages(owner, [walk], page)
        if found is None:
            raise NotFound("There is no such message.", field="nodeId")
        return found

    async def paths(self, owner: str, branches: Sequence[Branch], page: PageRequest) -> dict[Branch, HistoryPage]:
        """A page of each branch's path, oldest first; a branch that is not the owner's is left out.

        Raises `InvalidInput`, `LimitExceeded`.
        """
        walks = [Walk(conversation_id=conversation, branch_id=branch) for conversation, branch in branches]
        found = await self._pages(owner, walks, page.turned())
        return {key: path.turned() for key, path in zip(branches, found, strict=True) if path is not None}

    async def _pages(self, owner: str, walks: Sequence[Walk], page: PageRequest) -> list[HistoryPage | None]:
        readings = [(Back if page.backward else Onward)(walk, page) for walk in walks]
        walked, together = 0, True
        while pending := [reading for reading in readings if not reading.done]:
            # The first steps are all alike; whatever needs another one takes it alone.
            walked += await self._step(owner, pending if together else pending[:1])
            together = False
            if walked > MOST_TOGETHER:
                raise _too_far()
        return [reading.page() for reading in readings]

    async def _step(self, owner: str, readings: Sequence[Onward | Back]) -> int:
        first = readings[0]
        most = max(MOST_WALKED // len(readings), 2 * first.limit)
        rows = [{"n": number, **reading.wanted()} for number, reading in enumerate(readings)]
        page: dict[str, Any] = {"limit": first.limit, "most": most + 1, "next": MOST_FRONTIER + 2}
        page["up"] = isinstance(first, Back) == first.walk.is_up
        answers = await self._read(owner, first.walk, rows, page)
        for number, reading in enumerate(readings):
            answer = answers.get(number)
            if answer is None or answer["met"] <= most:
                reading.take(answer)
            elif len(readings) == 1:
                raise _too_far()
        return sum(answer["met"] for answer in answers.values())

    async def _read(self, owner: str, walk: Walk, rows: list[Row], page: Row) -> dict[int, Row]:
        if walk.edges == TURNS:
            read = self._reader.read_ancestors if walk.is_up else self._reader.read_descendants
            return await read(owner, rows, page)
        over = self._reader.read_ancestors_over if walk.is_up else self._reader.read_descendants_over
        return await over(owner, rows, page | {"types": walk.types, "byTime": walk.is_loose})


def history_edges(said: Sequence[HistoryEdges] | None) -> frozenset[HistoryEdges]:
    """The edges that a caller names; turns where none are said. Raises `InvalidInput` for an empty list."""
    if said is not None and not said:
        raise InvalidInput("A history goes over one kind of edges at least.", field="edges", remedy="Leave it out.")
    return TURNS if said is None else frozenset(said)


def message_cursor(row: Row) -> str:
    """The cursor of a message (`depth`, `id`) in the path of a branch."""
    return encode_position(Direction.ANCESTORS, Position(row["depth"], row["id"], None))


def _too_far() -> LimitExceeded:
    return LimitExceeded(
        f"This page lies more than {MOST_WALKED} messages away from where it would be counted from.",
        remedy="Read such a history from where it begins: `messages` with `last` and `before`, `history` with `first`.",
    )
