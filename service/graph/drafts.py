"""What a task reads, written before the task where it is much: a transaction of Neo4j is held in its memory whole.

Owns what is much, and the pieces. A draft is seen by nobody; `create_task` makes it the task, with all that it reads.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Any

from service.errors import GraphError, LimitExceeded
from service.graph.database import Database, Row
from service.graph.queries import query

INLINE_READINGS = 200
INLINE_CHARACTERS = 200_000
"""So much is written with the task itself, in one round trip."""
PIECE_READINGS = 500
PIECE_CHARACTERS = 1_000_000
"""Of one transaction. Each reading takes 6 KB of Neo4j's memory, each character 2 to 3 bytes."""
OLD_SECONDS = 3600
DELETED_READINGS = 500

WritePiece = Callable[[Row], Awaitable[Row | None]]


def is_much(readings: Sequence[Row]) -> bool:
    """Whether what a task reads is written before the task."""
    return len(readings) > INLINE_READINGS or sum(map(_characters, readings)) > INLINE_CHARACTERS


def pieces(readings: Sequence[Row]) -> Iterator[Sequence[Row]]:
    """What is written in one transaction each; a text that is larger than a piece is one by itself."""
    start = size = 0
    for end, reading in enumerate(readings):
        more = _characters(reading)
        if end > start and (end - start >= PIECE_READINGS or size + more > PIECE_CHARACTERS):
            yield readings[start:end]
            start, size = end, 0
        size += more
    yield readings[start:]


async def draft(row: Row, write: WritePiece) -> Row:
    """Write what a row of `create_task` reads, a piece after the other; the row that makes a task of it."""
    start, same = 0, {"ownerId": row["ownerId"], "taskId": row["taskId"]}
    for piece in pieces(row["sources"]):
        written = await write({**same, "start": start, "sources": list(piece)})
        start += len(piece)
        if written is None or written["readings"] != start:
            raise GraphError(f"The draft of the task {row['taskId']} was lost while it was written.")
    return {**row, "sources": [], "draftId": row["taskId"]}


async def delete_old_drafts(database: Database, seconds: float = OLD_SECONDS) -> None:
    """Delete what a process had written of tasks and did not come to write: it died, or the task was refused."""
    limit = DELETED_READINGS
    while True:
        try:
            rows = await database.run(query("delete_old_drafts"), seconds=seconds, limit=limit)
        except LimitExceeded:
            if limit == 1:
                raise
            limit //= 2
        else:
            if not rows[0]["drafts"]:
                return


def _characters(reading: dict[str, Any]) -> int:
    return len(reading["source"]["text"])
