"""Claude's export: a zip with `conversations.json`, that file, or one conversation as its web page gets it.

Messages are listed in the order in which they were written, which mixes branches; `parent_message_uuid` says the tree.
Exports from before 2025 have no parents: each message follows the one before. Thoughts and tools stand in the answer.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from typing import Any

from service.conversations.transfer.assembling import (
    assembled,
    each_file,
    ending,
    extras,
    joined,
    message_each,
    others,
    short,
)
from service.conversations.transfer.bundles import Bundle
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
from service.conversations.transfer.shapes import is_shaped, json_members, shape, shaped
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

LISTS = {"item.chat_messages": "item", "conversations.item.chat_messages": "conversations.item"}
_SHAPES = (*LISTS, "chat_messages")
_FILE = re.compile(r"conversations([-_ ]?\(?\d+\)?)?\.json", re.IGNORECASE)
_ROOT = "00000000-0000-4000-8000-000000000000"
_SPEAKERS = {"human": Speaker.USER, "user": Speaker.USER, "assistant": Speaker.ASSISTANT}
_CUT_OFF = ("max_tokens", "user_canceled", "cancelled", "interrupted")
_KNOWN = (
    *("uuid", "id", "name", "title", "created_at", "updated_at", "chat_messages", "account"),
    *("current_leaf_message_uuid", "model"),
)


def recognizes(bundle: Bundle) -> bool:
    """Whether a file has messages in a list named as Claude names it."""
    return is_shaped(bundle, _SHAPES)


def read(bundle: Bundle) -> Read:
    """The conversations of all the files."""
    found = shaped(bundle, _SHAPES)
    named = [one for one in json_members(bundle) if _FILE.fullmatch(one.base) and one not in found]
    members = sorted((*found, *(one for one in named if "item" in shape(one))), key=lambda member: member.order)
    return each_file(bundle, members, LISTS, _conversation)


def _conversation(place: str, record: Any) -> Iterator[Transcript | Notice]:
    conversation = mapping(record, "the conversation")
    listed = listing(conversation.get("chat_messages"), "chat_messages")
    key = text(conversation.get("uuid")) or text(conversation.get("id"))
    key = key or content_key(conversation.get("name"), conversation.get("created_at"))
    remarks = Remarks(f"{place} ({short(key)})")
    model = text(conversation.get("model"))

    def message(key: str, parent: str | None, said: Any) -> Iterator[TranscriptMessage]:
        return _message(key, parent, mapping(said, "the message"), model, remarks)

    yield from assembled(
        remarks,
        key,
        message_each(_linked(listed), message, remarks),
        title=text(conversation.get("name")) or text(conversation.get("title")),
        created_ms=ms(conversation.get("created_at")),
        updated_ms=ms(conversation.get("updated_at")),
        head=text(conversation.get("current_leaf_message_uuid")),
        extras=others(conversation, _KNOWN),
    )


def _linked(listed: list[Any]) -> Iterator[tuple[str, str | None, Any]]:
    """Messages with their keys and their parents'."""
    tree = any(text(fields(said).get("parent_message_uuid")) for said in listed)
    before: str | None = None
    for number, said in enumerate(listed, start=1):
        key = text(fields(said).get("uuid")) or content_key(number, before or "")
        parent = text(fields(said).get("parent_message_uuid")) if tree else before
        yield key, None if parent == _ROOT else parent, said
        before = key


def _message(
    key: str, parent: str | None, said: dict[str, Any], model: str | None, remarks: Remarks
) -> Iterator[TranscriptMessage]:
    speaker = remarks.speaker(_SPEAKERS, text(said.get("sender")))
    answer = speaker is Speaker.ASSISTANT
    pieces, references, aside = Pieces(), list[Any](), list[Any]()
    for block in map(fields, entries(said.get("content"))):
        _add(block, pieces, references, aside, remarks)
    told = _text_beside(said, pieces, remarks)
    stopped = text(said.get("stop_reason"))
    whole = TranscriptMessage(
        key=key,
        parent=parent,
        speaker=speaker,
        content="",
        created_ms=ms(said.get("created_at")),
        model=(text(said.get("model")) or model) if answer else None,
        wholeness=Wholeness.PARTIAL
        if answer and (said.get("truncated") is True or stopped in _CUT_OFF)
        else Wholeness.COMPLETE,
        finish_reason=ending(stopped),
        attachments=list(_attachments(said)),
        extras=extras(
            text=told,
            references=references,
            blocks=aside,
            inputMode=said.get("input_mode"),
            sender=said.get("sender") if speaker is Speaker.SYSTEM else None,
        ),
    )
    if answer:
        yield from pieces.messages(whole)
    else:
        yield pieces.single(whole, _extracted(said, remarks))


def _add(block: Mapping[str, Any], pieces: Pieces, references: list[Any], aside: list[Any], remarks: Remarks) -> None:
    match block.get("type") or ("text" if "text" in block else None):
        case "text" | "voice_note":
            pieces.say(joined(filter(None, (text(block.get("title")), text(block.get("text"))))))
            references += [found for one in entries(block.get("citations")) if (found := _reference(fields(one)))]
        case "thinking":
            summaries = (text(fields(one).get("summary")) for one in entries(block.get("summaries")))
            pieces.think(text(block.get("thinking")) or "\n\n".join(filter(None, summaries)))
        case "tool_use":
            name = text(block.get("name")) or "tool"
            pieces.call(ToolCall(text(block.get("id")), name, json_text(block.get("input") or {})))
            if name == "artifacts":
                remarks.add(
                    NoticeKind.CHANGED,
                    "version of an artifact was kept in the call of the tool that wrote it",
                    "versions of artifacts were kept in the calls of the tool that wrote them",
                )
        case "tool_result":
            call, name = text(block.get("tool_use_id")), text(block.get("name"))
            pieces.result(_result(block.get("content")), call, name, block.get("is_error") is True)
        case "image" | "document":
            source = fields(block.get("source"))
            pieces.attach(Attachment(str(block["type"]), text(source.get("media_type"))))
        case "token_budget" | "redacted_thinking" | "flag":
            pass
        case _:
            aside.append(block)
            remarks.add(
                NoticeKind.ASIDE,
                "part of a message is of a kind that is not known, and was kept as metadata",
                "parts of messages are of kinds that are not known, and were kept as metadata",
            )


def _result(content: Any) -> str:
    """A tool's result as text: its texts and pages; what is neither as JSON."""
    if not isinstance(content, list):
        return json_text(content) if content is not None else ""
    parts: list[str] = []
    for part in map(fields, entries(content)):
        page = [text(part.get("title")), text(part.get("url"))]
        said = "\n".join(filter(None, (*page, text(part.get("text")))))
        parts.append(said or ("" if part.get("type") == "image" else json_text(part)))
    return "\n\n".join(filter(None, parts))


def _reference(citation: Mapping[str, Any]) -> dict[str, Any]:
    about = fields(citation.get("details")) | dict(citation)
    return extras(title=text(about.get("title")), url=text(about.get("url")))


def _text_beside(said: Mapping[str, Any], pieces: Pieces, remarks: Remarks) -> str | None:
    """`text` says flatly what `content` says in parts: it counts where there are no parts. Where both say different
    things of an answer without tools, the parts count, and this gives the other text."""
    flat = said.get("text")
    if not isinstance(flat, str) or not flat.strip():
        return None
    if not pieces.text and not pieces.has_tools:
        pieces.say(flat)
    elif not pieces.has_tools and pieces.text.split() != flat.split():
        remarks.add(
            NoticeKind.ASIDE,
            "message has two texts that differ: that of its parts counts, the other was kept as metadata",
            "messages have two texts that differ: that of their parts counts, the other was kept as metadata",
        )
        return flat
    return None


def _attachments(said: Mapping[str, Any]) -> Iterator[Attachment]:
    for attached in map(fields, entries(said.get("attachments"))):
        yield Attachment(
            text(attached.get("file_name")) or "pasted text",
            text(attached.get("file_type")),
            count(attached.get("file_size")),
        )
    known: set[str] = set()
    for file in map(fields, (*entries(said.get("files")), *entries(said.get("files_v2")))):
        name = text(file.get("file_name")) or text(file.get("file_uuid"))
        if name and name not in known:
            known.add(name)
            yield Attachment(name, text(file.get("file_kind")), count(file.get("size_bytes")))


def _extracted(said: Mapping[str, Any], remarks: Remarks) -> list[str]:
    """The texts of attachments, as the model saw them: marked, behind what the person wrote."""
    found: list[str] = []
    for attached in map(fields, entries(said.get("attachments"))):
        body = text(attached.get("extracted_content"))
        if body:
            name = html.escape(text(attached.get("file_name")) or "pasted text")
            found.append(f'<attachment name="{name}">\n{body}\n</attachment>')
    remarks.add(
        NoticeKind.CHANGED,
        "attachment's text was put behind the message that it came with",
        "attachments' texts were put behind the messages that they came with",
        len(found),
    )
    return found
