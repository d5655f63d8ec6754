"""How a task is run, as it was decided: what its caller left out came from its type, its role or the defaults."""

from __future__ import annotations

import strawberry

from service import chat
from service.api.graphql.formats import ResponseFormat, response_format
from service.api.graphql.scalars import JSON
from service.records import Aggregation, ContextPolicy, OnFailure
from service.strategies.interface import TaskSettings


@strawberry.type
class Timeouts:
    """Seconds that a call may take."""

    connect: float
    """To reach the provider."""

    first_token: float
    """To the first token, and between two."""

    total: float
    """For the whole call."""


@strawberry.type
class Retries:
    """How often a call is tried, and for how long."""

    max_attempts: int
    """Calls in all."""

    total_seconds: float
    """From the first call on."""


@strawberry.type
class Budget:
    """What a task may use before no new call is made; null where nothing bounds it."""

    tokens: int | None
    """Read and written together."""

    cost_usd: float | None
    """USD."""


@strawberry.type
class Tool:
    """A tool that the model may call, as the task offers it."""

    name: str
    """What the model calls it."""

    description: str
    """What it does, for the model."""

    parameters: JSON
    """The JSON Schema of its arguments."""


@strawberry.type
class TaskConfig:
    """How a task is run: every setting as it was decided."""

    model: str
    """`provider/name` of the model that is asked."""

    fallback_models: list[str]
    """Asked in this order where the model fails."""

    role: str | None
    """The agent role that settings come from."""

    max_parallel: int
    """Calls at once."""

    aggregation: Aggregation
    """How the answers of its subtasks become its answer."""

    on_failure: OnFailure
    """What one failed subtask means for the others."""

    temperature: float | None
    """From 0 to 2; null leaves it to the provider."""

    max_output_tokens: int | None
    """The most tokens of one answer; null is what the model allows."""

    chunk_tokens: int | None
    """The most tokens of material in one prompt; null is what fits the model's window."""

    chunk_overlap: int
    """Tokens that two chunks share."""

    timeouts: Timeouts
    """How long a call may take."""

    retries: Retries
    """How often a call is tried."""

    budget: Budget
    """What it may use."""

    response_format: ResponseFormat
    """What answers must be."""

    deadline_seconds: float | None
    """Seconds after its creation at which it ends with what it has."""

    max_cases: int | None
    """ERROR: the most different errors that are asked about."""

    max_steps: int | None
    """DYNAMIC: the most steps of a plan."""

    context: ContextPolicy
    """What of the path above its prompt is sent with it."""

    tools: list[Tool]
    """What the model may call."""

    reuse: bool
    """Whether a request that was answered before takes that answer."""


def task_config(settings: TaskSettings) -> TaskConfig:
    """A task's settings as they are shown."""
    times, budget = settings.timeouts, settings.budget
    return TaskConfig(
        model=settings.model,
        fallback_models=list(settings.fallback_models),
        role=settings.role,
        max_parallel=settings.max_parallel,
        aggregation=settings.aggregation,
        on_failure=settings.on_failure,
        temperature=settings.temperature,
        max_output_tokens=settings.max_output_tokens,
        chunk_tokens=settings.chunk_tokens,
        chunk_overlap=settings.chunk_overlap,
        timeouts=Timeouts(connect=times.connect, first_token=times.first_token, total=times.total),
        retries=Retries(max_attempts=settings.max_attempts, total_seconds=settings.retry_seconds),
        budget=Budget(tokens=budget.tokens, cost_usd=budget.cost_usd),
        response_format=response_format(settings.response_format),
        deadline_seconds=settings.deadline_seconds,
        max_cases=settings.max_cases,
        max_steps=settings.max_steps,
        context=settings.context,
        reuse=settings.reuse,
        tools=[_tool(tool) for tool in settings.tools],
    )


def _tool(tool: chat.Tool) -> Tool:
    return Tool(name=tool.name, description=tool.description, parameters=JSON(tool.parameters))
