"""What an annotation may say; nothing else is asked of the graph."""

from __future__ import annotations

import math
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.conversations.feedback import AnnotationFilter, Feedback, NewAnnotation
from service.cursors import PageRequest
from service.errors import InvalidInput, NotFound
from service.graph.reader import Reader
from service.graph.store import Store


class NoGraph:
    """A graph without a message."""

    async def read_messages(self, owner: str, ids: list[str]) -> dict[str, Any]:
        """None of them."""
        return {}


def feedback() -> Feedback:
    """The use case over it."""
    return Feedback(cast("Reader", NoGraph()), cast("Store", None))


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({}, "input.rating"),
        ({"rating": 1.001}, "input.rating"),
        ({"rating": -2}, "input.rating"),
        ({"rating": 1e308}, "input.rating"),
        ({"rating": math.nan}, "input.rating"),
        ({"rating": math.inf}, "input.rating"),
        ({"label": ""}, "input.label"),
        ({"label": " wrong"}, "input.label"),
        ({"label": "a\nb"}, "input.label"),
        ({"label": "x" * 51}, "input.label"),
        ({"comment": " "}, "input.comment"),
        ({"comment": "x" * 4001}, "input.comment"),
        ({"comment": "\x00"}, "input.comment"),
        ({"rating": 1, "annotator": ""}, "input.annotator"),
        ({"rating": 1, "annotator": "x" * 201}, "input.annotator"),
        ({"rating": 1, "annotator": "an\u202ena"}, "input.annotator"),
    ],
)
async def test_what_makes_no_sense_is_refused_by_its_field(said: dict[str, Any], field: str) -> None:
    """Before anything is read."""
    with pytest.raises(InvalidInput) as raised:
        await feedback().annotate("ann", NewAnnotation("m", **said))
    assert raised.value.field == field


@given(rating=st.floats(-1, 1))
async def test_any_rating_within_the_bounds_is_taken(rating: float) -> None:
    """It is only the message that is not there."""
    with pytest.raises(NotFound):
        await feedback().annotate("ann", NewAnnotation("m", rating))


async def test_a_filter_that_cannot_match_is_refused() -> None:
    """The field is named."""
    with pytest.raises(InvalidInput) as raised:
        await feedback().list_annotations("ann", AnnotationFilter(least=1, most=0), PageRequest(1))
    assert raised.value.field == "filter.minRating"
