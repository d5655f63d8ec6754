"""A conversation as lines and dots, as `git log --graph` draws commits, oldest first.

Pure. A message has a column, and a line leads from it to what continues from it. Where there are several ways on, those
beside the main one are drawn first, each to its end, so that no more lines are open than ways lie in each other. Where
ways meet, the message is drawn when all of them have arrived.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

DOT, LINE, GAP = "●", "│", "┆"
_FORK, _ACROSS, _CROSSING, _DOWN, _UP = "├", "─", "┼", "╮", "╯"
_ASCII = str.maketrans({"●": "*", "│": "|", "┆": ":", "├": "|", "─": "-", "┼": "+", "╮": "\\", "╯": "/", "…": ">"})
_WIDEST = 60
"""Characters of lines that are drawn at most."""
LONG_RUN, _KEPT = 12, 2
"""Of so many messages in a line of which nothing is to be said, these are shown at each end."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a drawing: what is drawn, the message that stands there, what is drawn below it.

    `hidden`: how many messages are left out in its place.
    """

    drawn: str
    id: str | None = None
    below: str = ""
    hidden: int = 0

    def ascii(self) -> Line:
        """The same in ASCII."""
        return replace(self, drawn=self.drawn.translate(_ASCII), below=self.below.translate(_ASCII))


def draw(parents: Mapping[str, Sequence[str]], head: str | None) -> list[Line]:
    """The drawing of messages, in their order, each with those that it continues from.

    `head`: the message whose path is drawn straight. Parents that are not among the messages are older ones.
    """
    drawing = _Drawing(parents, head)
    for id in parents:
        if not drawing.above[id]:
            drawing.draw_from(id, is_cut=bool(parents[id]))
    return drawing.lines


def shorten_runs(lines: Sequence[Line], plain: Iterable[str]) -> list[Line]:
    """The drawing with long runs of messages left out of which nothing is to be said."""
    unsaid, shown = set(plain), list[Line]()
    run: list[Line] = []
    for line in lines:
        if line.id in unsaid:
            run.append(line)
            continue
        shown += _shortened(run)
        shown.append(line)
        run = []
    return shown + _shortened(run)


def _shortened(run: list[Line]) -> list[Line]:
    if len(run) < LONG_RUN:
        return run
    hidden = len(run) - 2 * _KEPT
    gap = Line(run[_KEPT].drawn.replace(DOT, GAP), hidden=hidden)
    return [*run[:_KEPT], gap, *run[-_KEPT:]]


class _Drawing:
    def __init__(self, parents: Mapping[str, Sequence[str]], head: str | None) -> None:
        self.lines: list[Line] = []
        self.above = {id: [it for it in dict.fromkeys(its) if it in parents] for id, its in parents.items()}
        self._below: dict[str, list[str]] = defaultdict(list)
        for id, its in self.above.items():
            for it in its:
                self._below[it].append(id)
        self._straight = self._path(head)
        self._heights = self._measure()
        self._awaited = {id: len(its) for id, its in self.above.items()}
        self._arrived: dict[str, list[int]] = defaultdict(list)
        self._columns: list[bool] = []
        """Whether a line goes through each column."""
        self._next: list[tuple[str, int, bool]] = []
        """What is drawn next, last one first: a message or a way to it, its column, and whether the way forks off."""

    def draw_from(self, id: str, *, is_cut: bool) -> None:
        """Draw a message that continues from none, and all that follows it."""
        column = self._open(0)
        if is_cut:
            self.lines.append(Line(self._row({column: GAP})))
        self._draw(id, column)
        while self._next:
            following, column, forks = self._next.pop()
            if forks:
                column = self._fork(column)
            self._arrive(following, column)

    def _arrive(self, id: str, column: int) -> None:
        self._awaited[id] -= 1
        self._arrived[id].append(column)
        if self._awaited[id]:
            return
        first, *others = sorted(self._arrived.pop(id))
        for other in others:
            self._columns[other] = False
            self.lines.append(Line(self._across(first, other, _UP)))
        self._draw(id, first)

    def _draw(self, id: str, column: int) -> None:
        drawn = self._row({column: DOT})
        following = self._below[id]
        self._columns[column] = bool(following)
        self.lines.append(Line(drawn, id, self._row({})))
        if following:
            main = max(following, key=lambda it: (it in self._straight, self._heights[it]))
            self._next.append((main, column, False))
            self._next += [(it, column, True) for it in reversed(following) if it != main]

    def _fork(self, column: int) -> int:
        new = self._open(column + 1)
        self.lines.append(Line(self._across(column, new, _DOWN)))
        return new

    def _open(self, first: int) -> int:
        """Take the first column from `first` on that is free."""
        while first < len(self._columns) and self._columns[first]:
            first += 1
        self._columns += [False] * (first + 1 - len(self._columns))
        self._columns[first] = True
        return first

    def _row(self, marks: Mapping[int, str]) -> str:
        cells = [marks.get(it, LINE if is_open else " ") for it, is_open in enumerate(self._columns)]
        return _fitted(" ".join(cells))

    def _across(self, left: int, right: int, corner: str) -> str:
        """A row with a line from one column to another."""
        cells = [LINE if is_open else " " for is_open in self._columns]
        gaps = [" "] * len(cells)
        for it in range(left + 1, right):
            cells[it] = _CROSSING if self._columns[it] else _ACROSS
        cells[left], cells[right] = _FORK, corner
        gaps[left:right] = [_ACROSS] * (right - left)
        return _fitted("".join(cell + gap for cell, gap in zip(cells, gaps, strict=True)))

    def _path(self, head: str | None) -> set[str]:
        """The messages at and above the head."""
        found, waiting = set[str](), [head] if head is not None and head in self.above else []
        while waiting:
            id = waiting.pop()
            if id not in found:
                found.add(id)
                waiting += self.above[id]
        return found

    def _measure(self) -> dict[str, int]:
        """How long the longest way down from each message is."""
        found = dict.fromkeys(self.above, 0)
        for id in reversed(self.above):
            for it in self.above[id]:
                found[it] = max(found[it], found[id] + 1)
        return found


def _fitted(row: str) -> str:
    row = row.rstrip()
    return row if len(row) <= _WIDEST else row[: _WIDEST - 1] + "…"
