"""Leases are renewed while the event loop is busy with something else."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from functools import partial
from typing import cast

from service.tasks.executors.local import LocalExecutor, Worker
from service.tasks.executors.renewing import Beside, Hold


class Graph:
    """A graph that counts renewals, and notes in which thread they are made."""

    def __init__(self) -> None:
        self.renewals = 0
        self.threads: set[str] = set()

    async def claim_tasks(self, owner: str, dead: Iterable[str], *, seconds: float, limit: int) -> list[str]:
        """There is nothing to claim."""
        return []

    async def renew_leases(self, owner: str, ids: list[str], *, seconds: float) -> set[str]:
        """Count."""
        self.renewals += 1
        self.threads.add(threading.current_thread().name)
        return set(ids)

    async def read_held_tasks(self, owner: str, ids: list[str]) -> set[str]:
        """All of them."""
        return set(ids)


class Parts:
    """An executor's parts, on which nothing runs."""

    def __init__(self) -> None:
        self.store = Graph()
        self.runner = self

    async def settle(self) -> None:
        """Nothing is under way."""


async def test_leases_are_renewed_while_the_event_loop_is_held() -> None:
    """By a thread of its own, which ends when the executor does."""
    parts = Parts()

    @asynccontextmanager
    async def renewals() -> AsyncIterator[Graph]:
        yield parts.store

    others = set(threading.enumerate())
    executor = LocalExecutor(cast(Worker, parts), Hold("one", 0.03), asyncio.Event(), renewals)
    await executor.start()
    deadline, before = time.monotonic() + 30, parts.store.renewals
    while parts.store.renewals < before + 5 and time.monotonic() < deadline:
        # The event loop of the requests gets no turn.
        time.sleep(0.01)  # noqa: ASYNC251
    renewed = parts.store.renewals
    await executor.stop()
    assert renewed >= before + 5
    assert parts.store.threads == {"antiphon-leases"}
    # Other tests of this process may have threads of that name.
    assert not [thread for thread in threading.enumerate() if thread.name == "antiphon-leases" and thread not in others]


async def test_work_beside_is_stopped_whenever_that_is_said() -> None:
    """Before it has begun, while it runs, and after it has ended by itself: its thread is over."""
    others = set(threading.enumerate())
    for seconds, pause in [(60, 0), (60, 0.05), (0, 0.05)] * 5:
        beside = Beside(partial(asyncio.sleep, seconds), "beside")
        beside.start()
        await asyncio.sleep(pause)
        await beside.stop()
        assert not [thread for thread in set(threading.enumerate()) - others if thread.name == "beside"]
