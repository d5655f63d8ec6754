"""The strategy CHUNK."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.errors import InvalidInput
from service.records import Aggregation, OnFailure, SubtaskStatus
from service.strategies import chunk
from service.strategies.interface import Asks, TaskState
from tests.support.task_states import FAILED, answered, done, keys, run, source, state

WORDS = "some words of a text "


def no_counting(text: str) -> int:
    """A counter that must not be asked."""
    raise AssertionError("the text was cut again")


def cheap(task: TaskState) -> TaskState:
    """The same task where cutting its text is an error."""
    return replace(task, count=no_counting)


def test_chunk_asks_about_every_part_of_every_source():
    """The spans of all parts put together are the sources."""
    task = state([WORDS * 20, WORDS * 3, WORDS * 40])
    asks = chunk.plan(task).asks
    texts = {one.id: one.text for one in task.sources}
    parts = [texts[span.source_id][span.start : span.end] for ask in asks for span in ask.spans]
    assert "".join(parts) == "".join(texts.values())
    assert all(len(part) <= task.room for part in parts)
    assert keys(chunk.plan(task)) == [f"part:{index}/{len(asks)}" for index in range(len(asks))]


def test_chunk_titles_are_for_people():
    """A title has the file's name and the number of the part in it."""
    task = replace(state(room=60), sources=(source(0, WORDS * 5, "report.md"), source(1, "short", "note.txt")))
    assert [ask.title for ask in chunk.plan(task).asks] == [
        "report.md, part 1 of 2",
        "report.md, part 2 of 2",
        "note.txt",
    ]


def test_chunk_obeys_its_settings():
    """`chunk_tokens` makes parts smaller than the room, `chunk_overlap` makes them overlap."""
    asks = chunk.plan(state([WORDS * 20], room=1000, chunk_tokens=50, chunk_overlap=20)).asks
    spans = [ask.spans[0] for ask in asks]
    assert all(span.end - span.start <= 50 for span in spans)
    assert any(left.end > right.start for left, right in itertools.pairwise(spans))


def test_chunk_of_nothing_finishes():
    """No sources, no asks."""
    assert chunk.plan(state()).keys == ()


def test_chunk_without_room_is_refused():
    """An instruction that leaves no room is the caller's to shorten."""
    with pytest.raises(InvalidInput):
        chunk.plan(state([WORDS], room=0))


def test_chunk_finishes_with_all_parts_in_order():
    """Without a reduce the answers are the parts'."""
    waves, finish, _ = run(chunk.plan, state([WORDS * 20], aggregation=Aggregation.LIST))
    assert len(waves) == 1
    assert finish.keys == tuple(keys(waves[0]))
    assert (finish.aggregation, finish.note) == (Aggregation.LIST, None)


def test_chunk_that_is_done_is_not_cut_again():
    """Planning a task whose parts are final costs its subtasks, not its text."""
    task = state([WORDS * 200])
    _, finish, after = run(chunk.plan, task)
    assert chunk.plan(cheap(after)) == finish


@given(st.sets(st.integers(0, 30)))
def test_chunk_asks_the_whole_wave_after_a_crash(lost: set[int]):
    """Whatever part of a wave was written, all of it is asked again, the same."""
    task = state([WORDS * 20])
    wave = chunk.plan(task)
    written = answered(task, wave).subtasks
    partly = replace(task, subtasks=tuple(one for index, one in enumerate(written) if index not in lost))
    unfinished = [done(one.key, SubtaskStatus.RUNNING) if index in lost else one for index, one in enumerate(written)]
    still = lost & set(range(len(written)))
    assert (chunk.plan(partly) == wave) == bool(still)
    assert (chunk.plan(replace(task, subtasks=tuple(unfinished))) == wave) == bool(still)


def test_chunk_that_is_cut_otherwise_goes_on():
    """When the room has changed in between, what was cut before does not keep the task from ending."""
    stale = [done("part:0/2", SubtaskStatus.RUNNING), done("part:1/2")]
    waves, finish, _ = run(chunk.plan, state([WORDS * 20], done=stale))
    assert finish.keys == tuple(keys(waves[0]))


def test_chunk_leaves_out_what_failed():
    """With CONTINUE the rest is the answer, and the note says what is missing."""
    _, finish, _ = run(chunk.plan, state([WORDS * 20]), fails=lambda key: key.startswith("part:1/"))
    assert not any(key.startswith("part:1/") for key in finish.keys)
    assert finish.note == "Of 5 subtasks: 1 failed."


def test_chunk_that_failed_altogether_finishes_empty():
    """Nothing that succeeded, no keys."""
    _, finish, _ = run(chunk.plan, state([WORDS * 20], aggregation=Aggregation.REDUCE), fails=lambda key: True)
    assert finish.keys == ()


def test_chunk_fails_fast():
    """With FAIL_FAST one failure ends the task with what was answered until then, without another look."""
    parts = [done("part:10/12"), done("part:2/12"), done("part:3/12", FAILED), done("part:4/12", SubtaskStatus.RUNNING)]
    finish = chunk.plan(cheap(state([WORDS], done=parts, on_failure=OnFailure.FAIL_FAST)))
    assert finish.keys == ("part:2/12", "part:10/12")
    assert finish.note == "Of 4 subtasks: 1 failed, 1 not finished."


def test_chunk_reduces_to_one_answer():
    """A tree of groups that fit, each level narrower, until one answer is left."""
    waves, finish, _ = run(chunk.plan, state([WORDS * 100], aggregation=Aggregation.REDUCE), tokens=20)
    widths = [len(wave.asks) for wave in waves[1:]]
    assert widths == sorted(widths, reverse=True)
    assert all(ask.kind == "reduce" for wave in waves[1:] for ask in wave.asks)
    assert finish.keys == tuple(keys(waves[-1]))


def test_chunk_of_one_part_needs_no_reduce():
    """One answer is the answer."""
    waves, finish, _ = run(chunk.plan, state([WORDS], aggregation=Aggregation.REDUCE))
    assert len(waves) == 1
    assert finish.keys == ("part:0/1",)


def test_chunk_of_ten_thousand_parts_is_planned_again_at_once():
    """A large reduce is planned from its keys alone, level after level."""
    parts = [done(f"part:{index}/10000", tokens=500) for index in range(10_000)]
    task = cheap(state(["never read"], room=100_000, done=parts, aggregation=Aggregation.REDUCE))
    first = chunk.plan(task)
    assert isinstance(first, Asks)
    assert sum(len(ask.uses) for ask in first.asks) == 10_000
