"""Tools over HTTP: a client is given calls, sends what came of them, and reads both in the history."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from service.commands.client import Client
from service.commands.histories import lines_of
from service.commands.terminal import print_lines
from service.commands.trees import Wish, read_history
from tests.support.front import Service

Json = dict[str, Any]

WEATHER = {
    "name": "get_weather",
    "description": "The weather.",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
}
ANSWER = """query Answer($id: ID!) {
  task(id: $id) {
    taskStatus conversation { id }
    answer { id content finishReason toolCalls { toolCallId name arguments } }
  }
}"""
SEND = "mutation Send($input: SendPromptInput!) { sendPrompt(input: $input) { task { id } } }"


async def answered(service: Service, **new: Any) -> Json:
    """The task of a prompt, once it is over, with its answer."""
    sent = (await service.ask("SendPrompt", input={"config": {"tools": [WEATHER]}} | new))["sendPrompt"]["task"]
    async with asyncio.timeout(60):
        while (task := (await service.post(ANSWER, id=sent["id"]))["data"]["task"])["taskStatus"] != "SUCCEEDED":
            assert task["taskStatus"] in ("PENDING", "PLANNING", "RUNNING"), task
            await asyncio.sleep(0.05)
    return task


async def round_trip(service: Service) -> tuple[Json, Json]:
    """The tasks of a prompt that ends in a call, and of its result."""
    asked = await answered(service, content='call get_weather {"city": "Oslo"}')
    (call,) = asked["answer"]["toolCalls"]
    results = [{"toolCallId": call["toolCallId"], "content": "rain", "isError": True}]
    return asked, await answered(service, conversationId=asked["conversation"]["id"], toolResults=results)


async def test_calls_and_results_go_round(service: Service) -> None:
    """The call is in the answer, its result is a message of role TOOL, and both are in the history."""
    asked, after = await round_trip(service)
    assert (asked["answer"]["content"], asked["answer"]["finishReason"]) == ("", "TOOL_CALLS")
    assert [(call["name"], call["arguments"]) for call in asked["answer"]["toolCalls"]] == [
        ("get_weather", '{"city": "Oslo"}')
    ]
    assert (after["answer"]["content"], after["answer"]["toolCalls"]) == ("rain", [])
    path = (await service.ask("History", nodeId=after["answer"]["id"], first=10))["history"]["edges"]
    nodes: list[Json] = [edge["node"] for edge in path]
    assert [node["role"] for node in nodes] == ["ASSISTANT", "TOOL", "ASSISTANT", "USER"]
    assert (nodes[1]["toolName"], nodes[1]["isError"]) == ("get_weather", True)
    assert nodes[1]["toolCallId"] == nodes[2]["toolCalls"][0]["toolCallId"]
    assert (nodes[3]["toolCallId"], nodes[3]["toolName"], nodes[3]["isError"]) == (None, None, None)


async def test_tree_shows_calls_and_results_in_a_line(service: Service, capsys: pytest.CaptureFixture[str]) -> None:
    """What was called with what, and whether it failed."""
    asked, _ = await round_trip(service)
    async with Client(service.url) as client:
        print_lines(lines_of(await read_history(client, Wish(asked["conversation"]["id"], 10))))
    lines = capsys.readouterr().out.splitlines()
    assert any('calls get_weather {"city": "Oslo"}' in line for line in lines)
    assert any("result of get_weather" in line and "the tool failed" in line for line in lines)


async def test_wrong_tools_and_results_are_refused(service: Service) -> None:
    """The error names the field."""
    asked, _ = await round_trip(service)
    place = {"conversationId": asked["conversation"]["id"], "parent": {"messageId": asked["answer"]["id"]}}
    call = asked["answer"]["toolCalls"][0]["toolCallId"]
    one = {"toolCallId": call, "content": "rain"}
    cases: list[tuple[Json, str]] = [
        ({"content": "Hi.", "config": {"tools": [WEATHER | {"name": "a b"}]}}, "input.config.tools[0].name"),
        ({"content": "Hi.", "config": {"tools": [WEATHER, WEATHER]}}, "input.config.tools[1].name"),
        ({"content": "Hi.", "config": {"tools": [WEATHER | {"parameters": []}]}}, "input.config.tools[0].parameters"),
        (place | {"toolResults": [one, one]}, "input.toolResults[1].toolCallId"),
        (place | {"toolResults": [one | {"toolCallId": "x"}]}, "input.toolResults[0].toolCallId"),
        (place | {"toolResults": []}, "input.content"),
        ({"toolResults": [one]}, "input.toolResults"),
    ]
    for new, field in cases:
        error = await service.error(SEND, input=new)
        assert (error["code"], error["field"]) == ("INVALID_INPUT", field)
