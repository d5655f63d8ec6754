"""The tree that combines answers."""

from __future__ import annotations

from zlib import crc32

from hypothesis import given, settings
from hypothesis import strategies as st

from service.records import Aggregation
from service.strategies import chunk
from service.strategies.interface import DoneSubtask
from service.strategies.reducing import ANSWER_OVERHEAD, Names, Progress, reduce_tree
from tests.support.task_states import FAILED, OK, done, run, state

SIZES = st.lists(st.integers(0, 400), min_size=1, max_size=60)


def progress(parts: list[DoneSubtask], room: int = 100) -> Progress:
    """A task that has got so far."""
    return Progress.of(state(room=room, done=parts))


@settings(deadline=None)
@given(SIZES, st.integers(0, 300))
def test_level_takes_neighbours_that_fit(sizes: list[int], room: int):
    """Every answer is used once at most, in order, in groups of two or of what fits."""
    parts = [done(f"p{index}", tokens=size) for index, size in enumerate(sizes)]
    asks = reduce_tree(progress(parts, room), [part.key for part in parts], Names()).asks
    used = [key for ask in asks for key in ask.uses]
    order = {part.key: index for index, part in enumerate(parts)}
    assert used == sorted(set(used), key=order.__getitem__)
    assert all(ask.depends_on == ask.uses and len(ask.uses) >= 2 for ask in asks)
    assert all(
        len(ask.uses) == 2 or sum(sizes[order[key]] + ANSWER_OVERHEAD for key in ask.uses) <= room for ask in asks
    )


@settings(deadline=None)
@given(st.integers(2, 200), st.integers(0, 500), st.sets(st.integers(0, 400)))
def test_tree_ends_and_uses_every_answer(count: int, tokens: int, broken: set[int]):
    """Whatever fails, the tree ends, and every part that succeeded is in what is left."""
    parts = [done(f"part:{index}/{count}", tokens=tokens) for index in range(count)]
    task = state(room=200, done=parts, aggregation=Aggregation.REDUCE)
    waves, finish, _ = run(chunk.plan, task, fails=lambda key: crc32(key.encode()) % 401 in broken, tokens=tokens)
    uses = {ask.key: ask.uses for wave in waves for ask in wave.asks}

    def leaves(key: str) -> list[str]:
        return [leaf for used in uses[key] for leaf in leaves(used)] if key in uses else [key]

    assert [leaf for key in finish.keys for leaf in leaves(key)] == [part.key for part in parts]


@settings(deadline=None)
@given(st.lists(st.integers(1, 90), min_size=2, max_size=120), st.data())
def test_another_answer_changes_what_stands_above_it_alone(sizes: list[int], data: st.DataObject):
    """Whatever its length: the groups that it is not in stay as they were."""
    at = data.draw(st.integers(0, len(sizes) - 1))
    other = [*sizes[:at], data.draw(st.integers(1, 90)), *sizes[at + 1 :]]

    def groups(lengths: list[int]) -> list[set[str]]:
        parts = [done(f"p{index}", tokens=size) for index, size in enumerate(lengths)]
        return [set(ask.uses) for ask in reduce_tree(progress(parts, 300), [it.key for it in parts], Names()).asks]

    was, is_ = groups(sizes), groups(other)
    before = next((group for group in was if f"p{at}" in group), set[str]())
    now = next((group for group in is_ if f"p{at}" in group), set[str]())
    # It may have become too long for its group, which then is two; or two are one now.
    assert all(group in was or group <= before for group in is_ if group != now)
    assert all(group in is_ or group <= now for group in was if group != before)


def test_tree_names_levels_and_groups():
    """Keys say the level and the group; a last answer alone goes up as it is."""
    parts = [done(f"p{index}", tokens=100) for index in range(5)]
    first = reduce_tree(progress(parts), [part.key for part in parts], Names("x/")).asks
    assert [(ask.key, ask.uses) for ask in first] == [("x/reduce:1:0", ("p0", "p1")), ("x/reduce:1:1", ("p2", "p3"))]
    second = reduce_tree(
        progress([*parts, *(done(ask.key, tokens=100) for ask in first)]), [part.key for part in parts], Names("x/")
    ).asks
    assert [ask.uses for ask in second] == [("x/reduce:1:0", "x/reduce:1:1")]


def test_tree_with_a_gap_is_not_taken_for_the_whole_one():
    """After a retry filled the gap, the combination that lacked it is made anew."""
    names, order = Names(top="all"), ["p0", "p1", "p2"]
    gap = [done("p0"), done("p1", FAILED), done("p2")]
    (partial,) = reduce_tree(progress(gap), order, names).asks
    assert partial.key.startswith("all~")
    filled = [done("p0"), done("p1"), done("p2"), done(partial.key)]
    (whole,) = reduce_tree(progress(filled), order, names).asks
    assert (whole.key, whole.uses) == ("all", ("p0", "p1", "p2"))


def test_tree_whose_last_combination_failed_keeps_its_inputs():
    """What was answered is not lost because the model could not combine it."""
    parts = [done("p0"), done("p1"), done("reduce:1:0", FAILED)]
    reduction = reduce_tree(progress(parts), ["p0", "p1"], Names())
    assert (reduction.asks, reduction.keys, reduction.complete) == ((), ("p0", "p1"), False)


def test_uncombined_answers_are_joined():
    """A task that should have been reduced to one answer and was not has them one after another."""
    parts = [done("part:0/2"), done("part:1/2"), done("reduce:1:0", FAILED)]
    finish = chunk.plan(state(done=parts, aggregation=Aggregation.REDUCE))
    assert finish.keys == ("part:0/2", "part:1/2")
    assert finish.aggregation is Aggregation.CONCAT
    assert parts[0].status is OK
