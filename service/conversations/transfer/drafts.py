"""What readers of developers' tools have in common: a transcript in the making, and what is to be said of it.

Owns that every message has a key of its own, that what is left out leaves no gap, and that a thing is said once.
Knows nothing of any tool.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, cast

from service.conversations.transfer.contents import Content
from service.conversations.transfer.parsing import content_key
from service.conversations.transfer.remarks import Remarks
from service.conversations.transfer.transcripts import (
    Notice,
    NoticeKind,
    Speaker,
    Transcript,
    TranscriptMessage,
    Unreadable,
)

DEEPEST = 20
LONGEST = 20_000
HIDDEN = {"hidden": True}
"""The extras of a message that the tool does not show."""

SPEAKERS = {
    **dict.fromkeys(("user", "human", "prompter", "person", "customer"), Speaker.USER),
    **dict.fromkeys(("assistant", "ai", "gpt", "model", "bot", "chatgpt", "bing", "bard", "llm"), Speaker.ASSISTANT),
    **dict.fromkeys(("aimessagechunk", "agent", "function_call", "tool_call"), Speaker.ASSISTANT),
    **dict.fromkeys(("system", "developer"), Speaker.SYSTEM),
    **dict.fromkeys(("tool", "function", "observation", "toolresult", "tool_response", "ipython"), Speaker.TOOL),
}


def spoken(value: Any) -> str:
    """A text; an empty one in place of anything else."""
    return value if isinstance(value, str) else ""


def record(value: Any, what: str) -> dict[str, Any]:
    """A JSON object. Raises `Unreadable`, which names `what`; also where the value is such an error already."""
    if isinstance(value, Unreadable):
        raise value
    if not isinstance(value, dict):
        raise Unreadable(f"{what} is no object.")
    return cast("dict[str, Any]", value)


def kept(value: Any, depth: int = DEEPEST) -> Any:
    """A JSON value for `extras`: what is too deep or too long is cut off."""
    if isinstance(value, dict):
        pairs = cast("dict[Any, Any]", value).items()
        return {str(key): kept(inner, depth - 1) for key, inner in pairs} if depth else "…"
    if isinstance(value, list | tuple):
        return [kept(inner, depth - 1) for inner in cast("list[Any]", value)] if depth else "…"
    if isinstance(value, str):
        return value if len(value) <= LONGEST else f"{value[:LONGEST]}…"
    return value if value is None or isinstance(value, bool | int | float) else str(value)


def extras(**values: Any) -> dict[str, Any]:
    """What has no other place, without what says nothing: null, false, empty texts and lists."""
    # A zero says something, and is equal to False.
    said = {key: value for key, value in values.items() if value is not None and value is not False}
    return {key: kept(value) for key, value in said.items() if value not in ("", [], {}, ())}


def enclosed(value: Any, name: str) -> dict[str, Any]:
    """A JSON object; a list as an object that has it under a name. Raises `Unreadable` for anything else."""
    return {name: cast("list[Any]", value)} if isinstance(value, list) else record(value, "the record")


class Keys:
    """Keys of conversations that a file numbers, names twice, or does not name."""

    def __init__(self) -> None:
        self._seen: set[str] = set()

    def key(self, id: str | None, *content: Any) -> str:
        """The id, where it is one that no other conversation has; else a hash of the content."""
        if id is None or id in self._seen or (id.isdecimal() and len(id) < 9):
            return content_key(*content)
        self._seen.add(id)
        return id


class Draft:
    """A transcript in the making. `place` says where it is read from."""

    def __init__(self, place: str) -> None:
        self.place = place
        self.messages: dict[str, TranscriptMessage] = {}
        self._instead: dict[str, str | None] = {}
        self._repeats: dict[str, int] = {}
        self._remarks = Remarks(place)

    def remark(self, kind: NoticeKind, one: str, many: str, count: int = 1, first: str | None = None) -> None:
        """Count what happened. `one` and `many` go on behind the number; `first` says where it was first."""
        self._remarks.add(kind, one, many, count, first)

    def skipped(self, what: str, whats: str, count: int = 1, first: str | None = None) -> None:
        """Something was left out: `line is …`, `lines are …`."""
        self.remark(NoticeKind.SKIPPED, f"{what} left out", f"{whats} left out", count, first)

    def pass_over(self, key: str, parent: str | None) -> None:
        """Leave out what has this key: what stands below it is put below its parent."""
        if key not in self.messages and key != parent:
            self._instead.setdefault(key, parent)

    def knows(self, key: str) -> bool:
        """Whether something with this key came before, left out or not."""
        return key in self.messages or key in self._instead

    def above(self, key: str | None) -> TranscriptMessage | None:
        """The message that a key stands for: its own, or the next one above."""
        seen: set[str] = set()
        while key is not None and key not in self.messages and key in self._instead and key not in seen:
            seen.add(key)
            key = self._instead[key]
        # The next time, the way is short.
        self._instead.update(dict.fromkeys(seen - {key}, key))
        return self.messages.get(key) if key is not None else None

    def add(self, message: TranscriptMessage) -> str:
        """Add a message; one that is there already is passed over, another with its key gets a key of its own."""
        known = self.messages.get(message.key)
        if known is not None:
            if _same(known, message):
                return message.key
            self.remark(
                NoticeKind.CHANGED,
                "message had the id of another, and got one of its own",
                "messages had the ids of others, and got ids of their own",
            )
            message = replace(message, key=self._free(message.key))
        self.messages[message.key] = message
        return message.key

    def say(self, message: TranscriptMessage, content: Content) -> str:
        """Add what is said: first the results of tools in it, each a message, then the rest. Gives the last key."""
        self._remark_content(content)
        results = content.results
        rest = bool(content.texts or content.thoughts or content.calls or content.attachments)
        parent, key = message.parent, message.key
        for number, result in enumerate(results, start=1):
            self._remark_content(result.content)
            last = number == len(results) and not rest
            part = replace(
                message,
                key=key if last else f"{key}#{number}",
                parent=parent,
                speaker=Speaker.TOOL,
                model=None,
                content=result.content.text,
                tool_call_id=result.call_id or message.tool_call_id,
                tool_name=result.name or message.tool_name,
                is_error=result.is_error or message.is_error,
                attachments=result.content.attachments,
            )
            parent = self.add(part)
        if results and not rest:
            return cast("str", parent)
        more = {**message.extras, **({"blocks": kept(content.others)} if content.others else {})}
        # The loop above may have come upon a repetition, and given it another key.
        return self.add(
            replace(
                message,
                parent=parent,
                content=content.text,
                reasoning=content.reasoning or message.reasoning,
                tool_calls=[*message.tool_calls, *content.calls],
                attachments=[*message.attachments, *content.attachments],
                extras=more,
            )
        )

    def finish(self, key: str, **about: Any) -> Iterator[Transcript | Notice]:
        """The transcript, with its notices; a notice alone where nothing is in it."""
        messages = [replace(message, parent=self._parent(message)) for message in self.messages.values()]
        if not any(_says_something(message) for message in messages):
            yield from self.notices()
            yield Notice(NoticeKind.SKIPPED, self.place, "It holds no messages.")
            return
        count = sum(len(message.attachments) for message in messages)
        self.remark(
            NoticeKind.CHANGED,
            "attachment was kept by its name only",
            "attachments were kept by their names only",
            count,
        )
        yield Transcript(place=self.place, key=key, messages=messages, notices=self.notices(), **about)

    def notices(self) -> list[Notice]:
        """A notice for each thing that was remarked."""
        return self._remarks.notices()

    def _remark_content(self, content: Content) -> None:
        self.remark(
            NoticeKind.ASIDE,
            "part of a message is of a kind that is not known, and was kept as metadata",
            "parts of messages are of kinds that are not known, and were kept as metadata",
            len(content.others),
        )
        self.skipped(
            "piece of reasoning is encrypted, and was",
            "pieces of reasoning are encrypted, and were",
            content.encrypted,
        )

    def _parent(self, message: TranscriptMessage) -> str | None:
        found = self.above(message.parent)
        if found is None:
            return message.parent if message.parent not in self._instead else None
        return found.key

    def _free(self, key: str) -> str:
        while True:
            self._repeats[key] = number = self._repeats.get(key, 1) + 1
            if (free := f"{key}~{number}") not in self.messages:
                return free


def _same(one: TranscriptMessage, other: TranscriptMessage) -> bool:
    return (one.speaker, one.content, list(one.tool_calls)) == (other.speaker, other.content, list(other.tool_calls))


def _says_something(message: TranscriptMessage) -> bool:
    return bool(message.content or message.reasoning or message.tool_calls or message.attachments)
