"""Connections that send nothing, or no end, are closed; a head that is too long is refused."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send

from service.commands.connections import MOST_HEAD, PatientProtocol

IDLE = 1
HEAD = b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n"
Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def answer(scope: Scope, receive: Receive, send: Send) -> None:
    """Take the body, and say how long it is."""
    size, more = 0, True
    while more:
        message = await receive()
        size, more = size + len(message.get("body", b"")), message.get("more_body", False)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"%02d" % size})


@asynccontextmanager
async def connected() -> AsyncIterator[Streams]:
    """A connection to a server of its own, on which one may be idle for a second."""
    config = uvicorn.Config(
        answer, http=PatientProtocol, port=0, log_config=None, lifespan="off", timeout_keep_alive=IDLE
    )
    server = uvicorn.Server(config)
    running = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    reader, writer = await asyncio.open_connection(*server.servers[0].sockets[0].getsockname())
    try:
        yield reader, writer
    finally:
        writer.close()
        server.should_exit = True
        await running


@pytest.mark.parametrize("sent", [b"", HEAD, HEAD + b"\r\n12345"], ids=["nothing", "half a head", "half a body"])
async def test_who_sends_no_end_is_not_waited_for(sent: bytes) -> None:
    """Nor who sends nothing at all."""
    async with connected() as (reader, writer):
        writer.write(sent)
        assert await asyncio.wait_for(reader.read(), 30) == b""


async def test_a_body_that_comes_slowly_is_waited_for() -> None:
    """It takes longer than one may be idle, and is never idle that long."""
    async with connected() as (reader, writer):
        writer.write(HEAD + b"\r\n")
        for _ in range(10):
            await asyncio.sleep(IDLE / 5)
            writer.write(b"x")
        assert (await asyncio.wait_for(reader.readuntil(b"10"), 30)).startswith(b"HTTP/1.1 200")


async def test_a_head_that_is_too_long_is_refused() -> None:
    """It is not kept in memory, however long it is."""
    async with connected() as (reader, writer):
        writer.write(HEAD)
        await asyncio.sleep(0.1)
        writer.write(b"x-y: " + b"z" * MOST_HEAD)
        assert (await asyncio.wait_for(reader.readline(), 30)).startswith(b"HTTP/1.1 400")
