"""Knowing our server's process from any other, and finding ports."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path

import pytest

from service.graph.local.conf import SERVER_CLASS, Ports
from service.graph.local.home import Home, ServerState
from service.graph.local.process import (
    choose_ports,
    created_at,
    end,
    find_process,
    find_strays,
    home_argument,
    is_free,
)


def record(pid: int, created: float) -> ServerState:
    """A record of a server with this pid."""
    return ServerState(pid=pid, created=created, bolt_port=1, http_port=2, version="1", fingerprint="f")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A data folder that nothing else uses."""
    return Home(tmp_path)


def running(home: Home, code: str) -> Generator[subprocess.Popen[bytes]]:
    """A process whose command line is that of a server on `home`."""
    script = f"import signal, time\n{code}\nprint('up', flush=True)\ntime.sleep(60)"
    command = [sys.executable, "-c", script, SERVER_CLASS, home_argument(home)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout
        process.stdout.readline()
        yield process
        process.kill()


@pytest.fixture
def server(home: Home) -> Generator[subprocess.Popen[bytes]]:
    """A server that ends when it is asked to."""
    yield from running(home, "")


@pytest.fixture
def deaf_server(home: Home) -> Generator[subprocess.Popen[bytes]]:
    """A server that does not end when it is asked to."""
    yield from running(home, "signal.signal(signal.SIGTERM, signal.SIG_IGN)")


def test_our_server_is_found(home: Home, server: subprocess.Popen[bytes]) -> None:
    """A living process with our command line and start time is ours."""
    found = find_process(home, record(server.pid, created_at(server.pid)))
    assert found is not None
    assert found.pid == server.pid
    assert [stray.pid for stray in find_strays(home)] == [server.pid]


def test_reused_pid_is_not_ours(home: Home) -> None:
    """A pid that now belongs to another program is no server."""
    assert find_process(home, record(os.getpid(), created_at(os.getpid()))) is None


def test_other_start_time_is_not_ours(home: Home, server: subprocess.Popen[bytes]) -> None:
    """The same pid with another start time is another process."""
    assert find_process(home, record(server.pid, created_at(server.pid) - 60)) is None


def test_other_folder_is_not_ours(tmp_path: Path, server: subprocess.Popen[bytes]) -> None:
    """A server on another data folder is left alone."""
    other = Home(tmp_path / "other")
    assert find_process(other, record(server.pid, created_at(server.pid))) is None
    assert find_strays(other) == []


async def test_ended_server_is_stale(home: Home, server: subprocess.Popen[bytes]) -> None:
    """After its end a server is not found, even as a child that nobody waited for."""
    state = record(server.pid, created_at(server.pid))
    process = find_process(home, state)
    assert process is not None
    assert await end(process, 5.0)
    assert find_process(home, state) is None


async def test_hung_server_is_killed(home: Home, deaf_server: subprocess.Popen[bytes]) -> None:
    """A process that does not listen to SIGTERM is killed after the bound."""
    process = find_process(home, record(deaf_server.pid, created_at(deaf_server.pid)))
    assert process is not None
    assert not await end(process, 0.2)
    assert deaf_server.wait(5) != 0


def test_busy_port_is_passed_over() -> None:
    """A wished port that is taken is replaced; one that is free is kept."""
    with socket.socket() as busy, socket.socket() as spare:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        spare.bind(("127.0.0.1", 0))
        taken, free = busy.getsockname()[1], spare.getsockname()[1]
        spare.close()
        chosen = choose_ports(Ports(taken, 0), Ports(taken, free))
    assert chosen.bolt not in (taken, free, 0)
    assert chosen.http == free
    assert not is_free(70_000)
