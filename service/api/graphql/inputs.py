"""What mutations take, as GraphQL inputs, and what the use cases are given of it."""

from __future__ import annotations

from typing import Any, cast

import strawberry

from service.api.graphql.choices import ExpectedHeadInput, ParentInput, chosen
from service.api.graphql.material import TaskInput
from service.api.graphql.plans import PlanInput, StrategyInput
from service.api.graphql.scalars import JSON, DateTime
from service.api.graphql.settings import BudgetInput, TaskConfigInput, ToolResultInput
from service.api.graphql.turn_inputs import SystemPromptInput
from service.config import Config
from service.conversations.catalog import ConversationFilter, NewConversation
from service.errors import InvalidInput
from service.records import WhenBusy
from service.tasks.creating import NewPrompt, NewTask
from service.tasks.kept_plans import NewStrategy
from service.tasks.system_prompts import first_system_prompt


@strawberry.input(name="ConversationFilter")
class ConversationFilterInput:
    """Which conversations to list; what is left out does not matter."""

    title: str | None = None
    """Part of the title, in upper or lower case."""

    created_from: DateTime | None = None
    """Made then or later."""

    created_before: DateTime | None = None
    """Made before then."""

    def record(self) -> ConversationFilter:
        """As the use case takes it."""
        return ConversationFilter(self.title, self.created_from, self.created_before)


@strawberry.input
class CreateConversationInput:
    """A new conversation."""

    title: str | None = None
    """Short and human."""

    metadata: JSON | None = None
    """A JSON object that is kept with it."""

    system_prompt: SystemPromptInput | None = None
    """What the model is told before all else; `setSystemPrompt` changes it."""

    keep_days: float | None = None
    """After so many days without anything new it is deleted for good; `setKeepDays` changes it."""

    idempotency_key: str | None = None
    """The same key makes the same conversation: sending it twice is safe."""

    def record(self, config: Config) -> NewConversation:
        """As the use case takes it; its system prompt may be that of a task type of the configuration."""
        prompt = first_system_prompt(config, self.system_prompt.record()) if self.system_prompt else None
        metadata = _object(self.metadata, "input.metadata")
        return NewConversation(self.title, metadata, self.idempotency_key, prompt, self.keep_days)


@strawberry.input
class CreateTaskInput:
    """A job over a conversation."""

    type: str | None = None
    """A task type of the configuration; `prompt` by default, `explain_errors` for the strategy ERROR."""

    instruction: str | None = None
    """What to do; may be left out where the type says it."""

    input: TaskInput | None = None
    """What it reads."""

    strategy: StrategyInput | None = None
    """How it is decomposed; the type's own strategy by default."""

    conversation_id: strawberry.ID | None = None
    """The conversation to go on with; a new one where it is left out."""

    title: str | None = None
    """The new conversation's title."""

    branch: strawberry.ID | None = None
    """The branch to continue, by its id: its newest message is continued from, and it moves. The conversation's default
    branch by default."""

    parent: ParentInput | None = None
    """Where in the conversation to continue from; the branch's newest message by default. With `branch`, it must be
    that message."""

    expected_head: ExpectedHeadInput | None = None
    """Where you saw the branch; where it is elsewhere by now, this is refused with `CONFLICT`."""

    config: TaskConfigInput | None = None
    """How it is run."""

    idempotency_key: str | None = None
    """The same key makes the same task: sending it twice is safe."""

    async def record(self) -> NewTask:
        """As the use case takes it. Raises `InvalidInput` that names the field."""
        given = self.input or TaskInput()
        items = chosen(given.list)
        parent_id, root = _parent(self.parent)
        return NewTask(
            type=self.type,
            instruction=self.instruction,
            conversation_id=self.conversation_id,
            title=self.title,
            parent_id=parent_id,
            root=root,
            branch_id=self.branch,
            expected=self.expected_head.record() if self.expected_head else None,
            text=chosen(given.text),
            items=None if items is None else tuple(items),
            files=await given.new_files(),
            config=(self.config or TaskConfigInput()).record(),
            idempotency_key=self.idempotency_key,
            **(self.strategy or StrategyInput()).record(),
        )


@strawberry.input
class PreviewContextInput:
    """A prompt that is not sent: where it would stand, and how it would be asked."""

    content: str = ""
    """What would be asked."""

    conversation_id: strawberry.ID | None = None
    """The conversation; left out, a new one."""

    branch: strawberry.ID | None = None
    """As in `sendPrompt`."""

    parent: ParentInput | None = None
    """As in `sendPrompt`."""

    config: TaskConfigInput | None = None
    """As in `sendPrompt`."""

    def record(self) -> NewTask:
        """As the use case takes it. Raises `InvalidInput` that names the field."""
        parent_id, root = _parent(self.parent)
        return NewTask(
            instruction=self.content,
            conversation_id=self.conversation_id,
            parent_id=parent_id,
            root=root,
            branch_id=self.branch,
            config=(self.config or TaskConfigInput()).record(),
        )


@strawberry.input
class SaveStrategyInput:
    """A plan to be kept under a name, in place of the one that has it."""

    name: str
    """What tasks call it by."""

    plan: PlanInput
    """The plan."""

    description: str | None = None
    """What it is good for."""

    idempotency_key: str | None = None
    """The same key keeps the same plan: sending it twice is safe."""

    def record(self) -> NewStrategy:
        """As the use case takes it."""
        return NewStrategy(self.name, self.plan.said("input.plan"), self.description, self.idempotency_key)


@strawberry.input
class SendPromptInput:
    """One prompt, or the results of tool calls: the smallest task."""

    content: str | None = None
    """What is asked; may be left out where there are results of tools."""

    tool_results: list[ToolResultInput] | None = None
    """One result for each tool call of the response that is continued from."""

    conversation_id: strawberry.ID | None = None
    """The conversation to go on with; a new one where it is left out."""

    title: str | None = None
    """The new conversation's title."""

    branch: strawberry.ID | None = None
    """The branch to continue, by its id: its newest message is continued from, and it moves. The conversation's default
    branch by default."""

    parent: ParentInput | None = None
    """Where in the conversation to continue from; the branch's newest message by default. With `branch`, it must be
    that message."""

    expected_head: ExpectedHeadInput | None = None
    """Where you saw the branch; where it is elsewhere by now, this is refused with `CONFLICT`."""

    when_busy: WhenBusy = WhenBusy.CONTINUE
    """What becomes of it where the branch still awaits an answer."""

    config: TaskConfigInput | None = None
    """How it is answered."""

    idempotency_key: str | None = None
    """The same key makes the same task: sending it twice is safe."""

    def record(self) -> NewPrompt:
        """As the use case takes it. Raises `InvalidInput` that names the field."""
        parent_id, root = _parent(self.parent)
        return NewPrompt(
            content=self.content,
            conversation_id=self.conversation_id,
            title=self.title,
            parent_id=parent_id,
            root=root,
            branch_id=self.branch,
            expected=self.expected_head.record() if self.expected_head else None,
            when_busy=self.when_busy,
            config=(self.config or TaskConfigInput()).record(),
            idempotency_key=self.idempotency_key,
            tool_results=tuple(result.record() for result in self.tool_results or ()),
        )


@strawberry.input
class RenameConversationInput:
    """Another title for a conversation."""

    conversation_id: strawberry.ID
    """The conversation's id."""

    title: str
    """Short and human."""

    idempotency_key: str | None = None
    """The same key does it once: sending it twice is safe."""


@strawberry.input
class SetKeepDaysInput:
    """How long a conversation is kept."""

    conversation_id: strawberry.ID
    """The conversation's id."""

    keep_days: float | None = None
    """After so many days without anything new it is deleted for good. It counts in place of `storage.keep_days`. Null:
    that counts again."""

    idempotency_key: str | None = None
    """The same key does it once: sending it twice is safe."""


@strawberry.input
class CancelTaskInput:
    """A task to be cancelled."""

    task_id: strawberry.ID
    """The task's id."""


@strawberry.input
class RetryTaskInput:
    """A finished task to be run again."""

    task_id: strawberry.ID
    """The task's id."""

    budget: BudgetInput | None = None
    """What it may use from now on; left out, what its own budget has left."""


def _parent(given: ParentInput | None) -> tuple[str | None, bool]:
    return (None, False) if given is None else given.record()


def _object(value: object, field: str) -> dict[str, Any] | None:
    if value is None or isinstance(value, dict):
        return cast("dict[str, Any] | None", value)
    raise InvalidInput("This must be a JSON object.", field=field)
