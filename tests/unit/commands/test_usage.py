"""The figures of `antiphon usage` and `antiphon task` in words."""

from __future__ import annotations

from typing import Any

import pytest

from service import cli
from service.commands.usage import DIMENSIONS, say_metrics, total
from service.conversations.usage import UsageDimension

NOTHING: dict[str, Any] = {"total": 0, "median": None, "p95": None, "max": None}
METRICS: dict[str, Any] = {
    "attempts": 3,
    "succeeded": 2,
    "failed": 1,
    "elapsedMs": 4200,
    "queueMs": {"total": 300, "median": 100, "p95": 100, "max": 100},
    "timeToFirstTokenMs": NOTHING,
    "latencyMs": {"total": 3000, "median": 900, "p95": 1500, "max": 1500},
    "inputTokens": 12345,
    "outputTokens": 67,
    "cachedTokens": 1000,
    "costUsd": 0.5,
    "unpricedAttempts": 1,
    "estimatedAttempts": 0,
    "wasted": {"attempts": 1, "inputTokens": 1000, "outputTokens": 5, "costUsd": None},
}


def row(**more: Any) -> dict[str, Any]:
    """A row of usage."""
    known = {"label": "x", "attempts": 1, "tasks": 1, "inputTokens": 2, "outputTokens": 3, "averageLatencyMs": 4.0}
    spent = {"costUsd": 0.25, "unpricedAttempts": 0, "wastedAttempts": 0, "wastedCostUsd": 0.0}
    spent["ratings"] = {"count": 0, "average": None}
    return known | spent | more


def test_metrics_are_two_lines() -> None:
    """What the calls took, and what they cost; what is not known is said to be so."""
    assert say_metrics(METRICS) == [
        "3 calls: 2 succeeded, 1 failed; 4.20 s in all; 0.90 s a call (95% within 1.50 s); – s to the first token; "
        "0.10 s in the queue",
        "12,345 tokens in (1,000 cached), 67 out; USD >=0.5000; wasted 1 call, 1,005 tokens, USD ?",
    ]


def test_a_task_without_calls_has_no_metrics_to_say() -> None:
    """It waits, or was cancelled before."""
    assert say_metrics(METRICS | {"attempts": 0}) == []


def test_the_total_adds_what_can_be_added() -> None:
    """A cost that is not known is no 0: where none is known, neither is the sum."""
    rows = [row(), row(costUsd=None, unpricedAttempts=1, wastedCostUsd=None), row(attempts=5)]
    added = total(rows)
    assert [added[name] for name in ("attempts", "inputTokens", "costUsd", "wastedCostUsd")] == [7, 6, 0.5, 0.0]
    assert added["averageLatencyMs"] is None
    assert total([row(costUsd=None), row(costUsd=None)])["costUsd"] is None


def test_the_mean_of_all_ratings_counts_each() -> None:
    """A row of many weighs more, a 0 is a rating, and one without any weighs nothing."""
    rated = [row(ratings={"count": 3, "average": 1.0}), row(ratings={"count": 1, "average": 0.0}), row()]
    assert total(rated)["ratings"] == {"count": 4, "average": 0.75}
    assert total([row()])["ratings"] == {"count": 0, "average": None}


def test_the_command_knows_every_dimension() -> None:
    """In the words of the command line."""
    assert [word.upper().replace("-", "_") for word in DIMENSIONS] == [dimension.value for dimension in UsageDimension]


def test_an_unknown_dimension_is_wrong_use(capsys: pytest.CaptureFixture[str]) -> None:
    """The error names those that there are."""
    assert cli.main(["usage", "--by", "colour"]) == cli.WRONG_USE
    assert "task-type" in capsys.readouterr().err
