"""Passages: the pieces of a text that are found, each with its span.

Owns how long a piece is and where it is cut: at a paragraph, else a line, a sentence, a space. Neighbours share some
words, so that a phrase on their border is in one of them. Spans are in characters, as Neo4j counts them, too.
"""

from __future__ import annotations

from collections.abc import Iterator

LONGEST = 1200
"""Characters of a passage: about what the local model reads of a text."""
SHORTEST = 700
SHARED = 80
"""Characters that two neighbours share, at most."""
_BORDERS = ("\n\n", "\n", ". ", "。", "! ", "? ", "; ", " ")


Span = tuple[int, int]
"""Where a passage begins in its text, and the first character after it."""


def passages(text: str, start: int = 0) -> Iterator[Span]:
    """The passages of a text in order, from a place on; none of what holds nothing but space."""
    while start < len(text):
        end = _cut(text, start)
        piece = text[start:end]
        if piece and not piece.isspace():
            yield start, end
        if end == len(text):
            return
        start = _shared(text, start, end)


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
