"""Tools from end to end: calls of a model are kept, results are sent, and the model sees both, on either protocol."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from llmock.pytest_plugin import LLMock

from service.chat import Tool
from service.errors import Conflict, InvalidInput, NotFound
from service.graph.database import Connection, Database
from service.records import TaskStatus
from service.services import Services
from service.tasks.creating import NewPrompt, NewTask, NewTaskConfig
from service.tasks.tools import ToolResult
from tests.support.books import faults_of, read_books
from tests.support.scripted_provider import STREAMS, Call, Json, ScriptedProvider
from tests.support.services import MODEL, cypher, finished, running

WEATHER = Tool("get_weather", "The weather.", {"type": "object", "properties": {"city": {"type": "string"}}})
TWO: list[Call] = [("call_a", "get_weather", '{"city": "Tromsø"}'), ("call_b", "get_weather", '{"city": "Oslo"}')]
BOTH = pytest.mark.parametrize("protocol", ["openai", "anthropic"])
PATH = """
MATCH (:Task {id: $id})-[:ASKED]->(p)
MATCH (p) (()-[:CONTINUES|RESPONDS_TO]->()){0,} (m)
RETURN m {.role, .content, .title, .toolCallId, .toolName, .isError, .depth, .seq,
  of: COLLECT { MATCH (m)-[r:RESULT_OF]->(x) RETURN [r.toolCallId, x.title] }} AS message
ORDER BY m.depth
"""
COUNT = "MATCH (m:Message)-[:IN_CONVERSATION]->(:Conversation {ownerId: $owner}) RETURN count(m) AS messages"
HEAD = "MATCH (:Conversation {id: $id})<-[:BRANCH_OF]-()-[:HEAD]->(m) RETURN m.id AS head, m.title AS title"


@pytest.fixture
async def scripted() -> AsyncIterator[ScriptedProvider]:
    """A provider that says what the test tells it to."""
    async with ScriptedProvider() as provider:
        yield provider


@pytest.fixture
async def services(
    connection: Connection, database: Database, scripted: ScriptedProvider, tmp_path: Path
) -> AsyncIterator[Services]:
    """A service whose providers `openai` and `anthropic` are the scripted one, `echo` its default, one model small."""
    small = MODEL | {"context_window": 400, "max_output_tokens": 50}
    models = {"m": MODEL, "small": small}
    speakers = {
        name: {"protocol": name, "base_url": scripted.url, "models": models} for name in ("openai", "anthropic")
    }
    echo = {"tiny": {"protocol": "echo", "models": {"m": small}}}
    settings = {"providers": speakers | echo, "api_keys": {"openai": "none", "anthropic": "none"}}
    async with running(connection, tmp_path, settings) as services:
        yield services


def with_tools(model: str = "echo/echo", *tools: Tool) -> NewTaskConfig:
    """A configuration with the weather tool, or these."""
    return NewTaskConfig(model=model, tools=tools or (WEATHER,), retries={"maxAttempts": 1})


class Talk:
    """A conversation of an owner, as a client leads it."""

    def __init__(self, services: Services, database: Database, owner: str) -> None:
        self.tasks = services.backend.tasks
        self.database = database
        self.owner = owner
        self.id: str | None = None
        self.task = ""

    async def say(self, content: str | None = None, config: NewTaskConfig | None = None, **more: Any) -> Json:
        """Send a prompt and wait for its answer: `{id, content, toolCalls, …}`."""
        new = NewPrompt(content, self.id, config=config or with_tools(), **more)
        self.task = await self.tasks.send_prompt(self.owner, new)
        assert await finished(self.database, self.task) is TaskStatus.SUCCEEDED, await read_books(
            self.database, self.task
        )
        statement = """MATCH (c)-[:HAS_TASK]->(t:Task {id: $id})-[:RESULTED_IN]->(r)
            RETURN c.id AS conversation, r {.id, .content, .status, .title, .finishReason,
              toolCalls: COLLECT { MATCH (r)-[x:CALLED]->(tool:Tool)
                RETURN [x.toolCallId, tool.name, x.arguments] ORDER BY x.index }} AS response"""
        (row,) = await cypher(self.database, statement, id=self.task)
        self.id = row["conversation"]
        return row["response"]

    async def path(self) -> list[Json]:
        """The messages from the first to the last task's prompt."""
        return [row["message"] for row in await cypher(self.database, PATH, id=self.task)]

    async def refused(self, *results: ToolResult, **more: Any) -> InvalidInput:
        """The error of sending these, after which there is nothing new in the graph."""
        before = await cypher(self.database, COUNT, owner=self.owner)
        said: dict[str, Any] = {"conversation_id": self.id, "config": with_tools(), "tool_results": results} | more
        new = NewPrompt(**said)
        with pytest.raises(InvalidInput) as refused:
            await self.tasks.send_prompt(self.owner, new)
        assert await cypher(self.database, COUNT, owner=self.owner) == before
        return refused.value


@pytest.fixture
def talk(services: Services, database: Database, owner: str) -> Talk:
    """A conversation that has not begun."""
    return Talk(services, database, owner)


def calls_of(response: Json) -> list[Call]:
    """The calls of a response of the graph."""
    return [(id_, name, arguments) for id_, name, arguments in response["toolCalls"]]


def results_of(response: Json, *contents: str) -> tuple[ToolResult, ...]:
    """Results of a response's calls."""
    ids = [call[0] for call in calls_of(response)]
    return tuple(ToolResult(id_, content) for id_, content in zip(ids, contents, strict=True))


# --- round trips -------------------------------------------------------------------------------------


@BOTH
async def test_calls_and_results_go_round(
    talk: Talk, database: Database, scripted: ScriptedProvider, protocol: str
) -> None:
    """A prompt, two calls, two results, an answer: the model saw them, and the graph holds them, linked."""
    scripted.say(*STREAMS[protocol]("", TWO))
    config = with_tools(f"{protocol}/m")
    asked = await talk.say("Weather?", config)
    assert (asked["content"], asked["status"], asked["title"]) == ("", "COMPLETE", "calls get_weather, get_weather")
    assert (asked["finishReason"], calls_of(asked)) == ("tool_calls", TWO)
    assert faults_of(await read_books(database, talk.task)) == []
    scripted.say(*STREAMS[protocol]("Rain and sun."))
    answer = await talk.say(None, config, tool_results=results_of(asked, "rain", "sun"))
    assert (answer["content"], answer["toolCalls"]) == ("Rain and sun.", [])
    assert faults_of(await read_books(database, talk.task)) == []
    path = await talk.path()
    assert [message["role"] for message in path] == ["USER", None, "TOOL", "TOOL"]
    assert [(m["content"], m["toolName"], m["of"]) for m in path[2:]] == [
        ("rain", "get_weather", [["call_a", asked["title"]]]),
        ("sun", "get_weather", [["call_b", asked["title"]]]),
    ]
    assert [message["depth"] for message in path] == [0, 1, 2, 3]
    assert (await cypher(database, HEAD, id=talk.id))[0]["head"] == answer["id"]
    assert last_results(scripted.requests[-1]) == [("call_a", "rain"), ("call_b", "sun")]


def last_results(body: Json) -> list[tuple[str, str]]:
    """The results in the last turns of a request of either protocol."""
    found = [(m["tool_call_id"], m["content"]) for m in body["messages"] if m["role"] == "tool"]
    blocks: list[Json] = [b for m in body["messages"] if isinstance(m["content"], list) for b in m["content"]]
    return found + [(b["tool_use_id"], b["content"]) for b in blocks if b["type"] == "tool_result"]


@BOTH
async def test_other_provider_goes_on(talk: Talk, scripted: ScriptedProvider, protocol: str) -> None:
    """What one protocol's model called, the other's model sees, under an id that it takes."""
    other = {"openai": "anthropic", "anthropic": "openai"}[protocol]
    long = f"call.{'x' * 50}"
    scripted.say(*STREAMS[protocol]("Let me look.", [(long, "get_weather", "{city: Oslo")]))
    asked = await talk.say("Weather?", with_tools(f"{protocol}/m"))
    scripted.say(*STREAMS[other]("Rain."))
    await talk.say(None, with_tools(f"{other}/m"), tool_results=results_of(asked, "rain"))
    scripted.say(*STREAMS[other]("Still."))
    await talk.say("And now?", with_tools(f"{other}/m"))
    ((id_, content),) = last_results(scripted.requests[-1])
    assert content == "rain"
    assert len(id_) <= 40
    assert json.dumps(scripted.requests[-1]).count(id_) == 2


async def test_results_and_a_prompt_go_together(talk: Talk, database: Database) -> None:
    """The prompt continues from the last result, and is the task's own."""
    asked = await talk.say('Look.\ncall get_weather {"city": "Oslo"}\ncall get_weather')
    assert (asked["content"], [call[2] for call in calls_of(asked)]) == ("Look.", ['{"city": "Oslo"}', "{}"])
    answer = await talk.say("Short, please.", tool_results=results_of(asked, "rain", "sun"))
    assert answer["content"] == "Short, please."
    path = await talk.path()
    assert [message["role"] for message in path] == ["USER", None, "TOOL", "TOOL", "USER"]
    assert [message["title"] for message in path[2:]] == ["get_weather: rain", "get_weather: sun", "Short, please."]
    assert len({message["seq"] for message in path}) == 5
    assert faults_of(await read_books(database, talk.task)) == []


async def test_failure_of_a_tool_is_kept(talk: Talk) -> None:
    """And is an answer like any other."""
    asked = await talk.say("call get_weather")
    failed = replace(results_of(asked, "no such city")[0], is_error=True)
    assert (await talk.say(tool_results=(failed,)))["content"] == "no such city"
    assert [message["isError"] for message in await talk.path()] == [None, None, True]


async def test_results_can_be_sent_again_as_another_branch(talk: Talk, database: Database) -> None:
    """An edit is a sibling: the head of the branch stays where it is."""
    asked = await talk.say("call get_weather")
    first = await talk.say(tool_results=results_of(asked, "rain"))
    second = await talk.say(tool_results=results_of(asked, "sun"), parent_id=asked["id"])
    assert (first["content"], second["content"]) == ("rain", "sun")
    assert [message["content"] for message in await talk.path()] == ["call get_weather", "", "sun"]
    assert (await cypher(database, HEAD, id=talk.id))[0]["head"] == first["id"]


async def test_calls_that_nobody_answered_are_not_sent(talk: Talk, scripted: ScriptedProvider) -> None:
    """A user who goes on without their results is understood by every server."""
    scripted.say(*STREAMS["openai"]("", TWO))
    await talk.say("Weather?", with_tools("openai/m"))
    scripted.say(*STREAMS["openai"]("As you like."))
    await talk.say("Never mind.", with_tools("openai/m"))
    assert scripted.requests[-1]["messages"] == [{"role": "user", "content": "Weather?\n\nNever mind."}]


async def test_window_does_not_part_results_from_their_calls(
    talk: Talk, database: Database, scripted: ScriptedProvider
) -> None:
    """What of a turn of tools does not fit is left out whole; the attempt saw the oldest message that was sent."""
    scripted.say(*STREAMS["openai"]("", [("call_a", "get_weather", json.dumps({"city": "x" * 24_000}))]))
    asked = await talk.say("Weather?", with_tools("openai/m"))
    await talk.say("And?", with_tools(), tool_results=results_of(asked, "rain"))
    scripted.say(*STREAMS["openai"]("Well."))
    await talk.say("So?" * 4_000, NewTaskConfig(model="openai/m"))
    sent: list[Json] = scripted.requests[-1]["messages"]
    assert [message["role"] for message in sent] == ["user", "assistant", "user"]
    statement = "MATCH (:Task {id: $id})-[:HAS_SUBTASK]->()-[:ATTEMPTED]->()-[:SAW]->(m) RETURN m.content AS saw"
    assert await cypher(database, statement, id=talk.task) == [{"saw": "And?"}]


async def test_tools_are_not_remembered(talk: Talk, scripted: ScriptedProvider) -> None:
    """A task that sends none offers none."""
    scripted.say(*STREAMS["anthropic"]("", TWO))
    asked = await talk.say("Weather?", with_tools("anthropic/m"))
    scripted.say(*STREAMS["anthropic"]("Rain."))
    await talk.say(None, NewTaskConfig(model="anthropic/m"), tool_results=results_of(asked, "rain", "sun"))
    assert ["tools" in request for request in scripted.requests] == [True, False]


@BOTH
async def test_calls_of_a_second_independent_server(
    connection: Connection, database: Database, llmock: LLMock, tmp_path: Path, owner: str, protocol: str
) -> None:
    """The same round against a server that checks what it is sent."""
    llmock.call_tool("get_weather", {"city": "Oslo"}, text="Let me look.")
    llmock.reply("It rains.")
    speaker = {"protocol": protocol, "base_url": llmock.base_url(protocol), "models": {"m": MODEL}}
    settings = {"providers": {"mock": speaker}, "api_keys": {"mock": "none"}}
    async with running(connection, tmp_path, settings) as services:
        talk = Talk(services, database, owner)
        asked = await talk.say("Weather?", with_tools("mock/m"))
        assert [(name, json.loads(text)) for _, name, text in calls_of(asked)] == [("get_weather", {"city": "Oslo"})]
        answer = await talk.say(None, with_tools("mock/m"), tool_results=results_of(asked, "rain"))
    assert answer["content"] == "It rains."


async def test_same_key_sends_results_once(talk: Talk, services: Services) -> None:
    """Also when the branch has gone on since; for other results the key is a conflict."""
    asked = await talk.say("call get_weather")
    await talk.say(tool_results=results_of(asked, "rain"), idempotency_key="k")
    again = NewPrompt(
        conversation_id=talk.id, tool_results=results_of(asked, "rain"), config=with_tools(), idempotency_key="k"
    )
    assert await services.backend.tasks.send_prompt(talk.owner, again) == talk.task
    other = replace(again, tool_results=results_of(asked, "sun"))
    with pytest.raises(Conflict):
        await services.backend.tasks.send_prompt(talk.owner, other)


# --- what is refused ---------------------------------------------------------------------------------


async def test_results_that_do_not_match_are_refused(talk: Talk) -> None:
    """Unknown, missing, twice: each is said, and nothing is written."""
    asked = await talk.say("call get_weather\ncall get_weather")
    one, two = results_of(asked, "rain", "sun")
    assert (await talk.refused(one)).field == "input.toolResults"
    assert two.tool_call_id in (await talk.refused(one)).message
    assert (await talk.refused(one, two, one)).field == "input.toolResults[2].toolCallId"
    assert (await talk.refused(one, ToolResult("x", ""), two)).field == "input.toolResults[1].toolCallId"
    assert (await talk.refused(one, replace(two, content="\ud800"))).field == "input.toolResults[1].content"


async def test_results_need_open_calls(talk: Talk) -> None:
    """A prompt, and an answer with no calls, have none; nor has what is not in a conversation."""
    await talk.say("Hello.")
    assert (await talk.refused(ToolResult("x", ""))).field == "input.toolResults"
    assert (await talk.refused(ToolResult("x", ""), conversation_id=None)).field == "input.toolResults"


async def test_results_that_do_not_fit_are_refused(talk: Talk) -> None:
    """Calls and results must be sent together, so they must fit together."""
    asked = await talk.say("call get_weather")
    (result,) = results_of(asked, "rain " * 400)
    assert (await talk.refused(result, config=with_tools("tiny/m"))).field == "input.toolResults"


async def test_tools_that_do_not_fit_are_refused(talk: Talk) -> None:
    """A model reads their definitions too."""
    wordy = replace(WEATHER, description="words " * 400)
    assert (await talk.refused(content="Hi.", config=with_tools("tiny/m", wordy))).field == "input.content"


async def test_prompt_without_content_or_results_is_refused(talk: Talk) -> None:
    """There would be nothing to ask."""
    assert (await talk.refused()).field == "input.content"
    assert (await talk.refused(content=" ")).field == "input.content"


async def test_tools_are_for_one_prompt(talk: Talk, owner: str) -> None:
    """No other strategy could go on after a call."""
    new = NewTask(instruction="Look.", strategy="CHUNK", text="text", config=with_tools())
    with pytest.raises(InvalidInput) as refused:
        await talk.tasks.create_task(owner, new)
    assert refused.value.field == "input.config.tools"


async def test_results_of_another_owner_are_not_found(talk: Talk) -> None:
    """Their conversation is as if it were not there."""
    asked = await talk.say("call get_weather")
    theirs = NewPrompt(conversation_id=talk.id, tool_results=results_of(asked, "rain"), config=with_tools())
    with pytest.raises(NotFound):
        await talk.tasks.send_prompt(f"{talk.owner}-2", theirs)
