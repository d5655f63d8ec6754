"""What contexts are made from: the paths above prompts, and the counts that are kept with messages.

Owns the shape of rows, and which reads go together. Knows nothing of what is sent to models.
"""

from __future__ import annotations

from collections.abc import Sequence

from service.errors import GraphFull
from service.graph.database import Database, Row
from service.graph.gather import Gatherer
from service.graph.queries import query

READ_AT_ONCE = 200


class Paths:
    """Reads paths, and keeps counts."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._firsts: Gatherer[Row, Row] = Gatherer(self._read, most=READ_AT_ONCE)

    async def read_path_above(self, row: Row) -> Row:
        """A page of what is above some messages (`ids`), with them: the `messages` of `span` depths.

        First pages (`first`) that are asked for meanwhile are read together; they have the conversation's `system`
        prompt and its `pinned` messages besides. Each message is `{id, depth, parents, role, content, o200k, cl100k,
        toolCalls, toolCallId, isError, saw}`. The content of what cannot fit into `room` tokens, by itself or with
        what is below it, is left out, and that of the prompt `promptId`.
        """
        if row["first"]:
            return await self._firsts.put(row)
        return (await self._read([row]))[0]

    async def _read(self, rows: Sequence[Row]) -> list[Row]:
        batch = [{"n": number, **row} for number, row in enumerate(rows)]
        try:
            records = await self._database.run_dividing(query("read_path_above"), {"batch": {"rows": batch}})
        except GraphFull:
            # In halves, where Neo4j has no memory for them together.
            if len(rows) < 2:
                raise
            middle = len(rows) // 2
            return [*await self._read(rows[:middle]), *await self._read(rows[middle:])]
        found: dict[int, Row] = {n: {"messages": [], "system": None, "pinned": None} for n in range(len(rows))}
        for record in records:
            page = found[record["n"]]
            page["messages"] += record["messages"]
            page |= {name: record[name] for name in ("system", "pinned") if record[name] is not None}
        return list(found.values())

    async def read_pinned_above(self, owner: str, ids: Sequence[str], lowest: int) -> list[str]:
        """The ids of the pinned messages above these, no less deep than `lowest`."""
        rows = await self._database.run(query("read_pinned_above"), ownerId=owner, ids=list(ids), lowest=lowest)
        return rows[0]["ids"]

    async def read_attempt_context(self, owner: str, attempt_id: str) -> Row | None:
        """What the context of an owner's attempt was made from."""
        rows = await self._database.run(query("read_attempt_context"), ownerId=owner, attemptId=attempt_id)
        return rows[0]["found"] if rows else None

    async def keep_token_counts(self, rows: Sequence[Row]) -> None:
        """Keep `{id, o200k, cl100k}` with messages; what is None stays as it is."""
        await self._database.run(query("keep_token_counts"), batch={"rows": list(rows)})
