"""Which of a local model's slots a call goes to: calls with the same long prefix to one, one after the other."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

from service.chat import ChatMessage, ChatRequest, ModelConfig
from service.providers.slots import Slots
from service.records import Role

MODEL = ModelConfig("local", "some-model", "some", 8192, 777)
LONG = ChatMessage(Role.USER, "word " * 2000)
SHORT = ChatMessage(Role.USER, "Yes?")


def asked(key: str | None, above: ChatMessage = LONG) -> ChatRequest:
    """A prompt below a message."""
    return ChatRequest(MODEL, (above, SHORT), stable=1, cache_key=key)


async def slot_of(slots: Slots, request: ChatRequest) -> int | None:
    """The slot of a call that is over at once."""
    async with slots.hold(request) as slot:
        return slot


async def test_same_prefix_has_the_same_slot() -> None:
    """And another has the one that was used longest ago."""
    slots = Slots(2)
    assert [await slot_of(slots, asked(key)) for key in "abaab"] == [0, 1, 0, 0, 1]
    assert [await slot_of(slots, asked(key)) for key in "cab"] == [0, 1, 0]


async def test_calls_that_share_nothing_long_go_anywhere() -> None:
    """The server chooses; so it does where there is one slot."""
    assert await slot_of(Slots(2), asked(None)) is None
    assert await slot_of(Slots(2), asked("a", SHORT)) is None
    assert await slot_of(Slots(1), asked("a")) is None


async def test_second_call_waits_for_its_slot() -> None:
    """While another prefix has the other one; and one that is cancelled as it waits leaves nothing behind."""
    slots = Slots(2)
    async with AsyncExitStack() as first:
        assert await first.enter_async_context(slots.hold(asked("a"))) == 0
        waiting = [asyncio.create_task(slot_of(slots, asked("a"))) for _ in range(2)]
        await asyncio.sleep(0)
        assert await slot_of(slots, asked("b")) == 1
        assert await slot_of(slots, asked("c")) == 1
        assert not waiting[0].done()
        waiting[0].cancel()
    assert await waiting[1] == 0
