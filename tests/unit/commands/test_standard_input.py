"""Standard input as commands find it: a shell's pipe, a file, nothing, what is another's, and what nobody closes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="writers of a pipe are seen in /proc")

ROOT = Path(__file__).parents[3]
READS = """
from service.commands.streams import settle_streams
from service.commands.standard_input import read_piped
settle_streams()
read = read_piped()
print(read.text if read else 'nothing', end='|')
"""


def in_shell(line: str, stdin: int = subprocess.DEVNULL, cwd: Path | None = None) -> str:
    """Run a line of shell in which READ reads standard input; what it prints."""
    environ = os.environ | {"PYTHONPATH": str(ROOT), "CODE": READS}
    shell = ["sh", "-c", line.replace("READ", f'"{sys.executable}" -c "$CODE"')]
    ran = subprocess.run(shell, stdin=stdin, capture_output=True, text=True, timeout=60, env=environ, cwd=cwd)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


@pytest.mark.parametrize(
    ("line", "read"),
    [
        ("printf abc | READ", "abc|"),
        ("(sleep 3; printf late) | READ", "late|"),
        ("true | READ", "nothing|"),
        ("READ < /dev/null", "nothing|"),
        ("READ <&-", "nothing|"),
        ("READ 0> /dev/null", "nothing|"),
        ('nohup sh -c \'"$0" -c "$CODE"\' ' + sys.executable, "nothing|"),
    ],
)
def test_what_is_piped_in_is_read(line: str, read: str) -> None:
    """However late the command before us writes; where nothing is, nothing is waited for."""
    assert in_shell(line) == read


def test_a_loop_keeps_its_list(tmp_path: Path) -> None:
    """What a loop reads line by line is the loop's; a whole file is ours."""
    (tmp_path / "list").write_text("one\ntwo\n")
    loop = 'while read -r line; do READ; echo "$line"; done < list'
    assert in_shell(loop, cwd=tmp_path) == "nothing|one\nnothing|two\n"
    assert in_shell("READ < list", cwd=tmp_path) == "one\ntwo\n|"


def test_a_pipe_that_nobody_closes_is_not_waited_for() -> None:
    """Programs that start others leave one; nobody else can write to it."""
    reading, writing = os.pipe()
    try:
        assert in_shell("READ", stdin=reading) == "nothing|"
    finally:
        os.close(reading)
        os.close(writing)
