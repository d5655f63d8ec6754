"""The strategy FILE."""

from __future__ import annotations

from dataclasses import replace

from service.records import Aggregation, OnFailure, Span, SubtaskStatus
from service.strategies import file
from service.strategies.interface import Asks
from tests.support.task_states import FAILED, answered, done, keys, run, source, state

WORDS = "some words of a text "


def no_counting(text: str) -> int:
    """A counter that must not be asked."""
    raise AssertionError("the text was counted again")


def test_file_asks_once_a_file():
    """Every file that fits is asked about as a whole, in the order given."""
    task = replace(state(), sources=(source(0, "one", "b.py"), source(1, "two", "a.py")))
    asks = file.plan(task).asks
    assert [(ask.key, ask.title) for ask in asks] == [("file:0", "b.py"), ("file:1", "a.py")]
    assert asks[1].spans == (Span(task.sources[1].id, 0, 3),)


def test_file_of_nothing_finishes():
    """No files, no asks."""
    assert file.plan(state()).keys == ()


def test_file_that_is_too_large_is_cut_and_combined():
    """The parts' answers become one answer, under the file's key; the small file is not asked again."""
    waves, finish, _ = run(file.plan, state(["small", WORDS * 12]))
    assert keys(waves[0]) == ["file:0", "file:1/part:0/3", "file:1/part:1/3", "file:1/part:2/3"]
    assert [(ask.key, ask.kind, ask.uses) for ask in waves[1].asks] == [("file:1", "reduce", tuple(keys(waves[0])[1:]))]
    assert finish.keys == ("file:0", "file:1")


def test_file_that_is_cut_otherwise_goes_on():
    """When the room has changed in between, what was cut before does not keep the file from ending."""
    stale = [done("file:0/part:0/2", SubtaskStatus.RUNNING), done("file:0/part:1/2")]
    _, finish, _ = run(file.plan, state([WORDS * 12], done=stale))
    assert finish.keys == ("file:0",)


def test_file_combines_many_parts_as_a_tree():
    """Parts that do not fit into one prompt are combined level by level; the last one has the file's key."""
    waves, finish, _ = run(file.plan, state([WORDS * 50]), tokens=30)
    assert keys(waves[1])[0] == "file:0/reduce:1:0"
    assert keys(waves[-1]) == ["file:0"]
    assert finish.keys == ("file:0",)


def test_files_go_on_apart_from_one_another():
    """A file whose parts are done is combined while another still waits."""
    task = state([WORDS * 12, WORDS * 12])
    first = file.plan(task)
    half = Asks(tuple(ask for ask in first.asks if ask.key.startswith("file:0")))
    assert keys(file.plan(answered(task, half))) == ["file:0", *(key for key in keys(first) if key[5] == "1")]


def test_file_reduces_the_files_answers():
    """REDUCE combines the files' answers into one."""
    waves, finish, _ = run(file.plan, state(["a", "b", WORDS * 12], aggregation=Aggregation.REDUCE))
    assert [ask.uses for ask in waves[-1].asks] == [("file:0", "file:1", "file:2")]
    assert finish.keys == ("reduce:1:0",)


def test_file_of_one_needs_no_reduce():
    """One file's answer is the answer."""
    waves, finish, _ = run(file.plan, state(["a"], aggregation=Aggregation.REDUCE))
    assert len(waves) == 1
    assert finish.keys == ("file:0",)


def test_file_that_is_done_is_not_counted_again():
    """Planning again costs the subtasks, not the files."""
    _, finish, after = run(file.plan, state(["small", WORDS * 12]))
    assert file.plan(replace(after, count=no_counting)) == finish


def test_file_leaves_out_files_that_failed():
    """The others are the answer."""
    _, finish, _ = run(file.plan, state(["a", "b", "c"]), fails=lambda key: key == "file:1")
    assert finish.keys == ("file:0", "file:2")
    assert finish.note == "Of 3 subtasks: 1 failed."


def test_file_reduce_is_made_anew_after_a_retry():
    """A retry that fills a gap in one file leads to a new answer of the whole."""
    task = state(["a", "b", WORDS * 12], aggregation=Aggregation.REDUCE)
    waves, before, after = run(file.plan, task, fails=lambda key: "part:" in key)
    assert keys(waves[-1])[0].startswith("reduce:1:0~")
    retried = tuple(one for one in after.subtasks if one.status is not FAILED)
    _, finish, _ = run(file.plan, replace(task, subtasks=retried))
    assert before.keys != finish.keys == ("reduce:1:0",)


def test_file_fails_fast():
    """With FAIL_FAST one failure ends the task with the files and parts that were answered."""
    parts = [done("file:0"), done("file:1/part:0/3"), done("file:1/part:1/3", FAILED)]
    task = replace(state(["a", WORDS], done=parts, on_failure=OnFailure.FAIL_FAST), count=no_counting)
    assert file.plan(task).keys == ("file:0", "file:1/part:0/3")


def test_file_names_in_titles_are_short():
    """A long path keeps its end, where the file's name is."""
    path = "/".join(["folder"] * 20) + "/module.py"
    (ask,) = file.plan(replace(state(), sources=(source(0, "x", path),))).asks
    assert len(ask.title) <= 60
    assert ask.title.endswith("/module.py")


def test_file_names_the_files_above_their_answers():
    """Once each, also where the parts of one were not combined; items of a list and JSON have no names."""
    task = replace(state(), sources=(source(0, "one", "b.py"), source(1, "two", "a.py")))
    _, finish, _ = run(file.plan, task)
    assert finish.headings == ("b.py", "a.py")
    halted = replace(task, halted="stop", subtasks=(done("file:0/part:0/2"), done("file:0/part:1/2"), done("file:1")))
    assert file.plan(halted).headings == ("b.py", "", "a.py")
    items = replace(task, sources=(source(0, "one", "item 1"), source(1, "two", "item 2")))
    assert run(file.plan, items)[1].headings == ()
