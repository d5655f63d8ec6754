"""`Antiphon.start()`: scripts share a service that is there as long as one of them uses it, and no longer."""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from service.commands.serving import find_running
from service.graph.database import Connection
from service.locks import FileLock
from tests.support.service_process import ServiceProcess
from tests.support.services import configuration

ROOT = Path(__file__).parents[2]
SCRIPT = """
import sys
from antiphon import Antiphon
with Antiphon.start() as antiphon:
    print(antiphon.url, antiphon.ask("Is anybody there?", model="echo/echo"), flush=True)
    sys.stdin.readline()
    print(antiphon.ask("Still there?", model="echo/echo"), flush=True)
"""
NOTEBOOK = """
import asyncio, sys
from antiphon import AsyncAntiphon
async def main():
    antiphon = await AsyncAntiphon.start()
    print(antiphon.url, await antiphon.ask("Is anybody there?", model="echo/echo"), flush=True)
    sys.stdin.readline()
asyncio.run(main())
"""


@pytest.fixture
async def folder(connection: Connection, tmp_path: Path) -> AsyncIterator[Path]:
    """The data folder of a configuration whose graph is the worker's; a service that is left there is ended."""
    neo4j = {"uri": connection.uri, "username": connection.username, "password": connection.password}
    configuration(tmp_path, {"storage": {"neo4j": neo4j}})
    yield tmp_path
    await gone(tmp_path)


async def gone(folder: Path) -> None:
    """Wait until no service runs."""
    async with asyncio.timeout(60):
        while FileLock(folder / "service.lock").holder() is not None:
            await asyncio.sleep(0.05)


async def begin(folder: Path, script: str = SCRIPT) -> Process:
    """Begin a script."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("NEO4J_", "ANTIPHON_"))}
    environ |= {"ANTIPHON_CONFIG": str(folder / "config.yaml"), "PYTHONPATH": str(ROOT / "clients" / "python")}
    pipe = asyncio.subprocess.PIPE
    command = (sys.executable, "-c", script)
    return await asyncio.create_subprocess_exec(*command, env=environ, stdin=pipe, stdout=pipe, stderr=pipe, cwd=folder)


async def first_line(script: Process) -> str:
    """What it printed first."""
    assert script.stdout
    assert script.stderr
    line = (await asyncio.wait_for(script.stdout.readline(), 120)).decode().strip()
    return line or (await script.stderr.read()).decode()


async def go_on(script: Process) -> str:
    """Let it go on to its end; what it printed."""
    out, err = await asyncio.wait_for(script.communicate(b"\n"), 60)
    assert script.returncode == 0, err
    return out.decode().strip()


async def test_two_scripts_at_once_share_one_service(folder: Path) -> None:
    """Begun at the same moment; whoever ends first leaves it to the other, and the last one ends it."""
    scripts = [await begin(folder), await begin(folder, SCRIPT)]
    said = [await first_line(script) for script in scripts]
    assert said[0] == said[1]
    assert said[0].endswith("Is anybody there?")
    for script in scripts:
        assert await go_on(script) == "Still there?"
    await gone(folder)


async def test_service_of_a_killed_script_ends(folder: Path) -> None:
    """As where the kernel of a notebook is killed."""
    script = await begin(folder, NOTEBOOK)
    assert (await first_line(script)).endswith("Is anybody there?")
    script.kill()
    await script.wait()
    await gone(folder)


async def test_service_that_runs_is_used_and_left(connection: Connection, tmp_path: Path, owner: str) -> None:
    """With its token; it goes on."""
    async with ServiceProcess(connection, tmp_path, {}, owner) as process:
        script = await begin(tmp_path)
        running = find_running(tmp_path)
        assert running
        assert await first_line(script) == f"{running.url} Is anybody there?"
        await go_on(script)
        assert await process.ready() == 200


async def test_service_that_can_not_start_says_why(folder: Path) -> None:
    """In the script's own exception, with the configuration's words."""
    (folder / "config.yaml").write_text("defaults: {modle: x}\n")
    said = await first_line(await begin(folder))
    assert "antiphon.errors.StartFailed" in said
    assert "modle" in said
