"""Snippets: the part of a text that shows best why it was found, and what in it is marked.

Places are characters of the text, not HTML. Pure: it reads nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from service.conversations.search.queries import Sought
from service.conversations.search.terms import Word, words

LONGEST = 240
"""Characters of a snippet."""
_BEFORE = 60
_MOST_MARKS = 50
_SHORTEST_STEM = 4


@dataclass(frozen=True, slots=True)
class Snippet:
    """A part of a text: where it begins there, and the ranges in it that are marked."""

    text: str
    start: int
    marks: tuple[tuple[int, int], ...]


def snippet(text: str, start: int, looked_for: Sequence[Sought]) -> Snippet:
    """The snippet of a passage that begins at `start` of its text."""
    marks = _marks(text, looked_for)
    begins = _begins(text, marks)
    ends = min(len(text), begins + LONGEST)
    if ends < len(text) and (space := text.rfind(" ", begins + LONGEST // 2, ends)) > 0:
        ends = space
    shown = [(low - begins, high - begins) for low, high in marks if low >= begins and high <= ends]
    return Snippet(text[begins:ends], start + begins, tuple(shown[:_MOST_MARKS]))


def _marks(text: str, looked_for: Sequence[Sought]) -> list[tuple[int, int]]:
    found = list(words(text))
    # Runs of characters are compared one by one.
    terms = [(term, word) for word in found for term in word.terms]
    marks: set[tuple[int, int]] = set()
    for it in looked_for:
        if len(it.terms) > 1:
            marks |= _phrases(text, terms, it.terms)
        else:
            marks |= {(word.start, word.end) for word in found if _is_meant(word, it)}
    return _apart(marks)


def _is_meant(word: Word, it: Sought) -> bool:
    if len(word.terms) != 1:
        return it.terms[0] in word.terms
    (term,), wanted = word.terms, it.terms[0]
    if term == wanted or wanted in word.parts or (it.is_prefix and term.startswith(wanted)):
        return True
    return min(len(term), len(wanted)) >= _SHORTEST_STEM and _is_like(term, wanted)


def _is_like(term: str, wanted: str) -> bool:
    """Whether it is the word with another ending, or mistyped."""
    same = 0
    for one, other in zip(term, wanted, strict=False):
        if one != other:
            break
        same += 1
    longest = max(len(term), len(wanted))
    if same >= _SHORTEST_STEM and longest - same <= 3:
        return True
    return abs(len(term) - len(wanted)) <= 1 and same + _same_end(term, wanted, same) >= longest - 1 - (longest >= 8)


def _same_end(term: str, wanted: str, same: int) -> int:
    most, found = min(len(term), len(wanted)) - same, 0
    while found < most and term[-1 - found] == wanted[-1 - found]:
        found += 1
    return found


def _phrases(text: str, terms: Sequence[tuple[str, Word]], wanted: tuple[str, ...]) -> set[tuple[int, int]]:
    found: set[tuple[int, int]] = set()
    said = [term for term, _ in terms]
    for at in range(len(said) - len(wanted) + 1):
        if said[at] == wanted[0] and tuple(said[at : at + len(wanted)]) == wanted:
            found.add(_span(text, terms, at, at + len(wanted) - 1))
    return found


def _span(text: str, terms: Sequence[tuple[str, Word]], first: int, last: int) -> tuple[int, int]:
    """From the term at `first` to that at `last`: where a word has several terms, they are of about equal lengths."""
    return _place(terms, first, end=False), _place(terms, last, end=True)


def _place(terms: Sequence[tuple[str, Word]], at: int, *, end: bool) -> int:
    word = terms[at][1]
    if len(word.terms) == 1:
        return word.end if end else word.start
    before = at
    while before and terms[before - 1][1] is word:
        before -= 1
    length = sum(len(term) for term, _ in terms[before : at + end])
    return min(word.start + length, word.end)


def _begins(text: str, marks: Sequence[tuple[int, int]]) -> int:
    """Where a snippet begins so that it holds as many marks as it can."""
    if not marks or len(text) <= LONGEST:
        return 0
    lows = [low for low, _ in marks]
    best = max(lows, key=lambda low: (sum(low <= other < low + LONGEST - _BEFORE for other in lows), -low))
    begins = max(0, min(best - _BEFORE, len(text) - LONGEST))
    space = text.find(" ", begins, best)
    return space + 1 if begins and space >= 0 else begins


def _apart(marks: set[tuple[int, int]]) -> list[tuple[int, int]]:
    """In order, and none in another."""
    apart: list[tuple[int, int]] = []
    for low, high in sorted(marks):
        if apart and low <= apart[-1][1] and low < apart[-1][1]:
            apart[-1] = (apart[-1][0], max(apart[-1][1], high))
        else:
            apart.append((low, high))
    return apart
