"""Writing the graph of conversations as a file: what the other wings call.

Owns which formats there are. All are made of the same nodes and relationships, and written as they are read.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from service.conversations.transfer.graphfile.graphml import GraphML
from service.conversations.transfer.graphfile.items import SHARED, Item, Node, Row, Tie
from service.conversations.transfer.graphfile.lines import Lines
from service.conversations.transfer.graphfile.reading import GraphReading
from service.conversations.transfer.graphfile.scripts import Script
from service.conversations.transfer.graphfile.tables import Tables
from service.graph.graph_reads import GraphReads
from service.graph.moments import now_text

OWN, GRAPHML, CYPHER = "GRAPH", "GRAPHML", "CYPHER"


class Writing(Protocol):
    """How a format is written."""

    def begin(self) -> bytes:
        """What is before the first node."""
        ...

    def encode(self, items: Iterable[Item]) -> bytes:
        """What these are in this format."""
        ...

    def end(self) -> bytes:
        """What is after the last of them."""
        ...


FORMATS: Mapping[str, Callable[[Row], Writing]] = {
    OWN: Lines,
    GRAPHML: lambda header: GraphML(),
    CYPHER: lambda header: Script(),
}
"""What is one stream of bytes. `GRAPH` is our own, and the only one that can be imported."""


async def _once(pages: AsyncIterator[list[Item]]) -> AsyncIterator[list[Item]]:
    """The same, where what several conversations share comes with the first of them alone."""
    seen: set[tuple[str, ...]] = set()
    async for items in pages:
        kept: list[Item] = []
        for item in items:
            key = _shared(item)
            if key is None or key not in seen:
                kept.append(item)
            if key is not None:
                seen.add(key)
        yield kept


def _shared(item: Item) -> tuple[str, ...] | None:
    if isinstance(item, Node):
        return (item.kind, item.properties["id"]) if item.kind in SHARED else None
    if isinstance(item, Tie) and item.start.kind in SHARED and item.end.kind in SHARED:
        return (item.type, item.start.id, item.end.id)
    return None


async def export_graph(
    reads: GraphReads, owner: str, conversation_ids: Sequence[str] | None, *, format: str = OWN, made_by: str = ""
) -> AsyncGenerator[bytes]:
    """A file of these conversations, of all of the owner's for None, in pieces.

    Raises `NotFound` and `Conflict` as `GraphReading.conversations` does: then what came before is no whole file.
    """
    holds = "OWNER" if conversation_ids is None else "CONVERSATIONS"
    writing = FORMATS[format]({"madeAt": now_text(), "madeBy": made_by, "owner": owner, "holds": holds})
    yield writing.begin()
    pages = GraphReading(reads, owner, reaches_out=format == OWN).conversations(conversation_ids)
    async for items in pages if format == OWN else _once(pages):
        if items:
            yield writing.encode(items)
            # Encoding is the processor's: others have their turn.
            await asyncio.sleep(0)
    yield writing.end()


async def export_tables(
    reads: GraphReads, owner: str, conversation_ids: Sequence[str] | None, nodes: Path, relationships: Path
) -> None:
    """Two Parquet files of the same. Raises `SetupError` without pyarrow."""
    tables = await asyncio.to_thread(Tables, nodes, relationships)
    async for items in _once(GraphReading(reads, owner, reaches_out=False).conversations(conversation_ids)):
        await asyncio.to_thread(tables.write, items)
    await asyncio.to_thread(tables.close)
