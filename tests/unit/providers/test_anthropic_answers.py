"""Answers of servers that speak Anthropic's messages in their own way: what is read is what was meant."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from service.chat import Usage
from service.errors import ProviderUnavailable
from tests.support.provider_calls import PATIENT, answer, ask, failure, opened, thoughts
from tests.support.scripted_provider import Json, ScriptedProvider


@pytest.fixture
async def server() -> AsyncIterator[ScriptedProvider]:
    """A provider that says what the test tells it to."""
    async with ScriptedProvider() as running:
        yield running


def event(kind: str, **members: Any) -> Json:
    """An event of a stream."""
    return {"type": kind, **members}


def start(**usage: int) -> Json:
    """The first event of an answer."""
    return event("message_start", message={"content": [], "usage": usage})


def end(reason: str | None = "end_turn", **usage: int) -> Json:
    """The event that says why the answer ended."""
    return event("message_delta", delta={"stop_reason": reason}, usage=usage)


START = start(input_tokens=4, cache_read_input_tokens=2, cache_creation_input_tokens=1, output_tokens=1)
HELLO = [event("content_block_delta", index=0, delta={"type": "text_delta", "text": t}) for t in ("Hello ", "wörld")]
STOP = event("message_stop")


async def read(server: ScriptedProvider) -> tuple[str, str, Usage]:
    """The answer's text, its finish reason and its usage."""
    async with opened("anthropic", server.url) as provider:
        text, completion = await answer(provider)
    return text, completion.finish_reason, completion.usage


@pytest.mark.parametrize(
    ("events", "usage"),
    [
        ([START, *HELLO, end(output_tokens=2)], Usage(7, 2, 2, 1)),
        ([START, *HELLO, end(input_tokens=0, cache_read_input_tokens=0, output_tokens=2)], Usage(7, 2, 2, 1)),
        (
            [start(input_tokens=0), *HELLO, end(input_tokens=5, cache_read_input_tokens=2, output_tokens=2)],
            Usage(7, 2, 2),
        ),
        (
            [start(input_tokens=7), *HELLO, end(input_tokens=5, cache_read_input_tokens=2, output_tokens=2)],
            Usage(7, 2, 2),
        ),
    ],
)
async def test_usage_of_the_end_adds_to_that_of_the_beginning(
    server: ScriptedProvider, events: list[Json], usage: Usage
) -> None:
    """It counts from the beginning; zeros after a count are no count."""
    server.say(*events, STOP)
    assert await read(server) == ("Hello wörld", "stop", usage)


@pytest.mark.parametrize("tail", [[STOP], [end(None), STOP]])
async def test_message_stop_is_an_end_too(server: ScriptedProvider, tail: list[Json]) -> None:
    """Some servers say no reason."""
    server.say(START, *HELLO, *tail)
    assert (await read(server))[:2] == ("Hello wörld", "stop")


async def test_message_stop_after_nothing_is_no_answer(server: ScriptedProvider) -> None:
    """Then the server gave up."""
    server.say(START, STOP)
    async with opened("anthropic", server.url) as provider:
        assert type((await failure(provider, ask(PATIENT)))[1]) is ProviderUnavailable


@pytest.mark.parametrize(
    "other",
    [
        "[DONE]",
        event("content_block_sketch", index="a", delta=[1, 2]),
        event("progress", usage="none"),
        event("content_block_start", index=1, content_block={"type": "redacted_thinking", "data": "x"}),
        event("content_block_delta", index=1, delta={"type": "citations_delta", "citation": {"cited_text": "x"}}),
    ],
)
async def test_event_that_says_nothing_to_us_is_passed_over(server: ScriptedProvider, other: Json | str) -> None:
    """Kinds that are newer than we are, of whatever shape, and the other protocol's goodbye."""
    server.say(START, other, *HELLO, end(), other, STOP, other)
    assert (await read(server))[:2] == ("Hello wörld", "stop")


async def test_thinking_is_read_apart(server: ScriptedProvider) -> None:
    """It is no text of the answer."""
    thinking = event("content_block_delta", index=0, delta={"type": "thinking_delta", "thinking": "hm"})
    for _ in range(2):
        server.say(START, thinking, *HELLO, end(), STOP)
    async with opened("anthropic", server.url) as provider:
        assert await thoughts(provider) == "hm"
        assert (await answer(provider))[0] == "Hello wörld"


async def test_text_may_stand_in_the_beginning_of_its_block(server: ScriptedProvider) -> None:
    """Where a server does not stream, but has to."""
    server.say(START, event("content_block_start", index=0, content_block={"type": "text", "text": "Hello "}))
    server.say(
        START, event("content_block_start", content_block={"type": "text", "text": "Hello "}), HELLO[1], end(), STOP
    )
    async with opened("anthropic", server.url) as provider:
        assert (await failure(provider, ask(PATIENT)))[0] == "Hello "
        assert (await answer(provider))[0] == "Hello wörld"


async def test_content_may_be_its_text_alone(server: ScriptedProvider) -> None:
    """As the request may."""
    server.say_whole({"type": "message", "content": "Hello wörld", "stop_reason": "max_tokens"})
    assert (await read(server))[:2] == ("Hello wörld", "length")
