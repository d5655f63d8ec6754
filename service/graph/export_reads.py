"""What is read of conversations that leave the graph. Each method is a stored query of the same name.

Owns the order of parameters and the shape of answers. Knows no format.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeVar

from service.graph.database import Database
from service.graph.owned_reads import OwnedReads, Rows


class Span(NamedTuple):
    """A stretch of a conversation: the messages whose numbers are from `first` to `last`, both included."""

    conversation_id: str
    first: int
    last: int


class Place(NamedTuple):
    """A message without its text: its number and id, the characters that it has, and the numbers of what it goes on
    from."""

    seq: int
    id: str
    length: int
    parents: list[int]


class Places(NamedTuple):
    """The places of a stretch's chat in order, and that of the conversation's system prompt."""

    system: Place | None
    chat: list[Place]


class ExportedMessage(NamedTuple):
    """A message. `at` is in milliseconds since 1970; tokens and US dollars are those of the attempt that yielded it.

    `calls` are `[toolCallId, name, arguments]`, `links` are `[kind, to, note]`.
    """

    seq: int
    is_response: bool
    role: str | None
    content: str
    at: int
    status: str | None
    finish_reason: str | None
    note: str | None
    reasoning: str | None
    pinned: bool | None
    tool_call_id: str | None
    tool_name: str | None
    is_error: bool | None
    input_tokens: int | None
    output_tokens: int | None
    cost_usd: float | None
    model: str | None
    calls: list[list[Any]]
    revises: str | None
    links: list[list[Any]]
    annotations: Rows


T = TypeVar("T")
Spread = list[tuple[str, T]]
"""What was read of each stretch, with the id of its conversation. One of a conversation that is gone is left out."""


class ExportReads:
    """Reads for exports. What belongs to another owner is as if it were not there."""

    def __init__(self, database: Database) -> None:
        self._reads = OwnedReads(database)

    async def read_exported_places(self, owner: str, spans: Sequence[Span]) -> Spread[Places]:
        """The places of each stretch, with the id of its conversation."""
        records = await self._reads.records("read_exported_places", owner, spans=_lists(spans))
        return [(record["id"], _places(record["system"], record["rows"])) for record in records]

    async def read_exported_messages(self, owner: str, spans: Sequence[Span]) -> Spread[list[ExportedMessage]]:
        """The messages of each stretch, with the id of its conversation; one that is gone is left out."""
        records = await self._reads.records("read_exported_messages", owner, spans=_lists(spans))
        return [(record["id"], [ExportedMessage(*row) for row in record["rows"]]) for record in records]

    async def read_exported_tools(self, owner: str, ids: Sequence[str]) -> Rows:
        """`{name, description, parameters}` of the tools that these responses called, where they were offered."""
        return await self._reads.records("read_exported_tools", owner, batch={"ids": list(ids)})


def _places(system: list[Any] | None, rows: list[list[Any]]) -> Places:
    return Places(Place(*system) if system else None, [Place(*row) for row in rows])


def _lists(spans: Sequence[Span]) -> list[list[str | int]]:
    """As the driver takes them: it knows no named tuples."""
    return [list(span) for span in spans]
