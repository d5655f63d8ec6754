"""Many stories of what tasks read, one after the other on one graph: `scripts/soak --what refresh --runs 200`.

A law that is broken is told with its story; the next one is played all the same.
"""

from __future__ import annotations

import time
import traceback
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, seed, settings

from service.app import connection_of
from service.folders import cache_folder
from service.graph.checks import run_checks
from service.graph.database import Connection, Database
from service.graph.local import LocalSettings, start
from service.graph.migrations import migrate
from tests.support.planning_provider import planning_provider
from tests.support.refresh_game import Game, Model
from tests.support.refresh_game import settings as over
from tests.support.refresh_stories import Story, stories
from tests.support.services import running

TOLD = 20
"""After so many stories it is told how far it is."""


def draw_stories(number: int, count: int) -> list[Story]:
    """So many stories; the same ones for the same number."""
    found: list[Story] = []

    @seed(number)
    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        derandomize=False,
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(stories())
    def take(story: Story) -> None:
        found.append(story)

    take()
    return found


async def play_stories(folder: Path, number: int, count: int) -> int:
    """All of them, on a graph of their own; how many broke a law."""
    server = await start(folder / "neo4j", cache_folder(), settings=LocalSettings(heap="768m", page_cache="128m"))
    connection = connection_of(server)
    database = Database(connection)
    try:
        await migrate(database)
        return await _play_on(connection, database, folder, draw_stories(number, count))
    finally:
        await database.close()
        await server.stop()


async def _play_on(connection: Connection, database: Database, folder: Path, drawn: list[Story]) -> int:
    model, broken, began = Model(), 0, time.monotonic()
    async with planning_provider(model.answer) as seen, running(connection, folder / "service", over(seen)) as services:
        game = Game(services, database, seen, model)
        for number, story in enumerate(drawn, 1):
            try:
                await game.play(story)
            except AssertionError:
                broken += 1
                print(f"{story}\n{traceback.format_exc()}", flush=True)
            if number % TOLD == 0:
                print(f"{_counts(game)}; {broken} broke a law", flush=True)
        findings = [finding async for finding in run_checks(database)]
    promises = [finding.name for finding in findings if finding.is_broken]
    seconds = time.monotonic() - began
    print(f"{_counts(game)} in {seconds:.0f} s; {broken} broke a law; promises broken: {promises or 'none'}")
    return broken + len(promises)


def _counts(game: Game) -> str:
    return ", ".join(f"{count} {name}" for name, count in sorted(game.counted.items()))
