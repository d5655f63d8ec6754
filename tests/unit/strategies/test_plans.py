"""Plans as data: how prompts are filled in, what a list's elements are, and the schemas that plans are sent under."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.errors import InvalidInput
from service.strategies.plan_reading import check_plan
from service.strategies.plans import (
    MOST_ELEMENTS,
    PlanRules,
    fill,
    placeholders,
    plan_json,
    read_elements,
    sent_schema,
)
from tests.support.plans import step, steps

TEXTS = st.text(st.characters(blacklist_categories=("Cs",)), max_size=40)


# --- filling in ---------------------------------------------------------------------------------


def test_what_is_put_in_is_never_evaluated() -> None:
    """A value that holds a placeholder stays what it is; so does what is no placeholder."""
    values = {"input": "{{steps.a}} {{instruction}}", "steps.a": "secret", "instruction": "{{input}}"}
    assert fill("{{input}}|{{ instruction }}|{{unknown}}|{a}|{{{{", values) == (
        "{{steps.a}} {{instruction}}|{{input}}|{{unknown}}|{a}|{{{{"
    )


@given(st.lists(TEXTS, max_size=5), st.dictionaries(st.sampled_from("abc"), TEXTS, min_size=3, max_size=3), st.data())
def test_filling_in_touches_no_value(between: list[str], values: dict[str, str], data: st.DataObject) -> None:
    """The text is what stands between the placeholders with the values between it, character by character."""
    between = [text.replace("{", "(").replace("}", ")") for text in between]
    names = [data.draw(st.sampled_from("abc")) for _ in between]
    template = "".join(f"{text}{{{{{name}}}}}" for text, name in zip(between, names, strict=True))
    assert fill(template, values) == "".join(f"{text}{values[name]}" for text, name in zip(between, names, strict=True))
    assert set(placeholders(template)) == set(names)


# --- lists --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "elements"),
    [
        ('["a", "b"]', ("a", "b")),
        ('```json\n["a"]\n```', ("a",)),
        ('{"chapters": ["a", {"n": 1}], "count": 2}', ("a", '{"n": 1}')),
        ("[]", ()),
        ('["{{input}}", 3, null, "é"]', ("{{input}}", "3", "null", "é")),
        (r'["\ud83d"]', ("?",)),
    ],
)
def test_elements_of_a_list(text: str, elements: tuple[str, ...]) -> None:
    """Texts are taken as they are, everything else as JSON; an object that holds one list is that list."""
    assert read_elements(text) == elements


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("One, two.", "is not JSON"),
        ("3", "is no JSON list"),
        ('{"a": [1], "b": [2]}', "is no JSON list"),
        (json.dumps([1] * (MOST_ELEMENTS + 1)), "1001 elements; 1000 are the most"),
    ],
)
def test_what_is_no_list_is_refused(text: str, words: str) -> None:
    """With the reason."""
    with pytest.raises(InvalidInput, match=words):
        read_elements(text)


# --- schemas ------------------------------------------------------------------------------------


def test_a_plan_that_a_model_is_asked_for_is_one_that_is_accepted() -> None:
    """The schema that is sent allows nothing that the check's own does not know."""
    sent = sent_schema(PlanRules(5, {"fast": "a/small", "slow": "a/large"}))
    known = check_plan(steps(step("a", role="fast", dependsOn=[], responseFormat="JSON"), aggregation="MERGE"))
    assert set(sent["properties"]) == {"steps", "aggregation", "answer"}
    assert set(plan_json(known)) <= set(sent["properties"])
    assert sent["properties"]["steps"]["items"]["properties"]["role"] == {"enum": ["fast", "slow"]}


def test_a_second_try_has_less_to_choose_from() -> None:
    """What follows from the placeholders need not be said, and cannot be said wrongly then."""
    plain = sent_schema(PlanRules(), plain=True)
    assert set(plain["properties"]) == {"steps", "aggregation"}
    assert "dependsOn" not in plain["properties"]["steps"]["items"]["properties"]
