"""What several read at the same time is read once."""

from __future__ import annotations

import asyncio

import pytest

from service.conversations.moments import Moment


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
