"""Analyses as GraphQL types: what there is to ask, and rows whose columns the analysis says."""

from __future__ import annotations

from typing import Any, cast

import strawberry

from service.api.graphql.context import Info
from service.api.graphql.scalars import JSON
from service.conversations.analytics import described
from service.conversations.analytics.described import ValueType
from service.conversations.analytics.running import Found, all_analyses
from service.errors import InvalidInput

strawberry.enum(cast(Any, ValueType), name="AnalysisValueType")
MOST_GIVEN = 30


@strawberry.type
class AnalysisParameter:
    """What an analysis may be told."""

    name: str
    """Its name."""

    type: ValueType
    """What it takes."""

    default: str | None
    """What it is where nothing is said, as text; null where something must be said."""

    low: float | None
    """Of a number: the least that it may be."""

    high: float | None
    """Of a number: the most that it may be."""

    what: str
    """What it says."""


@strawberry.type
class AnalysisColumn:
    """What one cell of each row holds. Any cell may be null."""

    name: str
    """Its name."""

    type: ValueType
    """What it holds. In JSON, a time is a text, in ISO 8601."""

    unit: str | None
    """In what it is counted, such as `ms`, `tokens` or `USD`."""

    what: str
    """What it says."""


@strawberry.type
class Analysis:
    """A question about all that a caller has, with its answer as a table."""

    name: str
    """What `analytics` knows it by."""

    group: str
    """What it is about: `money`, `calls`, `tasks`, `branches`, `answers`, `memory` or `conversations`."""

    purpose: str
    """What it answers."""

    parameters: list[AnalysisParameter]
    """What it may be told."""

    columns: list[AnalysisColumn]
    """What a row holds, in its order."""

    statement: str
    """Its Cypher, as it can be pasted into Neo4j Browser."""


@strawberry.input
class AnalysisParameterInput:
    """The value of one parameter."""

    name: str
    """The parameter."""

    value: str
    """Its value as text, also of a number: `30`, `0.9`, `2026-01-31T12:00:00Z`."""


@strawberry.type
class AnalyticsResult:
    """What came of an analysis."""

    name: str
    """The analysis."""

    columns: list[AnalysisColumn]
    """What a row holds, in its order."""

    rows: list[JSON]
    """A row each: the list of its cells, in the order of the columns."""

    notes: list[str]
    """What one should know of these rows: that there may be more, or that an algorithm ran outside of Neo4j."""

    elapsed_ms: int
    """How long it took."""


def analyses() -> list[Analysis]:
    """What can be asked about all that the caller has, by what it is about."""
    return [_analysis(one) for one in all_analyses().values()]


async def analytics(
    info: Info, name: str, parameters: list[AnalysisParameterInput] | None = None
) -> AnalyticsResult | None:
    """The answer to one of `analyses`, of the caller's own data alone. One runs at a time for each caller.

    Args:
        name: The analysis.
        parameters: What is not the default.
    """
    given = parameters or []
    if len(given) > MOST_GIVEN or len({one.name for one in given}) < len(given):
        raise InvalidInput("A parameter is given twice.", field="parameters", remedy="Give each once.")
    context = info.context
    found = await context.backend.analytics.run(context.caller, name, {one.name: one.value for one in given})
    context.count(len(found.rows))
    return _result(found)


def _result(found: Found) -> AnalyticsResult:
    return AnalyticsResult(
        name=found.analysis.name,
        columns=[_column(one) for one in found.analysis.columns],
        rows=cast("list[JSON]", found.rows),
        notes=list(found.notes),
        elapsed_ms=found.milliseconds,
    )


def _analysis(one: described.Analysis) -> Analysis:
    return Analysis(
        name=one.name,
        group=one.group,
        purpose=one.purpose,
        parameters=[_parameter(it) for it in one.parameters],
        columns=[_column(it) for it in one.columns],
        statement=one.text,
    )


def _parameter(one: described.Parameter) -> AnalysisParameter:
    return AnalysisParameter(
        name=one.name, type=one.type, default=one.default, low=one.low, high=one.high, what=one.what
    )


def _column(one: described.Column) -> AnalysisColumn:
    return AnalysisColumn(name=one.name, type=one.type, unit=one.unit, what=one.what)
