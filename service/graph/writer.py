"""Group commit: while one transaction is under way the next writes gather, and go as one `UNWIND` a query.

Owns batching, order and back-pressure. Knows queries only by name and rows only as dicts.

A write is one row of one stored query. An awaited write is durable when it returns, and a bad row fails
its own caller alone. Rows with the same key always go through the same committer, so that two transactions of
ours never wait for each other's locks; a row that is written after another was awaited comes after it.
"""

from __future__ import annotations

import asyncio
from typing import Any
from zlib import crc32

from service.errors import Conflict, GraphError, GraphUnavailable
from service.graph.database import Database, Row
from service.graph.gather import Gatherer, Waiting, fail_all
from service.graph.queries import query

COMMITTERS = 2
ROWS_A_TRANSACTION = 500
WAITING_ROWS = 20_000

_Write = tuple[str, Row]
_Batch = list[Waiting[_Write, Row | None]]


class Writer:
    """Batches rows of stored write queries.

    Each query takes `$batch.rows` and returns one record, `written`: a list of maps, each with `n`, its row's number.
    One record, because a record costs the driver more than a row costs the server.
    """

    def __init__(self, database: Database, *, committers: int = COMMITTERS, waiting: int = WAITING_ROWS) -> None:
        self._database = database
        self._room = asyncio.Semaphore(waiting)
        self._committers: list[Gatherer[_Write, Row | None]] = [
            Gatherer(self._commit, most=ROWS_A_TRANSACTION) for _ in range(committers)
        ]

    async def write(self, name: str, row: Row, *, key: str) -> Row | None:
        """Write one row by the stored query `name`; the record it returned, or None where its guard held it back.

        Rows with the same `key` are never in two transactions at once. Raises `GraphUnavailable` when Neo4j is away,
        `Conflict` or `GraphError` when it refused this row. A caller that is cancelled while its row waits takes it
        back; a row that is under way is written.
        """
        async with self._room:
            committer = self._committers[crc32(key.encode()) % len(self._committers)]
            return await committer.put((name, row))

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
        groups: dict[str, list[tuple[Row, asyncio.Future[Row | None]]]] = {}
        for (name, row), done in batch:
            groups.setdefault(name, []).append((row, done))
        statements = [
            (query(name), {"batch": {"rows": [{**row, "n": n} for n, (row, _) in enumerate(writes)]}})
            for name, writes in groups.items()
        ]
        results = await self._database.transaction(statements)
        for writes, records in zip(groups.values(), results, strict=True):
            found: dict[Any, Row] = {written["n"]: written for written in records[0]["written"]}
            for n, (_, done) in enumerate(writes):
                if not done.done():
                    done.set_result(found.get(n))
