"""Answers with calls of tools and their results in them, taken apart into messages.

Knows nothing of any application.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from service.conversations.transfer.assembling import joined
from service.conversations.transfer.transcripts import Attachment, Speaker, ToolCall, TranscriptMessage


@dataclass(slots=True)
class _Piece:
    speaker: Speaker
    texts: list[str] = field(default_factory=list[str])
    thoughts: list[str] = field(default_factory=list[str])
    calls: list[ToolCall] = field(default_factory=list[ToolCall])
    call_id: str | None = None
    tool: str | None = None
    failed: bool = False
    attachments: list[Attachment] = field(default_factory=list[Attachment])


class Pieces:
    """An answer with calls of tools and their results in it, taken apart: answer, result, answer.

    The last piece has the key of the whole, so that what follows stays below it.
    """

    def __init__(self) -> None:
        self._pieces: list[_Piece] = []

    def say(self, text: str) -> None:
        """A part of the answer's text."""
        if text:
            self._answer().texts.append(text)

    def think(self, text: str) -> None:
        """A part of its reasoning."""
        if text:
            self._answer().thoughts.append(text)

    def call(self, call: ToolCall) -> None:
        """A call of a tool."""
        self._answer().calls.append(call)

    def result(self, text: str, call_id: str | None, tool: str | None, failed: bool = False) -> None:
        """What a tool gave back."""
        self._pieces.append(_Piece(Speaker.TOOL, texts=[text], call_id=call_id, tool=tool, failed=failed))

    def attach(self, attachment: Attachment) -> None:
        """What came with the answer."""
        self._answer().attachments.append(attachment)

    @property
    def has_tools(self) -> bool:
        """Whether tools were called."""
        return any(piece.calls or piece.speaker is Speaker.TOOL for piece in self._pieces)

    @property
    def text(self) -> str:
        """All of the text, without results of tools."""
        return joined(text for piece in self._pieces if piece.speaker is Speaker.ASSISTANT for text in piece.texts)

    def single(self, whole: TranscriptMessage, behind: Sequence[str] = ()) -> TranscriptMessage:
        """All pieces as one message of another speaker, with more texts behind it."""
        attached = [one for piece in self._pieces for one in piece.attachments]
        said = joined(text for piece in self._pieces for text in piece.texts)
        content = "\n\n".join(filter(None, (said, *behind)))
        return replace(whole, content=content, attachments=[*attached, *whole.attachments])

    def messages(self, whole: TranscriptMessage) -> list[TranscriptMessage]:
        """The pieces as messages. What `whole` says of the answer stands at its last piece that is no result."""
        pieces = self._pieces or [_Piece(Speaker.ASSISTANT)]
        last = max((n for n, piece in enumerate(pieces) if piece.speaker is Speaker.ASSISTANT), default=0)
        made: list[TranscriptMessage] = []
        for number, piece in enumerate(pieces):
            key = whole.key if number == len(pieces) - 1 else f"{whole.key}#{number + 1}"
            parent = made[-1].key if made else whole.parent
            made.append(_message(piece, key, parent, whole, number == last))
        return made

    def _answer(self) -> _Piece:
        if not self._pieces or self._pieces[-1].speaker is not Speaker.ASSISTANT:
            self._pieces.append(_Piece(Speaker.ASSISTANT))
        return self._pieces[-1]


def _message(piece: _Piece, key: str, parent: str | None, whole: TranscriptMessage, last: bool) -> TranscriptMessage:
    message = TranscriptMessage(
        key=key,
        parent=parent,
        speaker=piece.speaker,
        content=joined(piece.texts),
        created_ms=whole.created_ms,
        model=whole.model if piece.speaker is Speaker.ASSISTANT else None,
        reasoning=joined(piece.thoughts) or None,
        tool_calls=piece.calls,
        tool_call_id=piece.call_id,
        tool_name=piece.tool,
        is_error=piece.failed,
        attachments=piece.attachments,
    )
    if not last:
        return message
    return replace(
        message,
        wholeness=whole.wholeness,
        finish_reason=whole.finish_reason,
        attachments=[*piece.attachments, *whole.attachments],
        input_tokens=whole.input_tokens,
        output_tokens=whole.output_tokens,
        cost_usd=whole.cost_usd,
        extras=whole.extras,
    )
