"""Class archives: one is made beside the server, by a Java that is played here, and the stale ones are cleaned up."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from service.graph.local.archive import MAKER, note_java
from service.graph.local.archiving import make
from service.graph.local.java import fingerprint

JAVA = """#!/bin/sh
for flag in "$@"; do
    case $flag in
    -XX:SharedClassListFile=*) list=${flag#*=} ;;
    -XX:SharedArchiveFile=*) archive=${flag#*=} ;;
    esac
done
cp "$list" "$archive"
exit %d
"""
pytestmark = pytest.mark.skipif(os.name == "nt", reason="Java is played by a shell script.")


@pytest.fixture
def java(tmp_path: Path) -> Path:
    """A Java that makes its archive of the list alone."""
    return _java(tmp_path / "java", exits=0)


def _java(file: Path, exits: int) -> Path:
    file.write_text(JAVA % exits)
    file.chmod(0o755)
    return file


def _classes(folder: Path) -> Path:
    classes = folder / "classes-1.lst"
    classes.write_bytes(b"java/lang/Object\njava/lang/Str")
    return classes


def _archive(folder: Path, java: Path) -> Path:
    return folder / f"jars-{fingerprint(java)}.jsa"


def _gone() -> int:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    return ended.pid


def test_it_is_made_of_the_whole_lines_of_the_list_as_soon_as_the_server_has_ended(tmp_path: Path, java: Path) -> None:
    """The last line may be half a one, and a server that has ended adds none."""
    archive, classes = _archive(tmp_path, java), _classes(tmp_path)
    make(archive, classes, java, tmp_path / "java.args", _gone(), delay=3600)
    assert archive.read_bytes() == b"java/lang/Object\n"
    assert not list(tmp_path.glob("*.lst")) + list(tmp_path.glob("*.whole")) + list(tmp_path.glob("*.partial"))


def test_the_archives_of_a_java_that_is_gone_or_another_one_are_removed(tmp_path: Path, java: Path) -> None:
    """So are those of a time when nothing was noted; the archive of another Java that is there stays."""
    gone, other, changed = (_java(tmp_path / name, exits=0) for name in ("gone", "other", "changed"))
    archives = {it: _archive(tmp_path, it) for it in (gone, other, changed)}
    for it, archive in archives.items():
        archive.write_bytes(b"")
        note_java(archive, it)
    (tmp_path / "jars-000000000000.jsa").write_bytes(b"of a time when nothing was noted")
    gone.unlink()
    changed.write_text(JAVA % 77)
    mine = _archive(tmp_path, java)
    make(mine, _classes(tmp_path), java, tmp_path / "java.args", _gone())
    assert set(tmp_path.glob("jars-*.jsa")) == {mine, archives[other]}


def test_a_dump_that_fails_leaves_nothing(tmp_path: Path) -> None:
    """The next start tries again."""
    java = _java(tmp_path / "java", exits=1)
    make(_archive(tmp_path, java), _classes(tmp_path), java, tmp_path / "java.args", _gone())
    assert not list(tmp_path.glob("jars-*.jsa")) + list(tmp_path.glob("*.partial"))


def test_as_a_process_it_says_nothing_where_the_folder_is_gone(tmp_path: Path, java: Path) -> None:
    """A data folder may be deleted while it waits."""
    gone = tmp_path / "gone"
    arguments = [gone / "jars-1.jsa", gone / "classes.lst", java, gone / "java.args", str(_gone())]
    ran = subprocess.run([sys.executable, "-m", MAKER, *arguments], capture_output=True, text=True)
    assert (ran.returncode, ran.stdout + ran.stderr) == (0, "")
