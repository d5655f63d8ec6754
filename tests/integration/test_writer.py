"""The group-committing writer on a real Neo4j."""

from __future__ import annotations

import asyncio
import gc
import warnings
from typing import Any

import pytest

from service.clock import now_ms
from service.errors import Conflict, GraphError, GraphUnavailable
from service.graph.database import Connection, Database
from service.graph.queries import query
from service.graph.store import Store, main_branch
from service.graph.writer import Writer
from service.records import new_id
from service.signals import Signals
from tests.support.services import cypher


def conversation(owner: str, **more: Any) -> dict[str, Any]:
    """A row of `create_conversation`."""
    row = {"ownerId": owner, "conversationId": new_id(), "title": "t", "metadata": None}
    return row | {"idempotencyKey": None, "requestHash": "h"} | more


def message(owner: str, conversation_id: str, kind: str = "Prompt", **more: Any) -> dict[str, Any]:
    """A row of `append_message`."""
    properties = {"content": "hello", "title": "hello"} | more
    return {"ownerId": owner, "conversationId": conversation_id, "id": new_id(), "kind": kind, "properties": properties}


def beginning(row: dict[str, Any], **more: Any) -> list[tuple[str, dict[str, Any]]]:
    """A conversation and its first message in one write, the message first."""
    at, branch = now_ms(), main_branch(row["conversationId"])
    said = message(row["ownerId"], row["conversationId"], **more)
    return [
        ("append_message", {"at": at, "branchId": branch, "link": "CONTINUES", **said}),
        ("create_conversation", {"at": at, "branchId": branch, **row}),
    ]


@pytest.fixture
async def store(database: Database) -> Store:
    """A store with a writer of its own."""
    return Store(database, Writer(database), Signals())


async def test_concurrent_appends_to_one_conversation_form_one_chain(store: Store, owner: str) -> None:
    """Two hundred appends at once: every one has its own depth, none forks the chain, none is lost."""
    row = conversation(owner)
    await store.create_conversation(row)
    written = await asyncio.gather(*(store.append_message(message(owner, row["conversationId"])) for _ in range(200)))
    assert sorted(record["depth"] for record in written if record) == list(range(200))


async def test_a_bad_row_fails_its_own_caller_alone(store: Store, owner: str) -> None:
    """One row that Neo4j refuses among many good ones: they are written, it is not."""
    row = conversation(owner)
    await store.create_conversation(row)
    place = row["conversationId"]
    good = [message(owner, place) for _ in range(20)]
    bad = message(owner, place, nested={"a": "map is no property value"})
    results = await asyncio.gather(*map(store.append_message, [*good[:10], bad, *good[10:]]), return_exceptions=True)
    assert isinstance(results.pop(10), GraphError)
    assert all(isinstance(result, dict) for result in results)


async def test_a_row_that_cannot_be_sent_fails_its_own_caller_alone(store: Store, owner: str) -> None:
    """Half a surrogate pair, or a number of more than 64 bits: the driver itself refuses them."""
    row = conversation(owner)
    await store.create_conversation(row)
    place = row["conversationId"]
    bad = [message(owner, place, content="\ud800"), message(owner, place, number=2**70)]
    good = [message(owner, place) for _ in range(20)]
    results = await asyncio.gather(*map(store.append_message, [*good, *bad]), return_exceptions=True)
    assert all(isinstance(result, dict) for result in results[:20])
    assert all(type(result) is GraphError for result in results[20:])


async def test_writing_the_same_row_twice_writes_once(store: Store, database: Database, owner: str) -> None:
    """A repeated write is safe: the chain has one message, and its place does not change."""
    row = conversation(owner)
    await store.create_conversation(row)
    twice = message(owner, row["conversationId"])
    first, second = await store.append_message(twice), await store.append_message(twice)
    assert first == second == {"n": 0, "depth": 0}


async def test_a_row_whose_guard_holds_it_back_returns_none(store: Store, owner: str) -> None:
    """Appending to a conversation that is not the owner's writes nothing and says so."""
    row = conversation(owner)
    await store.create_conversation(row)
    assert await store.append_message(message("somebody else", row["conversationId"])) is None


async def test_the_same_idempotency_key_at_once_makes_one_conversation(database: Database, owner: str) -> None:
    """Two processes that create with one key at the same time both get the one that was made."""
    stores = [Store(database, Writer(database), Signals()) for _ in range(4)]
    rows = [conversation(owner, idempotencyKey="k") for _ in range(40)]
    made = await asyncio.gather(*(stores[i % 4].create_conversation(row) for i, row in enumerate(rows)))
    assert len({record["id"] for record in made if record}) == 1


async def test_an_absent_neo4j_fails_every_waiting_caller_fast(connection: Connection, owner: str) -> None:
    """With nobody at the address, a write raises `GraphUnavailable` in seconds, with an error of its own each."""
    database = Database(Connection("bolt://127.0.0.1:1", "neo4j", "none", retry_seconds=0.2))
    store = Store(database, Writer(database), Signals())
    results = await asyncio.gather(
        *(store.create_conversation(conversation(owner)) for _ in range(5)), return_exceptions=True
    )
    await database.close()
    assert all(isinstance(result, GraphUnavailable) for result in results)
    assert len({id(result) for result in results}) == 5


async def test_parameters_are_checked_by_name(database: Database) -> None:
    """A forgotten or misspelt parameter is an error before anything is sent."""
    with pytest.raises(GraphError, match="missing parameters \\['batch', 'most'\\]"):
        await database.run(query("read_source_texts"), id=["x"])


async def test_a_second_node_with_the_same_key_is_a_conflict(database: Database) -> None:
    """Neo4j's constraint errors reach callers as `Conflict`."""
    version = 10**6
    await database.run(query("begin_migration"), version=version, checksum="y")
    with pytest.raises(Conflict):
        await database.execute(f"CREATE (:Migration {{version: {version}}})")
    await database.execute(f"MATCH (m:Migration {{version: {version}}}) DELETE m")


async def test_cancelled_callers_leave_no_connection_open(connection: Connection) -> None:
    """Whenever a caller goes, also while a connection is opened for it, none is left unclosed."""
    gc.collect()
    with warnings.catch_warnings(record=True) as unclosed:
        warnings.simplefilter("always", ResourceWarning)
        for moment in range(30):
            database = Database(connection)
            reading = asyncio.create_task(database.run(query("read_task_head"), ownerId="x", taskId="y"))
            await asyncio.sleep(0.0005 * moment)
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
            await database.close()
        gc.collect()
    assert [str(warning.message) for warning in unclosed] == []


async def test_what_is_written_together_is_in_order_or_not_at_all(database: Database, owner: str) -> None:
    """A message is appended to the conversation of its own write, whatever comes first in it; a bad row undoes both."""
    writer, good, bad = Writer(database), conversation(owner), conversation(owner)
    results = await asyncio.gather(
        writer.write_together(beginning(good), key="x"),
        writer.write_together(beginning(bad, nested={"a": "map is no property value"}), key="x"),
        return_exceptions=True,
    )
    assert isinstance(results[0], list)
    assert [record and record.get("depth") for record in results[0]] == [0, None]
    assert isinstance(results[1], GraphError)
    made = await cypher(database, "MATCH (c:Conversation {ownerId: $owner}) RETURN c.id AS id", owner=owner)
    assert [row["id"] for row in made] == [good["conversationId"]]
