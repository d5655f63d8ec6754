"""Group commit: while one transaction is under way the next writes gather, and go as one `UNWIND` a query.

Owns batching, order and back-pressure. Knows queries only by name and rows only as dicts.

A write is one row of one stored query, or several rows that are written together or not at all. An awaited write is
durable when it returns, and a bad one fails its own caller alone. Rows with the same key always go through the same
committer, so that two transactions of ours never wait for each other's locks; a row that is written after another was
awaited comes after it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any
from zlib import crc32

from service.errors import Conflict, GraphError, GraphUnavailable
from service.graph.database import Database, Row
from service.graph.gather import Gatherer, Waiting, fail_all
from service.graph.queries import query

COMMITTERS = 2
ROWS_A_TRANSACTION = 500
WAITING_ROWS = 20_000

Write = tuple[str, Row]
_Written = list[Row | None]
_Batch = list[Waiting[Sequence[Write], _Written]]

IN_ORDER = (
    "create_conversation",
    "append_message",
    "create_task",
    "advance_task",
    "plan_subtasks",
    "start_attempt",
    "finish_attempt",
    "end_subtask",
    "finish_task",
)
"""The order of the statements in a transaction, as a task lives; all others come before them."""


class Writer:
    """Batches rows of stored write queries.

    Each query takes `$batch.rows` and returns one record, `written`: a list of maps, each with `n`, its row's number.
    One record, because a record costs the driver more than a row costs the server.
    """

    def __init__(self, database: Database, *, committers: int = COMMITTERS, waiting: int = WAITING_ROWS) -> None:
        self._database = database
        self._room = asyncio.Semaphore(waiting)
        self._committers: list[Gatherer[Sequence[Write], _Written]] = [
            Gatherer(self._commit, most=ROWS_A_TRANSACTION) for _ in range(committers)
        ]

    async def write(self, name: str, row: Row, *, key: str) -> Row | None:
        """Write one row by the stored query `name`; the record it returned, or None where its guard held it back.

        Rows with the same `key` are never in two transactions at once. Raises `GraphUnavailable` when Neo4j is away,
        `Conflict` or `GraphError` when it refused this row. A caller that is cancelled while its row waits takes it
        back; a row that is under way is written.
        """
        (record,) = await self.write_together([(name, row)], key=key)
        return record

    async def write_together(self, writes: Sequence[Write], *, key: str) -> list[Row | None]:
        """Write rows of several stored queries in one transaction, in the order of `IN_ORDER`; see `write`."""
        async with self._room:
            committer = self._committers[crc32(key.encode()) % len(self._committers)]
            return await committer.put(writes)

    async def close(self) -> None:
        """Write what is waiting, then stop."""
        for committer in self._committers:
            await committer.close()

    async def _commit(self, batch: _Batch, *, again: bool = True) -> None:
        try:
            await self._transact(batch)
        except GraphUnavailable:
            raise
        except (Conflict, GraphError) as error:
            if len(batch) > 1:
                middle = len(batch) // 2
                await self._commit(batch[:middle])
                await self._commit(batch[middle:])
            elif again and isinstance(error, Conflict):
                # Another process made the same node first: now it is there to be matched.
                await self._commit(batch, again=False)
            else:
                fail_all(batch, error)

    async def _transact(self, batch: _Batch) -> None:
        groups: dict[str, list[Row]] = {}
        # Where the record of each row will be: of its statement, under its number.
        places: list[list[tuple[str, int]]] = []
        for writes, _ in batch:
            places.append([])
            for name, row in writes:
                rows = groups.setdefault(name, [])
                places[-1].append((name, len(rows)))
                rows.append({**row, "n": len(rows)})
        names = sorted(groups, key=_place)
        statements = [(query(name), {"batch": {"rows": groups[name]}}) for name in names]
        results = await self._database.transaction(statements)
        found: dict[tuple[str, Any], Row] = {
            (name, written["n"]): written
            for name, records in zip(names, results, strict=True)
            for written in records[0]["written"]
        }
        for (_, done), own in zip(batch, places, strict=True):
            if not done.done():
                done.set_result([found.get(place) for place in own])


def _place(name: str) -> int:
    return IN_ORDER.index(name) + 1 if name in IN_ORDER else 0
