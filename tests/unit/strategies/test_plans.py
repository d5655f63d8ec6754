"""Plans as data: what is accepted, what is refused and in which words, and how prompts are filled in."""

from __future__ import annotations

import json
from contextlib import suppress
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.errors import InvalidInput
from service.records import Aggregation, ResponseFormatKind
from service.strategies.plan_prompt import LastPlan, SourceNote, render_plan_prompt
from service.strategies.plans import (
    MOST_ELEMENTS,
    PLAN_CHARACTERS,
    PlanRules,
    check_plan,
    dump_plan,
    fill,
    placeholders,
    plan_json,
    read_elements,
    read_plan,
    sent_schema,
)

Json = dict[str, Any]
ROLES = {"fast": "a/small", "slow": "a/large"}
TEXTS = st.text(st.characters(blacklist_categories=("Cs",)), max_size=40)
JSONS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)


def step(id: str, prompt: str = "Say something.", **more: Any) -> Json:
    """A step of a plan."""
    return {"id": id, "prompt": prompt, **more}


def steps(*made: Json, **more: Any) -> Json:
    """A plan of these steps."""
    return {"steps": list(made), **more}


def refusal(said: object, rules: PlanRules | None = None) -> str:
    """Why a plan is refused."""
    with pytest.raises(InvalidInput) as refused:
        check_plan(said, rules or PlanRules())
    return str(refused.value)


# --- what a plan comes to -----------------------------------------------------------------------


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


# --- what is refused ----------------------------------------------------------------------------


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


# --- what the planner is told -------------------------------------------------------------------


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


def test_a_plan_that_does_not_read_the_input_is_refused_where_a_model_made_it() -> None:
    """A model that forgets the placeholder would have its steps work on nothing."""
    assert "No prompt holds {{input}}" in refusal(steps(step("a")), PlanRules(reads_input=True))
    assert check_plan(steps(step("a", "{{ input }}")), PlanRules(reads_input=True))


def test_a_plan_that_a_model_is_asked_for_is_one_that_is_accepted() -> None:
    """The schema that is sent allows nothing that the check's own does not know."""
    sent = sent_schema(PlanRules(5, ROLES))
    known = check_plan(steps(step("a", role="fast", dependsOn=[], responseFormat="JSON"), aggregation="MERGE"))
    assert set(sent["properties"]) == {"steps", "aggregation", "answer"}
    assert set(plan_json(known)) <= set(sent["properties"])
    assert sent["properties"]["steps"]["items"]["properties"]["role"] == {"enum": ["fast", "slow"]}


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


def test_a_second_try_has_less_to_choose_from() -> None:
    """What follows from the placeholders need not be said, and cannot be said wrongly then."""
    plain = sent_schema(PlanRules(), plain=True)
    assert set(plain["properties"]) == {"steps", "aggregation"}
    assert "dependsOn" not in plain["properties"]["steps"]["items"]["properties"]


def test_roles_that_are_one_model_are_no_choice() -> None:
    """A small model is not told what makes no difference; a plan may name them all the same."""
    rules = PlanRules(5, {"fast": "a/b", "slow": "a/b"})
    assert "role" not in render_plan_prompt("Do it.", [], rules)
    assert check_plan(steps(step("a", role="slow")), rules).steps[0].role == "slow"


def test_a_plan_that_was_refused_is_sent_back_with_the_reason() -> None:
    """So that the model can mend it."""
    text = render_plan_prompt("Do it.", [], PlanRules(), last=LastPlan('{"steps": {{}}}', "It has no steps."))
    assert '<plan>\n{"steps": {{}}}\n</plan>\nIt cannot be followed. It has no steps.' in text
