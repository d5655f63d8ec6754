"""GraphQL over HTTP without HTTP: what a request's parts are, and what an answer says. Pure.

Requests: GraphQL over HTTP, and with files the GraphQL multipart request specification. Answers become data or errors.
"""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, cast
from urllib.parse import urlsplit

import httpx

from antiphon.errors import (
    BY_CODE,
    AntiphonError,
    ConnectionFailed,
    ConnectionLost,
    InvalidInput,
    InvalidRequest,
    NotAntiphon,
    ServiceError,
    ServiceTimeout,
    ServiceUnreachable,
    Unauthenticated,
)
from antiphon.records import Document, Upload

Json = dict[str, Any]

_WRONG_VARIABLE = re.compile(
    r"Variable '\$(?P<name>\w+)' has invalid value(?: at (?P<path>[.\w\[\]]+))?: (?P<why>.+)", re.DOTALL
)
"""How graphql-core says that a caller's value does not fit."""

DEFAULT_URL = "http://127.0.0.1:8000"
CONNECT_SECONDS = 5.0
SHORT_SECONDS = 5.0
"""For what is said on leaving: that nobody wants an answer any more."""


def checked_url(url: str) -> str:
    """The service's base address. Raises `InvalidInput` for what is none."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        raise InvalidInput("This is no address of a service.", remedy=f"Write it like {DEFAULT_URL}", field="url")
    return url.rstrip("/").removesuffix("/graphql")


def checked_token(token: str | None) -> str | None:
    """The token without blanks around it, which files leave. Raises `InvalidInput`, which does not show it."""
    token = token.strip() if token else None
    if token and not (token.isascii() and token.isprintable() and " " not in token):
        raise InvalidInput("The token holds a character that no token has.", remedy="Correct it.", field="token")
    return token or None


def is_on_this_machine(url: str) -> bool:
    """Whether an address is of the loopback interface, which no proxy reaches."""
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def client_options(url: str, token: str | None, seconds: float) -> Json:
    """How an httpx client is made for a service."""
    headers = {"authorization": f"Bearer {token}"} if token else {}
    return {
        "headers": headers,
        "timeout": httpx.Timeout(seconds, connect=min(seconds, CONNECT_SECONDS)),
        # A proxy of the environment cannot reach this machine's own loopback interface.
        "trust_env": not is_on_this_machine(url),
        # Each stream holds a connection; a pool with a bound would stop at its hundredth.
        "limits": httpx.Limits(max_connections=None, max_keepalive_connections=20),
    }


def unusable_environment(error: Exception) -> AntiphonError:
    """What httpx could not make of the proxies and certificates that the environment names."""
    kind = type(error).__name__
    return ConnectionFailed(
        f"httpx cannot use the proxy or the certificates that the environment names ({kind}).",
        remedy="Correct HTTP_PROXY, HTTPS_PROXY, ALL_PROXY or SSL_CERT_FILE; for socks5:// install httpx[socks].",
    )


def body_of(document: Document, variables: Mapping[str, Any]) -> tuple[Json, dict[str, Upload]]:
    """The request and its files by their place. Raises `InvalidInput` for text that is no Unicode."""
    uploads: dict[str, Upload] = {}
    sent = _plain(dict(variables), "variables", uploads)
    try:
        json.dumps(sent, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise InvalidInput("The text holds half a character, which no UTF-8 has.", field="input") from None
    return {"query": document.text, "operationName": document.name, "variables": sent}, uploads


def form_of(body: Json, uploads: Mapping[str, Upload]) -> tuple[dict[str, str], dict[str, tuple[str, bytes, str]]]:
    """The text parts and the files of a multipart request."""
    paths = {str(number): [path] for number, path in enumerate(uploads)}
    files = {str(n): (it.name, it.content, "application/octet-stream") for n, it in enumerate(uploads.values())}
    return {"operations": json.dumps(body), "map": json.dumps(paths)}, files


def _plain(value: Any, path: str, uploads: dict[str, Upload]) -> Any:
    if isinstance(value, Upload):
        uploads[path] = value
        return None
    if isinstance(value, datetime):
        aware = value if value.tzinfo else value.astimezone()
        return aware.astimezone(UTC).isoformat(timespec="milliseconds")
    if isinstance(value, Mapping):
        items = cast("Mapping[str, Any]", value).items()
        return {key: _plain(item, f"{path}.{key}", uploads) for key, item in items}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [_plain(item, f"{path}.{i}", uploads) for i, item in enumerate(cast("Sequence[Any]", value))]
    return value


def value_in(payload: object, document: Document, url: str) -> Any:
    """The value of the operation's one field. Raises what the service says, or `NotAntiphon`."""
    if not isinstance(payload, dict):
        raise not_antiphon(url)
    said = cast(Json, payload)
    errors = said.get("errors")
    if errors:
        raise error_of(errors[0])
    data = said.get("data")
    if not isinstance(data, dict) or document.root not in data:
        raise not_antiphon(url)
    return cast(Json, data)[document.root]


def value_of(response: httpx.Response, document: Document, url: str) -> Any:
    """The value in a whole answer. Raises as `value_in`."""
    try:
        payload: object = response.json()
    except ValueError:
        payload = None
    if isinstance(payload, dict) and ("data" in payload or "errors" in payload):
        return value_in(cast(Json, payload), document, url)
    if response.status_code in (502, 503, 504):
        raise ConnectionLost(
            f"{url} answered {response.status_code}: what stands before the service does not reach it."
        )
    raise not_antiphon(url, response.status_code)


def not_antiphon(url: str, status: int | None = None) -> NotAntiphon:
    """The error of an address where something else lives."""
    how = f" {status}" if status else ""
    return NotAntiphon(
        f"{url} answered{how}, but not as Antiphon does.",
        remedy="Check the address (ANTIPHON_URL); `antiphon serve` prints the right one.",
    )


def error_of(said: Any) -> ServiceError:
    """The exception of an error in an answer."""
    details: Json = said.get("extensions") or {}
    code = str(details.get("code") or "")
    message = str(said.get("message") or "The service answered with an error.")
    remedy: str | None = details.get("remedy")
    if code == "UNAUTHENTICATED":
        return Unauthenticated(
            message, remedy="Pass token=…, or set ANTIPHON_TOKEN, to a token that the service knows."
        )
    if code == "INVALID_REQUEST" and (wrong := _WRONG_VARIABLE.match(message)):
        return InvalidInput(wrong["why"], field=wrong["name"] + (wrong["path"] or ""), code=code)
    if code == "INVALID_REQUEST" or code.startswith("GRAPHQL_"):
        remedy = "The service and this client are of different versions, or this is no Antiphon. Update the older one."
        return InvalidRequest(message, remedy=remedy)
    kind = BY_CODE.get(code, ServiceError)
    error = kind(message, remedy=remedy, field=details.get("field"), code=code or None)
    error.retryable = bool(details.get("retryable", kind.retryable))
    return error


def connection_error(error: httpx.HTTPError, url: str) -> ConnectionFailed:
    """What an error of httpx means here, and what to do."""
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
        return ServiceUnreachable(
            f"There is no service at {url}.",
            remedy="Start one with `antiphon serve`, or use Antiphon.start(). If it runs elsewhere, set ANTIPHON_URL.",
        )
    if isinstance(error, httpx.TimeoutException):
        return ServiceTimeout(
            f"The service at {url} did not answer in time.", remedy="Look at its log, or pass a longer timeout=…"
        )
    kind = type(error).__name__
    return ConnectionLost(f"The connection to {url} broke off ({kind}).", remedy="Is the service still running?")
