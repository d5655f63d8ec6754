"""Histories that a seed draws: as many messages as were wished, each below what there was before it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.histories import History, Shape, Step
from benchmarks.texts import Texts
from service.chat import ModelConfig
from service.providers.tokens import token_counter

shapes = st.builds(Shape, st.integers(400, 700), *(st.integers(0, most) for most in (12, 5, 12, 5)))


def drawn(shape: Shape, seed: int = 1) -> tuple[History, list[Step]]:
    """A history and its messages."""
    history = History(shape, seed)
    return history, list(history.steps())


@given(shapes, st.integers(0, 99))
def test_history_has_as_many_messages_as_were_wished(shape: Shape, seed: int) -> None:
    """In order, whatever else it has; its last turn is its head, below all but what a job's parts said."""
    history, steps = drawn(shape, seed)
    assert [step.number for step in steps] == list(range(shape.messages))
    parts = {step.number for step in steps if step.link == "DECOMPOSES"}
    turns = [step for step in steps if step.number not in parts and not parts.intersection(step.above[:1])]
    assert steps[history.head].depth == max(step.depth for step in turns)


@given(shapes, st.integers(0, 99))
def test_message_stands_below_earlier_ones(shape: Shape, seed: int) -> None:
    """A response below one prompt; a prompt below responses, or as a part below a prompt; depths count them."""
    _, steps = drawn(shape, seed)
    for step in steps:
        above = [steps[number] for number in step.above]
        assert all(it.number < step.number for it in above)
        assert step.depth == max((it.depth for it in above), default=-1) + 1
        assert {it.kind for it in above} <= ({"Response"} if step.link == "CONTINUES" else {"Prompt"})
        assert len(above) == len(set(step.above)) >= (step.link is not None)


@given(shapes, st.integers(0, 99))
def test_history_has_what_its_shape_says(shape: Shape, seed: int) -> None:
    """A branch a fork, a prompt below several a merge or a diamond, a job with all its parts a decomposition."""
    history, steps = drawn(shape, seed)
    parts = sum(step.link == "DECOMPOSES" for step in steps)
    assert len(history.branches) == shape.forks
    assert sum(len(step.above) > 1 for step in steps) == shape.merges + shape.diamonds
    assert (len(history.jobs), sum(len(job.parts) for job in history.jobs)) == (shape.decompositions, parts)


def test_same_seed_draws_the_same() -> None:
    """And another seed another."""
    shape = Shape(500, 5, 5, 5, 5)
    assert drawn(shape)[1] == drawn(shape)[1] != drawn(shape, 2)[1]


def test_shape_that_takes_more_messages_is_refused() -> None:
    """With the number that it takes."""
    with pytest.raises(ValueError, match="it takes 62 at least"):
        drawn(Shape(50, diamonds=10))


def test_texts_have_the_tokens_that_were_wished() -> None:
    """But for a first word that is two; on the whole, where they are not to be equal."""
    count = token_counter(ModelConfig("acme", "some", "some", 8192, 1024, tokenizer="o200k"))
    texts, spread = Texts(1, 300), Texts(1, 300, spread=1.0)
    assert {count(texts.next()) for _ in range(20)} <= {300, 301}
    assert sum(count(spread.next()) for _ in range(2000)) / 2000 == pytest.approx(300, rel=0.1)
