"""How a text becomes tokens: known cuttings of BERT's reference implementation, and what holds for any text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.providers.wordpiece import WordPiece, words

VOCABULARY = [
    "[UNK]",
    "[CLS]",
    "[SEP]",
    "un",
    "##aff",
    "##able",
    "want",
    "##ed",
    ",",
    "run",
    "##ning",
    "cafe",
    "[",
    "]",
]
PIECES = WordPiece({word: index for index, word in enumerate(VOCABULARY)})


def cut(text: str, most: int = 99) -> list[str]:
    """The pieces of a text."""
    return [VOCABULARY[index] for index in PIECES.encode(text, most)]


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("Wanted,running", ["want", "##ed", ",", "run", "##ning"]),
        ("unwanted", ["[UNK]"]),
        ("unaffable", ["un", "##aff", "##able"]),
        ("Café\tcafe\u0301", ["cafe", "cafe"]),
        ("run\u200b\x00ning", ["run", "##ning"]),
        ("want" + "x" * 100, ["[UNK]"]),
        ("", []),
    ],
)
def test_words_are_cut_as_the_model_learned_them(text: str, pieces: list[str]) -> None:
    """Small letters, no accents, no control characters; the longest piece that is known, or none at all."""
    assert cut(text) == ["[CLS]", *pieces, "[SEP]"]


def test_a_mark_in_a_text_is_text() -> None:
    """Nobody can write a token of the model's own."""
    assert cut("[SEP]") == ["[CLS]", "[", "[UNK]", "]", "[SEP]"]


def test_marks_and_chinese_signs_stand_alone() -> None:
    """Each is a word."""
    assert list(words("a.b，中文 c")) == ["a", ".", "b", "，", "中", "文", "c"]


@given(text=st.text(max_size=200), most=st.integers(2, 20))
def test_no_text_is_longer_than_the_window(text: str, most: int) -> None:
    """And what is cut off at the end changes nothing before."""
    whole, short = PIECES.encode(text, 10_000), PIECES.encode(text, most)
    assert len(short) <= most
    assert short[:-1] == whole[: len(short) - 1]
    assert (short[0], short[-1]) == (1, 2)
