"""pip's progress in one place, and what an interrupted run of it left."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from service.commands.installing import Steps, drop_broken, run_pip

PIP = """
import io
import sys
for name in ("one", "two"):
    print(f"Collecting {name}==1.0")
    print("  Downloading it")
print("Installing collected packages: one, two")
sys.exit(int(sys.argv[1]))
"""


def pip(code: int, *, verbose: bool = False) -> int:
    """Run what speaks as pip does and ends with this code."""
    return run_pip([sys.executable, "-c", PIP, str(code)], {}, 2, verbose=verbose)


def test_without_a_terminal_each_step_is_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    """And pip's own lines are not shown."""
    assert pip(0) == 0
    assert capsys.readouterr().err == "downloading …\nunpacking …\n"


def test_what_pip_said_is_shown_where_it_failed(capsys: pytest.CaptureFixture[str]) -> None:
    """All of it."""
    assert pip(1) == 1
    assert "Collecting two==1.0\n  Downloading it\nInstalling collected packages" in capsys.readouterr().err


def make_package(folder: Path, name: str, size: int) -> None:
    """A package of one file, whose list says that it has `size` bytes."""
    info = folder / f"{name}-1.0.dist-info"
    info.mkdir()
    (folder / f"{name}.py").write_text("x = 1\n")
    (info / "INSTALLER").write_text("pip\n")
    (info / "RECORD").write_text(f"{name}.py,sha256=x,{size}\n{info.name}/INSTALLER,,\n{info.name}/RECORD,,\n")


def test_what_was_broken_off_is_forgotten(tmp_path: Path) -> None:
    """A file that is too short or missing, no list, no mark that it came to its end; whole ones stay."""
    for name, size in (("whole", 6), ("short", 100), ("gone", 6), ("listless", 6), ("endless", 6)):
        make_package(tmp_path, name, size)
    (tmp_path / "gone.py").unlink()
    (tmp_path / "listless-1.0.dist-info" / "RECORD").unlink()
    (tmp_path / "endless-1.0.dist-info" / "INSTALLER").unlink()
    assert drop_broken(tmp_path) == ["endless", "gone", "listless", "short"]
    assert [one.name for one in tmp_path.glob("*.dist-info")] == ["whole-1.0.dist-info"]


class Terminal(io.StringIO):
    """A stream that says that it is a terminal."""

    def isatty(self) -> bool:
        """It is one."""
        return True


def test_in_a_terminal_one_line_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    """No longer than the terminal, and gone at the end; a dumb one has a line a step."""
    monkeypatch.setenv("COLUMNS", "30")
    monkeypatch.setenv("TERM", "xterm")
    terminal = Terminal()
    steps = Steps(terminal)
    steps.show("downloading", "1 of 61 packages: a-package-with-a-long-name")
    steps.show("unpacking")
    steps.clear()
    assert terminal.getvalue().split("\r\x1b[K") == ["", "downloading 1 of 61 packages:", "unpacking", ""]
    monkeypatch.setenv("TERM", "dumb")
    dumb = Terminal()
    Steps(dumb).show("downloading", "1 of 61")
    assert dumb.getvalue() == "downloading …\n"
