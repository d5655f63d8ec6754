"""A lock file that the operating system frees when its holder dies; it holds the holder's pid."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

_WAIT_SECONDS = 0.2

if sys.platform == "win32":
    import msvcrt

    # Beyond the pid, so that others can still read it: Windows locks keep readers out.
    _FAR = 1 << 20

    def _try_lock(file: BinaryIO) -> None:
        file.seek(_FAR)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _try_lock(file: BinaryIO) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


class FileLock:
    """One holder at a time, over all processes. The file stays for ever: deleting it would race."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: BinaryIO | None = None

    def acquire(self) -> bool:
        """Take the lock if it is free; never waits. Raises `OSError` where it cannot be written."""
        self._file = _open_locked(self._path)
        if not self._file:
            return False
        try:
            self._file.truncate(0)
            self._file.write(str(os.getpid()).encode())
        except OSError:
            # The disk is full.
            self.release()
            raise
        return True

    def release(self) -> None:
        """Free it; harmless when it is not held."""
        if self._file:
            self._file.close()
            self._file = None

    def holder(self) -> int | None:
        """The pid of the process that holds it now (0 if it has not said yet), or None."""
        if self._file:
            return os.getpid()
        if not self._path.exists():
            return None
        probe = _open_locked(self._path)
        if probe:
            probe.close()
            return None
        text = self._path.read_bytes().strip()
        return int(text) if text.isdigit() else 0

    @contextmanager
    def held(self) -> Generator[None]:
        """Hold it for the body; waits for it, in its thread, as long as another has it."""
        while not self.acquire():
            time.sleep(_WAIT_SECONDS)
        try:
            yield
        finally:
            self.release()


def _open_locked(path: Path) -> BinaryIO | None:
    file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b", buffering=0)
    try:
        _try_lock(file)
    except OSError:
        file.close()
        return None
    file.seek(0)
    return file
