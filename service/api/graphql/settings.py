"""How a task is run, as GraphQL inputs, and what the use cases are given of it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, cast

import strawberry

from service.api.graphql.formats import ResponseFormatInput
from service.api.graphql.scalars import JSON, camel
from service.chat import Tool
from service.records import Aggregation, ContextPolicy, OnFailure
from service.tasks.creating import NewTaskConfig
from service.tasks.tools import NO_PARAMETERS, ToolResult


@strawberry.input
class TimeoutsInput:
    """Seconds to connect, to the first token (and between two), and for a whole call."""

    connect: float | None = None
    """To reach the provider."""

    first_token: float | None = None
    """To the first token, and between two."""

    total: float | None = None
    """For the whole call."""


@strawberry.input
class RetriesInput:
    """How often a call is tried, and for how many seconds in all."""

    max_attempts: int | None = None
    """Calls in all, from 1 to 100."""

    total_seconds: float | None = None
    """From the first call on."""


@strawberry.input
class BudgetInput:
    """What a task may use before no new call is made."""

    tokens: int | None = None
    """Read and written together."""

    cost_usd: float | None = None
    """Only where the price of every model is known."""

    def record(self) -> dict[str, float]:
        """What is said of it."""
        return {camel(name): value for name, value in asdict(self).items() if value is not None}


@strawberry.input
class ToolInput:
    """A tool that the model may call. The service runs none: the client does, and sends the result."""

    name: str
    """1 to 64 letters (a to z), digits, underscores and hyphens."""

    description: str | None = None
    """What it does, for the model."""

    parameters: JSON | None = None
    """The JSON Schema of its arguments, of type object; none where it is left out."""

    def record(self) -> Tool:
        """As the use case takes it, which checks what `parameters` are."""
        given = NO_PARAMETERS if self.parameters is None else cast("dict[str, Any]", self.parameters)
        return Tool(self.name, self.description or "", given)


@strawberry.input
class ToolResultInput:
    """What came of a tool call."""

    tool_call_id: str
    """The `toolCallId` of the call."""

    content: str
    """What it gave, or how it failed."""

    is_error: bool | None = None
    """Whether the tool failed; `content` says how."""

    def record(self) -> ToolResult:
        """As the use case takes it."""
        return ToolResult(self.tool_call_id, self.content, bool(self.is_error))


@strawberry.input
class TaskConfigInput:
    """How a task is run; what is left out comes from its type, its role or the defaults."""

    model: str | None = None
    """`provider/name`, or a name that is unique."""

    fallback_models: list[str] | None = None
    """Asked in this order where the model fails."""

    role: str | None = None
    """An agent role of the configuration."""

    max_parallel: int | None = None
    """Calls at once, from 1."""

    aggregation: Aggregation | None = None
    """How the answers of its subtasks become its answer."""

    on_failure: OnFailure | None = None
    """What one failed subtask means for the others; CONTINUE by default."""

    temperature: float | None = None
    """From 0 to 2."""

    max_output_tokens: int | None = None
    """The most tokens of one answer."""

    chunk_tokens: int | None = None
    """The most tokens of material in one prompt; from the model's window by default."""

    chunk_overlap: int | None = None
    """Tokens that two chunks share."""

    timeouts: TimeoutsInput | None = None
    """How long a call may take."""

    retries: RetriesInput | None = None
    """How often a call is tried."""

    budget: BudgetInput | None = None
    """What it may use; nothing bounds it by default."""

    response_format: ResponseFormatInput | None = None
    """What answers must be; as the task type says by default, which is any text."""

    deadline_seconds: float | None = None
    """Seconds after its creation at which the task ends with what it has."""

    max_cases: int | None = None
    """ERROR: the most different errors that are asked about, the weightiest first."""

    max_steps: int | None = None
    """DYNAMIC: the most steps of a plan."""

    context: ContextPolicy | None = None
    """NONE: what of the path above the prompt is sent with it; as `defaults.context` says by default."""

    tools: list[ToolInput] | None = None
    """NONE: what the model may call. They are not remembered: send them with each task."""

    reuse: bool | None = None
    """Whether a request that was answered before, in any of your conversations, takes that answer and asks nobody; off
    by default."""

    def record(self) -> NewTaskConfig:
        """As the use case takes it."""
        return NewTaskConfig(
            reuse=self.reuse,
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
            budget=self.budget and self.budget.record(),
            response_format=self.response_format and self.response_format.record("input.config.responseFormat"),
            deadline_seconds=self.deadline_seconds,
            max_cases=self.max_cases,
            max_steps=self.max_steps,
            context=self.context.value if self.context else None,
            tools=tuple(tool.record() for tool in self.tools or ()),
        )


def _numbers(group: TimeoutsInput | RetriesInput | None) -> dict[str, float] | None:
    if group is None:
        return None
    return {camel(name): value for name, value in asdict(group).items() if value is not None}
