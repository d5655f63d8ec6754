"""Plays the machine on services, and looks at the whole graph afterwards.

`scripts/soak --what conversation --runs 20` plays twenty rounds of five hundred steps each, the last of four with
services that are killed. What is found is made small and told, with its seed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from service.app import connection_of
from service.folders import cache_folder
from service.graph.database import Database
from service.graph.local import LocalSettings, start
from service.graph.migrations import migrate
from tests.support.machine.machine import ChatMachine
from tests.support.machine.world import World, living, mortal

STEPS = 50
CONVERSATIONS = 10


def play(world: World, conversations: int, steps: int, number: int) -> str:
    """Play conversations of so many steps; a line about it. Raises what hypothesis found, made small."""

    class Played(ChatMachine):
        """One round."""

    Played.world = world
    how = settings(
        max_examples=conversations,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        derandomize=False,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    # What other tests have broken in this graph is theirs.
    theirs = world.broken_promises()
    run_state_machine_as_test(seed(number)(Played), settings=how)
    attempts = world.attempts()
    assert attempts
    assert world.unlike(attempts) == []
    broken = [promise for promise in world.broken_promises() if promise not in theirs]
    assert not broken, broken
    sent = f"{len(attempts)} contexts as they were sent, {world.summaries()} summaries, {world.kills} kills"
    return f"seed {number}: {world.steps} steps, {sent}"


async def play_conversations(folder: Path, seeds: Sequence[int]) -> None:
    """All rounds, on a graph of their own."""
    server = await start(folder / "neo4j", cache_folder(), settings=LocalSettings(heap="768m", page_cache="128m"))
    database = Database(connection_of(server))
    try:
        await migrate(database)
        for number in seeds:
            services = living if number % 4 else mortal
            async with services(database.connection, database, folder / str(number), f"soak-{number}") as world:
                fewer = 1 if services is living else 4
                print(await asyncio.to_thread(play, world, CONVERSATIONS // fewer, STEPS, number), flush=True)
    finally:
        await database.close()
        await server.stop()
