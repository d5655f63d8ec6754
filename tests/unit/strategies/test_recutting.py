"""Parts of a newer text that still occur word for word stay the parts they were."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from service.strategies.recutting import Former, FormerPart, Kept, numbers, recut

WORDS = st.lists(st.sampled_from(["one ", "two ", "three\n", "four. ", "five, "]), min_size=1, max_size=60)


def cut(start: int, end: int) -> list[tuple[int, int]]:
    """Spans of ten characters."""
    return [(at, min(at + 10, end)) for at in range(start, end, 10)]


def former(text: str) -> Former:
    """A text as it was cut."""
    spans = cut(0, len(text))
    parts = (FormerPart(start, end, f"part {i}", i + 1, len(spans)) for i, (start, end) in enumerate(spans))
    return Former(text, tuple(parts))


def covers(spans: list[Kept], text: str) -> bool:
    """Whether spans are in order and all of a text is in them."""
    place = 0
    for one in spans:
        if one.start > place or one.end <= one.start:
            return False
        place = max(place, one.end)
    return place == len(text)


@settings(deadline=None)
@given(WORDS, WORDS, st.integers(0, 60), st.integers(0, 60))
def test_spans_cover_the_newer_text(words: list[str], new: list[str], start: int, count: int) -> None:
    """Whatever was edited; what stays says the same words as before."""
    was = former("".join(words))
    text = "".join([*words[:start], *new, *words[start + count :]])
    spans = recut(text, was, cut)
    assert covers(spans, text)
    assert all(text[one.start : one.end] == was.text[one.was.start : one.was.end] for one in spans if one.was)


@settings(deadline=None)
@given(WORDS)
def test_the_same_text_has_the_same_parts(words: list[str]) -> None:
    """Each stays where it was."""
    was = former("".join(words))
    assert [one.was for one in recut(was.text, was, cut)] == list(was.parts)


def test_an_edit_in_the_middle_cuts_only_that_anew() -> None:
    """What comes after it stays, though it is elsewhere; numbers are as they were."""
    text = "".join(f"line {i:03}\n\n" for i in range(20))
    was = former(text)
    newer = text.replace("line 007", "line seven, and more words")
    spans = recut(newer, was, cut)
    kept = [one.was for one in spans if one.was]
    assert len(kept) == 19
    numbered = numbers(spans)
    assert [number for one, number in zip(spans, numbered, strict=True) if one.was] == [(it.part, 20) for it in kept]
    assert {number for one, number in zip(spans, numbered, strict=True) if not one.was} == {(8, 20), (9, 20), (10, 20)}


def test_two_edits_far_apart_leave_what_is_between() -> None:
    """And something new at the end is cut for itself."""
    text = "".join(f"line {i:03}\n\n" for i in range(40))
    newer = text.replace("line 003", "x").replace("line 033", "a longer line than it was") + "appended."
    assert sum(one.was is not None for one in recut(newer, former(text), cut)) == 38


def test_white_space_alone_is_no_part() -> None:
    """It goes with what is beside it."""
    text = "".join(f"line {i:03}\n\n" for i in range(5))
    spans = recut(text.replace("line 002\n\n", "line 002\n\n\n\n"), former(text), cut)
    assert covers(spans, text.replace("line 002\n\n", "line 002\n\n\n\n"))
    assert max(one.end - one.start for one in spans if not one.was) == 10
