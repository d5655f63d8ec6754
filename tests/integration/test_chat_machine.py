"""Conversations to which anything happens, on the real server: the graph always says what a small memory says."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

import pytest

from service.graph.database import Connection, Database
from tests.support.machine.playing import play
from tests.support.machine.world import living, mortal


@pytest.mark.timeout(480)
async def test_the_graph_says_what_the_memory_says(
    connection: Connection, database: Database, owner: str, tmp_path: Path
) -> None:
    """Whatever is done, by either of two services; contexts are made again as they were, and all promises are kept."""
    async with living(connection, database, tmp_path, owner) as world:
        print(await asyncio.to_thread(play, world, 6, 35, random.randrange(1_000_000)))
        assert world.steps > 100


@pytest.mark.timeout(480)
async def test_it_does_so_when_services_are_killed(
    connection: Connection, database: Database, owner: str, tmp_path: Path
) -> None:
    """The one that answers, in the middle of it; the other goes on."""
    async with mortal(connection, database, tmp_path, owner) as world:
        await asyncio.to_thread(play, world, 2, 15, random.randrange(1_000_000))
        assert world.kills >= 2
