"""What changed from one text to another. Pure, and bounded: it takes time with the length of the texts, not its square.

Words, or rows of words, that stand once in both texts are the same ones where their order allows it (patience diff);
between them as much
is compared word by word as there is room for. What is left counts as removed and added.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|\w+\s*|[^\w\s]\s*|\s+")
"""A word, or a sign, with the space behind it; in scripts without spaces a character."""
MOST_BY_WORDS = 2_000_000
MOST_BY_LINES = 20_000_000
"""Characters of both texts together."""
MOST_CHANGES = 2_000
_CELLS = 2_000_000
_DEEPEST = 20
_ROW = 8


class ComparedBy(StrEnum):
    """What two texts were compared by."""

    WORDS = "WORDS"
    """Word by word."""

    LINES = "LINES"
    """Line by line: by words they are too long, or too different."""

    WHOLE = "WHOLE"
    """As wholes: they are too long, or too different, for anything else."""


class TextChangeKind(StrEnum):
    """What became of a piece of text."""

    SAME = "SAME"
    """It is in both."""

    REMOVED = "REMOVED"
    """It is in the first alone."""

    ADDED = "ADDED"
    """It is in the second alone."""


@dataclass(frozen=True, slots=True)
class Change:
    """A piece of text, and where it is. SAME and REMOVED together are the first text, SAME and ADDED the second."""

    kind: TextChangeKind
    text: str


def compare(a: str, b: str) -> tuple[ComparedBy, list[Change]]:
    """What changed from `a` to `b`, by words where that is not too much. A megabyte takes a second: use a thread."""
    if a == b:
        return ComparedBy.WORDS, _kept([(TextChangeKind.SAME, a)])
    size = len(a) + len(b)
    for by, most in ((ComparedBy.WORDS, MOST_BY_WORDS), (ComparedBy.LINES, MOST_BY_LINES)):
        if size <= most:
            changes = _changes(*(_pieces(text, by) for text in (a, b)))
            if len(changes) <= MOST_CHANGES:
                return by, changes
    return ComparedBy.WHOLE, _kept([(TextChangeKind.REMOVED, a), (TextChangeKind.ADDED, b)])


def _pieces(text: str, by: ComparedBy) -> list[str]:
    return _WORD.findall(text) if by is ComparedBy.WORDS else text.splitlines(keepends=True)


def _changes(a: Sequence[str], b: Sequence[str]) -> list[Change]:
    found: list[tuple[TextChangeKind, str]] = []
    i = j = 0
    same: list[str] = []
    for left, right in [*sorted(_Matching(a, b).pairs()), (len(a), len(b))]:
        if (left, right) != (i, j):
            found.append((TextChangeKind.SAME, "".join(same)))
            same = []
            found.append((TextChangeKind.REMOVED, "".join(a[i:left])))
            found.append((TextChangeKind.ADDED, "".join(b[j:right])))
        same += a[left : left + 1]
        i, j = left + 1, right + 1
    return _kept([*found, (TextChangeKind.SAME, "".join(same))])


def _kept(found: list[tuple[TextChangeKind, str]]) -> list[Change]:
    return [Change(kind, text) for kind, text in found if text]


class _Matching:
    """Which pieces of two texts are the same, in the order of both."""

    def __init__(self, a: Sequence[str], b: Sequence[str]) -> None:
        self._a, self._b = a, b
        self._cells = _CELLS

    def pairs(self) -> Iterator[tuple[int, int]]:
        """Places in both, in no order."""
        left = [(0, len(self._a), 0, len(self._b), 0)]
        while left:
            start, end, first, last, depth = left.pop()
            while start < end and first < last and self._a[start] == self._b[first]:
                yield start, first
                start, first = start + 1, first + 1
            while start < end and first < last and self._a[end - 1] == self._b[last - 1]:
                end, last = end - 1, last - 1
                yield end, last
            if start == end or first == last:
                continue
            if depth < _DEEPEST and (anchors := self._anchors(start, end, first, last)):
                yield from anchors
                for (i, j), (k, m) in zip([(start - 1, first - 1), *anchors], [*anchors, (end, last)], strict=True):
                    left.append((i + 1, k, j + 1, m, depth + 1))
            elif (cells := (end - start) * (last - first)) <= self._cells:
                self._cells -= cells
                yield from self._longest(start, end, first, last)

    def _anchors(self, start: int, end: int, first: int, last: int) -> list[tuple[int, int]]:
        """What stands once in both ranges, as much as has the same order in both: words, else some words in a row."""
        for width in (1, _ROW):
            ours = [tuple(self._a[i : i + width]) for i in range(start, end - width + 1)]
            theirs = [tuple(self._b[j : j + width]) for j in range(first, last - width + 1)]
            here, there = Counter(ours), Counter(theirs)
            places = {row: j for j, row in enumerate(theirs, first) if there[row] == 1 == here[row]}
            if pairs := [(i, places[row]) for i, row in enumerate(ours, start) if row in places]:
                return _rising(pairs)
        return []

    def _longest(self, start: int, end: int, first: int, last: int) -> Iterator[tuple[int, int]]:
        """The longest common subsequence of two short ranges."""
        width = last - first
        rows = [[0] * (width + 1)]
        for i in range(end - 1, start - 1, -1):
            below, row = rows[-1], [0] * (width + 1)
            for j in range(width - 1, -1, -1):
                row[j] = below[j + 1] + 1 if self._a[i] == self._b[first + j] else max(below[j], row[j + 1])
            rows.append(row)
        i = j = 0
        height = end - start
        while i < height and j < width:
            if self._a[start + i] == self._b[first + j]:
                yield start + i, first + j
                i, j = i + 1, j + 1
            elif rows[height - i - 1][j] >= rows[height - i][j + 1]:
                i += 1
            else:
                j += 1


def _rising(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """As many pairs as possible whose second places rise as their first do."""
    ends: list[int] = []
    at: list[int] = []
    before: list[int] = []
    for number, (_, place) in enumerate(pairs):
        slot = bisect_left(ends, place)
        before.append(at[slot - 1] if slot else -1)
        ends[slot : slot + 1] = [place]
        at[slot : slot + 1] = [number]
    found: list[tuple[int, int]] = []
    number = at[-1] if at else -1
    while number >= 0:
        found.append(pairs[number])
        number = before[number]
    return found[::-1]
