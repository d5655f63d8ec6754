"""What callers send, as GraphQL inputs, and what the use cases are given of it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, cast

import strawberry
from starlette.datastructures import UploadFile
from strawberry.file_uploads import Upload

from service.api.graphql.scalars import JSON, DateTime, StrategyChoice, camel
from service.chat import Tool
from service.conversations.catalog import ConversationFilter, NewConversation
from service.errors import InvalidInput
from service.records import Aggregation, OnFailure
from service.tasks.creating import NewFile, NewPrompt, NewTask, NewTaskConfig
from service.tasks.kept_plans import NewStrategy
from service.tasks.tools import NO_PARAMETERS, ToolResult


@strawberry.input(
    name="ConversationFilter", description="Which conversations to list; what is left out does not matter."
)
class ConversationFilterInput:
    """Which conversations to list."""

    title: str | None = strawberry.field(default=None, description="Part of the title, in upper or lower case.")
    created_from: DateTime | None = None
    created_before: DateTime | None = None

    def record(self) -> ConversationFilter:
        """As the use case takes it."""
        return ConversationFilter(self.title, self.created_from, self.created_before)


@strawberry.input(description="A new conversation.")
class CreateConversationInput:
    """A new conversation."""

    title: str | None = None
    metadata: JSON | None = strawberry.field(default=None, description="A JSON object that is kept with it.")
    idempotency_key: str | None = strawberry.field(
        default=None, description="The same key makes the same conversation: sending it twice is safe."
    )

    def record(self) -> NewConversation:
        """As the use case takes it."""
        return NewConversation(self.title, _object(self.metadata, "input.metadata"), self.idempotency_key)


@strawberry.input(description="A file, with its text inline or uploaded (GraphQL multipart request).")
class FileInput:
    """A file, with its text inline or uploaded."""

    name: str | None = strawberry.field(
        default=None, description="For people, never opened; an upload's own file name where it is left out."
    )
    text: str | None = None
    upload: Upload | None = None
    media_type: str | None = None

    async def record(self, index: int) -> NewFile:
        """As the use case takes it. Raises `InvalidInput` where it has not exactly one of text and upload."""
        field = f"input.input.files[{index}]"
        if (self.text is None) == (self.upload is None):
            raise InvalidInput("A file has either text or an upload.", field=field)
        name, content, media_type = self.name, self.text, self.media_type
        if content is None:
            upload = cast(object, self.upload)
            if not isinstance(upload, UploadFile):
                raise InvalidInput(
                    "This upload is no file.", field=f"{field}.upload", remedy="Send a GraphQL multipart request."
                )
            # A file may be in several places.
            await upload.seek(0)
            content = await upload.read()
            name, media_type = name or upload.filename, media_type or upload.content_type
        if not name:
            raise InvalidInput("The file has no name.", field=f"{field}.name", remedy="Give it one.")
        return NewFile(name=name, content=content, media_type=media_type)


@strawberry.input(description="What a task reads: one of a text, a list of texts, or files.")
class TaskInput:
    """What a task reads."""

    text: str | None = None
    list: list[str] | None = None
    files: list[FileInput] | None = None  # pyright: ignore[reportInvalidTypeForm]


@strawberry.input(description="Seconds to connect, to the first token (and between two), and for a whole call.")
class TimeoutsInput:
    """Seconds."""

    connect: float | None = None
    first_token: float | None = None
    total: float | None = None


@strawberry.input(description="How often a call is tried, and for how many seconds in all.")
class RetriesInput:
    """How often a call is tried."""

    max_attempts: int | None = None
    total_seconds: float | None = None


@strawberry.input(description="What a task may use before no new call is made.")
class BudgetInput:
    """What a task may use."""

    tokens: int | None = None
    cost_usd: float | None = None


@strawberry.input(
    description="A tool that the model may call. The service runs none: the client does, and sends the result."
)
class ToolInput:
    """A tool that the model may call."""

    name: str = strawberry.field(description="1 to 64 letters (a to z), digits, underscores and hyphens.")
    description: str | None = strawberry.field(default=None, description="What it does, for the model.")
    parameters: JSON | None = strawberry.field(
        default=None, description="The JSON Schema of its arguments, of type object; none where it is left out."
    )

    def record(self) -> Tool:
        """As the use case takes it, which checks what `parameters` are."""
        given = NO_PARAMETERS if self.parameters is None else cast("dict[str, Any]", self.parameters)
        return Tool(self.name, self.description or "", given)


@strawberry.input(description="What came of a tool call.")
class ToolResultInput:
    """What came of a tool call."""

    tool_call_id: str = strawberry.field(description="The `id` of the call.")
    content: str
    is_error: bool | None = strawberry.field(default=None, description="Whether the tool failed; `content` says how.")

    def record(self) -> ToolResult:
        """As the use case takes it."""
        return ToolResult(self.tool_call_id, self.content, bool(self.is_error))


@strawberry.input(description="How a task is run; what is left out comes from its type, its role or the defaults.")
class TaskConfigInput:
    """How a task is run."""

    model: str | None = strawberry.field(default=None, description="`provider/name`, or a name that is unique.")
    fallback_models: list[str] | None = None
    role: str | None = strawberry.field(default=None, description="An agent role of the configuration.")
    max_parallel: int | None = strawberry.field(default=None, description="Calls at once, from 1.")
    aggregation: Aggregation | None = None
    on_failure: OnFailure | None = None
    temperature: float | None = strawberry.field(default=None, description="From 0 to 2.")
    max_output_tokens: int | None = None
    chunk_tokens: int | None = strawberry.field(
        default=None, description="The most tokens of material in one prompt; from the model's window by default."
    )
    chunk_overlap: int | None = strawberry.field(default=None, description="Tokens that two chunks share.")
    timeouts: TimeoutsInput | None = None
    retries: RetriesInput | None = None
    budget: BudgetInput | None = None
    response_format: JSON | None = strawberry.field(
        default=None,
        description='What answers must be: "TEXT", "JSON", `{type: "JSON_SCHEMA", schema: {…}}`, or a JSON Schema.',
    )
    deadline_seconds: float | None = strawberry.field(
        default=None, description="Seconds after its creation at which the task ends with what it has."
    )
    max_cases: int | None = strawberry.field(
        default=None, description="ERROR: the most different errors that are asked about, the weightiest first."
    )
    max_steps: int | None = strawberry.field(default=None, description="DYNAMIC: the most steps of a plan.")
    tools: list[ToolInput] | None = strawberry.field(
        default=None, description="NONE: what the model may call. They are not remembered: send them with each task."
    )

    def record(self) -> NewTaskConfig:
        """As the use case takes it."""
        return NewTaskConfig(
            model=self.model,
            fallback_models=tuple(self.fallback_models) if self.fallback_models is not None else None,
            role=self.role,
            max_parallel=self.max_parallel,
            aggregation=self.aggregation and self.aggregation.value,
            on_failure=self.on_failure and self.on_failure.value,
            temperature=self.temperature,
            max_output_tokens=self.max_output_tokens,
            chunk_tokens=self.chunk_tokens,
            chunk_overlap=self.chunk_overlap,
            timeouts=_numbers(self.timeouts),
            retries=_numbers(self.retries),
            budget=_numbers(self.budget),
            response_format=self.response_format,
            deadline_seconds=self.deadline_seconds,
            max_cases=self.max_cases,
            max_steps=self.max_steps,
            tools=tuple(tool.record() for tool in self.tools or ()),
        )


@strawberry.input(description="A job over a conversation.")
class CreateTaskInput:
    """A job over a conversation."""

    type: str | None = strawberry.field(
        default=None,
        description="A task type of the configuration; `prompt` by default, `explain_errors` for the strategy ERROR.",
    )
    instruction: str | None = strawberry.field(
        default=None, description="What to do; may be left out where the type says it."
    )
    input: TaskInput | None = None
    strategy: StrategyChoice | None = strawberry.field(
        default=None, description="The name of a strategy, a kept plan, or a plan; the type's own by default."
    )
    conversation_id: strawberry.ID | None = strawberry.field(
        default=None, description="The conversation to go on with; a new one where it is left out."
    )
    title: str | None = strawberry.field(default=None, description="The new conversation's title.")
    parent_id: strawberry.ID | None = strawberry.field(
        default=None, description="The message to continue from; the main branch's newest by default."
    )
    config: TaskConfigInput | None = None
    idempotency_key: str | None = strawberry.field(
        default=None, description="The same key makes the same task: sending it twice is safe."
    )

    async def record(self) -> NewTask:
        """As the use case takes it."""
        given = self.input or TaskInput()
        files = given.files
        chosen = cast("dict[str, Any]", self.strategy or {})
        return NewTask(
            type=self.type,
            instruction=self.instruction,
            strategy=chosen.get("name"),
            kept=chosen.get("kept"),
            plan=chosen.get("plan"),
            conversation_id=self.conversation_id,
            title=self.title,
            parent_id=self.parent_id,
            text=given.text,
            items=tuple(given.list) if given.list is not None else None,
            files=tuple([await file.record(i) for i, file in enumerate(files)]) if files is not None else None,
            config=(self.config or TaskConfigInput()).record(),
            idempotency_key=self.idempotency_key,
        )


@strawberry.input(description="A plan to be kept under a name, in place of the one that has it.")
class SaveStrategyInput:
    """A plan to be kept."""

    name: str
    plan: JSON = strawberry.field(description="A JSON object: `{steps: [{id, prompt, …}], aggregation, answer}`.")
    description: str | None = None
    idempotency_key: str | None = strawberry.field(
        default=None, description="The same key keeps the same plan: sending it twice is safe."
    )

    def record(self) -> NewStrategy:
        """As the use case takes it."""
        return NewStrategy(self.name, self.plan, self.description, self.idempotency_key)


@strawberry.input(description="One prompt, or the results of tool calls: the smallest task.")
class SendPromptInput:
    """One prompt."""

    content: str | None = strawberry.field(
        default=None, description="What is asked; may be left out where there are results of tools."
    )
    tool_results: list[ToolResultInput] | None = strawberry.field(
        default=None, description="One result for each tool call of the response that is continued from."
    )
    conversation_id: strawberry.ID | None = strawberry.field(
        default=None, description="The conversation to go on with; a new one where it is left out."
    )
    title: str | None = strawberry.field(default=None, description="The new conversation's title.")
    parent_id: strawberry.ID | None = strawberry.field(
        default=None, description="The message to continue from; the main branch's newest by default."
    )
    config: TaskConfigInput | None = None
    idempotency_key: str | None = strawberry.field(
        default=None, description="The same key makes the same task: sending it twice is safe."
    )

    def record(self) -> NewPrompt:
        """As the use case takes it."""
        return NewPrompt(
            content=self.content,
            conversation_id=self.conversation_id,
            title=self.title,
            parent_id=self.parent_id,
            config=(self.config or TaskConfigInput()).record(),
            idempotency_key=self.idempotency_key,
            tool_results=tuple(result.record() for result in self.tool_results or ()),
        )


@strawberry.input(description="A task to be cancelled.")
class CancelTaskInput:
    """A task to be cancelled."""

    task_id: strawberry.ID


@strawberry.input(description="A finished task to be run again.")
class RetryTaskInput:
    """A finished task to be run again."""

    task_id: strawberry.ID


def _object(value: object, field: str) -> dict[str, Any] | None:
    if value is None or isinstance(value, dict):
        return cast("dict[str, Any] | None", value)
    raise InvalidInput("This must be a JSON object.", field=field)


def _numbers(group: TimeoutsInput | RetriesInput | BudgetInput | None) -> dict[str, float] | None:
    if group is None:
        return None
    return {camel(name): value for name, value in asdict(group).items() if value is not None}
