"""What a provider's refusal means: a status, headers and a body become one error of the tree. Pure.

Knows the error shapes of OpenAI, Anthropic, llama.cpp, FastAPI servers and proxies that answer HTML.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any, cast

import orjson

from service.errors import ContextOverflow, ProviderError, ProviderRejected, ProviderUnavailable, RateLimited

EXCERPT = 300
"""Characters of a provider's own words that an error keeps."""

_PASSING = {408, 409, 425}
_OVERFLOW_MARKS = {"context_length_exceeded", "exceed_context_size_error"}
_OVERFLOW_WORDS = re.compile(
    r"prompt is too long|maximum context length|context (?:length|window|size)[^.]{0,40}exceed"
    r"|exceed[^.]{0,60}context (?:length|window|size)|input is too long",
    re.IGNORECASE,
)
_STATUS_OF_MARK = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "invalid_api_key": 401,
    "billing_error": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "model_not_found": 404,
    "request_too_large": 413,
    "insufficient_quota": 429,
    "rate_limit_error": 429,
    "rate_limit_exceeded": 429,
    "timeout_error": 504,
    "overloaded_error": 529,
}
_NO_STATUS = 500
_TAGS = re.compile(r"<(script|style)\b.*?</\1>|<[^>]*>", re.IGNORECASE | re.DOTALL)
_KEY_LIKE = re.compile(r"\b(?:sk|pk|rk)-[\w*.-]{6,}|(?<=Bearer )[\w*.~+/=-]{6,}")


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a provider answered in place of an answer. `status` is None for an error inside a stream."""

    status: int | None
    body: bytes
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Words:
    message: str
    marks: frozenset[str]
    status: int | None = None


def error_for(provider: str, refusal: Refusal, secrets: tuple[str, ...] = ()) -> ProviderError:
    """The error that a refusal means; its message carries the provider's own words, without `secrets`."""
    words = _words(refusal.body)
    status = refusal.status or words.status or _status_of(words.marks)
    said = excerpt(words.message, secrets)
    heading = f"{provider} answered {refusal.status}" if refusal.status else f"{provider} broke off its answer"
    message = f"{heading}: {said}" if said else f"{heading}."
    return _error(status, words, message, retry_after(refusal.headers))


def excerpt(text: str, secrets: tuple[str, ...] = ()) -> str:
    """`text` as one short line, with `secrets`, and whatever looks like a key, taken out."""
    for secret in secrets:
        text = text.replace(secret, "[key]")
    line = " ".join(_KEY_LIKE.sub("[key]", text).split())
    return line if len(line) <= EXCERPT else f"{line[:EXCERPT]}…"


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that the provider asks us to wait: `retry-after-ms`, else `Retry-After` (RFC 9110 § 10.2.3)."""
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    value = headers.get("retry-after")
    seconds = _number(value)
    return seconds if seconds is not None or value is None else _seconds_until(value)


def _error(status: int, words: _Words, message: str, wait: float | None) -> ProviderError:
    if status == 413 or words.marks & _OVERFLOW_MARKS or (status < 500 and _OVERFLOW_WORDS.search(words.message)):
        return ContextOverflow(message, status=status)
    if status == 429 and "insufficient_quota" not in words.marks:
        return RateLimited(message, status=status, retry_after=wait)
    if status in _PASSING or status >= 500:
        return ProviderUnavailable(message, status=status, retry_after=wait)
    return ProviderRejected(message, status=status)


def _status_of(marks: frozenset[str]) -> int:
    return next((status for mark, status in _STATUS_OF_MARK.items() if mark in marks), _NO_STATUS)


def _words(body: bytes) -> _Words:
    try:
        value: object = orjson.loads(body)
    except orjson.JSONDecodeError:
        return _Words(_TAGS.sub(" ", body.decode("utf-8", "replace")), frozenset())
    if isinstance(value, list):
        value = next(iter(cast("list[object]", value)), None)
    if not isinstance(value, dict):
        return _Words(str(value), frozenset())
    return _words_of_object(cast("dict[str, Any]", value))


def _words_of_object(value: dict[str, Any]) -> _Words:
    inner = value.get("error")
    source = cast("dict[str, Any]", inner) if isinstance(inner, dict) else value
    text = inner if isinstance(inner, str) else source.get("message") or source.get("detail")
    marks = frozenset(str(source[key]) for key in ("type", "code") if source.get(key) is not None)
    return _Words(_text(text if text is not None else value), marks, _status_in(marks))


def _text(value: object) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _status_in(marks: frozenset[str]) -> int | None:
    return next((int(mark) for mark in marks if re.fullmatch("[45][0-9][0-9]", mark)), None)


def _number(value: str | None) -> float | None:
    try:
        number = float(value or "")
    except ValueError:
        return None
    return number if 0 <= number < float("inf") else None


def _seconds_until(date: str) -> float | None:
    try:
        return max(0.0, parsedate_to_datetime(date).timestamp() - time.time())
    except ValueError:
        return None
