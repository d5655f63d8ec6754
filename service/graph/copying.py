"""Writing a graph anew into an empty database: every node, every relationship, constraints and indexes.

Owns the order, and that afterwards as much is there as before. What was deleted is not read, so it is in no byte of
the new one. Knows nothing of where the databases are.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

from service.errors import GraphError
from service.graph.database import Database, Row
from service.graph.queries import Query, parse
from service.graph.writer import weigh
from service.resources import read_resource

ROWS = 2000
WEIGHT = 4_000_000


@dataclass(frozen=True, slots=True)
class Copied:
    """How much was written."""

    nodes: int
    relationships: int


async def copy_graph(old: Database, new: Database) -> Copied:
    """Write all of `old` into `new`, which is empty. Raises `GraphError` where not all has arrived."""
    await new.execute(_statement("begin_copy").text)
    await _copy(old, new, "nodes")
    await _copy(old, new, "relationships")
    while (await new.execute(_statement("forget_copies").text, bounded=False))[0]["done"]:
        pass
    await new.execute(_statement("end_copy").text)
    for name in ("read_constraints", "read_indexes"):
        for row in await old.execute(_statement(name).text):
            await new.execute(row["statement"], bounded=False)
    await new.execute(_statement("await_indexes").text, bounded=False)
    before, after = [await _count(database) for database in (old, new)]
    if before != after:
        raise GraphError(f"Of {before.nodes} nodes and {before.relationships} relationships not all were written.")
    return after


async def _copy(old: Database, new: Database, what: str) -> None:
    write = _statement(f"write_{what}")
    async for rows in _batches(old, _statement(f"read_{what}")):
        await new.execute(write.text, bounded=False, batch={"rows": rows})


async def _batches(old: Database, query: Query) -> AsyncIterator[list[Row]]:
    rows: list[Row] = []
    weight = 0
    async for row in old.stream(query):
        rows.append(row)
        weight += weigh(row["properties"])
        if len(rows) >= ROWS or weight >= WEIGHT:
            yield rows
            rows, weight = [], 0
    if rows:
        yield rows


async def _count(database: Database) -> Copied:
    (row,) = await database.execute(_statement("count_all").text, bounded=False)
    return Copied(row["nodes"], row["relationships"])


def _statement(name: str) -> Query:
    return parse(name, read_resource("cypher", "compaction", f"{name}.cypher"))
