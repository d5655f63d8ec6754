"""What all benchmarks share: a Neo4j of their own, a service over it, and how a figure is printed."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import uvloop
import yaml

from service.commands.garbage import collect_when_quiet, settle
from service.commands.server import SWITCH_SECONDS
from service.config import load_config
from service.folders import cache_folder
from service.graph.database import Connection, Database
from service.graph.local import LocalSettings, start
from service.graph.migrations import migrate
from service.services import Services, wire
from service.tasks.creating import NewTask

OWNER = "benchmark"
FINAL = {"SUCCEEDED", "PARTIAL", "FAILED", "CANCELLED"}


def figure(name: str, value: float, unit: str, **compared: Any) -> None:
    """Print one figure; `ratio` and `against` where it was compared with something in the same run."""
    print(json.dumps({"name": name, "value": round(value, 3), "unit": unit, **compared}), flush=True)


def load() -> float:
    """The load average of the last minute: what else the machine had to do."""
    return round(os.getloadavg()[0], 1)


def run(benchmark: Coroutine[Any, Any, None]) -> None:
    """Run a benchmark on the event loop that the service uses, with threads that leave it its turns as there."""
    sys.setswitchinterval(SWITCH_SECONDS)
    uvloop.run(benchmark)


@asynccontextmanager
async def neo4j() -> AsyncIterator[Connection]:
    """An embedded Neo4j on a folder of its own, stopped and forgotten after."""
    with tempfile.TemporaryDirectory(prefix="antiphon-benchmark-") as folder:
        settings = LocalSettings(heap="1g", page_cache="512m")
        server = await start(Path(folder) / "neo4j", cache_folder(), settings=settings)
        try:
            yield Connection(server.address.bolt, server.address.username, server.address.password)
        finally:
            await server.stop()


@asynccontextmanager
async def graph() -> AsyncIterator[Database]:
    """A migrated graph."""
    async with neo4j() as connection:
        database = Database(connection)
        await migrate(database)
        yield database
        await database.close()


@asynccontextmanager
async def service(settings: dict[str, Any]) -> AsyncIterator[Services]:
    """A service over a Neo4j of its own, configured by `settings`."""
    with tempfile.TemporaryDirectory(prefix="antiphon-benchmark-") as folder:
        file = Path(folder) / "config.yaml"
        file.write_text(yaml.safe_dump({**settings, "storage": {"data_folder": folder}}))
        async with neo4j() as connection:
            services = wire(load_config(file, {}), connection)
            await services.open()
            # As `antiphon serve` does it.
            settle()
            collecting = asyncio.create_task(collect_when_quiet())
            try:
                yield services
            finally:
                collecting.cancel()
                await services.close()


async def finish(services: Services, new: NewTask) -> str:
    """Create a task and wait for its end; its id."""
    task_id = await services.backend.tasks.create_task(OWNER, new)
    while (status := await status_of(services, task_id)) not in FINAL:
        await asyncio.sleep(0.02)
    if status != "SUCCEEDED":
        raise RuntimeError(f"the task is {status}")
    return task_id


async def status_of(services: Services, task_id: str) -> str:
    """The state of a task."""
    head = await services.backend.reader.read_task_head(OWNER, task_id)
    assert head is not None
    return head["status"]
