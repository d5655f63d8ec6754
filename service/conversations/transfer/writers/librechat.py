"""LibreChat's export of one conversation, as its importer reads it: a flat list of messages, each after its parent.

Its importer (`api/server/utils/import/importers.js`, `fork.js`) takes `messages` as they come, and finds a parent only
where that came before. Calls of tools and thoughts are parts of an answer's `content` there.
"""

from __future__ import annotations

from typing import Any

from service.conversations.transfer.outgoing import Outgoing
from service.conversations.transfer.transcripts import Speaker, TranscriptMessage, Wholeness
from service.conversations.transfer.writers.chatgpt import MERGED, beside
from service.conversations.transfer.writers.pieces import Many, Pieces, dumped, iso, joined

NO_PARENT = "00000000-0000-0000-0000-000000000000"
RESULT = "the result of a tool is a message of its own, not a part of the answer that called it"
_ENDPOINT = "openAI"


def write_librechat(many: Many) -> Pieces:
    """A JSON object of each conversation: LibreChat reads one from a file."""
    return joined(many, _conversation)


async def _conversation(going: Outgoing) -> Pieces:
    system = going.system.content if going.system is not None else None
    options = {"endpoint": _ENDPOINT} | ({"promptPrefix": system} if system else {})
    beginning = {
        "conversationId": going.id,
        "endpoint": _ENDPOINT,
        "title": going.title,
        "exportAt": iso(going.updated_ms),
        "branches": not going.is_path,
        "recursive": False,
        "options": options,
    }
    yield dumped(beginning)[:-1] + b',"messages":['
    between = b""
    async for index, message in going.messages():
        if len(going.tree.parents(index)) > 1:
            going.note(MERGED)
        if message.speaker is Speaker.TOOL:
            going.note(RESULT)
        parent = going.tree.parent(index)
        yield between + dumped(_message(going, message, going.tree.id(parent) if parent >= 0 else NO_PARENT))
        between = b",\n"
    yield b'],"export_notices":' + dumped(going.notices) + b"}\n"


def _message(going: Outgoing, message: TranscriptMessage, parent: str) -> dict[str, Any]:
    is_user = message.speaker is Speaker.USER
    made: dict[str, Any] = {
        "messageId": message.key,
        "conversationId": going.id,
        "parentMessageId": parent,
        "sender": "User" if is_user else message.tool_name or message.model or message.speaker.capitalize(),
        "text": message.content,
        "isCreatedByUser": is_user,
        "createdAt": iso(message.created_ms),
        "model": message.model,
        "endpoint": _ENDPOINT,
        # What is an error there has no other text than its own: the result of a tool that failed is none.
        "error": message.wholeness is Wholeness.FAILED,
        "unfinished": message.wholeness is Wholeness.PARTIAL,
        "metadata": beside(message) | _result(message),
    }
    if message.output_tokens is not None and not is_user:
        made["tokenCount"] = message.output_tokens
    if message.reasoning or message.tool_calls:
        made["content"] = _parts(message)
    return made


def _result(message: TranscriptMessage) -> dict[str, Any]:
    return {"toolCallId": message.tool_call_id, "isError": message.is_error} if message.tool_call_id else {}


def _parts(message: TranscriptMessage) -> list[dict[str, Any]]:
    parts: list[dict[str, Any]] = [{"type": "think", "think": message.reasoning}] if message.reasoning else []
    if message.content:
        parts.append({"type": "text", "text": message.content})
    for call in message.tool_calls:
        said = {"id": call.id, "name": call.name, "args": call.arguments, "type": "tool_call", "progress": 1}
        parts.append({"type": "tool_call", "tool_call": said})
    return parts
