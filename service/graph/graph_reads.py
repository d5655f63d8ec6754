"""Reads of all that a conversation is, a page at a time: one method a stored query, under the same name.

Owns how much a page is. Knows nothing of files.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from service.graph.database import Database, Row
from service.graph.queries import query

Rows = list[Row]

MESSAGES = 1000
CHARACTERS = 2_000_000
"""Of the texts of one page."""
FEW = 100
"""Of what may be tied to much."""
MANY = 500


class GraphReads:
    """Reads in the name of an owner."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def read_graph_conversations(self, owner: str, after: str) -> list[str]:
        """The ids of some conversations of the owner's, from one on."""
        (row,) = await self._run("read_graph_conversations", ownerId=owner, after=after, limit=MESSAGES)
        return row["ids"]

    async def begin_graph(self, owner: str, conversation_id: str) -> Row | None:
        """`{asOf, conversation, branches, unfinished, erasures, isDeleting}`, and whether there is any of what else a
        conversation may have: `hasTasks` and others. None where there is no such one."""
        rows = await self._run("begin_graph", ownerId=owner, conversationId=conversation_id)
        return rows[0] if rows else None

    async def end_graph(self, owner: str, conversation_id: str, as_of: int) -> bool:
        """Whether nothing was deleted since."""
        (row,) = await self._run("end_graph", ownerId=owner, conversationId=conversation_id, asOf=as_of)
        return row["isWhole"]

    async def read_graph_messages(self, owner: str, place: Row, after: int) -> Row:
        """`{isLast, rows}` of a page of messages: `{as, node, out, in, annotations}`."""
        bounds: Row = {"after": after, "limit": MESSAGES, "most": CHARACTERS}
        (row,) = await self._run("read_graph_messages", ownerId=owner, **place, **bounds)
        return row

    async def read_graph_sources(self, owner: str, ids: Sequence[str]) -> Rows:
        """Some of these sources, the first of them at least."""
        return await self._rows("read_graph_sources", owner, {"ids": list(ids), "most": CHARACTERS})

    async def read_graph_documents(self, owner: str, place: Row, after: str) -> Rows:
        """A page of documents: `{as, node, out}`."""
        return await self._rows("read_graph_documents", owner, _in(place) | {"after": after, "limit": FEW})

    async def read_graph_summaries(self, owner: str, place: Row, kind: str, after: str) -> Rows:
        """A page of summaries: `{as, node, out, claims, taskId, endSeq}`."""
        bounds: Row = {"kind": kind, "after": after, "limit": FEW}
        return await self._rows("read_graph_summaries", owner, _in(place) | bounds)

    async def read_graph_tasks(self, owner: str, place: Row, unfinished: Sequence[str], after: str) -> Row:
        """`{last, rows}`: the id of the last task of a page, and those that count: `{as, node, out, runs, endSeq}`."""
        bounds: Row = {"unfinished": list(unfinished), "after": after, "limit": FEW}
        (row,) = await self._run("read_graph_tasks", ownerId=owner, **place, **bounds)
        return row

    async def read_graph_subtasks(self, tasks: Sequence[Row]) -> Rows:
        """A page of the subtasks of tasks `{id, after}`: `{as, node, out, attempts}`."""
        (row,) = await self._run("read_graph_subtasks", tasks=list(tasks), limit=MANY)
        return row["rows"]

    async def read_graph_strategies(self, owner: str, ids: Sequence[str]) -> Rows:
        """Kept plans, and the versions before them, the oldest first: `{as, node, out}`."""
        return await self._rows("read_graph_strategies", owner, {"ids": list(ids)})

    async def read_graph_plans(self, owner: str) -> list[tuple[str, str | None]]:
        """The ids of all kept plans, the oldest versions first, each with the name of which it is the newest."""
        return [(id_, name) for id_, name in await self._rows("read_graph_plans", owner, {})]

    async def read_graph_plan_texts(self, owner: str, ids: Sequence[str]) -> Rows:
        """Some of these kept plans, the first of them at least: `{node, formerId}`."""
        return await self._rows("read_graph_plan_texts", owner, {"ids": list(ids), "most": CHARACTERS})

    async def read_graph_changes(self, owner: str, place: Row, after: int) -> Rows:
        """A page of changes."""
        return await self._rows("read_graph_changes", owner, place | {"after": after, "limit": MESSAGES})

    async def read_graph_paid(self, owner: str, place: Row, after: str) -> Rows:
        """A page of calls whose tasks are deleted: `{as, node, out}`."""
        return await self._rows("read_graph_paid", owner, _in(place) | {"after": after, "limit": MANY})

    async def _rows(self, name: str, owner: str, parameters: Row) -> Rows:
        (row,) = await self._run(name, ownerId=owner, **parameters)
        return row["rows"]

    async def _run(self, name: str, **parameters: Any) -> Rows:
        return await self._database.run(query(name), **parameters)


def _in(place: Row) -> Row:
    return {"conversationId": place["conversationId"]}
