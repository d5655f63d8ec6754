"""The demo as a newcomer runs it: in a terminal, on a data folder of its own, to Enter."""

from __future__ import annotations

import asyncio
import fcntl
import os
import pty
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil
import pytest

from service.graph.local import status

DEMO = [sys.executable, "-P", "-m", "service.cli", "demo"]


class Terminal:
    """The demo in a terminal of its own; `text` is what it has shown."""

    def __init__(self, data: Path) -> None:
        self._ours, theirs = pty.openpty()
        self.process = subprocess.Popen(
            DEMO,
            env=_environment(data),
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        os.close(theirs)
        self.text = ""
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        try:
            while said := os.read(self._ours, 65536):
                self.text += said.decode(errors="replace")
        except OSError:
            return

    def shows(self, text: str) -> None:
        """Wait until it is shown."""
        deadline = time.monotonic() + 200
        while text not in self.text:
            assert self.process.poll() is None, self.text
            assert time.monotonic() < deadline, self.text
            time.sleep(0.1)

    def type(self, keys: bytes) -> None:
        """As a person would."""
        os.write(self._ours, keys)

    def ends(self) -> int:
        """Its exit code."""
        return self.process.wait(60)


@contextmanager
def running(data: Path) -> Generator[Terminal]:
    """A demo, which is ended in any case."""
    demo = Terminal(data)
    try:
        yield demo
    finally:
        demo.process.kill()
        demo.process.wait()


def _environment(data: Path) -> dict[str, str]:
    return os.environ | {"ANTIPHON_DATA_DIR": str(data), "TERM": "xterm-256color"}


def _is_running(data: Path) -> bool:
    return asyncio.run(status(data / "demo" / "neo4j")).running


@pytest.mark.timeout(300)
def test_the_demo_loses_nothing_and_stays_up_until_enter(tmp_path: Path) -> None:
    """Five scenes; then the addresses that it shows answer, and after Enter nothing is left of it."""
    with running(tmp_path) as demo:
        demo.shows("Enter or Ctrl-C")
        children = psutil.Process(demo.process.pid).children(recursive=True)
        assert "56 done, " in demo.text
        assert " repeated, 0 lost." in demo.text
        assert "40 to 59,589" in demo.text
        url = demo.text.partition("GraphQL        ")[2].split()[0]
        assert httpx.get(url, headers={"accept": "text/html"}).status_code == 200
        second = subprocess.run(
            DEMO, env=_environment(tmp_path), capture_output=True, text=True, stdin=subprocess.DEVNULL
        )
        assert second.returncode == 1
        assert "A demo runs already" in second.stderr
        demo.type(b"\n")
        assert demo.ends() == 0
    assert not [child for child in children if child.is_running() and child.status() != psutil.STATUS_ZOMBIE]
    assert not _is_running(tmp_path)


@pytest.mark.timeout(300)
def test_a_demo_that_is_killed_takes_its_service_with_it(tmp_path: Path) -> None:
    """`kill -9` of the demo itself: nothing goes on for nobody."""
    with running(tmp_path) as demo:
        demo.shows("up after")
    deadline = time.monotonic() + 60
    while _is_running(tmp_path):
        assert time.monotonic() < deadline
        time.sleep(0.2)


@pytest.mark.timeout(300)
def test_ctrl_c_ends_all_of_it(tmp_path: Path) -> None:
    """In the middle of the second scene, while the service is dead."""
    with running(tmp_path) as demo:
        demo.shows("kill -9")
        demo.type(b"\x03")
        assert demo.ends() == 130
    assert not _is_running(tmp_path)
