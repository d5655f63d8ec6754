"""Responses as they are followed at a process that does not run their task, or not all of it."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, aclosing
from pathlib import Path

import pytest

from service.conversations.deltas import Delta
from service.graph.database import Connection, Database
from service.services import Services
from tests.support.services import Settings, cypher, file_task, finished, provider, running
from tests.support.slow_provider import SlowProvider

RESPONSES = """
MATCH (t:Task {id: $id})-[:HAS_SUBTASK]->(s)-[:ATTEMPTED]->(a)-[:YIELDED]->(r)
RETURN s.id AS subtask, a.number AS attempt, r.id AS id, r.content AS text, r.status AS status, r.finishReason AS reason
"""


@pytest.fixture
async def settings() -> AsyncIterator[Settings]:
    """Two services' common provider, which takes a tenth of a second."""
    upstream = SlowProvider(0.1)
    listening = await asyncio.start_server(upstream.serve, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    yield provider(f"http://127.0.0.1:{port}/v1") | {"executor": {"lease_seconds": 4}}
    listening.close()


async def follow(services: Services, owner: str, task_id: str, begun: asyncio.Event | None = None) -> list[Delta]:
    """All pieces until the task is over."""
    found: list[Delta] = []
    deltas = services.backend.responses.follow(owner, task_id)
    async with asyncio.timeout(90), aclosing(deltas):  # pyright: ignore[reportArgumentType]
        async for delta in deltas:
            found.append(delta)
            if begun:
                begun.set()
    return found


async def check(database: Database, task_id: str, found: list[Delta]) -> None:
    """Each response once, to its end, as it is in the graph."""
    ended = [delta.live for delta in found if delta.done]
    assert max(Counter(live.key for live in ended).values()) == 1
    texts = {live.key: "".join(piece.text for piece in found if piece.live.key == live.key) for live in ended}
    told = {(*live.key, texts[live.key], live.status.value, live.finish_reason) for live in ended}
    rows = await cypher(database, RESPONSES, id=task_id)
    kept = {(row["subtask"], row["attempt"], row["text"], row["status"], row["reason"]) for row in rows}
    assert kept <= told
    assert {live.id for live in ended} >= {row["id"] for row in rows if row["status"] == "COMPLETE"}


async def test_what_another_process_generates_comes_whole(
    connection: Connection, database: Database, owner: str, tmp_path: Path, settings: Settings
) -> None:
    """Each response in one piece, and how it ended; at the process that runs the task piece by piece."""
    async with (
        running(connection, tmp_path / "one", settings) as one,
        running(connection, tmp_path / "two", settings) as two,
    ):
        task_id = await one.backend.tasks.create_task(owner, file_task(30, max_parallel=4))
        here, there, twice = await asyncio.gather(*(follow(service, owner, task_id) for service in (one, two, two)))
    await check(database, task_id, here)
    await check(database, task_id, there)
    assert len(there) == len(twice) == 30
    assert all(delta.done and delta.position == 0 for delta in there)
    assert len(here) > 30


async def test_a_task_that_is_taken_over_is_followed_on(
    connection: Connection, database: Database, owner: str, tmp_path: Path, settings: Settings
) -> None:
    """What the first process wrote comes whole, what is generated here then in pieces, and nothing comes twice."""
    begun = asyncio.Event()
    async with AsyncExitStack() as stack:
        one = await stack.enter_async_context(running(connection, tmp_path / "one", settings))
        async with running(connection, tmp_path / "two", settings) as two:
            task_id = await one.backend.tasks.create_task(owner, file_task(60, max_parallel=2))
            following = asyncio.create_task(follow(two, owner, task_id, begun))
            await begun.wait()
            await stack.aclose()
            found = await following
            assert await finished(database, task_id) == "SUCCEEDED"
    await check(database, task_id, found)
    whole = [delta for delta in found if delta.done and delta.position == 0]
    assert 0 < len(whole) < 60
    assert len(found) > 60
