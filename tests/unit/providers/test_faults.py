"""Refusals of all shapes, read without a network."""

from __future__ import annotations

import json
from email.utils import formatdate
from time import time

import pytest

from service.errors import BoundRefused, ProviderError, ProviderRejected, ProviderUnavailable, RateLimited
from service.providers.faults import EXCERPT, ContextOverflow, Refusal, error_for, excerpt, retry_after


def said(status: int | None, body: object, headers: dict[str, str] | None = None) -> ProviderError:
    """The error for a refusal."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return error_for("acme", Refusal(status, content, headers or {}), ("hunter2-hunter2",))


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"error": {"message": "No such model."}}, "acme answered 404: No such model."),
        ({"error": "No such model."}, "acme answered 404: No such model."),
        ({"message": "No such model."}, "acme answered 404: No such model."),
        ({"detail": "No such model."}, "acme answered 404: No such model."),
        ([{"error": {"message": "No such model."}}], "acme answered 404: No such model."),
        ({"detail": [{"loc": ["model"]}]}, 'acme answered 404: [{"loc":["model"]}]'),
        (b"<html><style>a{}</style><h1>No such\n page</h1>", "acme answered 404: No such page"),
        (b"", "acme answered 404."),
        (b"\xff\xfe", "acme answered 404: \ufffd\ufffd"),
        (["odd"], "acme answered 404: odd"),
    ],
)
def test_words_of_the_provider_are_found(body: object, message: str) -> None:
    """Whatever the shape of its answer."""
    assert said(404, body).message == message


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"error": {"code": "context_length_exceeded", "message": "x"}}, ContextOverflow),
        ({"error": {"type": "exceed_context_size_error", "message": "x"}}, ContextOverflow),
        ({"error": {"message": "prompt is too long: 9 tokens > 8 maximum"}}, ContextOverflow),
        ({"error": {"message": "This model's maximum context length is 8192 tokens."}}, ContextOverflow),
        ({"error": {"message": "max_tokens is too large"}}, BoundRefused),
    ],
)
def test_overflow_is_told_from_other_refusals(body: object, kind: type[ProviderError]) -> None:
    """By code, by type, or by the words that providers use."""
    assert type(said(400, body)) is kind


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"error": {"type": "overloaded_error", "message": "x"}}, ProviderUnavailable),
        ({"error": {"type": "rate_limit_error", "message": "x"}}, RateLimited),
        ({"error": {"type": "invalid_request_error", "message": "x"}}, ProviderRejected),
        ({"error": {"code": 429, "message": "x"}}, RateLimited),
        ({"error": {"message": "the GPU fell off the bus"}}, ProviderUnavailable),
    ],
)
def test_error_inside_a_stream_has_no_status(body: object, kind: type[ProviderError]) -> None:
    """Its type or code stands in for one; without any it may pass later."""
    assert type(said(None, body)) is kind


def test_spent_quota_is_no_rate_limit() -> None:
    """Waiting does not bring the money back."""
    assert type(said(429, {"error": {"code": "insufficient_quota", "message": "x"}})) is ProviderRejected


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({}, None),
        ({"retry-after": "2.5"}, 2.5),
        ({"retry-after": "2", "retry-after-ms": "250"}, 0.25),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-1"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "Wed, 01 Jan 2020 00:00:00 GMT"}, 0.0),
    ],
)
def test_retry_after_is_read(headers: dict[str, str], wait: float | None) -> None:
    """In milliseconds, in seconds, or as a date; nonsense is no wait."""
    assert retry_after(headers) == wait


def test_retry_after_date_is_seconds_from_now() -> None:
    """An HTTP date ahead of us."""
    wait = retry_after({"retry-after": formatdate(time() + 30, usegmt=True)})
    assert wait is not None
    assert 27 < wait <= 30


def test_excerpt_is_short_and_keeps_secrets() -> None:
    """A key is taken out before the text is cut, so that no half of it stays."""
    text = excerpt("x" * (EXCERPT - 4) + "hunter2-hunter2", ("hunter2-hunter2",))
    assert "hunter" not in text
    assert len(text) <= EXCERPT + 1
    assert excerpt("Bearer abcdefghi sk-proj-abcdefgh") == "Bearer [key] [key]"
