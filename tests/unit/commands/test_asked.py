"""What is said of who is asked, and of who answered."""

from __future__ import annotations

from typing import Any

import pytest

from service.commands.asked import answered_line, asked_lines, price_of

Json = dict[str, Any]


def model(id: str, read: float | None = 0.0, written: float | None = 0.0) -> Json:
    """A model as the service tells it."""
    return {"id": id, "inputPrice": read, "outputPrice": written}


def task(*calls: tuple[str, str], model: str = "a/m", **metrics: Any) -> Json:
    """A task whose subtasks made these calls: (model, status)."""
    usual = {
        **{"attempts": len(calls), "elapsedMs": 3210, "inputTokens": 412, "outputTokens": 96, "costUsd": 0.0},
        **{"unpricedAttempts": 0, "estimatedAttempts": 0},
    }
    made = [{"node": {"model": {"id": id}, "attemptStatus": status}} for id, status in calls]
    subtasks = {"edges": [{"node": {"attempts": {"edges": made}}}]}
    return {"config": {"model": model}, "metrics": usual | metrics, "subtasks": subtasks}


def test_a_model_that_costs_money_is_named_with_its_price_and_why() -> None:
    """Before anything is sent; those that stand in for it are named too."""
    choice = {"model": model("openai/x", 1.0, 5.0), "why": "openai has a key (OPENAI_API_KEY).", "fallbackModels": []}
    choice["roleModels"] = [model("local/y")]
    asked = "Asking openai/x (costs money: $1.00 per million tokens read, $5.00 written). "
    assert asked_lines(choice) == [f"{asked}openai has a key (OPENAI_API_KEY)."]
    more = asked_lines(choice | {"fallbackModels": [model("a/z", None, None)]}, plans=True)
    assert more[1:] == [
        "If it fails: a/z (its price is not known; it may cost money).",
        "Steps of a plan may ask: local/y (free).",
    ]


def test_small_prices_keep_the_digits_that_count() -> None:
    """A price of half a cent is no price of nothing."""
    assert price_of(model("a", 0.05, 0.4)) == "costs money: $0.05 per million tokens read, $0.40 written"
    assert price_of(model("a", 0.075, 10.0)) == "costs money: $0.075 per million tokens read, $10.00 written"
    assert price_of(model("a", 0.0, 0.5)) == "costs money: $0.00 per million tokens read, $0.50 written"


DONE = ("a/m", "SUCCEEDED")
FIVE = "a/0, a/1, a/2 and 2 more · 3.2 s · 412 + 96 tokens · free"


@pytest.mark.parametrize(
    ("told", "line"),
    [
        (task(DONE, costUsd=0.0021), "a/m · 3.2 s · 412 + 96 tokens · $0.0021"),
        (task(DONE), "a/m · 3.2 s · 412 + 96 tokens · free"),
        (task(DONE, costUsd=0.000004), "a/m · 3.2 s · 412 + 96 tokens · less than $0.0001"),
        (task(DONE, costUsd=None, unpricedAttempts=1), "a/m · 3.2 s · 412 + 96 tokens · cost not known"),
        (
            task(DONE, DONE, costUsd=0.5, unpricedAttempts=1),
            "a/m · 3.2 s · 412 + 96 tokens · at least $0.50, not all is known",
        ),
        (
            task(DONE, costUsd=1.25, estimatedAttempts=1, elapsedMs=184_000),
            "a/m · 3 min 4 s · about 412 + 96 tokens · about $1.25",
        ),
        (task(("a/m", "FAILED"), ("b/n", "SUCCEEDED")), "b/n · 3.2 s · 412 + 96 tokens · free"),
        (task(("a/m", "FAILED"), inputTokens=None, outputTokens=None), "a/m · 3.2 s · tokens not known · free"),
        (task(elapsedMs=12), "nobody was asked · 0.0 s"),
        (
            task(*[(f"a/{i}", "SUCCEEDED") for i in range(5)]),
            "a/0, a/1, a/2 and 2 more · 3.2 s · 412 + 96 tokens · free",
        ),
    ],
)
def test_the_last_line_says_who_answered_how_long_and_what_it_cost(told: Json, line: str) -> None:
    """Who gave the answer, not who was asked first; what is counted here is marked, what is not known is no zero."""
    assert answered_line(told) == line
