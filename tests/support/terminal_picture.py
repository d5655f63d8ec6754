"""`docs/pictures/terminal.svg`: what commands print about the story of `browsed.py`, in a terminal.

`python -m tests.support.terminal_picture` makes it, with a Neo4j of its own; a test compares it with what is printed
today, but for ids and times, which are others each time. Owns how a screen becomes a picture: a run of characters of
one color stands where its columns are, whatever font the viewer has. No font is loaded.
"""

from __future__ import annotations

import asyncio
import re
import tempfile
from collections.abc import Iterator
from html import escape
from itertools import groupby
from pathlib import Path

from pyte.screens import Char

from service.folders import cache_folder
from service.graph.database import Connection, Database
from service.graph.local import LocalSettings, start, stop
from service.graph.migrations import migrate
from tests.support.browsed import tell, telling
from tests.support.screen import ROOT, Screen

FILE = ROOT / "docs" / "pictures" / "terminal.svg"
COLUMNS = 96
COMMANDS = (("history", "last"), ("branches", "last"))
_CELL, _LINE, _EDGE, _SIZE = 8.4, 19, 18, 14
_INK, _PAPER = "#d7dde6", "#1b222d"
_COLORS = {
    "default": _INK,
    "black": "#5c6773",
    "red": "#ff7b72",
    "green": "#7ee787",
    "brown": "#e3b341",
    "blue": "#79c0ff",
    "magenta": "#d2a8ff",
    "cyan": "#76e3ea",
    "white": "#ffffff",
    "brightblack": "#8b949e",
}
_PASSING = {
    r"\b01[0-9a-f]{6}-[0-9a-f-]*": "01a22033-5dde-7ea7-87c9-b4d9e01345d3",
    r"\d{4}-\d\d-\d\d \d\d:\d\d": "2026-11-28 09:00",
}
Rows = list[list[Char]]


async def printed(connection: Connection, folder: Path) -> list[tuple[str, Rows]]:
    """The commands, and what each shows once the story is told."""
    async with telling(connection, folder) as service:
        await tell(service, files=3)
        return [await asyncio.to_thread(_run, service.url, command) for command in COMMANDS]


def _run(url: str, command: tuple[str, ...]) -> tuple[str, Rows]:
    with Screen(COLUMNS, *command, ANTIPHON_URL=url) as screen:
        screen.end()
        assert screen.code == 0, screen.text
        return " ".join(("antiphon", *command)), [_steady(row) for row in screen.rows]


def _steady(row: list[Char]) -> list[Char]:
    """The row with an id and a time that stay: as long as those that were printed."""
    text = "".join(char.data for char in row)
    for pattern, stays in _PASSING.items():
        text = re.sub(pattern, lambda match, stays=stays: stays[: len(match[0])].ljust(len(match[0])), text)
    return [char._replace(data=sign) for char, sign in zip(row, text, strict=True)]


def picture(shown: list[tuple[str, Rows]]) -> str:
    """The picture of commands and what they show."""
    lines = list(_lines(shown))
    width, height = round(COLUMNS * _CELL + 2 * _EDGE), len(lines) * _LINE + 2 * _EDGE
    said = "A terminal: a conversation as a tree, with its branches."
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'font-family="ui-monospace, Menlo, Consolas, monospace" font-size="{_SIZE}" role="img" aria-label="{said}">'
    )
    back = f'<rect x="0.5" y="0.5" width="{width - 1}" height="{height - 1}" rx="10" fill="{_PAPER}" stroke="#3b4656"/>'
    runs = [run for number, line in enumerate(lines) for run in _drawn(line, _EDGE + number * _LINE + _SIZE)]
    return "\n".join([head, f"<title>{said}</title>", back, *runs, "</svg>", ""])


def _lines(shown: list[tuple[str, Rows]]) -> Iterator[list[Char]]:
    for number, (command, rows) in enumerate(shown):
        if number:
            yield []
        yield [Char("$", fg="green"), Char(" "), *(Char(sign, bold=True) for sign in command)]
        yield from rows


def _drawn(line: list[Char], y: int) -> Iterator[str]:
    """The runs of a line. Blanks are not drawn; the width of each run is said, so that no font moves what follows."""
    column = 0
    for (color, bold), run in groupby(line, lambda char: (_color(char), char.bold)):
        text = "".join(char.data for char in run)
        begins = column + len(text) - len(text.lstrip())
        column += len(text)
        if word := text.strip():
            weight = ' font-weight="700"' if bold else ""
            x, length = _EDGE + begins * _CELL, len(word) * _CELL
            yield (
                f'<text x="{x:.1f}" y="{y}" textLength="{length:.1f}" lengthAdjust="spacingAndGlyphs" '
                f'xml:space="preserve" fill="{color}"{weight}>{escape(word)}</text>'
            )


def _color(char: Char) -> str:
    return _COLORS.get(char.fg) or (f"#{char.fg}" if len(char.fg) == 6 else _INK)


async def main() -> None:
    """Make the picture."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "neo4j"
        settings = LocalSettings(heap="512m", page_cache="64m", brief=True)
        server = await start(home, cache_folder(), settings=settings, detached=True)
        await server.release()
        try:
            connection = Connection(server.address.bolt, server.address.username, server.address.password)
            database = Database(connection)
            await migrate(database)
            await database.close()
            FILE.write_text(picture(await printed(connection, Path(folder))), encoding="utf-8")
        finally:
            await stop(home)


if __name__ == "__main__":
    asyncio.run(main())
