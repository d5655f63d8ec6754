"""Open WebUI's list of chats: the tree as `history.messages` by id, with `currentId`, times in whole seconds.

Its import takes each element's `chat`, `meta`, `created_at` and `updated_at`. Calls, results and thoughts are items of
`output`, as its newer versions have them.
"""

from __future__ import annotations

from typing import Any

from service.conversations.transfer.export_trees import NONE
from service.conversations.transfer.outgoing import Outgoing
from service.conversations.transfer.transcripts import Speaker, TranscriptMessage, Wholeness
from service.conversations.transfer.writers.chatgpt import MERGED, beside
from service.conversations.transfer.writers.pieces import Many, Pieces, dumped, in_a_list

RESULT = "the result of a tool is a message of the assistant's"
Json = dict[str, Any]


def write_openwebui(many: Many) -> Pieces:
    """One JSON list of all conversations."""
    return in_a_list(many, _conversation)


async def _conversation(going: Outgoing) -> Pieces:
    created, updated = _seconds(going.created_ms), _seconds(going.updated_ms)
    yield dumped({"id": going.id, "title": going.title, "created_at": created, "updated_at": updated})[:-1]
    yield b',"pinned":false,"archived":false,"folder_id":null,"meta":{},"chat":'
    params = {"system": going.system.content} if going.system is not None else {}
    yield dumped({"id": going.id, "title": going.title, "params": params, "tags": [], "files": []})[:-1]
    current = going.tree.id(going.current) if going.current != NONE else None
    yield b',"timestamp":' + dumped(going.created_ms) + b',"history":{"currentId":' + dumped(current) + b',"messages":{'
    models: dict[str, None] = {}
    between = b""
    async for index, message in going.messages():
        if message.model:
            models[message.model] = None
        yield between + dumped(message.key) + b":" + dumped(_message(going, index, message))
        between = b",\n"
    yield b'}},"models":' + dumped(list(models)) + b',"export_notices":' + dumped(going.notices) + b"}}"


def _message(going: Outgoing, index: int, message: TranscriptMessage) -> Json:
    parent = going.tree.parent(index)
    if len(going.tree.parents(index)) > 1:
        going.note(MERGED)
    if message.speaker is Speaker.TOOL:
        going.note(RESULT)
    made: Json = {
        "id": message.key,
        "parentId": going.tree.id(parent) if parent != NONE else None,
        "childrenIds": going.children(index),
        "role": "user" if message.speaker is Speaker.USER else "assistant",
        "content": message.content,
        "timestamp": _seconds(message.created_ms),
        "antiphon": beside(message),
    }
    if message.speaker is not Speaker.USER:
        made |= {"model": message.model, "done": True, "output": _output(message)}
        if message.wholeness is Wholeness.FAILED:
            made["error"] = {"content": message.extras.get("note") or message.finish_reason or "It failed."}
    return made


def _output(message: TranscriptMessage) -> list[Json]:
    """The items of an answer, after OpenAI's Responses API."""
    if message.speaker is Speaker.TOOL:
        said = [{"type": "input_text", "text": message.content}]
        return [
            {
                "type": "function_call_output",
                "call_id": message.tool_call_id,
                "output": said,
                "status": _status(message),
            }
        ]
    items: list[Json] = []
    if message.reasoning:
        thought = [{"type": "output_text", "text": message.reasoning}]
        items.append({"type": "reasoning", "status": "completed", "content": thought, "summary": None})
    for call in message.tool_calls:
        named = {"id": call.id, "call_id": call.id, "name": call.name, "arguments": call.arguments}
        items.append({"type": "function_call", **named, "status": "completed"})
    if message.content:
        said = [{"type": "output_text", "text": message.content}]
        items.append({"type": "message", "role": "assistant", "status": _status(message), "content": said})
    return items


def _status(message: TranscriptMessage) -> str:
    return "completed" if message.wholeness is Wholeness.COMPLETE and not message.is_error else "incomplete"


def _seconds(milliseconds: int | None) -> int | None:
    return None if milliseconds is None else milliseconds // 1000
