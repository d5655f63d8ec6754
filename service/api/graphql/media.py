"""The forms of an answer: which one a client takes, after its `Accept`, and how events are written.

https://graphql.github.io/graphql-over-http/draft/ and https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md
"""

from __future__ import annotations

from strawberry.http.streaming import MultipartSubscriptionTransport, SSETransport

JSON = "application/json"
GRAPHQL = "application/graphql-response+json"
"""JSON, with a status that says whether the operation was executed."""


class Events(SSETransport):
    """Server-sent events whose lines end with LF alone: of all clients, urql's reads no others."""

    def encode_event(self, event: str, data: str | None = None) -> str:
        """One event. `data` is one line."""
        return super().encode_event(event, data).replace("\r\n", "\n")

    def encode_comment(self, comment: str) -> str:
        """A sign of life."""
        return super().encode_comment(comment).replace("\r\n", "\n")


class Parts(MultipartSubscriptionTransport):
    """Apollo's multipart subscriptions, wherever in `Accept` a client names them."""

    def accepts(self, accept: str) -> bool:
        """Whether a client names them."""
        return any(super(Parts, self).accepts(part.strip()) for part in accept.split(","))


def takes_json(accept: str) -> bool:
    """Whether a client names a form of JSON, perhaps beside streams."""
    weights = _weights(accept)
    return any(weights.get(kind, 0) > 0 for kind in (JSON, GRAPHQL))


def json_type(accept: str) -> str:
    """The media type of a JSON answer: GraphQL's own for who names it, and no other before it."""
    weights = _weights(accept)
    return GRAPHQL if 0 < weights.get(GRAPHQL, 0) >= weights.get(JSON, 0) else JSON


def _weights(accept: str) -> dict[str, float]:
    return dict(_weight(part) for part in accept.split(",") if part.strip())


def _weight(part: str) -> tuple[str, float]:
    kind, *parameters = (text.strip().lower() for text in part.split(";"))
    said = next((text[2:] for text in parameters if text.startswith("q=")), "1")
    try:
        return kind, float(said)
    except ValueError:
        return kind, 0.0
