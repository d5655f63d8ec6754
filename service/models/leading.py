"""Of several calls that begin with the same long prefix, one goes first: the others find what the provider kept of it.

Owns who leads and who waits. What a prefix is, and whether a provider keeps it, others say. `Leaders` is pure;
`Leading` lets coroutines wait. Nobody waits for a leader who is gone, nor longer than a bound.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable, Hashable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import Enum

WAIT_SECONDS = 30.0
"""So long a call waits for another's first token at most."""
KEPT_SECONDS = 240.0
"""So long a prefix is taken for kept after a call has begun to be answered; Anthropic keeps it for 300 s."""
MOST_KEPT = 4096


class Turn(Enum):
    """What a call is to do."""

    LEAD = "lead"
    GO = "go"
    WAIT = "wait"


@dataclass(slots=True, eq=False)
class Member:
    """A call with a prefix."""

    key: Hashable
    leads: bool = False


@dataclass(slots=True)
class _Group:
    leader: Member
    waiting: OrderedDict[Member, None] = field(default_factory=OrderedDict[Member, None])


class Leaders:
    """Who leads and who waits, for each prefix. `clock` is in seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._groups: dict[Hashable, _Group] = {}
        self._kept: OrderedDict[Hashable, float] = OrderedDict()

    def join(self, member: Member) -> Turn:
        """A call wants to be made."""
        if self._kept.get(member.key, 0.0) > self._clock():
            return Turn.GO
        if (group := self._groups.get(member.key)) is not None:
            group.waiting[member] = None
            return Turn.WAIT
        self._groups[member.key] = _Group(member)
        member.leads = True
        return Turn.LEAD

    def began(self, member: Member) -> list[Member]:
        """The provider has begun to answer a call: those who wait with the same prefix, who go now."""
        self._keep(member.key)
        group = self._groups.pop(member.key, None)
        if group is None:
            return []
        group.leader.leads = False
        return list(group.waiting)

    def leave(self, member: Member) -> Member | None:
        """A call is over, was not made, or does not wait any more: who leads now, where it led until now."""
        group = self._groups.get(member.key)
        if group is None:
            return None
        group.waiting.pop(member, None)
        if not member.leads:
            return None
        member.leads = False
        if not group.waiting:
            del self._groups[member.key]
            return None
        group.leader, _ = group.waiting.popitem(last=False)
        group.leader.leads = True
        return group.leader

    def _keep(self, key: Hashable) -> None:
        self._kept[key] = self._clock() + KEPT_SECONDS
        self._kept.move_to_end(key)
        if len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)


class Leading:
    """Lets calls wait for the one that goes first. `seconds` is the longest that one waits."""

    def __init__(self, seconds: float = WAIT_SECONDS) -> None:
        self._leaders = Leaders()
        self._seconds = seconds
        self._waiting: dict[Member, asyncio.Future[None]] = {}

    @asynccontextmanager
    async def turn(self, key: Hashable | None) -> AsyncGenerator[Callable[[], None]]:
        """Hold a call's turn among those with the same prefix; None: there is nothing to wait for.

        Yields what is to be called when the provider has begun to answer.
        """
        if key is None:
            yield _nothing
            return
        member = Member(key)
        try:
            if self._leaders.join(member) is Turn.WAIT:
                await self._wait(member)
            yield lambda: self._begin(member)
        finally:
            if (next_one := self._leaders.leave(member)) is not None:
                self._wake(next_one)

    async def _wait(self, member: Member) -> None:
        """Wait to be let go or to lead. Whoever has waited long enough goes, and nobody waits for it."""
        self._waiting[member] = asyncio.get_running_loop().create_future()
        try:
            await asyncio.wait([self._waiting[member]], timeout=self._seconds)
        finally:
            del self._waiting[member]
        if not member.leads:
            self._leaders.leave(member)

    def _begin(self, member: Member) -> None:
        for one in self._leaders.began(member):
            self._wake(one)

    def _wake(self, member: Member) -> None:
        waiting = self._waiting.get(member)
        if waiting is not None and not waiting.done():
            waiting.set_result(None)


def _nothing() -> None:
    """Nobody waits."""
