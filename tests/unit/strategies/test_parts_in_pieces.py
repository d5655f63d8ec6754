"""Parts and groups that are too long for the model are cut again, and halted tasks end with what is there."""

from __future__ import annotations

import itertools
from dataclasses import replace
from zlib import crc32

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.records import Aggregation, OnFailure, Span, SubtaskStatus
from service.strategies import chunk, file, none
from service.strategies.interface import Ask, Asks, DoneSubtask, Finish, TaskState
from service.strategies.parts import MOST_CUTS, cut_again
from service.strategies.reducing import Names, Progress, reduce_tree
from tests.support.task_states import FAILED, answered, done, keys, longer_than, run, state, too_long

WORDS = "some words of a text "
STRATEGIES = st.sampled_from([chunk.plan, file.plan])
REDUCE = {"aggregation": Aggregation.REDUCE}


def no_counting(text: str) -> int:
    """A counter that must not be asked."""
    raise AssertionError("the text was cut")


def covered(spans: list[Span]) -> dict[str, set[int]]:
    """The characters of each source that the spans hold."""
    held: dict[str, set[int]] = {}
    for span in spans:
        held.setdefault(span.source_id, set()).update(range(span.start, span.end))
    return held


def spans_under(waves: list[Asks], key: str) -> list[Span]:
    """The spans that an answer is made of, in order."""
    asks = {ask.key: ask for wave in waves for ask in wave.asks}
    ask = asks[key]
    return [span for used in ask.uses for span in spans_under(waves, used)] or list(ask.spans)


# --- parts --------------------------------------------------------------------------------------


def test_part_that_is_too_long_is_asked_in_halves():
    """The pieces' answers take its place in order, and nothing is missing."""
    task = state([WORDS * 20])
    waves, finish, _ = run(chunk.plan, task, overflows=lambda ask: ask.key == "part:1/5")
    assert [keys(wave) for wave in waves[1:]] == [["part:1/5>0/2"], ["part:1/5>1/2"]]
    assert finish.keys == ("part:0/5", "part:1/5>0/2", "part:1/5>1/2", "part:2/5", "part:3/5", "part:4/5")
    assert {ask.replaces for wave in waves[1:] for ask in wave.asks} == set(finish.replaced) == {"part:1/5"}
    assert finish.note == "1 prompt was too long for the model and asked again in smaller pieces."


def test_pieces_say_what_they_are():
    """A piece has the part's number, or its own where the part was the whole."""
    waves, _, _ = run(chunk.plan, state([WORDS * 9, WORDS * 4]), overflows=longer_than(60))
    said = {ask.key: (ask.title, ask.part, ask.parts) for wave in waves for ask in wave.asks}
    assert said["part:0/3>0/2"] == ("file0.txt, part 1 of 2, piece 1 of 2", 1, 2)
    assert said["part:2/3>1/2"] == ("file1.txt, piece 2 of 2", 2, 2)


def test_part_that_is_ever_too_long_fails_after_its_last_cut():
    """A model that takes nothing ends the task, with every level asked once."""
    waves, finish, after = run(chunk.plan, state([WORDS * 4]), overflows=lambda ask: True)
    assert len(waves) == 1 + MOST_CUTS
    assert finish.keys == ()
    least = [one.key for one in after.subtasks if one.key not in finish.replaced]
    assert {key.count(">") for key in least} == {MOST_CUTS}
    assert (finish.note or "").startswith(f"Of {len(least)} subtasks: {len(least)} failed.")


@pytest.mark.parametrize("strategy", [chunk.plan, file.plan])
def test_model_that_takes_nothing_is_asked_a_handful_of_times(strategy):
    """Each part once, and one piece of one part a level: what cannot help is not tried for the others."""
    waves, finish, after = run(strategy, state([WORDS * 20] * 3), overflows=lambda ask: True)
    whole = [one for one in after.subtasks if ">" not in one.key]
    assert len(after.subtasks) == len(whole) + MOST_CUTS
    assert (len(waves), finish.keys) == (1 + MOST_CUTS, ())
    assert (finish.note or "").endswith("The smallest was refused just the same, so nothing else was cut.")


def test_part_that_is_always_refused_costs_one_piece_a_level():
    """Whatever the others do."""
    _, finish, after = run(chunk.plan, state([WORDS * 20]), overflows=lambda ask: ask.key.startswith("part:1/5"))
    assert len(after.subtasks) == 5 + MOST_CUTS
    assert [key for key in finish.keys if ">" not in key] == ["part:0/5", "part:2/5", "part:3/5", "part:4/5"]


def test_group_that_is_always_refused_costs_one_half_a_level():
    """64 answers are six calls, and then they stay as they are."""
    task = state([WORDS * 64], room=2000, chunk_tokens=len(WORDS), **REDUCE)
    _, finish, after = run(chunk.plan, task, tokens=1, overflows=lambda ask: bool(ask.uses))
    parts = [one for one in after.subtasks if "reduce" not in one.key]
    assert len(after.subtasks) - len(parts) <= 7
    assert set(finish.keys) == {one.key for one in parts}


def test_part_that_cannot_be_cut_fails_as_it_is():
    """One character is no two pieces."""
    waves, finish, _ = run(chunk.plan, state(["x"]), overflows=lambda ask: True)
    assert (len(waves), finish.keys, finish.replaced) == (1, (), ())


def test_pieces_that_are_done_are_not_cut_again():
    """Planning a task whose pieces have ended costs its subtasks, not its text."""
    _, finish, after = run(chunk.plan, state([WORDS * 40]), overflows=longer_than(30))
    assert chunk.plan(replace(after, count=no_counting)) == finish


def test_parts_that_are_cut_otherwise_now_stay_as_they_are():
    """A part whose span is not known any more fails; the task ends all the same."""
    parts = [done("part:0/3"), too_long("part:1/3"), done("part:2/3")]
    finish = chunk.plan(state([WORDS * 20], done=parts))
    assert isinstance(finish, Finish)
    assert (finish.keys, finish.replaced) == (("part:0/3", "part:2/3"), ())


def test_large_file_has_one_answer_of_its_pieces():
    """A file that was asked as a whole is combined out of its pieces, like one that was cut at once."""
    waves, finish, _ = run(file.plan, state([WORDS * 4, "small"]), overflows=longer_than(50))
    assert [keys(wave) for wave in waves[1:3]] == [["file:0>0/2"], ["file:0>1/2"]]
    assert [ask.uses for ask in waves[3].asks] == [("file:0>0/2", "file:0>1/2")]
    assert finish.keys == (waves[3].asks[0].key, "file:1")
    assert finish.keys[0].startswith("file:0~")


def test_what_is_too_long_does_not_end_a_task_that_fails_fast():
    """It is cut as elsewhere: pieces are asked in its place."""
    task = state([WORDS * 20], on_failure=OnFailure.FAIL_FAST)
    waves, finish, _ = run(chunk.plan, task, overflows=lambda ask: ask.key == "part:1/5")
    assert (len(waves), finish.replaced) == (3, ("part:1/5",))


def test_retry_that_succeeds_makes_its_pieces_needless():
    """When a part that was cut is answered after all, its own answer counts."""
    _, _, after = run(chunk.plan, state([WORDS * 20]), overflows=lambda ask: ask.key == "part:1/5")
    retried = tuple(done(one.key) if one.key == "part:1/5" else one for one in after.subtasks)
    finish = chunk.plan(replace(after, subtasks=retried))
    assert isinstance(finish, Finish)
    assert finish.keys == tuple(f"part:{index}/5" for index in range(5))
    assert finish.replaced == ()


@settings(deadline=None)
@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=400), st.integers(0, 40), st.integers(1, 4))
def test_pieces_cover_exactly_what_the_part_covered(text: str, overlap: int, weight: int):
    """No character is lost, none is added, and every piece is smaller than the part."""
    task = replace(state([text], chunk_overlap=overlap), count=lambda piece: len(piece.encode()) // weight)
    start, end = len(text) // 4, len(text)
    ask = Ask("k", "K", spans=(Span(task.sources[0].id, start, end),))
    pieces = cut_again(task, ask)
    spans = [span for piece in pieces for span in piece.spans]
    assert not pieces or covered(spans) == covered([*ask.spans])
    assert all(left.start <= right.start <= left.end for left, right in itertools.pairwise(spans))
    assert all(span.end - span.start < end - start for span in spans)


@settings(deadline=None)
@given(STRATEGIES, st.lists(st.integers(1, 500), min_size=1, max_size=3), st.integers(3, 120), st.booleans())
def test_all_is_answered_once_whatever_the_model_takes(strategy, sizes: list[int], takes: int, reduce: bool):
    """What the result is made of covers all that was answered, in order; and the task ends."""
    task = state([(WORDS * 50)[:size] for size in sizes], **(REDUCE if reduce else {}))
    waves, finish, after = run(strategy, task, overflows=longer_than(takes))
    spans = [span for key in finish.keys for span in spans_under(waves, key)]
    ended = {one.key: one for one in after.subtasks}
    wanted = [ask for wave in waves for ask in wave.asks if ask.spans and ended[ask.key].status is not FAILED]
    assert covered(spans) == covered([span for ask in wanted for span in ask.spans])
    order = [([one.id for one in task.sources].index(span.source_id), span.start) for span in spans]
    assert order == sorted(order)
    assert takes < 7 or covered(spans) == covered([Span(one.id, 0, len(one.text)) for one in task.sources])


@settings(deadline=None)
@given(STRATEGIES, st.integers(1, 60), st.sets(st.integers(0, 15)), st.sets(st.integers(0, 15)))
def test_pieces_end_whatever_fails(strategy, count: int, broken: set[int], long: set[int]):
    """Failures and overflows of any prompts, in parts and in trees: planning comes to an end."""
    task = state([WORDS * count, WORDS], **REDUCE)
    _, finish, after = run(
        strategy,
        task,
        fails=lambda key: crc32(key.encode()) % 16 in broken,
        overflows=lambda ask: crc32(ask.key.encode()) % 16 in long,
    )
    ended = {one.key: one.status for one in after.subtasks}
    assert all(ended[key] is SubtaskStatus.SUCCEEDED for key in finish.keys)
    assert all(ended[key] is FAILED for key in finish.replaced)


@settings(deadline=None)
@given(st.sets(st.integers(0, 30)))
def test_wave_of_pieces_is_asked_again_after_a_crash(lost: set[int]):
    """Whatever of the pieces' wave was written or ended, what is left is asked the same."""
    before = answered(task := state([WORDS * 20]), chunk.plan(task), overflows=lambda ask: True)
    wave = chunk.plan(before)
    assert isinstance(wave, Asks)
    after = answered(before, wave).subtasks
    new = [one for one in after if one not in before.subtasks]
    kept = [one for index, one in enumerate(new) if index not in lost]
    again = chunk.plan(replace(before, subtasks=(*before.subtasks, *kept)))
    missing = {one.key for one in new} - {one.key for one in kept}
    if missing:
        assert isinstance(again, Asks)
        assert missing <= set(keys(again)) <= set(keys(wave))
        assert {ask.key: ask for ask in wave.asks}.items() >= {ask.key: ask for ask in again.asks}.items()


# --- groups of a tree ---------------------------------------------------------------------------


def tree(parts: list[DoneSubtask], *more: DoneSubtask, room: int = 1000):
    """The tree over the parts when so much more is done."""
    return reduce_tree(Progress.of(state(room=room, done=[*parts, *more])), [part.key for part in parts], Names("x/"))


def test_group_that_is_too_long_is_divided():
    """Half as many answers in each; the next level combines what came of them."""
    parts = [done(f"p{index}") for index in range(4)]
    (half,) = tree(parts, too_long("x/reduce:1:0")).asks
    halves = tree(parts, too_long("x/reduce:1:0"), done(half.key)).asks
    assert [(ask.key, ask.uses) for ask in halves] == [
        ("x/reduce:1:0>0/2", ("p0", "p1")),
        ("x/reduce:1:0>1/2", ("p2", "p3")),
    ]
    (top,) = tree(parts, too_long("x/reduce:1:0"), *(done(ask.key) for ask in halves)).asks
    assert top.uses == ("x/reduce:1:0>0/2", "x/reduce:1:0>1/2")
    assert top.key.startswith("x/reduce:2:0~")


def test_group_of_three_leaves_one_for_the_next_level():
    """Two are combined, the third goes up as it is."""
    parts = [done(f"p{index}") for index in range(3)]
    (pair,) = tree(parts, too_long("x/reduce:1:0")).asks
    (top,) = tree(parts, too_long("x/reduce:1:0"), done(pair.key)).asks
    assert (pair.uses, top.uses) == (("p0", "p1"), ("x/reduce:1:0>0/1", "p2"))


def test_pair_that_is_too_long_stays_uncombined():
    """Two answers go together or not at all."""
    parts = [done("p0"), done("p1")]
    reduction = tree(parts, too_long("x/reduce:1:0"))
    assert (reduction.asks, reduction.keys) == ((), ("p0", "p1"))


@settings(deadline=None)
@given(st.integers(2, 80), st.integers(10, 200))
def test_tree_ends_whatever_the_model_takes(count: int, takes: int):
    """A model that takes fewer answers than we think still combines them, down to two at a time."""
    task = state([WORDS * count], room=200, **REDUCE)
    waves, finish, _ = run(chunk.plan, task, tokens=1, overflows=lambda ask: bool(ask.uses) and longer_than(takes)(ask))
    spans = [span for key in finish.keys for span in spans_under(waves, key)]
    assert covered(spans) == covered([Span(task.sources[0].id, 0, len(WORDS) * count)])
    assert takes < 20 or len(finish.keys) == 1


# --- halted -------------------------------------------------------------------------------------


def halted(task: TaskState) -> TaskState:
    """The same task where nothing more may be asked, and no text be cut."""
    return replace(task, halted="The budget is used up.", count=no_counting)


@pytest.mark.parametrize("strategy", [chunk.plan, file.plan, none.plan])
def test_halted_task_asks_nothing(strategy):
    """Nothing was asked yet: the end is empty and says why."""
    finish = strategy(halted(state([WORDS])))
    assert isinstance(finish, Finish)
    assert finish.keys == ()
    assert (finish.note or "").startswith("The budget is used up.")


def test_halted_task_ends_with_what_was_answered():
    """Parts and pieces in the order of the text; what was not asked any more is counted."""
    parts = [done("part:2/3"), too_long("part:1/3"), done("part:1/3>0/2"), done("part:0/3", SubtaskStatus.CANCELLED)]
    finish = chunk.plan(halted(state([WORDS], done=[*parts, done("part:1/3>1/2", SubtaskStatus.READY)])))
    assert isinstance(finish, Finish)
    assert finish.keys == ("part:1/3>0/2", "part:2/3")
    assert finish.note == (
        "The budget is used up. Of 4 subtasks: 1 cancelled, 1 not finished. "
        "1 prompt was too long for the model and asked again in smaller pieces."
    )


def test_halted_prompt_that_was_answered_is_the_answer():
    """NONE has all it wants."""
    finish = none.plan(halted(state([WORDS], done=[done("prompt")])))
    assert isinstance(finish, Finish)
    assert finish.keys == ("prompt",)


@settings(deadline=None)
@given(STRATEGIES, st.integers(1, 40), st.integers(0, 6), st.integers(15, 60))
def test_halted_task_keeps_all_that_was_paid_for(strategy, count: int, waves: int, takes: int):
    """Whenever a task is halted, its end is made of all parts that were answered, as far combined as they are."""
    task, asked = state([WORDS * count, WORDS], **REDUCE), list[Asks]()
    while len(asked) < waves and isinstance(plan := strategy(task), Asks):
        asked.append(plan)
        task = answered(task, plan, overflows=longer_than(takes))
    finish = strategy(halted(task))
    spans = [span for key in finish.keys for span in spans_under(asked, key)]
    ended = {one.key: one for one in task.subtasks}
    wanted = [ask for wave in asked for ask in wave.asks if ask.spans and ended[ask.key].status is not FAILED]
    assert covered(spans) == covered([span for ask in wanted for span in ask.spans])
    assert len(spans) == len(wanted)
