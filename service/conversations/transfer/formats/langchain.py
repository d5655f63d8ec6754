"""LangChain's messages: as `messages_to_dict`, `dumpd` or `model_dump` write them, and runs of LangSmith.

A list of messages is one conversation, and so is a file of lines that are a message each.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, cast

from service.conversations.transfer.bundles import Bundle
from service.conversations.transfer.drafts import Draft, Keys, enclosed, extras
from service.conversations.transfer.formats.langchain_messages import said, unwrapped
from service.conversations.transfer.glimpses import Glimpse, looks, records, telling, unread
from service.conversations.transfer.parsing import Read, each, fields, ms, text
from service.conversations.transfer.transcripts import Unreadable

_PLACES = ("", "messages.item.", "item.", "message.", "History.item.", "history.item.", "chat_history.item.")
_RUN = (
    "inputs.messages.item.",
    "inputs.messages.item.item.",
    "outputs.messages.item.",
    "outputs.generations.item.item.message.",
)
_LISTS = ("messages", "History", "history", "chat_history")
_SESSIONS = ("session_id", "SessionId", "thread_id", "conversation_id")
_TYPES = ("human", "ai", "AIMessageChunk")
_KNOWN = (*_LISTS, *_SESSIONS, "id", "trace_id", "run_type", "inputs", "outputs", "start_time", "end_time", "message")


def recognizes(bundle: Bundle) -> bool:
    """Whether a file holds messages that name their types as LangChain does."""
    return looks(bundle, _is_langchain)


def _is_langchain(seen: Glimpse) -> bool:
    for place in (*_PLACES, *_RUN):
        if seen.says(f"{place}type", *_TYPES) and seen.any(f"{place}data.content", f"{place}content"):
            return True
        if seen.has(f"{place}lc", f"{place}kwargs.content"):
            return True
    return seen.has("run_type", "inputs", "outputs") and seen.any(
        "inputs.messages", "outputs.generations", "outputs.messages"
    )


def read(bundle: Bundle) -> Read:
    """The conversations of all the files."""
    members = telling(bundle, _is_langchain)
    reader = _Reader()
    for member in members:
        yield from each(_together(records(member)), reader.read)
    yield from unread(bundle, members)


def _together(given: Iterable[tuple[str, Any]]) -> Iterator[tuple[str, Any]]:
    """Records as they are; messages that stand alone together, by their sessions."""
    alone: dict[str, tuple[str, list[Any]]] = {}
    for place, value in given:
        about = fields(value)
        inner = fields(about.get("message"))
        message = inner if unwrapped(inner) else about
        session = next((found for name in _SESSIONS if (found := text(about.get(name)))), "")
        if unwrapped(message) is None:
            yield place, value
        else:
            alone.setdefault(session, (place, []))[1].append(message)
    for session, (place, messages) in alone.items():
        yield place, {"messages": messages, "session_id": session or None}


@dataclass(slots=True)
class _Reader:
    keys: Keys = field(default_factory=Keys)

    def read(self, place: str, value: Any) -> Read:
        """The conversation of a record."""
        about = enclosed(value, "messages")
        messages = _messages(about)
        if not messages:
            raise Unreadable("It has no messages.")
        draft = Draft(place)
        tip: str | None = None
        for one in messages:
            tip = add(draft, one, f"m{len(draft.messages) + 1}", tip)
        id = next((found for name in (*_SESSIONS, "trace_id", "id") if (found := text(about.get(name)))), None)
        more = {str(name): given for name, given in about.items() if name not in _KNOWN}
        yield from draft.finish(
            self.keys.key(id, messages),
            title=text(about.get("title")) or text(about.get("name")),
            created_ms=ms(about.get("start_time")) or ms(about.get("created_at")),
            extras=extras(**more),
        )


def add(draft: Draft, value: Any, key: str, parent: str | None) -> str | None:
    """Add a message; gives its key, or its parent's where it is none."""
    message = unwrapped(value)
    if message is None or message["type"] == "remove":
        draft.skipped("message is not as expected, and was", "messages are not as expected, and were")
        return parent
    return draft.say(*said(draft, message, key, parent))


def _messages(about: dict[str, Any]) -> list[Any]:
    for name in _LISTS:
        if isinstance(about.get(name), list):
            return _flat(about[name])
    inputs, outputs = about.get("inputs"), about.get("outputs")
    asked = _flat(fields(inputs).get("messages") or inputs)
    answers = _flat(fields(outputs).get("messages"))
    if not answers:
        generations = fields(outputs).get("generations") or [[outputs]]
        answers = [
            fields(one).get("message") or one
            for one in _flat(generations)
            if unwrapped(fields(one).get("message") or one)
        ]
    # A graph's outputs repeat its inputs.
    asked = [one for one in asked if unwrapped(one)]
    return answers if answers[: len(asked)] == asked else [*asked, *answers]


def _flat(value: Any) -> list[Any]:
    """A list of messages, or the first of some lists."""
    values = cast("list[Any]", value) if isinstance(value, list) else []
    return _flat(values[0]) if values and isinstance(values[0], list) else values
