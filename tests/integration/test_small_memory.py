"""A Neo4j with little memory for transactions: what fits alone is written, what does not fails nobody else."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from service.app import connection_of
from service.errors import GraphFull
from service.folders import cache_folder
from service.graph.database import Database
from service.graph.local import LocalSettings, start
from service.graph.migrations import migrate
from service.graph.reader import Reader
from service.graph.store import Store
from service.graph.writer import Writer
from service.records import new_id
from service.signals import Signals
from service.tasks.creating import NewTask, NewTaskConfig
from tests.support.services import cypher, finished, running

OWNER = "ada"
LARGE, TOO_LARGE = 2_000_000, 30_000_000
LIMIT = {"dbms.memory.transaction.total.max": "64m"}


@pytest.fixture(scope="module")
async def database(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Database]:
    """A graph whose Neo4j has 64 MB for all transactions together: enough for a text of 10 MB."""
    settings = LocalSettings(heap="384m", page_cache="64m", extra=LIMIT, brief=True)
    folder = tmp_path_factory.mktemp("small")
    server = await start(folder / "neo4j", cache_folder(), settings=settings)
    database = Database(connection_of(server))
    await migrate(database)
    yield database
    await database.close()
    await server.stop()


@pytest.fixture
def store(database: Database) -> Store:
    """A store with a writer of its own."""
    return Store(database, Writer(database), Signals())


def conversation() -> dict[str, Any]:
    """A row of `create_conversation`."""
    row = {"ownerId": OWNER, "conversationId": new_id(), "title": "t", "metadata": None}
    return row | {"idempotencyKey": None, "requestHash": "h"}


def message(conversation_id: str, characters: int) -> dict[str, Any]:
    """A row of `append_message`."""
    properties = {"content": "x" * characters, "title": "t"}
    row = {"ownerId": OWNER, "conversationId": conversation_id, "id": new_id(), "kind": "Prompt"}
    return row | {"properties": properties}


async def conversations(store: Store, count: int) -> list[str]:
    """So many conversations; their ids."""
    rows = [conversation() for _ in range(count)]
    await asyncio.gather(*map(store.create_conversation, rows))
    return [row["conversationId"] for row in rows]


async def test_what_fits_alone_is_written_however_much_comes_at_once(store: Store) -> None:
    """Three times of what all transactions may hold, in many rows of one size and in few large ones."""
    places = await conversations(store, 80)
    rows = [message(place, 300_000) for place in places] + [message(place, LARGE) for place in places[:10]]
    written = await asyncio.gather(*map(store.append_message, rows))
    assert all(written)


async def test_what_fits_nowhere_is_refused_alone(store: Store) -> None:
    """With what to do; those beside it are written."""
    places = await conversations(store, 6)
    rows = [message(place, size) for place, size in zip(places, [10, LARGE, TOO_LARGE, 10, 10, LARGE], strict=True)]
    results = await asyncio.gather(*map(store.append_message, rows), return_exceptions=True)
    refused = results.pop(2)
    assert isinstance(refused, GraphFull)
    assert "storage.neo4j.embedded.heap" in (refused.remedy or "")
    assert all(isinstance(result, dict) for result in results)


async def test_a_batch_that_does_not_fit_is_divided(database: Database, store: Store) -> None:
    """As one with a bad row is: weights are estimates."""
    places = await conversations(store, 60)
    # Each map counts a thousand and takes more than that.
    rows = [message(place, 390_000) for place in places]
    assert all(await asyncio.gather(*map(store.append_message, rows)))


async def test_texts_that_do_not_fit_together_are_read_in_parts(database: Database, store: Store) -> None:
    """Of messages, for a page of a caller: in halves, until they fit."""
    (place,) = await conversations(store, 1)
    rows = [message(place, LARGE) for _ in range(16)]
    await asyncio.gather(*map(store.append_message, rows))
    found = await Reader(database).read_message_contents(OWNER, [row["id"] for row in rows])
    assert [len(found[row["id"]]) for row in rows] == [LARGE] * 16


async def test_long_messages_of_an_older_graph_are_counted(database: Database, store: Store) -> None:
    """Their texts are five times what all transactions may hold; some were counted before it was interrupted."""
    places = await conversations(store, 40)
    rows = [message(place, 8_000_000) for place in places]
    await asyncio.gather(*map(store.append_message, rows))
    forget = "CYPHER 25 MATCH (m:Message) WHERE m.length < $most OR m.id > $some WITH m CALL (m) { REMOVE m.length }"
    middle = sorted(row["id"] for row in rows)[20]
    await database.execute(f"{forget} IN TRANSACTIONS OF 1 ROW", most=8_000_000, some=middle)
    await cypher(database, "MATCH (m:Migration {version: 17}) DETACH DELETE m", writes=True)
    assert await migrate(database) == ["V017__messages_know_their_length"]
    (row,) = await cypher(database, "MATCH (m:Message) WHERE m.length IS NULL RETURN count(m) AS unknown")
    assert row == {"unknown": 0}


@pytest.mark.parametrize("letters", ["word ", "文字と言葉 "])
async def test_large_tasks_at_once_are_created_and_read(database: Database, tmp_path: Path, letters: str) -> None:
    """Six of 5 MB each: their sources are written and read one after the other."""
    text = letters * (5_000_000 // len(letters.encode()))
    # No call is made: what they read is read to plan them.
    config = NewTaskConfig(chunk_tokens=500_000, max_parallel=1, budget={"tokens": 1})
    async with running(database.connection, tmp_path) as services:
        news = [NewTask(instruction=f"{i}", strategy="CHUNK", text=f"{i} {text}", config=config) for i in range(6)]
        tasks = await asyncio.gather(*(services.backend.tasks.create_task(OWNER, new) for new in news))
        for task_id in tasks:
            await finished(database, task_id)
    ends = "UNWIND $ids AS id MATCH (t:Task {id: id}) RETURN t.status AS status, t.errorCode AS code"
    rows = await cypher(database, ends, ids=tasks)
    assert {(row["status"], row["code"]) for row in rows} == {("PARTIAL", "BUDGET_EXCEEDED")}


async def test_task_of_many_short_items_is_created(database: Database, tmp_path: Path) -> None:
    """In one transaction they would take 60 MB."""
    async with running(database.connection, tmp_path) as services:
        items = tuple(f"short item {i} {os.getpid()}" for i in range(10_000))
        task_id = await services.backend.tasks.create_task(
            OWNER, NewTask(instruction="Look.", strategy="FILE", items=items)
        )
        await services.backend.tasks.cancel_task(OWNER, task_id)
    rows = await cypher(database, "MATCH (:Task {id: $id})-[r:READS]->() RETURN count(r) AS readings", id=task_id)
    assert rows == [{"readings": 10_000}]
