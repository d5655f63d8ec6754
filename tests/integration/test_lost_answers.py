"""Neo4j commits, and dies before it can say so: what is then written again is there once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from service.errors import GraphUnavailable
from service.graph.database import Connection, Database
from tests.support.books import faults_of, read_books
from tests.support.patience import patiently
from tests.support.proxy import Proxy
from tests.support.services import cypher, file_task, finished, provider, running
from tests.support.slow_provider import slow_provider

SUBTASKS = 40

COMMIT = b"\x00\x02\xb0\x12\x00\x00"
"""The message COMMIT of Bolt: a chunk of two bytes, a structure without fields, its signature, the end."""


@pytest.fixture
async def proxy(connection: Connection) -> AsyncIterator[Proxy]:
    """The way to the worker's Neo4j."""
    async with Proxy(int(connection.uri.rpartition(":")[2])) as proxy:
        yield proxy


@pytest.fixture
def slow() -> Iterator[str]:
    """A provider that takes 0.1 s."""
    with slow_provider(0.1) as base_url:
        yield base_url


async def written(database: Database, owner: str, least: int) -> None:
    """Wait until the conversations of this owner were written to so often."""
    async with asyncio.timeout(90):
        while True:
            rows = await cypher(
                database, "MATCH (c:Conversation {ownerId: $owner}) RETURN sum(c.lastSeq) AS seq", owner=owner
            )
            if rows[0]["seq"] >= least:
                return
            await asyncio.sleep(0.01)


@pytest.mark.timeout(400)
async def test_writes_of_a_task_whose_answers_are_lost_are_there_once(
    connection: Connection, database: Database, proxy: Proxy, tmp_path: Path, slow: str, owner: str
) -> None:
    """Six times in the life of a task: each subtask is asked once, everything is in the graph once."""
    through = replace(connection, uri=f"bolt://127.0.0.1:{proxy.port}")
    async with running(through, tmp_path, provider(slow)) as services:
        task_id = await services.backend.tasks.create_task(owner, file_task(SUBTASKS, max_parallel=4))
        for number in range(6):
            await written(database, owner, 10 + number * 25)
            proxy.swallow()
            # What is on its way is committed now, or not.
            await asyncio.sleep(0.1 + number * 0.05)
            await proxy.cut()
            await proxy.mend()
        await finished(database, task_id, 150)
    books = await read_books(database, task_id)
    assert (books.task["status"], faults_of(books)) == ("SUCCEEDED", [])
    assert books.outcomes() == {"SUCCEEDED": SUBTASKS}


@pytest.mark.timeout(400)
async def test_task_whose_creation_was_committed_and_not_answered_is_one_task(
    connection: Connection, database: Database, proxy: Proxy, tmp_path: Path, owner: str
) -> None:
    """Its caller is told that the graph is away, asks again with the same key, and gets that task, which ends."""
    through = replace(connection, uri=f"bolt://127.0.0.1:{proxy.port}", retry_seconds=0.1)
    new = replace(file_task(5), title=f"of {owner}", idempotency_key=f"lost-{owner}")
    async with running(through, tmp_path, {"executor": {"lease_seconds": 2.0}}) as services:
        proxy.swallow(f"of {owner}".encode(), COMMIT)
        creating = asyncio.create_task(services.backend.tasks.create_task(owner, new))
        await written(database, owner, 1)
        await proxy.cut()
        with pytest.raises(GraphUnavailable):
            await creating
        await proxy.mend()
        async with asyncio.timeout(30):
            task_id = await patiently(services.backend.tasks.create_task, owner, new)
        await finished(database, task_id, 150)
    books = await read_books(database, task_id)
    count = await cypher(database, "MATCH (t:Task {ownerId: $owner}) RETURN count(t) AS count", owner=owner)
    assert (books.task["status"], faults_of(books), count) == ("SUCCEEDED", [], [{"count": 1}])
