"""What a message holds, in the many ways in which tools write it: a text, or a list of blocks.

Owns the names of blocks. Knows nothing of any tool, nor of where a message stands.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

from service.conversations.transfer.parsing import count, json_text, text
from service.conversations.transfer.transcripts import Attachment, ToolCall

DEEPEST = 12


@dataclass(slots=True)
class Result:
    """What a tool gave back."""

    call_id: str | None
    name: str | None
    is_error: bool
    content: Content


@dataclass(slots=True)
class Content:
    """What a message holds, taken apart."""

    texts: list[str] = field(default_factory=list[str])
    thoughts: list[str] = field(default_factory=list[str])
    calls: list[ToolCall] = field(default_factory=list[ToolCall])
    results: list[Result] = field(default_factory=list[Result])
    attachments: list[Attachment] = field(default_factory=list[Attachment])
    others: list[Any] = field(default_factory=list[Any])
    encrypted: int = 0

    @property
    def text(self) -> str:
        """All texts."""
        return joined(self.texts)

    @property
    def reasoning(self) -> str | None:
        """All reasoning, None where there is none."""
        return joined(self.thoughts) or None

    def add_calls(self, values: list[Any]) -> None:
        """More calls of tools; those that are there already are passed over."""
        known = {call.id for call in self.calls if call.id is not None}
        made = [call for value in values if (call := call_of(value)) is not None]
        self.calls.extend(call for call in made if call.id not in known)


def joined(parts: list[str]) -> str:
    """Texts one after the other: with an empty line between, where neither brings blanks of its own."""
    whole: list[str] = []
    for part in parts:
        if not part:
            continue
        if whole and not whole[-1][-1].isspace() and not part[0].isspace():
            whole.append("\n\n")
        whole.append(part)
    return "".join(whole)


def content_of(value: Any) -> Content:
    """The content of a message: a text, a block, or a list of those."""
    content = Content()
    _take(value, content, 0)
    return content


def call_of(value: Any) -> ToolCall | None:
    """A call of a tool, in any of the ways in which it is written; None where it names none."""
    if not isinstance(value, dict):
        return None
    call = cast("dict[str, Any]", value)
    inner = call.get("function")
    named = cast("dict[str, Any]", inner) if isinstance(inner, dict) else call
    name = text(named.get("name")) or text(call.get("toolName"))
    if name is None:
        return None
    found: Any = next((named[key] for key in _ARGUMENTS if named.get(key) is not None), None)
    ids = (call.get(key) for key in ("call_id", "id", "tool_call_id", "toolCallId", "tool_use_id", "callId"))
    return ToolCall(next(filter(None, map(text, ids)), None), name, json_text({} if found is None else found) or "{}")


def attachment_of(block: dict[str, Any]) -> Attachment:
    """What a block attaches, by its name."""
    kind = text(block.get("type")) or "file"
    inner: Any = next((block[key] for key in _HOLDERS if isinstance(block.get(key), dict)), None)
    both = {**block, **cast("dict[str, Any]", inner or {})}
    media = next((found for key in _MEDIA if (found := text(both.get(key)))), None)
    where = next(
        (found for key in ("image_url", "url", "file_url", "audio_url", "file_uri") if (found := text(both.get(key)))),
        "",
    )
    if match := re.match(r"data:([\w.+-]{1,60}/[\w.+-]{1,60})", where):
        media, where = media or match[1], ""
    name = next((found for key in _NAMES if (found := text(both.get(key)))), None)
    address = re.split(r"[?#]", where)[0].rstrip("/").rsplit("/", 1)[-1]
    rest = kind.split("_")[0] if kind.startswith(("image", "audio", "video", "document")) else kind.split("_")[-1]
    suffix = f".{media.rsplit('/', 1)[-1].split('+')[0]}" if media and "/" in media else ""
    return Attachment(
        (name or address or f"{rest}{suffix}")[:255], media, count(both.get("sizeBytes")) or count(both.get("size"))
    )


_ARGUMENTS = ("arguments", "args", "input", "parameters")
_HOLDERS = ("source", "image_url", "file", "input_audio", "audio_url", "video_url", "media", "document")
_MEDIA = ("media_type", "mimeType", "mime_type", "mediaType")
_NAMES = ("filename", "file_name", "fileName", "name", "title", "file_id", "fileIdentifier", "id")


def _take(value: Any, content: Content, depth: int) -> None:
    if value is None or depth > DEEPEST:
        return
    if isinstance(value, str):
        content.texts.append(value)
    elif isinstance(value, list):
        for inner in cast("list[Any]", value):
            _take(inner, content, depth + 1)
    elif isinstance(value, dict):
        block = cast("dict[str, Any]", value)
        kind = (text(block.get("type")) or "").lower().replace("-", "_")
        _reader(kind, block)(block, content, depth)
    else:
        content.texts.append(json_text(value))


def _reader(kind: str, block: dict[str, Any]) -> Callable[[dict[str, Any], Content, int], None]:
    if kind in _READERS:
        return _READERS[kind]
    if kind.endswith("_result"):
        return _result
    if kind.endswith("tool_use"):
        return _call
    if not kind and ("text" in block or "content" in block):
        return _text
    return _other


def _text(block: dict[str, Any], content: Content, depth: int) -> None:
    said = next((block[key] for key in ("text", "content", "value", "refusal") if block.get(key) is not None), None)
    if isinstance(said, dict):
        inner = cast("dict[str, Any]", said)
        said = inner.get("value", inner.get("text"))
    if isinstance(said, str):
        content.texts.append(said)
    elif said is not None:
        _take(said, content, depth + 1)


def _thought(block: dict[str, Any], content: Content, depth: int) -> None:
    before = len(content.thoughts)
    for key in ("thinking", "reasoning", "reasoning_text", "summary", "content", "text"):
        inner = Content()
        _take(block.get(key), inner, depth + 1)
        if inner.texts or inner.thoughts:
            content.thoughts.extend(filter(None, (*inner.texts, *inner.thoughts)))
            break
    if len(content.thoughts) == before and (block.get("encrypted_content") or block.get("data")):
        content.encrypted += 1


def _call(block: dict[str, Any], content: Content, depth: int) -> None:
    call = call_of(block)
    if call is not None:
        content.calls.append(call)
    else:
        _other(block, content, depth)


def _result(block: dict[str, Any], content: Content, depth: int) -> None:
    given = next((block[key] for key in ("content", "output", "result") if block.get(key) is not None), None)
    inner = Content()
    if isinstance(given, dict) and not ({"type", "text", "content"} & cast("dict[str, Any]", given).keys()):
        given = json_text(given)
    _take(given, inner, depth + 1)
    ids = (block.get(key) for key in ("tool_use_id", "tool_call_id", "call_id", "toolCallId", "callId"))
    named = text(block.get("name")) or text(block.get("toolName"))
    failed = block.get("is_error") is True or block.get("isError") is True
    found = next(filter(None, map(text, ids)), None)
    # What a result holds that is a call or a result itself has no place in it.
    inner.others.extend(json_text(one.content.text) for one in inner.results)
    content.results.append(Result(found, named, failed, inner))


def _attach(block: dict[str, Any], content: Content, depth: int) -> None:
    content.attachments.append(attachment_of(block))


def _quoted(block: dict[str, Any], content: Content, depth: int) -> None:
    name = text(block.get("name"))
    if name:
        content.texts.append(f"[{name}]")


def _other(block: dict[str, Any], content: Content, depth: int) -> None:
    content.others.append(block)


_READERS: dict[str, Callable[[dict[str, Any], Content, int], None]] = {
    **dict.fromkeys(
        ("text", "input_text", "output_text", "summary_text", "reasoning_text", "refusal", "text_plain", "output"),
        _text,
    ),
    **dict.fromkeys(("thinking", "reasoning", "reasoning_content", "redacted_thinking", "think"), _thought),
    **dict.fromkeys(("tool_use", "toolcall", "tool_call", "function_call", "toolcallrequest"), _call),
    **dict.fromkeys(("tool_result", "toolcallresult", "function_call_output"), _result),
    **dict.fromkeys(
        (
            *("image", "image_url", "input_image", "output_image", "image_file", "file", "input_file", "document"),
            *("audio", "input_audio", "output_audio", "audio_url", "video", "video_url", "media", "container_upload"),
        ),
        _attach,
    ),
    "tool_reference": _quoted,
}
