"""The class archive: Neo4j's 24,000 classes, parsed once and mapped into memory at every later start.

It halves the start-up (8 s to 4.5 s on two cores). The packaged Java has no archive of its own, so the dynamic
kind (`-XX:+AutoCreateSharedArchive`) cannot be made; a list of the classes of a first start and one dump do.
A wrong or damaged archive is ignored by Java, never an error. `archiving` makes it, in a process of its own.
"""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from service.graph.local.home import Home
from service.graph.local.install import Installation
from service.graph.local.java import fingerprint

MAKER = "service.graph.local.archiving"


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
    """The archive of this Java for these jars. Each start has a class list of its own."""
    name = f"jars-{fingerprint(java)}.jsa"
    return Archive(installation.folder / name, home.folder / "logs" / f"classes-{secrets.token_hex(4)}.lst")


def make_beside(archive: Archive, java: Path, argument_file: Path, server: int) -> None:
    """Have the archive made, where there is none: beside the server, and also when that ends before it is made."""
    if archive.file.exists():
        return
    command = [sys.executable, "-P", "-m", MAKER, archive.file, archive.classes, java, argument_file, str(server)]
    maker = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        # Ctrl-C is not meant for it.
        start_new_session=os.name != "nt",
    )
    # It may outlive us; where it does not, somebody has to take note of its end.
    threading.Thread(target=maker.wait, name="neo4j-archive", daemon=True).start()


def note_java(archive: Path, java: Path) -> None:
    """Write beside an archive which Java it is for."""
    _java_of(archive).write_text(str(java.resolve()), encoding="utf-8")


def stale_archives(archive: Path) -> Iterator[Path]:
    """The archives beside this one that no Java can use any more: theirs is gone, or has become another."""
    for other in archive.parent.glob("jars-*.jsa"):
        if other != archive and not _is_of_use(other):
            yield other


def remove_archive(archive: Path) -> None:
    """Remove an archive. A server that uses it goes on."""
    for file in (archive, _java_of(archive)):
        file.unlink(missing_ok=True)


def _java_of(archive: Path) -> Path:
    return archive.with_suffix(".java")


def _is_of_use(archive: Path) -> bool:
    try:
        java = Path(_java_of(archive).read_text(encoding="utf-8"))
        return archive.stem == f"jars-{fingerprint(java)}"
    except OSError:
        return False
