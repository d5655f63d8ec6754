"""LibreChat's export of a conversation: messages in one another (`messagesTree`, or `messages` with children), or a
flat list of them with their parents.

An answer is a text, or a list of parts: texts, thoughts, calls of tools with their results.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from service.conversations.transfer.assembling import (
    assembled,
    each_file,
    ending,
    extras,
    instructed,
    message_each,
    others,
    short,
)
from service.conversations.transfer.bundles import Bundle, Member
from service.conversations.transfer.parsing import (
    Read,
    content_key,
    count,
    entries,
    fields,
    json_text,
    listing,
    mapping,
    ms,
    text,
)
from service.conversations.transfer.pieces import Pieces
from service.conversations.transfer.remarks import Remarks
from service.conversations.transfer.shapes import MOST_LOOKED_AT, json_members, shape
from service.conversations.transfer.transcripts import (
    Attachment,
    Notice,
    NoticeKind,
    Speaker,
    ToolCall,
    Transcript,
    TranscriptMessage,
    Wholeness,
)

LISTS = {"item.messagesTree": "item", "item.conversationId": "item"}
_TELLING = {"exportAt", "options", "endpoint", "branches", "recursive"}
_ROOT = "00000000-0000-0000-0000-000000000000"
_CUT_OFF = ("incomplete", "length", "max_tokens")
_KNOWN = (
    "conversationId",
    "title",
    "exportAt",
    "branches",
    "recursive",
    "messages",
    "messagesTree",
    "createdAt",
    "updatedAt",
)
# How thoughts were written into texts before there were parts.
_THOUGHTS = re.compile(r"\A\s*+:::thinking\s*\n(.*?)\n:::[ \t]*\n?", re.DOTALL)


def recognizes(bundle: Bundle) -> bool:
    """Whether a file holds messages and says of what conversation, as LibreChat does."""
    return any(_is_ours(member) for member in json_members(bundle)[:MOST_LOOKED_AT])


def _is_ours(member: Member) -> bool:
    keys = shape(member)
    if {"messagesTree", "item.messagesTree"} & keys:
        return True
    single = {"conversationId", "messages"} <= keys and bool(_TELLING & keys)
    several = {"item.conversationId", "item.messages"} <= keys and any(f"item.{key}" in keys for key in _TELLING)
    return single or several


def read(bundle: Bundle) -> Read:
    """The conversations of all the files."""
    members = sorted(filter(_is_ours, json_members(bundle)), key=lambda member: member.order)
    return each_file(bundle, members, LISTS, _conversation)


def _conversation(place: str, record: Any) -> Iterator[Transcript | Notice]:
    conversation = mapping(record, "the conversation")
    tree = conversation.get("messagesTree")
    listed = listing(conversation.get("messages") if tree is None else tree, "messages")
    options = fields(conversation.get("options"))
    key = text(conversation.get("conversationId")) or content_key(conversation.get("title"), json_text(listed[:1]))
    remarks = Remarks(f"{place} ({short(key)})")
    told = text(options.get("promptPrefix")) or text(options.get("system")) or text(options.get("instructions"))

    def message(key: str, parent: str | None, said: Any) -> Iterator[TranscriptMessage]:
        return _message(key, parent, mapping(said, "the message"), remarks)

    yield from assembled(
        remarks,
        key,
        instructed(told, message_each(_linked(listed), message, remarks)),
        title=text(conversation.get("title")) or text(options.get("title")),
        created_ms=ms(conversation.get("createdAt")),
        updated_ms=ms(conversation.get("updatedAt")),
        extras=others(conversation, _KNOWN),
    )


def _linked(listed: list[Any]) -> Iterator[tuple[str, str | None, Any]]:
    """All messages with their parents, however deep they lie in one another."""
    linked = any("children" in fields(said) or text(fields(said).get("parentMessageId")) for said in listed)
    waiting: list[tuple[Any, str | None]] = [(said, None) for said in reversed(listed)]
    number, before = 0, None
    while waiting:
        said, above = waiting.pop()
        number += 1
        about = fields(said)
        key = text(about.get("messageId")) or content_key(number, before or "")
        parent = above or text(about.get("parentMessageId")) if linked else before
        yield key, None if parent == _ROOT else parent, said
        before = key
        waiting += [(child, key) for child in reversed(entries(about.get("children")))]


def _message(key: str, parent: str | None, said: Mapping[str, Any], remarks: Remarks) -> Iterator[TranscriptMessage]:
    by_person = said.get("isCreatedByUser")
    if by_person is None:
        by_person = (text(said.get("sender")) or "").lower() in ("user", "human")
    pieces, aside = Pieces(), list[Any]()
    for part in entries(said.get("content")):
        _add(fields(part) or {"type": "text", "text": text(part)}, pieces, aside, remarks)
    flat = _value(said.get("text")) or ""
    failed = said.get("error") is True
    if flat and not failed and not pieces.text and not pieces.has_tools:
        thoughts = _THOUGHTS.match(flat)
        pieces.think(thoughts[1] if thoughts else "")
        pieces.say(flat[thoughts.end() :] if thoughts else flat)
    finish = text(said.get("finish_reason"))
    wholeness = Wholeness.COMPLETE
    if failed:
        wholeness = Wholeness.PARTIAL if pieces.text else Wholeness.FAILED
    elif said.get("unfinished") is True or said.get("cancelled") is True or finish in _CUT_OFF:
        wholeness = Wholeness.PARTIAL
    whole = TranscriptMessage(
        key=key,
        parent=parent,
        speaker=Speaker.USER if by_person else Speaker.ASSISTANT,
        content="",
        created_ms=ms(said.get("createdAt")),
        model=None if by_person else text(said.get("model")),
        wholeness=Wholeness.COMPLETE if by_person else wholeness,
        finish_reason=None if by_person else ending(finish),
        attachments=list(_attachments(said)),
        input_tokens=None if by_person else count(said.get("promptTokens")),
        output_tokens=None if by_person else count(said.get("tokenCount")),
        extras=extras(
            error=flat if failed else None,
            sender=said.get("sender") if said.get("sender") not in ("User", "user") else None,
            endpoint=said.get("endpoint"),
            edited=said.get("isEdited"),
            feedback=said.get("feedback"),
            parts=aside,
        ),
    )
    yield from [pieces.single(whole)] if by_person else pieces.messages(whole)


def _add(part: Mapping[str, Any], pieces: Pieces, aside: list[Any], remarks: Remarks) -> None:
    match part.get("type"):
        case "text" | "output_text":
            pieces.say(_value(part.get("text")) or "")
        case "think" | "thinking" | "reasoning":
            pieces.think(_value(part.get("think")) or _value(part.get("thinking")) or _value(part.get("text")) or "")
        case "tool_call":
            _call(fields(part.get("tool_call")) or part, pieces)
        case "image_file" | "image_url" | "file":
            about = fields(part.get("image_file")) or fields(part.get("file"))
            name = text(about.get("filename")) or text(about.get("file_id")) or "image"
            pieces.attach(Attachment(name, text(about.get("type")) or "image/*", count(about.get("bytes"))))
        case "agent_update":
            pass
        case _:
            aside.append(dict(part))
            remarks.add(
                NoticeKind.ASIDE,
                "part of a message is an error or of a kind that is not known, and was kept as metadata",
                "parts of messages are errors or of kinds that are not known, and were kept as metadata",
            )


def _call(call: Mapping[str, Any], pieces: Pieces) -> None:
    function = fields(call.get("function"))
    name = text(call.get("name")) or text(function.get("name")) or "tool"
    arguments = call.get("args") or function.get("arguments") or call.get("input") or "{}"
    pieces.call(ToolCall(text(call.get("id")), name, json_text(arguments)))
    output = call.get("output") if call.get("output") is not None else function.get("output")
    if output is not None:
        failed = bool(call.get("error")) or (isinstance(output, str) and output.startswith("Error processing tool"))
        pieces.result(json_text(output), text(call.get("id")), name, failed)


def _value(value: Any) -> str | None:
    """A text, or the one in `{"value": …}`."""
    return text(fields(value).get("value")) if isinstance(value, dict) else text(value)


def _attachments(said: Mapping[str, Any]) -> Iterator[Attachment]:
    known: set[str] = set()
    for file in map(fields, (*entries(said.get("files")), *entries(said.get("attachments")))):
        name = text(file.get("filename")) or text(file.get("filepath")) or text(file.get("file_id"))
        if name and name not in known:
            known.add(name)
            yield Attachment(name, text(file.get("type")), count(file.get("bytes")))
