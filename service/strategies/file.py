"""The strategy FILE: one answer a source; a source that is too large is cut, and its answers combined."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from service.records import TEXT_FORMAT, Aggregation
from service.strategies.interface import Ask, Asks, Finish, Plan, SourceText, TaskState
from service.strategies.parts import (
    Cutter,
    all_parts,
    finish,
    in_pieces,
    part_key,
    parts_of,
    short_name,
    so_far,
    stopped,
)
from service.strategies.reducing import Names, Progress, Reduction, reduce_tree

_FILE = re.compile(r"file:(\d+)")
_ITEM = re.compile(r"item \d+")
"""What an item of a list is called that has no name of its own."""
_NAMES = Names(title="Combine the answers")


def plan(state: TaskState) -> Plan:
    """Ask about every file on its own, in parallel; a file larger than the model's window is cut inside.

    The answers about the parts of a large file are combined by the model, so that every file has one answer. What turns
    out to be too long for the model is cut into smaller parts.
    """
    progress = Progress.of(state)
    asked = _asked_by_file(progress)
    files = [
        _File(state, progress, index, source, tuple(asked.get(index, ()))) for index, source in enumerate(state.sources)
    ]
    if stopped(state):
        return _named(state, _combined(state, progress, [one.so_far() for one in files]).keys)
    steps = [one.step() for one in files]
    asks = tuple(ask for step in steps for ask in step.asks)
    if asks:
        return Asks(asks)
    combined = _combined(state, progress, steps)
    return Asks(combined.asks) if combined.asks else _named(state, combined.keys)


def _named(state: TaskState, keys: tuple[str, ...]) -> Finish:
    """The end of the task; each file's name stands above its answer, so that whoever reads on knows which is which."""
    end = finish(state, keys)
    names = [short_name(source.name) for source in state.sources]
    if len(names) == 1 or all(map(_ITEM.fullmatch, names)) or state.settings.response_format != TEXT_FORMAT:
        return end
    headings: list[str] = []
    last = -1
    for key in end.keys:
        match = _FILE.match(key)
        index = int(match[1]) if match else last
        headings.append("" if index == last else names[index])
        last = index
    return replace(end, headings=tuple(headings))


def _combined(state: TaskState, progress: Progress, files: list[Reduction]) -> Reduction:
    keys = tuple(key for one in files for key in one.keys)
    if state.settings.aggregation is not Aggregation.REDUCE:
        return Reduction((), keys)
    # By the files' names: a file more or less moves no others to another group.
    marks = {f"file:{index}": source.name for index, source in enumerate(state.sources)}
    return reduce_tree(progress, keys, replace(_NAMES, marks=marks), complete=all(one.complete for one in files))


def _asked_by_file(progress: Progress) -> dict[int, list[str]]:
    by_file: dict[int, list[str]] = {}
    for key in progress.subtasks:
        match = _FILE.match(key)
        if match:
            by_file.setdefault(int(match[1]), []).append(key)
    return by_file


@dataclass(frozen=True, slots=True)
class _File:
    state: TaskState
    progress: Progress
    index: int
    source: SourceText
    asked: tuple[str, ...]

    @property
    def key(self) -> str:
        return f"file:{self.index}"

    def step(self) -> Reduction:
        """What this file needs next, or the keys of its answer."""
        parts = self._known_parts()
        if parts is None or not all(map(self.progress.final, parts)):
            asks = self._asks()
            parts = [ask.key for ask in asks]
            if not all(map(self.progress.final, parts)):
                return Reduction(asks, ())
        pieces = in_pieces(self.progress, parts, Cutter(self.state, self._asks).cut)
        if pieces.asks:
            return Reduction(pieces.asks, ())
        return reduce_tree(self.progress, pieces.keys, self._names(), complete=pieces.whole)

    def so_far(self) -> Reduction:
        """What was answered about the file, combined or not; nothing is cut for it."""
        return so_far(self.progress, self._known_parts(), self.asked, self._names())

    def _names(self) -> Names:
        return Names(f"{self.key}/", self.key, f"{short_name(self.source.name)}, combined")

    def _known_parts(self) -> list[str] | None:
        parts = all_parts(self.asked, f"{self.key}/")
        return [self.key] if parts is None and self.key in self.asked else parts

    def _asks(self) -> tuple[Ask, ...]:
        parts = parts_of(self.state, self.source)
        total = len(parts)
        return tuple(
            Ask(
                self.key if total == 1 else part_key(index, total, f"{self.key}/"),
                one.title,
                spans=(one.span,),
                part=one.part,
                parts=one.parts,
            )
            for index, one in enumerate(parts)
        )
