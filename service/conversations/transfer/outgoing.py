"""A conversation of the graph on its way out: what writers of formats are given.

Owns what of the graph a transcript's message has, and that texts are read a page at a time. Knows no format. Of the
whole conversation only its tree is in memory, which has no texts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import Any

from service.conversations.transfer.ahead import ahead
from service.conversations.transfer.export_chats import CHARACTERS, TOGETHER, ExportReader, Numbered, read_numbers
from service.conversations.transfer.export_trees import NONE, Tree
from service.conversations.transfer.transcripts import Speaker, ToolCall, TranscriptMessage, Wholeness
from service.graph.export_reads import ExportedMessage

GONE = "a message was deleted while it was exported"


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool as a model was told of it. `parameters` is a JSON Schema as text, where it is known."""

    name: str
    description: str | None = None
    parameters: str | None = None


@dataclass(frozen=True, slots=True)
class Head:
    """A branch: its name, and the index of the message that it points at."""

    name: str
    index: int
    is_default: bool = False


Told = tuple[int, TranscriptMessage]
"""A message with its index in the tree."""
_Page = tuple[Sequence[int], Numbered]
"""Indexes, and the messages that are there by their numbers."""


@dataclass(slots=True, kw_only=True)
class Outgoing:
    """One conversation, or one path of it. `order` is what is exported, each message after what it goes on from.

    `heads` are the branches that are exported, the default one first; `path_name` is set where it is one path alone.
    `left_out` counts, by what it is, what a format had no place for: writers add to it while they write. `texts` are
    its messages, where they were read with the tree.
    """

    id: str
    title: str
    owner: str
    tree: Tree
    reader: ExportReader
    texts: Numbered | None = None
    order: Sequence[int]
    heads: Sequence[Head] = ()
    system: TranscriptMessage | None = None
    created_ms: int | None = None
    updated_ms: int | None = None
    path_name: str | None = None
    left_out: Counter[str] = field(default_factory=Counter[str])
    _exported: bytearray | None = None

    @property
    def is_path(self) -> bool:
        """Whether it is one path, and not the whole tree."""
        return self.path_name is not None

    @property
    def current(self) -> int:
        """The index of the message that is shown last: the default branch's, else the newest."""
        if self.is_path or not self.heads:
            return self.order[-1] if self.order else NONE
        return self.heads[0].index

    def note(self, what: str, count: int = 1) -> None:
        """Count something that the format has no place for."""
        self.left_out[what] += count

    @property
    def notices(self) -> list[str]:
        """What the format had no place for, in words."""
        return [f"{count}: {what}" if count > 1 else f"1: {what}" for what, count in sorted(self.left_out.items())]

    async def messages(self, order: Sequence[int] | None = None) -> AsyncIterator[Told]:
        """The messages in an order. In place of one that was deleted meanwhile stands an empty one."""
        pages = self.tree.pages(self.order if order is None else order, TOGETHER, CHARACTERS)
        async with aclosing(ahead(pages, self._read_page, most=1)) as read:
            async for page, found in read:
                for index in page:
                    yield index, self._message(index, found.get(self.tree.seq(index)))

    async def tools(self, ids: Sequence[str]) -> list[Tool]:
        """What is known of the tools that these responses called."""
        rows = await self.reader.read_exported_tools(self.owner, ids)
        return [Tool(row["name"], row["description"], row["parameters"]) for row in rows]

    async def _read_page(self, page: Sequence[int]) -> _Page:
        if self.texts is not None:
            return page, self.texts
        seqs = [self.tree.seq(index) for index in page]
        return page, await read_numbers(self.reader, self.owner, self.id, seqs)

    def key(self, index: int) -> str | None:
        """The id of a message; for `NONE` the system prompt's, where there is one."""
        if index == NONE:
            return self.system.key if self.system else None
        return self.tree.id(index)

    def children(self, index: int) -> list[str]:
        """The ids of what goes on from a message, of what is exported; of `NONE`, of what begins."""
        found = self.tree.roots() if index == NONE else self.tree.children(index)
        return [self.tree.id(child) for child in found if self._is_exported(child)]

    def _is_exported(self, index: int) -> bool:
        if not self.is_path:
            return True
        if self._exported is None:
            self._exported = bytearray(len(self.tree))
            for one in self.order:
                self._exported[one] = 1
        return bool(self._exported[index])

    def _message(self, index: int, found: ExportedMessage | None) -> TranscriptMessage:
        key, parent = self.tree.id(index), self.key(self.tree.parent(index))
        if found is None:
            self.note(GONE)
            return TranscriptMessage(key=key, parent=parent, speaker=Speaker.SYSTEM, content="", extras={"note": GONE})
        made = message_of(found, key, parent)
        others = [self.tree.id(above) for above in self.tree.parents(index)[1:]]
        return replace(made, extras={**made.extras, "alsoAfter": others}) if others else made


def message_of(found: ExportedMessage, key: str, parent: str | None) -> TranscriptMessage:
    """A message as writers are given it."""
    return TranscriptMessage(
        key=key,
        parent=parent,
        speaker=Speaker.ASSISTANT if found.is_response else Speaker(found.role),
        content=found.content,
        created_ms=found.at,
        model=found.model,
        reasoning=found.reasoning,
        wholeness=Wholeness(found.status or "COMPLETE"),
        finish_reason=found.finish_reason,
        tool_calls=tuple(ToolCall(id, name, arguments or "{}") for id, name, arguments in found.calls),
        tool_call_id=found.tool_call_id,
        tool_name=found.tool_name,
        is_error=bool(found.is_error),
        input_tokens=found.input_tokens,
        output_tokens=found.output_tokens,
        cost_usd=found.cost_usd,
        extras=_extras(found),
    )


def _extras(found: ExportedMessage) -> Mapping[str, Any]:
    """What a transcript's message has no field for."""
    links = [{"kind": kind, "to": to, "note": note} for kind, to, note in found.links]
    said = {
        "pinned": found.pinned or None,
        "note": found.note,
        "revises": found.revises,
        "links": links or None,
        "annotations": found.annotations or None,
    }
    return {name: value for name, value in said.items() if value is not None}
