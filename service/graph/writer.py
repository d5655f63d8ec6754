"""Group commit: while one transaction is under way the next writes gather, and go as one `UNWIND` a query.

Owns what a transaction may hold, order and back-pressure. Knows queries only by name and rows only as dicts.

A write is one row of one stored query, or several rows that are written together or not at all. An awaited write is
durable when it returns, and a bad one fails its own caller alone. Rows with the same key are never in two transactions
at once, so that two of ours never wait for each other's locks; a row that is written after another was awaited comes
after it. Neo4j holds a transaction in its memory: rows are weighed, heavy ones go by themselves in a lane of their own,
and a batch that Neo4j has no memory for is divided, as one with a bad row is.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from zlib import crc32

from service.errors import Conflict, GraphError, GraphFull, GraphUnavailable
from service.graph.database import Database, Row
from service.graph.gather import Waiting, fail_all
from service.graph.lanes import LaneBounds, Lanes
from service.graph.queries import query

COMMITTERS = 2
ROWS_A_TRANSACTION = 500
WEIGHT_A_TRANSACTION = 4_000_000
"""Characters, and a thousand for each map: what becomes a node takes Neo4j some kilobytes, a character 2 to 3 bytes."""
HEAVY = 400_000
MAP_WEIGHT = 1000
WAITING_ROWS = 20_000
PATIENCE_SECONDS = 0.5
"""After so long other conversations do not wait for a transaction: another process may hold a lock that it wants."""
ASIDE = 6
TOGETHER_SECONDS = 8.0
"""So long a transaction of several conversations may take; then each of them is written by itself."""

Write = tuple[str, Row]
_Written = list[Row | None]
_Batch = list[Waiting["_Writes", _Written]]

IN_ORDER = (
    "create_conversation",
    "set_system_prompt",
    "append_message",
    "create_task",
    "join_sides",
    "revise_message",
    "ask_again",
    "replay_attempt",
    "refresh_task",
    "keep_documents",
    "cancel_task",
    "create_summary",
    "advance_task",
    "plan_subtasks",
    "reuse_answers",
    "repeat_answer",
    "start_attempt",
    "finish_attempt",
    "end_subtask",
    "finish_task",
    "keep_summary",
    "delete_branch",
    "settle_attempt",
    "delete_message",
    "delete_source",
    "delete_document",
    "delete_conversation",
)
"""The order of the statements in a transaction, as a task lives; all others come before them."""


@dataclass(frozen=True, slots=True)
class _Writes:
    """What is written together, under one key; see `lanes.Keyed`."""

    rows: Sequence[Write]
    key: str
    weight: int


class Writer:
    """Batches rows of stored write queries.

    Each query takes `$batch.rows` and returns one record, `written`: a list of maps, each with `n`, its row's number.
    One record, because a record costs the driver more than a row costs the server.
    """

    def __init__(self, database: Database, *, committers: int = COMMITTERS, waiting: int = WAITING_ROWS) -> None:
        self._database = database
        self._room = asyncio.Semaphore(waiting)
        self.callers = 0
        """Those who wait for what they write."""
        bounds = LaneBounds(ROWS_A_TRANSACTION, WEIGHT_A_TRANSACTION, PATIENCE_SECONDS, ASIDE)
        self._lanes: Lanes[_Writes, _Written] = Lanes(self._commit, bounds, ordinary=committers, heavy=HEAVY)

    async def write(self, name: str, row: Row, *, key: str) -> Row | None:
        """Write one row by the stored query `name`; the record it returned, or None where its guard held it back.

        Rows with the same `key` are never in two transactions at once. Raises `GraphUnavailable` when Neo4j is away,
        `GraphFull` when it has no memory for this row, `Conflict` or `GraphError` when it refused it. A caller that is
        cancelled while its row waits takes it back; a row that is under way is written.
        """
        (record,) = await self.write_together([(name, row)], key=key)
        return record

    async def write_together(self, writes: Sequence[Write], *, key: str) -> list[Row | None]:
        """Write rows of several stored queries in one transaction, in the order of `IN_ORDER`; see `write`."""
        self.callers += 1
        try:
            async with self._room:
                item = _Writes(writes, key, sum(weigh(row) for _, row in writes))
                return await self._lanes.put(item, crc32(key.encode()))
        finally:
            self.callers -= 1

    async def close(self) -> None:
        """Write what is waiting, then stop."""
        await self._lanes.close()

    async def _commit(self, batch: _Batch, *, again: bool = True) -> None:
        try:
            await self._transact(batch)
        except GraphUnavailable:
            raise
        except (Conflict, GraphError, GraphFull) as error:
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
            for name, row in writes.rows:
                rows = groups.setdefault(name, [])
                places[-1].append((name, len(rows)))
                rows.append({**row, "n": len(rows)})
        names = sorted(groups, key=_place)
        statements = [(query(name), {"batch": {"rows": groups[name]}}) for name in names]
        seconds = TOGETHER_SECONDS if len({writes.key for writes, _ in batch}) > 1 else None
        results = await self._database.transaction(statements, seconds=seconds, divides=len(batch) > 1)
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


def weigh(value: Any) -> int:
    """What a value counts of the weight of a transaction."""
    if isinstance(value, str):
        return len(value)
    if isinstance(value, dict):
        return MAP_WEIGHT + sum(map(weigh, value.values()))  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    if isinstance(value, (list, tuple)):
        return sum(map(weigh, value))  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    return 1
