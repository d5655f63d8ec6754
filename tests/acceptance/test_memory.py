"""What a task takes of memory does not grow with what it has done, nor what a subscription takes with its events."""

from __future__ import annotations

import asyncio
import gc
import tracemalloc
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from typing import Any

import httpx
import pytest

from service.conversations.events import event_number
from service.graph.database import Database
from tests.acceptance.test_streams import SSE
from tests.support.front import Service
from tests.support.services import cypher, finished

SUBTASKS, CHARACTERS = 500, 10_000
FIRST, LAST = 100, 450
MOST_GROWTH = 1_500_000
"""Bytes. Kept prompts and answers would be 7,000,000; what an event once left behind, 2,500,000."""
EVENTS = "subscription($id: ID!) { taskEvents(taskId: $id) { cursor ... on SubtaskChanged { subtaskStatus } } }"


@pytest.fixture
def traced() -> Iterator[None]:
    """Python's own memory is traced."""
    tracemalloc.start()
    yield
    tracemalloc.stop()


async def watched(service: Service, task_id: str) -> AsyncIterator[bytes]:
    """The lines of a task's events."""
    said = {"query": EVENTS, "variables": {"id": task_id}}
    timeout = httpx.Timeout(120)
    async with service.http.stream("POST", "/graphql", json=said, headers=SSE, timeout=timeout) as response:
        async for line in response.aiter_lines():
            if line.startswith("data:") and len(line) > 6:
                yield line[5:].encode()


async def create(service: Service) -> str:
    """A task whose prompts and answers are long; its id."""
    texts = [f"{number:06} " + "x" * CHARACTERS for number in range(SUBTASKS)]
    config = {"maxParallel": 8, "aggregation": "NONE"}
    task: dict[str, Any] = {
        "instruction": "Look.",
        "strategy": {"builtIn": "FILE"},
        "input": {"list": texts},
        "config": config,
    }
    return (await service.ask("CreateTask", input=task))["createTask"]["task"]["id"]


def used() -> int:
    """Bytes that are in use."""
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


async def test_memory_does_not_grow_with_what_is_done(service: Service, database: Database, traced: None) -> None:
    """Long prompts and answers, watched by one subscriber: nothing of them is kept, and its events are all there."""
    task_id = await create(service)
    ended, seqs, sizes = 0, list[int](), list[int]()
    async with aclosing(watched(service, task_id)) as lines:  # pyright: ignore[reportArgumentType]
        async for line in lines:
            ended += line.count(b"SUCCEEDED")
            seqs.append(event_number(line.split(b'"cursor":"')[1].split(b'"')[0].decode()))
            if ended in (FIRST, LAST) and b"SUCCEEDED" in line:
                sizes.append(used())
    assert await finished(database, task_id) == "SUCCEEDED"
    kept = await cypher(database, "MATCH (e:TaskEvent {taskId: $id}) RETURN e.seq AS seq ORDER BY seq", id=task_id)
    assert (ended, seqs) == (SUBTASKS, [row["seq"] for row in kept])
    first, last = sizes
    assert last - first < MOST_GROWTH


async def test_what_a_finished_task_held_is_let_go(service: Service, database: Database) -> None:
    """Neither the task nor the texts that it read are kept by the process that ran it."""
    task_id = await create(service)
    await finished(database, task_id)
    prompts = service.services.executor._worker.material
    async with asyncio.timeout(60):
        while task_id in prompts._tasks or any("x" * CHARACTERS in text for text in prompts._texts.values()):
            await asyncio.sleep(0.02)
