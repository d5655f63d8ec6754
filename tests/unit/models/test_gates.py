"""The gates: the limits' core as asyncio waits for it, also when callers are cancelled."""

from __future__ import annotations

import asyncio

import pytest

from service.chat import RateLimits
from service.errors import ProviderRejected
from service.models.gates import LONGEST_HOLD_SECONDS, Dismissed, Gate, Limiter, Places


class Clock:
    """A clock that stands still until it is told."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        """The time in seconds."""
        return self.now


async def settled() -> None:
    """Let everything run that can."""
    for _ in range(10):
        await asyncio.sleep(0)


async def hold(gate: Gate, task_id: str, done: asyncio.Event, log: list[str]) -> None:
    """Make a call that lasts until `done`, and note that it began."""
    async with gate.call(task_id, 1) as passage:
        passage.begin()
        log.append(task_id)
        await done.wait()


async def test_gate_lets_no_more_through_at_once_than_allowed() -> None:
    """Concurrent calls are bounded, and the bound is reached."""
    gate, inside, most = Limiter(RateLimits(concurrent=3)).gate(), 0, 0

    async def call() -> None:
        nonlocal inside, most
        async with gate.call("task"):
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0.001)
            inside -= 1

    await asyncio.gather(*(call() for _ in range(20)))
    assert most == 3


async def test_calls_that_wait_can_be_dismissed() -> None:
    """Those of one task; who is through already, and other tasks, are not concerned."""
    limiter, log, done = Limiter(RateLimits(concurrent=1)), list[str](), asyncio.Event()
    gate = limiter.gate()
    calls = [asyncio.create_task(hold(gate, task_id, done, log)) for task_id in ("one", "one", "one", "other")]
    await settled()
    limiter.dismiss("one")
    await settled()
    done.set()
    ended = await asyncio.gather(*calls, return_exceptions=True)
    assert [type(end) for end in ended] == [type(None), Dismissed, Dismissed, type(None)]
    assert log == ["one", "other"]


async def test_a_model_is_bounded_by_its_own_limits_and_by_its_providers() -> None:
    """The models of a provider share its limits, and each has its own beside."""
    limiter, log, done = Limiter(RateLimits(concurrent=3)), list[str](), asyncio.Event()
    narrow, wide = limiter.gate(RateLimits(concurrent=1)), limiter.gate()
    calls = [asyncio.create_task(hold(narrow, "narrow", done, log)) for _ in range(3)]
    calls += [asyncio.create_task(hold(wide, "wide", done, log)) for _ in range(3)]
    await settled()
    assert sorted(log) == ["narrow", "wide", "wide"]
    assert [use.in_flight for use in narrow.use()] == [1, 3]
    done.set()
    await asyncio.gather(*calls)


@pytest.mark.parametrize(
    "limits", [(RateLimits(tokens_per_minute=100), RateLimits()), (RateLimits(), RateLimits(tokens_per_minute=100))]
)
async def test_gate_refuses_what_can_never_pass(limits: tuple[RateLimits, RateLimits]) -> None:
    """A call larger than a whole minute's tokens is an error, not an endless wait."""
    gate = Limiter(limits[0]).gate(limits[1])
    assert gate.counts_tokens
    with pytest.raises(ProviderRejected):
        async with gate.call("task", 101):
            pass


async def test_tasks_take_turns() -> None:
    """A task of many calls does not keep one of few waiting."""
    gate, log, done = Limiter(RateLimits(concurrent=1)).gate(), list[str](), asyncio.Event()
    large = [asyncio.create_task(hold(gate, "large", done, log)) for _ in range(50)]
    small = [asyncio.create_task(hold(gate, "small", done, log)) for _ in range(3)]
    await settled()
    done.set()
    await asyncio.gather(*large, *small)
    assert [at for at, name in enumerate(log) if name == "small"][-1] <= 6


async def test_a_caller_that_is_cancelled_leaves_nothing_behind() -> None:
    """Cancelled while it waits, when it was just let through, or during its call: the place is free again."""
    gate, log, done = Limiter(RateLimits(concurrent=1)).gate(), list[str](), asyncio.Event()
    first, second, third = (asyncio.create_task(hold(gate, name, done, log)) for name in ("1st", "2nd", "3rd"))
    await settled()
    second.cancel()
    await settled()
    first.cancel()
    await asyncio.sleep(0)  # the third one is let through, and does not know it yet
    third.cancel()
    await asyncio.gather(first, second, third, return_exceptions=True)
    assert gate.use()[0].in_flight == 0
    done.set()
    await hold(gate, "4th", done, log)
    assert log[-1] == "4th"


async def test_a_call_that_never_began_does_not_count() -> None:
    """The request that was not sent is not held against the next."""
    gate = Limiter(RateLimits(requests_per_minute=1, tokens_per_minute=10)).gate()
    for _ in range(3):
        async with gate.call("task", 10):
            pass
    assert gate.use()[0].requests == 0


async def test_settling_makes_room_for_the_next_at_once() -> None:
    """Who waits for tokens goes on when a call says that it used fewer."""
    gate, log, done = Limiter(RateLimits(tokens_per_minute=10)).gate(), list[str](), asyncio.Event()
    done.set()
    async with gate.call("task", 10) as passage:
        passage.begin()
        waiting = asyncio.create_task(hold(gate, "next", done, log))
        await settled()
        assert log == []
        passage.settle(9)
        await waiting
    assert gate.use()[0].tokens == 10


async def test_a_refusal_holds_all_calls_to_the_model_back() -> None:
    """Until the time that the provider named nobody is let through to the model; another model is free."""
    clock = Clock()
    limiter = Limiter(RateLimits(), clock)
    refusing, other, log, done = limiter.gate(), limiter.gate(), list[str](), asyncio.Event()
    done.set()
    async with refusing.call("task") as passage:
        passage.begin()
        passage.refused(None)
        passage.refused(20.0)
        passage.refused(5.0)
    waiting = asyncio.create_task(hold(refusing, "task", done, log))
    await hold(other, "other", done, log)
    clock.now += 19.9
    limiter.look()
    await settled()
    assert log == ["other"]
    clock.now += 0.2
    limiter.look()
    await waiting
    assert log == ["other", "task"]


async def test_a_refusal_is_bounded() -> None:
    """A provider that asks for an hour is asked again after a minute."""
    clock = Clock()
    gate = Limiter(RateLimits(), clock).gate()
    async with gate.call("task") as passage:
        passage.begin()
        passage.refused(3600.0)
    clock.now += LONGEST_HOLD_SECONDS
    async with gate.call("task"):
        pass


async def test_who_waits_for_time_is_woken_by_it() -> None:
    """The timer lets the next one through; nothing else has to happen."""
    gate = Limiter(RateLimits()).gate()
    async with gate.call("task") as passage:
        passage.begin()
        passage.refused(0.02)
    async with asyncio.timeout(30), gate.call("task"):
        pass


async def test_places_go_round_the_tasks() -> None:
    """The process's places are given to tasks in turn."""
    places, log = Places(1), list[str]()

    async def take(task_id: str) -> None:
        async with places.hold(task_id):
            log.append(task_id)
            await asyncio.sleep(0)

    await asyncio.gather(*(take("large") for _ in range(50)), *(take("small") for _ in range(3)))
    assert [at for at, name in enumerate(log) if name == "small"][-1] <= 6
