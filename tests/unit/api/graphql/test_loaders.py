"""What is read for several fields of an operation at once."""

from __future__ import annotations

import asyncio
import gc
import weakref
from collections.abc import Sequence
from typing import cast

import pytest

from service.api.graphql.context import Backend
from service.api.graphql.loaders import Loader, Loaders
from service.api.graphql.loading import MANY
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


async def test_each_who_waits_has_an_error_of_its_own() -> None:
    """One that is raised in many places collects the frames of all of them."""

    async def load(_: list[str]) -> Sequence[str]:
        raise GraphUnavailable("Neo4j is not available.")

    loader = Loader(load_fn=load)
    found = await asyncio.gather(*map(loader.load, "abc"), return_exceptions=True)
    assert [str(error) for error in found] == ["Neo4j is not available."] * 3
    assert len({*map(id, found)}) == 3


async def test_what_was_loaded_ends_with_the_operation() -> None:
    """It is not left to the garbage collector, which would stop everybody for it."""
    loaders = Loaders(cast(Backend, None), "owner")
    loaders._by_list[("anything",)] = loader = Loader(load_fn=_nothing)
    assert loaders.messages is loaders.messages
    gone = weakref.ref(loaders), weakref.ref(loader), weakref.ref(loaders.messages)
    gc.disable()
    try:
        loaders.end()
        del loaders, loader
        assert [it() for it in gone] == [None, None, None]
    finally:
        gc.enable()


async def test_much_is_let_go_of_a_little_at_a_time() -> None:
    """And all of it."""
    loader = Loader(load_fn=_nothing)
    await loader.load_many(map(str, range(MANY + 1)))
    value = weakref.ref(next(iter(loader._values.values())))
    loader.end()
    async with asyncio.timeout(5):
        while value() is not None:
            await asyncio.sleep(0)


async def _nothing(keys: list[str]) -> Sequence[object]:
    return keys
