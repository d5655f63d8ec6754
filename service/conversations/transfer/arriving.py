"""One import under way: the lines of its reader become pieces of the graph, and what came of them is counted.

Owns what a piece is, and what was written when somebody died: all up to the checkpoint, and nothing that a second time
would double. Knows nothing of formats, nor of who asked.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from service.conversations.search.pace import Pace
from service.errors import GraphFull
from service.graph.imports import Imports
from service.graph.patience import patiently
from service.graph.writer import weigh

Row = dict[str, Any]

_ROOT = Path(__file__).parents[3]
"""Where this package is: it may be known to this process alone."""

ROWS = 500
WEIGHT = 2_000_000
"""Characters of a piece: with so many another writer does not wait for it longer than 100 ms."""
LONGEST_LINE = 64 * 2**20
NOTE_SECONDS = 0.5
MOST_NOTICES = 1000
"""Kept of one import; how many there were is counted."""
ERASED = {"kind": "SKIPPED", "text": "It was deleted here for good, and is not imported again."}


@dataclass(slots=True)
class _Piece:
    """What is written in one transaction."""

    begins: list[Row] = field(default_factory=list[Row])
    messages: list[Row] = field(default_factory=list[Row])
    ends: list[Row] = field(default_factory=list[Row])
    weight: int = 0

    @property
    def is_full(self) -> bool:
        return len(self.messages) + len(self.begins) >= ROWS or self.weight >= WEIGHT


@dataclass(slots=True)
class _Coming:
    """A conversation that is coming in: what was there before (`NEW`, `OURS`, `KNOWN`, `ERASED`), and its messages."""

    state: str
    sent: int = 0
    new: int = 0


@dataclass(slots=True)
class _Counts:
    """What came of it since it was noted last."""

    conversations: int = 0
    extended: int = 0
    known: int = 0
    skipped: int = 0
    messages: int = 0
    noticed: int = 0
    notices: list[str] = field(default_factory=list[str])

    def add(self, coming: _Coming, *, shown: bool, resumed: bool, place: str) -> None:
        """Count a conversation that has come in whole."""
        if coming.state == "ERASED":
            self.skipped += 1
            self.noticed += 1
            self.notices.append(orjson.dumps({**ERASED, "place": place}).decode())
        elif shown or (coming.state == "OURS" and resumed):
            # Before it was interrupted, some of it may have been written and not counted.
            self.conversations += 1
            self.messages += coming.sent
        else:
            self.messages += coming.new
            self.extended += coming.new > 0
            self.known += coming.new == 0

    def row(self) -> Row:
        """It, as it is noted."""
        names = ("conversations", "extended", "known", "skipped", "messages", "noticed")
        return {name: getattr(self, name) for name in names} | {
            "plans": 0,
            "notices": self.notices,
            "mostNotices": MOST_NOTICES,
        }


class Arriving:
    """One import: `row` is its node, `path` its file. It is `resumed` where somebody has begun it before."""

    def __init__(self, imports: Imports, row: Row, path: str, pace: Pace, *, resumed: bool = False) -> None:
        self._imports = imports
        self._row = row
        self._path = path
        self._pace = pace
        self._resumed = resumed
        self._piece = _Piece()
        self._counts = _Counts()
        self._open: dict[str, _Coming] = {}
        """Conversations that have begun and not ended, in that order."""
        self._heard: int = row["checkpoint"]
        """The number of the last record that was heard to its end."""
        self._written: int = row["checkpoint"]
        self._read = 0
        self._format: str | None = None
        self._noted = 0.0
        self.is_wanted = True

    async def run(self) -> None:
        """Read the file, write what is in it, and note how that ended."""
        ended: Row | None = None
        skips = False
        async with aclosing(_lines(self._path, self._row)) as lines:
            async for line in lines:
                if "failed" in line or "done" in line:
                    ended = line
                    break
                if "format" in line:
                    self._format = line["format"]
                    continue
                if "n" in line:
                    skips = line["n"] <= self._row["checkpoint"]
                if not skips:
                    await self._take(line)
                if not self.is_wanted:
                    return
        await self._flush()
        await self._note()
        if self.is_wanted:
            await self._end(ended)

    async def fail(self, why: str) -> None:
        """Note that it was broken off."""
        await self._end({"failed": why})

    async def _take(self, line: Row) -> None:
        piece = self._piece
        if "conversation" in line:
            piece.begins.append(line["conversation"])
            piece.weight += weigh(line["conversation"])
        elif "messages" in line:
            piece.messages += line["messages"]
            piece.weight += sum(map(weigh, line["messages"]))
        else:
            self._hear(line)
        if piece.is_full:
            await self._flush()

    def _hear(self, line: Row) -> None:
        """The end of a conversation, or of what could not be read."""
        self._heard, self._read = line["n"], line["read"]
        self._counts.notices += [orjson.dumps(notice).decode() for notice in line["notices"]]
        self._counts.noticed += line["noticed"]
        if "end" in line:
            self._piece.ends.append(line["end"])
        else:
            self._counts.skipped += any(notice["kind"] == "SKIPPED" for notice in line["notices"])

    async def _flush(self) -> None:
        piece, self._piece = self._piece, _Piece()
        if piece.begins or piece.messages or piece.ends:
            async with self._pace.piece():
                await self._write(piece)
        self._written = self._heard
        if time.monotonic() - self._noted > NOTE_SECONDS:
            await self._note()

    async def _write(self, piece: _Piece) -> None:
        row: Row = {"importId": self._row["id"], "ownerId": self._row["ownerId"]}
        row |= {"begins": piece.begins, "messages": piece.messages, "ends": piece.ends}
        try:
            begun, new, revealed = await patiently(lambda: self._imports.write_piece(row))
        except GraphFull:
            if len(piece.messages) < 2:
                raise
            middle = len(piece.messages) // 2
            await self._write(_Piece(piece.begins, piece.messages[:middle]))
            return await self._write(_Piece([], piece.messages[middle:], piece.ends))
        if len(begun) < len(piece.begins):
            # The import is over, or deleted.
            self.is_wanted = False
            return
        for it in begun:
            self._open[piece.begins[it["n"]]["conversationId"]] = _Coming(it["state"])
        for message in piece.messages:
            self._open[message["conversationId"]].sent += 1
        for it in new:
            self._open[piece.messages[it["n"]]["conversationId"]].new += 1
        shown = {it["id"] for it in revealed}
        for end in piece.ends:
            id = end["conversationId"]
            # The second of one that is in the file twice is known.
            coming = self._open.pop(id, _Coming("KNOWN"))
            self._counts.add(coming, shown=id in shown, resumed=self._resumed, place=end["place"])
            shown.discard(id)

    async def _note(self, status: str | None = None, error: str | None = None) -> None:
        counts, self._counts = self._counts, _Counts()
        row = {"importId": self._row["id"], "checkpoint": self._written, "readBytes": self._read}
        row |= {"format": self._format, "status": status, "error": error, **counts.row()}
        self.is_wanted = await patiently(lambda: self._imports.note_import(row)) and self.is_wanted
        self._noted = time.monotonic()

    async def _end(self, ended: Row | None) -> None:
        owner, ids = self._row["ownerId"], [self._row["id"]]
        for known in await patiently(lambda: self._imports.read_imports(owner, ids)):
            await self._note(*_outcome(known, ended))


def _outcome(row: Row, ended: Row | None) -> tuple[str, str | None]:
    """How an import ended, of its counts and of the last line of its reader."""
    came = row["conversations"] + row["extended"] + row["known"]
    if ended is None:
        error = "The reader of the file was ended from outside."
    elif "failed" in ended:
        error = ended["failed"]
    elif not came:
        error = "No conversation in it could be imported." if row["skipped"] else "There is no conversation in it."
    else:
        return ("PARTIAL" if row["skipped"] else "SUCCEEDED"), None
    return ("PARTIAL" if came else "FAILED"), error


async def _lines(path: str, row: Row) -> AsyncGenerator[Row]:
    """What the reader of a file says, in a process of its own, which ends with us."""
    command = [sys.executable, "-P", "-m", "service.conversations.transfer.reading", path, row["name"], row["ownerId"]]
    reader = await asyncio.create_subprocess_exec(
        *command,
        *([row["format"]] if row["format"] else []),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        limit=LONGEST_LINE,
        env=os.environ
        | {"PYTHONPATH": os.pathsep.join([str(_ROOT), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep)},
    )
    try:
        while reader.stdout is not None and (line := await reader.stdout.readline()):
            yield orjson.loads(line)
    finally:
        if reader.returncode is None:
            reader.kill()
        await reader.wait()
