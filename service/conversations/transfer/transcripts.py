"""Transcripts: conversations as they are outside of the graph, whatever tool they come from or go to.

A reader of a format gives transcripts and notices; a writer of a format takes transcripts. Knows nothing of the graph,
nor of any tool.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Speaker(StrEnum):
    """Who says a message."""

    USER = "USER"
    ASSISTANT = "ASSISTANT"
    SYSTEM = "SYSTEM"
    TOOL = "TOOL"


class Wholeness(StrEnum):
    """How an answer ended."""

    COMPLETE = "COMPLETE"
    PARTIAL = "PARTIAL"
    """It was interrupted: by a person, or by a limit."""
    FAILED = "FAILED"
    """Nothing usable came."""


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A call that an answer made. `arguments` is JSON where the tool's are, else their text."""

    id: str | None
    name: str
    arguments: str = "{}"


@dataclass(frozen=True, slots=True)
class Attachment:
    """What came with a message, by name: its bytes are not carried. `bytes` is its size where that is known."""

    name: str
    media_type: str | None = None
    bytes: int | None = None


@dataclass(slots=True, kw_only=True)
class TranscriptMessage:
    """One message. It is not changed, though it is not frozen: millions are made, and to freeze one takes longer than
    to make it.

    `key` is its id in the transcript, unique there. `parent` is the key of the message before it, None for a first one.
    Two messages with one parent are a fork: other answers (regenerations), or other prompts (edits). Times are
    milliseconds since 1970, None where they are not known. `extras` is what has no other place here, as JSON values.
    """

    key: str
    parent: str | None
    speaker: Speaker
    content: str
    created_ms: int | None = None
    model: str | None = None
    reasoning: str | None = None
    wholeness: Wholeness = Wholeness.COMPLETE
    finish_reason: str | None = None
    tool_calls: Sequence[ToolCall] = ()
    tool_call_id: str | None = None
    """Of a tool's result: the call that it answers; None where the tool does not say."""
    tool_name: str | None = None
    is_error: bool = False
    attachments: Sequence[Attachment] = ()
    input_tokens: int | None = None
    output_tokens: int | None = None
    cost_usd: float | None = None
    extras: Mapping[str, Any] = field(default_factory=dict[str, Any])


class NoticeKind(StrEnum):
    """What a notice says happened to what it is about."""

    SKIPPED = "SKIPPED"
    """It was not imported."""
    CHANGED = "CHANGED"
    """It was imported in another form."""
    ASIDE = "ASIDE"
    """It has no place of its own, and was kept as metadata."""


@dataclass(frozen=True, slots=True)
class Notice:
    """What did not go in as it was. `place` says where: file, record, field, such as
    `conversations-001.json: conversation 17 (6751…): message 3f…`. Neither holds any text of a conversation."""

    kind: NoticeKind
    place: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """One conversation: a tree of messages in any order.

    `key` is its id in the tool; where the tool has none, a hash of its content (`content_key`). `head` is the key of
    the message that the tool shows last, None for the newest leaf. `branches` are names that a person gave to messages.
    """

    place: str
    key: str
    messages: Sequence[TranscriptMessage]
    title: str | None = None
    created_ms: int | None = None
    updated_ms: int | None = None
    head: str | None = None
    branches: Mapping[str, str] = field(default_factory=dict[str, str])
    extras: Mapping[str, Any] = field(default_factory=dict[str, Any])
    notices: Sequence[Notice] = ()


class Unreadable(Exception):
    """A record is not what its format says. Its text says what was expected and where: the field."""
