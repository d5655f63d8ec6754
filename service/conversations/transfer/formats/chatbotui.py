"""Chatbot UI's export, from when it kept its chats in the browser: `history` with flat lists of messages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from service.conversations.transfer.assembling import (
    assembled,
    chained,
    each_file,
    instructed,
    message_each,
    others,
    short,
)
from service.conversations.transfer.bundles import Bundle
from service.conversations.transfer.parsing import Read, content_key, entries, fields, json_text, listing, mapping, text
from service.conversations.transfer.remarks import Remarks
from service.conversations.transfer.shapes import is_shaped, shaped
from service.conversations.transfer.transcripts import Notice, Speaker, Transcript, TranscriptMessage

LISTS = {"history.item.messages": "history.item"}
_SPEAKERS = {"user": Speaker.USER, "assistant": Speaker.ASSISTANT, "system": Speaker.SYSTEM}
_KNOWN = ("id", "name", "messages", "model", "prompt")


def recognizes(bundle: Bundle) -> bool:
    """Whether a file has a history of conversations."""
    return is_shaped(bundle, tuple(LISTS))


def read(bundle: Bundle) -> Read:
    """The conversations of all the files."""
    return each_file(bundle, shaped(bundle, tuple(LISTS)), LISTS, _conversation)


def _conversation(place: str, record: Any) -> Iterator[Transcript | Notice]:
    conversation = mapping(record, "the conversation")
    listed = listing(conversation.get("messages"), "messages")
    key = text(conversation.get("id")) or content_key(conversation.get("name"), json_text(listed[:1]))
    remarks = Remarks(f"{place} ({short(key)})")
    told = text(conversation.get("prompt"))
    model = text(fields(conversation.get("model")).get("id")) or text(conversation.get("model"))

    def message(key: str, parent: str | None, said: Any) -> Iterator[TranscriptMessage]:
        about = mapping(said, "the message")
        speaker = remarks.speaker(_SPEAKERS, text(about.get("role")))
        yield TranscriptMessage(
            key=key,
            parent=parent,
            speaker=speaker,
            content=_content(about.get("content")),
            model=model if speaker is Speaker.ASSISTANT else None,
        )

    contents = [(fields(said).get("role"), fields(said).get("content")) for said in listed]
    linked = ((key, parent, said) for (key, parent), said in zip(chained(contents), listed, strict=True))
    yield from assembled(
        remarks,
        key,
        instructed(told, message_each(linked, message, remarks)),
        title=text(conversation.get("name")),
        extras=others(conversation, _KNOWN),
    )


def _content(content: Any) -> str:
    if isinstance(content, str):
        return content
    return "\n\n".join(filter(None, (text(fields(part).get("text")) for part in entries(content))))
