"""Cancelling with 64 calls in flight: from the mutation to the last connection closed at the provider."""

from __future__ import annotations

import asyncio
import tempfile
import time
from pathlib import Path
from statistics import median

from benchmarks.bench import OWNER, figure, load, neo4j, run
from benchmarks.restart import Watched
from tests.support.service_process import ServiceProcess
from tests.support.services import provider

AT_ONCE = 64
SUBTASKS = 200
RUNS = 7


class Closing(Watched):
    """A provider that notes when the last of its calls was given up."""

    def __init__(self) -> None:
        super().__init__()
        self.last = 0.0

    def end(self, prompt: str) -> None:
        """A client hung up."""
        super().end(prompt)
        self.last = time.perf_counter()


async def measure(service: ServiceProcess, closing: Closing) -> float:
    """Seconds from sending the mutation to the last closed connection."""
    items = [f"Item {number}." for number in range(SUBTASKS)]
    task_id = await service.create_file_task(items, AT_ONCE)
    while closing.open < AT_ONCE:
        await asyncio.sleep(0.01)
    async with service.client() as client:
        await client.is_alive()
        sent = time.perf_counter()
        await client.execute("CancelTask", input={"taskId": task_id})
        while closing.open:
            await asyncio.sleep(0.001)
    return closing.last - sent


async def main() -> None:
    """Several times on one service."""
    closing = Closing()
    async with closing.listening() as base_url, neo4j() as connection:
        with tempfile.TemporaryDirectory(prefix="antiphon-benchmark-") as folder:
            async with ServiceProcess(connection, Path(folder), provider(base_url), OWNER) as service:
                taken = [await measure(service, closing) for _ in range(RUNS)]
    figure("cancel_64", median(taken), "s", worst=round(max(taken), 3), against="the mutation's sending", load=load())


if __name__ == "__main__":
    run(main())
