"""The embedded Neo4j as the service sees it: start (or adopt), stop, and what is the matter with it.

One process owns a data folder at a time. A server that outlived its owner (a crash, or `detached`) is adopted:
it goes on as it is. Knows nothing of the service's configuration; the caller names folders and settings.
"""

from __future__ import annotations

import asyncio
import logging
import subprocess
import threading
import time
from dataclasses import replace
from pathlib import Path

from service.errors import Conflict, SetupError
from service.folders import free_megabytes
from service.graph.local.archive import archive_for, make_beside
from service.graph.local.browser import browser_jar
from service.graph.local.conf import LocalSettings, Ports
from service.graph.local.home import Home, ServerState, home_at, prepare, read_password, write_state
from service.graph.local.install import Installation, install
from service.graph.local.java import find_java
from service.graph.local.launch import Plan, launch
from service.graph.local.process import end_servers, find_process, is_free, running_state
from service.graph.local.progress import SILENT, Progress
from service.graph.local.readiness import Answer, Neo4jAddress, address_of, ask
from service.graph.local.swapping import settle
from service.locks import FileLock
from service.open_files import require

OPEN_FILES = 1024
"""Neo4j has 560 open at rest, most of them its jars; each connection and each part of its store is another."""

_OWNER_TRIES = 5
_WATCH_SECONDS = 1.0
_TURNS_AN_ASKING = 5
_LONGEST_WAIT_SECONDS = 30.0
_PORT_SECONDS = 30.0
_log = logging.getLogger(__name__)


class LocalNeo4j:
    """A running server that this process owns."""

    def __init__(
        self, plan: Plan, owner: FileLock, state: ServerState, child: subprocess.Popen[bytes] | None = None
    ) -> None:
        self.state = state
        self.address: Neo4jAddress = address_of(state.ports, read_password(plan.home) or "")
        self._plan = plan
        self._owner = owner
        self._child = child

    def is_alive(self) -> bool:
        """Whether the server's process lives."""
        return find_process(self._plan.home, self.state) is not None

    async def keep_alive(self) -> None:
        """Start the server again, on the same ports, whenever its process has died or its database has given up (when
        the disk was full); runs until it is cancelled."""
        pause, turn = _WATCH_SECONDS, 0
        while True:
            await asyncio.sleep(pause)
            turn += 1
            fault = await self._fault(asks=turn % _TURNS_AN_ASKING == 0)
            if fault is None:
                continue
            _log.error("Neo4j (process %d) %s; it is started again.", self.state.pid, fault)
            try:
                await self._revive()
                pause = _WATCH_SECONDS
            except (SetupError, OSError) as error:
                pause = min(2 * pause, _LONGEST_WAIT_SECONDS)
                _log.error("Neo4j could not be started again; the next try is in %.0f s. %s", pause, error)

    async def _fault(self, *, asks: bool) -> str | None:
        if not self.is_alive():
            return "has ended unexpectedly"
        if asks and await ask(self.address) is Answer.BROKEN:
            folder = self._plan.home.folder
            return f"takes no work any more (disk full? {free_megabytes(folder)} MB are free for {folder})"
        return None

    async def _revive(self) -> None:
        ports, settings = self.state.ports, self._plan.settings
        same = replace(self._plan, settings=replace(settings, bolt_port=ports.bolt, http_port=ports.http))
        await end_servers(self._plan.home, settings.stop_timeout)
        self._forget_child()
        await _until_free(ports)
        self.state, self._child = await launch(same, detached=self.state.detached)
        if self.state.ports != ports:
            _log.error("Another process took a port of Neo4j; start the service again to reach it.")

    async def stop(self) -> None:
        """Stop the server, or leave it running if it is detached; give the data folder free. Safe to repeat."""
        if self.state.detached:
            return await self.release()
        await end_servers(self._plan.home, self._plan.settings.stop_timeout)
        self._forget_child()
        self._owner.release()

    async def release(self) -> None:
        """Give the data folder free and leave the server running."""
        self._forget_child()
        self._owner.release()

    def _forget_child(self) -> None:
        if self._child and self._child.poll() is None:
            # Left running on purpose: without a return code Python would warn of a forgotten child.
            self._child.returncode = 0
        self._child = None


async def start(
    home: Path,
    cache: Path,
    *,
    settings: LocalSettings | None = None,
    progress: Progress = SILENT,
    detached: bool = False,
) -> LocalNeo4j:
    """Own the data folder `home` and have a server run on it: the one that runs already, else a new one.

    Installs Neo4j below `cache` first when that was not done. A `detached` server stays when its owner stops.
    Raises Conflict when another process owns `home`, SetupError when Java or Neo4j cannot be had or started.
    """
    place = home_at(home)
    prepare(place)
    owner = await _own(place)
    try:
        return await _start_owned(place, cache, settings or LocalSettings(), progress, owner, detached)
    except BaseException:
        owner.release()
        raise


async def _start_owned(
    home: Home, cache: Path, settings: LocalSettings, progress: Progress, owner: FileLock, detached: bool
) -> LocalNeo4j:
    require(OPEN_FILES, "Neo4j")
    java = find_java()
    installation = await _install(cache, progress)
    archive = archive_for(home, installation, java)
    plan = Plan(home, installation, java, settings, archive, await asyncio.to_thread(browser_jar, installation))
    found = running_state(home)
    if found and await _fits(plan, found):
        progress.note(f"Neo4j {found.version} runs already (process {found.pid}).")
        return _adopt(plan, owner, replace(found, detached=found.detached or detached))
    await end_servers(home, settings.stop_timeout)
    settle(home)
    progress.note(f"Starting Neo4j {installation.lock.neo4j}.")
    state, child = await launch(plan, detached=detached or bool(found and found.detached))
    make_beside(plan.archive, java, plan.archived, state.pid)
    return LocalNeo4j(plan, owner, state, child)


async def _until_free(ports: Ports) -> None:
    """Wait a while for ports that somebody has: a connection that goes out may have been given one of them."""
    deadline = time.monotonic() + _PORT_SECONDS
    while not (is_free(ports.bolt) and is_free(ports.http)) and time.monotonic() < deadline:  # noqa: ASYNC110
        await asyncio.sleep(_WATCH_SECONDS)


async def _own(home: Home) -> FileLock:
    owner = FileLock(home.owner)
    for _ in range(_OWNER_TRIES):
        # More than once, because whoever asks for the holder takes the lock for a moment.
        if owner.acquire():
            return owner
        await asyncio.sleep(0.1)
    raise Conflict(
        f"The graph in {home.folder} is in use by process {owner.holder() or 'unknown'}.",
        remedy="Stop that process, name another data folder with ANTIPHON_DATA_DIR, "
        "or share one Neo4j by setting NEO4J_URI for both.",
    )


async def _install(cache: Path, progress: Progress) -> Installation:
    stop = threading.Event()
    try:
        return await asyncio.to_thread(install, cache, progress, stop=stop)
    except BaseException:
        stop.set()
        raise


async def _fits(plan: Plan, found: ServerState) -> bool:
    """Whether the running server is what this plan would start, and answers: it may be starting still."""
    password = read_password(plan.home)
    if found.fingerprint != plan.fingerprint or password is None:
        return False
    timeout = plan.settings.adopt_timeout
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline and find_process(plan.home, found):
        answer = await ask(address_of(found.ports, password), timeout=timeout)
        if answer is not Answer.AWAY:
            return answer is Answer.READY
        await asyncio.sleep(0.2)
    return False


def _adopt(plan: Plan, owner: FileLock, state: ServerState) -> LocalNeo4j:
    write_state(plan.home, state)
    return LocalNeo4j(plan, owner, state)
