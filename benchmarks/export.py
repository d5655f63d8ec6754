"""A long conversation that is exported over HTTP in each format: messages a second, and what it takes of memory.

Run as `python -m benchmarks.export`, with `--messages` for another length. The service runs in a process of its own.
"""

from __future__ import annotations

import argparse
import asyncio
import http.client
import json
import os
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil

from benchmarks.bench import figure, load, run
from benchmarks.bench import neo4j as embedded_neo4j
from benchmarks.generate import Filled, Wish, fill
from benchmarks.page import served_apart
from service.conversations.transfer.writers import EXPORTS
from service.graph.database import Connection, Database
from service.graph.migrations import migrate

MESSAGES = 100_000
PIECE = 1 << 20
EXPORT = """mutation($input: ExportConversationInput!) { exportConversation(input: $input) { export { url } } }"""


async def main(messages: int) -> None:
    """One conversation with forks and merges."""
    async with embedded_neo4j() as connection:
        database = Database(connection)
        await migrate(database)
        wish = Wish(messages=messages, tokens=50, forks=messages // 200, merges=messages // 1000, seed=12)
        (filled,) = await fill(database, wish)
        await database.close()
        await asyncio.to_thread(measure, connection, filled)


def measure(connection: Connection, filled: Filled) -> None:
    """Print one JSON line a format."""
    with served_apart(connection) as client:
        service = max(psutil.Process().children(), key=lambda process: process.memory_info().rss)
        for kind in EXPORTS:
            before = service.memory_info().rss
            took, first, size, most = _fetched(client, filled.id, kind, service)
            more: dict[str, Any] = {
                "megabytes": round(size / 1e6, 1),
                "megabytes_per_s": round(size / 1e6 / took, 1),
                "first_byte_ms": round(1000 * first),
                "resident_grew_mb": round((most - before) / 1e6, 1),
                "load": load(),
            }
            figure(f"export_{kind}_of_{len(filled.messages)}", len(filled.messages) / took, "messages/s", **more)


def _fetched(
    client: http.client.HTTPConnection, conversation: str, kind: str, service: psutil.Process
) -> tuple[float, float, int, int]:
    """Seconds in all and to the first byte, bytes, and the most that the service had in memory."""
    variables = {"input": {"conversationId": conversation, "format": kind.upper()}}
    body = json.dumps({"query": EXPORT, "variables": variables})
    client.request("POST", "/graphql", body, {"content-type": "application/json"})
    url = json.loads(client.getresponse().read())["data"]["exportConversation"]["export"]["url"]
    began, size, first, most = time.perf_counter(), 0, 0.0, 0
    client.request("GET", url)
    answer = client.getresponse()
    assert answer.status == 200, answer.read()
    while piece := answer.read(PIECE):
        first = first or time.perf_counter() - began
        size += len(piece)
        most = max(most, service.memory_info().rss)
    return time.perf_counter() - began, first, size, most


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=MESSAGES)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="antiphon-benchmark-") as folder:
        os.environ["ANTIPHON_DATA_DIR"] = folder
        (Path(folder) / "config.yaml").write_text("defaults: {model: echo/echo}\nsearch: {embeddings: none}\n")
        run(main(arguments.messages))
