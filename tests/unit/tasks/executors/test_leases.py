"""The upkeep of leases, on a graph that goes away and comes back."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import cast

from service.errors import GraphUnavailable
from service.tasks.executors.local import LocalExecutor, Worker
from service.tasks.executors.renewing import TURNS_A_LEASE, Hold

_AWAY = 3


class Graph:
    """A graph in which one task of another process waits to be claimed; it is away for three turns."""

    def __init__(self) -> None:
        self.turns: list[str] = []
        self.claimed = asyncio.Event()

    async def claim_tasks(self, owner: str, dead: Iterable[str], *, seconds: float, limit: int) -> list[str]:
        """Note who claims, and when."""
        self.turns.append("claim")
        if len(self.turns) in range(2, 2 + _AWAY):
            raise GraphUnavailable("Away.")
        if len(self.turns) > 1:
            self.claimed.set()
        return []

    async def renew_leases(self, owner: str, ids: list[str], *, seconds: float) -> set[str]:
        """Note a turn of the upkeep."""
        self.turns.append("renew")
        if len(self.turns) in range(2, 2 + _AWAY):
            raise GraphUnavailable("Away.")
        return set(ids)

    async def read_held_tasks(self, owner: str, ids: list[str]) -> set[str]:
        """All of them."""
        return set(ids)


class Parts:
    """An executor's parts, on which nothing runs."""

    def __init__(self) -> None:
        self.store = Graph()


async def test_what_lapsed_while_the_graph_was_away_is_left_to_its_holder_for_a_lease() -> None:
    """All leases lapse when Neo4j is away for long: who comes back first does not take over what others still run."""
    worker = Parts()
    executor = LocalExecutor(cast(Worker, worker), Hold("one", 0.03), asyncio.Event())
    await executor.start()
    async with asyncio.timeout(30):
        await worker.store.claimed.wait()
    turns = worker.store.turns
    assert turns == ["claim", *["renew"] * _AWAY, *["renew"] * (TURNS_A_LEASE + 1), "claim"]
