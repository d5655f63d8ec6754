"""How callers' reads are made: each in the name of one owner, divided where Neo4j has no memory for it at once.

Few things that one owner asks for meanwhile are read together: a read costs both sides more than a row of it. Owns
gathering and dividing. Knows queries only by name.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any

from service.graph.database import Database, Row
from service.graph.gather import Gatherer, divided
from service.graph.queries import query

FEW = 4
"""Nodes that are read together with those of others; more are read by themselves."""
CLOSE = 50
"""So few numbers hold few events: they are read together with those of other conversations."""
READ_AT_ONCE = 100

Rows = list[Row]
Grouped = dict[str, Any]
"""By the id that was asked about; an id that is not there, or not the owner's, is left out."""
_Key = tuple[str, str, int]


class OwnedReads:
    """Reads of one graph, each in the name of an owner."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._gathered: dict[_Key, Gatherer[Any, Any]] = {}

    async def records(self, name: str, owner: str, **parameters: Any) -> Rows:
        """The records of a stored query."""
        return await self._database.run(query(name), ownerId=owner, **parameters)

    async def _divided(self, name: str, owner: str, ids: Sequence[str], **more: Any) -> Rows:
        """The records about these ids, of several statements where Neo4j has no memory for one about all."""

        async def read(some: Sequence[str]) -> Rows:
            parameters = {"ownerId": owner, "batch": {"ids": list(some)}, **more}
            return await self._database.run_dividing(query(name), parameters)

        return await divided(read, ids)

    async def rows(self, name: str, owner: str, **parameters: Any) -> Rows:
        """The `rows` of the one record of a stored query."""
        return (await self.records(name, owner, **parameters))[0]["rows"]

    async def by_id(self, name: str, owner: str, ids: Sequence[str]) -> Grouped:
        """Nodes by id."""
        if len(ids) > FEW:
            return await self._nodes(name, owner, ids)
        return await self._gather((name, owner, 0), self._read_few).put(ids)

    async def _read_few(self, key: _Key, wanted: list[Sequence[str]]) -> list[Grouped]:
        name, owner, _ = key
        found = await self._nodes(name, owner, list(dict.fromkeys(id for ids in wanted for id in ids)))
        return [{id: found[id] for id in ids if id in found} for ids in wanted]

    def _gather(self, key: _Key, read: Callable[[_Key, Any], Awaitable[Sequence[Any]]]) -> Gatherer[Any, Any]:
        """Where what one owner asks for of one kind gathers."""
        gatherer = self._gathered.get(key)
        if gatherer is None:
            gatherer = self._gathered[key] = Gatherer(partial(read, key), most=READ_AT_ONCE)
        return gatherer

    async def _nodes(self, name: str, owner: str, ids: Sequence[str]) -> Grouped:
        records = await self._divided(name, owner, ids)
        return {row["id"]: row for record in records for row in record["rows"]}

    async def grouped(self, name: str, column: str, owner: str, ids: Sequence[str], **more: Any) -> Grouped:
        """One column of the records about these ids."""
        records = await self._divided(name, owner, ids, **more)
        return {record["id"]: record[column] for record in records}

    async def locked(self, name: str, owner: str, ids: Sequence[str]) -> Rows:
        """A look while nobody writes to these conversations: it waits for their locks, for itself alone."""
        return await self._database.run(query(name), ownerId=owner, batch={"ids": sorted(ids)})

    async def events(self, owner: str, limit: int, row: Row) -> Row | None:
        """What happened in a conversation between two numbers, see `read_conversation_events`."""
        if row["upto"] - row["after"] > CLOSE:
            return (await self._events(owner, limit, [row])).get(0)
        return await self._gather(("read_conversation_events", owner, limit), self._read_events).put(row)

    async def _events(self, owner: str, limit: int, rows: Rows) -> dict[int, Row]:
        numbered = [row | {"n": n} for n, row in enumerate(rows)]
        records = await self.records("read_conversation_events", owner, batch={"rows": numbered}, limit=limit)
        return {record["n"]: record for record in records}

    async def _read_events(self, key: _Key, rows: Rows) -> list[Row | None]:
        _, owner, limit = key
        found = await self._events(owner, limit, rows)
        return [found.get(n) for n in range(len(rows))]
