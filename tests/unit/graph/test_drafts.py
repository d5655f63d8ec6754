"""What a task reads is cut into pieces that a transaction can hold."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from service.graph.drafts import PIECE_CHARACTERS, PIECE_READINGS, is_much, pieces


def reading(characters: int) -> dict[str, Any]:
    """A reading of a text of so many characters."""
    return {"source": {"text": "x" * characters}}


SIZES = st.lists(st.sampled_from([0, 1, 100, 300_000, PIECE_CHARACTERS, PIECE_CHARACTERS + 1]), min_size=1, max_size=40)


@given(SIZES)
def test_pieces_are_all_of_it_in_order_and_within_the_bounds(sizes: list[int]) -> None:
    """Only a text that is larger than a piece is more than a piece, and then it is alone."""
    texts = {size: reading(size) for size in sizes}
    readings = [texts[size] for size in sizes]
    found = [list(piece) for piece in pieces(readings)]
    assert [one for piece in found for one in piece] == readings
    for piece in found:
        assert len(piece) == 1 or sum(len(one["source"]["text"]) for one in piece) <= PIECE_CHARACTERS


def test_many_short_items_are_pieces_too() -> None:
    """Their number counts: each is a node and an edge."""
    readings = [reading(3)] * (2 * PIECE_READINGS + 1)
    assert [len(piece) for piece in pieces(readings)] == [PIECE_READINGS, PIECE_READINGS, 1]


def test_what_most_tasks_read_is_written_with_them() -> None:
    """In one round trip."""
    assert not is_much([])
    assert not is_much([reading(100_000)])
    assert is_much([reading(1_000_000)])
    assert is_much([reading(1)] * 5000)
