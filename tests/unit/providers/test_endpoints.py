"""Where a provider is asked, and what carries its key."""

from __future__ import annotations

import httpx
import pytest

from service.chat import ChatMessage, ChatRequest, ModelConfig, ProviderConfig, Timeouts
from service.providers.endpoints import endpoint
from service.providers.openai_request import OpenAIOptions, key_header, request_body
from service.records import Role


@pytest.mark.parametrize(
    "base", ["http://x/a", "http://x/a/", "http://x/a/v1", "http://x/a/v1/", "http://x/a/v1/messages"]
)
def test_what_the_address_ends_with_is_not_said_twice(base: str) -> None:
    """People copy addresses with and without their last parts."""
    assert str(endpoint(httpx.URL(base), "/v1/messages")) == "http://x/a/v1/messages"


def test_query_of_the_address_stays() -> None:
    """As Azure's deployments want it."""
    base = "https://x/openai/deployments/d/chat/completions?api-version=7"
    assert str(endpoint(httpx.URL(base), "/chat/completions")) == base
    assert str(endpoint(httpx.URL("https://x/chat?a=1"), "/chat/completions")) == "https://x/chat/completions?a=1"


@pytest.mark.parametrize(
    ("host", "key", "header"),
    [
        ("https://mine.openai.azure.com/openai/v1", "k-1", {"api-key": "k-1"}),
        ("https://mine.cognitiveservices.azure.com/openai/v1", "k-1", {"api-key": "k-1"}),
        ("https://mine.openai.azure.com/openai/v1", "eyJ0.x.y", {"authorization": "Bearer eyJ0.x.y"}),
        ("https://api.openai.com/v1", "k-1\n", {"authorization": "Bearer k-1"}),
        ("https://api.openai.com/v1", None, {}),
    ],
)
def test_key_is_sent_as_the_host_wants_it(host: str, key: str | None, header: dict[str, str]) -> None:
    """Azure takes its keys in `api-key` only, and Microsoft's tokens as everybody does."""
    assert key_header(ProviderConfig("p", "openai", base_url=host, api_key=key)) == header


@pytest.mark.parametrize(
    ("host", "model", "field"),
    [
        ("api.openai.com", "gpt-4o", "max_completion_tokens"),
        ("gateway.example", "gpt-5-mini", "max_completion_tokens"),
        ("gateway.example", "openai/o3", "max_completion_tokens"),
        ("gateway.example", "openai/gpt-4o", "max_tokens"),
        ("gateway.example", "gpt-oss:20b", "max_tokens"),
        ("gateway.example", "olmo-2", "max_tokens"),
    ],
)
def test_bound_of_the_answer_has_the_name_that_the_model_takes(host: str, model: str, field: str) -> None:
    """Newer models of OpenAI refuse the older name behind gateways too."""
    request = ChatRequest(
        ModelConfig("p", model, "f", 8192, 1024),
        (ChatMessage(Role.USER, "Hi"),),
        max_output_tokens=5,
        timeouts=Timeouts(1, 1, 1),
    )
    assert request_body(request, OpenAIOptions(), host)[field] == 5
