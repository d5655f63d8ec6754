"""Where the demo happens: a service in a process of its own, on a memory of its own, which can be killed.

Owns the folder `demo` in the data folder: the person's own conversations are not touched, and no service of theirs is.
"""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import socket
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from service.commands.client import Client
from service.commands.demo.recorded import MODEL, PRICED_LIKE
from service.commands.serving import find_running
from service.config import Config
from service.errors import AntiphonError, Conflict, ServiceError
from service.folders import unusable_folder
from service.graph.database import Connection, Database
from service.graph.local import Neo4jAddress, status
from service.graph.local import stop as stop_neo4j
from service.locks import FileLock

RECORDED = f"demo/{MODEL}"
"""The recorded model, as tasks name it."""

_LEFT_OUT = ("NEO4J_", "ANTIPHON_STORAGE__", "ANTIPHON_SERVER__", "ANTIPHON_URL", "ANTIPHON_TOKEN")
"""Variables that would lead to another memory, or another service."""

_READY_SECONDS = 120.0
_STOP_SECONDS = 40.0
_LOG_LINES = 12


@contextmanager
def alone(folder: Path) -> Generator[None]:
    """Be the one demo on a folder. Raises `Conflict` where another runs."""
    lock = FileLock(folder / "demo.lock")
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        mine = lock.acquire()
    except OSError as error:
        raise unusable_folder(folder, error) from error
    if not mine:
        raise Conflict(f"A demo runs already (process {lock.holder() or 'unknown'}).", remedy="End that one first.")
    try:
        yield
    finally:
        lock.release()


class Stage:
    """The demo's service. `start` and `kill` may be repeated; `stop` ends all that was started."""

    def __init__(self, config: Config, folder: Path, recorded: str) -> None:
        self.folder = folder
        self._token = secrets.token_urlsafe(24)
        self._port = _free_port()
        self._environment = _environment(config, folder, recorded, self._token)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where the service is; the same after each start."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def pid(self) -> int:
        """The service's process."""
        return self._process.pid if self._process else 0

    async def neo4j(self) -> Neo4jAddress:
        """Where the demo's graph is, with the login. Raises `ServiceError` where it does not run."""
        found = await status(self.folder / "neo4j")
        if found.address is None:
            raise ServiceError("The demo's Neo4j has ended.", remedy=f"See {self.folder / 'neo4j' / 'logs'}.")
        return found.address

    def client(self) -> Client:
        """A client of the service."""
        return Client(self.url, self._token)

    async def query(self, statement: str, **parameters: Any) -> list[dict[str, Any]]:
        """The rows of a statement on the demo's graph, as Neo4j Browser would have them."""
        address = await self.neo4j()
        database = Database(Connection(address.bolt, address.username, address.password))
        try:
            return await database.execute(statement, **parameters)
        finally:
            await database.close()

    async def start(self) -> None:
        """Start the service, and wait until it is ready. Raises `ServiceError` with what it said where it ends."""
        self._process = await asyncio.to_thread(self._spawn)
        async with asyncio.timeout(_READY_SECONDS), self.client() as client:
            while not await self._answers(client):
                if self._process.poll() is not None:
                    raise ServiceError(f"The demo's service has ended:\n{self._last_lines()}")
                await asyncio.sleep(0.05)

    def _spawn(self) -> subprocess.Popen[bytes]:
        with (self.folder / "service.log").open("wb") as log:
            return subprocess.Popen(
                [sys.executable, "-P", "-m", "service.commands.demo.child", str(self._port)],
                env=self._environment,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                # Ctrl-C is the demo's: it says when the service ends.
                start_new_session=os.name != "nt",
            )

    async def _answers(self, client: Client) -> bool:
        running = find_running(self.folder)
        if running is None or running.pid != self.pid:
            return False
        try:
            await client.execute("Viewer")
        except AntiphonError:
            return False
        return True

    def kill(self) -> None:
        """`kill -9`: it has no chance to say or to save anything."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    async def stop(self) -> None:
        """End the service and its Neo4j."""
        if self._process and self._process.poll() is None:
            self._process.terminate()
            try:
                await asyncio.to_thread(self._process.wait, _STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.kill()
        await stop_neo4j(self.folder / "neo4j")

    def _last_lines(self) -> str:
        said = (self.folder / "service.log").read_text(encoding="utf-8", errors="replace")
        return "\n".join(said.splitlines()[-_LOG_LINES:])


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _environment(config: Config, folder: Path, recorded: str, token: str) -> dict[str, str]:
    """The person's variables, and over them what makes it the demo's own service. Their models and keys stay."""
    theirs = {name: value for name, value in os.environ.items() if not name.startswith(_LEFT_OUT)}
    prices = config.settings.providers["openai"].models[PRICED_LIKE.partition("/")[2]].prices
    model = {
        "family": "gpt-5",
        "context_window": 128_000,
        "max_output_tokens": 4000,
        "features": ["streaming", "temperature"],
        "tokenizer": "o200k",
        "prices": prices.model_dump(exclude_none=True) if prices else None,
    }
    ours = {
        "PROVIDERS__DEMO": {"protocol": "openai", "base_url": recorded, "automatic": False, "models": {MODEL: model}},
        "SERVER__API_KEYS": {token: "demo"},
        "SERVER__DOCUMENTS__ONLY": False,
        "SERVER__WARM_UP_SECONDS": 0,
        "STORAGE__NEO4J": {"uri": None, "embedded": {"bolt_port": None, "http_port": None}},
        "DATA_DIR": str(folder),
    }
    said = {f"ANTIPHON_{name}": it if isinstance(it, str) else json.dumps(it) for name, it in ours.items()}
    return theirs | said
