"""How far a conversation has come: its newest sequence number, watched once for all who follow it.

A head is given out only when all that is at or below it can be found. Owns when the graph is looked at: when this
process has written, and every second for what others write. Knows nothing of what happened.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Generator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import TypeVar

from service.errors import GraphUnavailable
from service.graph.gather import Gatherer
from service.graph.reader import Reader
from service.signals import Listener, Signals

POLL_SECONDS = 1.0
MOST_ASKED = 10_000
_Key = tuple[str, str]
"""An owner, and the id of a conversation."""
_T = TypeVar("_T")


class Heads:
    """The heads of the conversations that somebody follows."""

    def __init__(self, reader: Reader, signals: Signals) -> None:
        self._reader = reader
        self._signals = signals
        self._watched: dict[_Key, Head] = {}
        self._asked: dict[_Key, Gatherer[None, int | None]] = {}

    async def read(self, owner: str, conversation_id: str) -> int | None:
        """The head now; None for a conversation that is not the owner's. Whoever asks meanwhile is answered together:
        a look waits for whoever is writing, so those of many would wait for each other."""
        key = owner, conversation_id
        asked = self._asked.get(key)
        if asked is None:
            asked = self._asked[key] = Gatherer(partial(self._read, key), most=MOST_ASKED)
        try:
            return await asked.put(None)
        finally:
            if asked.is_idle and self._asked.get(key) is asked:
                del self._asked[key]

    async def _read(self, key: _Key, asked: Sequence[None]) -> list[int | None]:
        owner, conversation_id = key
        heads = await self._reader.read_settled_heads(owner, [conversation_id])
        return [heads.get(conversation_id)] * len(asked)

    @contextmanager
    def watch(self, owner: str, conversation_id: str) -> Generator[Head]:
        """The head, for as long as it is watched."""
        key = owner, conversation_id
        head = self._watched.get(key)
        if head is None or head.has_stopped:
            ear = self._signals.listen(conversation_id)
            glance = partial(self._reader.read_conversation_head, owner, conversation_id)
            head = self._watched[key] = Head(partial(self.read, owner, conversation_id), glance, ear)
        head.watchers += 1
        try:
            yield head
        finally:
            head.watchers -= 1
            if not head.watchers:
                head.stop()
                if self._watched.get(key) is head:
                    del self._watched[key]


class Head:
    """One conversation's head. `look` waits for whoever is writing, `glance` does not."""

    def __init__(
        self, look: Callable[[], Awaitable[int | None]], glance: Callable[[], Awaitable[int | None]], ear: Listener
    ) -> None:
        self.watchers = 0
        self._look, self._glance, self._ear = look, glance, ear
        self._seq: int | None = -1
        self._moved = asyncio.Event()
        self._watching = asyncio.create_task(self._watch(), name="antiphon-head")

    @property
    def has_stopped(self) -> bool:
        """Whether it is looked at no more: the conversation is gone, or the graph refused."""
        return self._watching.done()

    async def beyond(self, seq: int) -> int | None:
        """The head, once it is beyond `seq`; None once the conversation is gone."""
        while self._seq is not None and self._seq <= seq:
            if self._watching.done():
                await self._watching
            await self._moved.wait()
        return self._seq

    def stop(self) -> None:
        """Look no more."""
        self._watching.cancel()

    async def _watch(self) -> None:
        try:
            with self._ear:
                while (seq := await self._look_again()) is not None:
                    while await self._is_known():
                        seq = max(seq, self._ear.upto)
                        self._move(seq)
        finally:
            self._moved.set()

    async def _look_again(self) -> int | None:
        self._ear.is_sure = True
        self._move(await until_there(self._look))
        return self._seq

    async def _is_known(self) -> bool:
        """Wait a while; whether there is nothing but what this process has written, and knows to be there.

        What it wrote to its end under the conversation's lock has all before it done.
        """
        if await self._ear.wait(POLL_SECONDS):
            return self._ear.is_sure
        return await until_there(self._glance) == self._seq

    def _move(self, seq: int | None) -> None:
        if seq != self._seq:
            self._seq = seq
            self._moved.set()
            self._moved = asyncio.Event()


async def until_there(read: Callable[[], Awaitable[_T]]) -> _T:
    """Read, however long Neo4j is away: whoever follows something goes on by itself when it is back."""
    while True:
        try:
            return await read()
        except GraphUnavailable:
            await asyncio.sleep(POLL_SECONDS)
