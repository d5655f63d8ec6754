"""A whole graph as a file, and a file as a graph: so that tests have one that an older version wrote.

A file is gzipped JSON, a line a node, then a line a relationship. The next edition's is made with
`python -m tests.support.graphs FILE`, of the graph that NEO4J_URI, NEO4J_USERNAME and NEO4J_PASSWORD name.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC
from pathlib import Path
from typing import Any

from neo4j.time import DateTime

from service.graph.database import Connection, Database, Row
from service.graph.queries import parse
from service.resources import resource

FOLDER = Path(__file__).parents[1] / "integration" / "graphs"
ROWS = 1000
"""Rows of one statement."""
_TIME = "$datetime"

_READ_NODES = parse(
    "read_nodes",
    """// Every node but the lock of the migrations, which says nothing.
    CYPHER 25
    MATCH (n) WHERE NOT n:MigrationLock
    RETURN elementId(n) AS id, labels(n) AS labels, properties(n) AS properties
    """,
)
_READ_EDGES = parse(
    "read_edges",
    """// Every relationship, with the places where it begins and ends.
    CYPHER 25
    MATCH (a)-[r]->(b)
    RETURN type(r) AS type, elementId(a) AS start, elementId(b) AS end, properties(r) AS properties
    ORDER BY type, a.id, b.id
    """,
)
_WRITE_NODES = parse(
    "write_nodes",
    """// Nodes, in the order of the rows.
    CYPHER 25
    UNWIND $rows AS row
    CREATE (n:$(row.labels))
    SET n = row.properties
    RETURN elementId(n) AS id
    """,
)
_WRITE_EDGES = parse(
    "write_edges",
    """// Relationships between nodes that are there.
    CYPHER 25
    UNWIND $rows AS row
    MATCH (a) WHERE elementId(a) = row.start
    MATCH (b) WHERE elementId(b) = row.end
    CREATE (a)-[r:$(row.type)]->(b)
    SET r = row.properties
    """,
)
_COUNT = parse(
    "count_nodes",
    """// What is there beside the migrations' own.
    CYPHER 25
    MATCH (n) WHERE NOT n:Migration AND NOT n:MigrationLock
    RETURN count(n) AS nodes
    """,
)
_FORGET = parse(
    "forget_migrations",
    """// What the migrations wrote down of themselves: the file says what was applied.
    CYPHER 25
    MATCH (m:Migration) DELETE m
    """,
)


async def load_graph(database: Database, file: Path) -> None:
    """Make a database that holds nothing but its migrations' own the graph of the file.

    The file says which migrations were applied; apply them first, so that their constraints and indexes are there.
    """
    nodes, edges = read_graph(file)
    (row,) = await database.run(_COUNT)
    assert row["nodes"] == 0, f"{row['nodes']} nodes are there already"
    await database.run(_FORGET)
    ids: list[str] = []
    for rows in _batches(nodes):
        ids += [row["id"] for row in await database.run(_WRITE_NODES, rows=rows)]
    for rows in _batches(edges):
        placed = [row | {"start": ids[row["start"]], "end": ids[row["end"]]} for row in rows]
        await database.run(_WRITE_EDGES, rows=placed)


def migrations_of(file: Path, folder: Path) -> Path:
    """The folder itself, with the migrations that were applied to the graph of the file."""
    for node in read_graph(file)[0]:
        if "Migration" in node["labels"]:
            name = f"{node['properties']['name']}.cypher"
            (folder / name).write_bytes(resource("cypher", "migrations", name).read_bytes())
    return folder


def read_graph(file: Path) -> tuple[list[Row], list[Row]]:
    """The nodes (`labels`, `properties`) and the relationships (`type`, `start`, `end`, `properties`) of a file.

    `start` and `end` are places in the list of nodes.
    """
    text = gzip.decompress(file.read_bytes()).decode()
    # By line feeds alone: texts may hold other characters that end lines.
    lines = [json.loads(line, object_hook=_typed) for line in text.rstrip("\n").split("\n")]
    return [line for line in lines if "labels" in line], [line for line in lines if "type" in line]


async def export_graph(database: Database, file: Path) -> None:
    """Write the graph to a file. Nobody may write to the graph meanwhile."""
    nodes, edges = await database.run(_READ_NODES), await database.run(_READ_EDGES)
    await asyncio.to_thread(write_graph, file, nodes, edges)


def write_graph(file: Path, nodes: list[Row], edges: list[Row]) -> None:
    """Write nodes, by label and id, and relationships; `start` and `end` are ids of nodes as the graph gives them."""
    nodes = sorted(nodes, key=_place)
    places = {node["id"]: place for place, node in enumerate(nodes)}
    lines = [{"labels": sorted(node["labels"]), "properties": _said(node["properties"])} for node in nodes]
    lines += [
        {
            "type": edge["type"],
            "start": places[edge["start"]],
            "end": places[edge["end"]],
            "properties": _said(edge["properties"]),
        }
        for edge in edges
    ]
    texts = (json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n" for line in lines)
    # With no time in it: the same graph is the same file.
    file.write_bytes(gzip.compress("".join(texts).encode(), mtime=0))


def _place(node: Row) -> tuple[str, str]:
    said = node["properties"]
    return min(node["labels"]), str(said.get("id", said.get("version")))


def _said(properties: Row) -> Row:
    """Properties as JSON, sorted; a time says that it is one."""
    return {name: _plain(value) for name, value in sorted(properties.items())}


def _plain(value: Any) -> Any:
    return {_TIME: value.iso_format()} if isinstance(value, DateTime) else value


def _typed(said: dict[str, Any]) -> Any:
    # UTC as an offset, which is how Neo4j keeps it, and not as the name of a zone.
    return DateTime.from_iso_format(said[_TIME]).replace(tzinfo=UTC) if set(said) == {_TIME} else said


def _batches(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    return (rows[start : start + ROWS] for start in range(0, len(rows), ROWS))


async def main(file: Path) -> None:
    """Write the graph that the environment names."""
    names = ("NEO4J_URI", "NEO4J_USERNAME", "NEO4J_PASSWORD")
    database = Database(Connection(*(os.environ[name] for name in names)))
    await export_graph(database, file)
    await database.close()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
