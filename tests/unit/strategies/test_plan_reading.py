"""Reading a plan: where in a text it is found, what it comes to, and that nothing but a refusal is ever raised."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.errors import InvalidInput
from service.records import Aggregation, ResponseFormatKind
from service.strategies.plan_reading import PLAN_CHARACTERS, check_plan, read_plan
from service.strategies.plans import dump_plan
from tests.support.plans import step, steps

JSONS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)


def test_placeholders_are_dependencies() -> None:
    """What a prompt names is needed by it, whether the plan says so or not, and steps come after what they need."""
    plan = check_plan(steps(step("c", "{{steps.b}} {{ steps.a }}"), step("b", "{{steps.a}}"), step("a", "{{input}}")))
    assert [(one.id, one.needs) for one in plan.steps] == [("a", ()), ("b", ("a",)), ("c", ("b", "a"))]


def test_the_answer_is_what_nobody_uses() -> None:
    """Where the plan names no answer, it is made of the steps that no other uses."""
    plan = check_plan(steps(step("a"), step("b", "{{steps.a}}"), step("c", dependsOn=["b"])))
    assert plan.answer == ("b", "c")


def test_the_answer_is_what_the_plan_names() -> None:
    """A plan may name a step that another uses too."""
    assert check_plan(steps(step("a"), step("b", "{{steps.a}}"), answer=["b", "a"])).answer == ("b", "a")


def test_a_step_that_is_fanned_out_over_answers_with_json() -> None:
    """Its format need not be said; its own schema stays."""
    over = step("each", "About {{item}}.", forEach="list")
    schema = {"type": "array"}
    said = [None, "JSON", {"type": "JSON_SCHEMA", "schema": schema}]
    forms = [check_plan(steps(step("list", responseFormat=form), over)).steps[0].response_format for form in said]
    assert [form and form.kind for form in forms] == [
        ResponseFormatKind.JSON,
        ResponseFormatKind.JSON,
        ResponseFormatKind.JSON_SCHEMA,
    ]


def test_null_is_as_if_it_were_not_there() -> None:
    """Models like to write out what they do not use."""
    said = steps(step("a", dependsOn=None, forEach=None, role=None, responseFormat=None), aggregation=None, answer=None)
    assert check_plan(said) == check_plan(steps(step("a")))


def test_a_plan_is_found_among_words() -> None:
    """A model may put its plan into a fence, or talk around it."""
    said = json.dumps(steps(step("a")))
    plans = [read_plan(text) for text in (said, f"```json\n{said}\n```", f"Sure! Here it is:\n{said}\nGood luck.")]
    assert plans == [check_plan(steps(step("a")))] * 3


@pytest.mark.parametrize(
    "words",
    [
        "First I look at {{input}}, then I am done.\n%s",
        '<think>A step is {"id": "b"}. {So be it.}</think>\n%s',
        "%s\nThe prompt of a has {{input}} in it.",
    ],
)
def test_a_plan_is_found_among_words_with_braces(words: str) -> None:
    """A model that talks of placeholders, or thinks aloud, has made a plan all the same."""
    assert read_plan(words % json.dumps(steps(step("a", "{{input}}")))).answer == ("a",)


def test_a_plan_that_is_kept_is_the_same_when_it_is_read() -> None:
    """All that a plan says comes back."""
    schema = {"type": "JSON_SCHEMA", "schema": {"type": "array", "items": {"type": "string"}}}
    said = steps(
        step("list", "{{input}}", title="The list", role="fast", responseFormat=schema),
        step("each", "{{item}}", forEach="list", model="echo/echo"),
        step("end", "{{steps.each}} {{instruction}}", dependsOn=["list"], responseFormat="TEXT"),
        aggregation="LIST",
    )
    plan = check_plan(said)
    assert read_plan(dump_plan(plan)) == plan
    assert plan.aggregation is Aggregation.LIST


def test_what_is_no_json_is_refused() -> None:
    """With the reason of the parser."""
    for text, words in [
        ("I would first read it.", "The plan is not JSON: Expecting value"),
        ('{"steps": [', "The plan is not JSON"),
        ("[" * 100_000, "deeply"),
        ("x" * (PLAN_CHARACTERS + 1), "characters"),
    ]:
        with pytest.raises(InvalidInput, match=words):
            read_plan(text)


@given(JSONS)
def test_checking_never_raises_anything_else(said: object) -> None:
    """Whatever a model writes is a plan or is refused."""
    for value in (said, {"steps": said}, {"steps": [said]}, steps(step("a", responseFormat=said))):
        with suppress(InvalidInput):
            assert check_plan(json.loads(dump_plan(check_plan(value)))) == check_plan(value)


@given(st.text(max_size=200))
def test_reading_never_raises_anything_else(text: str) -> None:
    """Whatever text a model writes holds a plan or is refused."""
    with pytest.raises(InvalidInput):
        read_plan(text)
