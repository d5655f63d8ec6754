"""A command in a pseudo-terminal, and what a person sees of it: pyte is the terminal."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import sys
import termios
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

import pyte

ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 120.0
LINES = 30


class Screen:
    """A terminal of so many columns in which `antiphon` runs with these arguments."""

    def __init__(self, columns: int, *arguments: str, **environ: str) -> None:
        self.raw = b""
        self.code: int | None = None
        self._screen = pyte.Screen(columns, LINES)
        self._stream = pyte.ByteStream(self._screen)
        known = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES", "NO_COLOR")}
        environment = known | {"TERM": "xterm-256color", "PYTHONPATH": str(ROOT)} | environ
        self._pid, self._terminal = pty.fork()
        if self._pid == 0:
            command = [sys.executable, "-P", "-m", "service.cli", *arguments]
            os.execvpe(command[0], command, environment)
        fcntl.ioctl(self._terminal, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, columns, 0, 0))

    def __enter__(self) -> Self:
        """The running command."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Its end."""
        if self.code is None:
            os.kill(self._pid, 9)
            os.waitpid(self._pid, 0)
        os.close(self._terminal)

    @property
    def text(self) -> str:
        """What stands on the screen, without blanks at the ends of lines."""
        return "\n".join(line.rstrip() for line in self._screen.display).rstrip()

    @property
    def rows(self) -> list[list[pyte.screens.Char]]:
        """The characters on the screen with their colors, in lines of equal length, down to the last that has any."""
        lines = [[line[column] for column in range(self._screen.columns)] for line in self._lines()]
        return lines[: len(self.text.splitlines())]

    def _lines(self) -> list[Mapping[int, pyte.screens.Char]]:
        return [self._screen.buffer[number] for number in range(LINES)]

    def see(self, words: str) -> str:
        """Wait until these words stand on the screen; the screen then."""
        return self._until(lambda: words in self.text, words)

    def end(self) -> str:
        """Wait for the end of the command; the screen then."""
        return self._until(lambda: self.code is not None, "the end")

    def type(self, keys: bytes) -> None:
        """Press keys."""
        os.write(self._terminal, keys)

    def _until(self, seen: Callable[[], bool], words: str) -> str:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not seen():
            assert time.monotonic() < deadline, f"{words!r} was not seen:\n{self.text}"
            assert self.code is None, f"{words!r} was not seen, and it ended with {self.code}:\n{self.text}"
            self._take()
        return self.text

    def _take(self) -> None:
        if not select.select([self._terminal], [], [], 0.2)[0]:
            return
        try:
            piece = os.read(self._terminal, 65536)
        except OSError:
            # All that it wrote was read, and it is gone.
            piece = b""
        if not piece:
            self.code = os.waitstatus_to_exitcode(os.waitpid(self._pid, 0)[1])
            return
        self.raw += piece
        self._stream.feed(piece)
