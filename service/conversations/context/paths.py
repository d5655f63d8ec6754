"""The path above a prompt, read from the newest message up, a page at a time, no further than is wanted.

Owns how large pages are, and that nothing is lost where paths meet at the border of one. Counts what it reads. Knows
nothing of what is sent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from service.chat import ModelConfig
from service.conversations.context.counts import Counts
from service.conversations.context.window import Beginning, Level
from service.records import Role

FIRST_DEPTHS = 64
"""Depths of the first page: most conversations are shorter."""
MOST_DEPTHS = 500
"""Depths of one page: between two, others have their turn."""
MESSAGE_TOKENS = 4
"""What a chat template puts around a message, about."""

Row = dict[str, Any]


class PathReader(Protocol):
    """What is needed of `graph/paths.py`."""

    async def read_path_above(self, row: Row) -> Row:
        """A page of a path, see `read_path_above.cypher`."""
        ...

    async def read_pinned_above(self, owner: str, ids: Sequence[str], lowest: int) -> list[str]:
        """The ids of the pinned messages above these, no less deep than `lowest`."""
        ...


@dataclass(frozen=True, slots=True)
class PathMessage:
    """A message of a path. `tokens` is what it takes in a window, None where that is more than any window has."""

    id: str
    depth: int
    parents: tuple[str, ...]
    tokens: int | None
    row: Mapping[str, Any]

    @property
    def beginning(self) -> Beginning:
        """How well a window can begin with it."""
        role = self.row["role"]
        if role == Role.TOOL:
            return Beginning.RESULT
        return Beginning.TURN if role == Role.USER else Beginning.ANSWER


@dataclass(slots=True)
class PathAbove:
    """What was read of the path above a prompt: its messages by id. `frontier` is what is above them and not read.

    `ends` is what a prompt that is not written would continue from; None for one that is in the graph.
    """

    owner_id: str
    conversation_id: str
    prompt_id: str
    model: ModelConfig
    room: int
    ends: tuple[str, ...] | None = None
    messages: dict[str, PathMessage] = field(default_factory=dict[str, PathMessage])
    frontier: set[str] = field(default_factory=set[str])
    prompt_parents: tuple[str, ...] = ()
    prompt_sides: tuple[str, ...] = ()
    prompt_conflicts: str = ""
    saw: list[Row] = field(default_factory=list[Row])
    """What the nearest answer above was made from: `{as, id, depth}`."""
    system: list[PathMessage] = field(default_factory=list["PathMessage"])
    pinned: list[PathMessage] = field(default_factory=list["PathMessage"])
    """Of the whole conversation."""
    _has_begun: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether all there is was read."""
        return self._has_begun and not self.frontier

    @property
    def _beginnings(self) -> tuple[str, ...]:
        return (self.prompt_id,) if self.ends is None else self.ends

    async def read(self, reader: PathReader, counts: Counts, depths: int) -> list[Level]:
        """Read the next page of so many depths, `FIRST_DEPTHS` at first; its levels, the deepest first."""
        first = not self._has_begun
        span = FIRST_DEPTHS if first else max(FIRST_DEPTHS, min(depths, MOST_DEPTHS))
        ids = list(self._beginnings) if first else sorted(self.frontier)
        asked = {"ids": ids, "ownerId": self.owner_id, "conversationId": self.conversation_id}
        asked |= {"promptId": self.prompt_id, "span": span, "room": self.room, "first": first}
        page = await reader.read_path_above(asked)
        self._has_begun = True
        rows = page["messages"]
        if first and self.ends is not None:
            self.prompt_parents = self.ends
        found = await self._counted(rows, counts)
        if first:
            self.system = await self._sized(page["system"] or [], counts)
            self.pinned = await self._sized(page["pinned"] or [], counts)
        above = {up for message in rows for up in message["parents"]}
        self.frontier = {*ids, *self.frontier, *above} - self.messages.keys() - {self.prompt_id}
        if not rows:
            # What was above is deleted by now.
            self.frontier = set()
        return _levels(found)

    async def _counted(self, rows: Sequence[Row], counts: Counts) -> list[PathMessage]:
        asked = next((row for row in rows if row["id"] == self.prompt_id), None)
        if asked is not None:
            self.prompt_parents = tuple(asked["parents"])
            self.prompt_sides = tuple(asked.get("sides") or ())
            self.prompt_conflicts = asked.get("conflicts") or ""
            self.room -= note_tokens(self.prompt_conflicts)
        rows = sorted((row for row in rows if row is not asked), key=lambda row: (-row["depth"], row["id"]))
        if not self.saw:
            self.saw = next((row["saw"] for row in rows if row["saw"]), list[Row]())
        found = await self._sized(rows, counts)
        self.messages |= {message.id: message for message in found}
        return found

    async def _sized(self, rows: Sequence[Row], counts: Counts) -> list[PathMessage]:
        """The messages of rows, with what each takes in a window."""
        tokens = await counts.of([row for row in rows if row["content"] is not None], self.model)
        return [_message(row, tokens.get(row["id"])) for row in rows]

    def from_depth(self, depth: int) -> dict[str, PathMessage]:
        """The messages that are as deep or deeper."""
        return {id_: message for id_, message in self.messages.items() if message.depth >= depth}


def note_tokens(text: str) -> int:
    """What a note takes in a window, at the most: no text of two bytes has more than a token. Nothing where it is
    empty."""
    return len(text.encode()) // 2 + MESSAGE_TOKENS if text else 0


def _message(row: Row, tokens: int | None) -> PathMessage:
    size = None if tokens is None else tokens + MESSAGE_TOKENS + note_tokens(row.get("conflicts") or "")
    return PathMessage(row["id"], row["depth"], tuple(row.get("parents") or ()), size, row)


def _levels(messages: Sequence[PathMessage]) -> list[Level]:
    levels: list[Level] = []
    for message in messages:
        tokens = NEVER_FITS if message.tokens is None else message.tokens
        if levels and levels[-1].depth == message.depth:
            last = levels[-1]
            last.tokens += tokens
            last.beginning = min(last.beginning, message.beginning, key=lambda it: it.value)
        else:
            levels.append(Level(message.depth, tokens, message.beginning))
    return levels


EVERYTHING = 1 << 40
"""Tokens of a room that has no end."""
NEVER_FITS = 1 << 60
"""The tokens of what is longer than every window."""
