"""What the page of gql defined works: run beside it, as `page`, by the test of the pages."""

import asyncio
import os
import sys
import uuid

import page
import pytest
from gql.transport.exceptions import TransportQueryError


async def send_and_show():
    """The answer comes as it is generated, and the same key gives the same task."""
    pieces = []
    ended = await page.show_answer(await page.send("piece by piece"), pieces.append)
    assert ended["taskStatus"] == "SUCCEEDED"
    assert pieces == ["piece by piece"] * 2
    key = str(uuid.uuid4())
    assert (await page.send("twice", key=key))["task"] == (await page.send("twice", key=key))["task"]


async def open_long_chat():
    """All pages, in order."""
    messages, _ = await page.open_chat(os.environ["LONG_CHAT"])
    assert len(messages) == int(os.environ["LONG_CHAT_MESSAGES"])
    assert messages[0]["content"] == "Prompt 1."


async def until(condition):
    """Wait until it holds, up to a minute."""
    async with asyncio.timeout(60):
        while not await condition():
            await asyncio.sleep(0.05)


async def survive_a_cut():
    """What was watched is what is in the graph, each message once."""
    id = (await page.send("before the cut"))["conversation"]["id"]
    messages, cursor = await page.open_chat(id)
    watching = asyncio.create_task(page.watch(id, messages, cursor))

    async def has(count, written=False):
        return len((await page.open_chat(id))[0] if written else messages) >= count

    await until(lambda: has(2))
    print("\n#cut", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    await page.send("after the cut", id)
    await until(lambda: has(4, written=True))
    await until(lambda: has(4))
    assert messages == (await page.open_chat(id))[0]
    watching.cancel()


async def know_errors():
    """Those that are no use to try again come at once, with their code."""
    for attempt in (page.send("x", "nothing"), anext(page.follow(page.EVENTS, id="nothing"))):
        with pytest.raises(TransportQueryError) as caught:
            await attempt
        assert caught.value.errors[0]["extensions"]["code"] == "NOT_FOUND"


async def main():
    """All of it."""
    await send_and_show()
    await open_long_chat()
    await survive_a_cut()
    await know_errors()
    print("\n#done", flush=True)


asyncio.run(main())
