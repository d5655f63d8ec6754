"""The service is killed, or stopped, in the middle of its work, and started again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from service.graph.database import Connection, Database
from service.graph.store import Store
from service.graph.writer import Writer
from service.signals import Signals
from tests.support.books import Books, faults_of, read_books
from tests.support.fault_server import FaultServer
from tests.support.service_process import ServiceProcess
from tests.support.services import cypher, finished, provider
from tests.support.slow_provider import slow_provider

SUBTASKS = 50
AT_ONCE = 8
ACCEPTED = ("SUCCEEDED", "COMPLETE")
SUMMARY = """
{title}
  provider calls        {calls} for {subtasks} subtasks, {most} at once at most
  killed after          {kills} calls
  attempts              {outcomes}
  subtasks              {statuses}
  accepted responses    {accepted} ({distinct} distinct); subtasks answered twice: {twice}
  prompts               {prompts} for {subtasks} subtasks
  events                {events}, all sequence numbers distinct: {in_order}
  task                  {status}, its answer made of {parts} responses
  books                 {books}
"""


@pytest.fixture
def slow() -> Iterator[str]:
    """A provider that takes 0.3 s."""
    with slow_provider(0.3) as base_url:
        yield base_url


async def stats(base_url: str) -> dict[str, Any]:
    """What the slow provider counted."""
    async with httpx.AsyncClient(trust_env=False) as client:
        return (await client.get(base_url.removesuffix("/v1") + "/stats")).json()


async def until(done: Callable[[], Any], seconds: float = 60.0) -> None:
    """Wait until an asynchronous question is answered with something true."""
    async with asyncio.timeout(seconds):
        while not await done():
            await asyncio.sleep(0.01)


async def until_called(base_url: str, calls: int) -> None:
    """Wait until the provider was called so often."""

    async def called() -> bool:
        return (await stats(base_url))["calls"] >= calls

    await until(called)


def summary(title: str, books: Books, said: dict[str, Any], kills: tuple[int, ...]) -> str:
    """What the kill came to, for people."""
    answered = [
        [r["id"] for a in s["attempts"] for r in a["responses"] if (a["status"], r["status"]) == ACCEPTED]
        for s in books.subtasks
    ]
    accepted = [id_ for ids in answered for id_ in ids]
    seqs = [event["seq"] for event in books.events]
    return SUMMARY.format(
        title=title,
        calls=said["calls"],
        most=said["most"],
        subtasks=len(books.subtasks),
        kills=" and ".join(map(str, kills)),
        outcomes=", ".join(f"{count} {status}" for status, count in books.outcomes().items()),
        statuses=", ".join(f"{count} {status}" for status, count in books.statuses().items()),
        accepted=len(accepted),
        distinct=len(set(accepted)),
        twice=sum(len(ids) > 1 for ids in answered),
        prompts=sum(subtask["prompts"] for subtask in books.subtasks),
        events=len(seqs),
        in_order=len(set(seqs)) == len(seqs),
        status=books.task["status"],
        parts=books.answer.count("Answer to"),
        books=faults_of(books) or "balanced",
    )


@pytest.mark.parametrize("kills", [(20,), (9, 30)], ids=["once", "twice"])
async def test_killed_service_goes_on_and_does_nothing_twice(
    connection: Connection, database: Database, tmp_path: Path, slow: str, owner: str, kills: tuple[int, ...]
) -> None:
    """`kill -9` in the middle of 50 subtasks: each has exactly one accepted response, the task SUCCEEDED."""
    service = ServiceProcess(connection, tmp_path, provider(slow), owner)
    async with service:
        items = [f"Item {i}." for i in range(SUBTASKS)]
        task_id = await service.create_file_task(items, AT_ONCE)
        for calls in kills:
            await until_called(slow, calls)
            await service.kill()
            await service.start()
        await finished(database, task_id)
    books, said = await read_books(database, task_id), await stats(slow)
    print(summary(f"kill -9 in the middle of {SUBTASKS} subtasks, {AT_ONCE} at once", books, said, kills))
    interrupted = books.outcomes()["INTERRUPTED"]
    assert (books.task["status"], books.statuses(), faults_of(books)) == ("SUCCEEDED", {"SUCCEEDED": SUBTASKS}, [])
    assert books.outcomes() == {"SUCCEEDED": SUBTASKS, "INTERRUPTED": interrupted}
    assert 0 < interrupted <= AT_ONCE * len(kills)
    assert said["calls"] <= SUBTASKS + interrupted


async def test_service_killed_while_it_plans_plans_to_the_end(
    connection: Connection, database: Database, tmp_path: Path, owner: str
) -> None:
    """Killed when some of thousands of parts are written: afterwards all are there, once, and cover the text."""
    text = "".join(f"{i:05}: some words on a line of their own, to fill it.\n" for i in range(4000))
    planned = "MATCH (t:Task {id: $id}) RETURN COUNT { (t)-[:HAS_SUBTASK]->() } AS count"
    async with ServiceProcess(connection, tmp_path, {}, owner) as service:
        config = {"chunkTokens": 16, "maxParallel": 64, "aggregation": "NONE"}
        task = {"type": "summarize", "strategy": {"builtIn": "CHUNK"}, "input": {"text": text}, "config": config}
        async with service.client() as client:
            task_id = (await client.execute("CreateTask", input=task))["task"]["id"]

        async def begun() -> int:
            return (await cypher(database, planned, id=task_id))[0]["count"]

        await until(begun)
        await service.kill()
        before = await begun()
        await service.start()
        await finished(database, task_id)
    books = await read_books(database, task_id)
    spans = await cypher(
        database,
        "MATCH (:Task {id: $id})-[:HAS_SUBTASK]->()-[:ASKED]->()-[a:ABOUT]->() "
        "RETURN a.start AS start, a.end AS end ORDER BY start",
        id=task_id,
    )
    print(f"\nkilled when {before} of {len(books.subtasks)} subtasks were planned")
    assert 0 < before < len(books.subtasks)
    assert "".join(text[span["start"] : span["end"]] for span in spans) == text
    assert (books.task["status"], faults_of(books)) == ("SUCCEEDED", [])


async def test_terminated_service_keeps_what_it_received(
    connection: Connection, database: Database, tmp_path: Path, owner: str
) -> None:
    """SIGTERM: it ends by itself, its attempts are INTERRUPTED, and the text that had come is a PARTIAL response."""
    async with FaultServer() as faults:
        service = ServiceProcess(connection, tmp_path, provider(faults.url("drips")), owner)
        async with service:
            task_id = await service.create_file_task(["a", "b", "c"], 2)
            while faults.calls["drips"] < 2:
                await asyncio.sleep(0.02)
            await asyncio.sleep(0.3)
            code = await service.terminate()
    books = await read_books(database, task_id)
    await give_up(database, owner, task_id)
    responses = [response for attempt in books.attempts for response in attempt["responses"]]
    assert (code, books.outcomes(), books.task["status"]) == (0, {"INTERRUPTED": 2}, "RUNNING")
    assert [response["status"] for response in responses] == ["PARTIAL", "PARTIAL"]
    assert all(response["content"].startswith("Hello wörld") for response in responses)


async def give_up(database: Database, owner: str, task_id: str) -> None:
    """Leave no unfinished task behind: the service of another test would take it over."""
    (row,) = await cypher(database, "MATCH (c)-[:HAS_TASK]->(:Task {id: $id}) RETURN c.id AS id", id=task_id)
    await Store(database, Writer(database), Signals()).cancel_task(row["id"], owner, task_id)
