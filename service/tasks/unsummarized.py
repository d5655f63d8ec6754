"""The walk up a path that finds what has no summary yet: stretches of messages, and summaries that are many.

Reads a page at a time and jumps over what is summarized, so that it costs what is left to do. Writes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from service.conversations.context.paths import MESSAGE_TOKENS
from service.conversations.context.stretches import End, Known, Stretch, Unit, groups, tile
from service.tasks.aheads import Noted

Row = dict[str, Any]

PAGE_DEPTHS = 256
MOST_PAGES = 64
MOST_LINES = 64
"""Sides of merged branches that are gone up, one after the other."""
MOST_RUN = 4
"""Stretches that are planned of one run: they are made a few at a time."""
MOST_STRETCHES = 512
"""Summaries above one window: what is older is in none."""


class ReadsPath(Protocol):
    """What is needed of `graph/summaries.py`."""

    async def read_unsummarized(self, owner_id: str, ids: Sequence[str], span: int, model: str) -> list[Row]:
        """A page of a path, see `read_unsummarized.cypher`."""
        ...


@dataclass(slots=True)
class _Walk:
    """A walk up a path along its `lines`, of each of which the message is known to go on from."""

    reader: ReadsPath
    noted: Noted
    model: str
    lines: list[str]
    known: dict[str, Row] = field(default_factory=dict[str, Row])
    seen: set[str] = field(default_factory=set[str])
    pages: int = 0

    async def message(self, id_: str) -> Row | None:
        """A message of the path; None where it is deleted, or too far away."""
        if id_ not in self.known and not self.is_tired:
            self.pages += 1
            rows = await self.reader.read_unsummarized(self.noted.owner_id, [id_], PAGE_DEPTHS, self.model)
            self.known |= {row["id"]: row for row in rows}
        return self.known.get(id_)

    @property
    def is_tired(self) -> bool:
        """Whether it reads no further."""
        return self.pages >= MOST_PAGES

    def beyond(self, parents: Sequence[str]) -> str | None:
        """Where a line goes on; the other parents of a merge are lines of their own."""
        self.lines += parents[1:]
        return parents[0] if parents else None


@dataclass(slots=True)
class _Line:
    """What was found on one line, the newest first: a `run` of messages with no summary, and summaries."""

    size: int
    below: End
    run: list[Unit] = field(default_factory=list[Unit])
    there: list[Known] = field(default_factory=list[Known])
    found: list[Stretch] = field(default_factory=list[Stretch])

    def take(self, message: Row, covering: Row | None) -> None:
        """The next message up, and the summary that ends there."""
        ends = covering is not None or message["isCovered"]
        if ends or message["forks"]:
            self.close(End.CLOSED)
        if self.there and (covering is None or message["forks"]):
            self.there[-1] = replace(self.there[-1], goes_on=False)
        if covering is not None:
            self.there.append(_known(covering, message))
        elif not ends:
            self.run.append(_unit(message))
            if len(message["parents"]) != 1:
                self.close(End.CLOSED)

    def close(self, above: End) -> None:
        """Nothing more comes to the run, or not now."""
        self.found += tile(self.run[::-1], self.size, above, self.below)[::-1]
        self.run, self.below = [], End.CLOSED

    @property
    def is_long(self) -> bool:
        """Whether the run is enough for now."""
        return len(self.run) % 16 == 0 and sum(unit.tokens for unit in self.run) > MOST_RUN * self.size


async def unsummarized(reader: ReadsPath, noted: Noted, model: str, size: int) -> list[Stretch]:
    """What a model is to summarize next on a path, in stretches of about `size` tokens, nearest to its window first."""
    walk = _Walk(reader, noted, model, list(noted.ahead.frontier))
    found: list[Stretch] = []
    for number in range(MOST_LINES):
        if not walk.lines or found:
            break
        below = End.OPEN if number < len(noted.ahead.frontier) else End.CLOSED
        found += await _up(walk, walk.lines.pop(0), _Line(size, below))
    return found


async def _up(walk: _Walk, id_: str | None, line: _Line) -> list[Stretch]:
    """The stretches of one line, from a message up to where it meets another."""
    while id_ is not None and id_ not in walk.seen and len(line.there) < MOST_STRETCHES and not line.is_long:
        message = await walk.message(id_)
        if message is None:
            break
        walk.seen.add(id_)
        covering = max(message["summaries"], key=lambda row: row["level"], default=None)
        line.take(message, covering)
        id_ = walk.beyond((covering or {"above": message["parents"]})["above"])
    line.close(End.OPEN if line.is_long or walk.is_tired else End.CLOSED)
    return [*line.found, *groups(line.there)]


def _known(row: Row, message: Row) -> Known:
    """A summary on the line; one that is or will be in another has no level."""
    level = 0 if row["isCovered"] else row["level"]
    return Known(row["id"], level, message["id"], row["messages"], row["tokens"], goes_on=len(row["above"]) == 1)


def _unit(message: Row) -> Unit:
    counted = [tokens for tokens in (message["o200k"], message["cl100k"]) if tokens is not None]
    return Unit(message["id"], max(counted or [message["length"] // 4 + 1]) + MESSAGE_TOKENS, message["role"])
