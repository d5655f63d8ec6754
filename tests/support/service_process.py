"""A service in a process of its own, as a person runs it, to be stopped or killed at any moment."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

from service.commands.client import Client
from service.commands.serving import find_running
from service.graph.database import Connection
from tests.support.forked import Forked, is_first
from tests.support.services import Settings, configuration

START_SECONDS = 120.0


class ServiceProcess:
    """`antiphon serve` on a data folder. Its one token is the name of its owner. With no connection it runs a Neo4j
    of its own, as `settings` say."""

    def __init__(self, connection: Connection | None, folder: Path, settings: Settings, owner: str) -> None:
        said: dict[str, Any] = dict(settings)
        if connection is not None:
            neo4j = {"uri": connection.uri, "username": connection.username, "password": connection.password}
            said["storage"] = {"neo4j": neo4j}
        server = {"port": 0, "api_keys": {owner: owner}} | said.get("server", {})
        configuration(folder, {**said, "server": server})
        self.folder = folder
        self.environment: dict[str, str] = {}
        self.owner = owner
        self.process: subprocess.Popen[bytes] | Forked | None = None

    async def __aenter__(self) -> Self:
        """Start it."""
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End it."""
        await self.kill()

    async def start(self) -> None:
        """Start it, and wait until it is ready."""
        self.begin()
        assert self.process is not None
        deadline = time.monotonic() + START_SECONDS
        while await self.ready() != 200:
            assert self.process.poll() is None, self.log()
            assert time.monotonic() < deadline, self.log()
            await asyncio.sleep(0.05)

    async def ready(self) -> int | None:
        """What `/readyz` answers; None while nothing listens."""
        running = find_running(self.folder)
        if self.process is None or running is None or running.pid != self.process.pid:
            return None
        async with httpx.AsyncClient(trust_env=False, timeout=5) as http:
            try:
                return (await http.get(f"{running.url}/readyz")).status_code
            except httpx.HTTPError:
                return None

    def begin(self) -> None:
        """Start it, and do not wait."""
        self.process = self._spawn()

    def _spawn(self) -> subprocess.Popen[bytes] | Forked:
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("NEO4J_", "ANTIPHON_"))}
        environment = clean | self.environment | {"ANTIPHON_CONFIG": str(self.folder / "config.yaml")}
        with (self.folder / "service.log").open("ab") as log:
            if not is_first("serve"):
                return Forked(("serve",), environment, 0, log.fileno(), log.fileno())
            command = [sys.executable, "-m", "service.cli", "serve"]
            return subprocess.Popen(command, env=environment, stdout=log, stderr=log)

    async def kill(self) -> None:
        """`kill -9`."""
        if self.process is not None:
            self.process.kill()
            await asyncio.to_thread(self.process.wait)

    async def terminate(self) -> int:
        """SIGTERM; its exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return await asyncio.to_thread(self.process.wait, 60)

    def log(self) -> str:
        """What it said."""
        return (self.folder / "service.log").read_text(encoding="utf-8")

    def client(self) -> Client:
        """A client of its owner."""
        running = find_running(self.folder)
        assert running is not None
        return Client(running.url, self.owner)

    async def create_file_task(self, items: list[str], at_once: int = 8, **more: Any) -> str:
        """A FILE task of one subtask an item; its id."""
        config = {"maxParallel": at_once, "aggregation": "LIST"}
        task = {
            "instruction": "Look.",
            "strategy": {"builtIn": "FILE"},
            "input": {"list": items},
            "config": config,
        } | more
        async with self.client() as client:
            created = await client.execute("CreateTask", input=task)
        return created["task"]["id"]
