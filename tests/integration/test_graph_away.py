"""Neo4j goes away and comes back: callers are told at once, running tasks wait, and nothing is done twice."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from service.app import connection_of
from service.errors import GraphUnavailable
from service.folders import cache_folder
from service.graph.database import Connection, Database
from service.graph.local import LocalNeo4j, LocalSettings
from service.graph.local import start as start_neo4j
from service.graph.migrations import migrate
from service.services import Services
from service.tasks.creating import NewPrompt
from tests.support.books import faults_of, read_books
from tests.support.patience import patiently
from tests.support.proxy import Proxy
from tests.support.service_process import ServiceProcess
from tests.support.services import file_task, finished, provider, quiet_port, running, status_of
from tests.support.slow_provider import slow_provider

SUBTASKS = 50
SIZE = LocalSettings(heap="384m", page_cache="64m", brief=True)


@pytest.fixture
def slow() -> Iterator[str]:
    """A provider that takes 0.2 s."""
    with slow_provider(0.2) as base_url:
        yield base_url


@pytest.fixture
def slower() -> Iterator[str]:
    """A provider that takes long enough to lose Neo4j before it answers."""
    with slow_provider(3) as base_url:
        yield base_url


@pytest.fixture
async def proxy(connection: Connection) -> AsyncIterator[Proxy]:
    """The way to the worker's Neo4j."""
    async with Proxy(int(connection.uri.rpartition(":")[2])) as proxy:
        yield proxy


def through(proxy: Proxy, connection: Connection, **more: Any) -> Connection:
    """The connection through the proxy."""
    return replace(connection, uri=f"bolt://127.0.0.1:{proxy.port}", **more)


async def stats(base_url: str) -> dict[str, Any]:
    """What the slow provider counted."""
    async with httpx.AsyncClient(trust_env=False) as client:
        return (await client.get(base_url.removesuffix("/v1") + "/stats")).json()


async def until_called(base_url: str, calls: int) -> None:
    """Wait until the provider was called so often."""
    async with asyncio.timeout(60):
        while (await stats(base_url))["calls"] < calls:
            await asyncio.sleep(0.02)


async def until_both_hold_one(database: Database) -> None:
    """Wait until each of two services has a task of its own."""
    async with asyncio.timeout(60):
        while await database.execute("MATCH (t:Task) RETURN count(DISTINCT t.leaseOwner) AS of") != [{"of": 2}]:
            await asyncio.sleep(0.02)


async def refused(services: Services, owner: str) -> float:
    """Create a task, which must be refused; the seconds that it took."""
    began = time.monotonic()
    with pytest.raises(GraphUnavailable):
        await services.backend.tasks.send_prompt(owner, NewPrompt("Hello."))
    return time.monotonic() - began


async def accepted(services: Services, database: Database, owner: str) -> str:
    """Create a task as soon as Neo4j is back, and wait for its end; its status."""
    async with asyncio.timeout(60):
        task_id = await patiently(services.backend.tasks.send_prompt, owner, NewPrompt("Hello."))
        return await finished(database, task_id)


async def test_cut_connection_refuses_callers_fast_and_recovers(
    connection: Connection, database: Database, proxy: Proxy, tmp_path: Path, owner: str
) -> None:
    """While it is cut every caller is told within seconds, ten at once as fast as one; then all goes on by itself."""
    async with running(through(proxy, connection), tmp_path) as services:
        assert await accepted(services, database, owner) == "SUCCEEDED"
        await proxy.cut()
        took = await asyncio.gather(*(refused(services, owner) for _ in range(10)))
        await proxy.mend()
        assert max(took) < 20
        assert await accepted(services, database, owner) == "SUCCEEDED"


async def test_hanging_connection_refuses_callers_in_bounded_time_and_recovers(
    connection: Connection, database: Database, proxy: Proxy, tmp_path: Path, owner: str
) -> None:
    """A Neo4j that takes connections and says nothing: an error within its time, also for those who queue."""
    async with running(through(proxy, connection, timeout=1.5), tmp_path) as services:
        assert await accepted(services, database, owner) == "SUCCEEDED"
        proxy.hang()
        took = await asyncio.gather(*(refused(services, owner) for _ in range(10)))
        await proxy.mend()
        assert max(took) < 20
        assert await accepted(services, database, owner) == "SUCCEEDED"


async def test_running_task_waits_for_neo4j_and_does_nothing_twice(
    connection: Connection, database: Database, proxy: Proxy, tmp_path: Path, slow: str, owner: str
) -> None:
    """Cut four times, and made to hang once, in the middle of 50 subtasks: each is asked once, the task SUCCEEDED."""
    async with running(through(proxy, connection, timeout=5.0), tmp_path, provider(slow)) as services:
        task_id = await services.backend.tasks.create_task(owner, file_task(SUBTASKS, max_parallel=8))
        for calls in (3, 11, 20, 30):
            await until_called(slow, calls)
            await proxy.cut()
            await asyncio.sleep(0.5)
            await proxy.mend()
        await until_called(slow, 38)
        proxy.hang()
        await asyncio.sleep(0.5)
        await proxy.mend()
        await finished(database, task_id)
    books, said = await read_books(database, task_id), await stats(slow)
    assert (books.task["status"], books.statuses(), faults_of(books)) == ("SUCCEEDED", {"SUCCEEDED": SUBTASKS}, [])
    assert (books.outcomes(), said["calls"]) == ({"SUCCEEDED": SUBTASKS}, SUBTASKS)


async def test_answer_that_comes_while_neo4j_is_away_is_written_later(
    connection: Connection, database: Database, proxy: Proxy, tmp_path: Path, slower: str, owner: str
) -> None:
    """What was paid for is kept until it can be written: it is not asked for again."""
    async with running(through(proxy, connection), tmp_path, provider(slower)) as services:
        task_id = await services.backend.tasks.create_task(owner, file_task(4, max_parallel=4))
        await until_called(slower, 4)
        await proxy.cut()
        while (await stats(slower))["open"]:
            await asyncio.sleep(0.02)
        await asyncio.sleep(0.3)
        assert (await read_books(database, task_id)).outcomes() == {"RUNNING": 4}
        await proxy.mend()
        await finished(database, task_id)
    books = await read_books(database, task_id)
    assert (books.outcomes(), faults_of(books), (await stats(slower))["calls"]) == ({"SUCCEEDED": 4}, [], 4)


async def test_service_begins_without_neo4j_and_goes_on_when_it_is_there(
    connection: Connection, database: Database, proxy: Proxy, tmp_path: Path, slow: str, owner: str
) -> None:
    """Started while Neo4j is away: `/readyz` is 503; when it is back, what was left over is gone on with."""
    service = ServiceProcess(through(proxy, connection), tmp_path, provider(slow), owner)
    async with service:
        task_id = await service.create_file_task([f"Item {i}." for i in range(20)])
        await until_called(slow, 5)
        await service.kill()
        await proxy.cut()
        starting = asyncio.create_task(service.start())
        async with asyncio.timeout(60):
            while (await service.ready()) != 503:
                await asyncio.sleep(0.05)
        assert await status_of(database, task_id) == "RUNNING"
        await proxy.mend()
        await starting
        await finished(database, task_id)
    assert faults_of(await read_books(database, task_id)) == []


# --- a Neo4j of the test's own, killed ----------------------------------------------------------


@asynccontextmanager
async def own_neo4j(folder: Path) -> AsyncIterator[tuple[LocalNeo4j, Database]]:
    """A Neo4j that is started again on the same ports whenever it dies, migrated."""
    settings = replace(SIZE, bolt_port=quiet_port(), http_port=quiet_port())
    server = await start_neo4j(folder, cache_folder(), settings=settings)
    watching = asyncio.create_task(server.keep_alive())
    database = Database(connection_of(server))
    try:
        await migrate(database)
        yield server, database
    finally:
        await database.close()
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        await server.stop()


async def test_two_services_and_a_neo4j_that_die(tmp_path: Path, slow: str, owner: str) -> None:
    """Two services on one Neo4j, each with a task. One is killed, then Neo4j: the other takes over, once each."""
    settings = provider(slow) | {"executor": {"lease_seconds": 20}}
    items = [f"Item {i}." for i in range(SUBTASKS)]
    async with own_neo4j(tmp_path / "neo4j") as (server, database):
        folders = (tmp_path / "one", tmp_path / "two")
        both = [ServiceProcess(database.connection, folder, settings, owner) for folder in folders]
        try:
            await asyncio.gather(*(service.start() for service in both))
            tasks = await asyncio.gather(*(service.create_file_task(items, 4) for service in both))
            await until_called(slow, 20)
            await until_both_hold_one(database)
            await both[0].kill()
            await until_called(slow, 40)
            os.kill(server.state.pid, signal.SIGKILL)
            statuses = [await patiently(finished, database, task_id) for task_id in tasks]
            books = [await read_books(database, task_id) for task_id in tasks]
        finally:
            await asyncio.gather(*(service.kill() for service in both))
    interrupted = sum(one.outcomes()["INTERRUPTED"] for one in books)
    assert statuses == ["SUCCEEDED", "SUCCEEDED"]
    assert [faults_of(one) for one in books] == [[], []]
    assert (await stats(slow))["calls"] <= 2 * SUBTASKS + interrupted
