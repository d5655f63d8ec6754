"""What imports read and write: one method a stored query, under the same name.

Owns the shape of rows, and that a piece is one transaction: all of it is there, or nothing. Knows nothing of formats.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from service.clock import now_ms
from service.errors import LimitExceeded
from service.graph.database import Database
from service.graph.places import main_branch
from service.graph.queries import query
from service.graph.writer import Writer
from service.records import derived_id

Row = dict[str, Any]

OLD_SECONDS = 3600.0
"""What nobody goes on with for so long is deleted: its import was cancelled, or its file is gone."""
DELETED_AT_ONCE = 500


class Imports:
    """Reads and writes of imports. Each is safe to repeat."""

    def __init__(self, database: Database, writer: Writer) -> None:
        self._database = database
        self._writer = writer

    async def begin_import(self, row: Row) -> Row | None:
        """Note that an import begins; `{id, requestHash}` of it, or of the first with its key."""
        return await self._writer.write("begin_import", {"at": now_ms(), **row}, key=row["importId"])

    async def note_import(self, row: Row) -> bool:
        """Note how far it is, or how it ended; False where it is over, or is deleted."""
        return await self._writer.write("note_import", {"at": now_ms(), **row}, key=row["importId"]) is not None

    async def cancel_import(self, id: str) -> None:
        """Note that an import is over before its end."""
        await self._database.run(query("cancel_import"), importId=id)

    async def write_piece(self, piece: Row) -> tuple[list[Row], list[Row], list[Row]]:
        """Write a piece in one transaction: `{importId, ownerId, begins, messages, ends}`.

        `{n, state}` of the conversations that begin, `{n}` of the messages that are new, and `{id}` of the
        conversations that are found from now on.
        """
        now, same = now_ms(), {"importId": piece["importId"], "ownerId": piece["ownerId"]}
        ends = [{**row, **same, "at": now, "mainBranchId": main_branch(row["conversationId"])} for row in piece["ends"]]
        messages = [_message(row, piece["ownerId"], now) for row in piece["messages"]]
        numbers = Counter(row["conversationId"] for row in messages)
        left = dict(numbers)
        for row in messages:
            left[row["conversationId"]] -= 1
            row["later"] = left[row["conversationId"]]
        begins = [{**row, **same, **_times(row, now)} for row in piece["begins"]]
        rows = {
            "begin_arrivals": begins,
            "number_arrivals": [{"conversationId": id, "messages": many, **same} for id, many in numbers.items()],
            "import_messages": messages,
            "extend_conversations": ends,
            "reveal_arrivals": ends,
        }
        statements = [
            (query(name), {"batch": {"rows": [{**row, "n": n} for n, row in enumerate(some)]}})
            for name, some in rows.items()
        ]
        results = await self._database.run_together(statements)
        begun, _, new, _, revealed = (records[0]["written"] for records in results)
        return begun, new, revealed

    async def read_imports(self, owner: str, ids: Sequence[str]) -> list[Row]:
        """Imports by id."""
        return (await self._database.run(query("read_imports"), ownerId=owner, batch={"ids": list(ids)}))[0]["rows"]

    async def read_running_imports(self, folder: str) -> list[Row]:
        """`{id, ownerId, name, format, checkpoint}` of those whose files are in a folder."""
        return (await self._database.run(query("read_running_imports"), folder=folder))[0]["rows"]

    async def delete_old_arrivals(self, seconds: float = OLD_SECONDS) -> None:
        """Delete what imports began and nobody goes on with."""
        limit = DELETED_AT_ONCE
        while True:
            try:
                rows = await self._database.run(query("delete_old_arrivals"), seconds=seconds, limit=limit)
            except LimitExceeded:
                if limit == 1:
                    raise
                limit //= 2
            else:
                if not rows:
                    return


def _message(row: Row, owner: str, now: int) -> Row:
    calls = [{**call, "toolId": derived_id(row["id"], "tool", call["name"])} for call in row["calls"]]
    return {**row, "ownerId": owner, "at": row["at"] or now, "calls": calls}


def _times(row: Row, now: int) -> Row:
    created = min(row["createdAt"] or now, now)
    return {"createdAt": created, "updatedAt": max(min(row["updatedAt"] or created, now), created)}
