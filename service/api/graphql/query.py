"""What can be read."""

from __future__ import annotations

from typing import Annotated

import strawberry

from service.api.graphql import lists
from service.api.graphql.analytics import Analysis, AnalyticsResult, analyses, analytics
from service.api.graphql.annotations import Annotation
from service.api.graphql.branches import Branch
from service.api.graphql.comparisons import ResponseComparison, response_comparison
from service.api.graphql.connections import Connection, connection, paged
from service.api.graphql.context import Info
from service.api.graphql.conversations import Conversation
from service.api.graphql.erasures import Erasure, read_erasure
from service.api.graphql.imports import Import, read_import
from service.api.graphql.inputs import PreviewContextInput
from service.api.graphql.line_comparisons import BranchComparison, branch_comparison
from service.api.graphql.messages import Message, message
from service.api.graphql.models import Model, ModelChoice, configured_model, model_choice
from service.api.graphql.nodes import Node
from service.api.graphql.outline import OutlineConnection, outline
from service.api.graphql.plans import StrategyInput
from service.api.graphql.search import SearchConnection, search
from service.api.graphql.sent import ContextPreview, context_preview
from service.api.graphql.settings import TaskConfigInput
from service.api.graphql.strategies import Strategy
from service.api.graphql.tasks import Task
from service.api.graphql.usage import Saved, UsageRow
from service.conversations.between import path_between
from service.conversations.history import Direction, HistoryEdges, Walk, history_edges
from service.cursors import PageRequest
from service.tasks.creating import NewTask


@strawberry.type
class Viewer:
    """Who calls, and what is theirs."""

    id: strawberry.ID
    """The owner that the caller acts for."""

    @strawberry.field
    async def conversations_cursor(self, info: Info) -> str:
        """Follow all conversations from here: with `conversationsChanged(after: …)`, nothing falls between this answer
        and that."""
        return await info.context.backend.news.now(info.context.caller)

    conversations: Connection[Conversation] | None = paged(lists.conversations)
    tasks: Connection[Task] | None = paged(lists.tasks)
    strategies: Connection[Strategy] | None = paged(lists.strategies)
    annotations: Connection[Annotation] | None = paged(lists.list_annotations)
    usage: list[UsageRow] | None = strawberry.field(resolver=lists.usage)
    saved: Saved | None = strawberry.field(resolver=lists.saved)


@strawberry.type
class Query:
    """What can be read. What belongs to another owner is as if it were not there."""

    @strawberry.field
    async def conversations_cursor(self, info: Info) -> str:
        """Follow all conversations from here: with `conversationsChanged(after: …)`, nothing falls between this answer
        and that."""
        return await info.context.backend.news.now(info.context.caller)

    conversations: Connection[Conversation] | None = paged(lists.conversations)
    tasks: Connection[Task] | None = paged(lists.tasks)
    strategies: Connection[Strategy] | None = paged(lists.strategies)
    annotations: Connection[Annotation] | None = paged(lists.list_annotations)
    usage: list[UsageRow] | None = strawberry.field(resolver=lists.usage)
    saved: Saved | None = strawberry.field(resolver=lists.saved)

    @strawberry.field
    def viewer(self, info: Info) -> Viewer:
        """Who calls, and what is theirs."""
        return Viewer(id=strawberry.ID(info.context.caller))

    @strawberry.field
    async def node(self, info: Info, id: strawberry.ID) -> Node | None:
        """Anything that has an id."""
        (found,) = await lists.nodes(info, [id])
        return found

    @strawberry.field
    async def nodes(self, info: Info, ids: list[strawberry.ID]) -> list[Node | None]:
        """What has these ids, in their order; null for what is not there.

        Args:
            ids: As many as a page may have nodes.
        """
        return await lists.nodes(info, ids)

    @strawberry.field
    async def conversation(self, info: Info, id: strawberry.ID) -> Conversation | None:
        """One conversation."""
        return await info.context.load.conversations.load(id)

    @strawberry.field
    async def branch(self, info: Info, conversation_id: strawberry.ID, name: str) -> Branch | None:
        """The branch of that name in a conversation.

        Args:
            name: What the branch is called.
        """
        id = await info.context.backend.branches.find(info.context.caller, conversation_id, name)
        return None if id is None else await info.context.load.branches.load(id)

    @strawberry.field
    async def message(self, info: Info, conversation_id: strawberry.ID, seq: int) -> Message | None:
        """The message that has a number in a conversation; null where none has.

        Args:
            seq: The number.
        """
        context = info.context
        return await context.load.message(
            await context.backend.reader.read_numbered_message(context.caller, conversation_id, seq)
        )

    analyses: list[Analysis] = strawberry.field(resolver=analyses)
    analytics: AnalyticsResult | None = strawberry.field(resolver=analytics)
    outline: OutlineConnection | None = strawberry.field(resolver=outline)
    search: SearchConnection | None = strawberry.field(resolver=search)

    @paged
    async def history(
        self,
        info: Info,
        node_id: strawberry.ID,
        page: PageRequest,
        direction: Direction | None = Direction.ANCESTORS,
        edges: list[HistoryEdges] | None = None,
    ) -> Connection[Message] | None:
        """What a message came from, newest first and itself first of all; or what came from it, oldest first.

        Over other edges than turns, messages are ordered by when they were written, and each comes once, also where
        links lead in circles.

        Args:
            node_id: The message to begin at.
            direction: Which way to go.
            edges: The kinds of edges to go over; turns alone by default. With links (REFERENCES) it may come to other
                conversations, and to messages that are newer.
        """
        info.context.count(page.limit)
        walk = Walk(direction or Direction.ANCESTORS, message_id=node_id, edges=history_edges(edges))
        return connection(await info.context.backend.history.page(info.context.caller, walk, page), message)

    @paged
    async def path(
        self,
        info: Info,
        page: PageRequest,
        from_: Annotated[strawberry.ID, strawberry.argument(name="from")],
        to: strawberry.ID,
    ) -> Connection[Message] | None:
        """The messages from one to another, both included: up to the nearest message above both, and down again, the
        shortest way; null where no message is above both.

        Args:
            from_: The id of the message to begin at.
            to: The id of the message to end at.
        """
        info.context.count(page.limit)
        context = info.context
        found = await path_between(context.backend.reader, context.caller, (from_, to), page)
        return None if found is None else connection(found, message)

    @strawberry.field
    async def compare_branches(self, info: Info, a: strawberry.ID, b: strawberry.ID) -> BranchComparison | None:
        """What two branches of a conversation share, and what each has alone.

        Args:
            a: The first branch, by its id.
            b: The second branch, by its id.
        """
        return await branch_comparison(info, a, b)

    @strawberry.field
    async def compare_responses(self, info: Info, a: strawberry.ID, b: strawberry.ID) -> ResponseComparison | None:
        """What is different between two responses: in their texts, and in what they took.

        Args:
            a: The response to begin with.
            b: The response to compare it with.
        """
        return await response_comparison(info, a, b)

    @strawberry.field
    async def task(self, info: Info, id: strawberry.ID) -> Task | None:
        """One task."""
        return await info.context.load.tasks.load(id)

    @strawberry.field
    async def erasure(self, info: Info, id: strawberry.ID) -> Erasure | None:
        """The receipt of a deletion."""
        return await read_erasure(info, id)

    @strawberry.field(name="import")
    async def import_(self, info: Info, id: strawberry.ID) -> Import | None:
        """An import: how far it is, and what came of it."""
        return await read_import(info, id)

    @strawberry.field
    async def models(self, info: Info) -> list[Model]:
        """The models that tasks may ask for. Model servers on the service's machine are looked for first."""
        await info.context.backend.models.look_again(everywhere=True)
        return [configured_model(model) for model in info.context.backend.models.config.models()]

    @strawberry.field
    async def model_choice(
        self,
        info: Info,
        type: str | None = None,
        strategy: StrategyInput | None = None,
        config: TaskConfigInput | None = None,
    ) -> ModelChoice | None:
        """Which models a task would ask, before anything is sent; with no arguments, the default one.

        Args:
            type: As in `createTask`.
            strategy: As in `createTask`.
            config: As in `createTask` and `sendPrompt`.
        """
        said = (strategy or StrategyInput()).record()
        wish = NewTask(type=type, config=(config or TaskConfigInput()).record(), **said)
        return model_choice(await info.context.backend.tasks.choose_models(wish))

    @strawberry.field
    async def preview_context(self, info: Info, input: PreviewContextInput) -> ContextPreview | None:
        """What a prompt would be sent with, under each policy. Nothing is sent.

        Args:
            input: The prompt and its place.
        """
        return context_preview(await info.context.backend.previews.preview(info.context.caller, input.record()))
