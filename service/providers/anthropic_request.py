"""What is sent in the messages protocol of Anthropic. Pure.

Protocol: https://docs.anthropic.com/en/api/messages and …/docs/agents-and-tools/tool-use
"""

from __future__ import annotations

from typing import Any, cast

from service.chat import ChatMessage, ChatRequest, Tool, ToolCall
from service.providers.caching import is_long
from service.providers.tool_calls import SentIds, sendable_name, sendable_object
from service.records import Role

Json = dict[str, Any]

_BOUNDS = {
    *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength"),
    *("maxItems", "uniqueItems", "minProperties", "maxProperties"),
}
_NAMED = {"properties", "$defs", "definitions"}
_VALUES = {"enum", "const", "default", "examples", "required"}

EARLIER = "(The conversation begins earlier.)"
"""What stands before an answer that is the first of the messages: the protocol wants the user's turn first."""


MARK: Json = {"cache_control": {"type": "ephemeral"}}
"""What stands at the end of a prefix that is to be kept; four in a request at most."""
LOOK_BACK = 18
"""From a mark, a kept prefix is looked for at the ends of the 20 blocks before it: a second mark, so many blocks before
the first, finds what was kept before a turn of many calls and results."""


def request_body(request: ChatRequest, *, marks: bool = False) -> Json:
    """The body of a request; with `marks`, where the prefixes end that other calls share."""
    body: Json = {
        "model": request.model.name,
        "messages": _turns(request, marks),
        "max_tokens": request.max_output_tokens or request.model.max_output_tokens,
        "stream": True,
    }
    if system := "\n\n".join(m.content for m in request.messages if m.role is Role.SYSTEM):
        body["system"] = [_text(system) | MARK] if marks else system
    if request.tools:
        body["tools"] = [_tool(tool) for tool in request.tools]
        if marks and not system:
            body["tools"][-1] |= MARK
    if request.temperature is not None:
        body["temperature"] = request.temperature
    if request.response_format.schema is not None:
        body["output_config"] = {
            "format": {"type": "json_schema", "schema": _unbounded(request.response_format.schema)}
        }
    return body


def _unbounded(schema: Any) -> Any:
    """A JSON Schema without the bounds that the protocol refuses; the answer is checked against them afterwards."""
    if isinstance(schema, list):
        return [_unbounded(item) for item in cast("list[Any]", schema)]
    if not isinstance(schema, dict):
        return schema
    said = cast(Json, schema)
    kept = {key: value for key, value in said.items() if key not in _BOUNDS and not (key == "minItems" and value != 1)}
    # What is below these keys are names and values, not keywords.
    for key in kept.keys() - _VALUES:
        kept[key] = _each(kept[key]) if key in _NAMED else _unbounded(kept[key])
    return kept


def _each(named: Any) -> Any:
    return {name: _unbounded(one) for name, one in cast(Json, named).items()} if isinstance(named, dict) else named


def _tool(tool: Tool) -> Json:
    said = {"description": tool.description} if tool.description else {}
    return {"name": tool.name, **said, "input_schema": tool.parameters}


def _turns(request: ChatRequest, marks: bool) -> list[Json]:
    """The conversation as the protocol wants it: no system, no empty text, and the two sides by turns."""
    turns: list[tuple[str, list[Json]]] = []
    ids, shared, blocks = SentIds(), list[Json](), list[Json]()
    for number, message in enumerate(request.messages):
        role = "assistant" if message.role is Role.ASSISTANT else "user"
        blocks = [] if message.role is Role.SYSTEM else _blocks(message, ids)
        if number < request.stable:
            shared += blocks
        if not blocks:
            continue
        if turns and turns[-1][0] == role:
            turns[-1][1].extend(blocks)
        else:
            turns.append((role, blocks))
    if marks:
        _mark(shared, request.messages[-1], blocks)
    if turns and turns[0][0] == "assistant":
        turns.insert(0, ("user", [_text(EARLIER)]))
    return [{"role": role, "content": _content(blocks, marks)} for role, blocks in turns]


def _mark(shared: list[Json], last: ChatMessage, own: list[Json]) -> None:
    """Mark where the shared messages end, and the last one, where it is long: it is shared with other answers to it,
    and by the next turn."""
    for block in shared[-1 : -2 * LOOK_BACK : -LOOK_BACK]:
        block |= MARK
    if own and is_long([last.content]):
        own[-1] |= MARK


def _blocks(message: ChatMessage, ids: SentIds) -> list[Json]:
    if (id_ := ids.of_result(message.tool_call_id)) is not None:
        return [_result(message, id_)]
    said = [_text(message.content)] if message.content.strip() else []
    return [*said, *(_use(call, ids) for call in message.tool_calls)]


def _text(text: str) -> Json:
    return {"type": "text", "text": text}


def _use(call: ToolCall, ids: SentIds) -> Json:
    id_, name = ids.of_call(call.id), sendable_name(call.name)
    return {"type": "tool_use", "id": id_, "name": name, "input": sendable_object(call.arguments)}


def _result(message: ChatMessage, id: str) -> Json:
    result: Json = {"type": "tool_result", "tool_use_id": id}
    if message.content:
        result["content"] = message.content
    if message.is_error:
        result["is_error"] = True
    return result


def _content(blocks: list[Json], apart: bool) -> str | list[Json]:
    """A turn's blocks, the results of tools first; the text alone where there is nothing else.

    `apart`: each text is a block of its own, so that what is kept up to a text is found when another follows it.
    """
    if not apart and all(block["type"] == "text" for block in blocks):
        return "\n\n".join(block["text"] for block in blocks)
    ordered = sorted(blocks, key=lambda block: block["type"] != "tool_result")
    if not apart:
        return ordered
    return [_parted(block, before) for block, before in zip(ordered, [{}, *ordered], strict=False)]


def _parted(block: Json, before: Json) -> Json:
    """A text after another one, parted from it as where they are one."""
    follows = before.get("type") == block["type"] == "text"
    return block | {"text": f"\n\n{block['text']}"} if follows else block
