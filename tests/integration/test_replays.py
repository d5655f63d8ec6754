"""Replays in the real graph: what a model was sent is sent again byte for byte, or with one thing changed."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from service.chat import Tool
from service.errors import AntiphonError, Conflict, ContextOverflow, InvalidInput, NotFound
from service.graph.database import Connection
from service.records import TaskStatus, answer_id, derived_id, new_id
from service.services import Services
from service.tasks.creating import NewPrompt, NewTaskConfig
from service.tasks.rebuilding import MOST_REPLAYS
from service.tasks.replays import Replay
from service.tasks.tools import ToolResult
from service.tasks.turns import Regeneration
from tests.integration.test_turns import heads
from tests.support.scripted_provider import Json, ScriptedProvider, openai_stream
from tests.support.services import cypher, file_task, finished, provider, run_task, running

pytestmark = pytest.mark.usefixtures("promises")

REPLAYS = """MATCH (t:Task {id: $id})-[:RESULTED_IN]->(r)
RETURN COLLECT { MATCH (r)-[:REPLAYS]->(x) RETURN x.id } AS ids,
  COLLECT { MATCH (r)-[:RESPONDS_TO]->(p) RETURN p.id } AS prompts"""
ATTEMPTS = "MATCH (:Task {id: $id})-[:HAS_SUBTASK]->()-[:ATTEMPTED]->(a) RETURN a.id AS id ORDER BY a.number"
PLACE = "MATCH (t:Task {id: $id}) RETURN t.conversationId AS c"
RESULT = "MATCH (m:Prompt {toolCallId: 'call_a', conversationId: $c}) RETURN m.id AS id"
WEATHER = Tool("get_weather", "The weather.", {"type": "object", "properties": {"city": {"type": "string"}}})
SCHEMA = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}


@pytest.fixture(scope="module")
async def heard() -> AsyncIterator[ScriptedProvider]:
    """A provider that calls tools where there are some, and answers with how many messages it was sent."""

    def answer(request: Json) -> list[Json | str]:
        if request.get("tools") and request["messages"][-1]["role"] != "tool":
            return openai_stream("", [("call_a", "get_weather", '{"city": "Oslo"}')])
        if "An object." in str(request["messages"]):
            return openai_stream('{"n": 1}' if len(request["messages"]) > 3 else "No object.")
        return openai_stream(f"{request['model']}: {len(request['messages'])}")

    async with ScriptedProvider(answer) as one:
        yield one


@pytest.fixture(scope="module")
async def services(
    connection: Connection, heard: ScriptedProvider, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Services]:
    """A service over three models of that provider."""
    settings = provider(f"{heard.url}/v1")
    (models,) = (one["models"] for one in settings["providers"].values())
    models["other"] = models["m"]
    models["small"] = models["m"] | {"context_window": 300, "max_output_tokens": 20}
    async with (
        running(connection, tmp_path_factory.mktemp("service"), settings) as services,
    ):
        yield services


async def ask(services: Services, owner: str, new: NewPrompt) -> str:
    """Ask a prompt and wait for its answer; the id of its task."""
    task = await services.backend.tasks.send_prompt(owner, new)
    assert await finished(services.database, task) is TaskStatus.SUCCEEDED
    return task


async def again(services: Services, owner: str, new: Replay) -> str:
    """Replay and wait for the answer; the id of its task."""
    task = await services.backend.replays.replay(owner, new)
    assert await finished(services.database, task) is TaskStatus.SUCCEEDED
    return task


async def rebuilds(services: Services, owner: str, task: str) -> bool:
    """Whether what every call of a task was sent can be made again."""
    rows = await cypher(services.database, ATTEMPTS, id=task)
    sent = [await services.backend.rebuilding.context_of(owner, row["id"]) for row in rows]
    return bool(sent) and all(one is not None and one.is_same for one in sent)


async def chat(services: Services, owner: str, turns: int = 3) -> tuple[str, list[str]]:
    """A chat of so many turns; its conversation, and the tasks of its turns."""
    first = await ask(services, owner, NewPrompt("Turn 0."))
    conversation = (await cypher(services.database, "MATCH (t:Task {id: $id}) RETURN t.conversationId AS c", id=first))[
        0
    ]["c"]
    more = [await ask(services, owner, NewPrompt(f"Turn {i}.", conversation)) for i in range(1, turns)]
    return conversation, [first, *more]


def answer_of(task: str) -> str:
    """The id of a prompt's answer."""
    return answer_id(task, "NONE")


def body(request: Json) -> str:
    """A request as it was sent, with the order of its members."""
    return json.dumps(request)


async def refusal(services: Services, owner: str, new: Replay) -> AntiphonError:
    """Why a replay is not begun."""
    with pytest.raises(AntiphonError) as refused:
        await services.backend.replays.replay(owner, new)
    return refused.value


async def test_the_same_is_sent_again_byte_for_byte(services: Services, owner: str, heard: ScriptedProvider) -> None:
    """After the chat has gone on, and a message was pinned and the system prompt changed; no branch moves."""
    conversation, tasks = await chat(services, owner)
    asked = body(heard.requests[-1])
    later = [await ask(services, owner, NewPrompt("More.", conversation)) for _ in range(2)]
    await services.backend.marks.pin_message(owner, answer_of(tasks[0]), pinned=True)
    before = await heads(services.database, conversation)
    task = await again(services, owner, Replay(response_id=answer_of(tasks[2])))
    assert body(heard.requests[-1]) == asked
    assert await heads(services.database, conversation) == before
    (row,) = await cypher(services.database, REPLAYS, id=task)
    assert (row["ids"], row["prompts"]) == ([answer_of(tasks[2])], [derived_id(tasks[2], "prompt")])
    assert await rebuilds(services, owner, task)
    assert len(later) == 2


async def test_one_thing_is_changed(services: Services, owner: str, heard: ScriptedProvider) -> None:
    """A message is left out, another says something else, another model is asked; a replay of that has it all."""
    _, tasks = await chat(services, owner)
    first = json.loads(body(heard.requests[-1]))
    new = Replay(
        response_id=answer_of(tasks[2]),
        without=(answer_of(tasks[0]), derived_id(tasks[0], "prompt")),
        instead=((derived_id(tasks[1], "prompt"), "Otherwise."),),
        config=NewTaskConfig(model="slow/other", temperature=0.5),
    )
    task = await again(services, owner, new)
    sent = heard.requests[-1]
    changed = [*first["messages"]]
    changed[2] = changed[2] | {"content": "Otherwise."}
    assert sent["messages"] == changed[2:]
    assert (sent["model"], sent["temperature"]) == ("other", 0.5)
    assert await rebuilds(services, owner, task)
    said = ((answer_of(tasks[1]), "So."), (derived_id(tasks[2], "prompt"), "And?"))
    second = await again(services, owner, Replay(response_id=answer_of(task), instead=said))
    assert [it["content"] for it in heard.requests[-1]["messages"]] == ["Otherwise.", "So.", "And?"]
    assert heard.requests[-1]["model"] == "other"
    assert await rebuilds(services, owner, second)


async def test_repairs_and_words_on_the_format_are_sent_again(
    services: Services, owner: str, heard: ScriptedProvider
) -> None:
    """The second call of a prompt, with the answer that could not be used and what the model was told of it."""
    form: dict[str, Any] = {"type": "JSON_SCHEMA", "schema": SCHEMA}
    config = NewTaskConfig(response_format=form)
    task = await ask(services, owner, NewPrompt("An object.", config=config))
    asked = body(heard.requests[-1])
    first, second = [row["id"] for row in await cypher(services.database, ATTEMPTS, id=task)]
    one = await again(services, owner, Replay(attempt_id=second))
    assert body(heard.requests[-1]) == asked
    assert await rebuilds(services, owner, one)
    other = await again(services, owner, Replay(attempt_id=first))
    assert body(heard.requests[-1]) == asked
    assert await rebuilds(services, owner, other)


async def test_calls_of_tools_go_with_their_results(services: Services, owner: str, heard: ScriptedProvider) -> None:
    """Both are left out together, or neither; what is named by its place in the request."""
    config = NewTaskConfig(tools=(WEATHER,))
    calling = await ask(services, owner, NewPrompt("The weather?", config=config))
    (row,) = await cypher(services.database, PLACE, id=calling)
    results = (ToolResult("call_a", "Sunny."),)
    told = await ask(services, owner, NewPrompt(None, row["c"], config=config, tool_results=results))
    asked = body(heard.requests[-1])
    await again(services, owner, Replay(response_id=answer_of(told)))
    assert body(heard.requests[-1]) == asked
    later = await ask(services, owner, NewPrompt("Thanks.", row["c"]))
    result = (await cypher(services.database, RESULT, c=row["c"]))[0]["id"]
    for ids in ((answer_of(calling),), (result,)):
        error = await refusal(services, owner, Replay(response_id=answer_of(later), without=ids))
        assert (error.code, error.field) == ("INVALID_INPUT", "input.without[0]")
    both = (answer_of(calling), result)
    task = await again(services, owner, Replay(response_id=answer_of(later), without=both))
    assert [one["role"] for one in heard.requests[-1]["messages"]] == ["user", "assistant", "user"]
    assert await rebuilds(services, owner, task)


async def test_what_cannot_be_replayed_is_refused(services: Services, owner: str) -> None:
    """Each with its field; nothing is written."""
    conversation, tasks = await chat(services, owner)
    answer, prompt = answer_of(tasks[2]), derived_id(tasks[2], "prompt")
    files = await run_task(services, services.database, owner, file_task(2))
    (piece,) = (await cypher(services.database, ATTEMPTS, id=files))[:1]
    cases = [
        (Replay(response_id=prompt), InvalidInput, "input.of.responseId"),
        (Replay(response_id=new_id()), NotFound, "input.of.responseId"),
        (Replay(attempt_id=new_id()), NotFound, "input.of.attemptId"),
        (Replay(attempt_id=piece["id"]), InvalidInput, "input.of"),
        (Replay(response_id=answer, without=(prompt,)), InvalidInput, "input.without[0]"),
        (Replay(response_id=answer, without=(answer,)), InvalidInput, "input.without[0]"),
        (Replay(response_id=answer, without=(answer_of(tasks[0]),) * 2), InvalidInput, "input.without[1]"),
        (Replay(response_id=answer, instead=((new_id(), "X"),)), InvalidInput, "input.instead[0].messageId"),
        (Replay(response_id=answer, instead=((prompt, " "),)), InvalidInput, "input.instead[0].content"),
        (Replay(response_id=answer, without=(prompt,) * 101), InvalidInput, "input.without"),
        (Replay(response_id=answer, config=NewTaskConfig(context="NONE")), InvalidInput, "input.config.context"),
        (Replay(response_id=answer, config=NewTaskConfig(model="slow/none")), InvalidInput, "input.config.model"),
    ]
    for new, kind, field in cases:
        error = await refusal(services, owner, new)
        assert (type(error), error.field) == (kind, field), new
    assert type(await refusal(services, new_id(), Replay(response_id=answer))) is NotFound
    long = "A long text. " * 200
    other = await ask(services, owner, NewPrompt(long, conversation))
    error = await refusal(
        services, owner, Replay(response_id=answer_of(other), config=NewTaskConfig(model="slow/small"))
    )
    assert (type(error), error.field) == (ContextOverflow, "input.config.model")


async def test_what_was_deleted_since_is_told(services: Services, owner: str) -> None:
    """A context that cannot be made again to its hash is not sent."""
    _, tasks = await chat(services, owner)
    change = "MATCH (m:Message {id: $id}) SET m.content = 'Another.'"
    await cypher(services.database, change, writes=True, id=answer_of(tasks[0]))
    error = await refusal(services, owner, Replay(response_id=answer_of(tasks[2])))
    assert type(error) is Conflict
    assert "deleted" in error.message


async def test_a_key_makes_one_replay(services: Services, owner: str) -> None:
    """Sent twice it is one; for another request it is refused. A replay is regenerated like another answer."""
    _, tasks = await chat(services, owner, 1)
    new = Replay(response_id=answer_of(tasks[0]), idempotency_key=f"again {tasks[0]}")
    task = await again(services, owner, new)
    assert await services.backend.replays.replay(owner, new) == task
    other = Replay(response_id=answer_of(task), idempotency_key=new.idempotency_key)
    assert type(await refusal(services, owner, other)) is Conflict
    (more,) = await services.backend.turns.regenerate(owner, Regeneration(answer_of(task)))
    assert await finished(services.database, more) is TaskStatus.SUCCEEDED


async def test_replays_of_replays_have_an_end(services: Services, owner: str) -> None:
    """Each can be made again; the one too many is refused."""
    _, tasks = await chat(services, owner, 1)
    task = tasks[0]
    for _ in range(MOST_REPLAYS):
        task = await again(services, owner, Replay(response_id=answer_of(task)))
    assert await rebuilds(services, owner, task)
    assert type(await refusal(services, owner, Replay(response_id=answer_of(task)))) is Conflict
