"""A task's settings as the graph keeps them: properties that Cypher can ask about, and texts that are kept once.

A task goes on as it began, whatever is configured later. Knows nothing of how settings are decided.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from service.chat import Timeouts, Tool
from service.config import TaskTemplate
from service.records import (
    Aggregation,
    ContextPolicy,
    OnFailure,
    ResponseFormat,
    ResponseFormatKind,
    derived_id,
    template_id,
)
from service.strategies.interface import Budget, TaskSettings

_PLAIN = {
    "model": "model",
    "max_parallel": "maxParallel",
    "max_attempts": "maxAttempts",
    "retry_seconds": "retrySeconds",
    "temperature": "temperature",
    "max_output_tokens": "maxOutputTokens",
    "chunk_tokens": "chunkTokens",
    "chunk_overlap": "chunkOverlap",
    "role": "role",
    "deadline_seconds": "deadlineSeconds",
    "max_cases": "maxCases",
    "max_steps": "maxSteps",
    "aggregation_named": "aggregationNamed",
}
"""Settings that are one value, and the property that each is."""


def settings_row(settings: TaskSettings) -> dict[str, Any]:
    """The properties of a `Task` that say how it is run; seconds, tokens and USD."""
    return {
        **{kept: getattr(settings, name) for name, kept in _PLAIN.items()},
        "fallbackModels": list(settings.fallback_models),
        "aggregation": settings.aggregation.value,
        "onFailure": settings.on_failure.value,
        "context": settings.context.value,
        "reconcile": settings.reconcile or None,
        "reuse": settings.reuse or None,
        "connectSeconds": settings.timeouts.connect,
        "firstTokenSeconds": settings.timeouts.first_token,
        "totalSeconds": settings.timeouts.total,
        "budgetTokens": settings.budget.tokens,
        "budgetUsd": settings.budget.cost_usd,
        **format_row(settings.response_format),
    }


def parse_settings(row: Mapping[str, Any], tools: Sequence[Tool] = ()) -> TaskSettings:
    """The settings of a task's properties; what is not there is None."""
    said: dict[str, Any] = {name: row.get(kept) for name, kept in _PLAIN.items()}
    return TaskSettings(
        **said,
        fallback_models=tuple(row["fallbackModels"]),
        aggregation=Aggregation(row["aggregation"]),
        on_failure=OnFailure(row["onFailure"]),
        context=ContextPolicy(row.get("context") or ContextPolicy.SUMMARIZED),
        timeouts=Timeouts(row["connectSeconds"], row["firstTokenSeconds"], row["totalSeconds"]),
        budget=Budget(row.get("budgetTokens"), row.get("budgetUsd")),
        response_format=parse_format(row) or ResponseFormat(),
        tools=tuple(tools),
        reconcile=bool(row.get("reconcile")),
        reuse=bool(row.get("reuse")),
    )


def format_row(form: ResponseFormat | None) -> dict[str, Any]:
    """What an answer must be, as a task and a subtask keep it; a JSON Schema is kept as its text."""
    schema = form.schema if form else None
    return {
        "responseFormat": form.kind.value if form else None,
        "responseSchema": orjson.dumps(schema).decode() if schema is not None else None,
    }


def parse_format(row: Mapping[str, Any]) -> ResponseFormat | None:
    """What `format_row` wrote; None where nothing is said."""
    if row.get("responseFormat") is None:
        return None
    schema = row.get("responseSchema")
    return ResponseFormat(ResponseFormatKind(row["responseFormat"]), orjson.loads(schema) if schema else None)


def template_row(template: TaskTemplate) -> dict[str, Any]:
    """The texts that a task's prompts are filled in; the same texts are the same `Template`."""
    id_ = template_id(template.instruction, template.reduce)
    return {"id": id_, "instruction": template.instruction, "reduce": template.reduce}


def tool_rows(task_id: str, tools: Sequence[Tool]) -> list[dict[str, Any]]:
    """The tools that a task offers; `parameters` is JSON Schema as text."""
    return [
        {
            "id": derived_id(task_id, "tool", tool.name),
            "index": index,
            "name": tool.name,
            "description": tool.description,
            "parameters": orjson.dumps(tool.parameters).decode(),
        }
        for index, tool in enumerate(tools)
    ]


def parse_tools(rows: Sequence[Mapping[str, Any]]) -> tuple[Tool, ...]:
    """What `tool_rows` wrote, as they were offered."""
    return tuple(Tool(row["name"], row["description"], orjson.loads(row["parameters"])) for row in rows)
