"""Graphs that older versions wrote: what they hold, before anything newer has touched it.

They are in `graphs/`, and are never made anew. Each is loaded into an empty Neo4j of this file's own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from service.app import connection_of
from service.folders import cache_folder
from service.graph.database import Database
from service.graph.local import LocalSettings, start
from service.graph.migrations import migrate
from tests.support.graphs import FOLDER, export_graph, load_graph, migrations_of, read_graph
from tests.support.services import cypher

EDITION_1 = FOLDER / "edition-1.jsonl.gz"
"""Of November 2026: two owners, and each kind of task, subtask, attempt and answer that there was, finished or not."""


@pytest.fixture(scope="session")
async def empty_graph(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Database]:
    """A database in which there is nothing at all, and that nobody shares."""
    home = tmp_path_factory.mktemp("older") / "neo4j"
    server = await start(home, cache_folder(), settings=LocalSettings(heap="384m", page_cache="64m"))
    database = Database(connection_of(server))
    yield database
    await database.close()
    await server.stop()


@pytest.fixture(scope="session")
async def old_graph(empty_graph: Database, tmp_path_factory: pytest.TempPathFactory) -> Database:
    """The graph of the first edition as that wrote it, with the constraints and indexes that it had."""
    await migrate(empty_graph, migrations_of(EDITION_1, tmp_path_factory.mktemp("migrations")))
    await load_graph(empty_graph, EDITION_1)
    return empty_graph


async def test_first_edition_is_loaded_as_it_was_written(old_graph: Database, tmp_path: Path) -> None:
    """Each node and each relationship of the file, and no other: written again it is the same."""
    nodes, edges = read_graph(EDITION_1)
    labels = Counter(label for node in nodes for label in node["labels"])
    assert await counted(old_graph, "MATCH (n) UNWIND labels(n) AS name RETURN name") == labels | {"MigrationLock": 1}
    assert (labels["Conversation"], labels["Task"], labels["Attempt"], labels["Message"]) == (113, 135, 313, 694)
    await export_graph(old_graph, tmp_path / "again.jsonl.gz")
    again, tied = read_graph(tmp_path / "again.jsonl.gz")
    assert again == nodes
    assert sorted(map(repr, tied)) == sorted(map(repr, edges))


async def test_first_edition_has_each_state_that_there_was(old_graph: Database) -> None:
    """What a migration must know how to treat is there."""
    statement = "MATCH (n:$($label)) RETURN DISTINCT n.status AS name"
    said = {label: set(await counted(old_graph, statement, label=label)) for label in STATUSES}
    assert said == STATUSES


STATUSES = {
    "Task": {"PENDING", "PLANNING", "RUNNING", "SUCCEEDED", "PARTIAL", "FAILED", "CANCELLED"},
    "Subtask": {"PENDING", "READY", "RUNNING", "SUCCEEDED", "FAILED", "CANCELLED", "SKIPPED"},
    "Attempt": {"RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "RATE_LIMITED", "CANCELLED", "INTERRUPTED"},
    "Response": {"COMPLETE", "PARTIAL", "FAILED"},
}


async def counted(database: Database, statement: str, **parameters: str) -> Counter[str]:
    """How often a statement returns each `name`."""
    return Counter(row["name"] for row in await cypher(database, statement, **parameters))
