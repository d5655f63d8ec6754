"""What ends a command before it has begun to listen for Ctrl-C: SIGTERM, and the end of its terminal."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

PROGRAM = """
import asyncio, signal, sys
from service.commands.server import run

async def main():
    try:
        print("begun", flush=True)
        await asyncio.Event().wait()
    finally:
        await asyncio.sleep(0.1)
        print("ended", flush=True)

for name in sys.argv[1:]:
    signal.signal(getattr(signal, name), signal.SIG_IGN)
try:
    run(main())
except KeyboardInterrupt:
    sys.exit(130)
"""


def begin(*ignored: str) -> subprocess.Popen[str]:
    """A process that has something to end, and ignores these signals."""
    command = [sys.executable, "-c", PROGRAM, *ignored]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "begun\n"
    return process


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGINT"])
def test_what_was_begun_is_ended(name: str) -> None:
    """Otherwise a Neo4j that is starting would be left running."""
    process = begin()
    process.send_signal(getattr(signal, name))
    said, _ = process.communicate(timeout=60)
    assert (said, process.returncode) == ("ended\n", 130)


def test_what_nohup_ignores_stays_ignored() -> None:
    """And where a shell script has begun it in the background, without Ctrl-C, SIGTERM ends it still."""
    process = begin("SIGHUP", "SIGINT")
    process.send_signal(signal.SIGHUP)
    process.send_signal(signal.SIGTERM)
    said, _ = process.communicate(timeout=60)
    assert (said, process.returncode) == ("ended\n", 130)
