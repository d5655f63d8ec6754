"""What a model is told that is to make a plan: the rules, an example that keeps them, and what it did wrong before."""

from __future__ import annotations

import pytest

from service.strategies.plan_prompt import LastPlan, SourceNote, render_plan_prompt
from service.strategies.plan_reading import check_plan, read_plan
from service.strategies.plans import PlanRules
from tests.support.plans import step, steps

ROLES = {"fast": "a/small", "slow": "a/large"}


@pytest.mark.parametrize(("most", "ids"), [(2, ["notes", "letter"]), (20, ["points", "explained", "letter"])])
@pytest.mark.parametrize("sources", [[], [SourceNote("a.txt", 10, "Once")]])
def test_the_example_that_a_model_is_shown_is_a_plan(most: int, ids: list[str], sources: list[SourceNote]) -> None:
    """A small model copies it: it must keep the rules that it is an example for."""
    rules = PlanRules(most, {}, frozenset(), bool(sources), bool(sources))
    example = render_plan_prompt("Do it.", sources, rules).partition("An example for another task:\n")[2]
    assert [one.id for one in read_plan(example, rules).steps] == ids


def test_a_model_that_may_plan_one_step_is_shown_no_more() -> None:
    """An example of two would be an example of a plan that is refused."""
    text = render_plan_prompt("Do it.", [], PlanRules(1))
    assert "example" not in text
    assert "A plan has 1 step at the most" in text


def test_the_planner_is_told_of_the_input_and_not_given_it() -> None:
    """Names, sizes and beginnings; of many sources the first, and how many more there are."""
    sources = [SourceNote(f"file-{i}.txt", 50_000_000, "Once" if i == 0 else "") for i in range(100)]
    text = render_plan_prompt("Do {it}.", sources, PlanRules(3, ROLES))
    assert "100 texts, 5,000,000,000 characters in all" in text
    assert "- file-19.txt" in text
    assert "- file-20.txt" not in text
    assert "- and 80 more" in text
    assert "<beginning>\nOnce\n</beginning>" in text
    assert "Do {it}." in text
    assert "fast (a/small), slow (a/large)" in text
    assert len(text) < 6_000


def test_roles_that_are_one_model_are_no_choice() -> None:
    """A small model is not told what makes no difference; a plan may name them all the same."""
    rules = PlanRules(5, {"fast": "a/b", "slow": "a/b"})
    assert "role" not in render_plan_prompt("Do it.", [], rules)
    assert check_plan(steps(step("a", role="slow")), rules).steps[0].role == "slow"


def test_a_plan_that_was_refused_is_sent_back_with_the_reason() -> None:
    """So that the model can fix it."""
    text = render_plan_prompt("Do it.", [], PlanRules(), last=LastPlan('{"steps": {{}}}', "It has no steps."))
    assert '<plan>\n{"steps": {{}}}\n</plan>\nIt cannot be followed. It has no steps.' in text
