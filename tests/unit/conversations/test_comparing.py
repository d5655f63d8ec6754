"""What changed from one text to another: nothing is lost, what is the same is found, the worst texts take no time."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.conversations import comparing
from service.conversations.comparing import MOST_CHANGES, Change, ComparedBy, TextChangeKind, compare

SAME, REMOVED, ADDED = TextChangeKind
texts = st.text("ab .\n漢", max_size=40)


def of(changes: list[Change], *kinds: TextChangeKind) -> str:
    """The text of the pieces of these kinds."""
    return "".join(change.text for change in changes if change.kind in kinds)


@given(texts, texts)
def test_both_texts_are_there(a: str, b: str) -> None:
    """Whatever they are: what is the same and what was removed is the first one, with what was added the second."""
    _, changes = compare(a, b)
    assert (of(changes, SAME, REMOVED), of(changes, SAME, ADDED)) == (a, b)
    assert all(change.text for change in changes)


def test_words_are_compared() -> None:
    """And signs by themselves; a character of a script without spaces is a word."""
    _, changes = compare("The old house stands here.", "The new house stands there!")
    kinds = [SAME, REMOVED, ADDED, SAME, REMOVED, ADDED]
    said = ["The ", "old ", "new ", "house stands ", "here.", "there!"]
    assert changes == [Change(kind, text) for kind, text in zip(kinds, said, strict=True)]
    assert Change(SAME, "漢") in compare("漢字", "漢文")[1]


def test_same_texts_have_no_change() -> None:
    """One piece; of nothing none."""
    assert compare("a b", "a b") == (ComparedBy.WORDS, [Change(SAME, "a b")])
    assert compare("", "") == (ComparedBy.WORDS, [])


@given(st.lists(st.sampled_from("abc"), max_size=12), st.lists(st.sampled_from("abc"), max_size=12))
def test_repeated_words_are_matched_as_far_as_possible(a: list[str], b: list[str]) -> None:
    """Short texts without words that stand once: as much is the same as can be, but for what anchors hold."""
    _, changes = compare(" ".join(a), " ".join(b))
    shared = set(a) & set(b)
    assert bool(of(changes, SAME).strip()) >= bool(shared and len(a) > 1 < len(b) and a[0] == b[0])


def test_long_texts_are_compared_by_lines_or_as_wholes(monkeypatch: pytest.MonkeyPatch) -> None:
    """And so are those that differ in too many places; the answer says so."""
    a, b = (" ".join(f"w{n}" if n % 2 else f"{side}{n}" for n in range(3 * MOST_CHANGES)) for side in "ab")
    assert compare(a, b) == (ComparedBy.LINES, [Change(REMOVED, a), Change(ADDED, b)])
    monkeypatch.setattr(comparing, "MOST_BY_LINES", 10)
    monkeypatch.setattr(comparing, "MOST_BY_WORDS", 10)
    assert compare("one two", "one three") == (
        ComparedBy.WHOLE,
        [Change(REMOVED, "one two"), Change(ADDED, "one three")],
    )


def test_few_changes_of_a_long_text_are_found() -> None:
    """Also where no word stands once."""
    words = random.Random(1).choices(["one", "two", "three", "four"], k=20_000)
    changed = [*words[:5000], "new", *words[5001:12_000], *words[12_010:]]
    _, changes = compare(" ".join(words), " ".join(changed))
    assert len(of(changes, SAME)) > len(" ".join(words)) - 200


def test_worst_texts_come_to_an_end() -> None:
    """A hundred thousand words of two kinds, in any order: there is nothing that stands once."""
    draw = random.Random(1)
    a, b = (" ".join(draw.choices(["x", "y"], k=100_000)) for _ in range(2))
    _, changes = compare(a, b)
    assert (of(changes, SAME, REMOVED), of(changes, SAME, ADDED)) == (a, b)
