"""Conversations that other tools keep in Neo4j: neo4j-agent-memory's, and LangChain's and GraphRAG's message histories.

Read from JSON of that graph: lines of `apoc.export.json`, or a result that Neo4j Browser exported. Where the messages
of a conversation were forked by two writers at a time, all of them are kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, cast

import orjson

from service.conversations.transfer.bundles import Bundle
from service.conversations.transfer.contents import content_of
from service.conversations.transfer.drafts import SPEAKERS, Draft, extras
from service.conversations.transfer.glimpses import Glimpse, looks, records, telling, unread
from service.conversations.transfer.parsing import Read, entries, fields, ms, text
from service.conversations.transfer.transcripts import Notice, NoticeKind, Speaker, TranscriptMessage, Unreadable

DEEPEST = 12
_OF = "HAS_MESSAGE"
_FIRST = "FIRST_MESSAGE"
_LAST = "LAST_MESSAGE"
_NEXT = ("NEXT_MESSAGE", "NEXT")
_LABELS = ("Message", "Conversation", "Session")
_KNOWN = (
    *("id", "role", "type", "content", "embedding", "timestamp", "createdAt", "created_at", "metadata"),
    "session_id",
)
_VECTORS = ("embedding", "task_embedding")


def recognizes(bundle: Bundle) -> bool:
    """Whether a file has nodes or relationships of such a graph."""
    return looks(bundle, _is_graph)


def _is_graph(seen: Glimpse) -> bool:
    return any(
        path.endswith("labels.item") and not values.isdisjoint(_LABELS) for path, values in seen.paths.items()
    ) and not seen.any("properties.ownerId", "properties.depth")


def read(bundle: Bundle) -> Read:
    """The conversations of the graph that all the files make up."""
    members = telling(bundle, _is_graph)
    graph = _Graph()
    for member in members:
        for place, value in records(member):
            if isinstance(value, Unreadable):
                yield Notice(NoticeKind.SKIPPED, place, str(value))
            else:
                graph.take(value)
    yield from graph.read(bundle.name)
    yield from unread(bundle, members)


@dataclass(slots=True)
class _Graph:
    nodes: dict[str, tuple[list[str], dict[str, Any]]] = field(
        default_factory=dict[str, tuple[list[str], dict[str, Any]]]
    )
    links: dict[str, list[tuple[str, str]]] = field(default_factory=dict[str, list[tuple[str, str]]])
    lasts: dict[str, str] = field(default_factory=dict[str, str])
    seen: set[tuple[str, str, str]] = field(default_factory=set[tuple[str, str, str]])

    def take(self, value: Any, depth: int = 0) -> None:
        """The nodes and relationships in a value."""
        if depth > DEEPEST:
            return
        if isinstance(value, list):
            for inner in cast("list[Any]", value):
                self.take(inner, depth + 1)
            return
        about = fields(value)
        if isinstance(about.get("labels"), list) and isinstance(about.get("properties"), dict):
            self._node(about)
        elif "start" in about and "end" in about and (text(about.get("type")) or text(about.get("label"))):
            self._link(about)
        else:
            for inner in about.values():
                self.take(inner, depth + 1)

    def _node(self, about: dict[str, Any]) -> None:
        if (id := _id(about)) is not None:
            labels = [label for label in entries(about["labels"]) if isinstance(label, str)]
            given = {name: one for name, one in fields(about["properties"]).items() if name not in _VECTORS}
            self.nodes[id] = (labels, given)

    def _link(self, about: dict[str, Any]) -> None:
        start = text(about.get("startNodeElementId")) or _id(about.get("start"))
        end = text(about.get("endNodeElementId")) or _id(about.get("end"))
        # What apoc writes is a "relationship" with a label; for Browser, the type is the type.
        kind = text(about.get("label")) or text(about.get("type"))
        if start and end and kind and (kind, start, end) not in self.seen:
            self.seen.add((kind, start, end))
            self.links.setdefault(kind, []).append((start, end))
        for node in (about.get("start"), about.get("end")):
            if isinstance(fields(node).get("properties"), dict):
                self.take(node)

    def read(self, name: str) -> Read:
        before: dict[str, list[str]] = {}
        for kind in _NEXT:
            for start, end in self.links.get(kind, []):
                before.setdefault(end, []).append(start)
        taken: set[str] = set()
        for holder, messages in self._held(before):
            taken.update(messages)
            taken.add(holder)
            yield from self._conversation(name, holder, messages, before)
        yield from self._left(name, taken)

    def _held(self, before: dict[str, list[str]]) -> Iterator[tuple[str, list[str]]]:
        """The messages of each conversation."""
        held: dict[str, dict[str, None]] = {}
        for kind in (_OF, _FIRST):
            for start, end in self.links.get(kind, []):
                held.setdefault(start, {})[end] = None
        after: dict[str, list[str]] = {}
        for end, starts in before.items():
            for start in starts:
                after.setdefault(start, []).append(end)
        for start, end in self.links.get(_LAST, []):
            held.setdefault(start, {})[end] = None
        for holder, messages in held.items():
            # All that is linked with one of its messages is of it, however it hangs together.
            front = list(messages)
            while front:
                one = front.pop()
                for other in (*before.get(one, ()), *after.get(one, ())):
                    if other not in messages:
                        messages[other] = None
                        front.append(other)
            yield holder, [one for one in messages if one in self.nodes]

    def _conversation(self, name: str, holder: str, messages: list[str], before: dict[str, list[str]]) -> Read:
        about = self.nodes.get(holder, ([], {}))[1]
        key = text(about.get("id")) or text(about.get("session_id")) or holder
        draft = Draft(f"{name}: conversation {key}")
        keys = self._keys(messages)
        moments = {one: _moment(self.nodes[one][1]) or 0 for one in messages}
        ordered = sorted(messages, key=lambda one: moments[one])
        linked = any(one in before for one in messages)
        tip: str | None = None
        for one in ordered:
            above = [other for other in before.get(one, ()) if other in keys]
            if len(above) > 1:
                draft.remark(
                    NoticeKind.CHANGED,
                    "message follows several, and was put below the newest of them",
                    "messages follow several, and were put below the newest of them",
                )
            parent = max(above, key=lambda other: moments[other], default=None)
            _message(draft, keys[one], (keys[parent] if parent else None) if linked else tip, self.nodes[one][1])
            tip = keys[one]
        last = self._lasts().get(holder)
        title = text(about.get("title"))
        rest = {
            at: one
            for at, one in about.items()
            if at not in ("id", "title", "created_at", "updated_at", "createdAt", "updatedAt")
        }
        yield from draft.finish(
            key,
            title=title,
            created_ms=_ms(about.get("created_at", about.get("createdAt"))),
            updated_ms=_ms(about.get("updated_at", about.get("updatedAt"))),
            head=keys.get(last) if last else None,
            extras=extras(**rest),
        )

    def _lasts(self) -> dict[str, str]:
        """The last message of each conversation that names it."""
        if not self.lasts:
            self.lasts.update(self.links.get(_LAST, []))
        return self.lasts

    def _keys(self, messages: list[str]) -> dict[str, str]:
        """A key for each node: the id that it was given, where no other has it."""
        keys: dict[str, str] = {}
        used: set[str] = set()
        for one in messages:
            given = text(self.nodes[one][1].get("id"))
            keys[one] = given if given and given not in used else one
            used.add(keys[one])
        return keys

    def _left(self, name: str, taken: set[str]) -> Iterator[Notice]:
        """Notices of nodes that are of no conversation, by their labels."""
        counts: dict[str, int] = {}
        for id, (labels, _) in self.nodes.items():
            if id not in taken:
                label = next(iter(labels), "no label")
                counts[label] = counts.get(label, 0) + 1
        for label, count in sorted(counts.items()):
            nodes = "1 node of the label" if count == 1 else f"{count} nodes of the label"
            was = "was" if count == 1 else "were"
            yield Notice(NoticeKind.SKIPPED, name, f"{nodes} {label} {was} left out: no conversation holds them.")


def _message(draft: Draft, key: str, parent: str | None, about: dict[str, Any]) -> None:
    role = (text(about.get("role")) or text(about.get("type")) or "").lower()
    metadata: Any = about.get("metadata")
    if isinstance(metadata, str):
        with suppress(orjson.JSONDecodeError):
            metadata = orjson.loads(metadata)
    rest = {name: one for name, one in about.items() if name not in _KNOWN}
    draft.say(
        TranscriptMessage(
            key=key,
            parent=parent,
            speaker=SPEAKERS.get(role, Speaker.SYSTEM),
            content="",
            created_ms=_moment(about),
            tool_call_id=text(about.get("tool_call_id")),
            extras=extras(role=None if role in SPEAKERS else role, metadata=metadata, **rest),
        ),
        content_of(about.get("content")),
    )


def _moment(about: dict[str, Any]) -> int | None:
    return next(filter(None, (_ms(about.get(name)) for name in ("timestamp", "createdAt", "created_at"))), None)


def _ms(value: Any) -> int | None:
    """A time as Neo4j writes it, with a zone's name behind it and up to nine digits."""
    return ms(
        re.sub(r"\[[\w/+-]{1,60}\]$", "", re.sub(r"(\.\d{6})\d+", r"\1", value[:80]))
        if isinstance(value, str)
        else value
    )


def _id(value: Any) -> str | None:
    """A node's id, which may stand for it."""
    about = fields(value)
    return (
        text(about.get("elementId")) or text(about.get("id")) or text(about.get("identity")) if about else text(value)
    )
