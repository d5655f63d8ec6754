"""What people see: live progress, answers, tables and drawings. The commands' one way to rich.

Results go to standard output, all else to standard error. Where a stream is no terminal nothing moves and no
control character is written. Texts of models and callers are shown as they are, never as markup or as commands
to the terminal.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Sequence
from types import TracebackType
from typing import Any

from rich.console import Console, Group
from rich.live import Live
from rich.progress import BarColumn, DownloadColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar
from rich.table import Table
from rich.text import Text

Json = dict[str, Any]

_TAIL_CHARACTERS = 320
_PIPED_COLUMNS = 10_000
_CONTROL = dict.fromkeys([*range(0x20), *range(0x7F, 0xA0)])
del _CONTROL[ord("\n")], _CONTROL[ord("\t")]


def clean(text: str) -> str:
    """The text without control characters, except newlines and tabs: they could command a terminal."""
    return text.translate(_CONTROL)


def say(text: str) -> None:
    """One line for the person, on standard error."""
    print(clean(text), file=sys.stderr, flush=True)


def write(text: str) -> None:
    """A piece of a result on standard output, at once."""
    sys.stdout.write(clean(text))
    sys.stdout.flush()


def headline(text: str) -> None:
    """A line above a part of the results."""
    Console().print(Text(f"\n{clean(text)}\n", style="bold"))


def shorten(text: str, most: int = 100) -> str:
    """The text on one line, cut to `most` characters."""
    line = " ".join(clean(text).split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


class _Waited:
    """A line that says what is waited for, and for how long by now."""

    def __init__(self, what: str = "waiting for its turn") -> None:
        self._what = clean(what)
        self._since = time.monotonic()

    def __rich__(self) -> Text:
        """The line, as it is now."""
        return Text(
            f"{self._what} … {time.monotonic() - self._since:.0f} s", style="dim", no_wrap=True, overflow="ellipsis"
        )


class LiveTask:
    """A task's bar and the newest of its text while it runs; on what is no terminal, nothing."""

    def __init__(self, title: str) -> None:
        self._console = Console(stderr=True)
        self._bar = Bar(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=self._console,
        )
        self._job = self._bar.add_task(clean(title), total=None)
        self._texts: dict[str, str] = {}
        self._waited = _Waited()
        self._live = Live(self._shown(), console=self._console, transient=True, refresh_per_second=8)

    def __enter__(self) -> LiveTask:
        """Begin to show."""
        if self._console.is_terminal:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take it away."""
        self._live.stop()

    def show_progress(self, done: int, total: int) -> None:
        """How many subtasks have ended, of those that are known."""
        self._bar.update(self._job, completed=done, total=total or None)
        self._live.update(self._shown())

    def show_begin(self, what: str) -> None:
        """What is waited for now."""
        self._waited = _Waited(what)
        self._live.update(self._shown())

    def show_text(self, delta: Json) -> None:
        """A piece of an answer; of several that come at once the oldest is shown."""
        key = delta["responseId"]
        self._texts[key] = (self._texts.get(key, "") + clean(delta["text"]))[-_TAIL_CHARACTERS:]
        self._live.update(self._shown())
        if delta["done"]:
            del self._texts[key]

    def _shown(self) -> Group:
        newest = next(iter(self._texts.values()), "")
        return Group(self._bar, Text(newest, style="dim") if newest else self._waited)


class PlainText:
    """The one answer of a prompt, written to standard output as it comes. Before it comes, what is waited for."""

    def __init__(self) -> None:
        self.written = ""
        console = Console(stderr=True)
        self._waiting = Live(_Waited(), console=console, transient=True, refresh_per_second=4)
        self._moves = console.is_terminal and not console.is_dumb_terminal

    def __enter__(self) -> PlainText:
        """Begin to wait."""
        if self._moves:
            self._waiting.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take it away, if no text did."""
        self._waiting.stop()

    def show_progress(self, done: int, total: int) -> None:
        """Nothing: the text is the progress."""

    def show_begin(self, what: str) -> None:
        """What is waited for now."""
        self._waiting.update(_Waited(what))

    def show_text(self, delta: Json) -> None:
        """Write a piece; an answer that was asked anew begins on a line of its own."""
        self._waiting.stop()
        if self.written and delta["position"] == 0:
            write("\n\n")
            self.written = ""
        self.written += delta["text"]
        write(delta["text"])


class Transfer:
    """A bar of bytes on standard error; on what is no terminal, nothing."""

    def __init__(self, *, quiet: bool = False) -> None:
        console = Console(stderr=True, quiet=quiet)
        columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeElapsedColumn())
        self._bar = Bar(*columns, console=console, transient=True)
        self._job = self._bar.add_task("", total=None)
        self._moves = console.is_terminal and not quiet

    def __enter__(self) -> Transfer:
        """Begin to show."""
        if self._moves:
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take it away."""
        self._bar.stop()

    def show(self, what: str, done: int, total: int | None) -> None:
        """What is done now, and how many bytes of it."""
        self._bar.update(self._job, description=clean(what), completed=done, total=total)


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A table on standard output. The first column, by which a row is named, is never broken."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for index, column in enumerate(columns):
        table.add_column(column, no_wrap=index == 0)
    for row in rows:
        table.add_row(*(Text(clean("" if cell is None else str(cell)), overflow="fold") for cell in row))
    _print(table)


def print_pieces(pieces: Iterable[tuple[str, str]]) -> None:
    """A text on standard output, in pieces that each have a style."""
    text = Text.assemble(*((clean(piece), style) for piece, style in pieces))
    text.rstrip()
    if Console().is_terminal:
        return Console().print(text, soft_wrap=True)
    write(text.plain + "\n")


def print_lines(lines: Sequence[Text]) -> None:
    """Lines on standard output. In a terminal each is cut where it ends, so that what is drawn stays whole."""
    for line in lines:
        line.no_wrap, line.overflow = True, "ellipsis"
    _print(Group(*lines))


def _print(shown: Table | Group) -> None:
    """Print what has lines. A program that reads them gets each as one, whatever its length."""
    console = Console()
    if console.is_terminal:
        return console.print(shown)
    wide = Console(width=_PIPED_COLUMNS)
    with wide.capture() as captured:
        wide.print(shown)
    write("".join(f"{line.rstrip()}\n" for line in captured.get().splitlines()))


def label(kind: str, text: str, note: str = "") -> Text:
    """A line of a drawing: what it is, its text, and a note."""
    shown = Text(kind, style="bold" if kind else "")
    shown.append(f" {shorten(text)}", style="not bold")
    if note:
        shown.append(f"  {clean(note)}", style="dim not bold")
    return shown
