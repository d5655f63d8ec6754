"""Metrics and usage as GraphQL types, of their rows."""

from __future__ import annotations

import time
from typing import Any

import pytest

from service.api.graphql.usage import Metrics, metrics, usage_row
from service.conversations.usage import UsageDimension, UsageFilter

ROW: dict[str, Any] = {
    "key": "k",
    "label": "k",
    "attempts": 2,
    "tasks": 1,
    "averageLatencyMs": 1.5,
    "inputTokens": 5_000_000_000,
    "outputTokens": 1,
    "cachedTokens": 0,
    "costUsd": 0,
    "priced": 0,
    "unpriced": 0,
    "estimated": 0,
    "wastedAttempts": 0,
    "wastedTokens": 0,
    "wastedCostUsd": 0,
    "wastedPriced": 0,
    "wastedUnpriced": 0,
}


@pytest.mark.parametrize(
    ("priced", "unpriced", "usd", "shown"),
    [(0, 0, 0, 0.0), (0, 1, 0, None), (2, 0, 0.1 + 0.2, 0.3), (1, 1, 0.25, 0.25)],
)
def test_cost_is_null_where_none_is_known(priced: int, unpriced: int, usd: float, shown: float | None) -> None:
    """Calls that used nothing cost nothing; of others the known costs are added, without the noise of adding."""
    costs = {"costUsd": usd, "priced": priced, "unpriced": unpriced}
    wasted = {"wastedCostUsd": usd, "wastedPriced": priced, "wastedUnpriced": unpriced}
    row = usage_row(ROW | costs | wasted, UsageDimension.MODEL, UsageFilter())
    assert (row.cost_usd, row.wasted_cost_usd) == (shown, shown)
    assert metrics(costs | {"wasted": costs}, None, None).wasted.cost_usd == shown


def test_metrics_without_a_call_are_zero() -> None:
    """Nothing began, nothing was spent."""
    empty: Metrics = metrics({}, None, None)
    assert (empty.attempts, empty.cost_usd, empty.elapsed_ms, empty.wasted.attempts) == (0, 0.0, None, 0)
    assert (empty.latency_ms.total, empty.latency_ms.median) == (0, None)


def test_elapsed_time_goes_on_while_it_runs() -> None:
    """To the end where there is one, else to now; a clock that was set back makes it 0, not less."""
    assert metrics({}, 1000, 3500).elapsed_ms == 2500
    assert metrics({}, 3500, 1000).elapsed_ms == 0
    running = metrics({}, int(time.time() * 1000) - 10_000, None).elapsed_ms
    assert running is not None
    assert running >= 10_000
