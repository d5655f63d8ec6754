"""Of calls with the same prefix one goes first; nobody waits for one who is gone."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from service.models.leading import KEPT_SECONDS, Leaders, Leading, Member, Turn


class Fans(RuleBasedStateMachine):
    """Calls that come, are answered, fail, are cancelled and give up, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.leaders = Leaders(lambda: self.now)
        self.going: list[Member] = []
        self.waiting: list[Member] = []

    @rule(key=st.sampled_from("ab"))
    def come(self, key: str) -> None:
        """A call: it leads, goes, or waits for one that leads."""
        member = Member(key)
        match self.leaders.join(member):
            case Turn.WAIT:
                assert [it for it in self.going if it.leads and it.key == key]
                self.waiting.append(member)
            case turn:
                assert member.leads is (turn is Turn.LEAD)
                self.going.append(member)

    @precondition(lambda self: self.going)
    @rule(data=st.data())
    def begin(self, data: st.DataObject) -> None:
        """The provider begins to answer: all who wait with that prefix go, and none comes to wait."""
        member = data.draw(st.sampled_from(self.going))
        freed = self.leaders.began(member)
        assert freed == [it for it in self.waiting if it.key == member.key]
        self.waiting = [it for it in self.waiting if it not in freed]
        self.going += freed
        assert self.leaders.join(Member(member.key)) is Turn.GO

    @precondition(lambda self: self.going)
    @rule(data=st.data())
    def end(self, data: st.DataObject) -> None:
        """A call is over, in whatever way: where it led, the one that waits longest leads now."""
        member = data.draw(st.sampled_from(self.going))
        self.going.remove(member)
        same = [it for it in self.waiting if it.key == member.key]
        led = member.leads
        assert self.leaders.leave(member) is (same[0] if led and same else None)
        if led and same:
            self.waiting.remove(same[0])
            self.going.append(same[0])

    @precondition(lambda self: self.waiting)
    @rule(data=st.data())
    def give_up(self, data: st.DataObject) -> None:
        """One that waits is cancelled, or has waited long enough."""
        member = data.draw(st.sampled_from(self.waiting))
        self.waiting.remove(member)
        assert self.leaders.leave(member) is None

    @rule()
    def forget(self) -> None:
        """After some minutes the provider has it no more."""
        self.now += KEPT_SECONDS

    @invariant()
    def whoever_waits_has_a_leader(self) -> None:
        """One for each prefix, and it is under way."""
        for key in "ab":
            leaders = [it for it in self.going if it.key == key and it.leads]
            assert len(leaders) <= 1
            assert leaders or not [it for it in self.waiting if it.key == key]

    def teardown(self) -> None:
        """When all are gone, nobody waits."""
        while self.going:
            self.end_first()
        assert self.waiting == []

    def end_first(self) -> None:
        """The first call is over."""
        if (following := self.leaders.leave(self.going.pop(0))) is not None:
            self.waiting.remove(following)
            self.going.append(following)


TestFans = Fans.TestCase


class Caller:
    """A call whose steps a test takes."""

    def __init__(self, leading: Leading, key: str | None = "prefix") -> None:
        self.goes, self.first, self.over = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self.fails = False
        self.task = asyncio.create_task(self._call(leading, key))

    async def _call(self, leading: Leading, key: str | None) -> None:
        async with leading.turn(key) as begun:
            self.goes.set()
            await self.first.wait()
            if self.fails:
                raise RuntimeError
            begun()
            await self.over.wait()


async def who_goes(callers: list[Caller]) -> list[bool]:
    """Which calls are being made, once nothing moves any more."""
    for _ in range(20):
        await asyncio.sleep(0)
    return [caller.goes.is_set() for caller in callers]


async def end(callers: list[Caller]) -> None:
    """Cancel what is left."""
    for caller in callers:
        caller.task.cancel()
    await asyncio.gather(*(caller.task for caller in callers), return_exceptions=True)


async def test_others_go_with_the_first_token() -> None:
    """Not before, and all at once; who comes later does not wait."""
    leading = Leading()
    callers = [Caller(leading) for _ in range(4)]
    assert await who_goes(callers) == [True, False, False, False]
    callers[0].first.set()
    assert await who_goes(callers) == [True] * 4
    callers.append(Caller(leading))
    assert await who_goes(callers) == [True] * 5
    await end(callers)


async def test_other_prefixes_do_not_wait() -> None:
    """Nor does a call that shares nothing."""
    leading = Leading()
    callers = [Caller(leading, key) for key in ("a", "b", None, None)]
    assert await who_goes(callers) == [True] * 4
    await end(callers)


@pytest.mark.parametrize("way", ["fails", "is cancelled"])
async def test_next_leads_where_the_leader_is_gone(way: str) -> None:
    """Before its first token."""
    callers = [Caller(leading) for leading in [Leading()] * 3]
    assert await who_goes(callers) == [True, False, False]
    if way == "fails":
        callers[0].fails = True
        callers[0].first.set()
    else:
        callers[0].task.cancel()
    assert await who_goes(callers) == [True, True, False]
    await end(callers)


async def test_one_that_is_cancelled_as_it_is_to_lead_lets_the_next_lead() -> None:
    """In the moment between the leader's end and its own turn."""
    callers = [Caller(leading) for leading in [Leading()] * 3]
    await who_goes(callers)
    callers[0].task.cancel()
    await asyncio.sleep(0)
    callers[1].task.cancel()
    assert (await who_goes(callers))[2]
    await end(callers)


async def test_nobody_waits_for_ever() -> None:
    """A leader that never has a first token is not waited for longer than a bound."""
    leading = Leading(seconds=0.01)
    callers: list[Any] = [Caller(leading) for _ in range(3)]
    await asyncio.wait_for(asyncio.gather(*(caller.goes.wait() for caller in callers)), 5)
    await end(callers)
