"""Answers of servers that speak chat completions in their own way: what is read is what was meant."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from service.chat import Usage
from service.errors import ProviderError, ProviderUnavailable, RateLimited
from tests.support.provider_calls import PATIENT, answer, ask, failure, opened, thoughts
from tests.support.scripted_provider import Json, ScriptedProvider, sse

USED = {"prompt_tokens": 7, "completion_tokens": 2, "total_tokens": 9}
DONE = "[DONE]"


@pytest.fixture
async def server() -> AsyncIterator[ScriptedProvider]:
    """A provider that says what the test tells it to."""
    async with ScriptedProvider() as running:
        yield running


def chunk(content: Any = None, finish: str | None = None, *, delta: Json | None = None, **more: Any) -> Json:
    """A chunk of a stream; `more` stands beside its choices."""
    said = {"content": content} if content is not None else {}
    return {"choices": [{"index": 0, "delta": {**said, **(delta or {})}, "finish_reason": finish}], **more}


def choice(**members: Any) -> Json:
    """A chunk whose one choice has these members."""
    return {"choices": [{"delta": {}, **members}]}


HELLO = chunk("Hello "), chunk("wörld")
END = chunk(finish="stop")


async def read(server: ScriptedProvider) -> tuple[str, str, Usage]:
    """The answer's text, its finish reason and its usage."""
    async with opened("openai", server.url) as provider:
        text, completion = await answer(provider)
    return text, completion.finish_reason, completion.usage


async def failed(server: ScriptedProvider) -> ProviderError:
    """The error that the answer is."""
    async with opened("openai", server.url) as provider:
        return (await failure(provider, ask(PATIENT)))[1]


@pytest.mark.parametrize(
    ("said", "finish"),
    [
        ("model_length", "length"),
        ("max_tokens", "length"),
        ("MAX_TOKENS", "length"),
        ("SAFETY", "content_filter"),
        ("content_filter: PROHIBITED_CONTENT", "content_filter"),
        ("sensitive", "content_filter"),
        ("tool_use", "tool_calls"),
        ("eos_token", "stop"),
        ("COMPLETE", "stop"),
    ],
)
async def test_finish_reason_of_another_vendor_is_understood(server: ScriptedProvider, said: str, finish: str) -> None:
    """An answer that was cut or filtered is not taken for one that came to its end."""
    server.say(*HELLO, chunk(finish=said), DONE)
    assert (await read(server))[:2] == ("Hello wörld", finish)


@pytest.mark.parametrize("said", ["network_error", "insufficient_system_resource", "abort", "ERROR"])
async def test_finish_reason_may_be_a_failure(server: ScriptedProvider, said: str) -> None:
    """Zhipu, DeepSeek, vLLM and Cohere say so that they could not go on: it may pass."""
    server.say(*HELLO, chunk(finish=said), DONE)
    error = await failed(server)
    assert type(error) is ProviderUnavailable
    assert said in str(error)


@pytest.mark.parametrize("events", [HELLO, (chunk("Hello ", ""), chunk("wörld", ""))])
async def test_done_is_an_end_too(server: ScriptedProvider, events: tuple[Json, ...]) -> None:
    """Some servers never send a finish reason, or an empty one."""
    server.say(*events, DONE)
    assert (await read(server))[:2] == ("Hello wörld", "stop")


@pytest.mark.parametrize("events", [(DONE,), (chunk("", delta={"role": "assistant"}), DONE)])
async def test_done_after_nothing_is_no_answer(server: ScriptedProvider, events: tuple[Json | str, ...]) -> None:
    """An end with nothing before it is of a server that gave up."""
    server.say(*events)
    assert type(await failed(server)) is ProviderUnavailable


async def test_text_in_parts_is_read_without_its_reasoning(server: ScriptedProvider) -> None:
    """As Mistral sends it."""
    thought = {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}
    server.say(chunk([thought]), chunk([{"type": "text", "text": "Hello "}]), chunk("wörld"), END, DONE)
    assert (await read(server))[0] == "Hello wörld"


@pytest.mark.parametrize(
    "said",
    [
        {"reasoning_content": "hm"},
        {"reasoning": "hm"},
        {"thinking": "hm"},
        {"reasoning": "hm", "reasoning_content": "hm", "reasoning_details": [{"type": "reasoning.text", "text": "hm"}]},
        {"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}]},
    ],
)
async def test_reasoning_that_comes_apart_is_read(server: ScriptedProvider, said: Json) -> None:
    """By whatever name, once; it is no text of the answer."""
    for _ in range(2):
        server.say(choice(delta=said), *HELLO, END, DONE)
    async with opened("openai", server.url) as provider:
        assert await thoughts(provider) == "hm"
        assert (await answer(provider))[0] == "Hello wörld"


@pytest.mark.parametrize(
    ("events", "usage"),
    [
        ([chunk(finish="stop", x_groq={"id": "q", "usage": USED})], Usage(7, 2)),
        ([choice(finish_reason="stop", usage=USED)], Usage(7, 2)),
        ([chunk(finish="stop", usage={"input_tokens": 7, "output_tokens": 2})], Usage(7, 2)),
        ([chunk(finish="stop", usage={**USED, "prompt_cache_hit_tokens": 3})], Usage(7, 2, 3)),
        ([chunk(finish="stop", usage=USED), {"choices": [], "usage": {}}], Usage(7, 2)),
        ([chunk(finish="stop", usage=USED), {"choices": [], "usage": {"prompt_tokens": 0}}], Usage(7, 2)),
        ([chunk(finish="stop", usage={**USED, "prompt_tokens_details": []})], Usage(7, 2)),
        ([chunk(finish="stop", usage={**USED, "prompt_tokens": "7"})], Usage(7, 2)),
        ([chunk(finish="stop", usage={**USED, "prompt_tokens": "many"})], Usage(None, 2)),
        ([chunk(finish="stop", usage="none")], Usage()),
        ([chunk(finish="stop", usage=dict.fromkeys(USED, 0))], Usage()),
        # Reasoning that only the total counts is output, and paid for.
        ([chunk(finish="stop", usage={**USED, "total_tokens": 109})], Usage(7, 102)),
    ],
)
async def test_usage_is_found_where_it_stands(server: ScriptedProvider, events: list[Json], usage: Usage) -> None:
    """Once known it is not forgotten, and none of its shapes loses the answer."""
    server.say(*HELLO, *events, DONE)
    assert await read(server) == ("Hello wörld", "stop", usage)


@pytest.mark.parametrize(
    "odd",
    [
        chunk("Hello ", delta={"refusal": False, "reasoning": {"text": "hm"}}),
        chunk("Hello ", model=5),
        chunk("Hello ", error={"code": 0, "message": ""}),
        chunk("Hello ", usage=[]),
    ],
)
async def test_what_stands_beside_an_answer_does_not_lose_it(server: ScriptedProvider, odd: Json) -> None:
    """Members of other shapes than the protocol's, which we do not need."""
    server.say(odd, chunk("wörld"), END, DONE)
    assert (await read(server))[:2] == ("Hello wörld", "stop")


@pytest.mark.parametrize(
    "other",
    [
        {"type": "ping"},
        {"id": "x", "object": "chat.completion.chunk", "model": "m"},
        {"choices": None, "citations": ["https://example.org"]},
        {"choices": [{"index": 1, "delta": {"content": "another answer"}}]},
        {"choices": [{"delta": ""}]},
    ],
)
async def test_event_that_says_nothing_is_passed_over(server: ScriptedProvider, other: Json) -> None:
    """Pings, sources and the like between the chunks."""
    server.say(other, *HELLO, other, END, other, DONE)
    assert (await read(server))[:2] == ("Hello wörld", "stop")


async def test_events_may_be_parted_by_one_line_break(server: ScriptedProvider) -> None:
    """Where the format wants an empty line; also only before the last."""
    server.say_bytes([sse(*HELLO, END, DONE).replace(b"\n\n", b"\n")])
    assert (await read(server))[:2] == ("Hello wörld", "stop")
    server.say_bytes([sse(*HELLO), sse(END, DONE).replace(b"\n\n", b"\n")])
    assert (await read(server))[:2] == ("Hello wörld", "stop")


@pytest.mark.parametrize(
    "event",
    [
        choice(finish_reason="error", error={"code": 429, "message": "Slow down upstream."}),
        {
            "error": {"code": 429, "message": "Slow down upstream."},
            "choices": [{"delta": {}, "finish_reason": "error"}],
        },
        [{"error": {"code": 429, "message": "Slow down upstream."}}],
    ],
)
async def test_error_inside_a_stream_is_read_where_it_stands(server: ScriptedProvider, event: Any) -> None:
    """In the choice, beside it, or in a list, as gateways send it."""
    server.say(chunk("Hel"), event, DONE)
    error = await failed(server)
    assert type(error) is RateLimited
    assert "Slow down upstream." in str(error)


@pytest.mark.parametrize(
    "kind", ["text/event-stream", "application/json", "text/plain; charset=utf-8", "text/html", ""]
)
@pytest.mark.parametrize("whole", [True, False])
async def test_media_type_may_be_wrong(server: ScriptedProvider, kind: str, whole: bool) -> None:
    """What an answer is shows in its first bytes; servers and proxies call a stream plain text, and JSON a stream."""
    body = {"choices": [{"message": {"content": "Hello wörld"}, "finish_reason": "stop"}]}
    stream = b"\xef\xbb\xbf\r\n: hi\n\n" + sse(*HELLO, END, DONE)
    pieces = [b"\n", b" \n" + json.dumps(body).encode()] if whole else [stream[:7], stream[7:]]
    server.say_bytes(pieces, kind.encode())
    assert (await read(server))[:2] == ("Hello wörld", "stop")


async def test_error_may_be_called_a_stream(server: ScriptedProvider) -> None:
    """Its words and its code count as they would as JSON."""
    server.say_bytes([json.dumps({"error": {"message": "Slow down.", "code": 429}}).encode()])
    assert type(await failed(server)) is RateLimited
