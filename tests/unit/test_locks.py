"""The lock file: one holder at a time, freed by the operating system."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from service.locks import FileLock

HOLD = """
import sys
from pathlib import Path
from service.locks import FileLock
assert (lock := FileLock(Path(sys.argv[1]))).acquire()
print("held", flush=True)
sys.stdin.read()
"""


def test_second_holder_is_refused(tmp_path: Path) -> None:
    """While one holds it another does not get it, and can say who has it."""
    first, second = FileLock(tmp_path / "lock"), FileLock(tmp_path / "lock")
    assert first.acquire()
    assert not second.acquire()
    assert second.holder() == os.getpid()
    first.release()
    assert second.holder() is None
    assert second.acquire()
    second.release()


def test_lock_is_free_after_its_holder_was_killed(tmp_path: Path) -> None:
    """A holder that is killed leaves no lock behind."""
    lock = FileLock(tmp_path / "lock")
    command = [sys.executable, "-c", HOLD, str(tmp_path / "lock")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout
        assert holder.stdout.readline()
        assert lock.holder() == holder.pid
        holder.kill()
        holder.wait()
    assert lock.holder() is None


def test_lock_without_a_file_has_no_holder(tmp_path: Path) -> None:
    """Asking makes no file."""
    assert FileLock(tmp_path / "lock").holder() is None
    assert not (tmp_path / "lock").exists()
