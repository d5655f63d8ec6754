"""A request that was answered before takes that answer where its task reuses, and nobody is asked."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from zlib import crc32

import pytest

from service.conversations.marks import NewLink
from service.conversations.usage import UsageFilter
from service.graph.database import Connection, Database
from service.services import Services
from service.tasks.creating import NewFile, NewPrompt, NewTask, NewTaskConfig
from tests.support.scripted_provider import Json, ScriptedProvider, openai_stream
from tests.support.services import cypher, finished, provider, run_task, running

pytestmark = pytest.mark.usefixtures("promises")
REUSES = NewTaskConfig(reuse=True)


@pytest.fixture(scope="module")
async def scripted() -> AsyncIterator[ScriptedProvider]:
    """A model whose answer is a function of what it is sent."""

    def answer(request: Json) -> list[Json | str]:
        said = request["messages"][-1]["content"]
        return openai_stream(f"{crc32(said.encode())}", finish="length" if "CUT" in said else None)

    async with ScriptedProvider(answer) as scripted:
        yield scripted


@pytest.fixture(scope="module")
async def services(
    connection: Connection, database: Database, scripted: ScriptedProvider, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Services]:
    """A service over it, at a price."""
    settings = provider(scripted.url, prices={"input": 1.0, "output": 2.0})
    async with running(connection, tmp_path_factory.mktemp("service"), settings) as services:
        yield services


async def ask(services: Services, database: Database, owner: str, content: str, **more: Any) -> str:
    """Ask a prompt and wait; the id of its task."""
    task = await services.backend.tasks.send_prompt(owner, NewPrompt(content, **more))
    await finished(database, task)
    return task


async def answer_of(database: Database, task_id: str) -> dict[str, Any]:
    """A task's answer, and how it came."""
    statement = """MATCH (t:Task {id: $id})-[:RESULTED_IN]->(r)
    RETURN r.id AS id, r.content AS text, t.conversationId AS place, r.conversationId AS there, t.status AS status,
      COUNT { (t)-[:HAS_SUBTASK]->()-[:ATTEMPTED]->() } AS calls,
      COUNT { (t)-[:HAS_SUBTASK]->()-[:REUSED]->() } AS reused,
      COLLECT { MATCH (e:TaskEvent {taskId: t.id}) RETURN e.seq ORDER BY e.seq DESC LIMIT 1 }[0] - r.seq AS before"""
    return (await cypher(database, statement, id=task_id))[0]


async def test_same_prompt_is_answered_once(services: Services, database: Database, scripted: ScriptedProvider) -> None:
    """The answer stands in the new conversation, and can be gone on from."""
    first = await answer_of(database, await ask(services, database, "re-1", "What is this?"))
    before = len(scripted.requests)
    task = await ask(services, database, "re-1", "What is this?", config=REUSES)
    again = await answer_of(database, task)
    assert len(scripted.requests) == before
    assert (again["text"], again["calls"], again["reused"]) == (first["text"], 0, 1)
    assert again["there"] == again["place"] != first["place"]
    assert again["id"] != first["id"]
    # It is told when it joins the conversation, not when it was written.
    assert again["before"] == first["before"] == 1
    next_ = await ask(services, database, "re-1", "And then?", conversation_id=again["place"])
    assert (await answer_of(database, next_))["calls"] == 1
    assert len(scripted.requests[-1]["messages"]) == 3


async def test_equal_prompts_at_once_are_answered_once(
    services: Services, database: Database, scripted: ScriptedProvider
) -> None:
    """The others wait for the first, and each says the answer in its own place."""
    before, tasks = len(scripted.requests), services.backend.tasks
    made = [await tasks.send_prompt("re-at-once", NewPrompt("At once?", config=REUSES)) for _ in range(4)]
    for task in made:
        await finished(database, task)
    assert len(scripted.requests) == before + 1
    assert len({(await answer_of(database, task))["text"] for task in made}) == 1


async def test_off_by_default_and_never_across_owners(
    services: Services, database: Database, scripted: ScriptedProvider
) -> None:
    """Nor for another model, another format, another temperature."""
    await ask(services, database, "re-2", "Say it.")
    before = len(scripted.requests)
    await ask(services, database, "re-2", "Say it.")
    await ask(services, database, "re-2-eve", "Say it.", config=REUSES)
    await ask(services, database, "re-2", "Say it.", config=NewTaskConfig(reuse=True, temperature=0.5))
    await ask(services, database, "re-2", "Say it.", config=NewTaskConfig(reuse=True, max_output_tokens=77))
    assert len(scripted.requests) == before + 4
    await ask(services, database, "re-2", "Say it.", config=NewTaskConfig(reuse=True, temperature=0.5))
    assert len(scripted.requests) == before + 4


async def test_what_was_cut_or_corrected_is_asked_anew(
    services: Services, database: Database, scripted: ScriptedProvider
) -> None:
    """Only an answer that is whole, and that nobody corrected, is taken."""
    await ask(services, database, "re-3", "CUT it.")
    before = len(scripted.requests)
    await ask(services, database, "re-3", "CUT it.", config=REUSES)
    assert len(scripted.requests) == before + 1
    wrong = await answer_of(database, await ask(services, database, "re-3", "Right?", config=REUSES))
    right = await answer_of(database, await ask(services, database, "re-3", "No.", config=REUSES))
    await services.backend.marks.link_messages("re-3", NewLink(right["id"], wrong["id"], "corrects"))
    before = len(scripted.requests)
    await ask(services, database, "re-3", "Right?", config=REUSES)
    assert len(scripted.requests) == before + 1


def over(*texts: str, **more: Any) -> NewTask:
    """A FILE task with REDUCE over these texts."""
    files = tuple(NewFile(f"f{i}.txt", text) for i, text in enumerate(texts))
    config = NewTaskConfig(aggregation="REDUCE", **{"reuse": True} | more.pop("config", {}))
    return NewTask(instruction="Look.", strategy="FILE", files=files, config=config, **more)


async def test_files_that_were_read_before_are_not_asked_about(
    services: Services, database: Database, scripted: ScriptedProvider
) -> None:
    """Of three one changed: two calls are made, for it and to combine. In another conversation it is the same."""
    first = await answer_of(database, await run_task(services, database, "re-4", over("A", "B", "C")))
    assert (first["calls"], first["reused"]) == (4, 0)
    before = len(scripted.requests)
    here = await run_task(services, database, "re-4", over("A", "B2", "C", conversation_id=first["place"]))
    second = await answer_of(database, here)
    assert (second["calls"], second["reused"], len(scripted.requests)) == (2, 2, before + 2)
    assert second["text"] != first["text"]
    same = await answer_of(database, await run_task(services, database, "re-4", over("A", "B2", "C")))
    assert (same["calls"], same["reused"], same["text"]) == (0, 4, second["text"])
    assert len(scripted.requests) == before + 2


async def test_what_was_saved_is_told(services: Services, database: Database) -> None:
    """Calls, tokens and USD, of all and of one conversation."""
    first = await answer_of(database, await ask(services, database, "re-5", "How much?"))
    again = await answer_of(database, await ask(services, database, "re-5", "How much?", config=REUSES))
    usage = services.backend.usage
    saved = await usage.read_saved("re-5", UsageFilter())
    assert (saved["calls"], saved["tokens"], saved["priced"]) == (1, 39, 1)
    assert saved["costUsd"] == pytest.approx(48e-6)
    assert (await usage.read_saved("re-5", UsageFilter(again["place"])))["calls"] == 1
    assert (await usage.read_saved("re-5", UsageFilter(first["place"])))["calls"] == 0
    assert (await usage.read_saved("eve", UsageFilter()))["calls"] == 0
