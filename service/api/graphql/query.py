"""What can be read."""

from __future__ import annotations

from typing import Any

import strawberry

from service.api.graphql.connections import Connection, history_connection, list_connection
from service.api.graphql.context import Info
from service.api.graphql.conversations import Conversation, conversation
from service.api.graphql.inputs import ConversationFilterInput
from service.api.graphql.messages import Message, message
from service.api.graphql.models import Model, StrategyInfo, configured_model, find_configured, strategy_info
from service.api.graphql.nodes import Node
from service.api.graphql.scalars import DateTime
from service.api.graphql.tasks import Task, task
from service.api.graphql.usage import UsageRow, usage_row
from service.conversations.catalog import conversation_cursor, task_cursor
from service.conversations.history import Direction, Walk
from service.conversations.usage import UsageDimension, UsageFilter
from service.records import TaskStatus

_LOADERS = {
    "Conversation": "conversations",
    "Message": "messages",
    "Branch": "branches",
    "Task": "tasks",
    "Subtask": "subtasks",
    "Attempt": "attempts",
    "Source": "sources",
}


@strawberry.type
class Query:
    """What can be read. What belongs to another owner is as if it were not there."""

    @strawberry.field
    async def node(self, info: Info, id: strawberry.ID) -> Node | None:
        """Anything that has an id."""
        if (model := find_configured(info, id)) is not None:
            return configured_model(model)
        kind = await info.context.backend.reader.read_node_kind(info.context.caller, id)
        return None if kind is None else await getattr(info.context.load, _LOADERS[kind]).load(id)

    @strawberry.field
    async def conversation(self, info: Info, id: strawberry.ID) -> Conversation | None:
        """One conversation."""
        return await info.context.load.conversations.load(id)

    @strawberry.field
    async def conversations(
        self, info: Info, first: int = 20, after: str | None = None, filter: ConversationFilterInput | None = None
    ) -> Connection[Conversation]:
        """The conversations, newest first."""
        info.context.count(info.context.page(first))
        which = (filter or ConversationFilterInput()).record()
        page = await info.context.backend.conversations.list_conversations(info.context.caller, which, first, after)
        return list_connection(page, conversation, conversation_cursor)

    @strawberry.field
    async def history(
        self,
        info: Info,
        node_id: strawberry.ID,
        direction: Direction = Direction.ANCESTORS,
        first: int = 50,
        after: str | None = None,
    ) -> Connection[Message]:
        """What a message came from, newest first and itself first of all; or what came from it."""
        info.context.count(info.context.page(first))
        walk = Walk(info.context.caller, node_id, direction)
        page = await info.context.backend.history.page(walk, first, after)
        return history_connection(page, message, after is not None)

    @strawberry.field
    async def task(self, info: Info, id: strawberry.ID) -> Task | None:
        """One task."""
        return await info.context.load.tasks.load(id)

    @strawberry.field
    async def tasks(
        self,
        info: Info,
        conversation_id: strawberry.ID | None = None,
        status: list[TaskStatus] | None = None,
        first: int = 20,
        after: str | None = None,
    ) -> Connection[Task]:
        """The tasks, newest first: of one conversation, or of all."""
        caller, conversations = info.context.caller, info.context.backend.conversations
        info.context.count(info.context.page(first))
        if conversation_id is not None:
            await conversations.require(caller, conversation_id)
            page = await info.context.load.task_pages(conversation_id, first, after, status, info)
        else:
            page = await conversations.list_tasks(caller, _values(status), first, after)
        return list_connection(page, task, task_cursor)

    @strawberry.field
    async def usage(
        self,
        info: Info,
        group_by: UsageDimension,
        conversation_id: strawberry.ID | None = None,
        since: DateTime | None = None,
        until: DateTime | None = None,
    ) -> list[UsageRow]:
        """What the calls that began from `since` on and before `until` took and cost.

        A row for each key: days in order, all else by cost, highest first.
        """
        which = UsageFilter(conversation_id, since, until)
        rows = await info.context.backend.usage.read_usage(info.context.caller, group_by, which)
        info.context.count(len(rows))
        return [usage_row(row) for row in rows]

    @strawberry.field
    def models(self, info: Info) -> list[Model]:
        """The models that tasks may ask for."""
        return [configured_model(model) for model in info.context.backend.config.models()]

    @strawberry.field
    async def strategies(self, info: Info, first: int = 100, name: str | None = None) -> list[StrategyInfo]:
        """The ways to decompose a task: the built-in ones, then up to `first` kept plans.

        Those that a caller saved come before those that models made, the newest first.
        """
        info.context.count(info.context.page(first))
        rows = await info.context.backend.plans.list_strategies(info.context.caller, first, name)
        return [strategy_info(row) for row in rows]


def _values(status: list[TaskStatus] | None) -> list[Any] | None:
    return None if status is None else [item.value for item in status]
