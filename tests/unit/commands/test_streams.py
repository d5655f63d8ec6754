"""What a command prints, where it prints it and what it is called with need not be UTF-8, nor open."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from service import cli
from service.commands.inputs import read_input
from service.commands.streams import print_json, settle_streams

PRINTS = """
import os, socket, sys
from service.commands.streams import settle_streams
settle_streams()
print('out', sys.stdin.read())
sys.exit(socket.socket().fileno() < 3)
"""


def latin_output(monkeypatch: pytest.MonkeyPatch) -> io.BytesIO:
    """What is written to a standard output of another encoding from now on."""
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding="latin-1", write_through=True))
    return written


def test_text_without_a_sign_in_the_encoding_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer is printed as far as it can be."""
    latin = latin_output(monkeypatch)
    settle_streams()
    print("é → 😀")
    assert latin.getvalue().decode("latin-1").rstrip() == "é ? ?"


def test_json_is_whole_in_any_encoding(monkeypatch: pytest.MonkeyPatch) -> None:
    """By escapes."""
    latin = latin_output(monkeypatch)
    print_json({"a": "é → 😀"})
    assert json.loads(latin.getvalue()) == {"a": "é → 😀"}


@pytest.mark.skipif(os.name != "posix", reason="a shell closes them")
@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_streams_that_the_caller_closed_do_no_harm(closed: str) -> None:
    """Otherwise a socket gets the number of a stream, and the event loop breaks off the process."""
    shell = ["sh", "-c", f'exec "$0" -c "$1" {closed}', sys.executable, PRINTS]
    assert subprocess.run(shell, stdin=subprocess.DEVNULL, timeout=60).returncode == 0


def test_a_file_whose_name_is_no_utf8_is_read(tmp_path: Path) -> None:
    """The name is sent as far as it is text."""
    file = os.path.join(os.fsencode(tmp_path), b"caf\xe9.txt")
    try:
        Path(os.fsdecode(file)).write_text("a")
    except OSError:
        pytest.skip("this disk holds no such name")
    (read,) = read_input([os.fsdecode(file)])["files"]
    assert read["name"].endswith("caf\ufffd.txt")
    assert read["content"]["upload"].content == b"a"


def test_text_that_is_no_utf8_is_wrong_use(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """It is refused before anything is sent."""
    monkeypatch.setenv("ANTIPHON_URL", "http://127.0.0.1:9")
    assert cli.main(["ask", "caf\udce9"]) == cli.WRONG_USE
    assert "not UTF-8" in capsys.readouterr().err
