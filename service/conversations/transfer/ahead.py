"""What is read one after the other, while what was read before is written."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
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
