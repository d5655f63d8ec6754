"""Passages: the pieces of a text that are found, each with its span.

Owns how long a piece is and where it is cut: at a paragraph, else a line, a sentence, a space. Neighbours share some
words, so that a phrase on their border is in one of them. Spans are in characters; in Neo4j, which counts the units of
UTF-16, they have an offset of their own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

LONGEST = 1200
"""Characters of a passage: about what the local model reads of a text."""
SHORTEST = 700
SHARED = 80
"""Characters that two neighbours share, at most."""
_BORDERS = ("\n\n", "\n", ". ", "。", "! ", "? ", "; ", " ")


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a text: its span in characters, and where it begins in units of UTF-16."""

    start: int
    end: int
    unit: int


def passages(text: str, start: int = 0, unit: int = 0) -> Iterator[Passage]:
    """The passages of a text in order, from a place on; none of what holds nothing but space."""
    while start < len(text):
        end = _cut(text, start)
        piece = text[start:end]
        if piece and not piece.isspace():
            yield Passage(start, end, unit)
        if end == len(text):
            return
        following = _shared(text, start, end)
        unit += units(text[start:following])
        start = following


def units(text: str) -> int:
    """How long Neo4j takes a text to be: a character beyond the first 65,536 counts twice."""
    return len(text) if text.isascii() else len(text) + sum(1 for character in text if character > "\uffff")


def _cut(text: str, start: int) -> int:
    last = start + LONGEST
    if last >= len(text):
        return len(text)
    for border in _BORDERS:
        at = text.rfind(border, start + SHORTEST, last)
        if at >= 0:
            return at + len(border)
    return last


def _shared(text: str, start: int, end: int) -> int:
    """Where the next passage begins: some words before the end of this one, but not in the middle of one."""
    if text[end - 1] == "\n":
        return end
    space = text.find(" ", max(start + 1, end - SHARED), end - 1)
    return space + 1 if space >= 0 else end
