"""Compacting the embedded Neo4j: what was deleted is in none of its files, all else is as it was."""

from __future__ import annotations

import os
import secrets
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from service.errors import Conflict, SetupError
from service.folders import cache_folder
from service.graph.database import Connection, Database
from service.graph.local import LocalSettings, start
from service.graph.local.compacting import compact
from service.graph.local.home import home_at
from tests.support.services import cypher

SIZE = LocalSettings(heap="256m", page_cache="32m", brief=True)
MADE = """
UNWIND $texts AS text
CREATE (a:Note {id: text, text: text + text, words: [text, 'x'], n: 1, f: 0.5, b: true,
  at: datetime('2026-01-02T03:04:05.678Z')})
CREATE (b:Note:Other {id: text + 'b'})
CREATE (a)-[:SAYS {text: text + text, index: 3}]->(b)
"""
ALL = """
MATCH (a)-[r]->(b)
RETURN a.id AS id, a {.*} AS a, labels(b) AS labels, type(r) AS type, r {.*} AS r ORDER BY id
"""
SCHEMA = """
SHOW INDEXES YIELD name, type, labelsOrTypes, properties
RETURN name, type, labelsOrTypes, properties ORDER BY name
"""


@asynccontextmanager
async def graph(folder: Path) -> AsyncGenerator[Database]:
    """The graph in a folder, while its server runs."""
    server = await start(folder, cache_folder(), settings=SIZE)
    database = Database(Connection(server.address.bolt, server.address.username, server.address.password))
    try:
        yield database
    finally:
        await database.close()
        await server.stop()


def files_with(folder: Path, texts: list[str]) -> set[str]:
    """The files in which any of these texts is."""
    words = [text.encode() for text in texts]
    files = [file for file in folder.parent.rglob("*") if file.is_file()]
    return {file.name for file in files if any(word in file.read_bytes() for word in words)}


async def test_deleted_bytes_are_in_no_file(tmp_path: Path) -> None:
    """Neither in the store nor in indexes, transaction logs or logs; a second server is refused meanwhile."""
    folder = tmp_path / "neo4j"
    gone, kept = ([secrets.token_hex(40) for _ in range(50)] for _ in range(2))
    with pytest.raises(SetupError, match="no graph"):
        await compact(folder, cache_folder(), settings=SIZE)
    async with graph(folder) as database:
        await cypher(database, "CREATE CONSTRAINT note_id FOR (n:Note) REQUIRE n.id IS UNIQUE", writes=True)
        await cypher(database, "CREATE FULLTEXT INDEX notes FOR (n:Note) ON EACH [n.text]", writes=True)
        await cypher(database, MADE, writes=True, texts=gone + kept)
        await cypher(database, "MATCH (n:Note) WHERE n.id IN $texts DETACH DELETE n", writes=True, texts=gone)
        await cypher(database, "MATCH (n:Other) WHERE left(n.id, 80) IN $texts DELETE n", writes=True, texts=gone)
        with pytest.raises(Conflict, match="running"):
            await compact(folder, cache_folder(), settings=SIZE)
        before, schema = await cypher(database, ALL), await cypher(database, SCHEMA)
    assert files_with(folder, gone)
    done = await compact(folder, cache_folder(), settings=SIZE)
    assert (done.copied.nodes, done.copied.relationships) == (100, 50)
    assert files_with(folder, gone) == set()
    assert files_with(folder, kept)
    assert set(os.listdir(tmp_path)) == {"neo4j"}
    async with graph(folder) as database:
        assert (await cypher(database, ALL), await cypher(database, SCHEMA)) == (before, schema)
    assert not (home_at(folder).folder / "data.old").exists()
