"""When watched files are taken to be written, and what changed in an answer."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from service.commands.watching import Watched, changes, settled


def texts(given: object) -> list[bytes]:
    """What was read."""
    assert isinstance(given, dict)
    return [one["content"]["upload"].content for one in given["files"]]


def test_a_file_that_was_touched_is_not_read_anew(tmp_path: Path) -> None:
    """As after a checkout: its time is another, its text is not."""
    file = tmp_path / "a.txt"
    file.write_text("Words.")
    watched = Watched([str(file)])
    assert texts(watched.take(watched.stamps())) == [b"Words."]
    os.utime(file, ns=(1, 1))
    assert watched.stamps() != watched.known
    assert watched.take(watched.stamps()) is None


def test_what_is_new_in_a_folder_is_read(tmp_path: Path) -> None:
    """What is empty is left out, and so is what is gone; nothing at all is nothing to read."""
    watched = Watched([str(tmp_path), str(tmp_path / "*.md")])
    assert watched.take(watched.stamps()) is None
    (tmp_path / "a.md").write_text("A")
    (tmp_path / "b.md").write_text("")
    assert texts(watched.take(watched.stamps())) == [b"A"]
    (tmp_path / "b.md").write_text("B")
    assert texts(watched.take(watched.stamps())) == [b"A", b"B"]
    (tmp_path / "a.md").rename(tmp_path / "c.md")
    assert texts(watched.take(watched.stamps())) == [b"B", b"A"]


async def test_files_settle(tmp_path: Path) -> None:
    """It waits while they are written, and ends when the person interrupts."""
    file = tmp_path / "a.txt"
    file.write_text("Words.")
    watched, interrupted = Watched([str(file)]), asyncio.Event()
    watched.take(watched.stamps())
    waiting = asyncio.create_task(settled(watched, interrupted))
    file.write_text("Other words.")
    assert await waiting == watched.stamps()
    watched.take(watched.stamps())
    interrupted.set()
    assert await settled(watched, interrupted) is None


def test_changes_are_a_diff() -> None:
    """Lines that went and lines that came."""
    said = "".join(changes("one\ntwo\n", "one\nthree\n"))
    assert "-two\n+three\n" in said
    assert list(changes("same\n", "same\n")) == []
