"""Commands as a person sees them: in terminals of several widths, without colours, in a dumb one; and in tmux."""

from __future__ import annotations

import asyncio
import os
import re
import secrets
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from service.app import create_app
from service.commands.server import serving
from service.graph.database import Connection
from tests.support.front import MakeConfig
from tests.support.screen import ROOT, Screen

SLOW = """
defaults: {model: slow/slow}
providers:
  slow:
    protocol: echo
    options: {delay_ms: 3000}
    models: {slow: {family: echo, context_window: 100000, max_output_tokens: 1000}}
  never:
    protocol: echo
    options: {delay_ms: 100000}
    models: {never: {family: echo, context_window: 100000, max_output_tokens: 1000}}
"""
WAITING = "the model reads the prompt"
COLOUR = re.compile(rb"\x1b\[[0-9;]*[34][0-7](;[0-9;]*)?m")


@pytest.fixture(scope="module")
async def url(connection: Connection, make_config: MakeConfig) -> AsyncIterator[str]:
    """A running service whose models take their time."""
    config = make_config(SLOW)
    async with serving(create_app(config, connection=connection), config, port=0) as address:
        yield address


@pytest.mark.parametrize("columns", [20, 80, 120])
async def test_before_the_first_word_one_line_says_what_is_waited_for(url: str, columns: int) -> None:
    """And goes away; what is left are the answer and the lines below it."""

    def watch() -> tuple[str, str, int | None]:
        with Screen(columns, "ask", "Is anybody there?", ANTIPHON_URL=url) as screen:
            return screen.see(WAITING[: columns - 10]), screen.end(), screen.code

    before, after, code = await asyncio.to_thread(watch)
    assert "Is anybody" not in before
    assert "Is anybody there?" in after
    assert WAITING[:10] not in after
    assert ("conversation" in after, code) == (True, 0)


@pytest.mark.parametrize("columns", [80, 120])
async def test_a_task_has_a_bar_that_goes_away(url: str, columns: int, tmp_path: Path) -> None:
    """Standard output has the answer alone."""
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text(f"text of {name}")

    def watch() -> tuple[str, str]:
        asked = ("run", "-s", "file", "-i", "Repeat.", "--strict", str(tmp_path))
        with Screen(columns, *asked, ANTIPHON_URL=url) as screen:
            return screen.see("0/2"), screen.end()

    before, after = await asyncio.to_thread(watch)
    assert "━" in before
    assert "━" not in after
    assert "text of b.txt" in after


async def test_ctrl_c_in_a_terminal_cancels_and_says_so(url: str) -> None:
    """The line of waiting goes away."""

    def watch() -> tuple[str, int | None]:
        with Screen(80, "ask", "Wait for ever.", "-m", "never/never", ANTIPHON_URL=url) as screen:
            screen.see(WAITING)
            screen.type(b"\x03")
            return screen.end(), screen.code

    after, code = await asyncio.to_thread(watch)
    assert code == 130
    assert "Cancelling the task" in after
    assert "CANCELLED" in after


@pytest.mark.parametrize(
    ("environ", "forbidden"),
    [
        ({"NO_COLOR": "1"}, COLOUR),
        ({"TERM": "dumb"}, re.compile(rb"\x1b")),
        ({"TERM": "unknown"}, re.compile(rb"\x1b")),
    ],
)
async def test_colours_and_movement_can_be_switched_off(
    url: str, environ: dict[str, str], forbidden: re.Pattern[bytes], tmp_path: Path
) -> None:
    """`NO_COLOR`: no colour; a dumb terminal: nothing but text."""
    (tmp_path / "a.txt").write_text("text of a")

    def watch() -> list[Screen]:
        seen: list[Screen] = []
        for asked in (("ask", "Hello."), ("run", "-i", "Repeat.", str(tmp_path / "a.txt")), ("history", "last")):
            with Screen(80, *asked, ANTIPHON_URL=url, **environ) as screen:
                screen.end()
                seen.append(screen)
        return seen

    for screen in await asyncio.to_thread(watch):
        assert screen.code == 0, screen.text
        assert not forbidden.search(screen.raw), screen.raw


async def test_without_a_terminal_nothing_moves(url: str) -> None:
    """On neither stream."""
    command = [sys.executable, "-P", "-m", "service.cli", "ask", "Hello."]
    environ = os.environ | {"ANTIPHON_URL": url, "PYTHONPATH": str(ROOT)}
    ran = await asyncio.to_thread(
        subprocess.run, command, env=environ, capture_output=True, stdin=subprocess.DEVNULL, timeout=120
    )
    assert ran.stdout == b"Hello.\n"
    assert b"\x1b" not in ran.stderr
    assert b"\r" not in ran.stderr


@pytest.fixture
def tmux() -> Iterator[list[str]]:
    """A tmux server of this test's own; the beginning of its commands."""
    if not shutil.which("tmux"):
        pytest.skip("tmux is not installed; the pseudo-terminals above show the same")
    command = ["tmux", "-f", "/dev/null", "-L", f"antiphon-{secrets.token_hex(6)}"]
    yield command
    subprocess.run([*command, "kill-server"], capture_output=True)


@pytest.mark.parametrize("columns", [80, 120])
async def test_it_looks_the_same_in_tmux(url: str, tmux: list[str], columns: int) -> None:
    """A real terminal with a screen of its own."""
    said = [sys.executable, "-P", "-m", "service.cli", "ask", "Is anybody there?"]
    line = f"cd {shlex.quote(str(ROOT))} && ANTIPHON_URL={url} PYTHONPATH={ROOT} {shlex.join(said)}; sleep 60"

    def watch(words: str) -> str:
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            shown = subprocess.run([*tmux, "capture-pane", "-p"], capture_output=True, text=True).stdout
            if words in shown:
                return shown
            time.sleep(0.1)
        raise AssertionError(f"{words!r} was not seen:\n{shown}")

    size = ["-x", str(columns), "-y", "24"]
    await asyncio.to_thread(subprocess.run, [*tmux, "new-session", "-d", *size, "sh", "-c", line], check=True)
    assert "Is anybody there?" not in await asyncio.to_thread(watch, WAITING)
    shown = await asyncio.to_thread(watch, "conversation")
    assert "Is anybody there?" in shown
    assert WAITING not in shown
