"""Ten thousand subtasks of one task in a service process: what it takes of memory while it works, and its events.

Prompts and answers have 2,000 characters each. One subscriber watches from the beginning.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
from pathlib import Path
from typing import Any

import httpx
import psutil

from benchmarks.bench import FINAL, OWNER, figure, load, neo4j, run
from benchmarks.restart import create
from service.commands.serving import find_running
from service.conversations.events import event_number
from service.graph.database import Database
from service.providers.sse import SseParser
from tests.support.service_process import ServiceProcess
from tests.support.services import cypher, status_of

SUBTASKS = 10_000
CHARACTERS = 2000
AT_ONCE = 64
MARKS = (0, 1000, 5000, SUBTASKS)
MEGABYTE = 1024 * 1024
EVENTS = """subscription($id: ID!) {
  taskEvents(taskId: $id) { cursor ... on SubtaskChanged { subtaskStatus subtaskId } }
}"""
DONE = "MATCH (t:Task {id: $id}) RETURN COUNT { (t)-[:HAS_SUBTASK]->(:Subtask {status: 'SUCCEEDED'}) } AS done"


def task() -> dict[str, Any]:
    """A FILE task of so many texts; the echo of each is its answer."""
    texts = [f"{number:06} " + "words of a text " * (CHARACTERS // 16) for number in range(SUBTASKS)]
    config = {"maxParallel": AT_ONCE, "aggregation": "CONCAT", "model": "echo/echo"}
    return {"instruction": "Look.", "strategy": {"builtIn": "FILE"}, "input": {"list": texts}, "config": config}


async def watch(service: ServiceProcess, task_id: str) -> list[dict[str, Any]]:
    """All events of the task, as one subscriber gets them."""
    running, events, parser = find_running(service.folder), list[dict[str, Any]](), SseParser()
    assert running is not None
    headers = {"authorization": f"Bearer {OWNER}", "accept": "text/event-stream"}
    body = {"query": EVENTS, "variables": {"id": task_id}}
    async with (
        httpx.AsyncClient(trust_env=False, headers=headers, timeout=300) as http,
        http.stream("POST", f"{running.url}/graphql", json=body) as response,
    ):
        async for block in response.aiter_bytes():
            said = [event for event in parser.feed(block) if event.name == "next"]
            events += [json.loads(event.data)["data"]["taskEvents"] for event in said]
    return events


def check(events: list[dict[str, Any]]) -> None:
    """All events, each once, in order."""
    numbers = [event_number(event["cursor"]) for event in events]
    ended = {event["subtaskId"] for event in events if event.get("subtaskStatus") == "SUCCEEDED"}
    if numbers != sorted(set(numbers)) or len(ended) != SUBTASKS or len(events) < 2 * SUBTASKS:
        raise RuntimeError(f"{len(events)} events of {len(ended)} subtasks, in order: {numbers == sorted(numbers)}")


async def sample(database: Database, service: ServiceProcess, task_id: str) -> tuple[dict[int, float], float]:
    """Megabytes when so many subtasks were done, and the most in the whole run."""
    assert service.process is not None
    process, seen, most = psutil.Process(service.process.pid), dict[int, float](), 0.0
    while True:
        status = await status_of(database, task_id)
        (row,) = await cypher(database, DONE, id=task_id)
        now = process.memory_info().rss / MEGABYTE
        most = max(most, now)
        for mark in MARKS:
            if row["done"] >= mark:
                seen.setdefault(mark, now)
        if status in FINAL:
            return seen, most
        await asyncio.sleep(0.1)


async def main() -> None:
    """The memory at some marks; the most is at the end, where all answers become one text."""
    async with neo4j() as connection:
        database = Database(connection)
        with tempfile.TemporaryDirectory(prefix="antiphon-benchmark-") as folder:
            async with ServiceProcess(connection, Path(folder), {}, OWNER) as service:
                assert service.process is not None
                before = psutil.Process(service.process.pid).memory_info().rss / MEGABYTE
                task_id = await create(service, task())
                (seen, most), events = await asyncio.gather(sample(database, service, task_id), watch(service, task_id))
        await database.close()
    check(events)
    figure("memory_idle", before, "MB", load=load())
    for mark, size in seen.items():
        figure(f"memory_at_{mark}", size, "MB", load=load())
    figure("memory_most", most, "MB", against="all answers as one text of 20 MB", load=load())
    figure("memory_events", len(events), "events", against="in order, each once")


if __name__ == "__main__":
    run(main())
