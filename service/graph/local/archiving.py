"""`python -m service.graph.local.archiving ARCHIVE CLASSES JAVA ARGUMENTS PID`: makes a class archive, once.

A process of its own, at a low priority: the command that started Neo4j need not wait for it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import psutil

from service.graph.local.archive import note_java, remove_archive, stale_archives
from service.graph.local.java import java_environment
from service.locks import FileLock

# So long after the start the first work is done, and its classes are on the list too.
DELAY_SECONDS = 20.0
_LOOK_SECONDS = 0.2


def make(archive: Path, classes: Path, java: Path, arguments: Path, server: int, delay: float = DELAY_SECONDS) -> None:
    """Make the archive when the server has run for `delay` seconds or has ended, unless another makes it."""
    lock = FileLock(archive.with_suffix(".lock"))
    try:
        _wait(server, delay)
        if archive.exists() or not classes.exists() or not lock.acquire():
            return
        _dump(archive, classes, java, arguments)
        lock.release()
    finally:
        classes.unlink(missing_ok=True)


def _wait(server: int, delay: float) -> None:
    deadline = time.monotonic() + delay
    while time.monotonic() < deadline and psutil.pid_exists(server):
        time.sleep(_LOOK_SECONDS)


def _dump(archive: Path, classes: Path, java: Path, arguments: Path) -> None:
    partial = archive.with_suffix(f".{os.getpid()}.partial")
    whole = classes.with_suffix(".whole")
    flags = ["-Xshare:dump", f"-XX:SharedClassListFile={whole}", f"-XX:SharedArchiveFile={partial}"]
    try:
        # A copy: the server may be writing still, and its last line be half a line, which the dump would refuse.
        whole.write_bytes(classes.read_bytes().rpartition(b"\n")[0] + b"\n")
        subprocess.run(
            [java, *flags, f"@{arguments}"],
            env=java_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=True,
        )
        note_java(archive, java)
        partial.replace(archive)
        for stale in stale_archives(archive):
            remove_archive(stale)
    except subprocess.CalledProcessError:
        return
    finally:
        partial.unlink(missing_ok=True)
        whole.unlink(missing_ok=True)


def _yield_to_others() -> None:
    with suppress(psutil.Error, OSError):
        psutil.Process().nice(psutil.BELOW_NORMAL_PRIORITY_CLASS if os.name == "nt" else 10)


if __name__ == "__main__":
    _yield_to_others()
    archive, classes, java, arguments = map(Path, sys.argv[1:5])
    with suppress(OSError):
        make(archive, classes, java, arguments, int(sys.argv[5]))
