"""The machine's own name: Neo4j ends while it starts where that cannot be resolved (a container with no network)."""

from __future__ import annotations

import socket
from pathlib import Path

from service.graph.local.home import write_private

LOOPBACK = "127.0.0.1"


def naming_flags(folder: Path, name: str | None = None) -> list[str]:
    """None where the machine's name is known; else a file of names for Java, written into `folder`, and no other names.

    What Neo4j listens on are addresses, so that it needs no names but its own.
    """
    name = socket.gethostname() if name is None else name
    if is_known(name):
        return []
    file = folder / "hosts"
    write_private(file, f"{LOOPBACK} localhost\n{LOOPBACK} {name}\n")
    return [f"-Djdk.net.hosts.file={file}"]


def is_known(name: str) -> bool:
    """Whether the name has an address here."""
    try:
        socket.getaddrinfo(name, None)
    except (OSError, UnicodeError):
        return False
    return True
