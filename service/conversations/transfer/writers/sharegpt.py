"""ShareGPT's list, with the roles for tools that LLaMA-Factory reads: a record for each branch.

An answer that calls tools is a `function_call`, whose value is the call (or a list of calls) as JSON; what it says
besides stands beside that as `text`. The results of several calls are one turn, too: a JSON list.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from service.conversations.transfer.outgoing import Outgoing
from service.conversations.transfer.transcripts import Speaker, TranscriptMessage
from service.conversations.transfer.writers.alternating import alternating
from service.conversations.transfer.writers.openai import function, tools_of
from service.conversations.transfer.writers.paths import paths
from service.conversations.transfer.writers.pieces import Many, Pieces, dumped, loaded


async def write_sharegpt(many: Many) -> Pieces:
    """One JSON list of all branches of all conversations."""
    before = b"[\n"
    async for going in many:
        async for piece in _conversation(going):
            # Only what begins a record stands after a comma.
            if piece.startswith(b'{"id"'):
                yield before
                before = b",\n"
            yield piece
    yield b"[\n]\n" if before == b"[\n" else b"\n]\n"


async def _conversation(going: Outgoing) -> Pieces:
    for number, path in enumerate(paths(going)):
        calling: dict[str, str] = {}
        begun = False
        async for turn in _turns(alternating(going, path)):
            if not begun:
                begun = True
                yield dumped({"id": f"{going.id}_{number}" if number else going.id})[:-1] + _system(going)
            else:
                yield b","
            yield dumped(_as_turn(turn))
            for call in turn[0].tool_calls:
                calling.setdefault(call.name, turn[0].key)
        if begun:
            yield b"]"
            if calling:
                functions = [function(tool) for tool in await tools_of(going, list(calling.values()))]
                yield b',"tools":' + dumped(dumped(functions).decode())
            yield b"}"


async def _turns(messages: AsyncIterator[TranscriptMessage]) -> AsyncIterator[list[TranscriptMessage]]:
    """Answers one by one, and what stands between them as one turn: prompts, or the results of an answer's calls."""
    between: list[TranscriptMessage] = []
    async for message in messages:
        if message.speaker is not Speaker.ASSISTANT:
            between.append(message)
            continue
        if between:
            yield between
            between = []
        yield [message]


def _system(going: Outgoing) -> bytes:
    system = b"" if going.system is None else b',"system":' + dumped(going.system.content)
    return system + b',"conversations":['


def _as_turn(turn: list[TranscriptMessage]) -> dict[str, Any]:
    message = turn[0]
    if message.speaker is Speaker.TOOL:
        texts = [result.content for result in turn]
        return {"from": "observation", "value": texts[0] if len(texts) == 1 else dumped(texts).decode()}
    if message.speaker is not Speaker.ASSISTANT:
        # Also what a system says in the middle: readers know it at the beginning alone.
        return {"from": "human", "value": "\n\n".join(prompt.content for prompt in turn)}
    if not message.tool_calls:
        return {"from": "gpt", "value": message.content}
    calls = [{"name": call.name, "arguments": loaded(call.arguments)} for call in message.tool_calls]
    made = {"from": "function_call", "value": dumped(calls[0] if len(calls) == 1 else calls).decode()}
    return made | ({"text": message.content} if message.content else {})
