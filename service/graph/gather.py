"""Gathering: while one batch is under way the next items collect, and go together.

Used for reads: one query for many ids. Knows nothing of them, only that the graph that they go to may be away.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from copy import copy
from typing import Any, Generic, TypeVar

from service.errors import AntiphonError, GraphEnded, GraphError, GraphFull, GraphUnavailable

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")
Waiting = tuple[_Item, asyncio.Future[_Result]]


class Gatherer(Generic[_Item, _Result]):
    """Hands what was put to `read` in batches of `most` at most, one batch at a time, in order.

    `read` gives the results of the items that it was given, in their order. A caller that is cancelled takes its item
    back while it waits; when it is under way already, it is read all the same.
    """

    def __init__(self, read: Callable[[list[_Item]], Awaitable[Sequence[_Result]]], *, most: int) -> None:
        self._read = read
        self._most = most
        self._waiting: deque[Waiting[_Item, _Result]] = deque()
        self._loop: asyncio.Task[None] | None = None

    @property
    def is_idle(self) -> bool:
        """Whether nothing waits or is under way."""
        return self._loop is None

    def put(self, item: _Item) -> asyncio.Future[_Result]:
        """Add an item; the future of its result."""
        done: asyncio.Future[_Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, done))
        if self._loop is None:
            self._loop = asyncio.create_task(self._run(), name="antiphon-gatherer")
        return done

    async def _run(self) -> None:
        batch: list[Waiting[_Item, _Result]] = []
        try:
            # One turn of the event loop, so that callers woken together go together.
            await asyncio.sleep(0)
            while self._waiting:
                batch = self._take()
                try:
                    if batch:
                        _settle(batch, await self._read([item for item, _ in batch]))
                except GraphEnded as error:
                    fail_all(batch, error)
                except GraphUnavailable as error:
                    # Who waits is told with them, and not one batch after the other.
                    fail_all([*batch, *self._waiting], error)
                    self._waiting.clear()
                except Exception as error:
                    fail_all(batch, error)
        finally:
            self._loop = None
            # Cancelled: nobody must wait for ever.
            for _, done in (*batch, *self._waiting):
                done.cancel()
            self._waiting.clear()

    def _take(self) -> list[Waiting[_Item, _Result]]:
        batch: list[Waiting[_Item, _Result]] = []
        while self._waiting and len(batch) < self._most:
            waiting = self._waiting.popleft()
            if not waiting[1].cancelled():
                batch.append(waiting)
        return batch


async def divided(read: Callable[[Sequence[str]], Awaitable[list[_Result]]], ids: Sequence[str]) -> list[_Result]:
    """All that is read for these ids: in halves, where Neo4j has no memory for them together."""
    try:
        return await read(ids)
    except GraphFull:
        if len(ids) < 2:
            raise
    middle = len(ids) // 2
    return [*await divided(read, ids[:middle]), *await divided(read, ids[middle:])]


def _settle(batch: list[Waiting[_Item, _Result]], results: Sequence[_Result]) -> None:
    for (_, done), result in zip(batch, results, strict=True):
        if not done.done():
            done.set_result(result)


def fail_all(batch: list[Waiting[Any, Any]], error: BaseException) -> None:
    """Give every item of a batch that is not settled yet an error of its own.

    One exception object raised in many callers would collect all their tracebacks.
    """
    for _, done in batch:
        if not done.done():
            own = copy(error) if isinstance(error, AntiphonError) else None
            done.set_exception(own or GraphError(f"Neo4j work failed: {type(error).__name__}: {error}"))
