"""Lanes: what is to be done waits in them, and goes in batches; what has the same key is never in two batches at once.

Owns the order, the bounds of a batch, and that who is slow holds up nobody with another key: a batch that takes long is
left to itself, and the lane goes on. Knows nothing of what is done, only that the graph may be away.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from service.errors import GraphEnded, GraphUnavailable
from service.graph.gather import Waiting, fail_all

APART = 8
"""So many keys are done by themselves at once."""


class Keyed(Protocol):
    """What can wait in a lane."""

    @property
    def key(self) -> str:
        """What no two batches under way share."""
        ...

    @property
    def weight(self) -> int:
        """What it counts of the weight of a batch."""
        ...


_Item = TypeVar("_Item", bound=Keyed)
_Result = TypeVar("_Result")
_Batch = list[Waiting[_Item, _Result]]
_Work = Callable[[_Batch[_Item, _Result]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class LaneBounds:
    """A batch has so many items and weighs so much at most; an item that is heavier is one by itself.

    After `patience` seconds the lane goes on beside its batch, with `aside` such batches at most; None: it waits.
    """

    items: int
    weight: int
    patience: float | None = None
    aside: int = 0


class Lanes(Generic[_Item, _Result]):
    """`ordinary` lanes side by side, and one for what weighs `heavy` or more, each of it by itself.

    `work` must settle the future of every item that it was given, or raise for all that it did not. Where it was ended
    from outside (`GraphEnded`), each key is done by itself: one of them waits for somebody. A caller that is cancelled
    takes its item back while it waits.
    """

    def __init__(self, work: _Work[_Item, _Result], bounds: LaneBounds, *, ordinary: int, heavy: int) -> None:
        self._held: set[str] = set()
        self._heavy = heavy
        self._lanes = [_Lane(work, bounds, self._held, self._wake) for _ in range(ordinary)]
        self._heavy_lane = _Lane(work, LaneBounds(1, 0), self._held, self._wake)

    def put(self, item: _Item, lane: int) -> asyncio.Future[_Result]:
        """Add an item to an ordinary lane, unless it is heavy, or comes after one of its key that is."""
        if item.weight >= self._heavy or self._heavy_lane.has(item.key):
            return self._heavy_lane.put(item)
        return self._lanes[lane % len(self._lanes)].put(item)

    async def close(self) -> None:
        """Wait until nothing is waiting or under way."""
        while open_ := [lane for lane in (*self._lanes, self._heavy_lane) if lane.is_busy]:
            await open_[0].rest()

    def _wake(self) -> None:
        for lane in (*self._lanes, self._heavy_lane):
            lane.wake()


class _Lane(Generic[_Item, _Result]):
    def __init__(
        self, work: _Work[_Item, _Result], bounds: LaneBounds, held: set[str], freed: Callable[[], None]
    ) -> None:
        self._work = work
        self._bounds = bounds
        self._held = held
        self._freed = freed
        self._waiting: deque[Waiting[_Item, _Result]] = deque()
        self._keys: Counter[str] = Counter()
        self._working: set[asyncio.Task[None]] = set()
        self._parts: set[asyncio.Task[None]] = set()
        self._apart = asyncio.Semaphore(APART)
        self._loop: asyncio.Task[None] | None = None

    @property
    def is_busy(self) -> bool:
        return bool(self._waiting or self._working or self._parts or self._loop)

    def has(self, key: str) -> bool:
        """Whether something of this key waits here."""
        return self._keys[key] > 0

    def put(self, item: _Item) -> asyncio.Future[_Result]:
        done: asyncio.Future[_Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, done))
        self._keys[item.key] += 1
        self.wake()
        return done

    def wake(self) -> None:
        """Go on, where something waits and nothing is done."""
        if self._waiting and self._loop is None:
            self._loop = asyncio.create_task(self._run(), name="antiphon-lane")

    async def rest(self) -> None:
        """Wait for something that is under way; whoever gives up waiting does not cancel it."""
        under_way = {*self._working, *self._parts, *([self._loop] if self._loop else [])}
        await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED) if under_way else await asyncio.sleep(0)

    async def _run(self) -> None:
        try:
            # One turn of the event loop, so that callers woken together go together.
            await asyncio.sleep(0)
            while batch := self._take():
                await self._begin(batch)
        except asyncio.CancelledError:
            # Nobody must wait for ever.
            for _, done in self._waiting:
                done.cancel()
            self._forget()
            raise
        finally:
            self._loop = None

    async def _begin(self, batch: _Batch[_Item, _Result]) -> None:
        self._held |= _keys(batch)
        working = self._start(self._do(batch), self._working)
        await asyncio.wait({working}, timeout=self._bounds.patience)
        while len(self._working) > self._bounds.aside:
            await asyncio.wait(self._working, return_when=asyncio.FIRST_COMPLETED)

    def _start(self, work: Coroutine[Any, Any, None], among: set[asyncio.Task[None]]) -> asyncio.Task[None]:
        working = asyncio.create_task(work, name="antiphon-batch")
        among.add(working)
        working.add_done_callback(among.discard)
        return working

    async def _do(self, batch: _Batch[_Item, _Result]) -> None:
        keys = _keys(batch)
        try:
            await self._work(batch)
        except GraphEnded as error:
            if len(keys) > 1:
                # They stay held until each is done.
                keys = set[str]()
                self._part(batch)
            else:
                fail_all(batch, error)
        except GraphUnavailable as error:
            # Who waits is told with them, and not one batch after the other.
            fail_all([*batch, *self._waiting], error)
            self._forget()
        except Exception as error:
            fail_all(batch, error)
        finally:
            self._held -= keys
            self._freed()
        for item, done in batch:
            if item.key in keys:
                done.cancel()

    def _part(self, batch: _Batch[_Item, _Result]) -> None:
        parts: dict[str, _Batch[_Item, _Result]] = {}
        for waiting in batch:
            parts.setdefault(waiting[0].key, []).append(waiting)
        for own in parts.values():
            self._start(self._do_apart(own), self._parts)

    async def _do_apart(self, batch: _Batch[_Item, _Result]) -> None:
        async with self._apart:
            await self._do(batch)

    def _take(self) -> _Batch[_Item, _Result]:
        """The first that may go, in order. What has to wait for its key keeps its place."""
        batch: _Batch[_Item, _Result] = []
        later: _Batch[_Item, _Result] = []
        weight = 0
        while self._waiting and len(batch) < self._bounds.items:
            item, done = waiting = self._waiting.popleft()
            if done.cancelled():
                self._drop(item.key)
            elif item.key in self._held:
                later.append(waiting)
            elif batch and weight + item.weight > self._bounds.weight:
                later.append(waiting)
                break
            else:
                self._drop(item.key)
                batch.append(waiting)
                weight += item.weight
        self._waiting.extendleft(reversed(later))
        return batch

    def _drop(self, key: str) -> None:
        self._keys[key] -= 1
        if not self._keys[key]:
            del self._keys[key]

    def _forget(self) -> None:
        self._waiting.clear()
        self._keys.clear()


def _keys(batch: list[Waiting[Any, Any]]) -> set[str]:
    return {item.key for item, _ in batch}
