"""The forms of an answer: which one a client takes, after its `Accept`, and how events are written.

https://graphql.github.io/graphql-over-http/draft/ and https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from strawberry.http.streaming import MultipartSubscriptionTransport, SSETransport

from service.api.graphql.context import Stream

JSON = "application/json"
EVENTS = "text/event-stream"
END = "complete"
"""The `id` of the end of a stream of events: whoever comes back with it is told that there is no more."""
RETRY_MS = 2000
"""After how long an EventSource comes back."""
GRAPHQL = "application/graphql-response+json"
"""JSON, with a status that says whether the operation was executed."""


class Events(SSETransport):
    """Server-sent events whose lines end with LF alone: of all clients, urql's reads no others.

    An event's `id` is its cursor, and that of the end says so: a browser's EventSource comes back with the last one.
    """

    def __init__(self, stream: Stream | None = None) -> None:
        super().__init__()
        self._stream = stream or Stream()
        self._retry = f"retry: {RETRY_MS}\n" if stream else ""

    def encode_event(self, event: str, data: str | None = None) -> str:
        """One event. `data` is one line."""
        return self._head(END if event == "complete" else self._stream.place) + _lf(super().encode_event(event, data))

    def encode_comment(self, comment: str) -> str:
        """A sign of life."""
        return self._head(self._stream.place or self._stream.after) + _lf(super().encode_comment(comment))

    def _head(self, id: str | None) -> str:
        retry, self._retry = self._retry, ""
        return f"{retry}id: {id}\n" if id else retry


def _lf(lines: str) -> str:
    return lines.replace("\r\n", "\n")


class Parts(MultipartSubscriptionTransport):
    """Apollo's multipart subscriptions, wherever in `Accept` a client names them."""

    @property
    def headers(self) -> Mapping[str, str]:
        """Its type, and what proxies are told of events: that it is passed on as it comes."""
        return {**SSETransport.headers, **super().headers}

    def accepts(self, accept: str) -> bool:
        """Whether a client names them."""
        return any(super(Parts, self).accepts(part.strip()) for part in accept.split(","))


class Pieces(Response):
    """An answer that is sent in the pieces that it was written in, each when the one before is on its way."""

    def __init__(self, pieces: list[bytes], status: int, *, media_type: str | None) -> None:
        self._pieces = pieces
        super().__init__(status_code=status, media_type=media_type)
        self.headers["content-length"] = str(sum(map(len, pieces)))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        for piece in self._pieces[:-1]:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": self._pieces[-1] if self._pieces else b""})


def resumes_after(headers: Mapping[str, str]) -> str | None:
    """The `id` of the last event that a client had who comes back to a stream."""
    return headers.get("last-event-id") if EVENTS in headers.get("accept", "") else None


def is_after_the_end(headers: Mapping[str, str]) -> bool:
    """Whether a client comes back that has had the whole stream: nothing but 204 keeps an EventSource from doing so."""
    return resumes_after(headers) == END


def takes_json(accept: str) -> bool:
    """Whether a client names a form of JSON, perhaps beside streams."""
    weights = _weights(accept)
    return any(weights.get(kind, 0) > 0 for kind in (JSON, GRAPHQL))


def json_type(accept: str) -> str:
    """The media type of a JSON answer: GraphQL's own for who names it, and no other before it."""
    weights = _weights(accept)
    return GRAPHQL if 0 < weights.get(GRAPHQL, 0) >= weights.get(JSON, 0) else JSON


@lru_cache(maxsize=64)
def _weights(accept: str) -> Mapping[str, float]:
    return dict(_weight(part) for part in accept.split(",") if part.strip())


def _weight(part: str) -> tuple[str, float]:
    kind, *parameters = (text.strip().lower() for text in part.split(";"))
    said = next((text[2:] for text in parameters if text.startswith("q=")), "1")
    try:
        return kind, float(said)
    except ValueError:
        return kind, 0.0
