"""The strategy DYNAMIC: a plan is asked for, mended where it is not right, and followed."""

from __future__ import annotations

import json
from dataclasses import replace

from service.records import Aggregation, ResponseFormatKind
from service.strategies.dynamic import plan, rules_of
from service.strategies.interface import Asks, Budget, Finish, TaskSettings
from tests.support.plans import step
from tests.support.played_plans import planned, play, task


def test_a_plan_is_asked_for_and_followed() -> None:
    """The model is asked once; its plan, put into order, is what the task follows from then on."""
    played = play(task(), {"plan:1": planned(step("b", "{{steps.a}}"), step("a", "{{input}}"))})
    assert played.waves == [["plan:1"], ["step:a", "step:b"]]
    assert played.finish == Finish(("step:b",), Aggregation.CONCAT)
    assert [one["id"] for one in json.loads(played.plan or "")["steps"]] == ["a", "b"]


def test_the_planner_sees_the_beginning_of_the_input_and_the_schema() -> None:
    """Not the whole of it; and it wants the model's mode for JSON schemas."""
    played = play(task(None, "x" * 50_000, "short", max_steps=3), {"plan:1": planned(step("a", "{{input}}"))})
    ask = played.asks["plan:1"]
    assert [(span.start, span.end) for span in ask.spans] == [(0, 1000), (0, 5)]
    assert ask.response_format is not None
    assert ask.response_format.kind is ResponseFormatKind.JSON_SCHEMA
    assert (ask.response_format.schema or {})["properties"]["steps"]["maxItems"] == 3


def test_a_small_model_is_not_shown_more_than_fits() -> None:
    """Where the rules of a plan fill the window, nothing of the input is shown."""
    said = plan(replace(task(None, "x" * 50_000), room=10))
    assert isinstance(said, Asks)
    assert said.asks[0].spans == ()


def test_a_bad_plan_is_sent_back_with_its_error() -> None:
    """The second prompt holds the first plan and says exactly what is wrong with it."""
    played = play(task(), {"plan:1": planned(step("a", "{{steps.a}}")), "plan:2": planned(step("a", "{{input}}"))})
    assert played.waves == [["plan:1"], ["plan:2"], ["step:a"]]
    again = played.asks["plan:2"]
    assert (again.uses, again.depends_on) == (("plan:1",), ("plan:1",))
    assert "in a circle: a → a" in again.brief


def test_three_bad_plans_are_the_end() -> None:
    """The task fails and says why: the last error."""
    played = play(task(), {"plan:1": "no", "plan:2": planned(), "plan:3": planned(step("a", "{{b}}"))})
    assert played.waves == [["plan:1"], ["plan:2"], ["plan:3"]]
    assert played.finish.keys == ()
    assert "no plan that can be followed" in (played.finish.error or "")
    assert "there is no placeholder {{b}}" in (played.finish.error or "")


def test_a_retried_task_asks_for_plans_again() -> None:
    """Three bad ones were enough for one run; another run is given three more."""
    bad = {f"plan:{i}": "no" for i in range(1, 4)}
    played = play(replace(task(), retries=1), bad | {"plan:4": planned(step("a", "{{input}}"))})
    assert [len(wave) for wave in played.waves] == [1] * 5
    assert played.finish.error is None


def test_a_plan_that_was_not_answered_is_the_end() -> None:
    """The provider's error is the task's."""
    played = play(task(), lambda ask: None)
    assert played.waves == [["plan:1"]]
    assert played.finish.keys == ()
    assert played.finish.error is None


def test_the_plan_of_a_model_keeps_the_rules_of_the_task() -> None:
    """It may name the roles and models that there are, and no others."""
    known = replace(task(max_steps=2), roles={"fast": "echo/echo"}, models=frozenset({"echo/echo"}))
    played = play(
        known,
        {
            "plan:1": planned(step("a", role="slow"), step("b", model="no/model"), step("c")),
            "plan:2": planned(step("a", "{{input}}", role="fast"), step("b", model="echo/echo")),
        },
    )
    for words in ("3 steps; 2 are the most", 'no role "slow"', 'no model "no/model"'):
        assert words in played.asks["plan:2"].brief
    assert [(ask.role, ask.model) for ask in played.asks.values() if ask.kind == "step"] == [
        ("fast", None),
        (None, "echo/echo"),
    ]


def test_the_plan_of_a_model_keeps_a_budget_in_usd() -> None:
    """It names only models whose prices were looked at: the task's own, and those of the roles."""
    names = frozenset({"a/own", "a/next", "a/small", "a/other"})
    settings = TaskSettings(model="a/own", fallback_models=("a/next",), budget=Budget(cost_usd=1.0))
    rules = rules_of(replace(task(), settings=settings, roles={"fast": "a/small"}, models=names))
    assert rules.models == names - {"a/other"}
