"""Cutting a newer text: parts of the older one that still occur word for word stay the parts they were.

Pure. Owns which parts stay. How the rest is cut is in `splitting.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

REACH = 1_000_000
"""So many characters behind where a part would be it is looked for; one that is farther is cut anew."""

Span = tuple[int, int]
Cut = Callable[[int, int], list[Span]]
"""Cuts the characters between two places of the newer text into spans that fit."""


@dataclass(frozen=True, slots=True)
class FormerPart:
    """A part of the older text: its characters, what it was called, and its number of how many."""

    start: int
    end: int
    title: str
    part: int
    parts: int


@dataclass(frozen=True, slots=True)
class Former:
    """The older text, and the parts that it was cut into, in order."""

    text: str
    parts: tuple[FormerPart, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """A span of the newer text, and the part that it was before; None for what is cut anew."""

    start: int
    end: int
    was: FormerPart | None = None


def recut(text: str, former: Former, cut: Cut) -> list[Kept]:
    """The spans of the newer text, in order; together they cover it."""
    kept = _with_words_between(text, list(_kept(text, former)))
    spans: list[Kept] = []
    covered = 0
    for one in kept:
        spans += [Kept(start, end) for start, end in cut(covered, one.start)] if one.start > covered else []
        spans.append(one)
        covered = max(covered, one.end)
    if covered < len(text):
        spans += [Kept(start, end) for start, end in cut(covered, len(text))]
    return spans


def _kept(text: str, former: Former) -> Iterator[Kept]:
    """The parts that occur in the newer text, in the order of both; what begins and ends like before stays there."""
    head = _common(text, former.text)
    tail = min(_common(text[::-1], former.text[::-1]), min(len(text), len(former.text)) - head)
    shift = len(text) - len(former.text)
    place = fresh = 0
    for part in former.parts:
        # Neighbours may share characters.
        shared = max(0, fresh - part.start)
        if part.end <= head:
            start = part.start
        elif part.start >= len(former.text) - tail:
            start = part.start + shift
        else:
            start = _find(text, former.text[part.start : part.end], place - shared)
        if start < max(0, place - shared):
            continue
        place, fresh = start + part.end - part.start, part.end
        yield Kept(start, place, part)


def _find(text: str, words: str, start: int) -> int:
    return text.find(words, max(0, start), max(0, start) + len(words) + REACH)


def _with_words_between(text: str, kept: list[Kept]) -> list[Kept]:
    """Without those before which there is nothing but white space that no part has: it goes with what is cut anew."""
    good: list[Kept] = []
    for one in [*kept, Kept(len(text), len(text))]:
        covered = good[-1].end if good else 0
        while good and one.start > covered and text[covered : one.start].isspace():
            good.pop()
            covered = good[-1].end if good else 0
        good.append(one)
    return good[:-1]


def _common(a: str, b: str) -> int:
    """How many characters two texts have in common at their beginning."""
    low, high = 0, min(len(a), len(b))
    while low < high:
        middle = (low + high + 1) // 2
        if a[low:middle] == b[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def numbers(spans: Sequence[Kept]) -> list[tuple[int, int]]:
    """The number of each span, and of how many: as it was, or that of the part that it stands for."""
    total = next((one.was.parts for one in spans if one.was), len(spans))
    given: list[tuple[int, int]] = []
    last = 0
    for one in spans:
        last = one.was.part if one.was else min(last + 1, total)
        given.append((last, total))
    return given
