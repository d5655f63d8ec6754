"""Contexts in the real graph: what is sent is kept, and can be made again byte for byte, after a restart too."""

from __future__ import annotations

import random
from itertools import pairwise
from pathlib import Path
from typing import Any

from service.chat import Tool
from service.graph.database import Connection, Database
from service.records import ContextPolicy, ItemKind, TaskStatus
from service.services import Services
from service.tasks.creating import NewPrompt, NewTask, NewTaskConfig
from service.tasks.rebuilding import SentContext
from service.tasks.tools import ToolResult
from tests.support.scripted_provider import Json, ScriptedProvider, openai_stream
from tests.support.services import MODEL, cypher, finished, running

ANSWER = "MATCH (t:Task {id: $id})-[:RESULTED_IN]->(r) RETURN r.id AS id, r.conversationId AS c"
CODE = "MATCH (:Task {id: $id})-[:HAS_SUBTASK]->(s) RETURN s.errorCode AS code"
ATTEMPTS = """MATCH (:Conversation {ownerId: $owner})-[:HAS_TASK]->()-[:HAS_SUBTASK]->()-[:ATTEMPTED]->(a:Attempt)
RETURN a.id AS id"""
LAST = """MATCH (:Task {id: $id})-[:HAS_SUBTASK]->()-[:ATTEMPTED]->(a)
RETURN a.id AS id ORDER BY a.number DESC LIMIT 1"""
WEATHER = Tool("get_weather", "The weather.", {"type": "object", "properties": {"city": {"type": "string"}}})
CALLS = [("call_a", "get_weather", '{"city": "Oslo"}')]


def settings(url: str, **more: Any) -> dict[str, Any]:
    """A service whose model `m` at this address has a window of 400 tokens."""
    small = MODEL | {"context_window": 400, "max_output_tokens": 50} | more
    speaker = {"protocol": "openai", "base_url": url, "models": {"m": small}}
    return {"providers": {"said": speaker}, "api_keys": {"said": "none"}, "defaults": {"model": "said/m"}}


def says(request: Json) -> list[Json | str]:
    """What the provider answers: a call where there are tools and no result yet; else the number of messages."""
    if request.get("tools") and request["messages"][-1]["role"] != "tool":
        return openai_stream("", CALLS)
    return openai_stream(f"There were {len(request['messages'])} messages, the last of which I answer.")


async def contexts(services: Services, database: Database, owner: str) -> dict[str, SentContext]:
    """What each attempt of an owner was sent."""
    found: dict[str, SentContext] = {}
    for row in await cypher(database, ATTEMPTS, owner=owner):
        sent = await services.backend.rebuilding.context_of(owner, row["id"])
        assert sent is not None
        found[row["id"]] = sent
    return found


async def ask(services: Services, database: Database, owner: str, new: NewPrompt) -> str:
    """Ask a prompt and wait for its answer; the id of its task."""
    task = await services.backend.tasks.send_prompt(owner, new)
    assert await finished(database, task) is TaskStatus.SUCCEEDED
    return task


async def last_context(services: Services, database: Database, owner: str, task: str) -> SentContext:
    """What the last attempt of a task was sent."""
    (row,) = await cypher(database, LAST, id=task)
    sent = await services.backend.rebuilding.context_of(owner, row["id"])
    assert sent is not None
    return sent


async def test_every_context_of_a_long_chat_is_made_again_byte_for_byte(
    connection: Connection, database: Database, owner: str, tmp_path: Path
) -> None:
    """With forks, pins, calls of tools and windows that are cut; by another process, too."""
    dice = random.Random(7)
    async with ScriptedProvider(says) as provider:
        async with running(connection, tmp_path / "a", settings(provider.url)) as services:
            conversation, parents, task = None, list[str](), ""
            for number in range(40):
                parent = dice.choice(parents) if parents and dice.random() < 0.2 else None
                words = f"{number}: " + "Say it. " * dice.randint(1, 12)
                task = await ask(services, database, owner, NewPrompt(words, conversation, parent_id=parent))
                (row,) = await cypher(
                    database,
                    "MATCH (t:Task {id: $id})-[:RESULTED_IN]->(r) RETURN r.id AS id, r.conversationId AS c",
                    id=task,
                )
                conversation, parents = row["c"], [*parents, row["id"]]
                if number in (2, 5):
                    await services.backend.marks.pin_message(owner, row["id"], pinned=True)
            tools = NewTaskConfig(tools=(WEATHER,))
            await ask(services, database, owner, NewPrompt("The weather?", conversation, config=tools))
            results = (ToolResult("call_a", "Rain."),)
            await ask(services, database, owner, NewPrompt(None, conversation, config=tools, tool_results=results))
            before = await contexts(services, database, owner)
        async with running(connection, tmp_path / "b", settings(provider.url)) as services:
            after = await contexts(services, database, owner)
    assert [sent.is_same for sent in before.values()] == [True] * 42
    assert before == after
    kinds = {item.kind for sent in before.values() for item in sent.items}
    assert kinds == {ItemKind.MESSAGE, ItemKind.PROMPT, ItemKind.PINNED, ItemKind.NOTE}
    assert any(message.tool_calls for sent in before.values() for message in sent.messages)


async def test_window_is_cut_in_large_steps(
    connection: Connection, database: Database, owner: str, tmp_path: Path
) -> None:
    """So most requests begin with all of the one before, which a provider has seen."""
    async with (
        ScriptedProvider(says) as provider,
        running(connection, tmp_path, settings(provider.url)) as services,
    ):
        conversation = None
        for number in range(30):
            task = await ask(services, database, owner, NewPrompt(f"{number}: Say it once more.", conversation))
            (row,) = await cypher(database, "MATCH (t:Task {id: $id}) RETURN t.conversationId AS c", id=task)
            conversation = row["c"]
    sent = [request["messages"] for request in provider.requests]
    goes_on = [after[: len(before)] == before for before, after in pairwise(sent)]
    assert len(sent[-1]) < 30
    assert goes_on.count(False) < 8


async def test_repairs_and_words_on_the_format_are_part_of_it(
    connection: Connection, database: Database, owner: str, tmp_path: Path
) -> None:
    """What was refused, what the model was told of it, and the schema for a model that has no mode for it."""
    answers = iter(["No JSON at all.", '{"ok": true}'])
    async with (
        ScriptedProvider(lambda _: openai_stream(next(answers))) as provider,
        running(connection, tmp_path, settings(provider.url, features=[])) as services,
    ):
        schema = {"type": "object", "required": ["ok"]}
        config = NewTaskConfig(response_format=schema)
        task = await ask(services, database, owner, NewPrompt("Is it?", config=config))
        sent = await last_context(services, database, owner, task)
    assert sent.is_same
    assert [item.kind.value for item in sent.items] == ["FORMAT", "PROMPT", "REPAIR", "REPAIR"]
    assert [message.content for message in sent.messages][2] == "No JSON at all."
    assert [message["content"] for message in provider.requests[-1]["messages"]] == [it.content for it in sent.messages]


async def test_policies(connection: Connection, database: Database, owner: str, tmp_path: Path) -> None:
    """NONE sends the prompt alone, FULL refuses to cut."""
    async with (
        ScriptedProvider(says) as provider,
        running(connection, tmp_path, settings(provider.url)) as services,
    ):
        task = await ask(services, database, owner, NewPrompt("One. " * 150))
        (row,) = await cypher(database, "MATCH (t:Task {id: $id}) RETURN t.conversationId AS c", id=task)
        alone = NewTaskConfig(context=ContextPolicy.NONE)
        await ask(services, database, owner, NewPrompt("Two.", row["c"], config=alone))
        assert [message["content"] for message in provider.requests[-1]["messages"]] == ["Two."]
        whole = NewTaskConfig(context=ContextPolicy.FULL)
        new = NewPrompt("Three. " * 50, row["c"], config=whole)
        task = await services.backend.tasks.send_prompt(owner, new)
        assert await finished(database, task) is TaskStatus.FAILED
        (row,) = await cypher(
            database, "MATCH (t:Task {id: $id})-[:HAS_SUBTASK]->(s) RETURN s.errorCode AS code", id=task
        )
        assert row["code"] == "CONTEXT_OVERFLOW"
    assert len(provider.requests) == 2


async def test_merged_sides_are_told_apart_and_counted_once(
    connection: Connection, database: Database, owner: str, tmp_path: Path
) -> None:
    """What both share first, then each side with a note; made again the same."""
    async with (
        ScriptedProvider(says) as provider,
        running(connection, tmp_path, settings(provider.url, context_window=4000)) as services,
    ):
        one = await ask(services, database, owner, NewPrompt("Shared."))
        (shared,) = await cypher(database, ANSWER, id=one)
        sides: list[str] = []
        for words in ("Left.", "Right."):
            task = await ask(services, database, owner, NewPrompt(words, shared["c"], parent_id=shared["id"]))
            sides.append((await cypher(database, ANSWER, id=task))[0]["id"])
        held = NewPrompt("Both?", shared["c"], parent_id=sides[0])
        task = await ask(services, database, owner, held)
        # A merge, as `mergeBranches` writes it; then its answer is asked again.
        merge = """MATCH (:Task {id: $id})-[:ASKED]->(p)-[old:CONTINUES]->() SET old.index = 0
            WITH p MATCH (other:Message {id: $other}) CREATE (p)-[:CONTINUES {index: 1}]->(other)"""
        await cypher(database, merge, writes=True, id=task, other=sides[1])
        again = await ask(services, database, owner, NewPrompt("And so?", shared["c"]))
        sent = await last_context(services, database, owner, again)
    assert sent.is_same
    notes = [place for place, item in enumerate(sent.items) if item.kind is ItemKind.NOTE]
    words = [message.content for message in sent.messages]
    assert words[0] == "Shared."
    assert [words[place + 1] for place in notes] == ["Left.", "Right."]
    assert [words.count(said) for said in ("Shared.", "Left.", "Right.", "Both?", "And so?")] == [1] * 5


async def test_another_owners_attempt_is_none(
    connection: Connection, database: Database, owner: str, tmp_path: Path
) -> None:
    """As one that does not exist."""
    async with running(connection, tmp_path) as services:
        new = NewTask(instruction="Hello.", config=NewTaskConfig(model="echo/echo"))
        task = await services.backend.tasks.create_task(owner, new)
        await finished(database, task)
        (row,) = await cypher(database, LAST, id=task)
        assert await services.backend.rebuilding.context_of("somebody else", row["id"]) is None
        assert await services.backend.rebuilding.context_of(owner, "none") is None
