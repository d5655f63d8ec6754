"""OpenAI's chat JSON Lines, for fine-tuning: a line for each branch, with its tools.

https://platform.openai.com/docs/guides/fine-tuning: roles in turn, each call answered, an answer at the end. An answer
that is not whole has `weight` 0, so that nobody trains on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from service.conversations.transfer.outgoing import Outgoing, Tool
from service.conversations.transfer.transcripts import Speaker, TranscriptMessage, Wholeness
from service.conversations.transfer.writers.alternating import alternating
from service.conversations.transfer.writers.paths import paths
from service.conversations.transfer.writers.pieces import Many, Pieces, dumped, joined, loaded

UNKNOWN_TOOL = "a tool is named without its parameters, which are not known"
_ROLES = {
    Speaker.USER: "user",
    Speaker.ASSISTANT: "assistant",
    Speaker.SYSTEM: "system",
    Speaker.TOOL: "tool",
}
_TOGETHER = 200


def write_openai(many: Many) -> Pieces:
    """A line for each branch of each conversation."""
    return joined(many, _conversation)


async def _conversation(going: Outgoing) -> Pieces:
    for path in paths(going):
        calling: dict[str, str] = {}
        begun = False
        async for message in alternating(going, path):
            if begun:
                yield b"," + dumped(openai_message(message))
            else:
                begun = True
                system = [openai_message(going.system)] if going.system is not None else []
                yield b'{"messages":[' + b",".join(map(dumped, [*system, openai_message(message)]))
            for call in message.tool_calls:
                calling.setdefault(call.name, message.key)
        if begun:
            yield b"]" + await _tools(going, calling) + b"}\n"


def openai_message(message: TranscriptMessage) -> dict[str, Any]:
    """A message as the Chat Completions API has it."""
    made: dict[str, Any] = {"role": _ROLES[message.speaker], "content": message.content}
    if message.speaker is Speaker.TOOL:
        made["tool_call_id"] = message.tool_call_id
    if message.tool_calls:
        made["content"] = message.content or None
        made["tool_calls"] = [
            {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
            for call in message.tool_calls
        ]
    if message.speaker is Speaker.ASSISTANT and message.wholeness is not Wholeness.COMPLETE:
        made["weight"] = 0
    return made


async def _tools(going: Outgoing, calling: dict[str, str]) -> bytes:
    """The tools that were called. `calling`: by their names, an answer that calls each."""
    if not calling:
        return b""
    known = {tool.name: tool for tool in await tools_of(going, list(calling.values()))}
    made: list[dict[str, Any]] = []
    for name in calling:
        if name not in known:
            going.note(UNKNOWN_TOOL)
        made.append({"type": "function", "function": function(known.get(name, Tool(name)))})
    return b',"tools":' + dumped(made)


async def tools_of(going: Outgoing, keys: Sequence[str]) -> list[Tool]:
    """What is known of the tools that these answers called, however many those are."""
    found: list[Tool] = []
    for start in range(0, len(keys), _TOGETHER):
        found += await going.tools(keys[start : start + _TOGETHER])
    return found


def function(tool: Tool) -> dict[str, Any]:
    """A tool as a function definition."""
    parameters = loaded(tool.parameters) if tool.parameters else None
    made: dict[str, Any] = {"name": tool.name}
    if tool.description:
        made["description"] = tool.description
    made["parameters"] = parameters if isinstance(parameters, dict) else {"type": "object", "properties": {}}
    return made
