"""Ten thousand unfinished subtasks in one task: from a database that is ready to the first call that goes on with it.

The service is killed while the first calls are open, and started again on the same warm Neo4j.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from benchmarks.bench import OWNER, figure, load, neo4j, run
from service.config import load_config
from service.errors import GraphUnavailable
from service.graph.database import Connection
from service.services import wire
from tests.support.service_process import ServiceProcess
from tests.support.services import provider
from tests.support.slow_provider import SlowProvider

SUBTASKS = 10_000
AT_ONCE = 64
CHARACTERS = 400
RUNS = 3


class Watched(SlowProvider):
    """A provider that never answers in time, and notes when it was called first."""

    def __init__(self) -> None:
        super().__init__(seconds=3600)
        self.called = asyncio.Event()
        self.first = 0.0

    def begin(self, prompt: str) -> None:
        """A call has come."""
        super().begin(prompt)
        if not self.called.is_set():
            self.first = time.time()
            self.called.set()

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[str]:
        """Its base URL."""
        server = await asyncio.start_server(self.serve, "127.0.0.1", 0, backlog=2048)
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
        server.close()


def work(strategy: str) -> dict[str, Any]:
    """What a task of that strategy reads to have ten thousand subtasks."""
    texts = [f"{number:06} " + "words of a text " * (CHARACTERS // 16) for number in range(SUBTASKS)]
    given = {"list": texts} if strategy == "FILE" else {"text": "\n\n".join(texts)}
    chunks = {"chunkTokens": CHARACTERS // 4 + 40, "chunkOverlap": 0} if strategy == "CHUNK" else {}
    return {
        "strategy": {"builtIn": strategy},
        "input": given,
        "config": {"maxParallel": AT_ONCE, "aggregation": "CONCAT"} | chunks,
    }


async def create(service: ServiceProcess, task: dict[str, Any]) -> str:
    """Create a large task; its id. A Neo4j that was just started on a busy machine may need more than one go."""
    async with service.client() as client:
        while True:
            with suppress(GraphUnavailable):
                return (await client.execute("CreateTask", input=task | {"idempotencyKey": "benchmark"}))["task"]["id"]


async def begin(service: ServiceProcess, strategy: str, watched: Watched) -> None:
    """Create the task and wait for its first calls; then kill the service."""
    async with service:
        await create(service, {"instruction": "Say what this is."} | work(strategy))
        while watched.open < AT_ONCE:
            await asyncio.sleep(0.05)


async def measure(service: ServiceProcess, connection: Connection, watched: Watched) -> tuple[float, float]:
    """Seconds to the first call: from the ready database on, and from the start of the process on."""
    watched.called.clear()
    arguments = [str(service.folder / "config.yaml"), json.dumps([connection.uri, connection.password])]
    spawned = time.time()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.restart", *arguments, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    ready = float(await process.stdout.readline())
    await watched.called.wait()
    process.kill()
    await process.wait()
    return watched.first - ready, watched.first - spawned


async def inside(config: str, connection: list[str]) -> None:
    """The new service: it says when the database was ready, and goes on with what is there."""
    services = wire(load_config(Path(config), {}), Connection(connection[0], "neo4j", connection[1]))
    await services.database.verify()
    print(time.time(), flush=True)
    await services.open()
    await asyncio.Event().wait()


async def main() -> None:
    """For a task of many files, and for one of many chunks of a text."""
    watched = Watched()
    async with watched.listening() as base_url:
        for strategy in ("FILE", "CHUNK"):
            async with neo4j() as connection:
                with tempfile.TemporaryDirectory(prefix="antiphon-benchmark-") as folder:
                    service = ServiceProcess(connection, Path(folder), provider(base_url), OWNER)
                    await begin(service, strategy, watched)
                    taken = [await measure(service, connection, watched) for _ in range(RUNS)]
            name, against = f"restart_{strategy.lower()}", "the database being ready; the best and the worst of three"
            figure(name, min(taken)[0], "s", worst=round(max(taken)[0], 3), against=against, load=load())
            figure(f"{name}_process", min(whole for _, whole in taken), "s", against="the process's start", load=load())


if __name__ == "__main__":
    run(inside(sys.argv[1], json.loads(sys.argv[2])) if len(sys.argv) > 2 else main())
