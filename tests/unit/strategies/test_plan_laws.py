"""The laws of a plan: what is refused, and in which words."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.errors import InvalidInput
from service.strategies.plan_reading import check_plan
from service.strategies.plans import PlanRules
from tests.support.plans import Json, step, steps


def refusal(said: object, rules: PlanRules | None = None) -> str:
    """Why a plan is refused."""
    with pytest.raises(InvalidInput) as refused:
        check_plan(said, rules or PlanRules())
    return str(refused.value)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ([], "The plan does not meet the schema at $: [] is not of type 'object'."),
        ({}, "'steps' is a required property"),
        (steps(), "$.steps: [] should be non-empty"),
        (steps({"id": "a"}), "at $.steps[0]: 'prompt' is a required property"),
        (steps(step("a", temperature=1)), "at $.steps[0]: Additional properties are not allowed ('temperature'"),
        (steps(step("a"), aggregation="SUM"), "at $.aggregation: 'SUM' is not one of"),
        (steps(step("a"), answer=[]), "$.answer: [] should be non-empty"),
        (steps(step("a b")), 'The id "a b" of steps[0] is not a short word'),
        (steps(step("")), 'The id "" of steps[0] is not a short word'),
        (steps(step("a"), step("a")), 'The id "a" is there twice'),
        (steps(step("a", "  ")), 'Step "a": prompt is empty.'),
        (steps(step("a", role="")), 'Step "a": role is empty.'),
        (steps(step("a", "x" * 20_001)), "the prompt has more than 20000 characters"),
        (steps(step("a", "{{topic}}")), 'Step "a": there is no placeholder {{topic}}; there are {{input}}'),
        (steps(step("a", "{{b}}"), step("b")), "there is no placeholder {{b}}; the answer of that step is {{steps.b}}"),
        (steps(step("a", "{{steps.b}}")), '{{steps.b}} names no step; there is no step "b"'),
        (steps(step("a", "{{item}}")), "{{item}} is there only in a step with forEach"),
        (steps(step("a"), step("b", forEach="a")), "its prompt must hold {{item}}"),
        (steps(step("b", "{{item}}", forEach="a")), 'Step "b": forEach names "a", and there is no such step.'),
        (steps(step("b", dependsOn=["a"])), 'Step "b": dependsOn names "a", and there is no such step.'),
        (steps(step("a"), answer=["z"]), 'answer names "z", and there is no such step.'),
        (
            steps(step("a", responseFormat="TEXT"), step("b", "{{item}}", forEach="a")),
            'Step "a": its responseFormat must be JSON: "b" fans out over its list.',
        ),
        (steps(step("a", responseFormat="XML")), "responseFormat: There is no response format 'XML'."),
        (steps(step("a", role="fast", model="echo/echo")), "it has a role and a model"),
        (steps(step("a"), step("b"), answer=["b"]), 'The answer of step "a" goes nowhere: put {{steps.a}} into'),
        (steps(step("a", "{{steps.a}}")), "in a circle: a → a."),
        (steps(step("a", "\x00")), "NUL"),
        (steps(step("a", "\ud800")), "surrogate"),
    ],
)
def test_what_is_wrong_is_said(said: object, words: str) -> None:
    """Each law that is broken has words that tell how to keep it."""
    assert words in refusal(said)


def test_a_circle_is_named() -> None:
    """Those that wait for each other are named in their order, each before the one that it waits for."""
    circle = refusal(steps(step("a", "{{steps.c}}"), step("b", "{{steps.a}}"), step("c", dependsOn=["b"]), step("d")))
    waits = circle.partition(": ")[2].partition(".")[0].split(" → ")
    assert waits[0] == waits[-1]
    assert set(pairwise(waits)) == {("a", "c"), ("b", "a"), ("c", "b")}


def test_all_that_is_wrong_is_said_at_once() -> None:
    """A model that gets two tries wants to know more than the first error; what goes on for ever is counted."""
    assert refusal(steps(*(step(f"s{i}", "{{x}}") for i in range(9)))).count("no placeholder") == 5
    assert "And 4 more" in refusal(steps(*(step(f"s{i}", "{{x}}") for i in range(9))))


def test_the_rules_of_the_task_are_kept() -> None:
    """How many steps, which roles and models, and whether there is any input."""
    rules = PlanRules(max_steps=1, roles={"fast": "a/b"}, models=frozenset({"echo/echo"}), has_input=False)
    said = steps(step("a", "{{input}}", role="slow"), step("b", model="echo/ohce"))
    words = refusal(said, rules)
    assert "The plan has 2 steps; 1 are the most." in words
    assert "{{input}} is not there" in words
    assert 'there is no role "slow"; known roles: fast.' in words
    assert 'there is no model "echo/ohce".' in words
    assert check_plan(steps(step("a", role="fast")), rules).steps[0].role == "fast"


def test_a_plan_that_does_not_read_the_input_is_refused_where_a_model_made_it() -> None:
    """A model that forgets the placeholder would have its steps work on nothing."""
    assert "No prompt holds {{input}}" in refusal(steps(step("a")), PlanRules(reads_input=True))
    assert check_plan(steps(step("a", "{{ input }}")), PlanRules(reads_input=True))


def graph(draw: st.DrawFn, *, circle: bool) -> Json:
    """A plan of up to 12 steps whose edges go back, shuffled; with one that closes a circle, where wanted."""
    count = draw(st.integers(1, 12))
    needs: list[set[int]] = [set() for _ in range(count)]
    for later in range(1, count):
        needs[later] |= draw(st.sets(st.integers(0, later - 1), max_size=3))
    if circle:
        first, last = sorted((draw(st.integers(0, count - 1)), draw(st.integers(0, count - 1))))
        needs[first].add(last)
        for middle in range(first, last):
            needs[middle + 1].add(middle)
    by_placeholder = draw(st.booleans())
    made = [
        step(f"s{i}", " ".join(f"{{{{steps.s{need}}}}}" for need in sorted(one)) or "Go.")
        if by_placeholder
        else step(f"s{i}", dependsOn=[f"s{need}" for need in sorted(one)])
        for i, one in enumerate(needs)
    ]
    return steps(*draw(st.permutations(made)))


@given(st.data())
def test_every_plan_without_a_circle_is_accepted(data: st.DataObject) -> None:
    """In whatever order its steps are written, each comes after what it needs."""
    plan = check_plan(graph(data.draw, circle=False))
    seen: set[str] = set()
    for one in plan.steps:
        assert seen >= set(one.needs)
        seen.add(one.id)
    assert plan.answer


@given(st.data())
def test_every_plan_with_a_circle_is_refused(data: st.DataObject) -> None:
    """However long it is, by placeholders or by words."""
    assert "in a circle: " in refusal(graph(data.draw, circle=True))
