"""Conversations that are exported over HTTP in each format: messages a second, and what it takes of memory.

Run as `python -m benchmarks.export`, with `--messages` for another length and `--formats` for some alone. First one
long conversation with forks and merges, then as many messages in conversations of a hundred. The service runs in a
process of its own, and has made all findable before it is measured. `openai` and `sharegpt` have a line for each
branch: what branches share is counted as often as it is written.
"""

from __future__ import annotations

import argparse
import asyncio
import http.client
import json
import os
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import psutil

from benchmarks.bench import figure, load, run
from benchmarks.bench import neo4j as embedded_neo4j
from benchmarks.generate import Filled, Wish, fill
from benchmarks.page import served_apart
from service.conversations.transfer.whole_graphs import GRAPHS
from service.conversations.transfer.writers import EXPORTS
from service.graph.database import Connection, Database
from service.graph.migrations import migrate

MESSAGES = 100_000
OF = 100
PIECE = 1 << 20
PAUSE, IDLE_SECONDS = 3.0, 0.3
"""How long a service is looked at, and the processor time that one has then which does nothing."""
ONE = """mutation($input: ExportConversationInput!) { made: exportConversation(input: $input) { export { url } } }"""
ALL = """mutation($input: ExportConversationsInput!) { made: exportConversations(input: $input) { export { url } } }"""
PATHS = {"openai", "sharegpt"}


async def main(messages: int, formats: Sequence[str]) -> None:
    """One conversation, then many."""
    await _measured("one", Wish(messages, forks=messages // 5000, merges=messages // 10000, seed=12), formats)
    await _measured("many", Wish(OF, conversations=messages // OF, seed=12), formats)


async def _measured(name: str, wish: Wish, formats: Sequence[str]) -> None:
    async with embedded_neo4j() as connection:
        database = Database(connection)
        await migrate(database)
        filled = await fill(database, wish)
        await database.close()
        await asyncio.to_thread(_measure, name, connection, filled, formats)


def _measure(name: str, connection: Connection, filled: Sequence[Filled], formats: Sequence[str]) -> None:
    """Print one JSON line a format. The first one is read once before, so that none is the first after a start."""
    messages = sum(len(one.messages) for one in filled)
    one = filled[0].id if len(filled) == 1 else None
    with served_apart(connection) as client:
        service = max(psutil.Process().children(), key=lambda process: process.memory_info().rss)
        _settle(service)
        _fetched(client, one, formats[0], service)
        for kind in formats:
            before = service.memory_info().rss
            took, first, size, most, lines = _fetched(client, one, kind, service)
            figure(
                f"export_{kind}_of_{name}_{messages}",
                messages / took,
                "messages/s",
                megabytes=round(size / 1e6, 1),
                megabytes_per_s=round(size / 1e6 / took, 1),
                first_byte_ms=round(1000 * first),
                resident_grew_mb=round((most - before) / 1e6, 1),
                load=load(),
                **({"branches": lines} if kind in PATHS else {}),
            )


def _settle(service: psutil.Process) -> None:
    """Wait until the service has made findable what was written to its graph before it began."""
    before, now = -1.0, 0.0
    while now - before > IDLE_SECONDS:
        time.sleep(PAUSE)
        times = service.cpu_times()
        before, now = now, times.user + times.system


def address_of(client: http.client.HTTPConnection, conversation: str | None, kind: str) -> str:
    """Where the file is fetched of one conversation, or of all."""
    which = {"conversationId": conversation} if conversation else {}
    body = json.dumps({"query": ONE if conversation else ALL, "variables": {"input": which | {"format": kind.upper()}}})
    client.request("POST", "/graphql", body, {"content-type": "application/json"})
    return json.loads(client.getresponse().read())["data"]["made"]["export"]["url"]


def _fetched(
    client: http.client.HTTPConnection, conversation: str | None, kind: str, service: psutil.Process
) -> tuple[float, float, int, int, int]:
    """Seconds in all and to the first byte, bytes, the most that the service had in memory, and lines."""
    client.request("GET", address_of(client, conversation, kind))
    began, size, first, most, lines = time.perf_counter(), 0, 0.0, 0, 0
    answer = client.getresponse()
    assert answer.status == 200, answer.read()
    while piece := answer.read(PIECE):
        first = first or time.perf_counter() - began
        size += len(piece)
        lines += piece.count(b"\n")
        most = max(most, service.memory_info().rss)
    return time.perf_counter() - began, first, size, most, lines


if __name__ == "__main__":
    known = [*EXPORTS, *GRAPHS]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=MESSAGES)
    parser.add_argument("--formats", nargs="+", choices=known, default=known)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="antiphon-benchmark-") as folder:
        os.environ["ANTIPHON_DATA_DIR"] = folder
        (Path(folder) / "config.yaml").write_text("defaults: {model: echo/echo}\nsearch: {embeddings: none}\n")
        run(main(arguments.messages, arguments.formats))
