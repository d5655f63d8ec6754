"""The same faults from a second, independent server."""

from __future__ import annotations

import pytest
from llmock.pytest_plugin import LLMock

from service.errors import ProviderRejected, ProviderTimeout, ProviderUnavailable, RateLimited
from service.providers.faults import ContextOverflow
from tests.support.provider_calls import QUICK, answer, ask, both, failure, opened


@both
async def test_llmock_answers(llmock: LLMock, protocol: str) -> None:
    """A scripted answer comes through with its usage."""
    llmock.reply("Well met.")
    async with opened(protocol, llmock.base_url(protocol)) as provider:
        text, completion = await answer(provider)
    assert (text, completion.finish_reason) == ("Well met.", "stop")
    assert completion.usage.output_tokens


@both
@pytest.mark.parametrize("status", [401, 403, 404, 500, 502, 503, 529])
async def test_llmock_refuses(llmock: LLMock, protocol: str, status: int) -> None:
    """A refusal is one call, of the class its status says."""
    llmock.fail(status)
    async with opened(protocol, llmock.base_url(protocol)) as provider:
        _, error = await failure(provider)
    assert type(error) is (ProviderRejected if status < 500 else ProviderUnavailable)
    assert error.status == status
    assert len(llmock.requests) == 1


@both
async def test_llmock_limits_the_rate(llmock: LLMock, protocol: str) -> None:
    """429 carries the wait that was asked for."""
    llmock.rate_limit(retry_after=7)
    async with opened(protocol, llmock.base_url(protocol)) as provider:
        _, error = await failure(provider)
    assert type(error) is RateLimited
    assert error.retry_after == 7


@both
@pytest.mark.parametrize("fault", ["disconnect", "truncate", "corrupt"])
async def test_llmock_breaks_the_stream(llmock: LLMock, protocol: str, fault: str) -> None:
    """A stream that breaks after three chunks is unavailable."""
    getattr(llmock, fault)(after_chunks=3)
    async with opened(protocol, llmock.base_url(protocol)) as provider:
        _, error = await failure(provider)
    assert type(error) is ProviderUnavailable


@both
@pytest.mark.parametrize("fault", ["slow_first_token", "stall"])
async def test_llmock_is_silent(llmock: LLMock, protocol: str, fault: str) -> None:
    """Silence at the start or in the middle is a timeout."""
    getattr(llmock, fault)(seconds=5.0)
    async with opened(protocol, llmock.base_url(protocol)) as provider:
        _, error = await failure(provider, ask(QUICK))
    assert type(error) is ProviderTimeout


@both
async def test_llmock_overflows(llmock: LLMock, protocol: str) -> None:
    """A prompt that is too long is told apart from other refusals."""
    llmock.context_overflow()
    async with opened(protocol, llmock.base_url(protocol)) as provider:
        _, error = await failure(provider)
    assert type(error) is ContextOverflow
