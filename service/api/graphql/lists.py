"""What a caller has, as lists: the same below `viewer` as at the root. And nodes by their ids.

Owns how arguments become requests of the use cases.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import strawberry

from service.api.graphql.annotations import Annotation, AnnotationFilterInput, annotation
from service.api.graphql.connections import Connection, connection
from service.api.graphql.context import Info
from service.api.graphql.conversations import Conversation
from service.api.graphql.inputs import ConversationFilterInput
from service.api.graphql.models import configured_model, find_configured
from service.api.graphql.scalars import DateTime, values
from service.api.graphql.strategies import Strategy, find_built_in, strategy
from service.api.graphql.tasks import Task
from service.api.graphql.usage import Saved, UsageRow, usage_row
from service.api.graphql.usage import saved as saved_of
from service.conversations.catalog import ConversationOrder
from service.conversations.listings import CONVERSATION_TASKS
from service.conversations.usage import UsageDimension, UsageFilter
from service.cursors import PageRequest
from service.errors import InvalidInput
from service.records import TaskStatus

_LOADERS = {
    "Conversation": "conversations",
    "Message": "messages",
    "Branch": "branches",
    "Task": "tasks",
    "Subtask": "subtasks",
    "Attempt": "attempts",
    "Source": "sources",
    "Document": "documents",
    "Strategy": "strategies",
    "Link": "links",
    "Summary": "summaries",
    "Annotation": "annotations",
}


async def conversations(
    info: Info,
    page: PageRequest,
    filter: ConversationFilterInput | None = None,
    order_by: ConversationOrder | None = ConversationOrder.CREATED,
) -> Connection[Conversation] | None:
    """The conversations, the newest or the most active first.

    Args:
        filter: Only these.
        order_by: What comes first.
    """
    info.context.count(page.limit)
    which = (filter or ConversationFilterInput()).record()
    found = await info.context.backend.conversations.list_conversations(
        info.context.caller, which, page, order_by or ConversationOrder.CREATED
    )
    return await info.context.load.conversation_list(found)


async def tasks(
    info: Info, page: PageRequest, conversation_id: strawberry.ID | None = None, status: list[TaskStatus] | None = None
) -> Connection[Task] | None:
    """The tasks, newest first: of one conversation, or of all.

    Args:
        conversation_id: The conversation.
        status: Only those in one of these states.
    """
    context, load = info.context, info.context.load
    if conversation_id is None:
        context.count(page.limit)
        found = await context.backend.conversations.list_tasks(context.caller, values(status), page)
    else:
        await context.backend.conversations.require(context.caller, conversation_id)
        found = await load.rows(CONVERSATION_TASKS, conversation_id, page, info, status=values(status))
    return await load.task_list(found)


async def strategies(info: Info, page: PageRequest, name: str | None = None) -> Connection[Strategy] | None:
    """The ways to decompose a task: the built-in ones, then the kept plans.

    Those that a caller saved come before those that models made, the newest first.

    Args:
        name: Only what has this name.
    """
    info.context.count(page.limit)
    found = await info.context.backend.plans.list_strategies(info.context.caller, page, name)
    return connection(found, lambda row: strategy(row["strategy"]))


async def list_annotations(
    info: Info, page: PageRequest, filter: AnnotationFilterInput | None = None
) -> Connection[Annotation] | None:
    """What people think of messages, newest first.

    Args:
        filter: Only these.
    """
    info.context.count(page.limit)
    which = (filter or AnnotationFilterInput()).record()
    found = await info.context.backend.feedback.list_annotations(info.context.caller, which, page)
    return connection(found, annotation)


async def usage(
    info: Info,
    group_by: UsageDimension,
    conversation_id: strawberry.ID | None = None,
    since: DateTime | None = None,
    until: DateTime | None = None,
) -> list[UsageRow] | None:
    """What the calls that began from `since` on and before `until` took and cost.

    A row for each key: days in order, all else by cost, highest first.

    Args:
        group_by: What a row is of.
        conversation_id: Only the calls of this conversation.
        since: Only calls that began then or later.
        until: Only calls that began before then.
    """
    which = UsageFilter(conversation_id, since, until)
    rows = await info.context.backend.usage.read_usage(info.context.caller, group_by, which)
    info.context.count(len(rows))
    return [usage_row(row, group_by, which) for row in rows]


async def saved(
    info: Info,
    conversation_id: strawberry.ID | None = None,
    since: DateTime | None = None,
    until: DateTime | None = None,
) -> Saved | None:
    """What was not asked from `since` on and before `until`, because the answer was there already.

    Args:
        conversation_id: Only in this conversation.
        since: Only what was reused then or later.
        until: Only what was reused before then.
    """
    which = UsageFilter(conversation_id, since, until)
    return saved_of(await info.context.backend.usage.read_saved(info.context.caller, which))


async def nodes(info: Info, ids: Sequence[str]) -> list[Any]:
    """What has these ids, in their order; None for what is not there. Raises `InvalidInput` for too many."""
    most = info.context.backend.config.server.limits.max_page
    if len(ids) > most:
        raise InvalidInput(f"{most} nodes at most can be asked for at once.", field="ids", remedy="Ask more than once.")
    info.context.count(len(ids))
    kinds = await info.context.backend.reader.read_node_kinds(info.context.caller, list(dict.fromkeys(ids)))

    async def load(id: str) -> Any:
        if (model := find_configured(info, id)) is not None:
            return configured_model(model)
        if (built_in := find_built_in(id)) is not None:
            return built_in
        return await getattr(info.context.load, _LOADERS[kinds[id]]).load(id) if id in kinds else None

    return await asyncio.gather(*(load(id) for id in ids))
