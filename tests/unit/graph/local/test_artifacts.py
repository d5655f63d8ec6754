"""The lock file: what it holds, and how it is read."""

from __future__ import annotations

import hashlib
from pathlib import Path

from service.graph.local.artifacts import Artifact, is_intact, parse_lock, shipped_lock

TEXT = """{"neo4j": "1.0", "artifacts": [
  {"part": "server", "groupId": "a.b", "artifactId": "c", "version": "1", "size": 3, "sha256": "00"},
  {"part": "gds", "groupId": "a.b", "artifactId": "d", "version": "2", "classifier": "linux", "size": 4, "sha256": "11"}
]}"""


def test_lock_reads_every_field() -> None:
    """Coordinates, part, size and checksum arrive as they are written."""
    first, second = parse_lock(TEXT).artifacts
    assert first == Artifact("server", "a.b", "c", "1", 3, "00")
    assert (str(second), second.path) == ("a.b:d:2:linux", "gds/d-2-linux.jar")


def test_lock_digest_changes_with_its_text() -> None:
    """Another lock file is another installation."""
    assert parse_lock(TEXT).digest != parse_lock(TEXT.replace("00", "01")).digest


def test_shipped_lock_is_complete() -> None:
    """The shipped lock names the main jars, has no file twice, and pins every one."""
    lock = shipped_lock()
    paths = [artifact.path for artifact in lock.artifacts]
    assert f"server/neo4j-{lock.neo4j}.jar" in paths
    assert len(set(paths)) == len(paths) > 300
    assert all(len(artifact.sha256) == 64 and artifact.size > 0 for artifact in lock.artifacts)


def test_shipped_lock_names_no_place() -> None:
    """Where jars come from is the user's choice: the lock has coordinates only."""
    assert "://" not in Path("service/graph/local/artifacts.json").read_text(encoding="utf-8")


def test_intact_means_size_and_checksum(tmp_path: Path) -> None:
    """A file of the right size with other bytes is damaged."""
    artifact = Artifact("server", "a", "b", "1", 3, hashlib.sha256(b"abc").hexdigest())
    file = tmp_path / "b.jar"
    verdicts: list[bool] = []
    for content in (b"abc", b"abd", b"ab"):
        file.write_bytes(content)
        verdicts.append(is_intact(file, artifact))
    assert verdicts == [True, False, False]
    assert not is_intact(tmp_path / "missing.jar", artifact)
