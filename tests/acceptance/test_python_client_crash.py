"""The Python client, while its service is killed and started again: nothing is missed, nothing comes twice."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from antiphon import Antiphon, AsyncAntiphon
from service.graph.database import Connection
from tests.support.scripted_provider import ScriptedProvider, openai_delta
from tests.support.service_process import ServiceProcess
from tests.support.services import provider, quiet_port

ROOT = Path(__file__).parents[2]
WORDS = [f"word{number} " for number in range(60)]
TEXT = "".join(WORDS)
END = [openai_delta(finish="stop"), {"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 60}}, "[DONE]"]
INTERRUPTED = """
import sys
from antiphon import Antiphon
for piece in Antiphon().stream("Count.", title="Interrupted"):
    print(piece, end="", flush=True)
"""


def speak(request: dict[str, Any]) -> list[Any]:
    """The same words for everybody, one after the other."""
    return [*(openai_delta(content=word) for word in WORDS), *END]


@pytest.fixture
async def talker() -> AsyncIterator[ScriptedProvider]:
    """A provider that takes 50 ms for a word."""
    async with ScriptedProvider(speak, pause=0.05) as talking:
        yield talking


@pytest.fixture
async def process(
    connection: Connection, tmp_path: Path, owner: str, talker: ScriptedProvider
) -> AsyncIterator[ServiceProcess]:
    """A service in a process of its own, always at the same port; its model is the talker."""
    more = {"server": {"port": quiet_port()}}
    async with ServiceProcess(connection, tmp_path, provider(talker.url) | more, owner) as running:
        yield running


def client_of(process: ServiceProcess) -> AsyncAntiphon:
    """A client of its owner."""
    running = process.client()
    return AsyncAntiphon(running.url, process.owner)


async def test_stream_goes_on_over_a_kill(process: ServiceProcess, talker: ScriptedProvider) -> None:
    """`kill -9` in the middle: the pieces joined are the answer, each word once, and one prompt was asked."""
    async with client_of(process) as antiphon:
        stream, seen = antiphon.stream("Count."), list[str]()
        async for piece in stream:
            assert not piece.restarted
            seen.append(piece)
            if len(seen) == 5:
                await process.kill()
                await process.start()
        assert "".join(seen).strip() == TEXT.strip()
        assert stream.answer
        assert stream.answer.text == "".join(seen)
        assert len(talker.requests) == 2
        assert len(await antiphon.history(stream.answer)) == 2


async def test_events_go_on_over_a_kill(process: ServiceProcess) -> None:
    """Every event once, in order, as who reads them all afterwards has them; `wait` comes to its end."""
    async with client_of(process) as antiphon:
        config = {"max_parallel": 3}
        task = await antiphon.submit(
            items=[f"item {n}" for n in range(9)], strategy="file", instruction="Count.", config=config
        )
        waiting = asyncio.create_task(antiphon.wait(task))
        seen: list[str] = []
        async for event in antiphon.events(task):
            seen.append(event.cursor)
            if len(seen) == 8:
                await process.kill()
                await process.start()
        answer = await waiting
        assert seen == [event.cursor async for event in antiphon.events(task)]
        assert (answer.status, answer.progress.succeeded) == ("SUCCEEDED", 9)


async def test_stream_that_is_left_is_cancelled(process: ServiceProcess) -> None:
    """By `break` alone, with asyncio: the model is asked no longer."""
    async with client_of(process) as antiphon:
        async for piece in antiphon.stream("Count.", title="Left"):
            assert TEXT.startswith(piece)
            break
        (conversation,) = [it async for it in antiphon.conversations(title="Left")]
        tasks = await antiphon.operations.tasks(conversation_id=conversation.id)
        assert tasks
        assert (await antiphon.wait(tasks.edges[0].node)).status == "CANCELLED"


async def test_interrupted_script_cancels_its_task(process: ServiceProcess) -> None:
    """Ctrl-C in the middle of a stream: a KeyboardInterrupt as always, and the model is asked no longer."""
    async with client_of(process) as antiphon:
        environ = os.environ | {"ANTIPHON_URL": antiphon.url, "ANTIPHON_TOKEN": process.owner}
        pipe = asyncio.subprocess.PIPE
        script = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", INTERRUPTED),
            env=environ | {"PYTHONPATH": str(ROOT / "clients" / "python")},
            stdout=pipe,
            stderr=pipe,
        )
        assert script.stdout
        await script.stdout.readuntil(b"word4")
        script.send_signal(signal.SIGINT)
        _, said = await script.communicate()
        (conversation,) = [it async for it in antiphon.conversations(title="Interrupted")]
        tasks = await antiphon.operations.tasks(conversation_id=conversation.id)
        assert tasks
        assert (await antiphon.wait(tasks.edges[0].node)).status == "CANCELLED"
        assert said.decode().rstrip().endswith("KeyboardInterrupt")


async def test_sync_stream_goes_on_over_a_kill(process: ServiceProcess) -> None:
    """The client for threads, too."""
    url = process.client().url
    began = asyncio.Event()
    loop = asyncio.get_running_loop()

    def read() -> str:
        with Antiphon(url, process.owner) as antiphon, antiphon.stream("Count.") as stream:
            pieces = [next(stream), next(stream)]
            loop.call_soon_threadsafe(began.set)
            return "".join([*pieces, *stream])

    reading = asyncio.create_task(asyncio.to_thread(read))
    await began.wait()
    await process.kill()
    await process.start()
    assert (await reading).strip() == TEXT.strip()
