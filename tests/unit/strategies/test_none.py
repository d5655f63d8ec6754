"""The strategy NONE."""

from __future__ import annotations

from service.records import Aggregation, Span, SubtaskStatus
from service.strategies import none
from service.strategies.interface import Asks, Finish
from tests.support.task_states import FAILED, OK, done, run, state


def test_none_asks_the_prompt_with_whole_sources():
    """One direct ask about all of every source."""
    task = state(["one", "three"])
    (ask,) = none.plan(task).asks
    assert (ask.key, ask.kind) == ("prompt", "direct")
    assert ask.spans == tuple(Span(one.id, 0, len(one.text)) for one in task.sources)


def test_none_finishes_with_the_response():
    """The response is the answer."""
    _, finish, _ = run(none.plan, state(["text"], aggregation=Aggregation.REDUCE))
    assert finish == Finish(("prompt",), Aggregation.CONCAT)


def test_none_asks_again_while_the_prompt_is_not_final():
    """A prompt that is on its way is asked again, with the same key."""
    task = state(done=[done("prompt", SubtaskStatus.RUNNING)])
    assert isinstance(none.plan(task), Asks)


def test_none_finishes_empty_when_the_prompt_failed():
    """Without a response there is no answer, and the note says why."""
    finish = none.plan(state(done=[done("prompt", FAILED)]))
    assert finish.keys == ()
    assert "failed" in finish.note
    assert none.plan(state(done=[done("prompt", OK)])).note is None


def test_none_asks_first_where_merged_branches_disagree():
    """Then the prompt, which depends on that; where that failed, nothing more is asked."""
    merge = {"reconcile": True}
    (first,) = none.plan(state(**merge)).asks
    assert (first.kind, first.key) == ("conflicts", none.CONFLICTS_KEY)
    assert none.plan(state(done=[done(none.CONFLICTS_KEY, SubtaskStatus.RUNNING)], **merge)).asks == (first,)
    (then,) = none.plan(state(done=[done(none.CONFLICTS_KEY, OK)], **merge)).asks
    assert (then.kind, then.depends_on) == ("direct", (none.CONFLICTS_KEY,))
    assert none.plan(state(done=[done(none.CONFLICTS_KEY, OK), done("prompt", OK)], **merge)).keys == ("prompt",)
    assert none.plan(state(done=[done(none.CONFLICTS_KEY, FAILED)], **merge)).keys == ()
