"""Cancelling what runs: connections closed at once, everything that was cut has a last state."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncGenerator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from service.chat import ChatRequest, Completion, ProviderConfig, TextDelta
from service.errors import ProviderUnavailable
from service.graph.database import Connection, Database
from service.providers.opening import PROTOCOLS
from service.services import Services
from service.tasks.creating import NewPrompt, NewTaskConfig
from tests.support.books import faults_of, read_books
from tests.support.fault_server import FaultServer
from tests.support.services import PATIENCE_SECONDS, cypher, file_task, finished, provider, run_task, running
from tests.support.slow_provider import slow_provider


@pytest.fixture(scope="module")
def slow() -> Iterator[str]:
    """A provider that takes ten minutes: longer than any test waits."""
    with slow_provider(600) as base_url:
        yield base_url


async def stats(base_url: str) -> dict[str, Any]:
    """What the slow provider counted."""
    async with httpx.AsyncClient(trust_env=False) as client:
        return (await client.get(base_url.removesuffix("/v1") + "/stats")).json()


async def open_calls(base_url: str, wanted: int) -> None:
    """Wait until so many calls are open."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (await stats(base_url))["open"] != wanted:
        assert time.monotonic() < deadline, await stats(base_url)
        await asyncio.sleep(0.01)


async def begun(services: Services, owner: str, slow: str) -> str:
    """A task of 20 subtasks with eight calls in flight."""
    task_id = await services.backend.tasks.create_task(owner, file_task(20, max_parallel=8))
    await open_calls(slow, 8)
    return task_id


async def test_cancelling_closes_all_connections(
    connection: Connection, database: Database, tmp_path: Path, slow: str, owner: str
) -> None:
    """Eight calls in flight and twelve waiting: all cut, every one with its last state and its event."""
    async with running(connection, tmp_path, provider(slow)) as services:
        task_id = await begun(services, owner, slow)
        calls = (await stats(slow))["calls"]
        await services.backend.tasks.cancel_task(owner, task_id)
        await open_calls(slow, 0)
        await services.backend.tasks.cancel_task(owner, task_id)
        await services.executor.stop()
    books = await read_books(database, task_id)
    assert (books.task["status"], books.statuses(), books.outcomes()) == (
        "CANCELLED",
        {"CANCELLED": 20},
        {"CANCELLED": 8},
    )
    assert all(attempt["latencyMs"] is not None for attempt in books.attempts)
    assert (faults_of(books), (await stats(slow))["calls"]) == ([], calls)


@pytest.mark.parametrize("retrier", [0, 1])
async def test_cancelling_at_another_service_closes_the_connections(
    connection: Connection, database: Database, tmp_path: Path, slow: str, owner: str, retrier: int
) -> None:
    """The service that runs the task sees it long before it renews its lease; a retry, by either, asks each once."""
    settings = provider(slow) | {"executor": {"lease_seconds": 600.0}}
    async with (
        running(connection, tmp_path / "a", settings) as one,
        running(connection, tmp_path / "b", settings) as two,
    ):
        task_id = await begun(one, owner, slow)
        await two.backend.tasks.cancel_task(owner, task_id)
        await open_calls(slow, 0)
        calls = (await stats(slow))["calls"]
        await (one, two)[retrier].backend.tasks.retry_task(owner, task_id)
        await open_calls(slow, 8)
        assert (await stats(slow))["calls"] == calls + 8
        await one.backend.tasks.cancel_task(owner, task_id)
        await open_calls(slow, 0)


async def test_stopping_leaves_the_task_to_be_gone_on_with(
    connection: Connection, database: Database, tmp_path: Path, slow: str, owner: str
) -> None:
    """A service that stops cuts its calls: INTERRUPTED, not CANCELLED; the task is as it was."""
    async with running(connection, tmp_path, provider(slow)) as services:
        task_id = await begun(services, owner, slow)
    books = await read_books(database, task_id)
    assert (books.task["status"], books.outcomes()) == ("RUNNING", {"INTERRUPTED": 8})
    await open_calls(slow, 0)
    async with running(connection, tmp_path, provider(slow)) as services:
        await open_calls(slow, 8)
        await services.backend.tasks.cancel_task(owner, task_id)
    again = await read_books(database, task_id)
    assert (again.outcomes(), faults_of(again)) == ({"INTERRUPTED": 8, "CANCELLED": 8}, [])


async def test_text_that_came_before_the_cut_is_kept(
    connection: Connection, database: Database, tmp_path: Path, owner: str
) -> None:
    """What a cancelled call had received is paid for: a PARTIAL response of a CANCELLED attempt."""
    async with FaultServer() as faults, running(connection, tmp_path, provider(faults.url("drips"))) as services:
        task_id = await services.backend.tasks.create_task(owner, file_task(4, max_parallel=2))
        while faults.calls["drips"] < 2:
            await asyncio.sleep(0.02)
        await asyncio.sleep(0.2)
        await services.backend.tasks.cancel_task(owner, task_id)
        await services.executor.stop()
    books = await read_books(database, task_id)
    responses = [response for attempt in books.attempts for response in attempt["responses"]]
    assert [response["status"] for response in responses] == ["PARTIAL", "PARTIAL"]
    assert all(response["content"].startswith("Hello wörld") for response in responses)
    assert (books.outcomes(), faults_of(books)) == ({"CANCELLED": 2}, [])


async def test_a_prompt_goes_on_from_what_was_received_where_it_names_it(
    connection: Connection, database: Database, tmp_path: Path, owner: str
) -> None:
    """Who stops an answer says so: the model is told of the part that was seen, or of no answer."""
    async with FaultServer() as faults, running(connection, tmp_path, provider(faults.url("drips"))) as services:
        tasks = services.backend.tasks
        stopped = await tasks.send_prompt(owner, NewPrompt(content="How do I change the filter?"))
        while not faults.calls["drips"]:
            await asyncio.sleep(0.02)
        await asyncio.sleep(0.2)
        await tasks.cancel_task(owner, stopped)
        await finished(database, stopped)
        part = "MATCH (t:Task {id: $id})-[:ASKED]->(p)<-[:RESPONDS_TO]-(r) RETURN r.id AS id, r.conversationId AS place"
        while not (found := await cypher(database, part, id=stopped)):
            await asyncio.sleep(0.02)
        told: list[list[str]] = []
        for parent in (found[0]["id"], None):
            new = NewPrompt("Go on.", found[0]["place"], parent_id=parent, config=NewTaskConfig(model="echo/echo"))
            task = await tasks.send_prompt(owner, new)
            await finished(database, task)
            seen = "MATCH (t:Task {id: $id})-[:ASKED]->()-[:CONTINUES|RESPONDS_TO*1..9]->(m) RETURN m.role AS role"
            told.append([row["role"] or "ASSISTANT" for row in await cypher(database, seen, id=task)])
    assert told == [["ASSISTANT", "USER"], ["USER"]]


LONG = "An answer without usage. " * 1000


class SlowCounter:
    """A provider that takes long to count the tokens of its answers: until `counted` is set."""

    def __init__(self, config: ProviderConfig) -> None:
        self.config = config
        self.answered = False
        self.counted = threading.Event()
        self.counting = threading.Event()

    async def stream(self, request: ChatRequest) -> AsyncGenerator[TextDelta | Completion, None]:
        """A long text; then its end, or none."""
        self.answered = True
        yield TextDelta(LONG)
        if self.config.options.get("breaks"):
            raise ProviderUnavailable("It broke off.")
        yield Completion("stop")

    def count_tokens(self, text: str) -> int:
        """As `local` does it."""
        if self.answered:
            self.counting.set()
            assert self.counted.wait(60)
        return len(text)

    async def aclose(self) -> None:
        """Let go of what waits."""
        self.counted.set()


@pytest.mark.parametrize(
    ("breaks", "attempt", "response"), [(False, "SUCCEEDED", "COMPLETE"), (True, "FAILED", "PARTIAL")]
)
async def test_answer_whose_tokens_were_being_counted_is_kept(
    connection: Connection,
    database: Database,
    tmp_path: Path,
    owner: str,
    monkeypatch: pytest.MonkeyPatch,
    breaks: bool,
    attempt: str,
    response: str,
) -> None:
    """It had been received when its task was cancelled: it is written, and about what it cost."""
    opened = list[SlowCounter]()
    monkeypatch.setitem(PROTOCOLS, "slow", lambda config: opened.append(SlowCounter(config)) or opened[-1])
    said = provider("http://127.0.0.1:9", protocol="slow", tokenizer="local", options={"breaks": breaks})
    async with running(connection, tmp_path, said) as services:
        task_id = await services.backend.tasks.create_task(owner, file_task(1))
        while not (opened and opened[0].counting.is_set()):
            await asyncio.sleep(0.01)
        await services.backend.tasks.cancel_task(owner, task_id)
        await services.executor.stop()
    books = await read_books(database, task_id)
    (made,) = books.attempts
    assert (made["status"], faults_of(books)) == (attempt, [])
    assert [(one["status"], one["content"]) for one in made["responses"]] == [(response, LONG)]
    assert (made["outputTokens"], made["usageEstimated"]) == (len(LONG) // 4, True)


async def test_cancelling_at_any_moment_leaves_nothing_open(
    connection: Connection, database: Database, tmp_path: Path, owner: str
) -> None:
    """Many tasks, each cancelled a little later than the one before: while planning, starting, calling, writing."""
    async with running(connection, tmp_path, {"providers": {"echo": {"options": {"delay_ms": 3}}}}) as services:
        tasks = services.backend.tasks

        async def cancelled_after(seconds: float) -> str:
            task_id = await tasks.create_task(owner, file_task(30, max_parallel=4))
            await asyncio.sleep(seconds)
            await tasks.cancel_task(owner, task_id)
            return task_id

        await run_task(services, database, owner, file_task(30, max_parallel=4))
        began = time.monotonic()
        await run_task(services, database, owner, file_task(30, max_parallel=4))
        life = time.monotonic() - began
        ids = [await cancelled_after(life * i / 30) for i in range(30)]
        ids += await asyncio.gather(*(cancelled_after(life * i / 10) for i in range(30)))
        await services.executor.stop()
    books = [await read_books(database, task_id) for task_id in ids]
    faulty = [one for one in books if faults_of(one)]
    assert not faulty, [(faults_of(one)[-1], one.task, one.events) for one in faulty]
    assert sum(one.task["status"] == "CANCELLED" for one in books) > 10
    assert len({len(one.attempts) for one in books}) > 1


async def test_answers_that_came_after_a_cancel_elsewhere_are_kept(
    connection: Connection, database: Database, tmp_path: Path, owner: str
) -> None:
    """A retry does not ask again what was answered while another process cancelled, and no answer is in twice."""
    (tmp_path / "other").mkdir()
    with slow_provider(0.5) as base_url:
        said = provider(base_url)
        async with running(connection, tmp_path, said) as one, running(connection, tmp_path / "other", said) as other:
            task_id = await one.backend.tasks.create_task(owner, file_task(8, max_parallel=4))
            await open_calls(base_url, 4)
            await other.backend.tasks.cancel_task(owner, task_id)
            await open_calls(base_url, 0)
            await settled(database, task_id)
            kept = len([a for a in (await read_books(database, task_id)).attempts if a["status"] == "SUCCEEDED"])
            before = (await stats(base_url))["calls"]
            await other.backend.tasks.retry_task(owner, task_id)
            await finished(database, task_id)
            assert (await stats(base_url))["calls"] - before == 8 - kept
        books = await read_books(database, task_id)
    assert books.task["status"] == "SUCCEEDED"
    assert books.answer.count("Answer to") == 8


async def settled(database: Database, task_id: str) -> None:
    """Wait until what came of each call of a cancelled task is written."""
    statement = (
        "MATCH (:Task {id: $id})-[:HAS_SUBTASK]->()-[:ATTEMPTED]->(a) WHERE a.latencyMs IS NULL RETURN a.id AS id"
    )
    async with asyncio.timeout(PATIENCE_SECONDS):
        while await cypher(database, statement, id=task_id):
            await asyncio.sleep(0.02)
