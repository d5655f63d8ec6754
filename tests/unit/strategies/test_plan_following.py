"""Following a plan: its steps run as soon as what they need is there, and what failed is gone on without."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.records import Aggregation, OnFailure, SubtaskStatus
from service.strategies.dynamic import plan
from service.strategies.interface import Ask, Asks, DoneSubtask, Finish
from tests.support.plans import Json, step
from tests.support.played_plans import planned, play, task
from tests.support.task_states import FAILED, OK, done

LISTED = planned(step("list", "{{input}}"), step("each", "On {{item}}", forEach="list"), step("end", "{{steps.each}}"))


def fanned(*elements: object, **more: Any) -> Json:
    """What the steps of a plan with a list answer, and whatever else."""
    return {"step:list": json.dumps(elements), **more}


def test_a_plan_that_comes_with_the_task_is_followed_at_once() -> None:
    """Nobody is asked for another."""
    played = play(task(planned(step("a"), step("b", "{{steps.a}}"))), {})
    assert played.waves == [["step:a", "step:b"]]


def test_what_can_be_asked_is_asked_in_one_wave() -> None:
    """Steps wait for each other inside the wave, so that independent branches run side by side."""
    diamond = planned(
        step("a"), step("b", "{{steps.a}}"), step("c", "{{steps.a}}"), step("d", "{{steps.b}} {{steps.c}}"), step("e")
    )
    played = play(task(diamond), {})
    assert len(played.waves) == 1
    assert played.asks["step:d"].depends_on == ("step:b", "step:c")
    assert played.asks["step:e"].depends_on == ()
    assert played.finish.keys == ("step:d", "step:e")


def test_a_step_that_waits_without_using_is_given_no_answer() -> None:
    """dependsOn is about order alone."""
    played = play(task(planned(step("a"), step("b", dependsOn=["a"]))), {})
    assert (played.asks["step:b"].uses, played.asks["step:b"].depends_on) == ((), ("step:a",))


def test_a_step_fans_out_over_a_list() -> None:
    """One ask an element, after the list is known; all their answers go on together."""
    played = play(task(LISTED), fanned("x", {"y": 1}, "z"))
    each = ["step:each:0/3", "step:each:1/3", "step:each:2/3"]
    assert played.waves == [["step:list"], [*each, "step:end"]]
    assert [(played.asks[key].item, played.asks[key].uses) for key in each] == [
        (0, ("step:list",)),
        (1, ("step:list",)),
        (2, ("step:list",)),
    ]
    assert played.asks["step:end"].uses == tuple(each)
    assert played.asks[each[1]].title == "Each, 2 of 3"


def test_all_answers_of_a_fan_out_are_the_answer() -> None:
    """Where a fan-out is the end, its answers are the task's, in the order of the list."""
    played = play(
        task(planned(step("list"), step("each", "{{item}}", forEach="list"), aggregation="LIST")), fanned(1, 2)
    )
    assert played.finish == Finish(("step:each:0/2", "step:each:1/2"), Aggregation.LIST)


def test_a_fan_out_over_a_fan_out_goes_on_element_by_element() -> None:
    """The next step of an element waits for its own element only."""
    chain = planned(step("list"), step("draft", "{{item}}", forEach="list"), step("check", "{{item}}", forEach="draft"))
    played = play(task(chain), fanned("x", "y"))
    assert len(played.waves) == 2
    assert played.asks["step:check:1/2"].depends_on == ("step:draft:1/2",)
    assert played.asks["step:check:1/2"].item == 1


def test_an_empty_list_fans_out_to_nothing() -> None:
    """What comes after it goes on with nothing."""
    played = play(task(LISTED), fanned())
    assert played.waves == [["step:list"], ["step:end"]]
    assert played.asks["step:end"].depends_on == ()
    assert played.finish.keys == ("step:end",)


@pytest.mark.parametrize("answer", ["Not a list.", json.dumps([0] * 1001)])
def test_what_cannot_be_fanned_out_over_fails_and_the_rest_goes_on(answer: str) -> None:
    """It is one ask, which fails when it is composed; what needs it is skipped, other branches are not."""
    both = planned(*json.loads(LISTED)["steps"], step("other"))
    played = play(task(both), lambda ask: None if ask.key == "step:each" else answer)
    assert played.asks["step:each"].item == 0
    assert played.status["step:end"] is SubtaskStatus.SKIPPED
    assert played.finish.keys == ("step:list", "step:other")


def test_a_fan_out_with_a_gap_goes_on_with_the_rest() -> None:
    """One of three failed: what combines them is made of two, under a key that says so."""
    played = play(task(LISTED), lambda ask: json.dumps([1, 2, 3]) if ask.key == "step:list" else gap(ask))
    assert played.status["step:end"] is SubtaskStatus.SKIPPED
    (filled,) = played.waves[-1]
    assert filled.startswith("step:end~")
    assert played.asks[filled].uses == ("step:each:0/3", "step:each:2/3")
    assert played.finish.keys == (filled,)


def gap(ask: Ask) -> str | None:
    """An answer to everything but the second element."""
    return None if ask.key.startswith("step:each:1/") else "Fine."


def test_a_retry_makes_again_what_had_a_gap() -> None:
    """When the gap is filled, the combination is the plan's own again, and the other one is not missed."""
    played = play(task(LISTED), lambda ask: json.dumps([1, 2, 3]) if ask.key == "step:list" else gap(ask))
    subtasks = [
        DoneSubtask(key, status if status is OK else SubtaskStatus.PENDING, 1) for key, status in played.status.items()
    ]
    again = replace(task(LISTED), subtasks=tuple(subtasks), answers={"step:list": "[1, 2, 3]"}, retries=1)
    said = plan(again)
    assert isinstance(said, Asks)
    assert [ask.key for ask in said.asks] == ["step:each:1/3", "step:end"]
    whole = tuple(replace(one, status=OK) for one in subtasks)
    assert plan(replace(again, subtasks=whole)) == Finish(("step:end",), Aggregation.CONCAT)


def test_nothing_that_was_paid_for_is_lost() -> None:
    """Where the last step failed, what it would have been made of is the answer, and the note says what is missing."""
    answers = {"step:list": "[1, 2]", "step:end": None}
    played = play(task(LISTED), lambda ask: answers.get(ask.key, "Fine."))
    assert played.finish.keys == ("step:each:0/2", "step:each:1/2")
    assert played.finish.note == "Of 4 subtasks: 1 failed."


def test_what_is_to_be_merged_is_not_mixed() -> None:
    """JSON objects that are merged are those of the answer's steps, or there are none."""
    chain = planned(step("a"), step("b", "{{steps.a}}"), aggregation="MERGE")
    assert play(task(chain), lambda ask: None if ask.key == "step:b" else "Fine.").finish.keys == ()


def test_the_first_failure_ends_a_task_that_fails_fast() -> None:
    """Nothing new is asked; what is there is the end."""
    failing = task(LISTED, on_failure=OnFailure.FAIL_FAST)
    said = plan(replace(failing, subtasks=(done("step:list"), done("step:each:0/2"), done("step:each:1/2", FAILED)),
                        answers={"step:list": "[1, 2]"}))  # fmt: skip
    assert isinstance(said, Finish)
    assert said.keys == ("step:each:0/2",)


def test_a_halted_task_ends_with_what_is_there() -> None:
    """Also where its last step has not begun, and where there is no plan yet."""
    there = (done("plan:1"), done("step:list"), done("step:each:0/2"), done("step:each:1/2", SubtaskStatus.CANCELLED))
    halted = replace(task(LISTED), subtasks=there, answers={"step:list": "[1, 2]"}, halted="The budget is used up.")
    said = plan(halted)
    assert isinstance(said, Finish)
    assert said.keys == ("step:each:0/2",)
    assert "The budget is used up." in (said.note or "")
    assert isinstance(plan(replace(task(), halted="Enough.")), Finish)


# --- settings -----------------------------------------------------------------------------------


def test_the_callers_aggregation_goes_before_the_plans() -> None:
    """And the plan's before the default."""
    two = planned(step("a"), step("b"), aggregation="LIST")
    assert play(task(two), {}).finish.aggregation is Aggregation.LIST
    named = task(two, aggregation=Aggregation.CONCAT, aggregation_named=True)
    assert play(named, {}).finish.aggregation is Aggregation.CONCAT


def test_answers_are_reduced_where_the_plan_says_so() -> None:
    """The model combines the answers of the last steps."""
    played = play(task(planned(step("a"), step("b"), aggregation="REDUCE")), {})
    assert played.waves == [["step:a", "step:b"], ["reduce:1:0"]]
    assert played.finish.keys == ("reduce:1:0",)


def test_the_input_is_what_a_prompt_says_that_it_is_about() -> None:
    """All of it, under its names where it is several texts; and nothing where a prompt does not hold it."""
    played = play(task(planned(step("a", "{{input}}"), step("b")), "one", "three"), {})
    assert [(span.start, span.end, span.label) for span in played.asks["step:a"].spans] == [
        (0, 3, "=== file0.txt ==="),
        (0, 5, "=== file1.txt ==="),
    ]
    assert played.asks["step:b"].spans == ()


# --- laws ---------------------------------------------------------------------------------------


@st.composite
def plans(draw: st.DrawFn) -> str:
    """A plan of up to 7 steps, each using, waiting for or fanning out over earlier ones."""
    made: list[Json] = []
    for number in range(draw(st.integers(1, 7))):
        earlier = [one["id"] for one in made]
        used = draw(st.sets(st.sampled_from(earlier), max_size=2)) if earlier else set[str]()
        one = step(f"s{number}", " ".join(["Go.", *(f"{{{{steps.{id}}}}}" for id in sorted(used))]))
        if earlier and draw(st.booleans()):
            one |= {"forEach": draw(st.sampled_from(earlier)), "prompt": one["prompt"] + " {{item}}"}
        if earlier and draw(st.booleans()):
            one["dependsOn"] = [draw(st.sampled_from(earlier))]
        made.append(one)
    return planned(*made)


@given(plans(), st.randoms(use_true_random=False), st.sampled_from([0.0, 0.1, 0.4]))
def test_every_plan_comes_to_an_end(said: str, random: Any, failing: float) -> None:
    """Whatever fails and whatever the lists hold: nothing is waited for in vain, and the answer was answered."""

    def answer(ask: Ask) -> str | None:
        return None if random.random() < failing else random.choice(['["x", "y", "z"]', '["x"]', "[]", "no list"])

    played = play(task(said), answer)
    assert all(played.status[key] is OK for key in played.finish.keys)
    assert len(set(played.finish.keys)) == len(played.finish.keys)
    if not any(status is FAILED for status in played.status.values()):
        assert all(status is OK for status in played.status.values())
