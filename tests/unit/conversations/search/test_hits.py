"""How two lists become one, and what is shown of a hit."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from service.conversations.search.fusing import RANK_CONSTANT, SearchSignal, fuse
from service.conversations.search.keys import conversation_key, day_key, day_of, kind_key, owner_key
from service.conversations.search.queries import sought
from service.conversations.search.snippets import LONGEST, snippet

WORDS, MEANING = SearchSignal.FULL_TEXT, SearchSignal.VECTOR


def row(id_: str, prompt: str, asked: str = "", response: str | None = None) -> dict[str, Any]:
    """A passage of a turn."""
    return {"id": id_, "of": id_, "promptId": prompt, "responseId": response, "asked": asked or prompt, "length": 10}


def test_a_turn_is_ranked_by_the_better_of_prompt_and_answer() -> None:
    """Two passages of a turn are one hit; what both signals find comes before what one finds."""
    rows = {"a": row("a", "1"), "b": row("b", "1", response="b"), "c": row("c", "2"), "d": row("d", "3")}
    hits = fuse([(WORDS, 1, ["c", "a", "b"]), (MEANING, 1, ["b", "d"])], rows)
    assert [hit.key for hit in hits] == ["1", "2", "3"]
    assert hits[0].score == 1 / (RANK_CONSTANT + 2) + 1 / (RANK_CONSTANT + 1)
    assert hits[0].response_id == "b"
    assert list(hits[0].passages) == [WORDS, MEANING]


def test_repeats_are_counted_and_others_move_up() -> None:
    """Prompts that say the same are one hit, also with other spaces."""
    rows = {it: row(it, it, "same  text" if it in "ab" else "same text" if it == "c" else it) for it in "abcd"}
    hits = fuse([(WORDS, 1, ["a", "b", "c", "d"])], rows)
    assert [(hit.key, hit.repeats) for hit in hits] == [("a", 2), ("d", 0)]


def test_what_is_typed_exactly_does_not_lose_against_what_is_like_it() -> None:
    """All the words as they are written are a list of their own; where two are as good, words come first."""
    rows = {it: row(it, it) for it in "abc"}
    hits = fuse([(WORDS, 1, ["a", "c"]), (WORDS, 1, ["a"]), (MEANING, 1, ["b", "c"])], rows)
    assert [hit.key for hit in hits] == ["a", "c", "b"]
    assert [hit.key for hit in fuse([(MEANING, 1, ["a"]), (WORDS, 1, ["b"])], rows)] == ["b", "a"]


def test_what_the_filter_left_out_counts_for_no_rank() -> None:
    """A passage with no row is as if it had not been found."""
    assert fuse([(WORDS, 1, ["x", "a"])], {"a": row("a", "1")})[0].score == 1 / (RANK_CONSTANT + 1)


def test_a_snippet_marks_what_matches() -> None:
    """Words, their other endings, phrases, and characters of a run; places are of the text."""
    text = "x " * 300 + "The refunds of the broken kettle in 東京タワー, at once. " + "y " * 300
    shown = snippet(text, 1000, sought('refund "broken kettle" 京タ'))
    assert len(shown.text) <= LONGEST
    assert [shown.text[low:high] for low, high in shown.marks] == ["refunds", "broken kettle", "京タ"]
    assert text[shown.start - 1000 :].startswith(shown.text)


@given(st.text(max_size=600), st.text(max_size=40))
def test_any_snippet_is_of_its_text(text: str, question: str) -> None:
    """It is a part of the text, and marks are in it, in order and apart."""
    shown = snippet(text, 0, sought(question))
    assert text[shown.start : shown.start + len(shown.text)] == shown.text
    end = 0
    for low, high in shown.marks:
        assert end <= low < high <= len(shown.text)
        end = high


@given(st.text(max_size=50), st.integers(0, 4_000_000_000_000), st.integers(0, 4_000_000_000_000))
def test_keys_are_one_term_each(name: str, one: int, other: int) -> None:
    """No vowel, no digit, one length: no analyzer divides or shortens them; days keep their order."""
    for key in (owner_key(name), conversation_key(name), kind_key(name), day_key(day_of(one))):
        assert key.isalpha()
        assert not set(key) & set("aeiouys")
    assert (day_of(one) <= day_of(other)) == (day_key(day_of(one)) <= day_key(day_of(other)))
    assert len({owner_key(name), conversation_key(name), kind_key(name)}) == 3
