"""The name of this process in the leases on tasks.

A name is kept in the data folder under a lock that the operating system frees when the process dies. Whoever
holds the lock next has the same name, so it knows at once that what was leased under it has no holder any more.
"""

from __future__ import annotations

from itertools import count
from pathlib import Path

from service.folders import unusable_folder
from service.locks import FileLock
from service.records import new_id


class Instance:
    """A name, held as long as this object is open.

    `holder` stands in leases: the name, and what no other process has, also where a data folder with the name in it
    was copied.
    """

    def __init__(self, name: str, lock: FileLock) -> None:
        self.name = name
        self.holder = f"{name}/{new_id()}"
        self._lock = lock

    def release(self) -> None:
        """Let another process have the name."""
        self._lock.release()


def hold_instance(folder: Path) -> Instance:
    """The first name in `folder` that no living process holds; a new one where all are held.

    Raises `SetupError` where the folder cannot be used.
    """
    try:
        return _hold(folder)
    except OSError as error:
        raise unusable_folder(folder.parent, error) from error


def _hold(folder: Path) -> Instance:
    folder.mkdir(parents=True, exist_ok=True)
    for slot in count():
        lock = FileLock(folder / f"instance-{slot}.lock")
        if lock.acquire():
            return Instance(_name(folder / f"instance-{slot}"), lock)
    raise AssertionError("unreachable")


def _name(path: Path) -> str:
    if path.exists() and (name := path.read_text(encoding="utf-8", errors="ignore").strip()):
        return name
    name = new_id()
    path.write_text(name, encoding="utf-8")
    return name
