"""What a provider's refusal means: a status, headers and a body become one error of the tree. Pure.

Knows the error shapes of OpenAI, Anthropic, llama.cpp, FastAPI servers, gateways that wrap another's error in their
own, and proxies that answer HTML; what their words mean is in `wordings.py`.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Any, cast

import orjson

from service.errors import (
    BoundRefused,
    ContentFiltered,
    ContextOverflow,
    FormatRefused,
    ProviderError,
    ProviderRejected,
    ProviderUnavailable,
    RateLimited,
    WayRefused,
)
from service.providers.sizes import Sizes, sizes_in
from service.providers.wordings import (
    FILTERED,
    FORMAT,
    NO_ENDPOINT,
    NO_MODEL,
    OF_A_DAY,
    OVERFLOW,
    SPENT,
    TOO_LARGE_A_MINUTE,
    WRONG_KEY,
    Wording,
    hint,
    marks_of_quota,
)

EXCERPT = 300
"""Characters of a provider's own words that an error keeps."""

_OF_THE_WAY = {400, 413, 422, 500, 501}
"""Statuses with which servers refuse a bound or a format."""
_PASSING = {408, 409, 424, 425, 498}
_STATUS_OF_MARK = {
    "invalid_request_error": 400,
    "permission_error": 403,
    "not_found_error": 404,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "rate_limit_exceeded": 429,
    "timeout_error": 504,
    "overloaded_error": 529,
}
_NO_STATUS = 500
DEPTH = 6
WIDTH = 4
"""How deep errors stand in one another, and how many beside, where they are looked for."""

_INNER = ("error", "errors", "message", "detail", "details", "metadata", "raw", "innererror", "base_resp", "violations")
_TEXTS = ("message", "msg", "status_msg", "detail", "error", "raw")
_QUOTAS = ("quotaId", "quota_limit", "limit_source")
_MARKS = ("code", "status", "type", "reason", "error_type", "status_code")
_PART = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|[hms])", re.IGNORECASE)
_AGAIN = re.compile(r"(?:try again|retry) (?:in|after) ((?:\d+(?:\.\d+)?\s*(?:ms|[hms])[a-z]*\s*)+)", re.IGNORECASE)
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_TAGS = re.compile(r"<(script|style)\b.*?</\1>|<[^>]*>", re.IGNORECASE | re.DOTALL)
_KEY_LIKE = re.compile(r"\b(?:sk|pk|rk)-[\w*.-]{6,}|(?<=Bearer )[\w*.~+/=-]{6,}")


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a provider answered in place of an answer. `status` is None for an error inside a stream; `asked` is the
    address that was asked, `model` the model's name, and `has_format` says that a mode for a format was asked for."""

    status: int | None
    body: bytes
    headers: Mapping[str, str]
    asked: str = ""
    model: str = ""
    has_format: bool = False


@dataclass(frozen=True, slots=True)
class _Words:
    """What a refusal says: its texts, its marks (types, codes, reasons) from the outside in, and seconds to wait."""

    message: str
    marks: tuple[str, ...] = ()
    wait: float | None = None

    def say(self, wording: Wording) -> bool:
        return wording.fits(self.marks, self.message)


def error_for(provider: str, refusal: Refusal, secrets: tuple[str, ...] = ()) -> ProviderError:
    """The error that a refusal means; its message carries the provider's own words, without `secrets`."""
    words = _words(refusal.body)
    status = refusal.status or _status_of(words)
    said = excerpt(words.message, secrets)
    heading = f"{provider} answered {refusal.status}" if refusal.status else f"{provider} broke off its answer"
    message = f"{heading}: {said}" if said else f"{heading}."
    sizes = sizes_in(words.message)
    way = _way(status, words, sizes, has_format=refusal.has_format)
    if (
        more := _remedy(provider, refusal, way, sizes)
        or _address(status, refusal, words)
        or _option(provider, status, words)
        or "It is the quota of a day: to wait as it says is no help." * (OF_A_DAY in words.marks)
    ):
        message = f"{message}{'' if message.endswith(('.', '!', '?', '…')) else '.'} {more}"
    if way is not None:
        return _way_refused(way(message, status=status), sizes)
    wait = retry_after(refusal.headers)
    return _error(status, words, message, words.wait if wait is None else wait)


def _way(status: int, words: _Words, sizes: Sizes, *, has_format: bool) -> type[WayRefused] | None:
    """What of the way in which it was asked a server refused; None where it refused what was asked, or whom."""
    if status not in _OF_THE_WAY or words.say(SPENT):
        return None
    if sizes.is_of_the_answer and not hint(words.message):
        return BoundRefused
    return FormatRefused if has_format and words.say(FORMAT) and not words.say(OVERFLOW) else None


def _way_refused(error: WayRefused, sizes: Sizes) -> WayRefused:
    if isinstance(error, BoundRefused):
        error.window, error.prompt, error.most = sizes.window, sizes.prompt, sizes.most
    return error


def _remedy(provider: str, refusal: Refusal, way: type[WayRefused] | None, sizes: Sizes) -> str:
    """The settings of the model that are not right for its server."""
    place = f"providers.{provider}.models.{refusal.model or '<name>'}"
    if way is FormatRefused:
        return f"Take json_schema, or json_object, out of the features of {place}: it is told in words then."
    if way is not BoundRefused:
        return ""
    window = f" and its context_window ({sizes.window})" if sizes.window else ""
    most = f" ({sizes.most} at most)" if sizes.most else ""
    return f"The answer may not be so long: set max_output_tokens of {place}{most}{window} right."


def _address(status: int, refusal: Refusal, words: _Words) -> str:
    """Where the provider was asked, where that may be what is wrong."""
    if not refusal.asked or words.say(NO_MODEL):
        return ""
    if 300 <= status < 400:
        to = excerpt(refusal.headers.get("location", "elsewhere"))
        return f"{refusal.asked} redirects to {to}, which is not followed: is base_url right?"
    return f"{refusal.asked} was asked: is base_url right?" if status in (404, 405) else ""


def _option(provider: str, status: int, words: _Words) -> str:
    """The setting that helps where the server refuses a field of ours."""
    option = hint(words.message) if status in (400, 422) else None
    return f"Set providers.{provider}.options.{option}." if option else ""


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
    if words.say(SPENT):
        # Waiting does not bring the money back.
        return ProviderRejected(message, status=402)
    if status == 429 and not words.say(TOO_LARGE_A_MINUTE):
        return RateLimited(message, status=status, retry_after=wait)
    if status in (413, 429) or words.say(OVERFLOW):
        return ContextOverflow(message, status=status)
    if words.say(FILTERED):
        return ContentFiltered(message, status=status)
    if status in _PASSING or status >= 500:
        return ProviderUnavailable(message, status=status, retry_after=wait)
    return ProviderRejected(message, status=_meant(status, words))


def _meant(status: int, words: _Words) -> int:
    """The status that a refusal should have had: some vendors answer 400 to everything."""
    return 401 if words.say(WRONG_KEY) else 404 if words.say(NO_MODEL) else status


def _status_of(words: _Words) -> int:
    """The status of an error that came with none."""
    if words.say(NO_ENDPOINT):
        return 404
    named = (status for mark, status in _STATUS_OF_MARK.items() if mark in words.marks)
    return _status_in(words.marks) or next(named, None) or _meant(_NO_STATUS, words)


def _words(body: bytes) -> _Words:
    try:
        value: object = orjson.loads(body)
    except orjson.JSONDecodeError:
        return _Words(_TAGS.sub(" ", body.decode("utf-8", "replace")))
    objects = list(_objects(value, DEPTH))
    texts = dict.fromkeys(text for one in objects if (text := _text(one)))
    message = ": ".join(texts) or _dumped(value)
    marks = tuple(str(one[key]) for one in objects for key in _MARKS if isinstance(one.get(key), str | int))
    quotas = (mark for one in objects for key in _QUOTAS for mark in marks_of_quota(one.get(key)))
    return _Words(message, (*marks, *quotas), _wait(objects, message))


def _dumped(value: object) -> str:
    """What says nothing in any way that we know, as it is, out of its outermost cover."""
    if isinstance(value, list):
        value = next(iter(cast("list[object]", value)), None)
    if isinstance(value, dict):
        said = cast("dict[str, Any]", value)
        value = next((said[key] for key in _INNER if said.get(key)), said)
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _objects(value: object, depth: int) -> Iterator[dict[str, Any]]:
    """The objects of a body that may say something, from the outside in; some stand in another's text as JSON."""
    if isinstance(value, str) and value.lstrip().startswith(("{", "[")):
        value = _parsed(value)
    if isinstance(value, list):
        for item in cast("list[object]", value)[:WIDTH]:
            yield from _objects(item, depth)
    elif isinstance(value, dict) and depth:
        said = cast("dict[str, Any]", value)
        yield said
        for key in _INNER:
            yield from _objects(said.get(key), depth - 1)


def _parsed(text: str) -> object:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return None


def _text(one: dict[str, Any]) -> str:
    """What one object says; of a field that is wrong (FastAPI, pydantic) its place too."""
    texts = (text for key in _TEXTS if isinstance(text := one.get(key), str))
    said = next((text for text in texts if text.strip() and _parsed(text) is None), "")
    place = one.get("loc")
    return f"{'.'.join(map(str, cast('list[Any]', place)))}: {said}" if said and isinstance(place, list) else said


def _wait(objects: list[dict[str, Any]], message: str) -> float | None:
    """Seconds to wait, where not a header says so: Google's RetryInfo, or a sentence."""
    delays = (one["retryDelay"] for one in objects if isinstance(one.get("retryDelay"), str))
    sentence = _AGAIN.search(message)
    return _duration(next(delays, sentence[1] if sentence else ""))


def _duration(text: str) -> float | None:
    """Seconds of a text like `6 seconds`, `120ms` or `1m30.5s`; None where it is none."""
    parts = _PART.findall(text)
    return sum(float(number) * _SECONDS[unit.lower()] for number, unit in parts) if parts else None


def _status_in(marks: tuple[str, ...]) -> int | None:
    return next((int(mark) for mark in marks if re.fullmatch("[45][0-9][0-9]", mark)), None)


def _number(value: str | None) -> float | None:
    try:
        number = float(value or "")
    except ValueError:
        return None
    return number if 0 <= number < float("inf") else None


def _seconds_until(date: str) -> float | None:
    try:
        moment = parsedate_to_datetime(date)
        return max(0.0, (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() - time.time())
    except (ValueError, OverflowError):
        return None
