"""Calls to a provider, as the provider tests make them."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

import pytest

from service.chat import (
    ChatMessage,
    ChatRequest,
    Completion,
    ModelConfig,
    ProviderConfig,
    ReasoningDelta,
    TextDelta,
    Timeouts,
)
from service.errors import ProviderError
from service.providers.opening import Provider, open_provider
from service.records import Role

KEY = "open-sesame-123"
MODEL = ModelConfig("faulty", "some-model", "some", 8192, 1024)
PATIENT = Timeouts(connect=20.0, first_token=60.0, total=120.0)
QUICK = Timeouts(connect=20.0, first_token=0.3, total=60.0)
"""For a server that is silent from the beginning: another may be so for a while, on a busy machine."""
both = pytest.mark.parametrize("protocol", ["openai", "anthropic"])


def ask(timeouts: Timeouts = PATIENT) -> ChatRequest:
    """The smallest request."""
    return ChatRequest(MODEL, (ChatMessage(Role.USER, "Say hello."),), timeouts=timeouts)


@contextlib.asynccontextmanager
async def opened(protocol: str, base_url: str) -> AsyncIterator[Provider]:
    """A provider that speaks `protocol` to `base_url`."""
    provider = open_provider(ProviderConfig("faulty", protocol, base_url=base_url, api_key=KEY))
    try:
        yield provider
    finally:
        await provider.aclose()


async def answer(provider: Provider, request: ChatRequest | None = None) -> tuple[str, Completion]:
    """The whole text, and the completion."""
    items = [item async for item in provider.stream(request or ask())]
    assert isinstance(items[-1], Completion)
    return "".join(item.text for item in items if isinstance(item, TextDelta)), items[-1]


async def failure(provider: Provider, request: ChatRequest | None = None) -> tuple[str, ProviderError]:
    """The text that came before the error, and the error."""
    text = ""
    try:
        async for item in provider.stream(request or ask()):
            text += item.text if isinstance(item, TextDelta) else ""
    except ProviderError as error:
        return text, error
    raise AssertionError(f"no error, but {text!r}")


async def thoughts(provider: Provider) -> str:
    """What the model thought, as far as the server keeps it apart."""
    return "".join([item.text async for item in provider.stream(ask()) if isinstance(item, ReasoningDelta)])
