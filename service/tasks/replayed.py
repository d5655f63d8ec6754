"""What a replay changes of what a call was sent: messages that are left out, and texts in place of others.

Pure. Owns what may be changed, and that calls of tools and their results stay together. Knows nothing of how a context
is made again, nor of how a replay is written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from service.conversations.context.assembling import ContextItem, Saw
from service.errors import InvalidInput
from service.records import ItemKind, SawAs
from service.tasks.sources import check_text

MOST_CHANGES = 100
"""Messages that one replay may leave out, and texts that it may replace."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """The attempt that is sent again, and what is changed of it: ids of messages, and texts by id."""

    attempt_id: str
    without: tuple[str, ...] = ()
    instead: tuple[tuple[str, str], ...] = ()

    def changed(self, items: Sequence[ContextItem]) -> tuple[ContextItem, ...]:
        """What is sent in place of these."""
        texts, out = dict(self.instead), frozenset(self.without)
        kept = [_said(item, texts) for item in items if item.id is None or item.id not in out]
        if any(item.kind is ItemKind.PINNED for item in kept):
            return tuple(kept)
        return tuple(_without_note(items, kept))

    def saw(self, saw: Sequence[Saw], items: Sequence[ContextItem], prompt_id: str) -> tuple[Saw, ...]:
        """What was seen of the conversation, by what the attempt before had seen."""
        kept = [seen for seen in saw if seen.id not in self.without]
        if any(seen.kind is SawAs.VERBATIM for seen in kept):
            return tuple(kept)
        oldest = next((item.id for item in items if item.kind is ItemKind.MESSAGE and item.id), prompt_id)
        return (*kept, Saw(oldest, SawAs.VERBATIM))


def parse_replayed(row: Mapping[str, Any]) -> Replayed | None:
    """What a task keeps of that; None for one that replays nothing."""
    if row.get("replayOf") is None:
        return None
    instead = tuple((said["id"], said["content"]) for said in row["instead"])
    return Replayed(row["replayOf"], tuple(row["without"]), instead)


def check_changes(replayed: Replayed, items: Sequence[ContextItem], prompt_id: str) -> None:
    """Raises `InvalidInput` that names the field where this cannot be changed of what was sent."""
    _check_ids(replayed, {item.id for item in items if item.id and item.kind is not ItemKind.SUMMARY}, prompt_id)
    for i, (_, content) in enumerate(replayed.instead):
        field = f"input.instead[{i}].content"
        if not check_text(content, field).strip():
            raise InvalidInput("There is no text.", field=field, remedy="Use `without` to leave a message out.")
    _check_pairs(replayed, items)


def _check_ids(replayed: Replayed, sent: set[str], prompt_id: str) -> None:
    texts = [id_ for id_, _ in replayed.instead]
    seen: set[str] = set()
    for name, ids in (("without", replayed.without), ("instead", texts)):
        if len(ids) > MOST_CHANGES:
            raise InvalidInput(f"At most {MOST_CHANGES} messages are changed at once.", field=f"input.{name}")
        for i, id_ in enumerate(ids):
            field = f"input.{name}[{i}]" if name == "without" else f"input.{name}[{i}].messageId"
            if name == "without" and id_ == prompt_id:
                raise InvalidInput(
                    "This is the prompt itself.", field=field, remedy="Use `instead` to ask in other words."
                )
            if id_ not in sent:
                raise InvalidInput(
                    "The model was not sent this message.",
                    field=field,
                    remedy="Name a message of `Attempt.context` that is no summary.",
                )
            if id_ in seen:
                raise InvalidInput("This message is named twice.", field=field)
            seen.add(id_)


def _check_pairs(replayed: Replayed, items: Sequence[ContextItem]) -> None:
    """Raises `InvalidInput` where a call of a tool would be sent without its result, or a result without its call."""
    out = {id_: i for i, id_ in enumerate(replayed.without)}
    owner = {call.id: item.id for item in items for call in item.message.tool_calls}
    results = {item.message.tool_call_id: item.id for item in items if item.message.tool_call_id}
    for call_id, caller in owner.items():
        result = results.get(call_id)
        if (caller in out) == (result in out):
            continue
        gone = out[caller] if caller in out else out[result or ""]
        raise InvalidInput(
            "A call of a tool and its results go together.",
            field=f"input.without[{gone}]",
            remedy="Name the response that calls and all of its results, or none of them.",
        )


def _said(item: ContextItem, texts: Mapping[str, str]) -> ContextItem:
    if item.id is None or item.id not in texts:
        return item
    return replace(item, message=replace(item.message, content=texts[item.id]), tokens=0)


def _without_note(items: Sequence[ContextItem], kept: Sequence[ContextItem]) -> list[ContextItem]:
    """The same without the note on pinned messages, where all of those are left out."""
    first = next((i for i, item in enumerate(items) if item.kind is ItemKind.PINNED), None)
    note = items[first - 1] if first else None
    return [item for item in kept if item is not note]
