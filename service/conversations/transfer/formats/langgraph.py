"""LangGraph's threads: states as its server and `get_state_history` give them, and SQLite files of checkpoints.

Every checkpoint holds all messages of its moment. A message that is in several is one; where a thread was forked, or a
message was put in place of another, there are siblings. Checkpoints that are pickles are refused: reading one runs it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, cast

from service.conversations.transfer.bundles import Bundle
from service.conversations.transfer.drafts import Draft, extras
from service.conversations.transfer.formats.langchain_messages import said, unwrapped
from service.conversations.transfer.formats.langgraph_sqlite import is_sqlite, states_of
from service.conversations.transfer.glimpses import Glimpse, glimpse, likely, records, unread
from service.conversations.transfer.parsing import Read, content_key, entries, fields, json_text, ms, text
from service.conversations.transfer.transcripts import Notice, NoticeKind, Unreadable

_LISTS = ("messages", "chat_history", "history")


def recognizes(bundle: Bundle) -> bool:
    """Whether a file has states of threads, or is an SQLite file with checkpoints."""
    return any(is_sqlite(member) or _is_states(glimpse(member)) for member in likely(bundle)[:12])


def _is_states(seen: Glimpse) -> bool:
    for place in ("", "history.item.", "states.item.", "item."):
        if seen.has(f"{place}values") and seen.any(
            *(f"{place}{name}" for name in ("checkpoint", "checkpoint_id", "config", "parent_checkpoint", "thread_id"))
        ):
            return True
    return False


def read(bundle: Bundle) -> Read:
    """A conversation for each thread, and for each subgraph that had checkpoints of its own."""
    members = [member for member in likely(bundle) if is_sqlite(member) or _is_states(glimpse(member))]
    given: dict[tuple[str, str], list[_State]] = {}
    for member in members:
        if is_sqlite(member):
            yield from _from_rows(member.name, states_of(member))
            continue
        for place, value in records(member):
            try:
                for state in _states(value, place):
                    given.setdefault((state.thread, state.namespace), []).append(state)
            except Unreadable as error:
                yield Notice(NoticeKind.SKIPPED, place, str(error))
    for (thread, namespace), states in given.items():
        yield from _thread(states[0].place, thread, namespace, sorted(states, key=lambda state: state.order))
    yield from unread(bundle, members)


@dataclass(frozen=True, slots=True)
class _State:
    """A thread at a moment. `order` sorts the states of a thread, the oldest first."""

    place: str
    thread: str
    namespace: str
    order: tuple[str, str]
    created: int | None
    values: dict[str, Any]
    metadata: dict[str, Any] = field(default_factory=dict[str, Any])


def _states(value: Any, place: str) -> Iterator[_State]:
    if isinstance(value, Unreadable):
        raise value
    if isinstance(value, list):
        for inner in cast("list[Any]", value):
            yield from _states(inner, place)
        return
    about = fields(value)
    for name in ("history", "states"):
        if isinstance(about.get(name), list):
            yield from _states([{"thread_id": about.get("thread_id"), **fields(one)} for one in about[name]], place)
            return
    if not isinstance(about.get("values"), dict):
        raise Unreadable("It is no state of a thread: an object `values` was expected.")
    config = {
        **fields(fields(about.get("config")).get("configurable")),
        **fields(about.get("checkpoint")),
    }
    metadata = fields(about.get("metadata"))
    created = text(about.get("created_at")) or text(about.get("updated_at"))
    yield _State(
        place,
        next(filter(None, (text(one.get("thread_id")) for one in (config, about, metadata))), place),
        text(config.get("checkpoint_ns")) or "",
        (text(config.get("checkpoint_id")) or text(about.get("checkpoint_id")) or "", created or ""),
        ms(created),
        fields(about.get("values")),
        metadata,
    )


def _from_rows(name: str, states: Iterable[tuple[str, str, dict[str, Any]] | Notice]) -> Read:
    """The threads of rows that come thread by thread, the oldest of each first."""
    walk: _Walk | None = None
    for state in states:
        if isinstance(state, Notice):
            yield state
            continue
        thread, namespace, checkpoint = state
        if walk is None or (walk.thread, walk.namespace) != (thread, namespace):
            if walk is not None:
                yield from walk.finish()
            walk = _Walk(f"{name}: thread {thread}", thread, namespace)
        walk.take(fields(checkpoint.get("channel_values")), ms(checkpoint.get("ts")))
    if walk is not None:
        yield from walk.finish()


def _thread(place: str, thread: str, namespace: str, states: list[_State]) -> Read:
    walk = _Walk(place, thread, namespace)
    for state in states:
        walk.take(state.values, state.created)
        walk.about = {**walk.about, **state.metadata}
    yield from walk.finish()


class _Walk:
    """The states of a thread put together as a tree."""

    def __init__(self, place: str, thread: str, namespace: str) -> None:
        self.thread = thread
        self.namespace = namespace
        self.about: dict[str, Any] = {}
        self._draft = Draft(place)
        self._known: dict[tuple[str, str], str] = {}
        self._head: str | None = None
        self._times: list[int] = []
        self._values: dict[str, Any] = {}

    def take(self, values: dict[str, Any], created: int | None) -> None:
        """A state: its messages are walked, and those that are new are added."""
        if created is not None:
            self._times.append(created)
        messages, name = _messages(values)
        self._values = {key: value for key, value in values.items() if key != name} or self._values
        tip: str | None = None
        for value in messages:
            message = unwrapped(value)
            if message is None or message.get("type") == "remove":
                self._draft.skipped("message is not as expected, and was", "messages are not as expected, and were")
                continue
            tip = self._add(message, tip, created)
        self._head = tip or self._head

    def _add(self, message: dict[str, Any], tip: str | None, created: int | None) -> str:
        id = text(message.get("id"))
        print = content_key(message.get("type"), message.get("content"), json_text(message.get("tool_calls")))
        # Without an id, a message is the same where it says the same below the same one.
        known = self._known.get((id or f"below {tip}", print))
        if known is not None:
            return known
        key = id or f"m{len(self._draft.messages) + 1}"
        about, content = said(self._draft, {"created_at": created, **message}, key, tip)
        # A message put in place of another has its id.
        made = self._draft.say(about, content)
        self._known[id or f"below {tip}", print] = made
        return made

    def finish(self) -> Read:
        """The thread's conversation."""
        yield from self._draft.finish(
            f"{self.thread}/{self.namespace}" if self.namespace else self.thread,
            title=text(self.about.get("title")) or text(self._values.get("title")),
            created_ms=min(self._times, default=None),
            updated_ms=max(self._times, default=None),
            head=self._head,
            extras=extras(
                subgraph=self.namespace,
                values=_plain(self._values),
                graph=self.about.get("graph_id"),
                assistant=self.about.get("assistant_id"),
            ),
        )


def _messages(values: dict[str, Any]) -> tuple[list[Any], str]:
    """The messages of a state, and the name that they have there."""
    named: Callable[[str], bool] = lambda name: any(map(unwrapped, entries(values.get(name))[:3]))  # noqa: E731
    name = next((name for name in (*_LISTS, *values) if named(name)), "messages")
    return entries(values.get(name)), name


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    """What else a state holds, where it is short."""
    return {
        name: value
        for name, value in values.items()
        if not name.startswith(("__", "branch:")) and len(json_text(value)) < 5_000
    }
