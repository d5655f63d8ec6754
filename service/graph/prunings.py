"""What deletes messages a piece at a time: one method a stored query, under the same name.

Owns the shape of rows. Knows nothing of when it is done, nor of who asked for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from service.clock import now_ms
from service.graph.database import Database
from service.graph.queries import query
from service.graph.writer import Writer
from service.signals import Signals

Row = dict[str, Any]

STEPS = ("dismantle_subtasks", "dismantle_tasks", "prune_messages")
"""In this order: a task goes, before what is above its prompt is looked at."""


class Prunings:
    """Reads and writes of prunings. Every write looks again, behind the conversation's lock, at what it deletes."""

    def __init__(self, database: Database, writer: Writer, signals: Signals) -> None:
        self._database = database
        self._writer = writer
        self._signals = signals

    async def read_prunings(self, after: str, limit: int) -> list[Row]:
        """`{id, conversationId}` of what is being deleted, whoever began it, from one id on."""
        rows = await self._database.run(query("read_prunings"), after=after, limit=limit)
        return rows[0]["rows"]

    async def read_prunable(self, owner: str, conversation_id: str, branch_id: str, ends: Sequence[Row]) -> list[Row]:
        """A page of what would go above the `ends` `{id, gone}`, where `gone` are ids that would have gone already.

        `{id, isPrompt, parents, tasks}`; `tasks` are `{id, prompts, answers, attempts, tokens, usd}`.
        """
        place: Row = {"ownerId": owner, "conversationId": conversation_id, "branchId": branch_id}
        return (await self._database.run(query("read_prunable"), **place, batch={"rows": list(ends)}))[0]["rows"]

    async def prune(self, pruning: Row) -> int:
        """Delete a piece of a pruning; how much that was, 0 where it has come to its end."""
        for step in STEPS:
            if done := await self._write(step, pruning):
                return done
        await self._write("end_pruning", pruning)
        return 0

    async def _write(self, name: str, pruning: Row) -> int:
        conversation_id = pruning["conversationId"]
        row = {"pruningId": pruning["id"], "at": now_ms()}
        written = await self._writer.write(name, row, key=conversation_id)
        if not written or not written["deleted"]:
            return 0
        self._signals.notify(conversation_id, written["seq"])
        return written["deleted"]
