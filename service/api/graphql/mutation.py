"""What can be done."""

from __future__ import annotations

import strawberry

from service.api.graphql.context import Info
from service.api.graphql.conversations import Conversation
from service.api.graphql.inputs import CreateConversationInput, CreateTaskInput, SaveStrategyInput, SendPromptInput
from service.api.graphql.models import StrategyInfo, strategy_info
from service.api.graphql.tasks import Task


@strawberry.type
class Mutation:
    """What can be done. A task is written at once and run afterwards; that it fails is data."""

    @strawberry.mutation
    async def create_conversation(self, info: Info, input: CreateConversationInput) -> Conversation:
        """Make a conversation."""
        info.context.backend.require_open()
        id = await info.context.backend.conversations.create_conversation(info.context.caller, input.record())
        return await info.context.load.require(info.context.load.conversations, id)

    @strawberry.mutation
    async def send_prompt(self, info: Info, input: SendPromptInput) -> Task:
        """Ask one prompt and get one response: the smallest task."""
        info.context.backend.require_open()
        return await _task(info, await info.context.backend.tasks.send_prompt(info.context.caller, input.record()))

    @strawberry.mutation
    async def create_task(self, info: Info, input: CreateTaskInput) -> Task:
        """Begin a task."""
        info.context.backend.require_open()
        new = await input.record()
        return await _task(info, await info.context.backend.tasks.create_task(info.context.caller, new))

    @strawberry.mutation
    async def save_strategy(self, info: Info, input: SaveStrategyInput) -> StrategyInfo:
        """Keep a plan under a name, to be followed by tasks with `strategy: {name: …}`."""
        info.context.backend.require_open()
        return strategy_info(await info.context.backend.plans.save_strategy(info.context.caller, input.record()))

    @strawberry.mutation
    async def cancel_task(self, info: Info, id: strawberry.ID) -> Task:
        """Cancel a task: its calls are cut, what has not begun never will. A finished task stays as it is."""
        info.context.backend.require_open()
        await info.context.backend.tasks.cancel_task(info.context.caller, id)
        return await _task(info, id)

    @strawberry.mutation
    async def retry_task(self, info: Info, id: strawberry.ID) -> Task:
        """Run again what of a finished task did not succeed; its budget and its deadline begin anew."""
        info.context.backend.require_open()
        await info.context.backend.tasks.retry_task(info.context.caller, id)
        return await _task(info, id)


async def _task(info: Info, id: str) -> Task:
    return await info.context.load.require(info.context.load.tasks, id)
