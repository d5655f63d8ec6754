"""What is stale: what rests on an older version of a document, or on a message that was corrected, through any depth.

Found by walking what answers were made of, never by a flag. An answer that several subtasks have, because it was
reused, is as fresh as the freshest of them. A correction makes nothing stale that was told of it. Reads a level at a
time, so that a page of answers takes a few statements however much they rest on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

Row = dict[str, Any]
Key = tuple[str, str]
"""The kind of a node and its id."""
MOST_REASONS = 100


class StaleKind(StrEnum):
    """Why something is stale."""

    DOCUMENT = "DOCUMENT"
    """A document has a newer version than the one that it rests on."""

    CORRECTION = "CORRECTION"
    """A message that it rests on was corrected by another."""

    REFRESH = "REFRESH"
    """The same job was done over newer texts, or over others."""


@dataclass(frozen=True, slots=True, order=True)
class Reason:
    """Why something is stale: the document and its newest source, the correcting message and the corrected one, or the
    task that did the same job."""

    kind: StaleKind
    document_id: str = ""
    name: str = ""
    source_id: str = ""
    message_id: str = ""
    corrected_id: str = ""
    task_id: str = ""


class Reads(Protocol):
    """What is needed of `graph/staleness_reads.py`."""

    async def read_rests(self, owner: str, kind: str, ids: Sequence[str]) -> dict[str, Row]:
        """What nodes of a kind rest on."""
        ...

    async def read_ways_up(self, owner: str, rows: Sequence[Row]) -> list[Row]:
        """The messages above prompts."""
        ...


@dataclass(frozen=True, slots=True)
class Look:
    """Why a node is stale, if it is, and which correcting messages it rests on."""

    reasons: frozenset[Reason] = frozenset()
    told: frozenset[str] = frozenset()


@dataclass(slots=True)
class Ways:
    """The messages above prompts, as far as they were read."""

    depths: dict[str, int] = field(default_factory=dict[str, int])
    parents: dict[str, list[str]] = field(default_factory=dict[str, "list[str]"])
    read_to: dict[str, int] = field(default_factory=dict[str, int])

    def has(self, prompt: str, upto: int) -> bool:
        """Whether all from the prompt up to the depth was read."""
        return prompt in self.read_to and self.read_to[prompt] <= upto

    def take(self, rows: Iterable[Row], wanted: Mapping[str, int]) -> None:
        """Note what was read."""
        for row in rows:
            self.depths[row["id"]] = row["depth"]
            self.parents[row["id"]] = row["parents"]
        for id_, upto in wanted.items():
            for above in self.above(id_, upto):
                self.read_to[above] = min(upto, self.read_to.get(above, upto))

    def above(self, prompt: str, upto: int) -> Iterator[str]:
        """The messages from the prompt up to the depth, itself first."""
        seen, wanted = {prompt}, [prompt]
        while wanted:
            id_ = wanted.pop()
            yield id_
            for parent in self.parents.get(id_, ()):
                if parent not in seen and self.depths.get(parent, -1) >= upto:
                    seen.add(parent)
                    wanted.append(parent)


class Staleness:
    """The use case of staleness."""

    def __init__(self, reads: Reads) -> None:
        self._reads = reads

    async def find(self, owner: str, keys: Sequence[Key]) -> list[tuple[Reason, ...]]:
        """Why each of these messages, tasks and summaries is stale; nothing for what is fresh, or not there."""
        walk = _Walk()
        await self._read(owner, walk, keys)
        walk.note_correctors()
        return [tuple(sorted(walk.look(key).reasons)[:MOST_REASONS]) for key in keys]

    async def _read(self, owner: str, walk: _Walk, keys: Iterable[Key]) -> None:
        wanted = set(keys)
        while wanted:
            by_kind: dict[str, list[str]] = defaultdict(list)
            for kind, id_ in wanted:
                by_kind[kind].append(id_)
            for kind, ids in by_kind.items():
                found = await self._reads.read_rests(owner, kind, sorted(ids))
                walk.rests |= {(kind, id_): found.get(id_, {}) for id_ in ids}
            await self._read_ways(owner, walk, wanted)
            wanted = {key for one in wanted for key in walk.needs(one)} - walk.rests.keys()

    async def _read_ways(self, owner: str, walk: _Walk, keys: Iterable[Key]) -> None:
        wanted: dict[str, int] = {}
        for key in keys:
            way = walk.way(key)
            if way is not None and not walk.ways.has(*way):
                wanted[way[0]] = min(way[1], wanted.get(way[0], way[1]))
        if wanted:
            rows = [{"id": id_, "upto": upto} for id_, upto in wanted.items()]
            walk.ways.take(await self._reads.read_ways_up(owner, rows), wanted)


class _Walk:
    """What was read, and what it comes to."""

    def __init__(self) -> None:
        self.rests: dict[Key, Row] = {}
        self.ways = Ways()
        self._looks: dict[Key, Look] = {}
        self._correctors: frozenset[str] = frozenset()

    def note_correctors(self) -> None:
        """Of what was told, only the messages that correct others matter."""
        self._correctors = frozenset(
            by
            for rests in self.rests.values()
            for by in (*rests.get("corrections", ()), *(by for by, _ in rests.get("corrected", ())))
        )

    def way(self, key: Key) -> tuple[str, int] | None:
        """The prompt of a subtask whose path was sent, and the depth up to which it was."""
        rests = self.rests[key]
        if key[0] != "subtask" or not rests or rests["prompt"] is None or not rests["upto"]:
            return None
        return rests["prompt"], min(rests["upto"])

    def needs(self, key: Key) -> list[Key]:
        """What a node rests on, whatever it is."""
        rests = self.rests[key]
        if not rests:
            return []
        found = [("subtask", id_) for id_ in rests.get("subtasks", ())]
        found += [("task", id_) for id_ in rests.get("tasks", ())]
        found += [("message", id_) for id_ in (*rests.get("answers", ()), *rests.get("messages", ()))]
        found += [("summary", id_) for id_ in rests.get("summaries", ())]
        if (way := self.way(key)) is not None:
            found += [("message", id_) for id_ in self.ways.above(*way)]
        return found

    def look(self, key: Key) -> Look:
        """Why a node is stale. What it rests on is looked at first, however deep: nothing is called within itself."""
        open_ = [key]
        entered: set[Key] = set()
        while open_:
            one = open_[-1]
            missing = (
                [] if one in entered else [k for k in self.needs(one) if k not in self._looks and k not in entered]
            )
            entered.add(one)
            if one in self._looks or not missing:
                open_.pop()
                if one not in self._looks:
                    self._looks[one] = self._made(one)
            else:
                open_ += missing
        return self._looks[key]

    def _made(self, key: Key) -> Look:
        rests = self.rests.get(key) or {}
        if key[0] == "message":
            return self._of_message(key[1], rests)
        looks = [self._looks.get(one, Look()) for one in self.needs(key)]
        told = frozenset[str]().union(*(look.told for look in looks))
        reasons = frozenset[Reason]().union(*(look.reasons for look in looks), _own_reasons(rests))
        return Look(frozenset(one for one in reasons if one.message_id not in told), told)

    def _of_message(self, id_: str, rests: Row) -> Look:
        makers = [self._looks.get(one, Look()) for one in self.needs(("message", id_))]
        # Any of them is enough: the same words were made of what is newest, too.
        best = next((look for look in makers if not look.reasons), makers[0] if makers else Look())
        told = best.told | ({id_} & self._correctors)
        by = (Reason(StaleKind.CORRECTION, message_id=it, corrected_id=id_) for it in rests.get("corrections", ()))
        return Look(frozenset(one for one in (*best.reasons, *by) if one.message_id not in told), told)


def _own_reasons(rests: Row) -> frozenset[Reason]:
    said = [
        Reason(StaleKind.DOCUMENT, document_id=document, name=name, source_id=source)
        if document
        else Reason(StaleKind.REFRESH, task_id=task)
        for document, name, source, task in rests.get("old", ())
    ]
    said += [
        Reason(StaleKind.CORRECTION, message_id=by, corrected_id=corrected)
        for by, corrected in rests.get("corrected", ())
    ]
    if replaced := rests.get("replaced"):
        said.append(Reason(StaleKind.REFRESH, task_id=replaced))
    return frozenset(said)
