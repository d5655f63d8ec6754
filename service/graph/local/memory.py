"""How much memory there is for us, and the sizes with which the embedded Neo4j fits into it.

A container's limit counts, not the machine's memory: what grows beyond it is killed by the system, without a word.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

from service.errors import ConfigurationError, SetupError

HEAP, PAGE_CACHE = 512, 128
"""MB that Neo4j is given where there is enough."""

LEAST_HEAP, LEAST_PAGE_CACHE = 160, 16
"""MB with which it still works."""

BESIDE = 540
"""MB for what is not on Neo4j's heap and not in its page cache: its classes, code and threads (350 MB at rest), the
service (110 MB at rest), and what both need more at work."""

_FILES = ("memory.max", "memory.high", "memory.limit_in_bytes")
_UNITS = {"k": 1 / 1024, "m": 1.0, "g": 1024.0}
_MB = 1 << 20


@dataclass(frozen=True, slots=True)
class Limit:
    """How many MB there are, and who says so."""

    megabytes: int
    said_by: str


def memory_limit(root: Path = Path("/")) -> Limit:
    """The least of the machine's memory and of the limits of our control groups (version 1 or 2).

    Raises nothing: what cannot be read limits nothing.
    """
    limits = [Limit(psutil.virtual_memory().total // _MB, "this machine"), *_of_groups(root)]
    return min(limits, key=lambda limit: limit.megabytes)


def _of_groups(root: Path) -> Iterator[Limit]:
    for folder in _folders(root):
        for file in (folder / name for name in _FILES):
            try:
                said = file.read_text(encoding="ascii").strip()
            except (OSError, ValueError):
                continue
            if said.isdigit():
                yield Limit(int(said) // _MB, f"/{file.relative_to(root)}")


def _folders(root: Path) -> Iterator[Path]:
    """Our groups and those that they are within: each one's limit holds for us."""
    try:
        lines = (root / "proc/self/cgroup").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    mounted = root / "sys/fs/cgroup"
    for number, controllers, path in (line.split(":", 2) for line in lines if line.count(":") >= 2):
        if number == "0" or "memory" in controllers.split(","):
            # Version 2 may stand beside version 1. A container often sees its own group as the root.
            tops = (mounted, mounted / "unified") if number == "0" else (mounted / "memory",)
            for top in tops:
                group = top / path.strip("/")
                yield from (folder for folder in (group, *group.parents) if folder.is_relative_to(top))


def fitting_sizes(
    heap: str | None, page_cache: str | None, limit: Limit | None = None, *, others: int = 0
) -> tuple[str, str]:
    """The sizes of Neo4j's heap and page cache, as Java writes them: those wished for, else what there is room for.

    `others` are the MB that other processes of ours will take: they make the sizes smaller, down to the least ones.
    Raises `ConfigurationError` for wishes beyond the limit, `SetupError` where nothing fits.
    """
    limit = limit or memory_limit()
    _check_wishes(heap, page_cache, limit)
    room = limit.megabytes - BESIDE
    room = min(room, max(room - others, LEAST_HEAP + LEAST_PAGE_CACHE))
    cache = _in_megabytes(page_cache) if page_cache else _fitting_cache(room)
    own = _in_megabytes(heap) if heap else min(HEAP, int(room - cache))
    if own < LEAST_HEAP and not heap:
        raise SetupError(
            f"There are {limit.megabytes} MB of memory ({limit.said_by}), too few for the service and its Neo4j.",
            remedy=f"Give them {BESIDE + LEAST_HEAP + LEAST_PAGE_CACHE} MB or more (1,200 MB for all that they can "
            "use), set storage.neo4j.embedded.heap yourself, or set NEO4J_URI to a Neo4j that runs elsewhere.",
        )
    return heap or f"{own}m", page_cache or f"{int(cache)}m"


def _fitting_cache(room: int) -> int:
    return max(LEAST_PAGE_CACHE, min(PAGE_CACHE, room // 4, room - LEAST_HEAP))


def _check_wishes(heap: str | None, page_cache: str | None, limit: Limit) -> None:
    for name, size in (("heap", heap), ("page_cache", page_cache)):
        if size and _in_megabytes(size) >= limit.megabytes:
            raise ConfigurationError(
                f"storage.neo4j.embedded.{name} is {size}, and there are {limit.megabytes} MB ({limit.said_by}).",
                remedy="Make it smaller, or leave it out: it is chosen to fit then.",
            )


def _in_megabytes(size: str) -> float:
    return int(size[:-1]) * _UNITS[size[-1].lower()]
