"""What becomes of a connection whose call broke off: the next calls of the same provider must not suffer from it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from service.chat import Timeouts
from service.errors import ProviderTimeout
from service.providers.opening import Provider
from tests.support.fault_server import anthropic_events, openai_events, response, sse
from tests.support.provider_calls import QUICK, answer, ask, both, failure, opened

_LENGTH = re.compile(rb"^content-length:\s*(\d+)", re.IGNORECASE | re.MULTILINE)
_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: %d\r\n\r\n"
ROUNDS = 3
SHORT = Timeouts(connect=20.0, first_token=20.0, total=40.0)
TICKS = 30
"""A call is over after fewer turns of the event loop."""


class Server:
    """Each connection's requests one after the other: those that `faults` names wrong, the others right."""

    def __init__(self, protocol: str) -> None:
        self.body = sse(openai_events() if protocol == "openai" else anthropic_events())
        self.faults: list[str] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection until its client has hung up."""
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = _LENGTH.search(head)
                await reader.readexactly(int(length[1]) if length else 0)
                fault = self.faults.pop() if self.faults else None
                writer.write(self._answer(fault))
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    def _answer(self, fault: str | None) -> bytes:
        match fault:
            case "silent":
                return b""
            case "stalled":
                return _HEAD % len(self.body) + self.body[:40]
            case "without an end":
                return _HEAD % (len(self.body) + 1) + self.body
            case "refused":
                return response(500, b"{}").replace(b"content-length: 2", b"content-length: 3")
            case _:
                return _HEAD % len(self.body) + self.body


@asynccontextmanager
async def served(protocol: str) -> AsyncIterator[tuple[Server, Provider]]:
    """A server, and one provider that talks to it."""
    server = Server(protocol)
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    async with opened(protocol, f"http://127.0.0.1:{port}") as provider:
        yield server, provider
    listening.close()


@both
@pytest.mark.parametrize("fault", ["silent", "stalled"])
async def test_calls_after_one_that_timed_out(protocol: str, fault: str) -> None:
    """They are answered."""
    async with served(protocol) as (server, provider):
        for _ in range(ROUNDS):
            server.faults.append(fault)
            _, error = await failure(provider, ask(QUICK))
            assert isinstance(error, ProviderTimeout)
            await answer(provider)


@both
async def test_calls_after_an_answer_whose_connection_stays_open(protocol: str) -> None:
    """The answer is whole, what the server still owes is not waited for, and the next call is answered."""
    async with served(protocol) as (server, provider):
        for _ in range(ROUNDS):
            server.faults.append("without an end")
            assert (await answer(provider))[0] == (await answer(provider))[0]


@both
async def test_calls_after_an_error_that_does_not_end(protocol: str) -> None:
    """The status says enough."""
    async with served(protocol) as (server, provider):
        server.faults.append("refused")
        _, error = await failure(provider)
        assert error.status == 500
        await answer(provider)


@both
async def test_calls_after_an_answer_that_was_read_late(protocol: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy process may be at the end of an answer after its time: what httpcore makes of that is not used again."""
    monkeypatch.setattr("service.providers.wire.DRAIN_SECONDS", 0.0)
    async with served(protocol) as (_, provider):
        for _ in range(ROUNDS):
            await answer(provider, ask(SHORT))


@both
async def test_calls_after_one_that_was_cancelled(protocol: str) -> None:
    """At whatever point of it."""
    async with served(protocol) as (_, provider):
        for ticks in range(TICKS):
            calling = asyncio.create_task(answer(provider))
            for _ in range(ticks):
                await asyncio.sleep(0)
            calling.cancel()
            await asyncio.gather(calling, return_exceptions=True)
            await answer(provider, ask(SHORT))
