"""The Python client against a running service whose answers come from `echo`: both clients, and the words of tasks."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from antiphon import Antiphon, AsyncAntiphon, ConversationGraph, TaskFailed, TaskManager, errors
from service.app import create_app
from service.commands.server import serving
from service.graph.database import Connection
from tests.support.front import MakeConfig, Service

SLOW = """
defaults: {model: echo/echo}
providers:
  slow:
    protocol: echo
    options: {delay_ms: 20000}
    models: {slow: {family: echo, context_window: 100000, max_output_tokens: 1000}}
"""


@pytest.fixture(scope="module")
async def url(connection: Connection, make_config: MakeConfig) -> AsyncIterator[str]:
    """A running service, with one model that takes its time."""
    config = make_config(SLOW)
    async with serving(create_app(config, connection=connection), config, port=0) as address:
        yield address


@pytest.fixture
async def client(url: str) -> AsyncIterator[AsyncAntiphon]:
    """A client of it."""
    async with AsyncAntiphon(url) as antiphon:
        yield antiphon


async def test_ask_goes_on_with_a_conversation(client: AsyncAntiphon) -> None:
    """An answer stands for its conversation; history is its messages, oldest first, over pages."""
    first = await client.ask("First turn.")
    second = await client.ask("Second turn.", conversation=first)
    said = [(message.role, message.content) for message in await client.history(second)]
    assert said == [(role, f"{n} turn.") for n in ("First", "Second") for role in ("USER", "ASSISTANT")]
    assert [it.content for it in await client.history(second, last=1)] == ["Second turn."]
    assert [it.content for it in await client.ancestors(first.id)] == ["First turn.", "First turn."]


async def test_stream_is_the_answer(client: AsyncAntiphon) -> None:
    """Its pieces joined; the whole answer is there at its end."""
    stream = client.stream("One piece after the other.")
    pieces = [piece async for piece in stream]
    assert "".join(pieces) == "One piece after the other." == stream.text
    assert stream.answer is not None
    assert stream.answer.status == "SUCCEEDED"


async def test_any_text_comes_as_it_is(client: AsyncAntiphon) -> None:
    """Also what other readers of such streams take for the end of a line, and characters of several bytes."""
    text = "✅ one\u2028two\x85three \U0001f600\u2029 four\r\n five\t\x0b\x0c six"
    assert "".join([piece async for piece in client.stream(text)]) == text
    assert (await client.ask(text)).text == text


async def test_same_key_is_the_same_answer(client: AsyncAntiphon) -> None:
    """For who does not know whether it was asked."""
    answers = [await client.ask("Once.", key=f"once {client.url}") for _ in range(2)]
    assert answers[0].id == answers[1].id


async def test_run_reads_paths_texts_and_bytes(client: AsyncAntiphon, tmp_path: Path) -> None:
    """Each file is a subtask; progress is told."""
    (tmp_path / "a.txt").write_text("text of a")
    seen: list[int] = []
    answer = await client.run(
        [tmp_path / "a.txt", ("b.txt", "text of b"), ("c.txt", b"bytes of c")],
        strategy="file",
        instruction="Repeat.",
        config={"max_parallel": 1},
        on_progress=lambda progress: seen.append(progress.done),
    )
    assert all(text in answer.text for text in ("text of a", "text of b", "bytes of c"))
    assert seen[-1] == answer.progress.succeeded == 3
    assert answer.task.config.max_parallel == 1


async def test_failed_task_is_an_exception_with_its_task(client: AsyncAntiphon) -> None:
    """And a result where it is not checked; a retry runs it again."""
    config = {"response_format": {"json": True}, "retries": {"max_attempts": 1}}
    with pytest.raises(TaskFailed) as raised:
        await client.ask("This is no JSON.", config=config)
    assert raised.value.code == "INVALID_ANSWER"
    assert (await client.retry(raised.value.task, check=False)).status == "FAILED"


async def test_unknown_model_is_refused_with_its_field(client: AsyncAntiphon) -> None:
    """As the service says it."""
    with pytest.raises(errors.InvalidInput) as raised:
        await client.ask("Hello.", model="nobody/nothing")
    assert raised.value.field
    assert "echo/echo" in str(raised.value)


async def test_unknown_ids_are_not_found(client: AsyncAntiphon) -> None:
    """Of conversations, messages and tasks."""
    nobody = str(uuid.uuid4())
    for ask in (client.history, client.ancestors, client.cancel, client.wait):
        with pytest.raises(errors.NotFound):
            await ask(nobody)


async def test_cancelled_coroutine_cancels_its_task(client: AsyncAntiphon) -> None:
    """Who asks no more does not want to pay for the answer."""
    asking = asyncio.create_task(client.ask("Wait.", model="slow/slow", title="Given up"))
    async with asyncio.timeout(60):
        while not (found := [it async for it in client.conversations(title="Given up")]):
            await asyncio.sleep(0.05)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        while (tasks := await client.operations.tasks(conversation_id=found[0].id)) is None or (
            tasks.edges[0].node.task_status != "CANCELLED"
        ):
            await asyncio.sleep(0.05)
    assert tasks.edges[0].node.task_status == "CANCELLED"


async def test_waiting_ends_and_the_task_goes_on(client: AsyncAntiphon) -> None:
    """`wait` gives up in time; the task is there to be cancelled."""
    task = await client.submit(text="Wait.", instruction="Wait.", model="slow/slow")
    with pytest.raises(errors.WaitTimeout):
        await client.wait(task, timeout=0.3)
    assert await client.cancel(task) in ("RUNNING", "CANCELLED", "PLANNING")
    assert (await client.wait(task)).status == "CANCELLED"


async def test_usage_and_models(client: AsyncAntiphon) -> None:
    """What was called, and what could be."""
    answer = await client.ask("Hello.")
    (row,) = await client.usage("MODEL", conversation=answer)
    assert (row.key, row.attempts) == ("echo/echo", 1)
    assert "slow" in {model.provider for model in await client.models()}


async def test_sync_client_does_the_same(url: str) -> None:
    """In a thread of its own here: the service shares this process."""

    def use() -> list[str]:
        with Antiphon(url) as antiphon:
            answer = antiphon.ask("Hello.")
            pieces = "".join(antiphon.stream("And again.", conversation=answer))
            return [answer.text, pieces, *(message.content for message in antiphon.history(answer, last=1))]

    assert await asyncio.to_thread(use) == ["Hello.", "And again.", "And again."]


async def test_wrong_key_is_told(guarded: Service) -> None:
    """Without a token, and with a wrong one; also where a stream is wanted."""
    for token in (None, "token-of-nobody"):
        async with AsyncAntiphon(guarded.url, token) as nobody:
            with pytest.raises(errors.Unauthenticated):
                await nobody.models()
            with pytest.raises(errors.Unauthenticated):
                _ = [event async for event in nobody.events("x")]
    async with AsyncAntiphon(guarded.url, "token-of-ann") as ann:
        assert await ann.models()


async def test_named_conversation_is_found_again(url: str) -> None:
    """By whoever names it, also later; its summary is what can be counted."""
    name = f"review {uuid.uuid4()}"
    async with TaskManager(AsyncAntiphon(url)) as manager:
        first = await manager.execute(manager.create_task(input_data="Hello."), ConversationGraph(name, Antiphon(url)))
    graph = ConversationGraph(name, Antiphon(url))
    assert await asyncio.to_thread(lambda: graph.conversation_id) == first.conversation_id
    summary = await asyncio.to_thread(graph.get_conversation_summary)
    assert summary.text is None
    assert str(summary).startswith(f"{name}: 2 messages (1 prompt, 1 response); 1 call, ")


async def test_task_is_executed_once(url: str) -> None:
    """The same task again is the same answer; its subtasks can be waited for."""
    async with TaskManager(AsyncAntiphon(url)) as manager:
        task = manager.create_task("summarize", ["one", "two"], {"strategy": "file", "max_parallel": 2})
        first, second = await manager.execute(task), await manager.execute(task)
        subtask = first.task.subtasks.edges[0].node
        result = await manager.wait_for_result(subtask.id)
        assert first.task.id == second.task.id
        assert subtask.response
        assert (str(result), result.status) == (subtask.response.content, "SUCCEEDED")
        assert (await manager.wait_for_result(first.task.id)).status == "SUCCEEDED"
