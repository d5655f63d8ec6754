"""What ends a command: Ctrl-C, SIGTERM and the end of its terminal, unless whoever began it has them ignored."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from service.commands.server import check_address
from service.config import load_config
from service.errors import ConfigurationError

BEGUN = """
import asyncio, signal, sys
from service.commands.loops import run

async def main():
    try:
        print("begun", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        print("goes on", flush=True)
        await asyncio.Event().wait()
    finally:
        await asyncio.sleep(0.1)
        print("ended", flush=True)
"""
SERVING = """
import asyncio, signal, sys, tempfile
from pathlib import Path
from starlette.applications import Starlette
from service.commands.following import interruptions
from service.commands.loops import run
from service.commands.server import serving
from service.config import load_config

async def main():
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        print("defaults: {model: echo/echo}", file=file, flush=True)
        config = load_config(Path(file.name), {})
    async with serving(Starlette(), config, port=0):
        with interruptions() as interrupted:
            print("begun", flush=True)
            await asyncio.to_thread(sys.stdin.readline)
            print("interrupted" if interrupted.is_set() else "goes on", flush=True)
            await interrupted.wait()
    print("ended", flush=True)
"""
RUN = """
for name in sys.argv[1:]:
    signal.signal(getattr(signal, name), signal.SIG_IGN)
try:
    run(main())
except KeyboardInterrupt:
    sys.exit(130)
"""


@contextmanager
def begun(program: str, *ignored: str) -> Generator[subprocess.Popen[str]]:
    """A process that has something to end, and ignores these signals."""
    command = [sys.executable, "-c", program + RUN, *ignored]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert next_word(process) == "begun\n"
            yield process
        finally:
            process.kill()


def next_word(process: subprocess.Popen[str]) -> str:
    """The next line that a process says."""
    assert process.stdout is not None
    return process.stdout.readline()


def end_of(process: subprocess.Popen[str]) -> tuple[str, int]:
    """What else a process says, and its exit code."""
    said, _ = process.communicate(timeout=60)
    return said, process.returncode


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGINT"])
def test_what_was_begun_is_ended(name: str) -> None:
    """Otherwise a Neo4j that is starting would be left running."""
    with begun(BEGUN) as process:
        process.send_signal(getattr(signal, name))
        assert end_of(process) == ("ended\n", 130)


@pytest.mark.parametrize(("program", "code"), [(BEGUN, 130), (SERVING, 0)], ids=["begun", "serving"])
def test_what_nohup_ignores_stays_ignored(program: str, code: int) -> None:
    """And where a shell script has begun it in the background, without Ctrl-C, SIGTERM ends it still."""
    with begun(program, "SIGHUP", "SIGINT") as process:
        process.send_signal(signal.SIGHUP)
        process.send_signal(signal.SIGINT)
        assert process.stdin is not None
        print(file=process.stdin, flush=True)
        assert next_word(process) == "goes on\n"
        process.send_signal(signal.SIGTERM)
        assert end_of(process) == ("ended\n", code)


def test_an_address_that_the_machine_does_not_have_is_named(tmp_path: Path) -> None:
    """No port would help."""
    file = tmp_path / "config.yaml"
    # Of a network that is for documentation alone (RFC 5737).
    file.write_text("server: {host: 192.0.2.1, api_keys: {a-long-token: ada}}\n")
    file.chmod(0o600)
    with pytest.raises(ConfigurationError, match=r"server\.host is 192\.0\.2\.1, which is no address") as raised:
        check_address(load_config(file, {}))
    assert "ANTIPHON_SERVER__HOST" in str(raised.value)
