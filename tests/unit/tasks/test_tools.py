"""Tools: what may be offered, how results are matched to calls, and how both are paired in a path."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.chat import ChatMessage, Tool, ToolCall
from service.conversations.context.spoken import Path, message_text, pair_results, parse_calls
from service.errors import InvalidInput
from service.records import Role
from service.tasks.tools import (
    MOST_DESCRIPTION_CHARACTERS,
    MOST_TOOLS,
    NO_PARAMETERS,
    ToolResult,
    check_results,
    check_tools,
    tool_turn,
)

TASK = "01890000-0000-7000-8000-000000000000"
CALLS = [
    {"toolCallId": "a", "name": "now", "arguments": "{}"},
    {"toolCallId": "b", "name": "look", "arguments": '{"x":1}'},
]
RESPONSE = {"id": "r", "content": "Well.", "toolCalls": CALLS}


def tool(name: str = "now", description: str = "", parameters: Any = NO_PARAMETERS) -> Tool:
    """A tool."""
    return Tool(name, description, parameters)


BAD_TOOLS: dict[str, tuple[list[Tool], str]] = {
    "no name": ([tool("")], "tools[0].name"),
    "a name with a dot": ([tool("a.b")], "tools[0].name"),
    "a name with an accent": ([tool("né")], "tools[0].name"),
    "a long name": ([tool("x" * 65)], "tools[0].name"),
    "a name with a line after it": ([tool("now\n")], "tools[0].name"),
    "one name twice": ([tool(), tool("other"), tool()], "tools[2].name"),
    "a long description": ([tool(description="x" * (MOST_DESCRIPTION_CHARACTERS + 1))], "tools[0].description"),
    "half a surrogate pair": ([tool(description="\ud800")], "tools[0].description"),
    "a list": ([tool(parameters=[])], "tools[0].parameters"),
    "a text": ([tool(parameters="object")], "tools[0].parameters"),
    "no type": ([tool(parameters={})], "tools[0].parameters"),
    "another type": ([tool(parameters={"type": "array"})], "tools[0].parameters"),
    "no schema": ([tool(parameters={"type": "object", "properties": 7})], "tools[0].parameters"),
    "a schema elsewhere": ([tool(parameters={"type": "object", "$ref": "http://x/y"})], "tools[0].parameters"),
    "a schema with no number": (
        [tool(parameters={"type": "object", "maxProperties": math.nan})],
        "tools[0].parameters",
    ),
    "a large schema": ([tool(parameters={"type": "object", "title": "x" * 70_000})], "tools[0].parameters"),
    "too many": ([tool(f"t{i}") for i in range(MOST_TOOLS + 1)], "tools"),
}


@pytest.mark.parametrize("case", BAD_TOOLS)
def test_tool_that_cannot_be_offered_is_refused(case: str) -> None:
    """The error names the field."""
    tools, field = BAD_TOOLS[case]
    with pytest.raises(InvalidInput) as refused:
        check_tools(tools, "tools")
    assert refused.value.field == field


def test_tools_as_they_should_be_pass() -> None:
    """Up to the most of them, with references inside of their schemas."""
    nested = {"type": "object", "properties": {"a": {"$ref": "#/$defs/b"}}, "$defs": {"b": {"type": "string"}}}
    check_tools([tool("Get_weather-2", "Weather.", nested), *(tool(f"t{i}") for i in range(MOST_TOOLS - 1))], "tools")


# --- results -----------------------------------------------------------------------------------------


def results(*ids: str) -> list[ToolResult]:
    """A result for each of these."""
    return [ToolResult(id_, f"said {id_}") for id_ in ids]


BAD_RESULTS: dict[str, tuple[dict[str, Any] | None, list[ToolResult], str, str]] = {
    "no message": (None, results("a"), "input.toolResults", "no open tool calls"),
    "no calls": ({**RESPONSE, "toolCalls": None}, results("a"), "input.toolResults", "no open tool calls"),
    "unknown": (RESPONSE, results("a", "c"), "input.toolResults[1].toolCallId", "'c'"),
    "missing": (RESPONSE, results("a"), "input.toolResults", "'b' (look)"),
    "twice": (RESPONSE, results("a", "b", "a"), "input.toolResults[2].toolCallId", "'a'"),
    "nul": (RESPONSE, [ToolResult("a", "\x00")], "input.toolResults[0].content", "NUL"),
    "half a surrogate pair": (RESPONSE, [ToolResult("\ud800", "")], "input.toolResults[0].toolCallId", "surrogate"),
}


@pytest.mark.parametrize("case", BAD_RESULTS)
def test_results_that_do_not_match_are_refused(case: str) -> None:
    """The error names the field, and says which call."""
    response, given_results, field, words = BAD_RESULTS[case]

    def check() -> None:
        check_results(given_results)
        tool_turn(TASK, response, given_results)

    with pytest.raises(InvalidInput) as refused:
        check()
    assert refused.value.field == field
    assert words in refused.value.message


def test_results_become_rows_in_the_order_of_the_client() -> None:
    """With the names of their tools, and ids that are the same for the same task."""
    turn = tool_turn(TASK, RESPONSE, [ToolResult("b", "x " * 60, is_error=True), ToolResult("a", "")])
    assert [(row["toolCallId"], row["toolName"], row["isError"]) for row in turn.rows] == [
        ("b", "look", True),
        ("a", "now", None),
    ]
    assert [len(row["title"]) for row in turn.rows] == [60, 4]
    assert turn.names == "look, now"
    assert turn.rows == tool_turn(TASK, RESPONSE, [ToolResult("b", "x " * 60, is_error=True), ToolResult("a", "")]).rows


def test_everything_that_a_model_reads_of_a_turn_is_counted() -> None:
    """The words, the calls' arguments and the results."""
    turn = tool_turn(TASK, RESPONSE, results("a", "b"))
    assert all(words in turn.text for words in ("Well.", "look", '{"x":1}', "said a", "said b"))
    assert "look" in message_text(ChatMessage(Role.ASSISTANT, "", parse_calls(CALLS)))


# --- paths -------------------------------------------------------------------------------------------


def user(text: str = "?") -> ChatMessage:
    """What a user says."""
    return ChatMessage(Role.USER, text)


def calling(*ids: str, text: str = "") -> ChatMessage:
    """An answer with calls."""
    return ChatMessage(Role.ASSISTANT, text, tuple(ToolCall(id_, "now", "{}") for id_ in ids))


def result(id: str, text: str = "noon") -> ChatMessage:
    """A result."""
    return ChatMessage(Role.TOOL, text, tool_call_id=id)


def paired(*messages: ChatMessage) -> list[tuple[str, ChatMessage]]:
    """The path of these messages, whose ids are their places, paired."""
    return pair_results([(str(place), message) for place, message in enumerate(messages)])


def test_path_that_is_whole_stays_as_it_is() -> None:
    """Calls with all of their results, and what has nothing to do with tools."""
    path = [user(), calling("a", "b"), result("a"), result("b"), user(), ChatMessage(Role.ASSISTANT, ""), user()]
    assert paired(*path) == [(str(place), message) for place, message in enumerate(path)]


def test_results_whose_call_is_not_there_are_left_out() -> None:
    """Where the window cut the path between the two, or in the middle of the results."""
    assert paired(result("a"), result("b"), user()) == [("2", user())]


def test_calls_without_a_result_are_left_out() -> None:
    """Where a user went on without them; what was said beside them stays."""
    assert paired(user(), calling("a"), user()) == [("0", user()), ("2", user())]
    assert paired(calling("a", "b", text="Well."), result("b"), user()) == [
        ("0", calling("b", text="Well.")),
        ("1", result("b")),
        ("2", user()),
    ]


def test_results_move_up_to_their_call() -> None:
    """Where two branches were merged, the path has the messages of both by turns."""
    assert [place for place, _ in paired(calling("a"), user(), result("a"), user())] == ["0", "2", "1", "3"]


def test_second_result_of_one_call_is_told_in_words() -> None:
    """No protocol takes two; of merged branches, each may have one."""
    failed = ChatMessage(Role.TOOL, "no clock", tool_call_id="b", is_error=True)
    path = [calling("a", "b"), result("a"), result("b"), user(), result("a", "later"), failed, user()]
    assert paired(*path) == [
        *((str(place), message) for place, message in enumerate(path[:4])),
        ("4", ChatMessage(Role.USER, "[On this side call 1 (now) returned:]\nlater")),
        ("5", ChatMessage(Role.USER, "[On this side call 2 (now) failed with:]\nno clock")),
        ("6", path[6]),
    ]


def test_id_that_comes_again_is_the_newest_call() -> None:
    """Some servers begin to count anew in every answer."""
    path = [calling("0"), result("0", "one"), user(), calling("0"), result("0", "two")]
    assert paired(*path) == [(str(place), message) for place, message in enumerate(path)]


MESSAGES = st.lists(
    st.builds(user)
    | st.lists(st.sampled_from("abc"), max_size=3, unique=True).map(lambda ids: calling(*ids, text="said"))
    | st.sampled_from("abc").map(result),
    max_size=12,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(MESSAGES)
def test_any_path_comes_out_as_protocols_want_it(messages: list[ChatMessage]) -> None:
    """Right after an answer come the results of its calls, and no others; pairing again changes nothing."""
    path: Path = paired(*messages)
    waiting: list[str] = []
    for _, message in path:
        if message.tool_call_id is not None:
            waiting.remove(message.tool_call_id)
        else:
            assert not waiting
            waiting = [call.id for call in message.tool_calls]
    assert not waiting
    assert len({place for place, _ in path}) == len(path)
    assert pair_results(path) == path
