"""One embedded Neo4j a run, shared by all tests and all workers; each test is an owner of its own."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

# Read here, alone: CPython 3.11 may fail to parse modules in two threads at once.
import llmock.testing  # noqa: F401 # pyright: ignore[reportUnusedImport]
import pytest
from hypothesis import HealthCheck, settings

from service.folders import cache_folder
from service.graph.database import Connection, Database
from service.graph.local import LocalSettings, start, stop
from service.graph.migrations import migrate
from service.locks import FileLock
from service.records import new_id
from tests.support.beginnings import have_a_home, keep_ignored_signals_to_ourselves

HOME = "TESTS_OF_ANTIPHON_HOME"

# A property holds or does not: how long it took says something of the machine.
settings.register_profile("antiphon", deadline=None, suppress_health_check=[HealthCheck.too_slow])
# The same examples for everybody where others' work waits for the result; new ones at each run of a person's own.
settings.register_profile("ci", settings.get_profile("antiphon"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "antiphon")


def pytest_configure(config: pytest.Config) -> None:
    """The run begins: a folder for its Neo4j, and nothing of the person's own settings."""
    keep_ignored_signals_to_ourselves()
    for name in [name for name in os.environ if name.startswith(("NEO4J_", "OPENAI_", "ANTHROPIC_", "ANTIPHON_"))]:
        if name != "ANTIPHON_CACHE_DIR":
            del os.environ[name]
    if not hasattr(config, "workerinput"):
        os.environ[HOME] = tempfile.mkdtemp(prefix="antiphon-tests-")
        os.environ["ANTIPHON_DATA_DIR"] = os.path.join(os.environ[HOME], "data")
        have_a_home(os.environ[HOME])


def pytest_unconfigure(config: pytest.Config) -> None:
    """The run ends: its Neo4j is stopped and forgotten."""
    if not hasattr(config, "workerinput") and (folder := os.environ.pop(HOME, None)):
        home = Path(folder) / "neo4j"
        if home.exists():
            asyncio.run(stop(home))
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
async def connection() -> Connection:
    """How to reach the run's Neo4j; the first test that asks starts it."""
    folder = Path(os.environ[HOME])
    known, lock = folder / "address.json", FileLock(folder / "starting.lock")
    while not known.exists():
        if lock.acquire():
            try:
                await start_neo4j(folder / "neo4j", known)
            finally:
                lock.release()
        await asyncio.sleep(0.1)
    return Connection(*json.loads(known.read_text()))


async def start_neo4j(home: Path, known: Path) -> None:
    """Start it for all workers, and write to `known`, in one step, how to reach it."""
    # Detached: the worker that starts it may be done before the others are.
    size = LocalSettings(heap="768m", page_cache="256m")
    server = await start(home, cache_folder(), settings=size, detached=True)
    partial = known.with_suffix(".partial")
    partial.write_text(json.dumps([server.address.bolt, server.address.username, server.address.password]))
    await server.release()
    partial.replace(known)


@pytest.fixture(scope="session")
async def database(connection: Connection) -> AsyncIterator[Database]:
    """The run's graph, migrated."""
    database = Database(connection)
    await migrate(database)
    yield database
    await database.close()


@pytest.fixture
def owner() -> str:
    """An owner of this test's own."""
    return f"owner-{new_id()}"
