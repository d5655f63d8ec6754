"""Whatever changes in what a task reads: what changed is asked, the answer is that of a run from nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from service.graph.database import Connection, Database
from tests.support.planning_provider import planning_provider
from tests.support.refresh_game import Game, Model
from tests.support.refresh_game import settings as over
from tests.support.refresh_stories import (
    Story,
    error_stories,
    file_stories,
    none_stories,
    plan_stories,
    text_stories,
)
from tests.support.services import running

pytestmark = pytest.mark.usefixtures("promises")

HEALTH = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]


@pytest.fixture(scope="module")
async def game(
    connection: Connection, database: Database, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Game]:
    """A service over a model whose answer is a function of what it is asked."""
    model = Model()
    folder = tmp_path_factory.mktemp("service")
    async with planning_provider(model.answer) as seen, running(connection, folder, over(seen)) as services:
        yield Game(services, database, seen, model)


def told(stories: st.SearchStrategy[Story], most: int) -> Any:
    """So many of these stories, as they are drawn: to make one smaller takes longer than to read it."""
    how = settings(max_examples=most, deadline=None, phases=[Phase.generate], suppress_health_check=HEALTH)

    def decorate(test: Any) -> Any:
        return given(story=stories)(how(test))

    return decorate


@told(file_stories(), 4)
async def test_files(game: Game, story: Story) -> None:
    """FILE, with and without a tree above."""
    await game.play(story)


@told(none_stories(), 3)
async def test_one_prompt(game: Game, story: Story) -> None:
    """NONE: all files in it."""
    await game.play(story)


@told(plan_stories(), 4)
async def test_plans(game: Game, story: Story) -> None:
    """DYNAMIC: steps that read the input, other steps, or nothing."""
    await game.play(story)


@told(text_stories(), 4)
async def test_texts(game: Game, story: Story) -> None:
    """CHUNK: edits, insertions and deletions anywhere."""
    await game.play(story)


@told(error_stories(), 4)
async def test_errors(game: Game, story: Story) -> None:
    """ERROR: errors come, go, and come again; the code that is quoted changes."""
    await game.play(story)
