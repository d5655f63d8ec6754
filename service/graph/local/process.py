"""Processes and ports: starting a Java that outlives us, knowing it again, ending it, finding a free port."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import psutil

from service.graph.local.conf import SERVER_CLASS, Ports
from service.graph.local.home import Home, ServerState, read_state

_CLOCK_SLACK_SECONDS = 5.0
_POLL_SECONDS = 0.05


def spawn(arguments: list[str], output: Path, environ: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """Start a process of its own session, so that a Ctrl-C meant for us does not reach it."""
    with output.open("wb") as file:
        return subprocess.Popen(
            arguments,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=os.name != "nt",
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )


def created_at(pid: int) -> float:
    """When the process started, in seconds since the epoch; 0 when it is gone."""
    try:
        return psutil.Process(pid).create_time()
    except psutil.Error:
        return 0.0


def is_server(process: psutil.Process, home: Home) -> bool:
    """Whether this process is a living Neo4j on this data folder, by its command line."""
    try:
        if process.status() == psutil.STATUS_ZOMBIE:
            return False
        line = process.cmdline()
    except psutil.Error:
        return False
    return SERVER_CLASS in line and home_argument(home) in line


def home_argument(home: Home) -> str:
    """The argument by which we know our server's process again."""
    return f"--home-dir={home.folder}"


def find_process(home: Home, state: ServerState) -> psutil.Process | None:
    """The server of this record if it lives and is no other process with the same pid."""
    try:
        process = psutil.Process(state.pid)
        same = abs(process.create_time() - state.created) < _CLOCK_SLACK_SECONDS
    except psutil.Error:
        return None
    return process if same and is_server(process, home) else None


def find_strays(home: Home) -> list[psutil.Process]:
    """Servers on this data folder, whether or not a record knows them."""
    return [process for process in psutil.process_iter() if is_server(process, home)]


def running_state(home: Home) -> ServerState | None:
    """The record of the server that runs on this data folder, or None."""
    state = read_state(home)
    return state if state and find_process(home, state) else None


async def end_servers(home: Home, timeout: float) -> None:
    """End every server on this data folder, whether or not a record knows it; killed after `timeout` seconds."""
    for process in find_strays(home):
        await end(process, timeout)


async def end(process: psutil.Process, timeout: float) -> bool:
    """Ask the process to end; kill it after `timeout` seconds. Returns whether it went by itself."""
    _send(process, signal.SIGTERM)
    if await _gone(process, timeout):
        return True
    with suppress(psutil.Error):
        process.kill()
    await _gone(process, 10.0)
    return False


async def _gone(process: psutil.Process, timeout: float) -> bool:
    deadline = time.monotonic() + timeout
    while is_running(process):
        if time.monotonic() > deadline:
            return False
        await asyncio.sleep(_POLL_SECONDS)
    return True


def is_running(process: psutil.Process) -> bool:
    """Whether the process lives; an ended child that nobody waited for does not."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def _send(process: psutil.Process, number: int) -> None:
    with suppress(psutil.Error):
        process.send_signal(number)


def choose_ports(wished: Ports | None, last: Ports | None) -> Ports:
    """The wished ports where they are free, else the last ones, else any; each port on its own."""
    wishes = [ports for ports in (wished, last) if ports]
    bolt = _first_free([ports.bolt for ports in wishes])
    http = _first_free([ports.http for ports in wishes if ports.http != bolt])
    return Ports(bolt, http) if bolt != http else choose_ports(None, None)


def _first_free(ports: list[int]) -> int:
    return next((port for port in ports if port and is_free(port)), 0) or free_port()


def is_free(port: int) -> bool:
    """Whether this loopback port can be listened on now."""
    with socket.socket() as probe:
        if os.name != "nt":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except (OSError, OverflowError):
            return False
    return True


def free_port() -> int:
    """A loopback port that is free at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
