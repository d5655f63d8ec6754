"""What is read or made one after the other, while what came before is used."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterable
from itertools import islice
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


async def ahead(items: Iterable[T], read: Callable[[T], Awaitable[R]], most: int) -> AsyncGenerator[R]:
    """What `read` gives for each item, in their order. Up to `most` are read while one that came before is used."""
    left = iter(items)

    async def begin(item: T) -> R:
        return await read(item)

    reading = deque(asyncio.create_task(begin(item)) for item in islice(left, most))
    try:
        while reading:
            found = await reading.popleft()
            reading.extend(asyncio.create_task(begin(item)) for item in islice(left, 1))
            yield found
    finally:
        for task in reading:
            task.cancel()
        await asyncio.gather(*reading, return_exceptions=True)


async def eager(items: AsyncIterator[T]) -> AsyncGenerator[T]:
    """The same items, each made while the one before it is used."""

    async def following() -> list[T]:
        async for item in items:
            return [item]
        return []

    made = asyncio.create_task(following())
    try:
        while found := await made:
            made = asyncio.create_task(following())
            yield found[0]
    finally:
        made.cancel()
        await asyncio.gather(made, return_exceptions=True)
