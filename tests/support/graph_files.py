"""Graph files for tests: one written and read, edited, and the graph that it was made of."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable
from typing import Any

import orjson

from service.conversations.transfer.graphfile.exporting import OWN, export_graph
from service.conversations.transfer.graphfile.importing import import_graph
from service.conversations.transfer.graphfile.reports import GraphReport
from service.graph.database import Database, Row
from service.graph.deliveries import Deliveries
from service.graph.graph_reads import GraphReads
from tests.support.services import cypher

Lines = list[Any]

NODES = """
MATCH (n) WHERE n.ownerId = $owner AND NOT n:TaskEvent AND NOT n:Passage AND NOT n:Erasure
  OR n:Branch AND EXISTS { (n)-[:BRANCH_OF]->({ownerId: $owner}) }
  OR n:Run AND EXISTS { (n)<-[:HAD_RUN]-({ownerId: $owner}) }
  OR n:Subtask AND EXISTS { (n)<-[:HAS_SUBTASK]-({ownerId: $owner}) }
"""
SNAPSHOT = f"""
CALL () {{
  {NODES}
  RETURN coalesce(n.id, n.conversationId + n.seq) AS id, labels(n) AS what, properties(n) AS said
  UNION ALL
  {NODES}
  MATCH (n)-[r]->(m) WHERE NOT m:Passage
  RETURN coalesce(n.id, '') AS id, [type(r), m.id] AS what, properties(r) AS said
}}
RETURN id, what, said
"""
WIPE = f"""
{NODES}
WITH collect(n) AS gone
CALL (gone) {{ UNWIND gone AS t MATCH (e:TaskEvent) WHERE e.taskId = t.id AND e.seq >= 0 DELETE e }}
CALL (gone) {{ UNWIND gone AS s MATCH (s)<-[:OF]-(p:Passage) WITH DISTINCT p DETACH DELETE p }}
FOREACH (n IN gone | DETACH DELETE n)
"""
LOST = {
    "idempotencyKey",
    "causeKey",
    "keepsEvents",
    "searchedSeq",
    "searchedTo",
    "changedAt",
    "heldBy",
    "endSeq",
    "importedAt",
}


async def exported(database: Database, owner: str, ids: list[str] | None = None, format: str = OWN) -> bytes:
    """A file of an owner's conversations."""
    pieces = [piece async for piece in export_graph(GraphReads(database), owner, ids, format=format)]
    return b"".join(pieces)


async def imported(database: Database, owner: str, file: bytes | Iterable[bytes]) -> GraphReport:
    """What came of a file."""
    return await import_graph(Deliveries(database), owner, as_lines(file))


async def as_lines(file: bytes | Iterable[bytes]) -> AsyncIterator[bytes]:
    """The lines of a file, as they come."""
    for line in file.splitlines(keepends=True) if isinstance(file, bytes) else file:
        yield line


def read(file: bytes) -> Lines:
    """The lines of a file."""
    return [orjson.loads(line) for line in file.splitlines()]


def written(lines: Lines) -> bytes:
    """A file of lines."""
    return b"".join(orjson.dumps(line) + b"\n" for line in lines)


def edited(file: bytes, which: Callable[[Any], bool], edit: Callable[[Any], None]) -> bytes:
    """The file, where the first line of these says something else."""
    lines = read(file)
    edit(next(line for line in lines if which(line)))
    return written(lines)


async def snapshot(database: Database, owner: str) -> list[str]:
    """All that an owner has, in words, sorted; without what is of this machine."""
    rows = await cypher(database, SNAPSHOT, owner=owner)
    return sorted(map(_told, rows))


def _told(row: Row) -> str:
    said = {name: value for name, value in sorted(row["said"].items()) if name not in LOST}
    what = sorted(map(str, row["what"])) if "r" not in row else row["what"]
    return f"{row['id']} {what} {said!r}"


async def wipe(database: Database, owner: str) -> None:
    """Take all of an owner out of the graph, as if it had never been there."""
    await cypher(database, WIPE, writes=True, owner=owner)
    await cypher(database, "MATCH (e:Erasure {ownerId: $owner}) DETACH DELETE e", writes=True, owner=owner)
