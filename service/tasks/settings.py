"""How a task is to be run: the caller's wishes over the task type's, the role's and the defaults.

Owns the checks of `CreateTaskInput.config`. Knows nothing of tasks themselves, nor of how settings are kept.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from service.answers.formats import read_format
from service.chat import ModelConfig, Timeouts, Tool, Usage
from service.config import AgentRole, Config, TaskTemplate
from service.errors import InvalidInput
from service.providers.prices import cost_usd
from service.records import Aggregation, ContextPolicy, OnFailure, ResponseFormat, ResponseFormatKind
from service.strategies.interface import Budget, TaskSettings
from service.strategies.plans import MOST_STEPS
from service.tasks.choices import FIELD, check_choice, choose_models, find_role, named_model
from service.tasks.tools import check_tools

OBJECT_FORMAT = ResponseFormat(ResponseFormatKind.JSON_SCHEMA, {"type": "object"})
MOST_PARALLEL = 1024
MOST_TOKENS = 1_000_000_000
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class NewTaskConfig:
    """What a caller says of how a task is run; None is for the default. Times in seconds, sizes in tokens."""

    model: str | None = None
    fallback_models: tuple[str, ...] | None = None
    role: str | None = None
    max_parallel: int | None = None
    aggregation: str | None = None
    on_failure: str | None = None
    temperature: float | None = None
    max_output_tokens: int | None = None
    chunk_tokens: int | None = None
    chunk_overlap: int | None = None
    timeouts: Mapping[str, float] | None = None
    retries: Mapping[str, float] | None = None
    budget: Mapping[str, float] | None = None
    response_format: object = None
    deadline_seconds: float | None = None
    max_cases: int | None = None
    max_steps: int | None = None
    context: str | None = None
    tools: tuple[Tool, ...] = ()
    reuse: bool | None = None


def resolve_settings(config: Config, template: TaskTemplate, new: NewTaskConfig) -> TaskSettings:
    """The settings of a task, every one decided. Raises `InvalidInput` that names the field."""
    _check_ranges(new)
    role = find_role(config, new.role or template.role, named=new.role is not None)
    choice = choose_models(config, template.role, new)
    model = choice.model
    # A role's model comes with the role's settings; another model does not want them.
    own = role if role is not None and named_model(new) is None else None
    defaults = config.defaults
    aggregation = _enum(Aggregation, new.aggregation, template.aggregation, "aggregation")
    settings = TaskSettings(
        model=model.key,
        fallback_models=tuple(it.key for it in choice.fallbacks),
        max_parallel=_first(new.max_parallel, defaults.max_parallel),
        aggregation=aggregation,
        on_failure=_enum(OnFailure, new.on_failure, OnFailure.CONTINUE, "onFailure"),
        max_attempts=int(_map(new.retries, "maxAttempts", defaults.retries.max_attempts)),
        retry_seconds=_map(new.retries, "totalSeconds", defaults.retries.total_seconds),
        timeouts=_timeouts(model, own, new),
        temperature=_first(new.temperature, own.temperature if own else None, defaults.temperature),
        max_output_tokens=_first(
            new.max_output_tokens, own.max_output_tokens if own else None, defaults.max_output_tokens
        ),
        chunk_tokens=new.chunk_tokens,
        chunk_overlap=new.chunk_overlap or 0,
        role=role.name if role else None,
        response_format=_format(_first(new.response_format, template.response_format), aggregation),
        budget=check_budget(new.budget),
        deadline_seconds=new.deadline_seconds,
        tools=new.tools,
        max_cases=new.max_cases,
        max_steps=new.max_steps,
        aggregation_named=new.aggregation is not None,
        context=_enum(ContextPolicy, new.context, defaults.context, "context"),
        reuse=bool(new.reuse),
    )
    _check_together(settings, model)
    check_choice(config, choice)
    check_priced(config, settings, (settings.model, *settings.fallback_models))
    return settings


def check_priced(config: Config, settings: TaskSettings, models: Iterable[str]) -> None:
    """Raises `InvalidInput` for a budget in USD where the price of one of the models is not known."""
    if settings.budget.cost_usd is not None:
        check_prices(config, models, f"{FIELD}.budget.costUsd")


def check_prices(config: Config, models: Iterable[str], field: str) -> None:
    """Raises `InvalidInput` for the field where the price of one of the models is not known."""
    for name in models:
        if cost_usd(config.find_model(name), Usage(1, 1)) is None:
            raise InvalidInput(
                f"The price of {name} is not known, so a budget in USD cannot be kept.",
                field=field,
                remedy="Give a budget in tokens, or the model's prices in config.yaml.",
            )


def _timeouts(model: ModelConfig, role: AgentRole | None, new: NewTaskConfig) -> Timeouts:
    base = role.timeouts if role and role.timeouts else model.timeouts
    said = new.timeouts or {}
    return Timeouts(
        connect=said.get("connect", base.connect),
        first_token=said.get("firstToken", base.first_token),
        total=said.get("total", base.total),
    )


def _check_ranges(new: NewTaskConfig) -> None:
    _check_range("maxParallel", new.max_parallel, 1, MOST_PARALLEL)
    _check_range("maxOutputTokens", new.max_output_tokens, 1, None)
    _check_range("chunkTokens", new.chunk_tokens, 1, MOST_TOKENS)
    _check_range("chunkOverlap", new.chunk_overlap, 0, MOST_TOKENS)
    _check_range("temperature", new.temperature, 0, 2)
    _check_group("timeouts", new.timeouts, {"connect", "firstToken", "total"})
    _check_group("retries", new.retries, {"maxAttempts", "totalSeconds"})
    attempts = (new.retries or {}).get("maxAttempts")
    _check_range("retries.maxAttempts", attempts, 1, 100)
    if attempts is not None and attempts != int(attempts):
        raise InvalidInput("maxAttempts must be a whole number.", field=f"{FIELD}.retries.maxAttempts")
    _check_range("maxCases", new.max_cases, 1, MOST_TOKENS)
    _check_range("maxSteps", new.max_steps, 1, MOST_STEPS)
    _check_positive("deadlineSeconds", new.deadline_seconds)
    check_tools(new.tools, f"{FIELD}.tools")


def _check_group(name: str, group: Mapping[str, float] | None, known: set[str]) -> None:
    for key, value in (group or {}).items():
        field = f"{FIELD}.{name}.{key}"
        if key not in known:
            raise InvalidInput(f"There is no {key!r} in {name}.", field=field)
        _check_positive(f"{name}.{key}", value)


def _check_positive(name: str, value: float | None) -> None:
    if value is not None and not 0 < value < math.inf:
        raise InvalidInput(f"{name.rpartition('.')[2]} must be a number more than 0.", field=f"{FIELD}.{name}")


def check_budget(said: Mapping[str, float] | None, under: str = FIELD) -> Budget:
    """A budget as it is kept; nothing said is no bound. Raises `InvalidInput` that names the field, `under` another."""
    try:
        _check_group("budget", said, {"tokens", "costUsd"})
        _check_range("budget.tokens", (said or {}).get("tokens"), 1, MOST_TOKENS)
    except InvalidInput as error:
        raise InvalidInput(error.message, field=(error.field or "").replace(FIELD, under)) from None
    tokens = (said or {}).get("tokens")
    return Budget(None if tokens is None else int(tokens), (said or {}).get("costUsd"))


def _check_range(name: str, value: float | None, least: float, most: float | None) -> None:
    if value is None or (value >= least and (most is None or value <= most)):
        return
    bounds = f"at least {least}" if most is None else f"from {least} to {most}"
    raise InvalidInput(f"{name} must be {bounds}, and is {value}.", field=f"{FIELD}.{name}")


def _check_together(settings: TaskSettings, model: ModelConfig) -> None:
    if settings.max_output_tokens is not None and settings.max_output_tokens > model.max_output_tokens:
        raise InvalidInput(
            f"{model.key} answers with {model.max_output_tokens} tokens at most.",
            field=f"{FIELD}.maxOutputTokens",
        )
    if settings.max_output_tokens is not None and settings.max_output_tokens >= model.context_window:
        raise InvalidInput(
            f"An answer of so many tokens leaves nothing of the window of {model.key} for the prompt.",
            field=f"{FIELD}.maxOutputTokens",
        )
    if settings.chunk_tokens is not None and settings.chunk_overlap >= settings.chunk_tokens:
        raise InvalidInput("The overlap must be smaller than the chunk.", field=f"{FIELD}.chunkOverlap")


def _format(said: Any, aggregation: Aggregation) -> ResponseFormat:
    """The format that is asked for; what is to be merged key by key must be objects."""
    return OBJECT_FORMAT if said is None and aggregation is Aggregation.MERGE else read_format(said)


def _enum(kind: type[_T], said: str | None, default: _T, name: str) -> _T:
    if said is None:
        return default
    try:
        return kind(said)  # pyright: ignore[reportCallIssue]
    except ValueError as error:
        raise InvalidInput(f"There is no {name} {said!r}.", field=f"{FIELD}.{name}") from error


def _map(said: Mapping[str, float] | None, key: str, default: float) -> float:
    return (said or {}).get(key, default)


def _first(*values: Any) -> Any:
    return next((value for value in values if value is not None), None)
