"""`./antiphon`: how it finds a Python, when it sets up, and what it hands over. Its Pythons are shell scripts."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from service import __version__

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.skipif(os.name != "posix", reason="a POSIX shell script")


def fake(folder: Path, name: str, script: str) -> None:
    """An executable shell script."""
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout that holds only what the launcher needs; its Pythons are in `bin`."""
    root = tmp_path / "check out"
    for folder in ("requirements", "scripts", "bin"):
        (root / folder).mkdir(parents=True)
    shutil.copy(ROOT / "antiphon", root / "antiphon")
    for name in ("runtime", "dev"):
        (root / "requirements" / f"{name}.txt").write_text("lock\n")
    (root / "scripts" / "make-environment").touch()
    (root / "service").mkdir()
    shutil.copy(ROOT / "service" / "__init__.py", root / "service" / "__init__.py")
    for tool in ("dirname", "readlink", "cksum", "tr", "sh", "cat"):
        (root / "bin" / tool).symlink_to(shutil.which(tool) or tool)
    return root


def launch(root: Path, *arguments: str, command: Path | None = None, **environ: str) -> tuple[int, str]:
    """Run the launcher on the Pythons of its own `bin` alone: exit code and all that was said."""
    call = [str(command or root / "antiphon"), *arguments]
    ran = subprocess.run(call, env={"PATH": str(root / "bin")} | environ, capture_output=True, text=True, cwd="/")
    return ran.returncode, ran.stdout + ran.stderr


SUITS = '[ "$1" = -c ] && exit 0; echo "made by $0: $*"; exit 7'


def test_launcher_takes_the_first_python_that_suits(checkout: Path) -> None:
    """One that is too old, and one that is a shim of nothing, are passed over."""
    fake(checkout / "bin", "python3.13", "exit 127")
    fake(checkout / "bin", "python3.12", "exit 4")
    fake(checkout / "bin", "python3", SUITS)
    code, said = launch(checkout, "ask", "x")
    assert code == 7
    assert "bin/python3:" in said
    assert "runtime=" in said


@pytest.mark.parametrize(
    ("said", "word"), [("--version", __version__), ("--help", "COMMAND"), ("-h", "setup"), ("test --help", "pytest")]
)
def test_a_fresh_clone_describes_itself_and_installs_nothing(checkout: Path, said: str, word: str) -> None:
    """Not even a Python is needed; nor where a shell completes a word."""
    code, told = launch(checkout, *said.split())
    assert code == 0
    assert word in told
    assert launch(checkout, _ANTIPHON_COMPLETE="complete_bash") == (0, "")


def test_launcher_says_that_the_set_up_may_talk(checkout: Path) -> None:
    """`-v` before the command is for it too."""
    fake(checkout / "bin", "python3", SUITS)
    assert "make-environment -v runtime=" in launch(checkout, "-v", "ask", "x")[1]


def test_launcher_takes_the_named_python(checkout: Path) -> None:
    """`ANTIPHON_PYTHON` comes before all others."""
    fake(checkout / "bin", "python3.13", "exit 0")
    fake(checkout, "my-python", SUITS)
    assert "my-python" in launch(checkout, ANTIPHON_PYTHON=str(checkout / "my-python"))[1]


@pytest.mark.parametrize(
    ("exit_status", "remedy"), [(4, "Install it from"), (127, "Install it from"), (3, "apt install python3-venv")]
)
def test_launcher_says_what_is_missing(checkout: Path, exit_status: int, remedy: str) -> None:
    """No Python, one that is too old, or one without venv: one line and what to do."""
    fake(checkout / "bin", "python3", f"exit {exit_status}")
    code, said = launch(checkout)
    assert code == 1
    assert said.startswith("error: ")
    assert remedy in said
    assert said.count("\n") == 1


def test_launcher_says_that_the_named_python_is_wrong(checkout: Path) -> None:
    """It does not silently take another."""
    fake(checkout / "bin", "python3", SUITS)
    code, said = launch(checkout, ANTIPHON_PYTHON="/no/such/python")
    assert code == 1
    assert "ANTIPHON_PYTHON=/no/such/python" in said


def make_ready(root: Path) -> None:
    """An environment as `scripts/make-environment` leaves it; its Python says what it is called with."""
    (root / ".venv" / "bin").mkdir(parents=True)
    fake(root / ".venv" / "bin", "python", 'echo "$*"')
    for name in ("runtime", "dev"):
        lock = (root / "requirements" / f"{name}.txt").read_bytes()
        sum_ = subprocess.run(["cksum"], input=lock, capture_output=True, check=True).stdout.decode().strip()
        (root / ".venv" / f"{name}.stamp").write_text(sum_.replace(" ", "-") + "\n")
    (root / ".venv" / "client.stamp").touch()


def test_launcher_hands_over_when_all_is_there(checkout: Path, tmp_path: Path) -> None:
    """Also through symbolic links, and with blanks in arguments."""
    make_ready(checkout)
    (tmp_path / "first").symlink_to("check out/antiphon")
    (tmp_path / "second").symlink_to(tmp_path / "first")
    code, said = launch(checkout, "ask", "two words", command=tmp_path / "second")
    assert (code, said) == (0, "-P -m service.cli ask two words\n")


def test_launcher_runs_the_tests(checkout: Path) -> None:
    """Side by side, after all is there that is fetched; options go to pytest, which heeds the last of two."""
    make_ready(checkout)
    said = launch(checkout, "test", "-k", "cli")[1]
    run = "-m pytest -n 4 --dist loadfile --no-loadscope-reorder -k cli"
    assert said.splitlines() == ["-P -m service.cli setup", run]


@pytest.mark.parametrize("change", ["lock", "unfinished", "python"])
def test_launcher_sets_up_anew(checkout: Path, change: str) -> None:
    """When the lock file changed, a set-up was interrupted, or the Python behind the environment is gone."""
    make_ready(checkout)
    fake(checkout / "bin", "python3", SUITS)
    if change == "lock":
        (checkout / "requirements" / "runtime.txt").write_text("another lock\n")
    elif change == "unfinished":
        (checkout / ".venv" / "unfinished").touch()
    else:
        (checkout / ".venv" / "bin" / "python").unlink()
    assert launch(checkout, "ask", "x")[0] == 7


def test_launcher_gives_its_python_no_packages_of_another(checkout: Path) -> None:
    """Those of ROS or of a conda would go before ours; a home of another Python would end ours at once."""
    make_ready(checkout)
    fake(
        checkout / ".venv" / "bin", "python", 'echo "$PYTHONPATH|${PYTHONHOME-none}|${PYTHONINSPECT-none}|$PYTHONUTF8"'
    )
    others = {"PYTHONPATH": "/opt/other", "PYTHONHOME": "/opt/other", "PYTHONINSPECT": "1", "PYTHONUTF8": "1"}
    assert launch(checkout, "ask", **others) == (0, f"{checkout}|none|none|1\n")
