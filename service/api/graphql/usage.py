"""What calls took and cost, as GraphQL types: the metrics of a task or a subtask, and the rows of usage."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import strawberry

from service.api.graphql.annotations import Ratings, ratings
from service.api.graphql.context import Info
from service.api.graphql.scalars import BigInt
from service.clock import now_ms
from service.conversations.usage import UsageDimension, UsageFilter

Row = Mapping[str, Any]

_COST_DIGITS = 10
"""Of a sum in USD: what is beyond is the noise of adding binary fractions."""


@strawberry.type
class Durations:
    """Times in ms, of the attempts that have them; null where none has."""

    total: float
    """All of them together, as if none had run beside another."""

    median: float | None
    """Half of the attempts took this long at most."""

    p95: float | None
    """95 of 100 attempts took this long at most."""

    max: float | None
    """The longest."""


@strawberry.type
class WastedSpend:
    """What was spent on attempts whose answer was not used."""

    attempts: int
    """How many calls."""

    input_tokens: BigInt
    """Tokens that were read."""

    output_tokens: BigInt
    """Tokens that were written."""

    cost_usd: float | None
    """Of the attempts with a known cost; null where there are only others."""


@strawberry.type
class Metrics:
    """What the calls of a task or a subtask took and cost."""

    attempts: int
    """All calls; those that still run are in none of the two counts below."""

    succeeded: int
    """Calls whose answer was accepted."""

    failed: int
    """Calls that ended in any other way than with an answer."""

    elapsed_ms: float | None
    """From its start to its end, or to now while it runs; null before it began."""

    queue_ms: Durations
    """From when a call could have been made, or from the end of the one before, to the call."""

    time_to_first_token_ms: Durations
    """From the call to the first piece of its answer."""

    latency_ms: Durations
    """From the call to its end."""

    input_tokens: BigInt
    """Tokens that were read."""

    output_tokens: BigInt
    """Tokens that were written."""

    cached_tokens: BigInt
    """The part of `inputTokens` that the provider had in its cache."""

    cost_usd: float | None
    """Of the attempts with a known cost; null where there are only others."""

    unpriced_attempts: int
    """Calls that used tokens, and whose cost is not known, or not in whole: they were cut while silent."""

    estimated_attempts: int
    """Calls whose tokens were counted here, not by the provider."""

    wasted: WastedSpend
    """What of it was spent on answers that were not used."""


@strawberry.type
class UsageRow:
    """What the calls of one model, one day, and so on, took and cost."""

    key: str
    """`provider/name` of a model, a provider, a day (2026-01-31), a conversation's id, and so on."""

    label: str
    """The key for people: a conversation's title, else the key itself."""

    attempts: int
    """How many calls."""

    tasks: int
    """Tasks that these calls were made for; one may be in several rows."""

    input_tokens: BigInt
    """Tokens that were read."""

    output_tokens: BigInt
    """Tokens that were written."""

    cached_tokens: BigInt
    """The part of `inputTokens` that the provider had in its cache."""

    cost_usd: float | None
    """Of the attempts with a known cost; null where there are only others."""

    unpriced_attempts: int
    """Calls that used tokens, and whose cost is not known, or not in whole: they were cut while silent."""

    estimated_attempts: int
    """Calls whose tokens were counted here, not by the provider."""

    average_latency_ms: float | None
    """From the call to its end, on average; null where no call has ended."""

    wasted_attempts: int
    """Calls whose answer was not used."""

    wasted_tokens: BigInt
    """What they read and wrote."""

    wasted_cost_usd: float | None
    """What they cost, of those with a known cost; null where there are only others."""

    counted: strawberry.Private[tuple[UsageDimension, UsageFilter]]

    @strawberry.field
    async def ratings(self, info: Info) -> Ratings:
        """How the answers of these calls were rated.

        An answer that was put together of several calls counts once in each row that one of them is in.
        """
        return ratings(await info.context.load.ratings(*self.counted, self.key))


@strawberry.type
class Saved:
    """What was not asked, because the answer to the same request was there already."""

    calls: int
    """Requests that took an answer that was there."""

    tokens: BigInt
    """What the calls of these answers had read and written."""

    cost_usd: float | None
    """What they had cost, of those with a known cost; null where there are only others."""


def saved(row: Row) -> Saved:
    """What was saved, of its row; an empty row is nothing."""
    calls, priced = row.get("calls", 0), row.get("priced", 0)
    return Saved(
        calls=calls, tokens=row.get("tokens", 0), cost_usd=known_cost(row.get("costUsd", 0), priced, calls - priced)
    )


def usage_row(row: Row, dimension: UsageDimension, which: UsageFilter) -> UsageRow:
    """A row of usage of those attempts."""
    return UsageRow(
        key=row["key"],
        label=row["label"],
        attempts=row["attempts"],
        tasks=row["tasks"],
        input_tokens=row["inputTokens"],
        output_tokens=row["outputTokens"],
        cached_tokens=row["cachedTokens"],
        cost_usd=known_cost(row["costUsd"], row["priced"], row["unpriced"] + row.get("open", 0)),
        unpriced_attempts=row["unpriced"],
        estimated_attempts=row["estimated"],
        average_latency_ms=row["averageLatencyMs"],
        wasted_attempts=row["wastedAttempts"],
        wasted_tokens=row["wastedTokens"],
        wasted_cost_usd=known_cost(row["wastedCostUsd"], row["wastedPriced"], row["wastedUnpriced"]),
        counted=(dimension, which),
    )


def metrics(row: Row, started_at: int | None, finished_at: int | None) -> Metrics:
    """The metrics of a task or a subtask that began and ended then; `row` is empty where there was no call."""
    return Metrics(
        attempts=row.get("attempts", 0),
        succeeded=row.get("succeeded", 0),
        failed=row.get("failed", 0),
        elapsed_ms=_elapsed(started_at, finished_at),
        queue_ms=_durations(row, "queueMs"),
        time_to_first_token_ms=_durations(row, "timeToFirstTokenMs"),
        latency_ms=_durations(row, "latencyMs"),
        input_tokens=row.get("inputTokens", 0),
        output_tokens=row.get("outputTokens", 0),
        cached_tokens=row.get("cachedTokens", 0),
        cost_usd=_cost_of(row),
        unpriced_attempts=row.get("unpriced", 0),
        estimated_attempts=row.get("estimated", 0),
        wasted=_wasted(row.get("wasted", {})),
    )


def _wasted(row: Row) -> WastedSpend:
    return WastedSpend(
        attempts=row.get("attempts", 0),
        input_tokens=row.get("inputTokens", 0),
        output_tokens=row.get("outputTokens", 0),
        cost_usd=_cost_of(row),
    )


def _durations(row: Row, name: str) -> Durations:
    total, median, p95, longest = row.get(name, (0, None, None, None))
    return Durations(total=total, median=median, p95=p95, max=longest)


def _elapsed(started_at: int | None, finished_at: int | None) -> float | None:
    if started_at is None:
        return None
    ended = now_ms() if finished_at is None else finished_at
    return max(0, ended - started_at)


def _cost_of(row: Row) -> float | None:
    unknown = row.get("unpriced", 0) + row.get("open", 0)
    return known_cost(row.get("costUsd", 0), row.get("priced", 0), unknown)


def known_cost(usd: float, priced: int, unknown: int) -> float | None:
    """The sum of the known costs; None where there are only unknown ones. A call that was refused cost nothing."""
    return None if unknown and not priced else round(float(usd), _COST_DIGITS)
