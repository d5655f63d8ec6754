"""The lock files: every jar of the embedded Neo4j, and that of the embedding model, with its size and SHA-256.

Owns how `artifacts.json` (written by `scripts/lock-neo4j`) and `models.json` are read; knows nothing of downloading.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

_LOCK_FILE = Path(__file__).with_name("artifacts.json")
_MODELS_FILE = Path(__file__).with_name("models.json")

Part = Literal["server", "gds", "models"]


@dataclass(frozen=True)
class Artifact:
    """One jar: its Maven coordinates, the part it belongs to, and what its bytes must be."""

    part: Part
    group_id: str
    artifact_id: str
    version: str
    size: int
    sha256: str
    classifier: str = ""

    @property
    def file_name(self) -> str:
        """The name that Maven gives it, such as `netty-transport-4.2.jar`; unique within its part."""
        classifier = f"-{self.classifier}" if self.classifier else ""
        return f"{self.artifact_id}-{self.version}{classifier}.jar"

    @property
    def path(self) -> str:
        """Its place below the installation's folder."""
        return f"{self.part}/{self.file_name}"

    def __str__(self) -> str:
        """The coordinates as Maven writes them."""
        return ":".join(filter(None, (self.group_id, self.artifact_id, self.version, self.classifier)))


@dataclass(frozen=True)
class Lock:
    """All artifacts of one Neo4j version; `digest` changes when any of them does."""

    neo4j: str
    artifacts: tuple[Artifact, ...]
    digest: str

    @property
    def size(self) -> int:
        """Bytes of all jars together."""
        return sum(artifact.size for artifact in self.artifacts)


def parse_lock(text: str) -> Lock:
    """Read a lock file's text."""
    content = json.loads(text)
    artifacts = tuple(map(_artifact, content["artifacts"]))
    return Lock(content["neo4j"], artifacts, hashlib.sha256(text.encode()).hexdigest())


def _artifact(row: dict[str, Any]) -> Artifact:
    return Artifact(
        part=row["part"],
        group_id=row["groupId"],
        artifact_id=row["artifactId"],
        version=row["version"],
        size=row["size"],
        sha256=row["sha256"],
        classifier=row.get("classifier", ""),
    )


@cache
def shipped_lock() -> Lock:
    """The lock file that this release was tested with."""
    return parse_lock(_LOCK_FILE.read_text(encoding="utf-8"))


@cache
def embedding_model() -> Artifact:
    """The jar of the local embedding model; it never stands in Neo4j's class path."""
    return _artifact(json.loads(_MODELS_FILE.read_text(encoding="utf-8"))["artifacts"][0])


def is_intact(path: Path, artifact: Artifact) -> bool:
    """Whether the file has the size and the SHA-256 of the lock file."""
    if not has_size(path, artifact):
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == artifact.sha256


def has_size(path: Path, artifact: Artifact) -> bool:
    """Whether the file is there with the right size: the quick check of every start."""
    try:
        return path.stat().st_size == artifact.size
    except FileNotFoundError:
        return False
