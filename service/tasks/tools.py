"""Tools, which models call and clients run: what a caller may send of them, and how calls and results go together.

Pure. The service runs no tool itself. Knows nothing of protocols, which are `providers/tool_calls.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from service.answers.formats import read_schema
from service.chat import ChatMessage, Tool, ToolCall
from service.conversations.context.spoken import message_text, parse_calls
from service.conversations.titles import TITLE_CHARACTERS, marked_title
from service.errors import InvalidInput
from service.providers.tool_calls import SENDABLE_NAME
from service.records import Role, derived_id
from service.tasks.sources import check_text

MOST_TOOLS = 128
MOST_DESCRIPTION_CHARACTERS = 8_192
MOST_PARAMETERS_BYTES = 65_536
NO_PARAMETERS: dict[str, Any] = {"type": "object", "properties": {}}
RESULTS_FIELD = "input.toolResults"


@dataclass(frozen=True, slots=True)
class ToolResult:
    """What a client says came of a call."""

    tool_call_id: str
    content: str
    is_error: bool = False


@dataclass(frozen=True, slots=True)
class ToolTurn:
    """The results of all calls of a response: `rows` are its prompts as they are written, in order.

    `text` is what a model must be sent for them, with the calls.
    """

    response_id: str
    rows: list[dict[str, Any]]
    text: str

    @property
    def names(self) -> str:
        """The tools, as a person is told of them."""
        return ", ".join(dict.fromkeys(row["toolName"] for row in self.rows))


def check_tools(tools: Sequence[Tool], field: str) -> None:
    """Raises `InvalidInput` that names the field of the first tool that cannot be offered to a model."""
    if len(tools) > MOST_TOOLS:
        raise InvalidInput(f"A task has {MOST_TOOLS} tools at most.", field=field)
    known: set[str] = set()
    for i, tool in enumerate(tools):
        _check_tool(tool, f"{field}[{i}]")
        if tool.name in known:
            raise InvalidInput(f"There are two tools {tool.name!r}.", field=f"{field}[{i}].name")
        known.add(tool.name)


def _check_tool(tool: Tool, field: str) -> None:
    if not SENDABLE_NAME.fullmatch(tool.name):
        raise InvalidInput(
            "A tool's name has 1 to 64 letters (a to z), digits, underscores and hyphens.", field=f"{field}.name"
        )
    if len(check_text(tool.description, f"{field}.description")) > MOST_DESCRIPTION_CHARACTERS:
        raise InvalidInput(
            f"A tool's description has {MOST_DESCRIPTION_CHARACTERS} characters at most.", field=f"{field}.description"
        )
    field = f"{field}.parameters"
    remedy = 'Give a JSON Schema such as {type: "object", properties: {…}}.'
    if read_schema(tool.parameters, field, remedy).get("type") != "object":
        raise InvalidInput("The parameters of a tool are an object.", field=field, remedy=remedy)
    if len(orjson.dumps(tool.parameters)) > MOST_PARAMETERS_BYTES:
        raise InvalidInput(f"The parameters have {MOST_PARAMETERS_BYTES} bytes at most.", field=field)


def call_rows(response_id: str, calls: Sequence[ToolCall]) -> list[dict[str, Any]]:
    """What `parse_calls` reads, as it is written; `id` is for a tool that nobody has called or offered before."""
    return [
        {
            "id": derived_id(response_id, "tool", index),
            "index": index,
            "toolCallId": call.id,
            "name": call.name,
            "arguments": call.arguments,
        }
        for index, call in enumerate(calls)
    ]


def check_results(results: Sequence[ToolResult]) -> None:
    """Raises `InvalidInput` for a result that cannot be kept, or that comes twice."""
    known: set[str] = set()
    for i, result in enumerate(results):
        field = f"{RESULTS_FIELD}[{i}]"
        check_text(result.tool_call_id, f"{field}.toolCallId")
        check_text(result.content, f"{field}.content")
        if result.tool_call_id in known:
            raise InvalidInput(
                f"There are two results for the tool call {result.tool_call_id!r}.", field=f"{field}.toolCallId"
            )
        known.add(result.tool_call_id)


def tool_turn(task_id: str, response: dict[str, Any] | None, results: Sequence[ToolResult]) -> ToolTurn:
    """The results, which were checked, of the calls of `response` (`{id, content, toolCalls}`), in their order.

    Raises `InvalidInput` where it made no calls, or where there is not exactly one result for each.
    """
    calls = {call.id: call for call in parse_calls(response["toolCalls"])} if response else {}
    if response is None or not calls:
        raise InvalidInput(
            "There are no open tool calls to send results of.",
            field=RESULTS_FIELD,
            remedy="Name the response that made the calls in parentId.",
        )
    for i, result in enumerate(results):
        if result.tool_call_id not in calls:
            raise InvalidInput(
                f"The response made no tool call {result.tool_call_id!r}.",
                field=f"{RESULTS_FIELD}[{i}].toolCallId",
                remedy=f"Its calls: {', '.join(calls)}.",
            )
    missing = [id_ for id_ in calls if id_ not in {result.tool_call_id for result in results}]
    if missing:
        raise InvalidInput(
            f"There is no result of the tool call {missing[0]!r} ({calls[missing[0]].name}).",
            field=RESULTS_FIELD,
            remedy="Send one result for each call.",
        )
    rows = [_result_row(task_id, i, result, calls[result.tool_call_id].name) for i, result in enumerate(results)]
    asked = ChatMessage(Role.ASSISTANT, response["content"], tuple(calls.values()))
    text = "\n".join([message_text(asked), *(result.content for result in results)])
    return ToolTurn(response["id"], rows, text)


def _result_row(task_id: str, index: int, result: ToolResult, name: str) -> dict[str, Any]:
    return {
        "id": derived_id(task_id, "result", index),
        "content": result.content,
        "title": marked_title(f"{name}: {result.content[:TITLE_CHARACTERS]}"),
        "toolCallId": result.tool_call_id,
        "toolName": name,
        "isError": result.is_error or None,
    }
