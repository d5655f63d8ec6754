"""A loader: what is asked for meanwhile is read together, once.

Owns when it is read: as soon as nothing more is asked for, where long lists are completed in slices after the last of
them. Knows nothing of what is read.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from copy import copy
from typing import Any, Generic, TypeVar

from service.api.graphql.encoding import Answer
from service.api.graphql.pace import pace
from service.errors import AntiphonError

MOST_KEYS = 20_000
"""Keys that are read together at most."""
TOGETHER = 250
"""Keys that one statement is asked about: its answer is converted while nobody else has a turn."""
AT_ONCE = 100
"""Values that are handed over before others have their turn."""
MANY = 1000
"""Values that are let go of at once: each takes about a microsecond."""
K = TypeVar("K")


class Loader(Generic[K]):
    """Loads values by their keys, each once.

    Who waits for a value and is cancelled, because a field beside it failed, takes it from nobody else.
    """

    def __init__(self, load_fn: Callable[[list[K]], Awaitable[Sequence[Any]]], answer: Answer | None = None) -> None:
        self._load = load_fn
        self._answer = answer
        self._values: dict[K, asyncio.Future[Any]] = {}
        self._wanted: list[K] = []
        self._reading: set[asyncio.Task[None]] = set()

    def load(self, key: K) -> Awaitable[Any]:
        """The value of a key."""
        value = self._values.get(key)
        if value is None:
            value = self._values[key] = asyncio.get_running_loop().create_future()
            value.add_done_callback(_see)
            self._wanted.append(key)
            if len(self._wanted) == 1:
                reading = asyncio.create_task(self._read())
                self._reading.add(reading)
                reading.add_done_callback(self._reading.discard)
        return asyncio.shield(value)

    async def load_many(self, keys: Iterable[K]) -> list[Any]:
        """The values of keys, in their order."""
        return await asyncio.gather(*map(self.load, keys))

    def end(self) -> None:
        """Let go of what was loaded: of much, a little at a time."""
        if len(self._values) > MANY and not self._reading:
            values, self._values = self._values, {}
            asyncio.create_task(_let_go(values))  # noqa: RUF006 - nobody waits for it

    async def _read(self) -> None:
        await asyncio.sleep(0)
        while self._answer is not None and self._answer.lists and len(self._wanted) < MOST_KEYS:
            # More will be asked for by what is completed now.
            await pace().turn()
            await asyncio.sleep(0)
        keys, self._wanted = self._wanted, []
        while keys:
            some, keys = keys[:TOGETHER], keys[TOGETHER:]
            try:
                found = await self._load(some)
            except BaseException as error:
                return self._fail([*some, *keys], error)
            await self._hand_over(some, found)
        return None

    async def _hand_over(self, keys: list[K], found: Sequence[Any]) -> None:
        for number, (key, value) in enumerate(zip(keys, found, strict=True)):
            if number % AT_ONCE == AT_ONCE - 1:
                await asyncio.sleep(0)
                await pace().turn()
            self._values[key].set_result(value)

    def _fail(self, keys: list[K], error: BaseException) -> None:
        for key in keys:
            if isinstance(error, asyncio.CancelledError):
                self._values[key].cancel()
            else:
                self._values[key].set_exception(_own(error))
        if not isinstance(error, Exception):
            raise error


async def _let_go(values: dict[Any, asyncio.Future[Any]]) -> None:
    while values:
        for _ in range(min(AT_ONCE, len(values))):
            values.popitem()
        await pace().turn()


def _own(error: BaseException) -> BaseException:
    """An error for one of many who wait: raised in all of them, one would collect the frames of all."""
    return copy(error).with_traceback(None) if isinstance(error, AntiphonError) else error


def _see(value: asyncio.Future[Any]) -> None:
    """Look at an error that nobody may wait for any more: asyncio would log it."""
    if not value.cancelled():
        value.exception()
