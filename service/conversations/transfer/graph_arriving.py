"""One import of our own format under way. What becomes of its conversations is in `graphfile/importing.py`.

Owns that the file is read beside the event loop, that callers who write go before it, and what is noted of it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any, BinaryIO

import orjson

from service.conversations.search.pace import Pace
from service.conversations.transfer.arriving import MOST_NOTICES, NOTE_SECONDS
from service.conversations.transfer.bundles import Bundle
from service.conversations.transfer.graphfile.importing import import_graph, split_lines
from service.conversations.transfer.graphfile.lines import FORMAT
from service.conversations.transfer.graphfile.reports import GraphReport
from service.conversations.transfer.transcripts import Unreadable
from service.errors import InvalidInput
from service.graph.deliveries import Deliveries
from service.graph.imports import Imports
from service.graph.patience import patiently

Row = dict[str, Any]

PIECE = 256 * 1024
_BEGINS = b'{"format":"' + FORMAT.encode() + b'"'


class _Unwanted(Exception):
    """Somebody ended the import."""


def is_graph_file(bundle: Bundle) -> bool:
    """Whether a file is of our own format, also where it is packed."""
    return len(bundle.members) == 1 and bundle.members[0].sample().replace(b" ", b"").startswith(_BEGINS)


class GraphArriving:
    """One import of our own format: `row` is its node, `bundle` its file."""

    def __init__(self, imports: Imports, deliveries: Deliveries, row: Row, bundle: Bundle, pace: Pace) -> None:
        self._imports = imports
        self._deliveries = deliveries
        self._row = row
        self._bundle = bundle
        self._pace = pace
        self._read = 0
        self._noted = 0.0
        self._report = GraphReport()
        self._counted: Row = {}
        """What of it is noted already, also by a process before this one."""
        self.is_wanted = True

    async def run(self) -> None:
        """Put back what is in the file, and note how that ended. What was there when it broke off is gone on with."""
        owner, id_ = self._row["ownerId"], self._row["id"]
        for row in await patiently(lambda: self._imports.read_imports(owner, [id_])):
            self._counted = {name: row.get(name, 0) for name in _counts(self._report)}
        try:
            await patiently(self._import)
        except (InvalidInput, Unreadable) as error:
            await self.fail(str(error))
        except _Unwanted:
            return
        else:
            await self._note(**_notices(self._report, self._row["name"]), **_outcome(self._report))

    async def fail(self, why: str) -> None:
        """Note that it was broken off."""
        await self._note(status="PARTIAL" if _came(self._report) else "FAILED", error=why)

    async def _import(self) -> None:
        # From the beginning: what is there of this import is counted again.
        self._read, self._report = 0, GraphReport()
        async with aclosing(self._pieces()) as pieces:
            lines, owner = split_lines(pieces), self._row["ownerId"]
            await import_graph(self._deliveries, owner, lines, import_id=self._row["id"], report=self._report)

    async def _pieces(self) -> AsyncGenerator[bytes]:
        stream: BinaryIO = await asyncio.to_thread(self._bundle.members[0].open)
        try:
            while piece := await asyncio.to_thread(stream.read, PIECE):
                # What is done with a piece is done before the next one is asked for.
                async with self._pace.piece():
                    yield piece
                self._read += len(piece)
                if time.monotonic() - self._noted > NOTE_SECONDS:
                    await self._note()
                if not self.is_wanted:
                    raise _Unwanted
        finally:
            stream.close()

    async def _note(self, **how: Any) -> None:
        counts = _counts(self._report)
        # What is gone on with comes to what was counted before, and then to more.
        more = {name: max(0, count - self._counted.get(name, 0)) for name, count in counts.items()}
        row: Row = {"importId": self._row["id"], "checkpoint": 0, "readBytes": self._read, "format": FORMAT}
        row |= {"status": None, "error": None, "notices": [], "noticed": 0, "mostNotices": MOST_NOTICES}
        row |= {"extended": 0, **more, **how}
        self.is_wanted = await patiently(lambda: self._imports.note_import(row)) and self.is_wanted
        self._counted = {name: self._counted.get(name, 0) + count for name, count in more.items()}
        self._noted = time.monotonic()


def _counts(report: GraphReport) -> Row:
    return {
        "conversations": report.conversations,
        "known": report.there,
        "skipped": report.refused,
        "messages": report.messages,
        "plans": report.plans,
    }


def _notices(report: GraphReport, name: str) -> Row:
    told = [
        {
            "kind": "SKIPPED",
            "place": f"{name}: line {problem.line}",
            "text": f"{problem.sentence} {problem.remedy}".strip(),
        }
        for problem in report.problems
    ]
    told += [
        {"kind": "CHANGED", "place": name, "text": f"{count} ×: {text}"}
        for count, text in (
            (report.cancelled_tasks, "a task that had not ended is cancelled."),
            (report.renamed, "a conversation has other ids than in the file: those are taken."),
        )
        if count
    ]
    if report.left_links:
        text = f"{report.left_links} ×: a link leads to a conversation that is not here."
        told.append({"kind": "SKIPPED", "place": name, "text": text})
    return {
        "notices": [orjson.dumps(it).decode() for it in told],
        "noticed": len(told) + report.more_problems,
    }


def _came(report: GraphReport) -> int:
    return report.conversations + report.there + report.plans + report.plans_there


def _outcome(report: GraphReport) -> Row:
    came = _came(report)
    if report.is_whole and came:
        return {"status": "SUCCEEDED", "error": None}
    why = report.problems[0].sentence if report.problems else "There is no conversation in it."
    return {"status": "PARTIAL" if came else "FAILED", "error": why}
