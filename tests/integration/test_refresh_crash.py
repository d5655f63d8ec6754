"""A refresh is killed in the middle and gone on with: nothing is asked twice, and nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from service.graph.database import Connection, Database
from service.records import TaskStatus
from tests.integration.test_crash import until_called
from tests.support.service_process import ServiceProcess
from tests.support.services import cypher, finished, provider
from tests.support.slow_provider import slow_provider

FILES, CHANGED = 24, 12
DONE = """MATCH (t:Task {id: $id})-[:HAS_SUBTASK]->(s)
OPTIONAL MATCH (s)-[:ATTEMPTED]->(a:Attempt {status: 'SUCCEEDED'})
WITH s, count(a) AS answers
RETURN s.status AS status, answers + COUNT { (s)-[:REUSED]->() } AS taken, count(*) AS subtasks"""


@pytest.fixture
def slow() -> Iterator[str]:
    """A provider that takes 0.3 s."""
    with slow_provider(0.3) as base_url:
        yield base_url


def files(version: str, count: int) -> list[dict[str, Any]]:
    """The first of the files."""
    return [{"name": f"f{i}.txt", "content": {"text": f"File {i}, {version}."}} for i in range(count)]


async def calls(base_url: str) -> int:
    """The calls that the provider has had."""
    async with httpx.AsyncClient(trust_env=False) as client:
        return (await client.get(base_url.removesuffix("/v1") + "/stats")).json()["calls"]


async def test_killed_refresh_goes_on(
    connection: Connection, database: Database, tmp_path: Path, slow: str, owner: str
) -> None:
    """Each subtask has one answer, taken over or asked; only calls that were under way are made again."""
    service = ServiceProcess(connection, tmp_path, provider(slow), owner)
    async with service:
        wish = {"instruction": "Look.", "strategy": {"builtIn": "FILE"}, "input": {"files": files("one", FILES)}}
        async with service.client() as client:
            first = (await client.execute("CreateTask", input=wish | {"config": {"maxParallel": 4}}))["task"]["id"]
            await finished(database, first)
            before = await calls(slow)
            newer = {"taskId": first, "input": {"files": files("two", CHANGED)}}
            again = (await client.execute("RefreshTask", input=newer))["task"]["id"]
        await until_called(slow, before + 5)
        await service.kill()
        await service.start()
        assert await finished(database, again) is TaskStatus.SUCCEEDED
        assert await calls(slow) - before <= CHANGED + 4
    rows = await cypher(database, DONE, id=again)
    assert rows == [{"status": "SUCCEEDED", "taken": 1, "subtasks": FILES}]
