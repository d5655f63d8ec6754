"""The lines of given sources that errors name: which source a reported path means, and what is around the line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from service.strategies.failures.findings import Frame
from service.strategies.failures.lines import Lines
from service.strategies.interface import SourceText

AROUND = 10
MOST_QUOTES = 8
MOST_CHARACTERS = 8000
_PLACE = re.compile(
    r"(?<![\w.@~+/\\-])([\w@~+/\\-][\w.@~+/\\-]{0,300}\.[A-Za-z]\w{0,5})\"?(?::\[?|\(|,? line )(\d{1,7})\b"
)
_SEPARATOR = re.compile(r"[/\\]+")


@dataclass(frozen=True, slots=True)
class Quote:
    """The lines `first` to `last` of a source (from 1), as characters too; `reported` are those that were named."""

    source_id: str
    source: str
    first: int
    last: int
    reported: tuple[int, ...]
    start: int
    end: int


def places(text: str) -> tuple[Frame, ...]:
    """The places in programs that a text of no known form names."""
    found = (Frame(match[1], int(match[2])) for match in _PLACE.finditer(text))
    return tuple(dict.fromkeys(found))[:MOST_QUOTES]


class Library:
    """The given sources, to be found by the paths that errors name."""

    def __init__(self, sources: Sequence[SourceText]) -> None:
        self._by_name: dict[str, list[tuple[list[str], SourceText]]] = {}
        for source in sources:
            parts = _parts(source.name)
            if parts:
                self._by_name.setdefault(parts[-1], []).append((parts, source))
        self._lines: dict[str, Lines] = {}

    def find(self, path: str) -> SourceText | None:
        """The source whose name has the longest end in common with the path.

        One of them must be the other's end, or two parts at least be the same; None too where two sources are as good.
        """
        parts = _parts(path)
        if not parts:
            return None
        scored = [(_common(parts, known), known, source) for known, source in self._by_name.get(parts[-1], [])]
        fitting = [(score, source) for score, known, source in scored if score >= min(2, len(parts), len(known))]
        best = max((score for score, _ in fitting), default=0)
        sources = [source for score, source in fitting if score == best]
        return sources[0] if len(sources) == 1 else None

    def quote(self, frames: Sequence[Frame], but_not: frozenset[str] = frozenset()) -> list[Quote]:
        """What is around the lines that the frames name, in their order; what overlaps is one quote."""
        wanted: list[tuple[SourceText, list[int]]] = []
        for frame in frames:
            source = self.find(frame.path) if frame.line > 0 else None
            if source is None or source.id in but_not or frame.line > len(self._of(source)):
                continue
            _place(wanted, source, frame.line)
        quotes = [self._quote(source, reported) for source, reported in wanted[:MOST_QUOTES]]
        return [quote for quote in quotes if 0 < quote.end - quote.start <= MOST_CHARACTERS]

    def _of(self, source: SourceText) -> Lines:
        if source.id not in self._lines:
            self._lines[source.id] = Lines(source.text)
        return self._lines[source.id]

    def _quote(self, source: SourceText, reported: list[int]) -> Quote:
        lines = self._of(source)
        end = len(lines) if lines[len(lines) - 1] else len(lines) - 1
        first, last = max(1, min(reported) - AROUND), max(min(end, max(reported) + AROUND), max(reported))
        start, end = lines.start(first - 1), lines.end(last - 1)
        return Quote(source.id, source.name, first, last, tuple(sorted(reported)), start, end)


def _place(wanted: list[tuple[SourceText, list[int]]], source: SourceText, line: int) -> None:
    """Put the line to those whose quote it overlaps; it may join two of them."""
    near = [one for one in wanted if one[0].id == source.id and _is_near(one[1], line)]
    if not near:
        if len(wanted) < MOST_QUOTES:
            wanted.append((source, [line]))
        return
    first, *others = near
    first[1].extend({line, *(number for _, lines in others for number in lines)} - set(first[1]))
    wanted[:] = [one for one in wanted if not any(one is other for other in others)]


def _is_near(lines: list[int], line: int) -> bool:
    return min(lines) - 2 * AROUND <= line <= max(lines) + 2 * AROUND


def _parts(path: str) -> list[str]:
    return [part for part in _SEPARATOR.split(path.strip()) if part not in ("", ".", "..")]


def _common(one: list[str], other: list[str]) -> int:
    count = 0
    while count < min(len(one), len(other)) and one[-1 - count] == other[-1 - count]:
        count += 1
    return count
