"""What is read for several fields of an operation at once."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Sequence

import pytest

from service.api.graphql.loaders import Loader
from service.errors import GraphUnavailable


async def test_who_is_cancelled_takes_the_value_from_nobody_else() -> None:
    """A field that failed has those beside it cancelled; another part of the operation waits for the same node."""
    there, asked = asyncio.Event(), list[str]()

    async def load(keys: list[str]) -> Sequence[str]:
        asked.extend(keys)
        await there.wait()
        return [key.upper() for key in keys]

    loader = Loader(load_fn=load)

    async def wait() -> str:
        return await loader.load("a")

    first, second = asyncio.create_task(wait()), asyncio.create_task(wait())
    await asyncio.sleep(0.01)
    first.cancel()
    await asyncio.sleep(0.01)
    there.set()
    assert await second == "A"
    assert asked == ["a"]
    with pytest.raises(asyncio.CancelledError):
        await first


async def test_an_error_that_nobody_waits_for_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    """All who asked for the node were cancelled before Neo4j was found to be away."""

    async def load(_: list[str]) -> Sequence[str]:
        await asyncio.sleep(0.02)
        raise GraphUnavailable("Neo4j is not available.")

    async def wait() -> str:
        return await Loader(load_fn=load).load("a")

    waiting = asyncio.create_task(wait())
    await asyncio.sleep(0.01)
    waiting.cancel()
    await asyncio.sleep(0.05)
    gc.collect()
    assert waiting.cancelled()
    assert caplog.records == []
