"""What a task may rely on: other models, budgets, deadlines, repaired answers, and that only what failed is retried."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any, ClassVar

import pytest

from service.chat import ChatRequest, Completion, ProviderConfig, TextDelta, Usage
from service.errors import (
    Conflict,
    ContextOverflow,
    NotFound,
    ProviderError,
    ProviderRejected,
    ProviderUnavailable,
    RateLimited,
)
from service.graph.database import Connection, Database
from service.models.breaker import BreakerState
from service.providers.opening import PROTOCOLS
from service.services import Services
from service.tasks.creating import NewPrompt, NewTask, NewTaskConfig
from tests.support.books import Books, faults_of, read_books
from tests.support.services import MODEL, cypher, file_task, finished, run_task, running

SCHEMA = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
WELL_BELOW_A_MINUTE = 40.0
PRICES = {"input": 1_000_000, "output": 1_000_000}

Answer = Callable[[ChatRequest], str]


class Scripted:
    """A plug-in whose models answer as `scripts` say; every call uses 12 tokens in and 8 out."""

    scripts: ClassVar[dict[str, Answer]] = {}
    requests: ClassVar[list[ChatRequest]] = []

    def __init__(self, config: ProviderConfig) -> None:
        self.config = config

    async def stream(self, request: ChatRequest) -> AsyncGenerator[TextDelta | Completion, None]:
        """Answer by the model's script."""
        self.requests.append(request)
        text = self.scripts[request.model.name](request)
        if text == "wait":
            await asyncio.sleep(3600)
        yield TextDelta(text)
        yield Completion("content_filter" if text == "filtered" else "stop", Usage(12, 8, 0))

    async def aclose(self) -> None:
        """Nothing to close."""


def fails(error: ProviderError) -> Answer:
    """A script that fails."""

    def answer(request: ChatRequest) -> str:
        raise error

    return answer


def in_turn(*answers: str) -> Answer:
    """A script that gives these answers one after the other, the last one for ever."""
    turns = count()
    return lambda request: answers[min(next(turns), len(answers) - 1)]


def good(request: ChatRequest) -> str:
    """A script that answers."""
    return f"Answer to {request.messages[-1].content[-30:]}"


@contextmanager
def scripts(**by_model: Answer) -> Iterator[list[ChatRequest]]:
    """These scripts, and the requests that come."""
    Scripted.scripts, Scripted.requests = by_model, []
    yield Scripted.requests


PASSED_OVER = """MATCH (:Task {id: $id})-[:HAS_SUBTASK]->()-[:ATTEMPTED]->()-[over:PASSED_OVER]->(m)
RETURN m.id AS model, over.reason AS reason"""
REPAIRS = """MATCH (:Task {id: $id})-[:HAS_SUBTASK]->()-[:ATTEMPTED]->(a)-[:REPAIRS]->(r:Response)
RETURN a.number AS number, a.repair AS repair, r.content AS content ORDER BY number"""
RUNS = """MATCH (t:Task {id: $id})-[:HAD_RUN]->(run:Run)
RETURN run.number AS number, run.status AS status, run.errorCode AS errorCode,
  head(COLLECT { MATCH (run)-[:RESULTED_IN]->(r) RETURN r.id }) AS answer,
  COLLECT { MATCH (run)-[left:LEFT]->(:Subtask) RETURN [left.status, left.errorCode] } AS left,
  t.startedAt = run.startedAt AND run.finishedAt <= t.retriedAt AND run.finishedAt < t.finishedAt AS timely"""


@pytest.fixture
async def services(
    connection: Connection, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Services]:
    """A service with scripted models: a call of the second one costs 20 USD, the third allows three calls a minute."""
    monkeypatch.setitem(PROTOCOLS, "scripted", Scripted)
    larger = MODEL | {"context_window": 32_000, "prices": PRICES}
    slow = MODEL | {"rate_limits": {"requests_per_minute": 3}}
    said = {"providers": {"x": {"protocol": "scripted", "models": {"one": MODEL, "two": larger, "three": slow}}}}
    async with running(connection, tmp_path, said) as services:
        yield services


async def ask(services: Services, database: Database, owner: str, **config: Any) -> Books:
    """One prompt for the first model, and the books of its task."""
    new = NewPrompt("Say it.", config=NewTaskConfig(**{"model": "x/one"} | config))
    task_id = await services.backend.tasks.send_prompt(owner, new)
    await finished(database, task_id)
    return await read_books(database, task_id)


async def look(services: Services, database: Database, owner: str, new: NewTask) -> tuple[str, Books]:
    """Run a task; its id and its books."""
    task_id = await run_task(services, database, owner, new)
    return task_id, await read_books(database, task_id)


def one(**config: Any) -> NewTask:
    """One prompt for the first model, as a task."""
    return NewTask(instruction="Say it.", strategy="NONE", config=NewTaskConfig(**{"model": "x/one"} | config))


def calls(books: Books) -> list[tuple[str, str, str | None]]:
    """Each attempt's model, status and code."""
    return [(one["model"], one["status"], one["errorCode"]) for one in books.attempts]


async def test_next_model_is_asked_when_the_first_is_down(services: Services, database: Database, owner: str) -> None:
    """The first is tried as often as it may be, then the next one answers."""
    with scripts(one=fails(ProviderUnavailable("down")), two=good):
        retries = {"maxAttempts": 2, "totalSeconds": 60}
        books = await ask(services, database, owner, fallback_models=("x/two",), retries=retries)
    assert calls(books) == [("x/one", "FAILED", "PROVIDER_UNAVAILABLE")] * 2 + [("x/two", "SUCCEEDED", None)]
    assert (books.task["status"], faults_of(books)) == ("SUCCEEDED", [])


@pytest.mark.parametrize(
    ("error", "fallback"),
    [
        (ProviderRejected("no such key", status=401), True),
        (ProviderRejected("no such model", status=404), True),
        (ProviderRejected("no certificate"), True),
        (ContextOverflow("too long", status=400), True),
        (ProviderRejected("nonsense", status=422), False),
    ],
)
async def test_refusal_is_not_asked_again(
    services: Services, database: Database, owner: str, error: ProviderError, fallback: bool
) -> None:
    """A refusal of this provider or window goes to the next model at once; a wrong request ends there."""
    with scripts(one=fails(error), two=good):
        books = await ask(services, database, owner, fallback_models=("x/two",))
    expected = [("x/one", "FAILED", error.code), ("x/two", "SUCCEEDED", None)]
    assert calls(books) == (expected if fallback else expected[:1])
    assert books.task["status"] == ("SUCCEEDED" if fallback else "FAILED")


async def test_model_that_keeps_failing_is_skipped(services: Services, database: Database, owner: str) -> None:
    """After a few failures nobody asks it any more; it is asked again when it has had time to recover."""
    with scripts(one=fails(ProviderUnavailable("down")), two=good) as requests:
        new = file_task(40, model="x/one", fallback_models=("x/two",), max_parallel=4)
        _, books = await look(services, database, owner, new)
        assert books.task["status"] == "SUCCEEDED"
        assert sum(request.model.name == "one" for request in requests) <= 12
        breaker = services.backend.models.breaker(services.backend.models.find("x/one"))
        assert (breaker.state, breaker.last_error) == (BreakerState.OPEN, "down")
        task_id, books = await look(services, database, owner, one(fallback_models=("x/two",)))
        assert calls(books) == [("x/two", "SUCCEEDED", None)]
        skipped = await cypher(database, PASSED_OVER, id=task_id)
        assert skipped == [{"model": "x/one", "reason": "It keeps failing. down"}]
        # With nobody else to ask, it is asked all the same.
        books = await ask(services, database, owner, retries={"maxAttempts": 1})
        assert calls(books) == [("x/one", "FAILED", "PROVIDER_UNAVAILABLE")]


async def test_model_that_wants_a_long_rest_is_given_it(services: Services, database: Database, owner: str) -> None:
    """Where there is another model nobody waits out its minute: not who was told, and not who comes next."""
    with scripts(one=fails(RateLimited("often", status=429, retry_after=50.0)), two=good):
        told = await ask(services, database, owner, fallback_models=("x/two",))
        after = await ask(services, database, owner, fallback_models=("x/two",))
    assert calls(told) == [("x/one", "RATE_LIMITED", "RATE_LIMITED"), ("x/two", "SUCCEEDED", None)]
    assert calls(after) == [("x/two", "SUCCEEDED", None)]


async def test_budget_in_tokens_ends_a_task_and_a_retry_goes_on(
    services: Services, database: Database, owner: str
) -> None:
    """No call is made once it is reached; a retry has what it is given, and without a word what is left: nothing."""
    with scripts(one=good) as requests:
        new = file_task(12, model="x/one", max_parallel=1, budget={"tokens": 100}, aggregation="LIST")
        task_id, books = await look(services, database, owner, new)
        assert (books.task["status"], books.task["errorCode"]) == ("PARTIAL", "BUDGET_EXCEEDED")
        assert len(requests) == 5
        assert books.statuses() == {"SUCCEEDED": 5, "CANCELLED": 7}
        assert {one["errorCode"] for one in books.subtasks} == {None, "BUDGET_EXCEEDED"}
        assert (len(json.loads(books.answer)), faults_of(books)) == (5, [])
        for budget, made in ((None, 5), ({"tokens": 100}, 10), ({"tokens": 1000}, 12)):
            await services.backend.tasks.retry_task(owner, task_id, budget)
            await finished(database, task_id)
            assert len(requests) == made
    books = await read_books(database, task_id)
    assert (books.task["status"], books.task["errorCode"]) == ("SUCCEEDED", None)
    assert len(json.loads(books.answer)) == 12


async def test_budget_in_usd(services: Services, database: Database, owner: str) -> None:
    """A call costs 20 USD, so a budget of 50 allows three."""
    with scripts(two=good) as requests:
        new = file_task(9, model="x/two", max_parallel=1, budget={"costUsd": 50.0})
        _, books = await look(services, database, owner, new)
    assert (books.task["status"], books.task["errorCode"], len(requests)) == ("PARTIAL", "BUDGET_EXCEEDED", 3)


async def test_who_waits_for_a_limit_is_sent_away_when_the_budget_is_used(
    services: Services, database: Database, owner: str
) -> None:
    """The task ends then, and not when the limit would have let the next call through."""
    with scripts(three=good) as requests:
        new = file_task(12, model="x/three", max_parallel=8, budget={"tokens": 60}, aggregation="LIST")
        task_id = await services.backend.tasks.create_task(owner, new)
        await finished(database, task_id, seconds=WELL_BELOW_A_MINUTE)
        books = await read_books(database, task_id)
    assert (books.task["status"], books.task["errorCode"], len(requests)) == ("PARTIAL", "BUDGET_EXCEEDED", 3)
    assert books.statuses() == {"SUCCEEDED": 3, "CANCELLED": 9}
    assert {one["errorCode"] for one in books.subtasks} == {None, "BUDGET_EXCEEDED"}


async def test_who_pauses_before_the_next_try_goes_on_when_none_is_wanted(
    services: Services, database: Database, owner: str
) -> None:
    """A task that fails fast does not wait until its other subtasks would have been tried again."""

    def answer(request: ChatRequest) -> str:
        if "file 0" in str(request.messages):
            raise RateLimited("often", status=429, retry_after=59.0)
        raise ProviderRejected("nonsense", status=422)

    with scripts(one=answer) as requests:
        new = file_task(2, model="x/one", max_parallel=2, on_failure="FAIL_FAST")
        task_id = await services.backend.tasks.create_task(owner, new)
        await finished(database, task_id, seconds=WELL_BELOW_A_MINUTE)
        books = await read_books(database, task_id)
    assert (books.task["status"], len(requests)) == ("FAILED", 2)
    assert books.statuses() == {"FAILED": 1, "CANCELLED": 1}


async def test_a_piece_that_is_too_long_is_cut_also_where_the_task_fails_fast(
    services: Services, database: Database, owner: str
) -> None:
    """The task fails with the first subtask that nothing is asked in place of."""

    def answer(request: ChatRequest) -> str:
        if len(request.messages[-1].content) > 600:
            raise ContextOverflow("too long", status=400)
        return "short"

    with scripts(one=answer):
        text = "A sentence of some words. " * 40
        config = NewTaskConfig(model="x/one", aggregation="LIST", on_failure="FAIL_FAST")
        new = NewTask(instruction="Say.", strategy="CHUNK", text=text, config=config)
        _, books = await look(services, database, owner, new)
    assert (books.task["status"], books.task["error"]) == ("SUCCEEDED", None)
    assert books.statuses()["FAILED"] >= 1
    assert faults_of(books) == []


async def test_deadline_cuts_what_runs(services: Services, database: Database, owner: str) -> None:
    """At the deadline calls are cut, the rest is cancelled, and the task ends with what it has."""
    with scripts(one=lambda request: "wait" if "file 0" in str(request.messages) else good(request)):
        new = file_task(6, model="x/one", max_parallel=2, deadline_seconds=1.5)
        _, books = await look(services, database, owner, new)
    assert (books.task["status"], books.task["errorCode"]) == ("PARTIAL", "DEADLINE_EXCEEDED")
    assert books.subtasks[0]["status"] == "CANCELLED"
    assert [(one["status"], one["errorCode"]) for one in books.subtasks[0]["attempts"]] == [
        ("CANCELLED", "DEADLINE_EXCEEDED")
    ]
    assert faults_of(books) == []


async def test_answer_is_repaired(services: Services, database: Database, owner: str) -> None:
    """An answer that does not meet the schema is a failed attempt; the model is told, and its next answer counts."""
    with scripts(one=in_turn("n is one", '{"n": "one"}', '{"n": 1}')) as requests:
        new = one(response_format={"type": "JSON_SCHEMA", "schema": SCHEMA})
        task_id, books = await look(services, database, owner, new)
    assert calls(books) == [("x/one", "FAILED", "INVALID_ANSWER")] * 2 + [("x/one", "SUCCEEDED", None)]
    repaired = await cypher(database, REPAIRS, id=task_id)
    assert [(row["number"], row["content"]) for row in repaired] == [(2, "n is one"), (3, '{"n": "one"}')]
    assert all(row["repair"].startswith("Your answer cannot be used.") for row in repaired)
    told = [request.messages[-1].content for request in requests]
    assert "not JSON" in told[1]
    assert "$.n" in told[2]
    assert [message.content for message in requests[2].messages][-2] == '{"n": "one"}'
    statuses = [response["status"] for attempt in books.attempts for response in attempt["responses"]]
    assert statuses == ["FAILED", "FAILED", "COMPLETE"]
    assert (json.loads(books.answer), faults_of(books)) == ({"n": 1}, [])


async def test_answer_that_cannot_be_repaired(services: Services, database: Database, owner: str) -> None:
    """After as many attempts as may be made the next model is asked, and in the end the subtask fails and says why."""
    with scripts(one=in_turn("never"), two=in_turn("[]")):
        config = {"response_format": SCHEMA, "retries": {"maxAttempts": 2}, "fallback_models": ("x/two",)}
        books = await ask(services, database, owner, **config)
    assert [model for model, *_ in calls(books)] == ["x/one", "x/one", "x/two", "x/two"]
    assert (books.task["status"], books.task["errorCode"]) == ("FAILED", "INVALID_ANSWER")
    assert "is not of type 'object'" in books.task["error"]


async def test_filtered_answer_is_kept_and_the_next_model_asked(
    services: Services, database: Database, owner: str
) -> None:
    """What came before the filter cut in is a PARTIAL response."""
    with scripts(one=in_turn("filtered"), two=good):
        books = await ask(services, database, owner, fallback_models=("x/two",))
    assert calls(books) == [("x/one", "FAILED", "CONTENT_FILTERED"), ("x/two", "SUCCEEDED", None)]
    assert [response["status"] for response in books.attempts[0]["responses"]] == ["PARTIAL"]


async def test_only_what_failed_is_retried(services: Services, database: Database, owner: str) -> None:
    """A retry asks again what failed, and its answer stands beside the first one; the branch goes on from it."""
    bad = fails(ProviderRejected("no", status=400))
    with scripts(one=lambda request: bad(request) if "file 3" in str(request.messages) else good(request)) as requests:
        task_id, books = await look(services, database, owner, file_task(5, model="x/one"))
    assert (books.task["status"], len(requests)) == ("PARTIAL", 5)
    statement = "MATCH (:Task {id: $id})-[:RESULTED_IN]->(r) RETURN r.status AS status, r.note AS note"
    (first,) = await cypher(database, statement, id=task_id)
    assert first == {"status": "PARTIAL", "note": "1 of 5 subtasks did not succeed. “file-3.txt”: no"}
    with pytest.raises(NotFound):
        await services.backend.tasks.retry_task("somebody-else", task_id)
    with scripts(one=good) as requests:
        await services.backend.tasks.retry_task(owner, task_id)
        await finished(database, task_id)
        assert len(requests) == 1
    again = await read_books(database, task_id)
    assert (again.task["status"], again.task["error"]) == ("SUCCEEDED", None)
    assert (len(again.attempts), again.answer.count("Answer to")) == (6, 5)
    heads = await cypher(
        database,
        "MATCH (t:Task {id: $id})-[:RESULTED_IN]->(r)<-[:HEAD]-(:Branch) "
        "RETURN COUNT { (r)-[:RESPONDS_TO]->()<-[:RESPONDS_TO]-() } AS siblings",
        id=task_id,
    )
    assert [row["siblings"] for row in heads] == [1]
    (run,) = await cypher(database, RUNS, id=task_id)
    assert run == {
        "number": 1,
        "status": "PARTIAL",
        "errorCode": "PROVIDER_REJECTED",
        "answer": books.answers[0]["id"],
        "left": [["FAILED", "PROVIDER_REJECTED"]],
        "timely": True,
    }
    with pytest.raises(Conflict):
        await services.backend.tasks.retry_task(owner, task_id)


async def test_of_retries_at_once_one_is_taken(services: Services, database: Database, owner: str) -> None:
    """The others are told what state the task is in by then, not the one that could be retried."""
    with scripts(one=fails(ProviderRejected("no", status=400))):
        task_id, _ = await look(services, database, owner, file_task(2, model="x/one"))
    with scripts(one=good):
        retries = (services.backend.tasks.retry_task(owner, task_id) for _ in range(5))
        ends = await asyncio.gather(*retries, return_exceptions=True)
        await finished(database, task_id)
    refused = [end for end in ends if isinstance(end, Conflict)]
    assert len(refused) == 4
    assert not any("FAILED;" in end.message for end in refused)
    assert len((await read_books(database, task_id)).attempts) == 4
