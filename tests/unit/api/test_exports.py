"""The door for downloads, over an export that never ends: what becomes of its client, and of its place."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Any, cast

import pytest
from starlette.types import Message

from service.api.exports import Downloads, headers_of
from service.conversations.transfer.exporting import AT_ONCE_OF_ONE, Exporting
from service.conversations.transfer.tickets import Ticket, Wish
from service.errors import GraphUnavailable
from service.settings.shapes import ServerSettings

LATER = 10**15


class Endless(Exporting):
    """An export that goes on until nobody reads it any more, or fails at a piece."""

    def begin(self, fails_at: int = -1) -> None:
        """Count from here."""
        object.__setattr__(self, "count", 0)
        object.__setattr__(self, "ended", 0)
        object.__setattr__(self, "fails_at", fails_at)

    async def describe(self, owner: str, wish: Wish) -> tuple[str, str]:
        """A name and a type."""
        return "a.md", "text/markdown"

    async def write(self, owner: str, wish: Wish) -> AsyncGenerator[bytes]:
        """Pieces."""
        me = cast(Any, self)
        try:
            while True:
                if me.count == me.fails_at:
                    raise GraphUnavailable("Neo4j is away.")
                object.__setattr__(self, "count", me.count + 1)
                await asyncio.sleep(0)
                yield b"piece"
        finally:
            object.__setattr__(self, "ended", me.ended + 1)


class Client:
    """An ASGI client that leaves after some pieces."""

    def __init__(self, exporting: Exporting, leaves_after: int = 3, keep_alive: float = 75.0) -> None:
        self.sent: list[Message] = []
        self._server = ServerSettings(keep_alive=keep_alive)
        self._exporting, self._leaves_after = exporting, leaves_after
        self._left = asyncio.Event()

    async def get(self, ticket: str | None = None) -> list[Message]:
        """Everything that was sent to it."""
        app = Downloads(self._exporting, self._server)
        address = ticket or self._exporting.tickets.issue(Ticket("local", Wish("markdown", ("x",)), LATER))
        scope = {"type": "http", "method": "GET", "headers": [(b"host", b"127.0.0.1")], "path": f"/exports/{address}"}
        scope |= {"query_string": b"", "root_path": "", "path_params": {"ticket": address}, "asgi": {"version": "3.0"}}
        await app(scope, self._receive, self._send)
        return self.sent

    async def _receive(self) -> Message:
        await self._left.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        self.sent.append(message)
        if len(self.sent) > self._leaves_after:
            self._left.set()


def endless(fails_at: int = -1) -> Any:
    """An export over nothing."""
    made = Endless(*cast(Any, [None] * 3))
    made.begin(fails_at)
    return made


async def test_an_export_ends_with_its_client() -> None:
    """It is written no further, and its place is free."""
    exporting = endless()
    async with asyncio.timeout(10):
        await Client(exporting).get()
    assert exporting.ended == 1
    with exporting.place("local"), exporting.place("local"):
        pass


async def test_an_export_is_written_no_faster_than_it_is_read() -> None:
    """While its client does not take a piece, no other is made."""
    exporting, gate = endless(), asyncio.Event()

    class Slow(Client):
        async def _send(self, message: Message) -> None:
            await super()._send(message)
            if len(self.sent) == 2:
                await gate.wait()

    getting = asyncio.create_task(Slow(exporting).get())
    for _ in range(200):
        await asyncio.sleep(0)
    assert exporting.count <= 2
    gate.set()
    async with asyncio.timeout(10):
        await getting


async def test_who_takes_nothing_keeps_no_place() -> None:
    """A place is for those who read."""
    exporting = endless()

    class Stuck(Client):
        async def _send(self, message: Message) -> None:
            await super()._send(message)
            if len(self.sent) == 2:
                await asyncio.Event().wait()

    async with asyncio.timeout(10):
        with pytest.raises((TimeoutError, BaseExceptionGroup)):
            await Stuck(exporting, keep_alive=0.05).get()
    assert exporting.ended == 1
    with exporting.place("local"), exporting.place("local"):
        pass


async def test_what_breaks_off_never_looks_whole() -> None:
    """The last piece is not sent, and the server is told of the fault."""
    exporting = endless(fails_at=2)
    client = Client(exporting, leaves_after=100)
    with pytest.raises((GraphUnavailable, BaseExceptionGroup)):
        await client.get()
    assert not any(message.get("more_body") is False for message in client.sent)
    assert exporting.ended == 1


async def test_an_error_before_the_first_piece_has_a_status() -> None:
    """And so has one export too many, which is told when to come again."""
    exporting = endless(fails_at=0)
    assert (await Client(exporting).get())[0]["status"] == 503
    places = [exporting.place("local") for _ in range(AT_ONCE_OF_ONE)]
    for place in places:
        place.__enter__()
    sent = await Client(exporting).get()
    assert sent[0]["status"] == 429
    assert (b"retry-after", b"5") in sent[0]["headers"]
    for place in places:
        place.__exit__(None, None, None)


async def test_without_keys_an_address_must_be_signed() -> None:
    """A page of a stranger's could have made it up."""
    exporting = endless()
    address: str = exporting.tickets.issue(Ticket("local", Wish("markdown", None), LATER))
    assert (await Client(exporting).get(address.partition(".")[0] + ".AAAA"))[0]["status"] == 404


@pytest.mark.parametrize("name", ["é.md", "我的-3f.md", 'a"b.md', "a\r\nb.md", ".hidden", ""])
def test_headers_hold_any_name(name: str) -> None:
    """In ASCII, and none ends another."""
    said = headers_of(name, "text/markdown")["Content-Disposition"]
    assert said.isascii()
    assert said.isprintable()
    assert said.count('"') == 2
