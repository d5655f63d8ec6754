"""Exports of the graph itself, as what `writers/` is for chats: our own format, and those of programs for graphs.

Owns how two tables become one file. What is written is in `graphfile/`.
"""

from __future__ import annotations

import asyncio
import tempfile
import zipfile
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path

from service import __version__
from service.conversations.transfer.graphfile.exporting import export_graph, export_tables
from service.graph.graph_reads import GraphReads

PIECE = 1_048_576
TABLES = ("nodes.parquet", "relationships.parquet")


@dataclass(frozen=True, slots=True)
class GraphFormat:
    """A format of graphs, which holds conversations whole: as `ExportFormat`, with the name that `graphfile/` has."""

    name: str
    title: str
    media_type: str
    extension: str
    written_as: str | None
    losses: tuple[str, ...] = ()


_OUT_ONLY = "It cannot be imported: `graph` can."
GRAPHS: dict[str, GraphFormat] = {
    known.name: known
    for known in (
        GraphFormat("graph", "Antiphon's own, without loss", "application/jsonl", "graph.jsonl", "GRAPH"),
        GraphFormat("graphml", "GraphML", "application/graphml+xml", "graphml", "GRAPHML", (_OUT_ONLY,)),
        GraphFormat("cypher", "A Cypher script", "text/plain; charset=utf-8", "cypher", "CYPHER", (_OUT_ONLY,)),
        GraphFormat("parquet", "Two Parquet tables", "application/zip", "parquet.zip", None, (_OUT_ONLY,)),
    )
}
"""By name."""


async def write_graphs(
    reads: GraphReads, owner: str, ids: Sequence[str] | None, kind: GraphFormat
) -> AsyncGenerator[bytes]:
    """The bytes of the file, in pieces. Raises `NotFound`, `Conflict`."""
    if kind.written_as is None:
        pieces = _tables(reads, owner, ids)
    else:
        pieces = export_graph(reads, owner, ids, format=kind.written_as, made_by=f"antiphon {__version__}")
    async with aclosing(pieces):
        async for piece in pieces:
            yield piece


async def _tables(reads: GraphReads, owner: str, ids: Sequence[str] | None) -> AsyncGenerator[bytes]:
    """Both tables in a zip. They are made on the disk first: the end of a Parquet file says what is in it."""
    with tempfile.TemporaryDirectory(prefix="antiphon-export-") as folder:
        nodes, ties = (Path(folder) / name for name in TABLES)
        await export_tables(reads, owner, ids, nodes, ties)
        whole = Path(folder) / "tables.zip"
        await asyncio.to_thread(_zip, whole, (nodes, ties))
        with whole.open("rb") as file:
            while piece := await asyncio.to_thread(file.read, PIECE):
                yield piece


def _zip(whole: Path, files: Sequence[Path]) -> None:
    # They are packed already.
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_STORED) as archive:
        for file in files:
            archive.write(file, file.name)
