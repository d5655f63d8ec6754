"""Cancelling or closing a call closes its connection at once, and nothing else."""

from __future__ import annotations

import asyncio
import contextlib
import gc
from collections.abc import AsyncIterator

import pytest

from service.chat import TextDelta, Timeouts
from service.errors import ProviderTimeout
from tests.support.fault_server import FaultServer
from tests.support.provider_calls import QUICK, answer, ask, both, failure, opened

PROMPT_SECONDS = 20.0
"""Far less than the calls would take by themselves, far more than a busy machine needs."""


@pytest.fixture(scope="module")
async def server() -> AsyncIterator[FaultServer]:
    """Our own fault server."""
    async with FaultServer() as running:
        yield running


@both
@pytest.mark.parametrize("case", ["slow_first_token", "slow_after_head", "stall_mid_stream", "drips"])
async def test_cancel_hangs_up_at_once(server: FaultServer, protocol: str, case: str) -> None:
    """The server sees the end of the connection, long before the call's own end."""
    server.gone[case] = asyncio.Event()
    async with opened(protocol, server.url(case)) as provider:
        call = asyncio.create_task(answer(provider, ask(Timeouts(5.0, 60.0, 60.0))))
        await asyncio.sleep(0.1)
        call.cancel()
        await asyncio.gather(call, return_exceptions=True)
        await asyncio.wait_for(server.gone[case].wait(), PROMPT_SECONDS)
    assert call.cancelled()


@both
async def test_closing_the_stream_hangs_up_at_once(server: FaultServer, protocol: str) -> None:
    """Whoever has heard enough may leave."""
    server.gone["drips"] = asyncio.Event()
    async with opened(protocol, server.url("drips")) as provider:
        async with contextlib.aclosing(provider.stream(ask())) as stream:
            assert await anext(stream) == TextDelta("Hello ")
        await asyncio.wait_for(server.gone["drips"].wait(), PROMPT_SECONDS)


@both
async def test_cancel_in_the_handshake_hangs_up(protocol: str) -> None:
    """A server that takes the connection and never speaks TLS is not kept waiting either."""
    gone = asyncio.Event()

    async def wait_for_end(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        gone.set()
        writer.close()

    mute = await asyncio.start_server(wait_for_end, "127.0.0.1", 0)
    async with mute, opened(protocol, f"https://127.0.0.1:{mute.sockets[0].getsockname()[1]}") as provider:
        call = asyncio.create_task(answer(provider, ask(Timeouts(60, 60, 60))))
        await asyncio.sleep(0.3)
        call.cancel()
        await asyncio.wait_for(gone.wait(), PROMPT_SECONDS)


@both
async def test_cancelling_many_calls_leaves_nothing_behind(server: FaultServer, protocol: str) -> None:
    """64 calls in flight are cut; no task is left over, and the provider still works."""
    async with opened(protocol, server.url("slow_first_token")) as provider:
        calls = [asyncio.create_task(answer(provider, ask(Timeouts(5, 60, 60)))) for _ in range(64)]
        await asyncio.sleep(0.3)
        for call in calls:
            call.cancel()
        async with asyncio.timeout(PROMPT_SECONDS):
            await asyncio.gather(*calls, return_exceptions=True)
        _, error = await failure(provider, ask(QUICK))
        assert type(error) is ProviderTimeout
    gc.collect()
    await asyncio.sleep(0)
    assert [task for task in asyncio.all_tasks() if "answer" in repr(task.get_coro())] == []


@both
async def test_connection_is_used_again(server: FaultServer, protocol: str) -> None:
    """An answer that was read to its end leaves its connection to the next call."""
    async with opened(protocol, server.url("good")) as provider:
        before = server.connections
        for _ in range(5):
            await answer(provider)
    assert server.connections == before + 1
