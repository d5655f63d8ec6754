"""What is rehearsed at a start: that it is played in whole, that nothing of it stays, and that it holds nobody up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from service.app import connection_of
from service.errors import GraphError
from service.folders import cache_folder
from service.graph.database import Connection, Database
from service.graph.local import LocalSettings, start
from service.graph.queries import query
from service.graph.rehearsal import Script, rehearsing, replay
from service.records import StrategyName
from service.services import Services
from service.tasks.creating import NewTask
from service.warming import OWNER, rehearse
from tests.support.services import run_task, running

EVERYTHING = "MATCH (n) OPTIONAL MATCH (n)-[r]->() RETURN count(DISTINCT n) AS nodes, count(r) AS relationships"
PLAYED = "MATCH (t:Task {ownerId: $owner}) RETURN count(t) AS tasks"


@pytest.fixture
async def services(connection: Connection, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Services]:
    """A service that has rehearsed nothing yet."""
    async with running(connection, tmp_path_factory.mktemp("service")) as services:
        yield services


async def test_nothing_of_a_rehearsal_stays(tmp_path: Path) -> None:
    """Neither nodes nor relationships, though tasks were made and ended there.

    In a Neo4j of its own: in the worker's, services go on meanwhile with what killed ones left.
    """
    settings = LocalSettings(heap="384m", page_cache="64m", brief=True)
    server = await start(tmp_path / "neo4j", cache_folder(), settings=settings)
    try:
        async with running(connection_of(server), tmp_path / "service") as services:
            before = await services.database.execute(EVERYTHING)
            assert await rehearse(services.database, services.play, lambda: True) >= 1
            assert await services.database.execute(EVERYTHING) == before
            assert await services.database.execute(PLAYED, owner=OWNER) == [{"tasks": 0}]
    finally:
        await server.stop()


async def test_a_rehearsal_plays_whole_tasks(services: Services) -> None:
    """On the stage they are there: what plans and reads a prompt was run, as `replay` needs it."""
    script: Script = {}
    async with rehearsing(services.database, script) as stage:
        await services.play(stage)
    assert {"create_task", "start_attempt", "finish_attempt", "plan_subtasks", "finish_task"} <= set(script)
    assert {"read_path_above", "read_answers", "read_task_events", "read_messages"} <= set(script)
    await replay(services.database, script)
    assert await services.database.execute(PLAYED, owner=OWNER) == [{"tasks": 0}]


async def test_a_rehearsal_holds_nobody_up(services: Services, owner: str) -> None:
    """While a stage stands with all that was written there, a caller's prompt is answered beside it."""
    async with rehearsing(services.database, {}) as stage:
        await services.play(stage)
        async with asyncio.timeout(20):
            await run_task(services, services.database, owner, NewTask(instruction="hello", strategy=StrategyName.NONE))


async def test_a_rehearsal_gives_way(services: Services) -> None:
    """Where callers' tasks run, they warm the server better."""
    assert await rehearse(services.database, services.play, lambda: False) == 0


async def test_a_rehearsal_that_is_cut_leaves_no_transaction(services: Services) -> None:
    """The service may stop in the middle of it."""
    playing = asyncio.create_task(rehearse(services.database, services.play, lambda: True))
    await asyncio.sleep(0.02)
    playing.cancel()
    await asyncio.gather(playing, return_exceptions=True)
    await services.database.run(query("check_graph"))
    assert await services.database.execute(PLAYED, owner=OWNER) == [{"tasks": 0}]


async def test_a_server_that_is_away_is_no_surprise(connection: Connection) -> None:
    """Whoever warms up is told in our own words."""
    away = Database(replace(connection, uri="bolt://127.0.0.1:9"))
    with pytest.raises(GraphError):
        async with rehearsing(away, {}):
            pass
    await away.close()
