"""The fenced code blocks of a Markdown text (CommonMark 0.31, section 4.5), in lists and quotations too.

Every search is bounded, so that hostile texts cost no more than others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

_MARKER = r"(?:[-*+]|\d{1,9}[.)])[ \t]{1,4}"
_FENCE = re.compile(
    r"(?:\A|\n)(?=[ \t>*+\-\d.)]{0,160}+(?:```|~~~))"
    rf"([ \t]{{0,60}}(?:>[ \t]{{0,4}}){{0,6}}(?:{_MARKER}){{0,3}})(`{{3,}}|~{{3,}})([^\n]{{0,200}})"
)
_ITEM = re.compile(rf"[ \t]{{0,60}}(?:>[ \t]{{0,4}}){{0,6}}(?:{_MARKER}){{1,3}}|[ \t]{{0,60}}(?:[-*+]|\d{{1,9}}[.)])$")
_UNQUOTED = re.compile(r"\n(?! {0,3}>)")
_ABOVE = 200
"""Lines above a fence in which the list item is sought that holds it."""

_MOST_ABOVE = 200_000
"""So many lines of a text are looked at for that, all in all."""

_SPACES = 3
"""So far in may a fence stand from where its container's text begins."""


@dataclass(frozen=True, slots=True)
class _Opened:
    """A block that is not closed yet: where it begins, its fence, and where its container's text begins."""

    start: int
    fence: str
    offset: int
    quoted: bool


class _Items:
    """The list items of a text, as far as fences are in them."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._left = _MOST_ABOVE
        self._last = (0, 0)

    def held(self, offset: int, end: int) -> None:
        """The item whose text begins at `offset` held a block to `end`: what follows may be in it too."""
        self._last = (offset, end)

    def around(self, start: int, column: int) -> int | None:
        """Where the text of the item begins that holds a fence in that column; None where none holds it."""
        offset, end = self._last
        if 0 < offset <= column <= offset + _SPACES:
            if not _outside(offset).search(self._text, end - 1, start):
                return offset
            self._last = (0, 0)
        return self._above(start, column)

    def _above(self, start: int, column: int) -> int | None:
        limit, blank = column, False
        for line in _lines_above(self._text, start):
            self._left -= 1
            if self._left < 0:
                return None
            indent = _width(line[: len(line) - len(line.lstrip())])
            if line.strip() and indent < limit:
                if item := _ITEM.match(line):
                    offset = _width(item[0])
                    if offset <= column:
                        return offset if column - offset <= _SPACES else None
                elif not indent and blank:
                    return None
                limit = indent
            blank = not line.strip()
        return None


def fenced_blocks(text: str) -> tuple[tuple[int, int], ...]:
    """The blocks with their fences. One that is not closed reaches to the end of what holds it."""
    blocks: list[tuple[int, int]] = []
    items = _Items(text)
    opened: _Opened | None = None
    since = 0
    for match in _FENCE.finditer(text):
        start = match.start() + (text[match.start()] == "\n")
        if opened and (end := _container_end(text, opened, since, start)) is not None:
            blocks.append((opened.start, end))
            opened = None
        since = max(0, start - 1)
        if opened is None:
            opened = _opening(items, match, start)
            since = start
        elif _closes(opened, match):
            end = text.find("\n", match.end()) + 1 or len(text)
            blocks.append((opened.start, end))
            items.held(opened.offset, end)
            opened = None
    if opened is not None:
        end = _container_end(text, opened, since, len(text))
        blocks.append((opened.start, len(text) if end is None else end))
    return tuple(blocks)


def _opening(items: _Items, match: re.Match[str], start: int) -> _Opened | None:
    before, fence, rest = match[1], match[2], match[3]
    if fence[0] == "`" and "`" in rest:
        return None
    column = _width(before)
    if before.strip():
        quoted = ">" in before
        return _Opened(start, fence, 0 if quoted else column, quoted)
    offset = items.around(start, column) if column else None
    if offset is None and column > _SPACES:
        return None
    return _Opened(start, fence, offset or 0, quoted=False)


def _closes(opened: _Opened, match: re.Match[str]) -> bool:
    before, fence, rest = match[1], match[2], match[3]
    if fence[0] != opened.fence[0] or len(fence) < len(opened.fence) or rest.strip():
        return False
    if opened.quoted:
        return ">" in before
    return not before.strip() and _width(before) - opened.offset <= _SPACES


def _lines_above(text: str, start: int) -> Iterator[str]:
    for _ in range(_ABOVE):
        if start <= 0:
            return
        end = start - 1
        start = text.rfind("\n", 0, end) + 1
        yield text[start : min(end, start + 300)]


def _container_end(text: str, opened: _Opened, since: int, until: int) -> int | None:
    """Where the item or the quotation ends that holds the block, if that is before `until`."""
    if opened.quoted:
        ends = _UNQUOTED.search(text, since, until)
    else:
        ends = _outside(opened.offset).search(text, since, until) if opened.offset else None
    return ends.start() + 1 if ends and ends.start() + 1 < until else None


@lru_cache(maxsize=64)
def _outside(offset: int) -> re.Pattern[str]:
    """A line with something on it that stands further out."""
    return re.compile(rf"\n {{0,{offset - 1}}}[^\s]")


def _width(before: str) -> int:
    return len(before.expandtabs(4))
