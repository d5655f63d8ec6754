"""Which service a command talks to: the one that was named, the one that runs, or one of its own.

Owns `service.json` in the data folder, by which the commands find a running service, and its lock, which the
operating system frees when that service dies. A command whose service runs does not wait until all is read that one of
its own would need.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from service.commands.client import Client
from service.commands.streams import say_plainly
from service.errors import Conflict, ServiceError
from service.folders import unusable_folder
from service.locks import FileLock

if TYPE_CHECKING:
    from service.config import Config
    from service.graph.local import LocalNeo4j, Neo4jAddress, Progress

URL, TOKEN = "ANTIPHON_URL", "ANTIPHON_TOKEN"
_TRIES = 5


@dataclass(frozen=True, slots=True)
class Running:
    """A service that runs on a data folder."""

    url: str
    pid: int


class Place:
    """The right to be the one service of a data folder, held as long as this is."""

    def __init__(self, folder: Path, lock: FileLock) -> None:
        self._file = folder / "service.json"
        self._lock = lock

    def announce(self, url: str) -> None:
        """Tell the commands where the service is."""
        partial = self._file.with_suffix(f".{os.getpid()}")
        with _usable(self._file.parent):
            partial.write_text(json.dumps(asdict(Running(url, os.getpid()))) + "\n", encoding="utf-8")
            partial.replace(self._file)

    def leave(self) -> None:
        """Give the folder to the next service."""
        self._file.unlink(missing_ok=True)
        self._lock.release()


async def take_place(folder: Path) -> Place:
    """Become the one service of a data folder. Raises `Conflict`, which names the one that is there."""
    lock = _lock_in(folder)
    for _ in range(_TRIES):
        # More than once, because whoever looks for the holder takes the lock for a moment.
        with _usable(folder):
            if lock.acquire():
                return Place(folder, lock)
        await asyncio.sleep(0.1)
    running = find_running(folder)
    where = f": {running.url} (process {running.pid})" if running else ""
    raise Conflict(
        f"A service runs on {folder} already{where}.",
        remedy="Use that one, stop it, or name another folder with ANTIPHON_DATA_DIR.",
    )


def _lock_in(folder: Path) -> FileLock:
    with _usable(folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return FileLock(folder / "service.lock")


@contextmanager
def _usable(folder: Path) -> Generator[None]:
    try:
        yield
    except OSError as error:
        raise unusable_folder(folder, error) from error


def find_running(folder: Path) -> Running | None:
    """The service that runs on a data folder and has begun to listen, or None."""
    try:
        said: dict[str, Any] = json.loads((folder / "service.json").read_text(encoding="utf-8"))
        running = Running(str(said["url"]), int(said["pid"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return running if FileLock(folder / "service.lock").holder() == running.pid else None


@dataclass(frozen=True, slots=True)
class Started:
    """A service of this process. `neo4j` is None where the graph is not its own."""

    url: str
    config: Config
    neo4j: LocalNeo4j | None


@asynccontextmanager
async def start_service(config: Config, progress: Progress, *, brief: bool = False) -> AsyncGenerator[Started]:
    """Run a service in this process, with a Neo4j of its own unless another is configured.

    A `brief` one is for a single command: its Neo4j compiles less, which is slower at its best.
    """
    from service.api.graphql.trusted import read_trusted
    from service.app import connection_of, create_app, embedded
    from service.commands.server import serving
    from service.tasks.checks import check_parts

    await check_parts(config)
    read_trusted(config)
    # Started here, and not by the application, so that what goes wrong reaches the person as it is.
    neo4j = None if config.neo4j.uri else await embedded(config, progress, brief=brief)
    reviving = asyncio.create_task(neo4j.keep_alive(), name="antiphon-neo4j") if neo4j else None
    try:
        app = create_app(config, connection=connection_of(neo4j) if neo4j else None, brief=brief)
        async with serving(app, config) as url:
            yield Started(url, config, neo4j)
    finally:
        if neo4j and reviving:
            reviving.cancel()
            await asyncio.gather(reviving, return_exceptions=True)
            await neo4j.stop()


@asynccontextmanager
async def reach_service(prepare: Callable[[Config], None]) -> AsyncGenerator[Client, None]:
    """A client of the service named by `ANTIPHON_URL`, of the one that runs, or of one for this command alone.

    `prepare` is called before one is started here.
    """
    async with AsyncExitStack() as stack:
        url, token = os.environ.get(URL), os.environ.get(TOKEN)
        if not url:
            from service.config import load_config

            config = load_config()
            token = token_for(config)
            running = find_running(config.storage.data_folder)
            url = running.url if running else await _start_own(config, prepare, stack)
        yield await stack.enter_async_context(Client(url, token))


async def _start_own(config: Config, prepare: Callable[[Config], None], stack: AsyncExitStack) -> str:
    from service.graph.local import progress_on

    prepare(config)
    say_plainly("No service runs, so this command starts one of its own; `antiphon serve` keeps one ready.")
    service = start_service(listening_on(config, "127.0.0.1", 0), progress_on(), brief=True)
    try:
        return (await stack.enter_async_context(service)).url
    except Conflict as error:
        remedy = "Wait for it to end; or run `antiphon serve`, which all commands can share."
        raise Conflict(error.message, remedy=remedy) from error


def listening_on(config: Config, host: str | None, port: int | None) -> Config:
    """The configuration with another address for the service."""
    server = config.server.model_copy(
        update={key: value for key, value in (("host", host), ("port", port)) if value is not None}
    )
    return replace(config, settings=config.settings.model_copy(update={"server": server}))


def token_for(config: Config) -> str | None:
    """The token for our own service: `ANTIPHON_TOKEN`, else the one that is configured where there is just one."""
    keys = [key.get_secret_value() for key in config.server.api_keys]
    return os.environ.get(TOKEN) or (keys[0] if len(keys) == 1 else None)


async def neo4j_address(config: Config) -> Neo4jAddress:
    """Where the service's own Neo4j is, with the login. Raises `ServiceError` where none runs."""
    if config.neo4j.uri:
        raise ServiceError(f"The graph is at {config.neo4j.uri}, which Antiphon does not run.", remedy="Use its tools.")
    from service.graph.local import status

    found = await status(config.storage.data_folder / "neo4j")
    if found.address is None:
        raise ServiceError("Neo4j is not running.", remedy="Start it with: antiphon neo4j start")
    return found.address
