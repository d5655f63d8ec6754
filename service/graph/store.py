"""What the executor reads and writes: one method a stored query, under the same name.

Owns the shape of rows. Knows nothing of providers, strategies or GraphQL. What people read is in `reader.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from service.clock import now_ms
from service.errors import NotFound
from service.graph.database import Database, Row
from service.graph.drafts import PIECE_READINGS, delete_old_drafts, draft, is_much
from service.graph.gather import Gatherer, divided
from service.graph.places import Places, main_branch
from service.graph.queries import query
from service.graph.writer import Write, Writer
from service.records import SubtaskStatus, TaskStatus, derived_id, new_id
from service.signals import Signals

PLAN_ROWS = 250
PATIENCE_MS = 300_000
"""How long after its attempt was written a call may begin at the latest: it may wait for another to end."""
CUT_MS = 10_000
"""How long what was received of a call that was cut may be on its way: its process may have died."""
READ_AT_ONCE = 200
CHARACTERS_AT_ONCE = 4_000_000
"""Of the texts of sources in one answer of Neo4j, which it holds in its memory."""
EVENTS_DELETED = 1000


@dataclass(frozen=True, slots=True)
class SubtaskState:
    """A subtask without any text but its title. `tokens` is the size of its answer."""

    id: str
    key: str
    status: SubtaskStatus
    tokens: int
    title: str
    error: str | None
    code: str | None
    sha: str = ""


class Store(Places):
    """Writes go through the group-committing writer, keyed by conversation, and wake its subscribers."""

    def __init__(self, database: Database, writer: Writer, signals: Signals) -> None:
        super().__init__(database)
        self._writer = writer
        self._signals = signals
        self._subtasks = self._reading("read_subtask_work")
        self._sources = self._reading("read_source_texts", most=CHARACTERS_AT_ONCE)
        self._waiting = self._reading("read_waiting", patience=CUT_MS)

    def _reading(self, name: str, **more: Any) -> Gatherer[str, Row | None]:
        async def read(ids: Sequence[str]) -> list[Row]:
            (record,) = await self._database.run_dividing(query(name), {"batch": {"ids": list(ids)}, **more})
            left = record.get("left")
            return [*record["found"], *(await divided(read, left) if left else ())]

        async def read_all(ids: list[str]) -> list[Row | None]:
            found = {row["id"]: row for row in await divided(read, ids)}
            return [found.get(id_) for id_ in ids]

        return Gatherer(read_all, most=READ_AT_ONCE)

    async def _write(self, name: str, conversation_id: str, row: Row) -> Row | None:
        (record,) = await self._write_together(conversation_id, [(name, row)])
        return record

    async def _write_together(self, conversation_id: str, writes: Sequence[Write]) -> list[Row | None]:
        at = now_ms()
        records = await self._writer.write_together(
            [(name, {"at": at, **row}) for name, row in writes], key=conversation_id
        )
        self._signals.notify(conversation_id, max((r["seq"] for r in records if r and "seq" in r), default=None))
        return records

    # --- conversations and tasks -----------------------------------------------------------------

    async def create_conversation(self, row: Row, prompt: Row | None = None) -> Row | None:
        """Write a conversation, perhaps with a system prompt; `{id, requestHash}` of it, or of the first with the same
        idempotency key."""
        id_ = row["conversationId"]
        writes: list[Write] = [("create_conversation", {"branchId": main_branch(id_), **row})]
        if prompt is not None:
            whose = {"conversationId": id_, "ownerId": row["ownerId"], "idempotencyKey": None, "requestHash": None}
            writes.append(("set_system_prompt", whose | prompt))
        return (await self._write_together(id_, writes))[0]

    async def change(self, name: str, row: Row) -> Row | None:
        """Change a conversation by the stored query `name`; `{id, requestHash}`, or None: the owner has no such one."""
        return await self._write(name, row["conversationId"], row)

    async def append_message(self, row: Row) -> Row | None:
        """Append a prompt or a response (`kind`) to a branch, the default one where the row names none; `{depth}`, or
        None: the owner has no such one."""
        conversation_id = row["conversationId"]
        link = "CONTINUES" if row["kind"] == "Prompt" else "RESPONDS_TO"
        return await self._write(
            "append_message", conversation_id, {"mainBranchId": main_branch(conversation_id), "link": link, **row}
        )

    async def create_task(self, row: Row, subtasks: Sequence[Row] = ()) -> Row | None:
        """Write a task, and those of its subtasks that are known beforehand; `{id, requestHash, held, cut}`, or None
        where its place is not there, or not the owner's, or not free. `held`: it waits for its turn; `cut` is the id of
        the task that it interrupted.

        What it reads is written first where it is much, see `drafts.py`.
        """
        conversation_id = row["conversationId"]
        documents: list[Row] = row.get("documents") or []
        row = dict(row)
        row["documents"] = row["documentsLeft"] = None
        if is_much(row["sources"]):
            row = await draft(row, self._draft) | {"documentsLeft": True if documents else None}
        writes: list[Write] = [("create_task", {"mainBranchId": main_branch(conversation_id), "cutMs": CUT_MS, **row})]
        if row.get("sides"):
            writes.append(
                ("join_sides", {"promptId": row["promptId"], "label": row["sideLabel"], "sides": row["sides"]})
            )
        if documents and not row["documentsLeft"]:
            writes.append(("keep_documents", _documents_row(row, documents)))
        if subtasks:
            plan = {"taskId": row["taskId"], "leaseOwner": row["leaseOwner"], "subtasks": list(subtasks)}
            writes.append(("plan_subtasks", plan))
        if row.get("whenBusy") == "INTERRUPT":
            writes.append(("cancel_task", {"taskId": None, "byId": row["taskId"], "ownerId": row["ownerId"]}))
        written = await self._write_together(conversation_id, writes)
        cut = written[-1] if row.get("whenBusy") == "INTERRUPT" else None
        if written[0] and written[0]["id"] == row["taskId"] and row["documentsLeft"]:
            await self.keep_documents(row, documents)
        return written[0] and written[0] | {"cut": cut and cut["id"]}

    async def keep_documents(self, task: Row, documents: Sequence[Row]) -> None:
        """Keep what a task reads as documents, some hundred at once: rows of `documents.py`."""
        for start in range(0, len(documents), PIECE_READINGS):
            piece, end = documents[start : start + PIECE_READINGS], start + PIECE_READINGS
            row = _documents_row(task, piece) | {"isLast": end >= len(documents)}
            await self._write("keep_documents", task["conversationId"], row)

    async def ask_again(self, conversation_id: str, writes: Sequence[Write]) -> list[Row | None]:
        """Revise a message, and ask prompts that are there, all in one transaction: rows of `revise_message`,
        `ask_again` and `plan_subtasks`. What each answers, in order."""
        main = main_branch(conversation_id)
        return await self._write_together(
            conversation_id, [(name, {"mainBranchId": main, **row}) for name, row in writes]
        )

    async def _draft(self, piece: Row) -> Row | None:
        return await self._writer.write("draft_task", {"at": now_ms(), **piece}, key=piece["taskId"])

    async def delete_old_drafts(self) -> None:
        """Delete what is left of tasks that were not written to their end."""
        await delete_old_drafts(self._database)

    async def advance_task(self, conversation_id: str, task_id: str, status: TaskStatus, holder: str) -> int | None:
        """Move a task to PLANNING or RUNNING; how often it was retried.

        None where it is finished already, or not `holder`'s any more.
        """
        row = {"taskId": task_id, "status": status.value, "leaseOwner": holder}
        written = await self._write("advance_task", conversation_id, row)
        return None if written is None else written["retries"]

    async def read_waiting(self, task_id: str) -> Row | None:
        """`{state, conversationId}` of a task that may wait for another: `WAITS`, `FREE` to be given its place, or
        `PLACED`; None where it is gone. Those asked for meanwhile are read together."""
        return await self._waiting.put(task_id)

    async def place_task(self, conversation_id: str, task_id: str, holder: str) -> bool:
        """Write the prompt of a task that waited; False where it has to wait longer, or is not `holder`'s any more."""
        row = {
            "taskId": task_id,
            "leaseOwner": holder,
            "promptId": derived_id(task_id, "prompt"),
            "cutMs": CUT_MS,
        }
        return await self._write("place_task", conversation_id, row) is not None

    async def finish_task(self, conversation_id: str, row: Row) -> None:
        """Write a task's last state and its answer; nothing where it is not `leaseOwner`'s any more."""
        await self._write("finish_task", conversation_id, row)

    async def create_summary(self, conversation_id: str, row: Row) -> bool:
        """Write a task that summarizes; False where something that it covers is or will be in another summary."""
        return await self._write("create_summary", conversation_id, row) is not None

    async def finish_summary(self, conversation_id: str, row: Row, summary: Row, leaves: Row | None = None) -> None:
        """Write the last state of a task that summarizes, and what it made, in one transaction; see `finish_task`.

        `leaves` is the branch that is deleted with it: `{ownerId, branchId, causeKey}`.
        """
        writes: list[Write] = [("finish_task", row), ("keep_summary", summary)]
        if leaves is not None:
            fixed = {"conversationId": conversation_id, "mainBranchId": main_branch(conversation_id)}
            none = {"pruningId": None, "idempotencyKey": None, "requestHash": None}
            writes.append(("delete_branch", {**leaves, **fixed, **none, "summaryId": summary["summaryId"]}))
        await self._write_together(conversation_id, writes)

    async def retry_task(self, conversation_id: str, row: Row) -> Row | None:
        """Open a finished task again, with all of it that did not succeed; None where there is nothing to retry."""
        return await self._write("retry_task", conversation_id, {"runId": new_id(), **row})

    async def cancel_task(self, conversation_id: str, owner_id: str, task_id: str) -> Row | None:
        """Cancel a task and what is left of it; `{status}` as it now is."""
        return await self._write("cancel_task", conversation_id, {"taskId": task_id, "ownerId": owner_id})

    # --- kept plans ------------------------------------------------------------------------------

    async def save_strategy(self, row: Row) -> Row | None:
        """Keep a plan under a name; `{id, requestHash}` of it, or of the first with the same idempotency key."""
        return await self._writer.write("save_strategy", {"at": now_ms(), **row}, key=row["ownerId"])

    async def keep_plan(self, conversation_id: str, row: Row) -> None:
        """Keep the plan that a model made for a task, which follows it; nothing where it is not `leaseOwner`'s."""
        await self._write("keep_plan", conversation_id, row)

    async def keep_conflicts(self, conversation_id: str, row: Row) -> None:
        """Write where the sides of a merge disagree, once; nothing where its task is not `leaseOwner`'s any more."""
        await self._write("keep_conflicts", conversation_id, row)

    # --- subtasks and attempts -------------------------------------------------------------------

    async def plan_subtasks(
        self, conversation_id: str, task_id: str, subtasks: Sequence[Row], holder: str, reused: Sequence[Row] = ()
    ) -> set[str]:
        """Write the subtasks of a wave, some hundred at once; nothing where the task is finished, or not `holder`'s.

        Those of `reused` take the answers that these rows name (`reuse_answers`). The ids of those that did.
        """
        answers, taken = {row["subtaskId"]: row for row in reused}, set[str]()
        for start in range(0, len(subtasks), PLAN_ROWS):
            some = list(subtasks[start : start + PLAN_ROWS])
            same = {"taskId": task_id, "leaseOwner": holder}
            writes: list[Write] = [("plan_subtasks", {**same, "subtasks": some})]
            if here := [answers[row["id"]] for row in some if row["id"] in answers]:
                writes.append(("reuse_answers", {**same, "reused": here}))
            last = (await self._write_together(conversation_id, writes))[-1]
            taken.update(last["ids"] if last and here else ())
        return taken

    async def reuse_answers(self, conversation_id: str, row: Row) -> list[str]:
        """Give subtasks answers of their conversation that were there; the ids of those that took one."""
        written = await self._write("reuse_answers", conversation_id, row)
        return written["ids"] if written else []

    async def repeat_answer(self, conversation_id: str, row: Row) -> bool:
        """Say an answer again for a subtask; False where it is gone, or not wanted any more."""
        return await self._write("repeat_answer", conversation_id, row) is not None

    async def read_reusable(self, owner: str, conversation_id: str, hashes: Sequence[str]) -> dict[str, Row]:
        """`{responseId, conversationId, tokens}` of the answers that were given to requests, by their hashes."""
        found: dict[str, Row] = {}
        for start in range(0, len(hashes), PLAN_ROWS):
            batch = {"ids": list(hashes[start : start + PLAN_ROWS])}
            said = {"ownerId": owner, "conversationId": conversation_id, "batch": batch}
            rows = await self._database.run(query("read_reusable"), **said)
            found |= {row["id"]: row["found"] for row in rows}
        return found

    async def start_attempt(self, conversation_id: str, row: Row, before: Sequence[TaskStatus] = ()) -> bool:
        """Write a prompt and an attempt at it; False where the subtask or its task is finished already, or where the
        task is not `leaseOwner`'s any more.

        `before` are states that the task goes through in the same write, from the one that it is in.
        """
        task = {"taskId": row["taskId"], "leaseOwner": row["leaseOwner"]}
        states = [
            ("advance_task", {**task, "from": last.value, "status": status.value}) for last, status in pairwise(before)
        ]
        return (await self._write_together(conversation_id, [*states, ("start_attempt", row)]))[-1] is not None

    async def finish_attempt(self, conversation_id: str, row: Row, end: Row | None = None) -> TaskStatus | None:
        """Write what came of an attempt, and the `end` of its task where it is its last; the task's state then."""
        ends = [("finish_task", end)] if end else []
        written = await self._write_together(conversation_id, [("finish_attempt", row), *ends])
        if written[0] is None:
            # What was asked is deleted. What it took is paid for all the same.
            settled = {"attemptId": row["attemptId"], "measures": row["measures"]}
            await self._writer.write("settle_attempt", settled, key=conversation_id)
        record = written[-1]
        return TaskStatus(record["status"]) if end and record else None

    async def end_subtask(
        self, conversation_id: str, subtask_id: str, status: SubtaskStatus, error: str, code: str | None, holder: str
    ) -> None:
        """Give a subtask its last state where no attempt gives it; nothing where its task is not `holder`'s."""
        row = {"subtaskId": subtask_id, "status": status.value, "error": error, "code": code, "leaseOwner": holder}
        await self._write("end_subtask", conversation_id, row)

    # --- what the executor reads -----------------------------------------------------------------

    async def read_task_work(self, task_id: str) -> Row | None:
        """A task as the executor needs it: its properties, its prompt, and what it reads, offers and fills in."""
        rows = await self._database.run(query("read_task_work"), taskId=task_id)
        return rows[0]["task"] if rows else None

    async def read_former(self, owner: str, task_id: str) -> Row:
        """`{readings, parts, known}` of a task that is refreshed: see the statement."""
        rows = await self._database.run(query("read_former"), ownerId=owner, taskId=task_id)
        return rows[0]["former"] if rows else {"readings": [], "parts": [], "known": []}

    async def read_refreshed(self, owner: str, task_id: str) -> Row | None:
        """A task that is to be refreshed, with what its documents say now; None where the owner has none."""
        rows = await self._database.run(query("read_refreshed"), ownerId=owner, taskId=task_id)
        return rows[0]["task"] if rows else None

    async def draft_sources(self, owner: str, draft_id: str, sources: Sequence[Row]) -> None:
        """Write texts before the task that reads them, a piece after the other."""
        await draft({"ownerId": owner, "taskId": draft_id, "sources": sources}, self._draft)

    async def read_merged_sides(self, prompt_id: str) -> list[Row]:
        """`{id, label}` of what a prompt continues, in order: the sides of a merge."""
        rows = await self._database.run(query("read_merged_sides"), promptId=prompt_id)
        return rows[0]["sides"] if rows else []

    async def load_source_text(self, source_id: str) -> str:
        """The whole text of a source. Those asked for meanwhile are read together."""
        row = await self._sources.put(source_id)
        if row is None:
            raise NotFound(f"There is no source {source_id}.")
        return row["text"]

    async def read_task_spending(self, task_id: str) -> Row:
        """`{since, tokens, usd, unknownTokens, unknownUsd}`: what a task has used in all its runs, and of that what
        nobody knows; `since` (ms) is when it was made or last retried."""
        rows = await self._database.run(query("read_task_spending"), taskId=task_id)
        return rows[0]["spending"] if rows else {"since": now_ms()}

    async def read_recent_calls(self, since: int) -> list[Row]:
        """`{model, at, calls, tokens}` of the calls that began after `since` (ms), in order, whoever made them."""
        rows = await self._database.run(query("read_recent_calls"), since=since, patience=PATIENCE_MS)
        return rows[0]["calls"] if rows else []

    async def read_subtask_states(self, task_id: str) -> list[SubtaskState]:
        """Every subtask of a task, in order."""
        rows = await self._database.run(query("read_subtask_states"), taskId=task_id)
        return [SubtaskState(id_, key, SubtaskStatus(status), *more) for id_, key, status, *more in _subtasks(rows)]

    async def load_subtask_work(self, subtask_id: str) -> Row | None:
        """A subtask as the runner needs it. Those asked for meanwhile are read together."""
        return await self._subtasks.put(subtask_id)

    async def read_answers(self, ids: Sequence[str]) -> list[Row]:
        """`{subtaskId, title, id, text}` of the accepted answers of these subtasks, in order."""
        found: list[Row] = []
        for start in range(0, len(ids), READ_AT_ONCE):
            found += await divided(self._read_answers, ids[start : start + READ_AT_ONCE])
        return found

    async def _read_answers(self, ids: Sequence[str]) -> list[Row]:
        return await self._database.run_dividing(query("read_answers"), {"batch": {"ids": list(ids)}})

    async def delete_old_events(self, before: int) -> int:
        """Delete some events of tasks that ended before `before` (ms since 1970); 0 once there are none."""
        rows = await self._database.run(query("delete_old_events"), before=before, limit=EVENTS_DELETED)
        # A task without events counts for one: there may be others behind it.
        return max(rows[0]["deleted"], rows[0]["tasks"])


def _documents_row(task: Row, documents: Sequence[Row]) -> Row:
    """A row of `keep_documents` for what a task reads."""
    whose = {name: task[name] for name in ("taskId", "ownerId", "conversationId")}
    return whose | {"documents": list(documents), "isLast": True, "causeKey": task.get("idempotencyKey")}


def _subtasks(rows: Sequence[Row]) -> list[list[Any]]:
    return rows[0]["subtasks"] if rows else []
