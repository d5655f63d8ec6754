"""Tasks that read much: written in pieces, and there at once or not at all."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from service.graph.database import Connection, Database
from service.graph.drafts import PIECE_READINGS, delete_old_drafts
from service.graph.queries import query
from service.services import Services
from service.tasks.creating import NewTask
from tests.support.services import cypher, finished, running

ITEMS = 2 * PIECE_READINGS + 7
READINGS = """MATCH (t:Task {id: $id})-[r:READS]->(s:Source)
RETURN r.index AS index, r.name AS name, s.text AS text ORDER BY index"""
DRAFTS = "MATCH (d:Draft {ownerId: $owner}) RETURN count(d) AS drafts"
SOURCES = "MATCH (s:Source {ownerId: $owner}) RETURN count(s) AS sources"


@pytest.fixture
async def services(connection: Connection, database: Database, tmp_path: Path) -> AsyncIterator[Services]:
    """A service over the echo model."""
    async with running(connection, tmp_path) as services:
        yield services


def many(**more: object) -> NewTask:
    """A task that reads more than is written with it; some of its texts are the same."""
    items = tuple(f"item {i % (ITEMS - 5)}" for i in range(ITEMS))
    return NewTask(instruction="Look.", strategy="FILE", items=items, **more)  # type: ignore[arg-type]


def piece(owner: str, task_id: str, start: int = 0, count: int = 2) -> dict[str, object]:
    """A row of `draft_task`."""
    same = {"text": "x", "length": 1, "bytes": 1, "mediaType": "m"}
    sources = [
        {"index": i, "name": f"item {i}", "source": same | {"id": f"{task_id}-{i}", "sha256": f"{i}"}}
        for i in range(start, start + count)
    ]
    return {"n": 0, "at": 0, "ownerId": owner, "taskId": task_id, "start": start, "sources": sources}


async def test_task_of_many_items_is_there_with_all_of_them(services: Services, database: Database, owner: str) -> None:
    """In their order, under their names; its draft is gone, for it is the task."""
    task_id = await services.backend.tasks.create_task(owner, many())
    rows = await cypher(database, READINGS, id=task_id)
    assert [(row["index"], row["name"], row["text"]) for row in rows] == [
        (i, f"item {i + 1}", f"item {i % (ITEMS - 5)}") for i in range(ITEMS)
    ]
    assert await cypher(database, DRAFTS, owner=owner) == [{"drafts": 0}]
    await services.backend.tasks.cancel_task(owner, task_id)


async def test_one_prompt_that_reads_much_is_about_all_of_it(
    services: Services, database: Database, owner: str
) -> None:
    """As one that reads little is."""
    new = NewTask(instruction="Look.", strategy="NONE", text="some words " * 30_000)
    task_id = await services.backend.tasks.create_task(owner, new)
    rows = await cypher(
        database,
        "MATCH (:Task {id: $id})-[:ASKED]->()-[a:ABOUT]->(s) RETURN a.start AS start, a.end AS end, s.length AS length",
        id=task_id,
    )
    assert rows == [{"start": 0, "end": 330_000, "length": 330_000}]
    await finished(database, task_id)


async def test_the_same_key_makes_one_task_of_many_items(services: Services, database: Database, owner: str) -> None:
    """The second finds the first, and what it had drafted is cleared away."""
    tasks = services.backend.tasks
    first = await tasks.create_task(owner, many(idempotency_key="k"))
    assert await tasks.create_task(owner, many(idempotency_key="k")) == first
    await tasks.cancel_task(owner, first)


async def test_a_piece_that_is_sent_twice_is_written_once(database: Database, owner: str) -> None:
    """Its answer may have been lost on the way."""
    row = piece(owner, f"task-{owner}")
    for _ in range(2):
        written = await database.run(query("draft_task"), batch={"rows": [row]})
        assert written[0]["written"] == [{"n": 0, "readings": 2}]
    (edges,) = await cypher(
        database, "MATCH (:Draft {id: $id})-[r:READS]->() RETURN count(r) AS edges", id=f"task-{owner}"
    )
    assert edges == {"edges": 2}
    await delete_old_drafts(database, seconds=-1)


async def test_what_was_drafted_for_no_task_is_cleared_away(services: Services, database: Database, owner: str) -> None:
    """The process died before the task was there. What another task reads stays, and so does what is fresh."""
    task_id = await services.backend.tasks.create_task(owner, many())
    await database.run(query("draft_task"), batch={"rows": [piece(owner, f"lost-{owner}", count=3)]})
    before = (await cypher(database, SOURCES, owner=owner))[0]["sources"]
    await delete_old_drafts(database, seconds=60)
    assert await cypher(database, DRAFTS, owner=owner) == [{"drafts": 1}]
    await delete_old_drafts(database, seconds=-1)
    assert await cypher(database, DRAFTS, owner=owner) == [{"drafts": 0}]
    assert await cypher(database, SOURCES, owner=owner) == [{"sources": before - 3}]
    assert len(await cypher(database, READINGS, id=task_id)) == ITEMS
    await services.backend.tasks.cancel_task(owner, task_id)
