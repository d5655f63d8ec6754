"""Items of OpenAI's Responses API: messages, calls of tools and their results, reasoning; Codex writes them as well."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Any, cast

import orjson

from service.conversations.transfer.contents import Content, call_of, content_of
from service.conversations.transfer.drafts import SPEAKERS, extras
from service.conversations.transfer.parsing import fields, json_text, text
from service.conversations.transfer.transcripts import Speaker, ToolCall, TranscriptMessage, Wholeness

_ARGUMENTS = ("arguments", "input", "action", "operation", "code", "queries", "query")
_INSIDE = ("output", "outputs", "results")
SILENT = {"ghost_snapshot", "compaction", "compaction_summary", "item_reference"}
"""Items that say nothing to a person."""


def is_item(value: dict[str, Any]) -> bool:
    """Whether a record is an item, by its type."""
    kind = text(value.get("type")) or ""
    return kind in ("message", "reasoning") or kind.endswith(("_call", "_call_output")) or kind in SILENT


def item(value: dict[str, Any], key: str, parent: str | None) -> tuple[TranscriptMessage, Content] | None:
    """A message, with its content, of an item; None where it says nothing."""
    kind = text(value.get("type")) or "message"
    if kind in SILENT:
        return None
    if kind.endswith("_output"):
        return _output(value, key, parent)
    if kind == "reasoning":
        content = content_of([{**value, "type": "reasoning"}])
        both = [content_of(value.get(name)) for name in ("summary", "content")]
        content.thoughts = [one.text for one in both if one.text] or content.thoughts
        return _message(key, parent, Speaker.ASSISTANT), content
    if kind.endswith("_call"):
        return _call(value, kind, key, parent)
    role = (text(value.get("role")) or "").lower()
    speaker = SPEAKERS.get(role, Speaker.SYSTEM)
    about = {} if role in SPEAKERS else extras(role=role)
    whole = Wholeness.PARTIAL if value.get("status") == "incomplete" else Wholeness.COMPLETE
    message = _message(key, parent, speaker, wholeness=whole, extras={**about, **extras(phase=value.get("phase"))})
    return message, content_of(value.get("content"))


def _call(value: dict[str, Any], kind: str, key: str, parent: str | None) -> tuple[TranscriptMessage, Content] | None:
    given: Any = next((value[name] for name in _ARGUMENTS if value.get(name) is not None), None)
    id = text(value.get("call_id")) or text(value.get("id"))
    named = call_of({**value, "name": value.get("name") or kind.removesuffix("_call")})
    if named is None:
        return None
    content = Content(calls=[ToolCall(id, named.name, json_text({} if given is None else given) or "{}")])
    whole = Wholeness.PARTIAL if value.get("status") in ("incomplete", "failed") else Wholeness.COMPLETE
    inside = {name: value.get(name) for name in _INSIDE}
    about = extras(error=value.get("error"), server=value.get("server_label"), **inside)
    return _message(key, parent, Speaker.ASSISTANT, wholeness=whole, extras=about), content


def _output(value: dict[str, Any], key: str, parent: str | None) -> tuple[TranscriptMessage, Content]:
    given, about, failed = value.get("output"), {}, False
    if isinstance(given, str) and given.startswith("{"):
        with suppress(orjson.JSONDecodeError):
            inner = fields(orjson.loads(given))
            if isinstance(inner.get("output"), str):
                given, about = cast("str", inner["output"]), extras(**fields(inner.get("metadata")))
    elif isinstance(given, dict):
        inner = cast("dict[str, Any]", given)
        failed = inner.get("success") is False
        given = inner.get("content", inner.get("content_items", json_text(inner)))
    message = _message(
        key,
        parent,
        Speaker.TOOL,
        tool_call_id=text(value.get("call_id")),
        tool_name=text(value.get("name")),
        is_error=failed,
    )
    content = content_of(given)
    return replace(message, extras=about), content


def _message(key: str, parent: str | None, speaker: Speaker, **about: Any) -> TranscriptMessage:
    return TranscriptMessage(key=key, parent=parent, speaker=speaker, content="", **about)
