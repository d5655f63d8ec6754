"""Compacting that is killed, or that cannot write: the old graph is there, whole, and compacting again ends it."""

from __future__ import annotations

import asyncio
import random
import secrets
import sys
from pathlib import Path

import pytest

from service.errors import Conflict, SetupError
from service.folders import cache_folder
from service.graph.local.compacting import compact
from service.graph.local.home import home_at
from service.graph.local.process import end_servers, running_state
from tests.integration.test_compacting import ALL, MADE, SIZE, files_with, graph
from tests.support.services import cypher

resource = pytest.importorskip("resource")

WRITE_MEGABYTES = 1
PROGRAM = """
import asyncio, sys
from pathlib import Path
from service.folders import cache_folder
from service.graph.local.compacting import compact
from service.graph.local.process import end_servers, running_state
from tests.integration.test_compacting import SIZE
asyncio.run(compact(Path(sys.argv[1]), cache_folder(), settings=SIZE))
"""


async def beside_runs(folder: Path, former: int | None = None) -> int:
    """Wait for the Neo4j that the new files are written with; its process, which is not the former one."""
    home = home_at(folder.with_name(f"{folder.name}.compacting"))
    async with asyncio.timeout(120):
        while (state := running_state(home)) is None or state.pid == former:
            await asyncio.sleep(0.01)
    return state.pid


@pytest.mark.timeout(300)
async def test_compacting_that_is_cut_off_leaves_the_graph_as_it_was(tmp_path: Path) -> None:
    """Killed, and then out of room for what it writes; in the end it is done, and what was deleted is in no file."""
    folder = tmp_path / "neo4j"
    gone, kept = ([secrets.token_hex(40) for _ in range(2_000)] for _ in range(2))
    async with graph(folder) as database:
        await cypher(database, MADE, writes=True, texts=gone + kept)
        await cypher(database, "MATCH (n:Note) WHERE left(n.id, 80) IN $texts DETACH DELETE n", writes=True, texts=gone)
        before = await cypher(database, ALL)
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", PROGRAM, str(folder))
    former = await beside_runs(folder)
    await asyncio.sleep(random.uniform(0, 3))
    process.kill()
    await process.wait()
    with pytest.raises(Conflict, match="running"):
        await compact(folder, cache_folder(), settings=SIZE)
    # As `antiphon neo4j stop` does.
    await end_servers(home_at(folder), timeout=30)

    compacting = asyncio.create_task(compact(folder, cache_folder(), settings=SIZE))
    pid = await beside_runs(folder, former)
    limit = WRITE_MEGABYTES * 2**20
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (limit, limit))
    with pytest.raises(SetupError, match="is as it was: no new files could be written"):
        await compacting
    assert not folder.with_name("neo4j.compacting").exists()
    async with graph(folder) as database:
        assert await cypher(database, ALL) == before
    assert (await compact(folder, cache_folder(), settings=SIZE)).copied.relationships == len(kept)
    assert (files_with(folder, gone), bool(files_with(folder, kept))) == (set(), True)
    async with graph(folder) as database:
        assert await cypher(database, ALL) == before
