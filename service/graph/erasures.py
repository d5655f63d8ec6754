"""What deletes for good, a piece at a time: one method a stored query, under the same name.

Owns the shape of rows, and how much a piece is. Knows nothing of when it is done, nor of who asked for it.
"""

from __future__ import annotations

from asyncio import gather
from collections.abc import Sequence
from typing import Any

from service.clock import now_ms
from service.graph.database import Database
from service.graph.places import main_branch
from service.graph.queries import query
from service.graph.writer import Writer
from service.signals import Signals

Row = dict[str, Any]

ROWS = 250
"""Of a piece: so many that another writer does not wait for it longer than 100 ms."""
WEIGHT = 2_000_000
"""Characters of a piece; a longer text is one of its own."""

HIDING = ("hide_tasks", "hide_summaries", "erase_plans", "erase_documents", "erase_sources", "forget_links")
"""What is done before a conversation counts as deleted: from then on nothing of it is found."""
CLEARING = ("erase_messages", "erase_marked", "erase_subtasks", "erase_tasks", "erase_changes")
CONVERSATIONS = 100
"""Of an owner, begun at once."""
_WEIGHED = ("erase_owned", "erase_documents", "erase_sources", "erase_messages", "erase_marked")


class Erasures:
    """Reads and writes of erasures. A step locks the receipt, then looks: two services delete nothing twice."""

    def __init__(self, database: Database, writer: Writer, signals: Signals) -> None:
        self._database = database
        self._writer = writer
        self._signals = signals

    async def write(self, name: str, row: Row, *, key: str) -> Row | None:
        """Begin an erasure by the stored query `name`; `{id, requestHash}`, or None where there is no such thing."""
        written = await self._writer.write(name, {"at": now_ms(), **row}, key=key)
        if written and "conversationId" in row:
            # Who follows it learns that it is gone.
            self._signals.notify(row["conversationId"], None)
        return written

    async def read_running_erasures(self, after: str, limit: int) -> list[Row]:
        """`{id, kind, ownerId, subjectId, …}` of what is being deleted, whoever began it, from one id on."""
        return (await self._database.run(query("read_running_erasures"), after=after, limit=limit))[0]["rows"]

    async def read_running_tasks(self, owner: str, conversation_ids: Sequence[str] | None) -> list[str]:
        """The ids of tasks at work in these conversations, in all of the owner's for None."""
        ids = None if conversation_ids is None else list(conversation_ids)
        return (await self._database.run(query("read_running_tasks"), ownerId=owner, ids=ids))[0]["ids"]

    async def read_erasures(self, owner: str, ids: Sequence[str]) -> list[Row]:
        """Receipts by id."""
        return (await self._database.run(query("read_erasures"), ownerId=owner, batch={"ids": list(ids)}))[0]["rows"]

    async def count_conversation(self, owner: str, conversation_id: str) -> Row | None:
        """`{counts, cancels, sharedSources}` of what would go with a conversation; None where there is no such one."""
        rows = await self._database.run(query("count_conversation"), ownerId=owner, conversationId=conversation_id)
        return rows[0] if rows else None

    async def count_owner(self, owner: str) -> Row:
        """The same of all that an owner has."""
        return (await self._database.run(query("count_owner"), ownerId=owner))[0]

    async def read_owned_conversations(self, owner: str) -> list[str]:
        """The ids of some conversations of an owner, the oldest first."""
        bounds: Row = {"ownerId": owner, "limit": CONVERSATIONS}
        return (await self._database.run(query("read_owned_conversations"), **bounds))[0]["ids"]

    async def read_idle_conversations(self, owner: str, before: int) -> list[str]:
        """The ids of some to which nothing was added since `before` (ms since 1970), and that have no days of their
        own; the oldest first."""
        bounds: Row = {"ownerId": owner, "before": before, "limit": CONVERSATIONS}
        return (await self._database.run(query("read_idle_conversations"), **bounds))[0]["ids"]

    async def read_expired_conversations(self, now: int) -> list[Row]:
        """`{id, ownerId, keepDays, before}` of some whose own days are over; of `before` in ms since 1970."""
        bounds: Row = {"now": now, "limit": CONVERSATIONS}
        return (await self._database.run(query("read_expired_conversations"), **bounds))[0]["rows"]

    async def read_next_owner(self, after: str) -> str | None:
        """The next owner that has conversations; None after the last."""
        return (await self._database.run(query("read_next_owner"), after=after))[0]["owner"]

    async def delete_conversations(self, rows: Sequence[Row]) -> list[Row]:
        """Begin the erasures of several conversations, each row as `delete_conversation` takes it."""
        written = await gather(*(self.write("delete_conversation", row, key=row["conversationId"]) for row in rows))
        return [row for row in written if row]

    async def step(self, name: str, erasure_id: str) -> int:
        """Do a piece of a step; how much that was, 0 where nothing is left of it."""
        more = {"most": WEIGHT} if name in _WEIGHED else {}
        rows = await self._database.run(query(name), erasureId=erasure_id, limit=ROWS, **more)
        return rows[0]["done"] if rows else 0

    async def end_erasure(self, erasure_id: str) -> bool:
        """Say that nothing is left; False where there is still something, or it has ended before."""
        return bool(await self._database.run(query("end_erasure"), erasureId=erasure_id))

    async def end_owner_erasure(self, erasure_id: str) -> bool:
        """The same of an owner: False as long as a conversation of it is being deleted."""
        return bool(await self._database.run(query("end_owner_erasure"), erasureId=erasure_id))

    # --- what rests on something -------------------------------------------------------------------

    async def read_erasable(self, owner: str, id: str) -> Row | None:
        """`{id, as, conversationId, parents}` of a message or a source of the owner's."""
        rows = await self._database.run(query("read_erasable"), ownerId=owner, id=id)
        return rows[0]["row"] if rows else None

    async def read_below(self, ids: Sequence[str]) -> list[Row]:
        """`{id, as, conversationId, parents, below}` of the messages below these, some way down."""
        return (await self._database.run(query("read_below"), batch={"ids": list(ids)}))[0]["rows"]

    async def read_resting(self, ids: Sequence[str], *, joins: bool) -> list[Row]:
        """`{id, as, conversationId, parents}` of what rests on these and goes with them."""
        return (await self._database.run(query("read_resting"), batch={"ids": list(ids)}, joins=joins))[0]["rows"]

    async def read_marked(self, erasure_id: str) -> Row:
        """`{marked, tasks, spreads}` of an erasure: what it has found, and where it has to look on."""
        return (await self._database.run(query("read_marked"), erasureId=erasure_id))[0]

    async def mark_erased(self, erasure_id: str, conversation_id: str, found: Row, *, joins: bool) -> None:
        """Take the labels off `messages` `{id, as, leads}`, `tasks` and `summaries` (ids) of a conversation."""
        place = {"erasureId": erasure_id, "conversationId": conversation_id}
        main = main_branch(conversation_id)
        statements = [(query("mark_erased"), {**place, **found, "mainBranchId": main, "joins": joins})]
        if joins:
            statements.insert(0, (query("join_seen"), {**place, "messages": found["messages"]}))
        rows = (await self._database.run_together(statements))[-1]
        if rows:
            self._signals.notify(conversation_id, rows[0]["seq"])

    async def forget_spreads(self, erasure_id: str, ids: Sequence[str]) -> None:
        """What rests on these is marked."""
        await self._database.run(query("forget_spreads"), erasureId=erasure_id, batch={"ids": list(ids)})

    async def count_resting(self, subject_id: str, found: Row) -> Row:
        """`{counts, cancels, sharedSources, heads}` of `tasks`, `messages` and `summaries`, ids each."""
        return (await self._database.run(query("count_resting"), subjectId=subject_id, **found))[0]
