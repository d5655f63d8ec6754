"""How a path is cut into stretches, each of which one summary covers, and summaries into groups. Pure.

A stretch is of messages of one line, each the parent of the next: it ends where the path forks, and never goes on above
a message in which branches were merged. So a summary is valid on every path that its newest message is on. A stretch
begins where somebody asks something, if it can, and never with what a tool returned.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from service.records import Role

SHARE_OF_ROOM = 8
LEAST_SIZE, MOST_SIZE = 256, 4000
"""Tokens of a stretch, about: an eighth of the room, within these bounds."""
LEAST_COVERED = 128
"""Tokens that are worth a summary: it takes half of them at most."""
GROUP = 8
"""So many summaries of a level become one of the next."""
NEWEST = 4
"""So many of a level stay as they are, besides those of a group: what is newer is told in more detail."""
MOST_LEVELS = 6


class End(Enum):
    """What is beyond one end of a run of messages."""

    CLOSED = "CLOSED"
    """Nothing that could be added to it: it is the beginning, a fork, a merge, or covered."""

    OPEN = "OPEN"
    """Messages that may be covered together with it, later."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A message of a line, with its tokens."""

    id: str
    tokens: int
    role: str = Role.USER


@dataclass(frozen=True, slots=True)
class Stretch:
    """What one summary is to cover, oldest first: messages (level 1), or summaries of the level below.

    `ends_at` is the newest message of it, `messages` how many there are, `tokens` those of the members.
    """

    level: int
    members: tuple[str, ...]
    ends_at: str
    messages: int
    tokens: int


@dataclass(frozen=True, slots=True)
class Known:
    """A summary that is there, of a level from 1 on where it is in no other. `ends_at` is its newest message; it
    `goes_on` where the one above it is next to it, on the same line."""

    id: str
    level: int
    ends_at: str
    messages: int
    tokens: int
    goes_on: bool


def stretch_size(room: int) -> int:
    """The tokens of a stretch, about, of a path that has so much room in a window."""
    return max(LEAST_SIZE, min(room // SHARE_OF_ROOM, MOST_SIZE))


def tile(run: Sequence[Unit], size: int, above: End, below: End) -> list[Stretch]:
    """The stretches of a run of uncovered messages of one line, oldest first, each of about `size` tokens.

    What is too little by itself next to an open end is left for later, and what is worth no summary altogether.
    """
    if above is End.OPEN:
        pieces = [piece[::-1] for piece in _pieces(run[::-1], size, upward=True)][::-1]
        if pieces and not (_is_full(pieces[0], size) and pieces[0][0].role != Role.TOOL):
            pieces = pieces[1:]
    elif below is End.OPEN:
        pieces = _pieces(run, size, upward=False)
        pieces = pieces if pieces and _is_full(pieces[-1], size) else pieces[:-1]
    else:
        pieces = _with_rest(_pieces(run, _even(run, size), upward=False), size)
    return [_stretch(piece) for piece in pieces if _tokens(piece) >= LEAST_COVERED]


def groups(line: Sequence[Known]) -> list[Stretch]:
    """Which summaries of a path, newest first, are to be summarized together: the oldest of a level that are many."""
    found: list[Stretch] = []
    start = 0
    while start < len(line):
        end = start + 1
        while end < len(line) and line[end - 1].goes_on and line[end].level == line[start].level:
            end += 1
        run = line[start:end]
        while len(run) >= NEWEST + GROUP and 0 < run[0].level < MOST_LEVELS:
            found.append(_group(run[-GROUP:]))
            run = run[:-GROUP]
        start = end
    return found


def _pieces(run: Sequence[Unit], size: int, *, upward: bool) -> list[Sequence[Unit]]:
    """The run in pieces that are full, and a last one that may not be. `upward`: the run is newest first."""
    pieces: list[Sequence[Unit]] = []
    start = tokens = 0
    for place, unit in enumerate(run):
        tokens += unit.tokens
        first = unit if upward else run[place + 1] if place + 1 < len(run) else None
        if first is not None and _may_end(tokens, size, first):
            pieces.append(run[start : place + 1])
            start, tokens = place + 1, 0
    return [*pieces, run[start:]] if start < len(run) else pieces


def _may_end(tokens: int, size: int, first: Unit) -> bool:
    """Whether a stretch of so many tokens may be parted from the one before it at its `first` message."""
    if tokens < size or first.role == Role.TOOL:
        return False
    return first.role == Role.USER or tokens >= size * 1.5


def _tokens(piece: Sequence[Unit]) -> int:
    return sum(unit.tokens for unit in piece)


def _is_full(piece: Sequence[Unit], size: int) -> bool:
    return _tokens(piece) >= size


def _even(run: Sequence[Unit], size: int) -> int:
    """The tokens of each piece where a run is cut into equal ones of about `size`."""
    total = _tokens(run)
    return -(-total // max(1, round(total / size)))


def _with_rest(pieces: list[Sequence[Unit]], size: int) -> list[Sequence[Unit]]:
    """A little rest goes to the piece before it."""
    if len(pieces) > 1 and _tokens(pieces[-1]) < size / 2:
        return [*pieces[:-2], [*pieces[-2], *pieces[-1]]]
    return pieces


def _stretch(piece: Sequence[Unit]) -> Stretch:
    ids = tuple(unit.id for unit in piece)
    return Stretch(1, ids, ids[-1], len(ids), sum(unit.tokens for unit in piece))


def _group(newest_first: Sequence[Known]) -> Stretch:
    members = tuple(one.id for one in reversed(newest_first))
    messages, tokens = (sum(getattr(one, name) for one in newest_first) for name in ("messages", "tokens"))
    return Stretch(newest_first[0].level + 1, members, newest_first[0].ends_at, messages, tokens)
