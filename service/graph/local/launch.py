"""Starting one server process and waiting until it answers, or saying why it did not."""

from __future__ import annotations

import asyncio
import hashlib
import os
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

from service.errors import SetupError
from service.folders import free_megabytes
from service.graph.local.archive import Archive
from service.graph.local.conf import (
    ADMIN_CLASS,
    SERVER_CLASS,
    LocalSettings,
    Ports,
    argument_file,
    java_flags,
    render_conf,
)
from service.graph.local.home import (
    Home,
    ServerState,
    make_password,
    read_password,
    read_state,
    write_private,
    write_state,
)
from service.graph.local.install import Installation
from service.graph.local.java import java_environment
from service.graph.local.naming import naming_flags
from service.graph.local.process import choose_ports, created_at, end, home_argument, spawn
from service.graph.local.readiness import Answer, address_of, ask, listens

_ATTEMPTS = 3
_POLL_SECONDS = 0.1
_TAIL_LINES = 8
_LITTLE_MB = 100
_BUSY_PORT = ("Address already in use", "BindException", "PortBindException")


@dataclass(frozen=True)
class Plan:
    """All that one start needs to know."""

    home: Home
    installation: Installation
    java: Path
    settings: LocalSettings
    archive: Archive
    browser: Path

    @property
    def arguments(self) -> Path:
        """The Java argument file with flags and class path."""
        return self.home.conf / "java.args"

    @property
    def archived(self) -> Path:
        """The same for the class archive: without the pages of Neo4j Browser, which hold no class and may change."""
        return self.home.conf / "archive.args"

    @property
    def fingerprint(self) -> str:
        """Changes when a running server is not what this plan would start, or would not do as well."""
        settings, java = self.settings, str(self.java)
        sizes = (settings.heap, settings.page_cache, settings.java_options)
        shape = (self.installation.lock.digest, java, *sizes, dict(settings.extra))
        return hashlib.sha256(repr(shape).encode()).hexdigest()[:16]


class _BusyPort(Exception):
    """Another process took a port between our choice and Neo4j's start."""


async def launch(plan: Plan, *, detached: bool) -> tuple[ServerState, subprocess.Popen[bytes]]:
    """Start a server and wait until it answers.

    Raises SetupError with the last lines of its log when it ends, or does not answer in time.
    """
    password = await ensure_password(plan)
    last = read_state(plan.home)
    wished, known = plan.settings.ports, last.ports if last else None
    for _ in range(_ATTEMPTS):
        ports = choose_ports(wished, known)
        try:
            return await _launch_on(plan, ports, password, detached)
        except _BusyPort:
            wished, known = Ports(0, 0), None
    raise SetupError("Neo4j found no free port on 127.0.0.1.", remedy="Start again.")


async def ensure_password(plan: Plan) -> str:
    """The password that the database has; made and set before the very first start."""
    password = read_password(plan.home) or make_password(plan.home)
    if not plan.home.has_data:
        await asyncio.to_thread(_set_password, plan, password)
    return password


def _set_password(plan: Plan, password: str) -> None:
    _write_conf(plan, Ports(7687, 7474))
    # In a private file and not on the command line, which every user of the machine can read.
    secret = plan.home.conf / "password.args"
    command = [ADMIN_CLASS, "dbms", "set-initial-password", password]
    write_private(secret, argument_file(["-XX:TieredStopAtLevel=1", "-cp", _class_path(plan), *command]))
    folders = {"NEO4J_HOME": str(plan.home.folder), "NEO4J_CONF": str(plan.home.conf)}
    try:
        ran = subprocess.run(
            [str(plan.java), f"@{secret}"],
            env={**java_environment(), **folders},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
    finally:
        secret.unlink()
    if ran.returncode:
        tail = "\n".join(ran.stderr.replace(password, "***").splitlines()[-_TAIL_LINES:])
        raise SetupError(f"The first password of Neo4j could not be set:\n{tail}")


def _class_path(plan: Plan) -> str:
    return os.pathsep.join(str(jar) for jar in plan.installation.class_path)


def _write_conf(plan: Plan, ports: Ports) -> None:
    text = render_conf(plan.settings, ports, plan.installation.plugins)
    write_private(plan.home.conf / "neo4j.conf", text)


async def _launch_on(
    plan: Plan, ports: Ports, password: str, detached: bool
) -> tuple[ServerState, subprocess.Popen[bytes]]:
    _write_conf(plan, ports)
    flags = [*java_flags(plan.settings), *await asyncio.to_thread(naming_flags, plan.home.conf)]
    base = _class_path(plan)
    write_private(plan.archived, argument_file([*flags, "-cp", base]))
    # What stands behind the jars of the archive leaves it good.
    write_private(plan.arguments, argument_file([*flags, "-cp", os.pathsep.join((base, str(plan.browser)))]))
    seen = plan.home.log.stat().st_size if plan.home.log.exists() else 0
    child = spawn(_command(plan), plan.home.console, java_environment())
    state = ServerState(
        pid=child.pid,
        created=created_at(child.pid),
        bolt_port=ports.bolt,
        http_port=ports.http,
        version=plan.installation.lock.neo4j,
        fingerprint=plan.fingerprint,
        detached=detached,
    )
    try:
        write_state(plan.home, state)
        await _until_ready(plan, state, password, child)
    except BaseException as error:
        await _abandon(child)
        text = _new_text(plan.home, seen)
        if isinstance(error, _Failed) and any(sign in text for sign in _BUSY_PORT):
            raise _BusyPort from error
        if isinstance(error, _Failed):
            raise SetupError(
                f"{error}{_disk(plan.home)}\n{_tail(text)}", remedy=f"\nSee {plan.home.log.parent}."
            ) from error
        raise
    return state, child


def _command(plan: Plan) -> list[str]:
    where = [home_argument(plan.home), f"--config-dir={plan.home.conf}"]
    return [str(plan.java), *plan.archive.flags(), f"@{plan.arguments}", SERVER_CLASS, *where]


class _Failed(Exception):
    """The server ended, or does not answer as it should."""


async def _until_ready(plan: Plan, state: ServerState, password: str, child: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + plan.settings.start_timeout
    address = address_of(state.ports, password)
    while child.poll() is None:
        if listens(state.bolt_port) and listens(state.http_port):
            answer = await ask(address)
            if answer is Answer.READY and child.poll() is None:
                return
            if answer is Answer.REFUSED:
                raise _Failed(f"Neo4j refused the password in {plan.home.password}.")
        if time.monotonic() > deadline:
            raise _Failed(f"Neo4j did not answer within {plan.settings.start_timeout:.0f} s.")
        await asyncio.sleep(_POLL_SECONDS)
    raise _Failed(f"Neo4j ended while it started (exit code {child.returncode}).")


async def _abandon(child: subprocess.Popen[bytes]) -> None:
    if child.poll() is None:
        await end(psutil.Process(child.pid), 10.0)
    child.wait()


def _new_text(home: Home, seen: int) -> str:
    parts: list[str] = []
    if home.console.exists():
        parts.append(home.console.read_text(encoding="utf-8", errors="replace"))
    if home.log.exists():
        parts.append(home.log.read_bytes()[seen:].decode(errors="replace"))
    return "\n".join(parts)


def _disk(home: Home) -> str:
    """That the disk is full, or nearly: Neo4j makes its files larger in steps of many MB, and names no disk."""
    free = free_megabytes(home.folder)
    return "" if free > _LITTLE_MB else f" Only {free} MB are free on the disk of {home.folder}: make room there."


def _tail(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith(("WARNING:", "\tat "))]
    return "\n".join(lines[-_TAIL_LINES:])
