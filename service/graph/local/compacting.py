"""Compacting the embedded Neo4j while nothing uses it: the graph is written anew, and the old files are deleted.

Owns what stands in the way, the second server, and that the old data stay until the new ones are whole.
"""

from __future__ import annotations

import shutil
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from service.errors import AntiphonError, Conflict, GraphError, SetupError
from service.folders import free_megabytes
from service.graph.copying import Copied, copy_graph
from service.graph.database import Connection, Database
from service.graph.local.conf import LocalSettings
from service.graph.local.home import Home, home_at, read_password, write_private
from service.graph.local.process import end_servers, running_state
from service.graph.local.progress import SILENT, Progress
from service.graph.local.server import LocalNeo4j, start
from service.graph.local.swapping import put_in_place

NEEDED = 1.5
"""Times the size of the data, free beside them: what is written anew, and its log."""
LEAST_MB = 200
_MB = 1_000_000


@dataclass(frozen=True, slots=True)
class Compacted:
    """What was written anew, and how large the data were before and after (bytes)."""

    copied: Copied
    before: int
    after: int


async def compact(
    folder: Path, cache: Path, *, settings: LocalSettings | None = None, progress: Progress = SILENT
) -> Compacted:
    """Write the graph in this folder anew. Raises `Conflict` while Neo4j runs there, `SetupError` without the space."""
    home, beside = home_at(folder), home_at(folder.with_name(f"{folder.name}.compacting"))
    _require_stopped(home)
    if not home.has_data:
        raise SetupError(f"There is no graph in {home.folder}.", remedy="Start Antiphon once, or name another folder.")
    before = _size(home.folder / "data")
    _require_space(home, before)
    await _clear(beside, settings)
    try:
        copied = await _write_anew(home, beside, cache, settings, progress)
        await _swap(home, beside)
    except (OSError, AntiphonError) as error:
        await _clear(beside, settings)
        if isinstance(error, Conflict):
            raise
        free = f"{free_megabytes(home.folder)} MB are free there"
        raise SetupError(f"{home.folder} is as it was: no new files could be written ({free}). {error}") from error
    await _clear(beside, settings)
    return Compacted(copied, before, _size(home.folder / "data"))


async def _write_anew(
    home: Home, beside: Home, cache: Path, settings: LocalSettings | None, progress: Progress
) -> Copied:
    beside.folder.mkdir(mode=0o700)
    # The login stays the same.
    write_private(beside.password, f"{read_password(home)}\n")
    async with _running(home, cache, settings, progress) as old, _running(beside, cache, settings, progress) as new:
        progress.note("Writing the graph into new files.")
        return await copy_graph(old, new)


async def _swap(home: Home, beside: Home) -> None:
    for place in (home, beside):
        if running_state(place) is not None:
            raise GraphError("A Neo4j did not stop.")
    shutil.rmtree(home.console.parent, ignore_errors=True)
    put_in_place(home, beside.folder / "data")


@asynccontextmanager
async def _running(
    home: Home, cache: Path, settings: LocalSettings | None, progress: Progress
) -> AsyncGenerator[Database]:
    server: LocalNeo4j = await start(home.folder, cache, settings=settings, progress=progress)
    try:
        database = Database(Connection(server.address.bolt, server.address.username, server.address.password))
        try:
            yield database
        finally:
            await database.close()
    finally:
        await server.stop()


def _require_stopped(home: Home) -> None:
    if running_state(home) is not None:
        raise Conflict(
            "Neo4j is running, and can be compacted only while nothing uses it.",
            remedy="Stop the service, and `antiphon neo4j stop` if you started Neo4j by itself.",
        )


def _require_space(home: Home, size: int) -> None:
    needed, free = round(size * NEEDED / _MB) + LEAST_MB, free_megabytes(home.folder)
    if free < needed:
        raise SetupError(
            f"To write {round(size / _MB)} MB again, {needed} MB must be free for {home.folder}; there are {free} MB.",
            remedy="Make room, or move the data folder to a larger disk.",
        )


async def _clear(beside: Home, settings: LocalSettings | None) -> None:
    """Remove what a former try has left."""
    if beside.folder.exists():
        await end_servers(beside, (settings or LocalSettings()).stop_timeout)
        shutil.rmtree(beside.folder)


def _size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
