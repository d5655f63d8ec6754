"""What can be read."""

from __future__ import annotations

import strawberry

from service.api.graphql import lists
from service.api.graphql.branches import Branch
from service.api.graphql.connections import Connection, connection, paged
from service.api.graphql.context import Info
from service.api.graphql.conversations import Conversation
from service.api.graphql.messages import Message, message
from service.api.graphql.models import Model, ModelChoice, configured_model, model_choice
from service.api.graphql.nodes import Node
from service.api.graphql.plans import StrategyInput
from service.api.graphql.settings import TaskConfigInput
from service.api.graphql.strategies import Strategy
from service.api.graphql.tasks import Task
from service.api.graphql.usage import UsageRow
from service.conversations.history import Direction, Walk
from service.cursors import PageRequest
from service.tasks.creating import NewTask


@strawberry.type
class Viewer:
    """Who calls, and what is theirs."""

    id: strawberry.ID
    """The owner that the caller acts for."""

    conversations: Connection[Conversation] | None = paged(lists.conversations)
    tasks: Connection[Task] | None = paged(lists.tasks)
    strategies: Connection[Strategy] | None = paged(lists.strategies)
    usage: list[UsageRow] | None = strawberry.field(resolver=lists.usage)


@strawberry.type
class Query:
    """What can be read. What belongs to another owner is as if it were not there."""

    conversations: Connection[Conversation] | None = paged(lists.conversations)
    tasks: Connection[Task] | None = paged(lists.tasks)
    strategies: Connection[Strategy] | None = paged(lists.strategies)
    usage: list[UsageRow] | None = strawberry.field(resolver=lists.usage)

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

    @paged
    async def history(
        self,
        info: Info,
        node_id: strawberry.ID,
        page: PageRequest,
        direction: Direction | None = Direction.ANCESTORS,
    ) -> Connection[Message] | None:
        """What a message came from, newest first and itself first of all; or what came from it, oldest first.

        Args:
            node_id: The message to begin at.
            direction: Which way to go.
        """
        info.context.count(page.limit)
        walk = Walk(direction or Direction.ANCESTORS, message_id=node_id)
        return connection(await info.context.backend.history.page(info.context.caller, walk, page), message)

    @strawberry.field
    async def task(self, info: Info, id: strawberry.ID) -> Task | None:
        """One task."""
        return await info.context.load.tasks.load(id)

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
