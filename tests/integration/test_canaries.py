"""Canaries: random texts wherever a text can be. Of what is deleted none is left in the graph, all others are."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.graph.database import Connection, Database
from tests.support.canaries import Fate
from tests.support.forgetting import forgetting


@pytest.mark.timeout(240)
async def test_of_what_is_deleted_no_text_is_left(connection: Connection, database: Database, tmp_path: Path) -> None:
    """By calls of all kinds, in random order, while the service is killed. The soak plants a thousand."""
    below, join = [Fate.BELOW, Fate.SOURCE, Fate.SIDE], [Fate.JOIN, Fate.DOCUMENT, Fate.PLAN]
    async with forgetting(tmp_path, 11, connection) as game:
        await game.plant(3)
        assert game.told.planted > 250
        await game.delete(1, [below, join, [Fate.WHOLE], [Fate.OWNER]])
        await game.look(database)
        await game.leave(database)
    assert (game.told.faults, game.told.kills) == ([], 1)
