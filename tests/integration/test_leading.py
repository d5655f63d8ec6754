"""Answers to prompts below one long path, asked for at once: one call goes first, the others find what was kept."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from service.chat import ChatRequest, Completion, ProviderConfig, StreamItem, TextDelta, Usage
from service.errors import ProviderRejected
from service.graph.database import Database
from service.providers.opening import PROTOCOLS
from service.services import Services
from service.tasks.creating import NewPrompt
from tests.support.services import cypher, finished, running

OWNER = "leading"
LONG = "word " * 2000


class Keeper:
    """A provider that keeps prefixes: it notes who was asked, and answers the first call when it is let."""

    keeps_prefixes = True

    def __init__(self, config: ProviderConfig) -> None:
        self.config = config
        self.asked: list[ChatRequest] = []
        self.go, self.end = asyncio.Event(), asyncio.Event()
        self.fails = False

    async def stream(self, request: ChatRequest) -> AsyncGenerator[StreamItem, None]:
        """See `Provider`."""
        self.asked.append(request)
        if request.stable and len(self.asked) == 2:
            await self.go.wait()
            if self.fails:
                raise ProviderRejected("No.")
            yield TextDelta("Yes")
            await self.end.wait()
        yield TextDelta(".")
        yield Completion("stop", Usage(1, 1))

    async def aclose(self) -> None:
        """See `Provider`."""


async def fan(services: Services, database: Database) -> list[str]:
    """A chat with a long prompt, and five prompts below its answer at once: their tasks."""
    first = await services.backend.tasks.send_prompt(OWNER, NewPrompt(LONG))
    await finished(database, first)
    (place,) = await cypher(
        database,
        "MATCH (c)-[:HAS_TASK]->(t {id: $id})-[:RESULTED_IN]->(r) RETURN c.id AS chat, r.id AS answer",
        id=first,
    )
    prompts = [NewPrompt(f"What of {n}?", place["chat"], parent_id=place["answer"]) for n in range(5)]
    return list(await asyncio.gather(*(services.backend.tasks.send_prompt(OWNER, prompt) for prompt in prompts)))


@pytest.mark.parametrize("fails", [False, True])
async def test_one_goes_first(fails: bool, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Until its first token, or its end: then the others are asked, with the same prefix and key."""
    opened: list[Keeper] = []
    monkeypatch.setitem(PROTOCOLS, "keeper", lambda config: opened.append(Keeper(config)) or opened[-1])
    model = {"family": "test", "context_window": 100_000, "max_output_tokens": 100, "tokenizer": "bytes"}
    settings = {"providers": {"keeper": {"protocol": "keeper", "models": {"m": model}}}}
    settings |= {"api_keys": {"keeper": "none"}, "defaults": {"model": "keeper/m"}}
    async with running(database.connection, tmp_path, settings) as services:
        tasks = await fan(services, database)
        (keeper,) = opened
        keeper.fails = fails
        while len(keeper.asked) < 2:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.3)
        assert len(keeper.asked) == 2
        keeper.go.set()
        while len(keeper.asked) < 6:
            await asyncio.sleep(0.01)
        keeper.end.set()
        for task in tasks:
            await finished(database, task)
    fanned = keeper.asked[1:]
    assert len({request.messages[: request.stable] for request in fanned}) == 1
    assert {(request.stable, request.cache_key) for request in fanned} == {(2, keeper.asked[0].cache_key)}
