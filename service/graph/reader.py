"""What callers read: one method a stored query, under the same name, each scoped to the caller.

Owns the order of parameters and the shape of answers. Knows nothing of GraphQL, and writes nothing. A query
returns one record of lists, because records cost more than what is in them; times are milliseconds since 1970.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from service.cursors import Bounds
from service.graph.database import Database, Row
from service.graph.owned_reads import Grouped, OwnedReads, Rows
from service.graph.tree_reads import TreeReads

__all__ = ["Grouped", "Reader", "Rows"]


class Reader(TreeReads):
    """Reads for callers. What belongs to another owner is as if it were not there."""

    def __init__(self, database: Database) -> None:
        super().__init__(OwnedReads(database))

    # --- nodes by id -----------------------------------------------------------------------------

    async def read_node_kinds(self, owner: str, ids: Sequence[str]) -> Grouped:
        """Which kind of node each id names."""
        return await self._reads.grouped("read_node_kinds", "kind", owner, ids)

    async def read_conversations(self, owner: str, ids: Sequence[str]) -> Grouped:
        """Conversations by id."""
        return await self._reads.by_id("read_conversations", owner, ids)

    async def read_messages(self, owner: str, ids: Sequence[str]) -> Grouped:
        """Messages by id, without the texts that are long: `length` says how long each is, in characters."""
        return await self._reads.by_id("read_messages", owner, ids)

    async def read_message_contents(self, owner: str, ids: Sequence[str]) -> Grouped:
        """The whole texts of messages by id."""
        return await self._reads.grouped("read_message_contents", "content", owner, ids)

    async def read_branches(self, owner: str, ids: Sequence[str]) -> Grouped:
        """Branches by id."""
        return await self._reads.by_id("read_branches", owner, ids)

    async def read_branch_places(self, owner: str, ids: Sequence[str]) -> Grouped:
        """`{name, conversationId, headId, isBusy}` of branches."""
        return await self._reads.grouped("read_branch_places", "place", owner, ids)

    async def read_part_costs(self, owner: str, ids: Sequence[str]) -> Row:
        """`{costUsd, sources}` of a part of a conversation: what its answers cost, and the ids of what was read."""
        return (await self._reads.records("read_part_costs", owner, ids=list(ids)))[0]

    async def read_tasks(self, owner: str, ids: Sequence[str]) -> Grouped:
        """Tasks by id."""
        return await self._reads.by_id("read_tasks", owner, ids)

    async def read_subtasks(self, owner: str, ids: Sequence[str]) -> Grouped:
        """Subtasks by id."""
        return await self._reads.by_id("read_subtasks", owner, ids)

    async def read_attempts(self, owner: str, ids: Sequence[str]) -> Grouped:
        """Attempts by id."""
        return await self._reads.by_id("read_attempts", owner, ids)

    async def read_sources(self, owner: str, ids: Sequence[str]) -> Grouped:
        """Sources by id, without their texts."""
        return await self._reads.by_id("read_sources", owner, ids)

    async def read_source_contents(self, owner: str, ids: Sequence[str]) -> Grouped:
        """The texts of sources by id."""
        return await self._reads.grouped("read_source_contents", "text", owner, ids)

    # --- histories and messages' edges -----------------------------------------------------------

    async def read_parents(self, owner: str, ids: Sequence[str], page: Bounds) -> Grouped:
        """A page of what each message continues from or responds to: `{id}`."""
        return await self._reads.grouped("read_parents", "rows", owner, ids, page=page)

    async def read_roots(self, owner: str, ids: Sequence[str], page: Bounds, upto: int | None = None) -> Grouped:
        """A page of the ids of the messages that each conversation begins with, or began with up to a number."""
        return await self._reads.grouped("read_roots", "rows", owner, ids, page=page, upto=upto)

    async def read_children(self, owner: str, ids: Sequence[str], page: Bounds) -> Grouped:
        """A page of what continues from or responds to each message: `{id}`."""
        return await self._reads.grouped("read_children", "rows", owner, ids, page=page)

    async def read_used(self, owner: str, ids: Sequence[str], page: Bounds) -> Grouped:
        """A page of the earlier responses that were put into each prompt: `{id}`."""
        return await self._reads.grouped("read_used", "rows", owner, ids, page=page)

    async def read_synthesized(self, owner: str, ids: Sequence[str], page: Bounds) -> Grouped:
        """A page of the responses that each response was made of: `{id}`."""
        return await self._reads.grouped("read_synthesized", "rows", owner, ids, page=page)

    async def read_decomposed(self, owner: str, ids: Sequence[str]) -> Grouped:
        """The id of the prompt that each prompt is a piece of; one that is none is left out."""
        return await self._reads.grouped("read_decomposed", "promptId", owner, ids)

    async def read_system_prompts(self, owner: str, ids: Sequence[str]) -> Grouped:
        """The id of the system prompt of each conversation; one that has none is left out."""
        return await self._reads.grouped("read_system_prompts", "messageId", owner, ids)

    async def read_merge_conflicts(self, owner: str, ids: Sequence[str]) -> Grouped:
        """`{names, links}` of each prompt that merges and was reconciled: see `conflicts.py`."""
        return await self._reads.grouped("read_merge_conflicts", "found", owner, ids)

    async def read_revised(self, owner: str, ids: Sequence[str]) -> Grouped:
        """The id of the message in place of which each message was written; one that is none is left out."""
        return await self._reads.grouped("read_revised", "messageId", owner, ids)

    async def read_replay_origins(self, owner: str, ids: Sequence[str]) -> Grouped:
        """The id of the response that each response replays; one that is no replay is left out."""
        return await self._reads.grouped("read_replay_origins", "messageId", owner, ids)

    async def read_replays(self, owner: str, ids: Sequence[str], page: Bounds) -> Grouped:
        """A page of the responses that replay each response: `{id}`."""
        return await self._reads.grouped("read_replays", "rows", owner, ids, page=page)

    async def read_about(self, owner: str, ids: Sequence[str], page: Bounds) -> Grouped:
        """A page of what each prompt is about: `{sourceId, start, end}`."""
        return await self._reads.grouped("read_about", "rows", owner, ids, page=page)

    async def read_response_attempts(self, owner: str, ids: Sequence[str]) -> Grouped:
        """The id of the attempt that yielded each response."""
        return await self._reads.grouped("read_response_attempts", "attemptId", owner, ids)

    async def read_message_branches(self, owner: str, ids: Sequence[str]) -> Grouped:
        """The ids of the branches on whose path each message is."""
        records = await self._reads.locked("read_message_branches", owner, ids)
        return {record["id"]: record["ids"] for record in records}

    async def read_links(self, owner: str, ids: Sequence[str]) -> Grouped:
        """Links between messages by id, each with the conversations of both sides."""
        return await self._reads.by_id("read_links", owner, ids)

    async def read_message_links(self, owner: str, ids: Sequence[str], page: Bounds, *, kind: str | None) -> Grouped:
        """A page of the links of each message, from it and to it."""
        return await self._reads.grouped("read_message_links", "rows", owner, ids, page=page, kind=kind)

    async def read_annotations(self, owner: str, ids: Sequence[str]) -> Grouped:
        """Annotations by id."""
        return await self._reads.by_id("read_annotations", owner, ids)

    async def read_message_annotations(self, owner: str, ids: Sequence[str], page: Bounds) -> Grouped:
        """A page of the annotations of each message."""
        return await self._reads.grouped("read_message_annotations", "rows", owner, ids, page=page)

    async def read_owner_annotations(self, owner: str, which: Mapping[str, Any], page: Bounds) -> Rows:
        """A page of the owner's annotations; `which`: label, annotator, conversationId, least and most (the rating)."""
        return await self._reads.rows("read_owner_annotations", owner, which=which, page=page)

    async def read_ratings(self, owner: str, **which: Any) -> Rows:
        """How answers were rated, a row for each key of a dimension of usage."""
        return await self._reads.rows("read_ratings", owner, **which)

    async def read_pinned(self, owner: str, ids: Sequence[str], page: Bounds) -> Grouped:
        """A page of the pinned messages of each conversation: `{id, seq}`."""
        return await self._reads.grouped("read_pinned", "rows", owner, ids, page=page)

    async def read_keyed_change(self, owner: str, key: str) -> Rows:
        """What the request with this key had changed: none or one `{conversationId, subjectId, ids}`."""
        return await self._reads.rows("read_keyed_change", owner, idempotencyKey=key)

    async def read_message_origins(self, owner: str, ids: Sequence[str]) -> Grouped:
        """`{taskId, subtaskId}` of each message: what it was written for."""
        return await self._reads.grouped("read_message_origins", "origin", owner, ids)

    async def read_tool_calls(self, owner: str, ids: Sequence[str]) -> Grouped:
        """`{toolCallId, name, arguments}` of each response's tool calls, in order."""
        return await self._reads.grouped("read_tool_calls", "calls", owner, ids)

    async def read_imported(self, owner: str, ids: Sequence[str]) -> Grouped:
        """`{foreignId, model, foreign}` of messages that were imported, by id."""
        return await self._reads.grouped("read_imported", "imported", owner, ids)

    async def read_reasoning(self, owner: str, ids: Sequence[str]) -> Grouped:
        """What the model thought before each response, where that is kept."""
        return await self._reads.grouped("read_reasoning", "reasoning", owner, ids)

    # --- lists -----------------------------------------------------------------------------------

    async def read_owner_conversations(self, owner: str, page: Bounds, **which: Any) -> Rows:
        """A page of conversations by age."""
        return await self._reads.rows("read_owner_conversations", owner, page=page, **which)

    async def read_owner_conversations_by_update(self, owner: str, page: Bounds, **which: Any) -> Rows:
        """A page of conversations by their last activity."""
        return await self._reads.rows("read_owner_conversations_by_update", owner, page=page, **which)

    async def read_conversation_branches(self, owner: str, ids: Sequence[str], page: Bounds) -> Grouped:
        """A page of the branches of each conversation."""
        return await self._reads.grouped("read_conversation_branches", "rows", owner, ids, page=page)

    async def read_named_branch(self, owner: str, conversation_id: str, name: str) -> str | None:
        """The id of the branch of that name in a conversation."""
        records = await self._reads.records("read_named_branch", owner, conversationId=conversation_id, branchName=name)
        return records[0]["id"] if records else None

    async def read_asked_summary(self, owner: str, conversation_id: str, branch_id: str) -> Row | None:
        """The newest summary that was asked for of a branch: `{id, since}`, how many messages came after it."""
        where = {"conversationId": conversation_id, "branchId": branch_id}
        records = await self._reads.records("read_asked_summary", owner, **where)
        return records[0]["summary"] if records else None

    async def read_summary_nodes(self, owner: str, ids: Sequence[str]) -> Grouped:
        """Summaries by id, without the texts that are long: `length` says how long each is, in characters."""
        return await self._reads.by_id("read_summary_nodes", owner, ids)

    async def read_summary_texts(self, owner: str, ids: Sequence[str]) -> Grouped:
        """The whole texts of summaries by id."""
        return await self._reads.grouped("read_summary_texts", "content", owner, ids)

    async def read_claims(self, owner: str, ids: Sequence[str]) -> Grouped:
        """What each summary claims: `{kind, text, messages, summaries}`, the last two as ids."""
        return await self._reads.grouped("read_claims", "claims", owner, ids)

    async def read_task_summaries(self, owner: str, ids: Sequence[str]) -> Grouped:
        """The id of the summary that each task has made; one that made none is left out."""
        return await self._reads.grouped("read_task_summaries", "summaryId", owner, ids)

    async def read_conversation_summaries(self, owner: str, ids: Sequence[str], page: Bounds, *, kind: str) -> Grouped:
        """A page of the summaries of one kind of each conversation, by age: `{id}`."""
        return await self._reads.grouped("read_conversation_summaries", "rows", owner, ids, page=page, kind=kind)

    async def read_conversation_statistics(self, owner: str, ids: Sequence[str]) -> Grouped:
        """What each conversation holds and what it cost."""
        return {
            row["id"]: row
            for row in await self._reads.records("read_conversation_statistics", owner, batch={"ids": list(ids)})
        }

    async def read_owner_tasks(self, owner: str, page: Bounds, *, status: list[str] | None) -> Rows:
        """A page of tasks in any conversation, by age."""
        return await self._reads.rows("read_owner_tasks", owner, page=page, status=status)

    async def read_conversation_tasks(
        self, owner: str, ids: Sequence[str], page: Bounds, *, status: Sequence[str] | None
    ) -> Grouped:
        """A page of the tasks of each conversation, by age."""
        return await self._reads.grouped("read_conversation_tasks", "rows", owner, ids, page=page, status=status)

    async def read_documents(self, owner: str, ids: Sequence[str]) -> Grouped:
        """Documents by id."""
        return await self._reads.by_id("read_documents", owner, ids)

    async def read_conversation_documents(self, owner: str, ids: Sequence[str], page: Bounds) -> Grouped:
        """A page of the documents of each conversation."""
        return await self._reads.grouped("read_conversation_documents", "rows", owner, ids, page=page)

    async def read_document_versions(self, owner: str, ids: Sequence[str], page: Bounds) -> Grouped:
        """A page of the versions of each document: `{number, since, sourceId}`."""
        return await self._reads.grouped("read_document_versions", "rows", owner, ids, page=page)

    async def read_task_settings(self, owner: str, ids: Sequence[str]) -> Grouped:
        """`{settings, instruction, tools}` of each task, as `tasks/kept_settings.py` keeps them."""
        return await self._reads.grouped("read_task_settings", "kept", owner, ids)

    async def read_task_progress(self, owner: str, ids: Sequence[str]) -> Grouped:
        """`[status, count]` of each task's subtasks."""
        return await self._reads.grouped("read_task_progress", "counts", owner, ids)

    async def read_metrics(self, owner: str, ids: Sequence[str]) -> Grouped:
        """What the attempts of each task or subtask took and cost; one without attempts is left out."""
        return await self._reads.grouped("read_metrics", "metrics", owner, ids)

    async def read_usage(self, owner: str, **which: Any) -> Rows:
        """What the owner's attempts took and cost, a row for each key of a dimension, see `usage.py`."""
        return await self._reads.rows("read_usage", owner, **which)

    async def read_refreshes(self, owner: str, ids: Sequence[str]) -> Grouped:
        """`{former, next}` of each task: the one that it refreshes, and the newest that refreshes it."""
        return await self._reads.grouped("read_refreshes", "tasks", owner, ids)

    async def read_saved(self, owner: str, **which: Any) -> Rows:
        """What the owner's reuse saved: one `{calls, tokens, costUsd, priced}`."""
        return await self._reads.rows("read_saved", owner, **which)

    async def read_task_saved(self, owner: str, ids: Sequence[str]) -> Grouped:
        """The same of each task that reused something."""
        return await self._reads.grouped("read_task_saved", "saved", owner, ids)

    async def read_task_sources(self, owner: str, ids: Sequence[str], page: Bounds) -> Grouped:
        """A page of the sources of each task, without their texts."""
        return await self._reads.grouped("read_task_sources", "rows", owner, ids, page=page)

    async def read_task_subtasks(
        self, owner: str, ids: Sequence[str], page: Bounds, *, status: Sequence[str] | None
    ) -> Grouped:
        """A page of the subtasks of each task."""
        return await self._reads.grouped("read_task_subtasks", "rows", owner, ids, page=page, status=status)

    async def read_dependencies(self, owner: str, ids: Sequence[str], page: Bounds) -> Grouped:
        """A page of the subtasks that each subtask depends on: `{id, index}`."""
        return await self._reads.grouped("read_dependencies", "rows", owner, ids, page=page)

    async def read_subtask_attempts(self, owner: str, ids: Sequence[str], page: Bounds) -> Grouped:
        """A page of the attempts of each subtask."""
        return await self._reads.grouped("read_subtask_attempts", "rows", owner, ids, page=page)

    # --- kept plans ------------------------------------------------------------------------------

    async def read_strategy(self, owner: str, name: str) -> Row | None:
        """`{id, plan, origin, at}` of the kept plan of that name."""
        records = await self._reads.records("read_strategy", owner, strategyName=name)
        return records[0] if records else None

    async def read_strategies(self, owner: str, ids: Sequence[str]) -> Grouped:
        """Kept plans by id, with their use."""
        return await self._reads.by_id("read_strategies", owner, ids)

    async def read_owner_strategies(self, owner: str, page: Bounds, *, origin: str) -> Rows:
        """A page of the kept plans of one origin by age: `{id, at}`."""
        return await self._reads.rows("read_owner_strategies", owner, page=page, origin=origin)

    async def read_followed(self, owner: str, ids: Sequence[str]) -> Grouped:
        """`[plan, strategyId]` of each task: its plan as JSON, and the kept plan that it followed."""
        return await self._reads.grouped("read_followed", "followed", owner, ids)

    # --- events ----------------------------------------------------------------------------------

    async def read_task_head(self, owner: str, task_id: str) -> Row | None:
        """`{status, error, errorCode, finishedAt, conversationId}` of a task."""
        records = await self._reads.records("read_task_head", owner, taskId=task_id)
        return records[0] if records else None

    async def read_task_events(self, owner: str, task_id: str, *, after: int, upto: int, limit: int) -> Rows:
        """A page of a task's events."""
        found = {"taskId": task_id, "after": after, "upto": upto, "limit": limit}
        records = await self._reads.records("read_task_events", owner, **found)
        return records[0]["rows"] if records else []

    async def read_conversation_head(self, owner: str, conversation_id: str) -> int | None:
        """The newest sequence number of a conversation, which may belong to a commit that is not quite done."""
        records = await self._reads.records("read_conversation_head", owner, conversationId=conversation_id)
        return records[0]["seq"] if records else None

    async def read_settled_heads(self, owner: str, ids: Sequence[str]) -> Grouped:
        """The newest sequence number of each conversation; everything at or below it can be found.

        It waits for whoever is just writing to one of them.
        """
        records = await self._reads.locked("read_settled_heads", owner, ids)
        return {record["id"]: record["seq"] for record in records}

    async def read_shown_heads(self, owner: str, ids: Sequence[str]) -> Grouped:
        """The sequence number up to which each conversation shows all: an answer is written before it is shown."""
        records = await self._reads.locked("read_shown_heads", owner, ids)
        return {record["id"]: record["seq"] for record in records}

    async def read_written_responses(self, owner: str, task_id: str, **page: Any) -> Row | None:
        """`{status, rows}`: where a task stands, and a page of the responses that its calls left, without texts."""
        records = await self._reads.records("read_written_responses", owner, taskId=task_id, **page)
        return records[0] if records else None

    async def read_conversation_events(
        self, owner: str, conversation_id: str, *, after: int, upto: int, limit: int
    ) -> tuple[Rows, Rows]:
        """A page of new messages; and one of task events, of ends of tasks that have none any more, of changes."""
        found = await self._reads.events(
            owner, limit, {"conversationId": conversation_id, "after": after, "upto": upto}
        )
        return (found["messages"], found["events"] + found["ends"] + found["changes"]) if found else ([], [])
