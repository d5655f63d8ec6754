"""What the configuration may say of tasks: the defaults, agent roles and task types.

Times are in seconds, sizes in tokens.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from service.records import Aggregation, ContextPolicy
from service.settings.provider_shapes import TimeoutSettings
from service.settings.values import AUTO, About, Frozen, Model, Seconds, Tokens, upper

Temperature = Annotated[float, Field(ge=0, le=2), About(example="0.2")]
Parallel = Annotated[int, Field(ge=1, le=1024)]
StrategyKey = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]*$")]
Policy = Annotated[ContextPolicy, BeforeValidator(upper)]


class RetrySettings(Frozen):
    """How often a call is tried, and for how long in all."""

    max_attempts: Annotated[int, Field(ge=1, le=100)] = 4
    """Calls for one subtask, at most."""
    total_seconds: Seconds = 120.0
    """How long all of them may take together."""


class DefaultSettings(Frozen):
    """What a task uses where it says nothing itself."""

    model: Annotated[Model, About(takes="a model, or `auto`")] = AUTO
    """The model of a task that names none. See [the default model](configuration.md#the-default-model)."""
    max_parallel: Parallel = 8
    """Subtasks of one task that run at once."""
    temperature: Annotated[Temperature | None, About(default="the model's own")] = None
    """How free the model is in its words: 0 is the least."""
    max_output_tokens: Annotated[Tokens | None, About(default="what the model can", example="2000")] = None
    """How long one answer may be."""
    timeouts: TimeoutSettings = TimeoutSettings()
    """How long a call may take, where its provider, its model and its role say nothing."""
    retries: RetrySettings = RetrySettings()
    """What is done where a call fails. See [when a call fails](failures.md)."""
    context: Annotated[Policy, About(example="recent")] = ContextPolicy.SUMMARIZED
    """What of a conversation is sent with a prompt. See [context](context.md)."""


class AgentSettings(Frozen):
    """A role: a model with settings; what is left out comes from `defaults`."""

    model: Annotated[Model | None, About(default="`defaults.model`")] = None
    """The model of this role. The shipped roles are `general`, `fast` and `specialist`."""
    fallback_models: Annotated[tuple[Model, ...], About(example="[openai/gpt-6.1-sol]")] = ()
    """Models that are asked in turn where the first one fails."""
    temperature: Annotated[Temperature | None, About(default="`defaults.temperature`")] = None
    """As in `defaults`, for this role."""
    max_output_tokens: Annotated[Tokens | None, About(default="`defaults.max_output_tokens`", example="1000")] = None
    """As in `defaults`, for this role."""
    timeouts: Annotated[TimeoutSettings, About(default="the model's")] = TimeoutSettings()
    """How long a call of this role may take. These stand over the model's and the provider's."""


class TaskTypeSettings(Frozen):
    """A task type: its templates (Jinja text) and how such a task is run."""

    instruction: Annotated[str, Field(min_length=1), About(takes="Jinja text", example="'Shorten this: {{ input }}'")]
    """What a part is asked. See [task types](configuration.md#task-types)."""
    reduce: Annotated[
        str | None,
        About(takes="Jinja text", default="none", example="'Say it in one: {{ answers }}'"),
    ] = None
    """How the model combines the answers."""
    strategy: Annotated[
        StrategyKey, About(takes="`NONE`, `CHUNK`, `FILE`, `ERROR`, `DYNAMIC` or a plug-in's", example="CHUNK")
    ] = "NONE"
    """How a task is cut into prompts. See [strategies](strategies.md)."""
    aggregation: Aggregation = Aggregation.CONCAT
    """How the answers are put together."""
    response_format: Annotated[
        dict[str, Any] | None, About(takes="a JSON Schema", default="none", example="{type: object}")
    ] = None
    """What an answer must be. See [answers](answers.md)."""
    role: Annotated[str | None, About(takes="a role of `agents`", default="none", example="fast")] = None
    """Which agent does it."""
