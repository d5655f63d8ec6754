"""TLS to a provider: whom we trust, what a failed handshake leaves behind, and which errors are a certificate's."""

from __future__ import annotations

import functools
import ssl
from collections.abc import Callable, Coroutine
from typing import Any

import httpx

Trace = Callable[[str, dict[str, Any]], Coroutine[Any, Any, None]]


@functools.cache
def tls_context() -> ssl.SSLContext:
    """The certificate authorities that are trusted; reading them takes up to 100 ms."""
    return httpx.create_ssl_context()


def close_after_failed_handshake() -> Trace:
    """A trace (httpcore's hook) that closes a socket whose TLS handshake was cancelled: httpcore leaves it open."""
    opened: list[Any] = []

    async def trace(event: str, info: dict[str, Any]) -> None:
        if event == "connection.connect_tcp.complete":
            opened.append(info["return_value"])
        elif event == "connection.start_tls.failed" and opened:
            await opened.pop().aclose()

    return trace


def followed(trace: Trace, left: Callable[[], None]) -> Trace:
    """The trace, that also tells when the whole request, and not only a proxy's CONNECT, has left."""
    method = b""

    async def follow(event: str, info: dict[str, Any]) -> None:
        nonlocal method
        if event == "http11.send_request_body.started":
            method = info["request"].method
        elif event == "http11.send_request_body.complete" and method == b"POST":
            left()
        await trace(event, info)

    return follow


def is_certificate_fault(error: BaseException | None) -> bool:
    """Whether an error came of a certificate that cannot be trusted."""
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error = error.__cause__ or error.__context__
    return False
