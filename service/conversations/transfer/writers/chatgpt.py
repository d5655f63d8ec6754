"""ChatGPT's `conversations.json`: the tree as a flat `mapping` of nodes, `current_node`, times in seconds.

A call of a tool is a node of its own there, sent to the tool (`recipient`), below what the answer says. Each node goes
on from one other.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from service.conversations.transfer.export_trees import NONE
from service.conversations.transfer.outgoing import Outgoing, Told
from service.conversations.transfer.transcripts import Speaker, ToolCall, TranscriptMessage, Wholeness
from service.conversations.transfer.writers.pieces import Many, Pieces, dumped, in_a_list, seconds

MERGED = "a message that joins branches goes on from the first of them alone; the others are named beside it"
_ROOT = "client-created-root"
_STATUS = {Wholeness.COMPLETE: "finished_successfully", Wholeness.PARTIAL: "finished_partial_completion"}
Node = dict[str, Any]


def write_chatgpt(many: Many) -> Pieces:
    """One JSON list of all conversations."""
    return in_a_list(many, _conversation)


async def _conversation(going: Outgoing) -> Pieces:
    yield dumped({"id": going.id, "conversation_id": going.id, "title": going.title})[:-1]
    yield (
        b',"create_time":' + dumped(seconds(going.created_ms)) + b',"update_time":' + dumped(seconds(going.updated_ms))
    )
    yield b',"mapping":{' + b",".join(map(_entry, _beginning(going)))
    ends: dict[int, str] = {}
    current = _ROOT
    async for told in going.messages():
        for node in _nodes(going, ends, told):
            yield b"," + _entry(node)
            if told[0] == going.current:
                current = node["id"]
    yield b'},"current_node":' + dumped(current) + b',"moderation_results":[],"is_archived":false'
    yield b',"export_notices":' + dumped(going.notices) + b"}"


def _entry(node: Node) -> bytes:
    return dumped(node["id"]) + b":" + dumped(node)


def _beginning(going: Outgoing) -> Iterator[Node]:
    """The root, which says nothing, and the system prompt."""
    first = going.children(NONE)
    below = first if going.system is None else [going.system.key]
    yield {"id": _ROOT, "message": None, "parent": None, "children": below}
    if going.system is not None:
        yield _node(going.system.key, _said(going.system, {}), _ROOT, first)


def _nodes(going: Outgoing, ends: dict[int, str], told: Told) -> Iterator[Node]:
    """The nodes of a message, one below the other. `ends`: the last node of each message that has several."""
    index, message = told
    parent = going.tree.parent(index)
    above = ends.get(parent) or going.key(parent) or _ROOT
    if len(going.tree.parents(index)) > 1:
        going.note(MERGED)
    parts: list[Node] = [_said(message, _metadata(message))] if message.content or not message.tool_calls else []
    parts += [_called(message, call) for call in message.tool_calls]
    ids = [message.key, *(f"{message.key}-{number}" for number in range(2, len(parts) + 1))]
    if len(parts) > 1:
        ends[index] = ids[-1]
    for number, (id, part) in enumerate(zip(ids, parts, strict=True)):
        below = [ids[number + 1]] if number + 1 < len(ids) else going.children(index)
        yield _node(id, part, above, below)
        above = id


def _node(id: str, message: Node, parent: str, children: list[str]) -> Node:
    return {"id": id, "message": {"id": id, **message}, "parent": parent, "children": children}


def _said(message: TranscriptMessage, metadata: Node) -> Node:
    return {
        "author": {"role": message.speaker.lower(), "name": message.tool_name, "metadata": {}},
        "create_time": seconds(message.created_ms),
        "update_time": None,
        "content": {"content_type": "text", "parts": [message.content]},
        "status": _STATUS.get(message.wholeness, "finished_with_error"),
        "end_turn": True if message.speaker is Speaker.ASSISTANT and not message.tool_calls else None,
        "weight": 1.0,
        "metadata": metadata,
        "recipient": "all",
    }


def _called(message: TranscriptMessage, call: ToolCall) -> Node:
    content = {"content_type": "code", "language": "json", "text": call.arguments}
    metadata = _metadata(message) | {"tool_call_id": call.id}
    return _said(message, metadata) | {"content": content, "recipient": call.name, "end_turn": False}


def _metadata(message: TranscriptMessage) -> Node:
    """What ChatGPT knows of a message, and under `antiphon` what it does not."""
    known: Node = {"model_slug": message.model}
    if message.finish_reason:
        known["finish_details"] = {"type": message.finish_reason.lower()}
    if message.tool_call_id:
        known |= {"tool_call_id": message.tool_call_id, "is_error": message.is_error}
    return {name: value for name, value in known.items() if value is not None} | {"antiphon": beside(message)}


def beside(message: TranscriptMessage) -> Node:
    """What other tools have no field for."""
    said = {
        "reasoning": message.reasoning,
        "inputTokens": message.input_tokens,
        "outputTokens": message.output_tokens,
        "costUsd": message.cost_usd,
        "status": None if message.wholeness is Wholeness.COMPLETE else message.wholeness.value,
        **message.extras,
    }
    return {name: value for name, value in said.items() if value is not None}
