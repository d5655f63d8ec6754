"""What goes wrong at the provider, through the whole executor: attempts, retries, how subtasks and tasks end."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from llmock.pytest_plugin import LLMock

from service.chat import ChatRequest, Completion, ProviderConfig, TextDelta, Usage
from service.graph.database import Connection, Database
from service.providers.opening import PROTOCOLS
from service.services import Services
from service.tasks.creating import NewPrompt, NewTask, NewTaskConfig
from tests.support.books import Books, faults_of, read_books
from tests.support.fault_server import FaultServer
from tests.support.services import MODEL, file_task, files, finished, provider, run_task, running

TWICE = {"maxAttempts": 2, "totalSeconds": 20}


class Odd:
    """A plug-in with mistakes of its own: what the prompt says, it does."""

    def __init__(self, config: ProviderConfig) -> None:
        self.config = config

    async def stream(self, request: ChatRequest) -> AsyncGenerator[TextDelta | Completion, None]:
        """Answer, or not."""
        said = request.messages[-1].content
        yield TextDelta("Half \ud800 of it.")
        if "crash" in said:
            raise ZeroDivisionError
        if "endless" in said:
            return
        yield Completion("stop", Usage(None, None, None))

    async def aclose(self) -> None:
        """Nothing to close."""


@pytest.fixture
async def faults() -> AsyncIterator[FaultServer]:
    """A server that misbehaves on demand."""
    async with FaultServer() as server:
        yield server


@pytest.fixture
async def services(
    connection: Connection, database: Database, faults: FaultServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Services]:
    """A service with a model for every fault (`FAULT/m`), and a plug-in (`odd/m`)."""
    monkeypatch.setitem(PROTOCOLS, "odd", Odd)
    said: dict[str, Any] = {"providers": {}, "api_keys": {}}
    for name in ("status_500", "status_401", "status_503"):
        one = provider(faults.url(name), name)
        said["providers"] |= one["providers"]
        said["api_keys"] |= one["api_keys"]
    said["providers"]["odd"] = {"protocol": "odd", "models": {"m": MODEL}}
    limits = {"tokens_per_minute": 10}
    said["providers"]["narrow"] = {"protocol": "echo", "rate_limits": limits, "models": {"m": MODEL}}
    async with running(connection, tmp_path, said) as services:
        yield services


async def ask(services: Services, database: Database, owner: str, model: str, **config: Any) -> Books:
    """One prompt for a model, and the books of its task."""
    new = NewPrompt(config.pop("content", "Hello."), config=NewTaskConfig(model=f"{model}/m", **config))
    task_id = await services.backend.tasks.send_prompt(owner, new)
    await finished(database, task_id)
    return await read_books(database, task_id)


# --- bounds; what each fault becomes is in test_fault_matrix.py ---------------------------------


async def test_wait_longer_than_the_total_time_ends_the_subtask(
    services: Services, database: Database, faults: FaultServer, owner: str
) -> None:
    """Told to come back after 3 s where 1 s is all there is: no use in waiting."""
    books = await ask(services, database, owner, "status_503", retries={"maxAttempts": 9, "totalSeconds": 1})
    assert (books.task["status"], faults.calls["status_503"]) == ("FAILED", 1)


async def test_total_time_bounds_the_attempts(
    services: Services, database: Database, faults: FaultServer, owner: str
) -> None:
    """However many attempts are allowed, the time is bounded."""
    books = await ask(services, database, owner, "status_500", retries={"maxAttempts": 100, "totalSeconds": 1.5})
    assert books.task["status"] == "FAILED"
    assert 1 <= faults.calls["status_500"] < 20


async def test_plug_in_that_fails_unexpectedly_ends_its_own_subtask_alone(
    services: Services, database: Database, owner: str
) -> None:
    """An exception that is no provider error is one FAILED attempt; what was received is kept, readable."""
    items = ("fine", "crash", "fine", "endless")
    config = NewTaskConfig(model="odd/m", retries=TWICE)
    task_id = await run_task(
        services, database, owner, NewTask(instruction="x", strategy="FILE", items=items, config=config)
    )
    books = await read_books(database, task_id)
    assert [subtask["status"] for subtask in books.subtasks] == ["SUCCEEDED", "FAILED", "SUCCEEDED", "FAILED"]
    assert {r["content"] for attempt in books.attempts for r in attempt["responses"]} == {"Half ? of it."}
    assert (books.task["status"], faults_of(books)) == ("PARTIAL", [])


async def test_call_that_no_limit_ever_allows_ends_its_own_subtask_alone(
    services: Services, database: Database, owner: str
) -> None:
    """A prompt of more tokens than a minute allows is refused without a call; the task is not."""
    books = await ask(services, database, owner, "narrow")
    assert (books.statuses(), books.attempts) == ({"FAILED": 1}, [])
    assert "10 a minute" in books.task["error"]


# --- faults that pass ---------------------------------------------------------------------------


@pytest.fixture
async def mocked(connection: Connection, database: Database, llmock: LLMock, tmp_path: Path) -> AsyncIterator[Services]:
    """A service whose default model is llmock's."""
    async with running(connection, tmp_path, provider(llmock.base_url("openai"), "mock")) as services:
        yield services


async def test_retry_after_is_obeyed(mocked: Services, database: Database, llmock: LLMock, owner: str) -> None:
    """429 twice, then an answer: three calls, not sooner than asked."""
    llmock.rate_limit(times=2, retry_after=0.4)
    llmock.reply("Well met.")
    books = await ask(mocked, database, owner, "mock")
    assert books.outcomes() == {"RATE_LIMITED": 2, "SUCCEEDED": 1}
    assert (books.answer, len(llmock.requests), faults_of(books)) == ("Well met.", 3, [])
    llmock.assert_resilient()


async def test_broken_stream_is_kept_beside_the_answer_that_followed(
    mocked: Services, database: Database, llmock: LLMock, owner: str
) -> None:
    """What came before the break is a PARTIAL response; the next attempt's is the answer."""
    llmock.disconnect(after_chunks=3)
    llmock.reply("The whole answer.")
    books = await ask(mocked, database, owner, "mock")
    statuses = [response["status"] for attempt in books.attempts for response in attempt["responses"]]
    assert (statuses, books.outcomes()) == (["PARTIAL", "COMPLETE"], {"FAILED": 1, "SUCCEEDED": 1})
    assert (books.task["status"], faults_of(books)) == ("SUCCEEDED", [])


async def test_outage_of_one_provider_disturbs_nobody_else(
    mocked: Services, database: Database, llmock: LLMock, owner: str
) -> None:
    """While one task's provider answers 503, a task of another provider goes its way."""
    llmock.outage()
    config = {"model": "mock/m", "retries": {"maxAttempts": 3, "totalSeconds": 30}}
    bad = await mocked.backend.tasks.create_task(owner, file_task(4, **config))
    good = await run_task(mocked, database, owner, file_task(50, model="echo/echo"))
    await finished(database, bad)
    both = [await read_books(database, task_id) for task_id in (good, bad)]
    assert [books.outcomes() for books in both] == [{"SUCCEEDED": 50}, {"FAILED": 12}]
    assert [faults_of(books) for books in both] == [[], []]


# --- what one failure means for the task --------------------------------------------------------

CRASHES = NewTask(
    instruction="x",
    strategy="FILE",
    items=("fine", "crash", *(f"fine {i}" for i in range(30))),
    config=NewTaskConfig(model="odd/m", max_parallel=1),
)


async def test_going_on_gives_the_answer_of_what_succeeded(services: Services, database: Database, owner: str) -> None:
    """CONTINUE: PARTIAL, with an answer and a note of what is missing in it."""
    books = await read_books(database, await run_task(services, database, owner, CRASHES))
    assert (books.task["status"], books.statuses()) == ("PARTIAL", {"SUCCEEDED": 31, "FAILED": 1})
    assert books.answer.count("Half") == 31
    assert "1 failed" in books.task["note"]


async def test_failing_fast_cancels_the_rest(services: Services, database: Database, owner: str) -> None:
    """FAIL_FAST: FAILED with the reason, no call after the failure, the rest CANCELLED."""
    config = NewTaskConfig(model="odd/m", max_parallel=1, on_failure="FAIL_FAST")
    new = NewTask(instruction="x", strategy="FILE", items=CRASHES.items, config=config)
    books = await read_books(database, await run_task(services, database, owner, new))
    assert (books.task["status"], books.answers) == ("FAILED", [])
    assert books.statuses() == {"SUCCEEDED": 1, "FAILED": 1, "CANCELLED": 30}
    assert (len(books.attempts), faults_of(books)) == (2, [])


async def test_task_of_which_all_failed_is_failed(
    services: Services, database: Database, faults: FaultServer, owner: str
) -> None:
    """Nothing to answer with; the error says why."""
    new = NewTask(instruction="x", strategy="FILE", files=files(5), config=NewTaskConfig(model="status_401/m"))
    books = await read_books(database, await run_task(services, database, owner, new))
    assert (books.task["status"], books.answers, faults.calls["status_401"]) == ("FAILED", [], 5)
    assert "401" in books.task["error"]
