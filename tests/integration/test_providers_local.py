"""The real local model: started once, again when it died, gone when we are; and both protocols of its server."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from service.chat import ChatMessage, ChatRequest, ModelConfig, ProviderConfig, TextDelta, Tool, ToolCall
from service.errors import ProviderUnavailable, SetupError
from service.providers.faults import ContextOverflow
from service.providers.local import LocalOptions, LocalProvider, usual_weights
from service.providers.opening import open_provider
from service.providers.tokens import token_counter
from service.records import ResponseFormat, ResponseFormatKind, Role
from tests.support.provider_calls import PATIENT, answer, failure, opened

MODEL = ModelConfig("local", "smollm2-135m", "smollm2", 2048, 512, tokenizer="local")
CONFIG = ProviderConfig("local", "local", models=(MODEL,), options={"n_parallel": 2})
LONG = {"type": "array", "items": {"type": "integer"}, "minItems": 200, "maxItems": 200}
ROOT = Path(__file__).parents[2]


def ask(text: str = "Say hello.", tokens: int = 8) -> ChatRequest:
    """A small request to the local model."""
    return ChatRequest(MODEL, (ChatMessage(Role.USER, text),), max_output_tokens=tokens, timeouts=PATIENT)


def meeting(schema: dict[str, Any]) -> ResponseFormat:
    """The format of an answer that meets a schema."""
    return ResponseFormat(ResponseFormatKind.JSON_SCHEMA, schema)


def is_alive(pid: int) -> bool:
    """Whether a process is there and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.fixture(scope="module")
async def local() -> AsyncIterator[LocalProvider]:
    """The local model, running once for this module."""
    provider = open_provider(CONFIG)
    assert isinstance(provider, LocalProvider)
    yield provider
    await provider.aclose()


async def test_first_calls_at_once_start_one_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four callers and a counter in a thread find one model."""
    started: list[subprocess.Popen[bytes]] = []

    def start(*arguments: Any, **options: Any) -> subprocess.Popen[bytes]:
        started.append(popen(*arguments, **options))
        return started[-1]

    popen = subprocess.Popen
    monkeypatch.setattr("service.providers.local_process.subprocess.Popen", start)
    provider = LocalProvider(CONFIG)
    counting = asyncio.to_thread(provider.count_tokens, "hello world")
    *answers, count = await asyncio.gather(*(answer(provider, ask()) for _ in range(4)), counting)
    assert [process.pid for process in started] == [provider.process.pid]
    await provider.aclose()
    assert count == 2
    assert all(completion.usage.output_tokens for _, completion in answers)


async def test_answer_streams_with_usage(local: LocalProvider) -> None:
    """Its name for the model is no path of this machine."""
    text, completion = await answer(local, replace(ask(tokens=12), response_format=meeting(LONG)))
    assert text
    assert completion.finish_reason == "length"
    assert completion.usage.output_tokens == 12
    assert "/" not in (completion.model or "")


async def test_schema_is_met(local: LocalProvider) -> None:
    """The grammar forces the shape, whatever so small a model thinks."""
    schema = {"type": "object", "properties": {"ok": {"type": "boolean"}}, "required": ["ok"]}
    text, _ = await answer(local, replace(ask(tokens=60), response_format=meeting(schema)))
    assert text.lstrip().startswith("{")


async def test_anthropic_protocol_is_spoken_too(local: LocalProvider) -> None:
    """The same server, asked by our other protocol."""
    endpoint = await asyncio.to_thread(local.process.endpoint)
    config = ProviderConfig("messages", "anthropic", base_url=endpoint.url, api_key=endpoint.api_key)
    provider = open_provider(config)
    text, completion = await answer(provider, ask(tokens=6))
    await provider.aclose()
    assert text
    assert completion.finish_reason in ("stop", "length")
    assert completion.usage.output_tokens


async def test_tools_calls_and_results_are_taken_on_both_protocols(local: LocalProvider) -> None:
    """The server reads the definitions, an earlier call and its result, as each of our protocols sends them."""
    call = ToolCall("call.1", "get_weather", '{"city": "Oslo"}')
    asked, called = ChatMessage(Role.USER, "Weather?"), ChatMessage(Role.ASSISTANT, "", (call,))
    result = ChatMessage(Role.TOOL, "rain " * 40, tool_call_id=call.id)
    tools = (Tool("get_weather", "The weather.", {"type": "object", "properties": {"city": {"type": "string"}}}),)
    request = replace(ask(tokens=6), messages=(asked, called, result), tools=tools)
    endpoint = await asyncio.to_thread(local.process.endpoint)
    messages = open_provider(ProviderConfig("messages", "anthropic", base_url=endpoint.url, api_key=endpoint.api_key))
    for provider in (local, messages):
        _, completion = await answer(provider, request)
        assert (completion.usage.input_tokens or 0) > 40
        assert completion.usage.output_tokens
    await messages.aclose()


async def test_stranger_without_the_key_is_refused(local: LocalProvider) -> None:
    """Another user of the machine may find the port, not the key."""
    endpoint = await asyncio.to_thread(local.process.endpoint)
    async with opened("openai", f"{endpoint.url}/v1") as stranger:
        _, error = await failure(stranger, ask())
    assert error.status == 401


async def test_long_prompt_overflows(local: LocalProvider) -> None:
    """It is told apart, so that it can be cut and asked again."""
    _, error = await failure(local, ask("hello world " * 3000))
    assert type(error) is ContextOverflow


async def test_counts_are_linear_in_the_text(local: LocalProvider) -> None:
    """A long unbroken run takes no more than its share."""
    count = token_counter(MODEL, local)
    await asyncio.to_thread(count, "warm")
    started = time.perf_counter()
    assert await asyncio.to_thread(count, "a" * 300_000) > 1000
    assert time.perf_counter() - started < 60


async def test_it_is_started_again_when_it_died(local: LocalProvider) -> None:
    """The call in flight breaks off; the next one finds a new process."""
    await answer(local, ask())
    first = local.process.pid
    assert first is not None
    stream = local.stream(replace(ask(tokens=500), response_format=meeting(LONG)))
    assert isinstance(await anext(stream), TextDelta)
    os.kill(first, signal.SIGKILL)
    with pytest.raises(ProviderUnavailable):
        _ = [item async for item in stream]
    async with asyncio.timeout(60):
        while local.process.pid in (None, first):
            # A process takes a moment to die; until then a call may still reach it, and breaks off as well.
            with suppress(ProviderUnavailable):
                await answer(local, ask())
    assert local.process.pid != first


async def test_close_ends_the_process() -> None:
    """And it does not come back."""
    provider = LocalProvider(CONFIG)
    await answer(provider, ask(tokens=1))
    pid = provider.process.pid
    await provider.aclose()
    assert pid is not None
    assert not is_alive(pid)
    with pytest.raises(ProviderUnavailable):
        await asyncio.to_thread(provider.count_tokens, "hello")


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for the orphan in /proc")
def test_killed_service_leaves_no_orphan() -> None:
    """`kill -9` of the parent ends the model within seconds."""
    code = (
        "import time\n"
        "from service.providers.local import LocalProvider\n"
        "from service.chat import ProviderConfig\n"
        "provider = LocalProvider(ProviderConfig('local', 'local', options={'context': 512}))\n"
        "provider.process.endpoint()\n"
        "print(provider.process.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE) as parent:
        assert parent.stdout
        pid = int(parent.stdout.readline())
        assert is_alive(pid)
        parent.kill()
    deadline = time.monotonic() + 60
    while is_alive(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not is_alive(pid)


async def test_a_model_with_a_file_of_its_own_has_a_process_of_its_own(local: LocalProvider, tmp_path: Path) -> None:
    """With its own window and tokenizer; the usual model is not started for it. A file that is gone says so."""
    usual = await asyncio.to_thread(local.process.endpoint)
    mine = replace(MODEL, name="mine", context_window=512)
    link = tmp_path / "mine.gguf"
    link.symlink_to(usual_weights(CONFIG, LocalOptions()))
    files = {"mine": {"path": str(link), "n_parallel": 1}, "gone": {"path": str(tmp_path / "gone.gguf")}}
    provider = LocalProvider(replace(CONFIG, models=(MODEL, mine), options={"files": files}))
    _, completion = await answer(provider, replace(ask(), model=mine))
    assert completion.model == "mine"
    assert await asyncio.to_thread(token_counter(mine, provider), "hello world") == 2
    _, error = await failure(provider, replace(ask("hello world " * 400), model=mine))
    assert type(error) is ContextOverflow
    assert provider.process.pid is None
    with pytest.raises(SetupError, match="Install it again: antiphon setup --model gone"):
        await answer(provider, replace(ask(), model=replace(mine, name="gone")))
    await provider.aclose()
    assert local.process.running == usual


async def test_broken_model_file_says_why(tmp_path: Path) -> None:
    """The last words of the process are in the error."""
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(b"GGUF and then nothing")
    provider = LocalProvider(replace(CONFIG, options={"model_path": str(broken)}))
    with pytest.raises(SetupError, match=r"did not start: .*[a-z]"):
        await anext(provider.stream(ask()))
    await provider.aclose()


async def test_slow_start_is_given_up() -> None:
    """A start that takes too long is a timeout that says so."""
    provider = LocalProvider(replace(CONFIG, options={"start_seconds": 0.05}))
    _, error = await failure(provider, ask())
    await provider.aclose()
    assert "did not start within 50 ms" in error.message
