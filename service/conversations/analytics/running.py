"""Analyses, run for a caller: with checked parameters, within bounds, and few at once.

One of an owner runs at a time, and few of all owners together: an analysis goes over much, and others write meanwhile.
Where Neo4j has no Graph Data Science, its algorithms run here, over no more edges than `MOST_EDGES`.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

from service.conversations.analytics.asked import checked, near
from service.conversations.analytics.described import Analysis, describe
from service.conversations.analytics.ranking import Edge, communities, components, page_rank
from service.errors import GraphEnded, GraphError, GraphUnavailable, LimitExceeded, NotFound
from service.graph.analyses import PREFIX, Analyses, Table, sources
from service.records import new_id

Row = dict[str, Any]
MOST_EDGES = 50_000
"""So many are taken over from Neo4j and held here."""
WAIT_SECONDS = 20.0
"""How long a caller waits for a turn."""
_LIMIT, _EDGES = "mostEdges", "edges"
_NEARLY = 0.9
_WITHOUT_GDS = "This Neo4j has no Graph Data Science: the algorithm ran beside it, with the same columns."
_REFUSED = "Graph Data Science refused this: the algorithm ran beside Neo4j, with the same columns."
_TIME = "Ask for fewer days or less, or raise server.limits.max_analytics_seconds."


@dataclass(frozen=True, slots=True)
class Found:
    """What came of an analysis: cells in the order of its columns, and what one should know of them."""

    analysis: Analysis
    rows: Table
    notes: tuple[str, ...]
    milliseconds: int


class Analytics:
    """The use case of analyses. `seconds` is the time of one, `most` how many run together."""

    def __init__(self, analyses: Analyses, *, seconds: float, most: int, wait_seconds: float = WAIT_SECONDS) -> None:
        self._analyses = analyses
        self._seconds, self._wait = seconds, wait_seconds
        self._places = asyncio.Semaphore(most)
        self._own: dict[str, asyncio.Lock] = {}
        self._users: Counter[str] = Counter()

    async def run(self, owner: str, name: str, given: Mapping[str, str]) -> Found:
        """Run an analysis for an owner.

        Raises `NotFound` for a name that there is not, `InvalidInput` for a parameter, `LimitExceeded` where it takes
        too long, too much memory, or others have all places.
        """
        analysis = find(name)
        parameters = checked(analysis, given)
        # Also where the caller goes away: what runs on the server has its place until it has ended.
        return await asyncio.shield(asyncio.create_task(self._in_turn(owner, analysis, parameters)))

    async def _in_turn(self, owner: str, analysis: Analysis, parameters: Row) -> Found:
        async with self._turn(owner):
            begun = time.monotonic()
            try:
                records, notes = await self._records(analysis, {"ownerId": owner, **parameters})
            except (GraphEnded, TimeoutError) as error:
                if isinstance(error, GraphEnded) and time.monotonic() - begun < self._seconds * _NEARLY:
                    raise
                raise LimitExceeded(
                    f"{analysis.name} took longer than {self._seconds:g} s, and was ended.", remedy=_TIME
                ) from error
        if records and list(records[0]) != [column.name for column in analysis.columns]:
            raise GraphError(f"{analysis.name}.cypher returns other columns than its head names.")
        rows = [list(record.values()) for record in records]
        notes += _bounds(parameters, records)
        return Found(analysis, rows, tuple(notes), round((time.monotonic() - begun) * 1000))

    @asynccontextmanager
    async def _turn(self, owner: str) -> AsyncGenerator[None]:
        """The owner's own turn, and one of the places for all."""
        lock = self._own.setdefault(owner, asyncio.Lock())
        self._users[owner] += 1
        try:
            await self._acquire(lock, "Another analysis of yours is still under way.")
            try:
                await self._acquire(self._places, "Others' analyses are still under way.")
                try:
                    yield
                finally:
                    self._places.release()
            finally:
                lock.release()
        finally:
            self._users[owner] -= 1
            if not self._users[owner]:
                del self._users[owner], self._own[owner]

    async def _acquire(self, place: asyncio.Lock | asyncio.Semaphore, why_not: str) -> None:
        try:
            await asyncio.wait_for(place.acquire(), self._wait)
        except TimeoutError as error:
            raise LimitExceeded(why_not, remedy="Ask again in a moment.") from error

    async def _records(self, analysis: Analysis, parameters: Row) -> tuple[list[Row], list[str]]:
        if not analysis.uses_gds:
            return await self._analyses.read(analysis.name, self._seconds, parameters), []
        note = _WITHOUT_GDS
        if await self._analyses.has_gds():
            try:
                projected = {**parameters, "projection": f"{PREFIX}{new_id()}"}
                return await self._analyses.read(analysis.name, self._seconds, projected), []
            except GraphUnavailable:
                raise
            except GraphError:
                note = _REFUSED
        async with asyncio.timeout(self._seconds):
            return await self._beside(analysis, parameters, note)

    async def _beside(self, analysis: Analysis, parameters: Row, note: str) -> tuple[list[Row], list[str]]:
        """The records where the algorithm runs here; `NAME_edges` reads what it needs, `NAME_rows` what is shown."""
        until = time.monotonic() + self._seconds
        most = min(parameters[_LIMIT], MOST_EDGES)
        read = await self._analyses.read(f"{analysis.name}_edges", self._seconds, parameters | {_LIMIT: most})
        notes = [note]
        if len(read) == most < parameters[_LIMIT]:
            notes.append(f"Of the edges, no more than {most} were looked at.")
        found = await _BESIDE[analysis.name]([(row["source"], row["target"]) for row in read])
        left = max(0.1, until - time.monotonic())
        shown = parameters | {"found": found, _EDGES: len(read)}
        return (await self._analyses.read(f"{analysis.name}_rows", left, shown) if found else []), notes


def _bounds(parameters: Row, records: Sequence[Row]) -> list[str]:
    """Which bounds were reached."""
    notes = list[str]()
    if records and records[0].get(_EDGES, 0) >= parameters.get(_LIMIT, MOST_EDGES):
        notes.append(f"Of the edges, no more than mostEdges ({parameters[_LIMIT]}) were looked at.")
    if len(records) >= parameters.get("limit", len(records) + 1):
        notes.append(f"These are as many rows as limit allows ({parameters['limit']}): there may be more.")
    return notes


async def _ranked(edges: Sequence[Edge]) -> list[list[Any]]:
    return [[node, score] for node, score in (await page_rank(edges)).items()]


async def _grouped(edges: Sequence[Edge]) -> list[list[Any]]:
    groups, tied = await communities(edges), await components(edges)
    return [[node, group, tied[node]] for node, group in groups.items()]


_BESIDE: dict[str, Callable[[Sequence[Edge]], Awaitable[list[list[Any]]]]] = {
    "most_reused_responses": _ranked,
    "conversation_communities": _grouped,
}


@cache
def all_analyses() -> dict[str, Analysis]:
    """Every analysis by its name, in the order of their folders."""
    found = [describe(name, text, group) for name, (group, text) in sources().items()]
    return {one.name: one for one in sorted(found, key=lambda one: (one.group, one.name))}


def find(name: str) -> Analysis:
    """The analysis of that name. Raises `NotFound`, which lists names that are like it."""
    known = all_analyses()
    if name not in known:
        like = ", ".join(near(name, list(known)))
        raise NotFound(f"There is no analysis {name[:60]!r}.", field="name", remedy=f"There is: {like}.")
    return known[name]
