"""How a long installation tells what it is doing; silent unless the caller passes something louder."""

from __future__ import annotations

import sys
from typing import Protocol, TextIO

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, TextColumn, TimeRemainingColumn, TransferSpeedColumn
from rich.progress import Progress as Bar


class Progress(Protocol):
    """What an installation reports to; called from one thread at a time."""

    def note(self, text: str) -> None:
        """Say one line, such as what starts now."""
        ...

    def begin(self, what: str, total: int) -> None:
        """A transfer of `total` bytes begins."""
        ...

    def advance(self, size: int) -> None:
        """`size` more bytes are there."""
        ...

    def end(self) -> None:
        """The transfer is over, whatever came of it."""
        ...


class Silent:
    """Reports nothing: for tests and for whoever does not want to know."""

    def note(self, text: str) -> None:
        """Nothing."""

    def begin(self, what: str, total: int) -> None:
        """Nothing."""

    def advance(self, size: int) -> None:
        """Nothing."""

    def end(self) -> None:
        """Nothing."""


class Lines:
    """A line at the beginning and one at the end: for logs."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._done = self._total = 0

    def note(self, text: str) -> None:
        """Print it."""
        print(text, file=self._stream, flush=True)

    def begin(self, what: str, total: int) -> None:
        """Print what begins, and its size."""
        self._done, self._total = 0, total
        self.note(f"{what}: {megabytes(total)}")

    def advance(self, size: int) -> None:
        """Count."""
        self._done += size

    def end(self) -> None:
        """Print how much of it was done."""
        self.note(f"  {megabytes(self._done)} of {megabytes(self._total)} done")


class Terminal:
    """A moving bar."""

    def __init__(self, stream: TextIO) -> None:
        self._console = Console(file=stream)
        self._bar: Bar | None = None

    def note(self, text: str) -> None:
        """Print it above the bar."""
        self._console.print(text, highlight=False)

    def begin(self, what: str, total: int) -> None:
        """Show the bar."""
        columns = (BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
        self._bar = Bar(TextColumn("{task.description}"), *columns, console=self._console)
        self._bar.add_task(what, total=total)
        self._bar.start()

    def advance(self, size: int) -> None:
        """Move the bar."""
        if self._bar:
            self._bar.advance(self._bar.task_ids[0], size)

    def end(self) -> None:
        """Leave the bar as it is."""
        if self._bar:
            self._bar.stop()
            self._bar = None


SILENT = Silent()


def progress_on(stream: TextIO | None = None) -> Progress:
    """A bar when `stream` (by default standard error) is a terminal, else a few lines."""
    target: TextIO = stream if stream else sys.stderr
    return Terminal(target) if target.isatty() else Lines(target)


def megabytes(size: int) -> str:
    """A size in bytes for people to read."""
    return f"{size / 1e6:.0f} MB" if size >= 1e6 else f"{size / 1e3:.0f} kB"
