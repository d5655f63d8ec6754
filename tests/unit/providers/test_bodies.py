"""What is sent: each protocol's request, as its servers want it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from service.chat import ChatMessage, ChatRequest, ModelConfig, ProviderConfig, Timeouts
from service.providers.opening import open_provider
from service.records import ResponseFormat, ResponseFormatKind, Role
from tests.support.fault_server import FaultServer

MODEL = ModelConfig("acme", "some-model", "some", 8192, 777)
SCHEMA = {"type": "object"}
FORM = ResponseFormat(ResponseFormatKind.JSON_SCHEMA, SCHEMA)
TALK = (
    ChatMessage(Role.SYSTEM, "Be brief."),
    ChatMessage(Role.USER, "One."),
    ChatMessage(Role.USER, "Two."),
    ChatMessage(Role.ASSISTANT, "Three."),
    ChatMessage(Role.ASSISTANT, ""),
    ChatMessage(Role.SYSTEM, "Be kind."),
    ChatMessage(Role.TOOL, "Four."),
)
REQUEST = ChatRequest(MODEL, TALK, timeouts=Timeouts(1, 1, 2))


@pytest.fixture
async def server() -> AsyncIterator[FaultServer]:
    """A server that answers well and keeps what it was asked."""
    async with FaultServer() as running:
        yield running


async def sent(server: FaultServer, request: ChatRequest, **config: Any) -> dict[str, Any]:
    """What the server received for `request`."""
    settings: dict[str, Any] = {"protocol": "openai", "api_key": "some-key", **config}
    provider = open_provider(ProviderConfig("acme", base_url=server.url("good") + "?api-version=7", **settings))
    async for _ in provider.stream(request):
        pass
    await provider.aclose()
    return server.requests[-1]


async def test_openai_request(server: FaultServer) -> None:
    """Streaming with usage; turns merged, empty ones dropped; the older name for the bound; a schema as a format."""
    request = replace(
        REQUEST,
        max_output_tokens=5,
        temperature=0.0,
        response_format=FORM,
    )
    body = await sent(server, request)
    assert body["messages"] == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "One.\n\nTwo."},
        {"role": "assistant", "content": "Three."},
        {"role": "system", "content": "Be kind."},
        {"role": "user", "content": "Four."},
    ]
    assert (body["stream"], body["stream_options"]) == (True, {"include_usage": True})
    assert (body["max_tokens"], body["temperature"]) == (5, 0.0)
    assert body["response_format"]["json_schema"]["schema"] == SCHEMA
    assert "authorization: bearer some-key" in body["head"].lower()


async def test_openai_options_change_the_request(server: FaultServer) -> None:
    """For servers that know the newer name, or that refuse to count a stream; and no key where there is none."""
    options = {"max_tokens_field": "max_completion_tokens", "include_usage": False}
    body = await sent(server, replace(REQUEST, max_output_tokens=5), options=options, api_key=None)
    assert body["max_completion_tokens"] == 5
    assert "stream_options" not in body
    assert "max_tokens" not in body
    assert "authorization" not in body["head"].lower()


async def test_extra_headers_win_and_the_query_stays(server: FaultServer) -> None:
    """As gateways want it."""
    body = await sent(server, REQUEST, headers={"Authorization": "Token t", "X-Team": "blue"})
    assert body["head"].startswith("POST /good/chat/completions?api-version=7 ")
    assert body["head"].lower().count("authorization:") == 1
    assert "Token t" in body["head"]
    assert "x-team: blue" in body["head"].lower()


async def test_anthropic_request(server: FaultServer) -> None:
    """System lifted out, turns merged, empty ones dropped, a bound always."""
    body = await sent(
        server,
        replace(REQUEST, response_format=FORM),
        protocol="anthropic",
    )
    assert body["system"] == "Be brief.\n\nBe kind."
    assert body["messages"] == [
        {"role": "user", "content": "One.\n\nTwo."},
        {"role": "assistant", "content": "Three."},
        {"role": "user", "content": "Four."},
    ]
    assert body["max_tokens"] == 777
    assert body["output_config"]["format"] == {"type": "json_schema", "schema": SCHEMA}
    assert "x-api-key: some-key" in body["head"].lower()
    assert "anthropic-version: 2023-06-01" in body["head"].lower()


async def test_anthropic_is_sent_no_bounds(server: FaultServer) -> None:
    """Its schemas know no bounds of numbers, texts and lists; properties of such names are left alone."""
    number = {"type": "integer", "minimum": 1, "enum": [{"maximum": 3}]}
    bounded = {"type": "array", "minItems": 1, "maxItems": 3, "items": {"type": "string", "maxLength": 9}}
    schema = {"type": "object", "properties": {"maximum": number, "list": bounded}, "required": ["maximum"]}
    form = ResponseFormat(ResponseFormatKind.JSON_SCHEMA, schema)
    body = await sent(server, replace(REQUEST, response_format=form), protocol="anthropic")
    assert body["output_config"]["format"]["schema"] == {
        "type": "object",
        "properties": {
            "maximum": {"type": "integer", "enum": [{"maximum": 3}]},
            "list": {"type": "array", "minItems": 1, "items": {"type": "string"}},
        },
        "required": ["maximum"],
    }


async def test_lone_surrogate_costs_one_character(server: FaultServer) -> None:
    """Text that no encoding can carry does not lose the prompt."""
    body = await sent(server, replace(REQUEST, messages=(ChatMessage(Role.USER, "a\ud800b wörld"),)))
    assert body["messages"][0]["content"] == "a?b wörld"
