"""What readers of chat applications have in common: what they remark, and how they put transcripts together.

Knows nothing of any application.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

from service.conversations.transfer.bundles import Bundle, Member
from service.conversations.transfer.parsing import BROKEN, Read, content_key, each, json_items, json_whole, numbered
from service.conversations.transfer.remarks import Remarks
from service.conversations.transfer.shapes import shape
from service.conversations.transfer.transcripts import (
    Notice,
    NoticeKind,
    Speaker,
    Transcript,
    TranscriptMessage,
    Unreadable,
    Wholeness,
)

DEEPEST = 40
INSTRUCTIONS = "instructions"
"""The key of the message that holds the instructions for a conversation."""
HIDDEN = {"hidden": True}
"""The extras of a message that the tool did not show."""

_ENDINGS = {
    **dict.fromkeys(("stop", "end_turn", "stop_sequence", "finish_reason_unspecified"), "stop"),
    **dict.fromkeys(("length", "max_tokens", "incomplete"), "length"),
    **dict.fromkeys(("safety", "recitation", "blocklist", "prohibited_content", "spii", "refusal"), "content_filter"),
    **dict.fromkeys(("tool_use", "tool_calls", "function_call"), "tool_calls"),
}
_ATTACHED = (
    "attachment was kept by its name: its bytes are not imported",
    "attachments were kept by their names: their bytes are not imported",
)


def kept(value: Any, depth: int = DEEPEST) -> Any:
    """A JSON value for `extras`: what is nested too deep is cut off, and numbers that JSON cannot hold are texts."""
    if isinstance(value, dict):
        pairs = cast("dict[str, Any]", value).items()
        return {key: kept(inner, depth - 1) for key, inner in pairs} if depth else "…"
    if isinstance(value, list):
        return [kept(inner, depth - 1) for inner in cast("list[Any]", value)] if depth else "…"
    if isinstance(value, int | float) and not -(2**63) <= value < 2**63:
        return str(value)
    return value


def extras(**values: Any) -> dict[str, Any]:
    """What has no other place, without what says nothing: null, false, empty texts and lists."""
    return {key: kept(value) for key, value in values.items() if not _says_nothing(value)}


def _says_nothing(value: Any) -> bool:
    """A zero does: it may be a temperature."""
    return value is None or value is False or (isinstance(value, str | list | dict | tuple) and not value)


def others(record: Mapping[str, Any], known: Iterable[str]) -> dict[str, Any]:
    """The fields of a record that no reader has asked for."""
    return extras(**{key: value for key, value in record.items() if key not in set(known)})


def short(key: str) -> str:
    """An id as people can compare it."""
    return key if len(key) <= 12 else f"{key[:8]}…"


def ending(said: str | None) -> str | None:
    """Why an answer ended, in our words where they are known: stop, length, content_filter, tool_calls."""
    return _ENDINGS.get(said.lower(), said.lower()) if said else None


def joined(parts: Iterable[str]) -> str:
    """Texts one after the other: with an empty line between, where neither brings blanks of its own."""
    whole = ""
    for part in parts:
        apart = whole and part and not whole[-1].isspace() and not part[0].isspace()
        whole += f"\n\n{part}" if apart else part
    return whole


def message_each(
    records: Iterable[tuple[str, str | None, Any]],
    read: Callable[[str, str | None, Any], Iterable[TranscriptMessage]],
    remarks: Remarks,
) -> Iterator[TranscriptMessage]:
    """What `read` makes of each record, given its key and its parent's.

    In place of one that it cannot read is an empty hidden message, so that the ones below stay where they are.
    """
    for key, parent, record in records:
        try:
            yield from list(read(key, parent, record))
        except BROKEN:
            remarks.add(
                NoticeKind.SKIPPED,
                "message is not as expected, and was left out",
                "messages are not as expected, and were left out",
            )
            yield TranscriptMessage(key=key, parent=parent, speaker=Speaker.SYSTEM, content="", extras=HIDDEN)


def chained(contents: Iterable[tuple[Any, ...]], start: str = "") -> Iterator[tuple[str, str | None]]:
    """A key and its parent's for each of some messages that have no ids, and follow one another.

    A key says all that stands before as well: where a later export has changed a message, that is a fork.
    """
    parent: str | None = None
    for content in contents:
        key = content_key(parent or start, *content)
        yield key, parent
        parent = key


def instructed(told: str | None, messages: Iterable[TranscriptMessage]) -> Iterator[TranscriptMessage]:
    """Messages below the instructions that a person gave for their conversation: its system prompt."""
    if told:
        yield TranscriptMessage(key=INSTRUCTIONS, parent=None, speaker=Speaker.SYSTEM, content=told)
    for message in messages:
        yield replace(message, parent=INSTRUCTIONS) if told and message.parent is None else message


def assembled(
    remarks: Remarks, key: str, messages: Iterable[TranscriptMessage], head: str | None = None, **about: Any
) -> Iterator[Transcript | Notice]:
    """A transcript with its notices; a notice alone where nothing is in it. Every message gets a key of its own, and a
    head that is no message is none."""
    known: dict[str, TranscriptMessage] = {}
    for message in messages:
        if known.get(message.key) == message:
            continue
        if message.key in known:
            remarks.add(
                NoticeKind.CHANGED,
                "message had the id of another, and got one of its own",
                "messages had the ids of others, and got ids of their own",
            )
            number = next(n for n in range(2, len(known) + 3) if f"{message.key}~{n}" not in known)
            message = replace(message, key=f"{message.key}~{number}")
        known[message.key] = message
    if not any(_says_something(message) for message in known.values()):
        yield Notice(NoticeKind.SKIPPED, remarks.place, "it holds no messages.")
        yield from remarks.notices()
        return
    attached = sum(len(message.attachments) for message in known.values())
    remarks.add(NoticeKind.CHANGED, *_ATTACHED, attached)
    head = head if head in known else None
    yield Transcript(
        place=remarks.place, key=key, messages=list(known.values()), head=head, notices=remarks.notices(), **about
    )


def _says_something(message: TranscriptMessage) -> bool:
    held = message.content or message.reasoning or message.tool_calls or message.attachments
    return (bool(held) and message.key != INSTRUCTIONS) or message.wholeness is Wholeness.FAILED


def each_member(
    member: Member, lists: Mapping[str, str], read: Callable[[str, Any], Iterable[Transcript | Notice]]
) -> Read:
    """What `read` makes of each conversation of a file. `lists` says by which key a list of them is known, and where it
    lies; a file that has none of the keys is one conversation."""
    return each(_records(member, lists), read)


def _records(member: Member, lists: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
    seen = shape(member)
    prefix = next((prefix for known, prefix in lists.items() if known in seen), "item" if "item" in seen else None)
    if prefix:
        yield from numbered(member, json_items(member, prefix))
        return
    try:
        yield member.name, json_whole(member)
    except Unreadable as error:
        yield member.name, error


def each_file(
    bundle: Bundle,
    members: Sequence[Member],
    lists: Mapping[str, str],
    read: Callable[[str, Any], Iterable[Transcript | Notice]],
) -> Read:
    """What `read` makes of each conversation of these files; then a notice of the other files of the bundle."""
    for member in members:
        yield from each_member(member, lists, read)
    yield from left_out(bundle, members)


def left_out(bundle: Bundle, read: Sequence[Member]) -> Read:
    """A notice of the files that came with the conversations and are not imported."""
    known = {member.name for member in read}
    rest = [member.base for member in bundle.members if member.name not in known]
    if rest:
        names = ", ".join(rest[:5]) + (f" and {len(rest) - 5} more" if len(rest) > 5 else "")
        one = len(rest) == 1
        what = (
            "1 file holds no conversations and stays out"
            if one
            else f"{len(rest)} files hold no conversations and stay out"
        )
        yield Notice(NoticeKind.SKIPPED, bundle.name, f"{what}: {names}.")
