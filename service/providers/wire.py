"""HTTP to one provider: a POST with its deadlines, and every failure as an error of ours.

It knows httpx and what can go wrong on the way; it knows nothing of what the bodies mean.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx

from service.chat import ChatRequest, ProviderConfig
from service.errors import (
    ProviderError,
    ProviderRejected,
    ProviderTimeout,
    ProviderUnavailable,
)
from service.providers.connections import ONE, Connections
from service.providers.deadlines import Deadlines, milliseconds
from service.providers.endpoints import base_url, encode, endpoint, header_values, is_loopback, secret_values
from service.providers.faults import Refusal, error_for, excerpt
from service.providers.sse import HEAD_BYTES, SseEvent, SseParser, begins_events, significant
from service.providers.tls import close_after_failed_handshake, followed, is_certificate_fault, tls_context
from service.proxies import Target, proxy_for, unusable_proxy

MAX_BODY_BYTES = 32 * 1024 * 1024
MAX_ERROR_BYTES = 64 * 1024
DRAIN_SECONDS = 0.25
GAVE_UP_WAITING = {499, 504, 524, 598}
"""With these a gateway gave up waiting for a model that goes on; all others say that the call was refused."""

T = TypeVar("T")


_FORMATS = {"response_format", "output_config"}
"""The members of a body that ask for a mode for a format, in every protocol that we speak."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What of a request tells what its refusal means."""

    url: httpx.URL
    model: str = ""
    has_format: bool = False

    def refusal(self, status: int | None, body: bytes, headers: Mapping[str, str]) -> Refusal:
        """The refusal of this request."""
        url = f"{self.url.scheme}://{self.url.netloc.decode()}{self.url.path}"
        return Refusal(status, body, headers, url, self.model, self.has_format)


class Wire:
    """The way to one provider."""

    def __init__(self, config: ProviderConfig, headers: dict[str, str]) -> None:
        self.name = config.name
        self._url = base_url(config)
        self._headers = {
            **header_values(config.name, headers),
            **header_values(config.name, config.headers),
        }
        self.secrets = secret_values(config)
        self._connections: Connections | None = None

    @property
    def host(self) -> str:
        """The host that `base_url` names."""
        return self._url.host

    def post(self, path: str, body: dict[str, Any], request: ChatRequest) -> Call:
        """A call that is ready to be entered: `async with wire.post(…) as call`. It keeps the request's `so_far`."""
        asked = Asked(endpoint(self._url, path), str(body.get("model", "")), not _FORMATS.isdisjoint(body))
        return Call(self, asked, encode(body), request)

    async def connections(self) -> Connections:
        """The provider's connections; none is open before the first call."""
        if self._connections is None:
            # Reading the certificates takes up to 100 ms.
            verify = await asyncio.to_thread(tls_context) if self._url.scheme == "https" else False
            self._connections = self._connections or Connections(lambda: self._new_client(verify))
        return self._connections

    async def aclose(self) -> None:
        """Closes every connection. A later call opens new ones."""
        if self._connections:
            await self._connections.aclose()

    def _new_client(self, verify: ssl.SSLContext | bool) -> httpx.AsyncClient:
        target = Target(self._url.scheme, self._url.host, self._url.port)
        proxy = None if is_loopback(self._url.host) else proxy_for(target)
        try:
            return httpx.AsyncClient(
                headers={"accept-encoding": "identity", "user-agent": "antiphon", **self._headers},
                limits=ONE,
                verify=verify,
                trust_env=False,
                proxy=proxy.url if proxy else None,
            )
        except (ImportError, ValueError, httpx.InvalidURL) as error:
            raise unusable_proxy(proxy, error) from None


class Call:
    """One POST and its answer. Leaving it closes the connection unless the answer was read to its end."""

    def __init__(self, wire: Wire, asked: Asked, content: bytes, request: ChatRequest) -> None:
        self._wire = wire
        self._asked = asked
        self._content = content
        self._timeouts = request.timeouts
        self._deadlines = Deadlines(request.timeouts)
        self.so_far = request.so_far
        self.so_far.may_cost = False
        self._parser = SseParser()
        self._response: httpx.Response | None = None
        self._ended = False
        self._head = b""
        self._unread = True

    async def __aenter__(self) -> Self:
        """Sends the request and waits for the head of a good answer; anything else is raised."""
        self._connections = await self._wire.connections()
        self._client = self._connections.take()
        try:
            self._response = await self._within(self._client.send(self._request(), stream=True))
            self._chunks = self._response.aiter_bytes()
            await self._check()
        except BaseException:
            await self._leave()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._leave()

    async def _leave(self) -> None:
        try:
            if self._response:
                await self._response.aclose()
        finally:
            await self._connections.give(self._client, reusable=self._ended)

    def _request(self) -> httpx.Request:
        return self._client.build_request(
            "POST",
            self._asked.url,
            content=self._content,
            timeout=httpx.Timeout(None, connect=self._timeouts.connect),
            extensions={"trace": followed(close_after_failed_handshake(), self._request_left)},
        )

    @property
    def is_stream(self) -> bool:
        """Whether the answer is a stream of events; else it is one JSON body.

        Servers and proxies name either by the other's media type, or by text/plain: the first bytes say what it is.
        """
        if significant(self._head).startswith((b"{", b"[")):
            return False
        return begins_events(self._head) or not self._media_type.endswith("json")

    def _request_left(self) -> None:
        """The whole request is on its way: from now on it may cost something."""
        self.so_far.may_cost = True

    def token(self, generated: str) -> None:
        """Tells the deadlines that a token has come; `generated` is paid for, be it text, reasoning or a call."""
        self._deadlines.token()
        self.so_far.generated(generated)

    def finished(self) -> None:
        """Tells the deadlines that the answer is whole: what is left to come is not waited for long."""
        self._deadlines.finished()

    async def drain(self) -> None:
        """Reads the end of a whole answer, so that its connection can be used again."""
        self._deadlines.finished(DRAIN_SECONDS)
        with contextlib.suppress(ProviderError):
            await self._within(self._read(MAX_ERROR_BYTES))

    async def events(self) -> list[SseEvent]:
        """The next events as they arrive, perhaps none yet; at the end, what it left unfinished (`is_over`)."""
        chunk = await self._within(self._next_chunk())
        if chunk is None:
            return self._parser.close()
        try:
            return self._parser.feed(chunk)
        except ValueError as error:
            raise self.broken(str(error)) from None

    @property
    def is_over(self) -> bool:
        """Whether the answer was read to its end."""
        return self._ended

    async def body(self) -> bytes:
        """The whole body of an answer that is not a stream."""
        return await self._within(self._read(MAX_BODY_BYTES))

    def refused(self, body: bytes) -> ProviderError:
        """The error for an error object that came inside a good answer; one that stands alone refuses the call."""
        self.so_far.may_cost = self.so_far.has_begun
        return error_for(self._wire.name, self._asked.refusal(None, body, {}), self._wire.secrets)

    def broken(self, why: str) -> ProviderUnavailable:
        """The error for an answer that broke off or makes no sense."""
        return ProviderUnavailable(f"{self._wire.name} broke off its answer: {excerpt(why, self._wire.secrets)}")

    @property
    def _media_type(self) -> str:
        assert self._response is not None
        return self._response.headers.get("content-type", "").partition(";")[0].strip().lower()

    async def _check(self) -> None:
        assert self._response is not None
        if not self._response.is_success:
            self.so_far.may_cost = self._response.status_code in GAVE_UP_WAITING
            body = await self._error_body()
            refusal = self._asked.refusal(self._response.status_code, body, self._response.headers)
            raise error_for(self._wire.name, refusal, self._wire.secrets)
        await self._within(self._read_head())
        if self._media_type in ("text/event-stream", "") or self._media_type.endswith("json"):
            return
        if not begins_events(self._head) and self.is_stream:
            self.so_far.may_cost = False
            said = (await self._error_body()).decode("utf-8", "replace")
            raise self.broken(f"expected text/event-stream, got {self._media_type}: {said}")

    async def _read_head(self) -> None:
        """Reads as much as tells what the body is; the next chunk begins with it."""
        while len(significant(self._head)) < HEAD_BYTES and len(self._head) < MAX_ERROR_BYTES:
            if (chunk := await anext(self._chunks, None)) is None:
                return
            self._head += chunk

    async def _error_body(self) -> bytes:
        assert self._response is not None
        try:
            return await self._within(self._read(MAX_ERROR_BYTES))
        except ProviderError:
            return b""  # the status alone says what to do

    async def _read(self, limit: int) -> bytes:
        body = bytearray()
        while len(body) < limit and (chunk := await self._next_chunk()) is not None:
            body += chunk
        return bytes(body[:limit])

    async def _next_chunk(self) -> bytes | None:
        if self._unread:
            self._unread = False
            return self._head
        chunk = await anext(self._chunks, None)
        self._ended = chunk is None
        return chunk

    async def _within(self, step: Coroutine[Any, Any, T]) -> T:
        try:
            async with asyncio.timeout_at(self._deadlines.next):
                return await step
        except TimeoutError:
            raise self._deadlines.expired(self._wire.name) from None
        except httpx.TimeoutException as error:
            raise self._timed_out() from error
        except httpx.HTTPError as error:
            raise self._failed(error) from error

    def _timed_out(self) -> ProviderTimeout:
        took = milliseconds(self._timeouts.connect)
        return ProviderTimeout(f"{self._wire.name} could not be connected to within {took} ms (connect timeout).")

    def _failed(self, error: httpx.HTTPError) -> ProviderError:
        name, why = self._wire.name, excerpt(_reason(error), self._wire.secrets)
        if is_certificate_fault(error):
            return ProviderRejected(f"{name}'s certificate cannot be trusted: {why}")
        if isinstance(error, httpx.ConnectError):
            return ProviderUnavailable(f"{name} cannot be reached at {self._wire.host}: {why}")
        return ProviderUnavailable(f"{name} broke off the connection: {why}")


def _reason(error: BaseException) -> str:
    return str(error) or type(error).__name__
