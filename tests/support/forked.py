"""Processes of our own command line, forked from one in which all of it is imported already.

What an interpreter does before `main` takes a second or two, and is the same each time. From there on a process is as
one that a person starts: with an environment, a folder, files, signals and an exit code of its own. The first of each
command is a process from the ground all the same: that a command imports what it needs is seen there.
"""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from multiprocessing import forkserver, reduction
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
_METHOD = "forkserver"
_CAN_FORK = _METHOD in multiprocessing.get_all_start_methods()
_NEEDED = "service.app"
_begun: set[str] = set()


def is_first(command: str) -> bool:
    """Whether this command is to be run from the ground: the first time, and where nothing can be forked."""
    if not _CAN_FORK:
        return True
    first = command not in _begun
    _begun.add(command)
    if first:
        # Beside it: what comes next does not wait for that.
        _context()
    return first


@cache
def _context() -> Any:
    """The process that is forked from has begun, and imports all."""
    context = multiprocessing.get_context(_METHOD)
    commands = (ROOT / "service" / "commands").glob("[a-z]*.py")
    context.set_forkserver_preload([__name__, _NEEDED, *(f"service.commands.{it.stem}" for it in commands)])
    said = os.environ.get("PYTHONPATH")
    # It knows no other way to our modules, and says nothing where it finds none: python/cpython#117378.
    os.environ["PYTHONPATH"] = os.pathsep.join(map(str, filter(None, (ROOT, said))))
    try:
        forkserver.ensure_running()
    finally:
        if said is None:
            del os.environ["PYTHONPATH"]
        else:
            os.environ["PYTHONPATH"] = said
    return context


class Forked:
    """`antiphon` with these arguments, as a `subprocess.Popen` has it.

    `ended` is a file that can be read as soon as the process has ended.
    """

    def __init__(
        self, arguments: tuple[str, ...], environ: Mapping[str, str], stdin: int, stdout: int, stderr: int
    ) -> None:
        files = tuple(map(_Lent, (stdin, stdout, stderr)))
        self._process = _context().Process(target=_become, args=(arguments, dict(environ), files), daemon=True)
        self._process.start()
        self.pid: int = self._process.pid or 0
        self.ended: int = self._process.sentinel

    def poll(self) -> int | None:
        """Its exit code, or None while it runs."""
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end; its exit code. Raises `subprocess.TimeoutExpired`."""
        self._process.join(timeout)
        if (code := self.poll()) is None:
            raise subprocess.TimeoutExpired("antiphon", timeout or 0)
        return code

    def send_signal(self, number: int) -> None:
        """Send it a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """`kill -9`."""
        if self.poll() is None:
            self._process.kill()


class _Lent:
    """A file that the new process has too."""

    def __init__(self, number: int) -> None:
        self._number = number

    def __reduce__(self) -> tuple[Any, ...]:
        return _number_of, (reduction.DupFd(self._number),)


def _number_of(lent: Any) -> int:
    return lent.detach()


def _become(arguments: tuple[str, ...], environ: Mapping[str, str], files: tuple[int, int, int]) -> None:
    """Be the command, in the process that was forked."""
    assert _NEEDED in sys.modules, "The process that is forked from could not import what is run."
    for place, file in enumerate(files):
        os.dup2(file, place)
        os.close(file)
    sys.stdin = open(0, closefd=False)  # noqa: SIM115 - they stay open
    sys.stdout = open(1, "w", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", buffering=1, errors="backslashreplace", closefd=False)  # noqa: SIM115
    os.environ.clear()
    os.environ.update(environ)
    sys.argv = ["antiphon", *arguments]
    from service.cli import main

    sys.exit(main())
