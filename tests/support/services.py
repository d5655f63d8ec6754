"""A service for a test: all parts wired over the worker's Neo4j, configured in the test's own folder."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import yaml

from service.config import Config, load_config
from service.graph.database import Connection, Database, Row
from service.graph.local.process import is_free
from service.graph.queries import Query
from service.records import TaskStatus
from service.services import Services, wire
from service.tasks.creating import NewFile, NewTask, NewTaskConfig

Settings = Mapping[str, Any]

PATIENCE_SECONDS = 120.0
MODEL = {"family": "test", "context_window": 8192, "max_output_tokens": 1024, "tokenizer": "bytes"}


def provider(base_url: str, name: str = "slow", **more: Any) -> dict[str, Any]:
    """Settings with one OpenAI-speaking provider, whose model `m` is the default one."""
    model = MODEL | {key: more.pop(key) for key in list(more) if key in (*MODEL, "prices", "features")}
    one = {"protocol": "openai", "base_url": base_url, "models": {"m": model}} | more
    return {"providers": {name: one}, "api_keys": {name: "none"}, "defaults": {"model": f"{name}/m"}}


def configuration(folder: Path, settings: Settings | None = None) -> Config:
    """The configuration of a service whose data are in `folder`; the echo model is the default one."""
    folder.mkdir(parents=True, exist_ok=True)
    said: dict[str, Any] = {"defaults": {"model": "echo/echo"}, "search": {"embeddings": "none"}} | dict(settings or {})
    said["storage"] = {"data_folder": str(folder)} | said.get("storage", {})
    # A rehearsal takes up to 20 s of a processor, for each service.
    said["server"] = {"warm_up_seconds": 0} | said.get("server", {})
    file = folder / "config.yaml"
    file.write_text(yaml.safe_dump(said), encoding="utf-8")
    file.chmod(0o600)
    return load_config(file, {})


@asynccontextmanager
async def running(connection: Connection, folder: Path, settings: Settings | None = None) -> AsyncIterator[Services]:
    """A service in this process, open."""
    services = wire(configuration(folder, settings), connection)
    try:
        await services.open(brief=True)
        yield services
    finally:
        await services.close()


def files(count: int, text: str = "The content of file {i}.") -> tuple[NewFile, ...]:
    """So many small files, each unlike the others."""
    return tuple(NewFile(f"file-{i}.txt", text.format(i=i)) for i in range(count))


def file_task(count: int, **config: Any) -> NewTask:
    """A FILE task of so many subtasks."""
    return NewTask(instruction="Look.", strategy="FILE", files=files(count), config=NewTaskConfig(**config))


def quiet_port() -> int:
    """A free port that no outgoing connection is given while its server is dead."""
    return next(port for port in random.sample(range(20_000, 32_000), 100) if is_free(port))


async def cypher(database: Database, statement: str, *, writes: bool = False, **parameters: Any) -> list[Row]:
    """The records of a statement of a test."""
    text = f"CYPHER 25\n{statement}"
    return await database.run(Query("test", "A test's.", text, frozenset(parameters), writes), **parameters)


async def status_of(database: Database, task_id: str) -> TaskStatus | None:
    """A task's status."""
    rows = await cypher(database, "MATCH (t:Task {id: $id}) RETURN t.status AS status", id=task_id)
    return TaskStatus(rows[0]["status"]) if rows else None


async def finished(database: Database, task_id: str, seconds: float = PATIENCE_SECONDS) -> TaskStatus:
    """Wait for a task's last state."""
    deadline = time.monotonic() + seconds
    while (status := await status_of(database, task_id)) is None or not status.is_final:
        assert time.monotonic() < deadline, f"task {task_id} is {status} after {seconds} s"
        await asyncio.sleep(0.03)
    return status


async def run_task(services: Services, database: Database, owner: str, new: NewTask) -> str:
    """Create a task and wait for its end; its id."""
    task_id = await services.backend.tasks.create_task(owner, new)
    await finished(database, task_id)
    return task_id
