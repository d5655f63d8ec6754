"""The class archive: Neo4j's 24,000 classes, parsed once and mapped into memory at every later start.

It halves the start-up (8 s to 4.5 s on two cores). The packaged Java has no archive of its own, so the dynamic
kind (`-XX:+AutoCreateSharedArchive`) cannot be made; a list of the classes of a first start and one dump do.
A wrong or damaged archive is ignored by Java, never an error.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from service.graph.local.home import Home
from service.graph.local.install import Installation
from service.graph.local.java import fingerprint, java_environment
from service.locks import FileLock

# So long after the start the first work is done, and its classes are on the list too.
_DELAY_SECONDS = 20.0


@dataclass(frozen=True)
class Archive:
    """Where the archive of one Java for one set of jars is, and the class list that it is made from."""

    file: Path
    classes: Path

    def flags(self) -> list[str]:
        """What makes Java use the archive, or, when there is none yet, write the class list for it."""
        if self.file.is_file():
            return [f"-XX:SharedArchiveFile={self.file}"]
        return [f"-XX:DumpLoadedClassList={self.classes}"]


def archive_for(home: Home, installation: Installation, java: Path) -> Archive:
    """The archive of this Java for these jars."""
    name = f"classes-{fingerprint(java)}.jsa"
    return Archive(installation.folder / name, home.folder / "logs" / "classes.lst")


async def make_later(archive: Archive, java: Path, argument_file: Path) -> None:
    """Make the archive when the server has run for a while, at a low priority, unless another does."""
    await asyncio.sleep(_DELAY_SECONDS)
    lock = FileLock(archive.file.with_suffix(".lock"))
    if archive.file.exists() or not archive.classes.exists() or not lock.acquire():
        return
    try:
        await _make(archive, java, argument_file)
    finally:
        lock.release()


async def _make(archive: Archive, java: Path, argument_file: Path) -> None:
    partial = archive.file.with_suffix(f".{os.getpid()}.partial")
    _cut_last_line(archive.classes)
    dump = await asyncio.create_subprocess_exec(
        java,
        "-Xshare:dump",
        f"-XX:SharedClassListFile={archive.classes}",
        f"-XX:SharedArchiveFile={partial}",
        f"@{argument_file}",
        env=java_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=os.name != "nt",
    )
    try:
        _yield_to_others(dump.pid)
        if await dump.wait() == 0:
            partial.replace(archive.file)
    finally:
        if dump.returncode is None:
            dump.kill()
            await dump.wait()
        partial.unlink(missing_ok=True)


def _yield_to_others(pid: int) -> None:
    with suppress(psutil.Error, OSError):
        process = psutil.Process(pid)
        process.nice(psutil.BELOW_NORMAL_PRIORITY_CLASS if os.name == "nt" else 10)


def _cut_last_line(classes: Path) -> None:
    # The server is still writing: its last line may be half a line, which the dump would refuse.
    complete = classes.read_bytes().rpartition(b"\n")[0]
    classes.with_suffix(".tmp").write_bytes(complete + b"\n")
    classes.with_suffix(".tmp").replace(classes)
