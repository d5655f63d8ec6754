"""What vendors refuse and leave out, from the reports of their users, through the whole executor.

Each server here is one of a report: what it answers is its own words.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from service.graph.database import Connection, Database
from service.services import Services
from service.tasks.creating import NewPrompt, NewTask, NewTaskConfig
from tests.support.books import Books, faults_of, read_books
from tests.support.scripted_provider import Json, Said, ScriptedProvider, openai_delta, openai_stream
from tests.support.services import cypher, files, finished, provider, run_task, running

SCHEMA = {"type": "object", "properties": {"name": {"type": "string", "maxLength": 10}}, "required": ["name"]}


@pytest.fixture
def owner(request: pytest.FixtureRequest) -> str:
    """The caller of one test."""
    return request.node.name


@asynccontextmanager
async def served(
    connection: Connection, folder: Path, by: Callable[[Json], Said], **model: Any
) -> AsyncIterator[tuple[Services, ScriptedProvider]]:
    """A service whose models `m` and `spare` are of a server that answers so."""
    async with ScriptedProvider(by) as server:
        said = provider(f"{server.url}/v1", "fake", **model)
        models = said["providers"]["fake"]["models"]
        models["spare"] = models["m"]
        async with running(connection, folder, said) as services:
            yield services, server


async def asked(services: Services, database: Database, owner: str, content: str, **config: Any) -> Books:
    """One prompt, and the books of its task."""
    new = NewPrompt(content, config=NewTaskConfig(**config))
    task_id = await services.backend.tasks.send_prompt(owner, new)
    await finished(database, task_id)
    return await read_books(database, task_id)


def tokens(body: Json) -> int:
    """How long the server thinks that a prompt is."""
    return len(json.dumps(body["messages"])) // 4


def narrow(body: Json) -> Said:
    """vLLM started with --max-model-len 4096 (vllm-project/vllm#42474)."""
    asked, sent = body["max_tokens"], tokens(body)
    if asked + sent <= 4096:
        return openai_stream("ok")
    said = (
        f"'max_tokens' or 'max_completion_tokens' is too large: {asked}. This model's maximum context length is 4096 "
        f"tokens and your request has {sent} input tokens ({asked} > 4096 - {sent})."
    )
    return 400, {"object": "error", "message": said, "type": "BadRequestError", "param": None, "code": 400}


async def test_bound_beyond_the_window_is_asked_again_with_what_fits(
    connection: Connection, database: Database, tmp_path: Path, owner: str
) -> None:
    """It is not the prompt that is too long; the next call is asked rightly at once."""
    sizes = {"context_window": 32768, "max_output_tokens": 8192}
    async with served(connection, tmp_path, narrow, **sizes) as (services, server):
        books = await asked(services, database, owner, "hi")
        assert (books.task["status"], books.answer, faults_of(books)) == ("SUCCEEDED", "ok", [])
        assert [attempt["errorCode"] for attempt in books.attempts] == ["PROVIDER_REJECTED", None]
        assert "max_output_tokens of providers.fake.models.m" in books.attempts[0]["error"]
        assert (await asked(services, database, owner, "hello")).task["status"] == "SUCCEEDED"
        assert len(server.requests) == 3


async def test_bound_beyond_the_window_cuts_no_part(
    connection: Connection, database: Database, tmp_path: Path, owner: str
) -> None:
    """Five parts are asked, each twice at most."""
    sizes = {"context_window": 32768, "max_output_tokens": 8192}
    async with served(connection, tmp_path, narrow, **sizes) as (services, server):
        config = NewTaskConfig(chunk_tokens=2600)
        new = NewTask(instruction="Look.", strategy="CHUNK", items=("word " * 8000,), config=config)
        books = await read_books(database, await run_task(services, database, owner, new))
        assert (books.task["status"], books.statuses()) == ("SUCCEEDED", {"SUCCEEDED": 5})
        assert len(server.requests) <= 10


async def test_bound_that_the_server_does_not_explain_is_a_wrong_setting(
    connection: Connection, database: Database, tmp_path: Path, owner: str
) -> None:
    """One call of each model, and the setting is named."""
    async with served(connection, tmp_path, lambda body: (400, {"error": "max_tokens is too large"})) as (
        services,
        server,
    ):
        books = await asked(services, database, owner, "hi", fallback_models=("fake/spare",))
        assert (books.task["errorCode"], len(server.requests)) == ("PROVIDER_REJECTED", 2)
        assert "max_output_tokens of providers.fake.models.spare" in books.task["error"]


THOUGHTS = ["Okay, the user wants JSON. The name is Ann ", "and she is 41.\n", "</think>", "\n\n", '{"name": "Ann"}']


def thinking(body: Json) -> Said:
    """A server whose template has written the opening mark (vllm-project/vllm#13125)."""
    return [*(openai_delta(content=one) for one in THOUGHTS), *openai_stream("")]


async def test_thoughts_are_no_part_of_an_answer(
    connection: Connection, database: Database, tmp_path: Path, owner: str
) -> None:
    """Neither where JSON is wanted, nor in what REDUCE and the next turn read; they are kept beside it."""
    features = {"features": ["json_object", "json_schema", "reasoning"]}
    async with ScriptedProvider(thinking) as server:
        said = provider(f"{server.url}/v1", "fake")
        said["providers"]["fake"]["models"]["m"] |= features
        async with running(connection, tmp_path, said) as services:
            books = await asked(services, database, owner, "Who?", response_format=SCHEMA)
            assert (books.task["status"], len(books.attempts)) == ("SUCCEEDED", 1)
            assert books.answer == THOUGHTS[-1]
            rows = await cypher(
                database, "MATCH (r:Response {id: $id}) RETURN r.reasoning AS reasoning", id=books.answers[0]["id"]
            )
            assert rows[0]["reasoning"] == "".join(THOUGHTS[:2]).strip()
            new = NewTask(
                instruction="Look.", strategy="FILE", files=files(2), config=NewTaskConfig(aggregation="REDUCE")
            )
            await run_task(services, database, owner, new)
    prompt = server.requests[-1]["messages"][-1]["content"]
    assert THOUGHTS[-1] in prompt
    assert "Okay" not in prompt


async def test_answer_that_is_nothing_is_asked_again(
    connection: Connection, database: Database, tmp_path: Path, owner: str
) -> None:
    """Gemini stops now and then before it has said anything (BerriAI/litellm#24442)."""
    count = 0

    def forgetful(body: Json) -> Said:
        nonlocal count
        count += 1
        return openai_stream("") if count == 3 else openai_stream(f"summary {count}")

    async with served(connection, tmp_path, forgetful) as (services, server):
        new = NewTask(instruction="Sum up.", strategy="FILE", files=files(6), config=NewTaskConfig(max_parallel=1))
        books = await read_books(database, await run_task(services, database, owner, new))
    assert (books.task["status"], books.statuses()) == ("SUCCEEDED", {"SUCCEEDED": 6})
    assert len(server.requests) == 7
    assert all(f"summary {number}" in books.answer for number in (1, 2, 4, 5, 6, 7))


async def test_answer_that_stays_empty_is_missing(
    connection: Connection, database: Database, tmp_path: Path, owner: str
) -> None:
    """The task is PARTIAL, says which one is missing, and REDUCE does not read an answer of nothing."""

    def silent(body: Json) -> Said:
        about = body["messages"][-1]["content"]
        return openai_stream("" if "file 1." in about and "file 0." not in about else "fine")

    async with served(connection, tmp_path, silent) as (services, server):
        retries = {"maxAttempts": 2, "totalSeconds": 20}
        new = NewTask(
            instruction="Sum up.",
            strategy="FILE",
            files=files(3),
            config=NewTaskConfig(aggregation="REDUCE", retries=retries),
        )
        books = await read_books(database, await run_task(services, database, owner, new))
    assert (books.task["status"], books.task["errorCode"]) == ("PARTIAL", "INVALID_ANSWER")
    assert "file-1.txt" in books.task["error"]
    assert server.requests[-1]["messages"][-1]["content"].count("fine") == 2


async def test_thoughts_with_no_answer_are_told_to_the_model(
    connection: Connection, database: Database, tmp_path: Path, owner: str
) -> None:
    """It thought, and forgot to answer: to ask in the same way would bring the same."""

    def absent(body: Json) -> Said:
        if "cannot be used" in body["messages"][-1]["content"]:
            return openai_stream("Hello")
        return [openai_delta(reasoning_content="I shall say hello."), *openai_stream("")]

    async with served(connection, tmp_path, absent) as (services, _):
        books = await asked(services, database, owner, "hi")
    assert (books.task["status"], books.answer) == ("SUCCEEDED", "Hello")
    assert [attempt["errorCode"] for attempt in books.attempts] == ["INVALID_ANSWER", None]


@pytest.mark.parametrize("status", [400, 429])
async def test_spent_budget_is_for_the_next_model_at_once(
    connection: Connection, database: Database, tmp_path: Path, owner: str, status: int
) -> None:
    """A gateway's key has spent its budget (BerriAI/litellm#14144)."""

    def spent(body: Json) -> Said:
        if body["model"] == "spare":
            return openai_stream("from the spare")
        said = "Budget has been exceeded! Current cost: 26.075, Max budget: 25.0"
        return status, {"error": {"message": said, "type": "budget_exceeded", "param": None, "code": str(status)}}

    async with served(connection, tmp_path, spent) as (services, server):
        books = await asked(services, database, owner, "hi", fallback_models=("fake/spare",))
    assert (books.task["status"], books.answer) == ("SUCCEEDED", "from the spare")
    assert [request["model"] for request in server.requests] == ["m", "spare"]


def without_grammar(body: Json) -> Said:
    """A server whose grammar does not know every keyword (vllm-project/vllm#15790)."""
    if body.get("response_format", {}).get("type") != "json_schema":
        return openai_stream('{"name": "Ann"}')
    said = "The provided JSON schema contains features not supported by xgrammar."
    return 400, {"object": "error", "message": said, "type": "BadRequestError", "code": 400}


async def test_schema_that_a_server_cannot_do_is_told_in_words(
    connection: Connection, database: Database, tmp_path: Path, owner: str
) -> None:
    """At once, and from then on without asking; the answer is checked as always."""
    async with ScriptedProvider(without_grammar) as server:
        said = provider(f"{server.url}/v1", "fake")
        said["providers"]["fake"]["models"]["m"] |= {"features": ["json_object", "json_schema"]}
        async with running(connection, tmp_path, said) as services:
            books = await asked(services, database, owner, "Who?", response_format=SCHEMA)
            assert (books.task["status"], books.answer) == ("SUCCEEDED", '{"name": "Ann"}')
            assert "features of providers.fake.models.m" in books.attempts[0]["error"]
            assert "maxLength" in server.requests[1]["messages"][0]["content"]
            await asked(services, database, owner, "And who?", response_format=SCHEMA)
    assert len(server.requests) == 3
