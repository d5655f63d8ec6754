"""One embedded Neo4j for each process that runs tests; each test is an owner of its own.

Not one for all: services go on with what others left when they died, also with what those of another process left.
"""

from __future__ import annotations

import asyncio
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
from service.records import new_id
from tests.support.beginnings import have_a_home, keep_ignored_signals_to_ourselves
from tests.support.promises import promises_kept

HOME = "TESTS_OF_ANTIPHON_HOME"
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "alone")

# A property holds or does not: how long it took says something of the machine.
settings.register_profile("antiphon", deadline=None, suppress_health_check=[HealthCheck.too_slow])
# The same examples for everybody where others' work waits for the result; new ones at each run of a person's own.
settings.register_profile("ci", settings.get_profile("antiphon"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "antiphon")


def pytest_configure(config: pytest.Config) -> None:
    """The run begins: a folder for each Neo4j, and nothing of the person's own settings."""
    keep_ignored_signals_to_ourselves()
    for name in [name for name in os.environ if name.startswith(("NEO4J_", "OPENAI_", "ANTHROPIC_", "ANTIPHON_"))]:
        if name != "ANTIPHON_CACHE_DIR":
            del os.environ[name]
    if not hasattr(config, "workerinput"):
        os.environ[HOME] = tempfile.mkdtemp(prefix="antiphon-tests-")
        have_a_home(os.environ[HOME])
    # What model servers run on this machine must not matter.
    os.environ["ANTIPHON_DISCOVERY__ENABLED"] = "false"
    # Tests of search ask for vectors where they want them: a model for each service would take the machine.
    os.environ["ANTIPHON_SEARCH__EMBEDDINGS"] = "none"
    os.environ["ANTIPHON_DATA_DIR"] = os.path.join(os.environ[HOME], f"data-{WORKER}")


def pytest_unconfigure(config: pytest.Config) -> None:
    """The run ends: each Neo4j is stopped and forgotten."""
    if not hasattr(config, "workerinput") and (folder := os.environ.pop(HOME, None)):
        asyncio.run(_stop_all(list(Path(folder).glob("neo4j-*"))))
        shutil.rmtree(folder, ignore_errors=True)


async def _stop_all(homes: list[Path]) -> None:
    await asyncio.gather(*map(stop, homes), return_exceptions=True)


@pytest.fixture(scope="session")
async def connection() -> Connection:
    """How to reach this worker's Neo4j; the first test that asks starts it."""
    size = LocalSettings(heap="768m", page_cache="128m", brief=True)
    # Detached: also where this process ends by no fault of its own, the run stops it.
    server = await start(Path(os.environ[HOME]) / f"neo4j-{WORKER}", cache_folder(), settings=size, detached=True)
    await server.release()
    return Connection(server.address.bolt, server.address.username, server.address.password)


@pytest.fixture(scope="session")
async def database(connection: Connection) -> AsyncIterator[Database]:
    """This worker's graph, migrated."""
    database = Database(connection)
    await migrate(database)
    yield database
    await database.close()


@pytest.fixture(scope="module")
async def promises(database: Database) -> AsyncIterator[None]:
    """The graph keeps its promises when all tests of a file are done; `usefixtures("promises")` asks for it."""
    async with promises_kept(database):
        yield


@pytest.fixture
def owner() -> str:
    """An owner of this test's own."""
    return f"owner-{new_id()}"
