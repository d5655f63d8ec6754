"""What several read at the same time is read once."""

from __future__ import annotations

import asyncio
import time

import pytest

from service.conversations.moments import Looks, Moment


async def test_all_who_ask_at_once_share_one_answer() -> None:
    """Also those who ask when it is there already; another question has an answer of its own."""
    asked: list[str] = []

    async def read(what: str) -> str:
        asked.append(what)
        await asyncio.sleep(0)
        return f"answer to {what}"

    moment = Moment()
    found = await asyncio.gather(*(moment.once("a", lambda: read("a")) for _ in range(50)))
    found.append(await moment.once("a", lambda: read("a")))
    assert set(found) == {"answer to a"}
    assert await moment.once("b", lambda: read("b")) == "answer to b"
    assert asked == ["a", "b"]


async def test_an_error_is_everybodys_who_waited() -> None:
    """And who leaves takes the answer from nobody."""
    begun = asyncio.Event()

    async def fail() -> str:
        await begun.wait()
        raise ValueError("No.")

    moment = Moment()
    first, second = (asyncio.create_task(moment.once("a", fail)) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.sleep(0)
    begun.set()
    with pytest.raises(ValueError, match="No"):
        await second
    assert first.cancelled()


async def test_a_look_is_no_older_than_whoever_asks_needs() -> None:
    """All who wait for the next one share it, and nobody has one that began too early."""
    counts = iter(range(100))
    looks = Looks()

    async def count() -> int:
        await asyncio.sleep(0)
        return next(counts)

    start = time.monotonic()
    assert await asyncio.gather(*(looks.look("a", start, count) for _ in range(20))) == [0] * 20
    assert await looks.look("a", start, count) == 0
    later = time.monotonic()
    assert await asyncio.gather(*(looks.look("a", later, count) for _ in range(20))) == [1] * 20
    assert await looks.look("b", later, count) == 2


async def test_a_thousand_events_do_not_look_a_thousand_times() -> None:
    """There is a rest between two looks: those who come meanwhile share the one after it."""
    looked = 0
    looks = Looks()

    async def count() -> int:
        nonlocal looked
        looked += 1
        return looked

    async def event() -> None:
        await looks.look("a", time.monotonic(), count)

    events: list[asyncio.Task[None]] = []
    for _ in range(1000):
        events.append(asyncio.create_task(event()))
        await asyncio.sleep(0)
    await asyncio.gather(*events)
    assert looked < 100


async def test_a_look_that_failed_is_not_shared_with_who_comes_later() -> None:
    """They look again."""
    answers = iter([ValueError("No."), 1])

    async def read() -> int:
        answer = next(answers)
        if isinstance(answer, ValueError):
            raise answer
        return answer

    looks, start = Looks(), time.monotonic()
    with pytest.raises(ValueError, match="No"):
        await looks.look("a", start, read)
    assert await looks.look("a", start, read) == 1
