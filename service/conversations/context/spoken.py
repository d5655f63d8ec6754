"""Messages of the graph as they are sent to a model: what is said, what of it is counted, and its hash. Pure.

Owns how calls of tools and their results go together. Knows nothing of protocols, nor of what is chosen to be sent.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

import orjson

from service.answers.reasoning import set_aside
from service.chat import ChatMessage, ChatRequest, Tool, ToolCall
from service.records import Role

Path = list[tuple[str, ChatMessage]]
"""Messages with their ids, oldest first."""
HASHED_ON_THE_LOOP = 200_000
"""Characters up to which hashing is cheaper than handing them to a thread."""


def parse_calls(rows: Sequence[Mapping[str, Any]] | None) -> tuple[ToolCall, ...]:
    """The calls of a response, as the graph keeps them: `{toolCallId, name, arguments}`."""
    return tuple(ToolCall(row["toolCallId"], row["name"], row["arguments"]) for row in rows or ())


def tools_text(tools: Sequence[Tool]) -> str:
    """What a model reads of its tools, to be counted."""
    return "\n".join(orjson.dumps(asdict(tool)).decode() for tool in tools)


def message_text(message: ChatMessage) -> str:
    """What a model reads of a message, to be counted."""
    return "\n".join([message.content, *(f"{call.name} {call.arguments}" for call in message.tool_calls)])


def request_text(messages: Sequence[ChatMessage], tools: Sequence[Tool]) -> str:
    """What a model reads of a call, to be counted."""
    said = "\n".join(map(message_text, messages))
    return f"{said}\n{tools_text(tools)}" if tools else said


def chat_message(row: Mapping[str, Any]) -> ChatMessage:
    """A message of the graph as it is sent to a model: an answer that was written elsewhere may begin with thoughts."""
    role, content = Role(row["role"]), row["content"]
    return ChatMessage(
        role=role,
        content=set_aside(content).answer if role is Role.ASSISTANT else content,
        tool_calls=parse_calls(row.get("toolCalls")),
        tool_call_id=row.get("toolCallId"),
        is_error=bool(row.get("isError")),
    )


def pair_results(path: Path) -> Path:
    """The path as every protocol wants it: the results of an answer's calls right after it, each once.

    A call with no result below it and a result with no call above it are left out, and so is an answer that was
    nothing but such calls. Another result of a call, which another side of a merge has, is told in words at its place.
    """
    asked: dict[str, int] = {}
    results: dict[int, Path] = defaultdict(list)
    again: dict[int, ChatMessage] = {}
    answered: set[tuple[int, str]] = set()
    for place, (id_, message) in enumerate(path):
        asked |= {call.id: place for call in message.tool_calls}
        call_id = message.tool_call_id
        if call_id is None or (at := asked.get(call_id)) is None:
            continue
        if (at, call_id) in answered:
            again[place] = _in_words(message, path[at][1].tool_calls)
        else:
            answered.add((at, call_id))
            results[at].append((id_, message))
    paired: Path = []
    for place, (id_, message) in enumerate(path):
        if place in again:
            paired.append((id_, again[place]))
        if message.tool_call_id is not None:
            continue
        calls = tuple(call for call in message.tool_calls if (place, call.id) in answered)
        if calls or message.content or not message.tool_calls:
            whole = len(calls) == len(message.tool_calls)
            paired.append((id_, message if whole else replace(message, tool_calls=calls)))
        paired += results[place]
    return paired


def _in_words(result: ChatMessage, calls: Sequence[ToolCall]) -> ChatMessage:
    """A result whose call has one already, which is all that a protocol takes."""
    number, call = next((number, call) for number, call in enumerate(calls, 1) if call.id == result.tool_call_id)
    came = "failed with" if result.is_error else "returned"
    return ChatMessage(Role.USER, f"[On this side call {number} ({call.name}) {came}:]\n{result.content}")


async def hash_of(request: ChatRequest) -> str:
    """`sha256` of a request's messages and tools; off the event loop where that takes long."""
    said = request.messages, request.tools
    if sum(len(message.content) for message in request.messages) > HASHED_ON_THE_LOOP:
        return await asyncio.to_thread(sha256_of, *said)
    return sha256_of(*said)


def sha256_of(messages: Sequence[ChatMessage], tools: Sequence[Tool]) -> str:
    """The hash of what is sent: every field of every message, and every tool, each with its length before it."""
    digest = hashlib.sha256()
    for part in (*(part for message in messages for part in _parts(message)), tools_text(tools)):
        said = part.encode("utf-8", "surrogatepass")
        digest.update(b"%d:" % len(said))
        digest.update(said)
    return digest.hexdigest()


def _parts(message: ChatMessage) -> Iterator[str]:
    yield message.role.value
    yield message.content
    for call in message.tool_calls:
        yield from (call.id, call.name, call.arguments)
    yield message.tool_call_id or ""
    yield "error" if message.is_error else ""
