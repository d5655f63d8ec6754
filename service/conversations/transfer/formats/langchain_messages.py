"""A message of LangChain, in all the ways in which it is written; shared by LangChain's and LangGraph's readers.

Nothing that a file names is imported or made: a class's name is a text, and tells who speaks.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from service.conversations.transfer.contents import Content, content_of
from service.conversations.transfer.drafts import SPEAKERS, Draft, extras
from service.conversations.transfer.parsing import count, entries, fields, json_text, ms, text
from service.conversations.transfer.transcripts import NoticeKind, Speaker, TranscriptMessage, Wholeness

_CLASSES = {
    "HumanMessage": "human",
    "AIMessage": "ai",
    "SystemMessage": "system",
    "ToolMessage": "tool",
    "FunctionMessage": "function",
    "ChatMessage": "chat",
    "RemoveMessage": "remove",
}
_TYPES = {*_CLASSES.values(), "AIMessageChunk", "HumanMessageChunk", "user", "assistant", "developer"}
_PARTIAL = ("length", "max_tokens", "content_filter", "MAX_TOKENS")


def unwrapped(value: Any) -> dict[str, Any] | None:
    """The fields of a message, with its `type`; None for what is no message."""
    about = fields(value)
    if about.get("type") == "constructor" and isinstance(about.get("id"), list):
        name = text((entries(about["id"]) or [None])[-1]) or ""
        kind = of_class(name)
        return {**fields(about.get("kwargs")), "type": kind} if kind else None
    kind = text(about.get("type"))
    if kind in _TYPES and isinstance(about.get("data"), dict):
        return {**fields(about["data"]), "type": kind}
    if kind in _TYPES and ("content" in about or kind == "remove"):
        return about
    if text(about.get("role")) and "content" in about:
        return {**about, "type": about["role"]}
    return None


def of_class(name: str) -> str | None:
    """The type of message that a class makes."""
    return _CLASSES.get(name.removesuffix("Chunk"))


def said(draft: Draft, message: Mapping[str, Any], key: str, parent: str | None) -> tuple[TranscriptMessage, Content]:
    """A message, with its content, of the fields of one."""
    kind = (text(message.get("type")) or "").removesuffix("Chunk").lower()
    role = (text(message.get("role")) or "").lower() if kind == "chat" else kind
    if role not in SPEAKERS:
        draft.remark(
            NoticeKind.CHANGED,
            "message has a role that is not known, and is a system message",
            "messages have roles that are not known, and are system messages",
        )
    speaker = SPEAKERS.get(role, Speaker.SYSTEM)
    more = fields(message.get("additional_kwargs"))
    about = fields(message.get("response_metadata"))
    content = _content(draft, message, more)
    usage = fields(message.get("usage_metadata")) or fields(about.get("token_usage")) or fields(about.get("usage"))
    reason = next(
        (found for name in ("finish_reason", "stop_reason", "done_reason") if (found := text(about.get(name)))), None
    )
    is_tool = speaker is Speaker.TOOL
    return (
        TranscriptMessage(
            key=key,
            parent=parent,
            speaker=speaker,
            content="",
            created_ms=ms(message.get("created_at")) or ms(about.get("created_at")) or ms(more.get("timestamp")),
            model=text(about.get("model_name")) or text(about.get("model")),
            reasoning=text(more.get("reasoning_content")) if isinstance(more.get("reasoning_content"), str) else None,
            wholeness=Wholeness.PARTIAL if reason in _PARTIAL else Wholeness.COMPLETE,
            finish_reason=reason,
            tool_call_id=text(message.get("tool_call_id")),
            tool_name=text(message.get("name")) if is_tool else None,
            is_error=message.get("status") == "error",
            input_tokens=count(usage.get("input_tokens", usage.get("prompt_tokens"))),
            output_tokens=count(usage.get("output_tokens", usage.get("completion_tokens"))),
            extras=extras(
                role=None if role in SPEAKERS else role,
                name=None if is_tool else message.get("name"),
                artifact=message.get("artifact"),
                invalidToolCalls=message.get("invalid_tool_calls"),
                example=message.get("example"),
                additional={name: given for name, given in more.items() if name not in _TAKEN},
            ),
        ),
        content,
    )


_TAKEN = ("tool_calls", "function_call", "reasoning_content", "refusal", "timestamp")


def _content(draft: Draft, message: Mapping[str, Any], more: Mapping[str, Any]) -> Content:
    content = content_of(message.get("content"))
    calls = entries(message.get("tool_calls"))
    content.add_calls(calls)
    if not content.calls:
        content.add_calls([*entries(more.get("tool_calls")), more.get("function_call")])
    invalid = entries(message.get("invalid_tool_calls"))
    content.add_calls([{**fields(call), "args": json_text(fields(call).get("args") or "")} for call in invalid])
    draft.remark(
        NoticeKind.CHANGED,
        "call of a tool is no valid JSON, and was kept as its text",
        "calls of tools are no valid JSON, and were kept as their texts",
        len(invalid),
    )
    if refusal := text(more.get("refusal")):
        content.texts.append(refusal)
    return content
