"""What is shown of a text: each piece once, whatever comes twice."""

from __future__ import annotations

import copy
import pickle

from hypothesis import given
from hypothesis import strategies as st

from antiphon.texts import Piece, ShownText


def test_text_that_comes_again_is_not_shown_again() -> None:
    """After a broken connection the text so far comes as one piece."""
    shown = ShownText()
    pieces = [shown.take(0, "The call "), shown.take(9, "and its"), shown.take(0, "The call and its answer")]
    assert [str(piece) for piece in pieces if piece] == ["The call ", "and its", " answer"]


def test_attempt_that_says_the_same_is_not_shown_again() -> None:
    """Another attempt begins at 0; what it repeats is held back, what is new comes."""
    shown = ShownText()
    shown.take(0, "one two")
    assert [shown.take(0, "one"), shown.take(3, " two"), shown.take(7, " three")] == [None, None, Piece(" three")]


def test_attempt_that_says_something_else_restarts() -> None:
    """The piece says that what came before does not count."""
    shown = ShownText()
    shown.take(0, "one two")
    piece = shown.take(0, "other")
    assert piece == "other"
    assert piece is not None
    assert piece.restarted


def test_end_that_is_shorter_restarts() -> None:
    """The kept answer is the right one, also where more had been shown."""
    shown = ShownText()
    shown.take(0, "one two")
    piece = shown.end("one")
    assert piece is not None
    assert (str(piece), piece.restarted, shown.shown) == ("one", True, "one")


@given(st.lists(st.text(), min_size=1), st.data())
def test_pieces_make_the_text_over_any_cuts(texts: list[str], data: st.DataObject) -> None:
    """Wherever a connection breaks, the pieces joined are the text, once."""
    shown, whole, seen = ShownText(), "".join(texts), ""
    position = 0
    for text in texts:
        if data.draw(st.booleans()):
            seen += shown.take(0, whole[:position]) or ""
        seen += shown.take(position, text) or ""
        position += len(text)
    seen += shown.end(whole) or ""
    assert seen == whole


def test_piece_is_copied_with_what_it_says() -> None:
    """As it goes to another process."""
    piece = Piece("text", restarted=True)
    assert [it.restarted for it in (copy.copy(piece), pickle.loads(pickle.dumps(piece)))] == [True, True]
