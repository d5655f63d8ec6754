"""The strategy ERROR: what it asks about which cases, in what words, and how it ends."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from service.errors import ContextOverflow, InvalidInput
from service.records import Aggregation, OnFailure
from service.strategies import error
from service.strategies.interface import Asks, DoneSubtask, Finish, TaskState
from tests.support.error_texts import NAMES, sample, task, written
from tests.support.task_states import FAILED, OK, answered, keys, run

LOG = "".join(
    f"2026-03-01 10:00:0{i} ERROR shop: {word} {i} is gone\n" for i, word in enumerate(["pear", "plum", "pear"])
)
APP = "\n".join(f"# line {number}" for number in range(1, 61))
CRASH = (
    "Traceback (most recent call last):\n"
    '  File "/srv/shop/src/app.py", line 20, in main\n    run()\n'
    '  File "/srv/shop/src/app.py", line 50, in run\n    1 / 0\nZeroDivisionError: division by zero\n'
)


def no_counting(text: str) -> int:
    """A counter that must not be asked."""
    raise AssertionError("the prompts were made again")


def no_reading(task: TaskState) -> TaskState:
    """The same task, where its texts are gone and nothing can be counted."""
    return replace(task, sources=tuple(replace(one, text="gone") for one in task.sources), count=no_counting)


def asked(task: TaskState) -> Asks:
    """What the strategy asks first."""
    plan = error.plan(task)
    assert isinstance(plan, Asks)
    return plan


def test_one_ask_a_case_the_weightiest_first():
    """Equal errors are one ask, in the order of their weight, with keys that say how many there are."""
    plan = asked(task(("app.log", LOG), ("crash.txt", CRASH)))
    assert keys(plan) == ["case:0/3", "case:1/3", "case:2/3"]
    assert [ask.title for ask in plan.asks] == [
        "Case 1: ZeroDivisionError: division by zero",
        "Case 2: ERROR: shop: pear 0 is gone",
        "Case 3: ERROR: shop: plum 1 is gone",
    ]
    assert all(ask.kind == "part" for ask in plan.asks)


def test_brief_tells_what_is_known_of_the_case():
    """Kind, count, the first and the last place with their times, and what all occurrences have in common."""
    (_, second, _) = asked(task(("app.log", LOG), ("crash.txt", CRASH))).asks
    assert second.brief == (
        "Case 2 of 3: ERROR: shop: pear 0 is gone\n"
        "Kind: log ERROR.\n"
        "It occurs 2 times: first in app.log, line 1 (2026-03-01 10:00:00), "
        "last in app.log, line 3 (2026-03-01 10:00:02).\n"
        "What all of them have in common: shop: pear <n> is gone"
    )
    assert [span.label for span in second.spans] == [
        "Sample 1 of 2: app.log, line 1",
        "Sample 2 of 2: app.log, line 3",
    ]


def test_given_sources_are_quoted_around_reported_lines():
    """After the samples come ten lines before and after each line that is named, with their numbers."""
    state = task(("crash.txt", CRASH), ("src/app.py", APP))
    (ask,) = asked(state).asks
    assert [span.label for span in ask.spans] == [
        "Sample 1 of 1: crash.txt, lines 1 to 6",
        "src/app.py, lines 40 to 60; line 50 is reported",
        "src/app.py, lines 10 to 30; line 20 is reported",
    ]
    assert written(state, ask).endswith("\n".join(f"# line {number}" for number in range(10, 31)))


def test_what_does_not_fit_is_left_out_in_order():
    """Samples are shortened in their middle first; then quotes go, then samples."""
    trace = CRASH.replace("    run()\n", "    run()\n" + "".join(f"    # {i}\n" for i in range(400)))
    files = (("crash.txt", trace), ("src/app.py", APP))
    labels = {room: [span.label for span in asked(task(*files, room=room)).asks[0].spans] for room in (9000, 2500, 900)}
    assert labels[9000] == [
        "Sample 1 of 1: crash.txt, lines 1 to 406",
        "src/app.py, lines 40 to 60; line 50 is reported",
        "src/app.py, lines 10 to 30; line 20 is reported",
    ]
    assert labels[2500][0].endswith("the middle is left out")
    assert len(labels[2500]) == 4
    assert all("Sample" in label for label in labels[900])
    tail = asked(task(*files, room=900)).asks[0].spans[-1]
    assert trace[tail.start : tail.end].endswith("ZeroDivisionError: division by zero\n".strip())


@examples(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(NAMES), st.integers(1, 3000), st.booleans())
def test_every_prompt_fits_into_the_room(name: str, room: int, code: bool):
    """However small the room is, no prompt is larger, and every span is inside its source."""
    state = task((f"{name}.log", sample(name)), *([("shop.py", APP), ("src/lib.rs", APP)] if code else []), room=room)
    texts = {one.id: one.text for one in state.sources}
    for ask in asked(state).asks:
        names = ", ".join({next(one.name for one in state.sources if one.id == span.source_id) for span in ask.spans})
        assert len(written(state, ask)) + len(names) <= room
        assert all(0 <= span.start <= span.end <= len(texts[span.source_id]) for span in ask.spans)


def test_without_room_the_task_is_refused():
    """An instruction that leaves no room is the caller's to shorten."""
    with pytest.raises(InvalidInput):
        error.plan(task(("app.log", LOG), room=0))


def test_max_cases_leaves_the_lighter_ones_out_and_says_so():
    """The note counts what was left out and names the weightiest of it."""
    _, finish, _ = run(error.plan, task(("app.log", LOG), ("crash.txt", CRASH), max_cases=1))
    assert finish.keys == ("case:0/1+",)
    assert finish.note == (
        "2 of 3 cases (3 of 4 occurrences) were left out by maxCases; "
        "the weightiest: ERROR: shop: pear 0 is gone (2 times); ERROR: shop: plum 1 is gone (once)."
    )


def test_fifty_cases_are_asked_about_by_default():
    """A log of many different errors is not thousands of prompts."""
    letters = [chr(97 + i // 26) + chr(97 + i % 26) for i in range(60)]
    text = "".join(f"2026-03-01 10:00:00 ERROR shop {word}\n" for word in letters)
    assert len(asked(task(("app.log", text))).asks) == error.MAX_CASES == 50


def test_report_ranks_the_causes():
    """The answers become one, by a prompt that asks for the causes in order and has the table of the cases."""
    state = replace(task(("app.log", LOG), ("crash.txt", CRASH)), instruction="Be brief.")
    waves, finish, _ = run(error.plan, state)
    (report,) = waves[1].asks
    assert (report.key, report.kind, report.uses) == ("report", "reduce", ("case:0/3", "case:1/3", "case:2/3"))
    assert report.brief.startswith("Be brief.\n\nRank the root causes")
    assert report.brief.endswith(
        "1. ZeroDivisionError: division by zero (Python exception): once, in crash.txt, line 1\n"
        "2. ERROR: shop: pear 0 is gone (log ERROR): 2 times, first in app.log, line 1 (2026-03-01 10:00:00), "
        "last in app.log, line 3 (2026-03-01 10:00:02)\n"
        "3. ERROR: shop: plum 1 is gone (log ERROR): once, in app.log, line 2 (2026-03-01 10:00:01)"
    )
    assert (finish.keys, finish.note) == (("report",), None)


@pytest.mark.parametrize("room", [30, 300, 1000, 4000])
def test_report_is_a_tree_where_the_answers_are_too_long(room: int):
    """Each group of answers fits beside the report's words, which have a quarter of the room at most."""
    waves, finish, _ = run(error.plan, task(("a.txt", sample("pytest_long") + sample("gcc")), room=room), tokens=200)
    reports = [ask for wave in waves[1:] for ask in wave.asks]
    assert finish.keys == ("report",) or len(waves) > 2
    assert all(216 * len(ask.uses) <= room - room // 4 or len(ask.uses) == 2 for ask in reports)
    assert all(len(ask.brief) <= max(room // 4, 250) for ask in reports)


@pytest.mark.parametrize("aggregation", [Aggregation.LIST, Aggregation.CONCAT, Aggregation.MERGE, Aggregation.NONE])
def test_other_aggregations_have_no_report(aggregation: Aggregation):
    """The answers are the cases', in their order."""
    waves, finish, _ = run(error.plan, task(("app.log", LOG), aggregation=aggregation))
    assert (len(waves), finish.keys, finish.aggregation) == (1, ("case:0/2", "case:1/2"), aggregation)


def test_a_single_case_needs_no_report():
    """One answer is the answer."""
    waves, finish, _ = run(error.plan, task(("crash.txt", CRASH)))
    assert (len(waves), finish.keys) == (1, ("case:0/1",))


def test_finished_task_is_not_read_again():
    """That all cases were asked, and that none was left out, is seen from the keys."""
    _, finish, after = run(error.plan, task(("app.log", LOG), ("crash.txt", CRASH)))
    assert error.plan(no_reading(after)) == finish


def test_what_was_lost_in_a_crash_is_asked_again():
    """Whatever part of a wave was written, the whole of it is asked, the same."""
    state = task(("app.log", LOG), ("crash.txt", CRASH))
    wave = asked(state)
    after = answered(state, wave)
    for lost in range(3):
        partly = tuple(done for number, done in enumerate(after.subtasks) if number != lost)
        assert error.plan(replace(after, subtasks=partly)) == wave


def test_failed_cases_are_left_out_of_the_report():
    """The report is made of what was answered, under a key that says so; the note counts the rest."""
    waves, finish, _ = run(error.plan, task(("app.log", LOG), ("c.txt", CRASH)), fails=lambda key: key == "case:1/3")
    (report,) = waves[1].asks
    assert report.uses == ("case:0/3", "case:2/3")
    assert report.key.startswith("report~")
    assert finish.note == "Of 4 subtasks: 1 failed."


def test_fail_fast_ends_with_what_is_there():
    """The first failure ends the task, without another look at the sources."""
    state = task(("app.log", LOG), on_failure=OnFailure.FAIL_FAST)
    done = (DoneSubtask("case:0/2", OK, 10), DoneSubtask("case:1/2", FAILED))
    finish = error.plan(replace(state, subtasks=done, count=no_counting))
    assert (finish.keys, finish.note) == (("case:0/2",), "Of 2 subtasks: 1 failed.")


def test_halted_task_ends_with_what_is_there():
    """Nothing new is asked; the note says why."""
    state = replace(task(("app.log", LOG)), halted="The budget is used up.", count=no_counting)
    finish = error.plan(replace(state, subtasks=(DoneSubtask("case:0/2", OK, 10), DoneSubtask("case:1/2", OK, 10))))
    assert (finish.keys, finish.note) == (("case:0/2", "case:1/2"), "The budget is used up.")
    assert error.plan(state).keys == ()


def test_case_that_is_too_long_for_the_model_is_asked_with_less():
    """A case that overflowed the window is asked again with half, and half of that, of what was shown."""
    state = task(("crash.txt", CRASH * 1), ("src/app.py", APP))
    (first,) = asked(state).asks
    over = [DoneSubtask(first.key, FAILED, 0, ContextOverflow.code)]
    (second,) = asked(replace(state, subtasks=tuple(over))).asks
    assert second.key == "case:0/1>0/1"
    assert len(written(state, second)) <= len(written(state, first)) // 2 + 1
    over.append(DoneSubtask(second.key, FAILED, 0, ContextOverflow.code))
    (third,) = asked(replace(state, subtasks=tuple(over))).asks
    assert len(written(state, third)) <= len(written(state, first)) // 4 + 1
    finish = error.plan(replace(state, subtasks=(*over, DoneSubtask(third.key, OK, 10))))
    assert (finish.keys, set(finish.replaced)) == ((third.key,), {first.key, second.key})


def test_input_without_errors_is_asked_about_as_it_is():
    """One prompt about the whole of it, and a note that says so."""
    waves, finish, _ = run(error.plan, task(("app.log", "all is well\n"), ("b.log", "2026-03-01 10:00:00 INFO fine\n")))
    (ask,) = waves[0].asks
    assert (ask.key, [span.label for span in ask.spans]) == ("input", ["app.log", "b.log"])
    assert ask.brief.startswith("No error of a known form")
    assert finish.note == "No error of a known form was found; the model was asked about the input as it is."


@pytest.mark.parametrize(("count", "room"), [(1, 1000), (30, 3000), (3, 40)])
def test_long_input_without_errors_is_shown_in_part(count: int, room: int):
    """Where it is too long for one prompt, beginnings and ends are shown; it is not cut into many prompts."""
    state = task(*((f"{number}.log", "all is well\n" * 2000) for number in range(count)), room=room)
    (wave,), finish, _ = run(error.plan, state)
    (ask,) = wave.asks
    assert len(written(state, ask)) <= room
    assert "beginnings and ends" in (finish.note or "")


def test_no_input_finishes_with_a_note():
    """Nothing to read, nothing to ask."""
    assert error.plan(task()) == Finish((), Aggregation.REDUCE, "There is no input to look for errors in.")


def test_numbers_in_titles_are_those_of_the_cases():
    """The report speaks of cases by the numbers that their titles have."""
    waves, _, _ = run(error.plan, task(("a.txt", sample("gcc"))))
    titles = [re.match(r"Case (\d+): ", ask.title) for ask in waves[0].asks]
    assert [int(match[1]) for match in titles if match] == list(range(1, len(titles) + 1))
