"""What a request sends, as it comes in: bounded, by what it says of itself and again by what comes; and in pieces that
are read in some milliseconds."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from starlette.requests import Request
from starlette.types import Message, Receive, Scope

from service.api.graphql.pace import pace

FEW_PARTS = 50
"""Parts of a form in one piece; it takes about 70 µs to begin and end one."""
SHORT = 4096
"""Bytes of a piece where there are more."""
_BOUNDARY = b"\r\n--"


class BodyTooLarge(Exception):
    """A request's body is larger than it may be."""

    def __init__(self, most: int) -> None:
        super().__init__(
            f"The request is larger than {most} bytes. Send less at once, or raise server.limits.max_body_bytes."
        )


def bounded(scope: Scope, receive: Receive, most: int) -> Receive:
    """`receive`, which raises `BodyTooLarge` as soon as the body is known to exceed `most` bytes."""
    left = most
    said = dict(scope["headers"]).get(b"content-length", b"")
    too_large_at_once = said.isdigit() and int(said) > most

    async def receive_bounded() -> Message:
        nonlocal left
        if too_large_at_once:
            raise BodyTooLarge(most)
        message = await receive()
        left -= len(message.get("body", b""))
        if left < 0:
            raise BodyTooLarge(most)
        return message

    return receive_bounded


class PiecewiseRequest(Request):
    """A request whose body comes in pieces that do not hold many parts of a form."""

    async def stream(self) -> AsyncGenerator[bytes, None]:
        """The pieces of the body."""
        async for piece in super().stream():
            if piece.count(_BOUNDARY) <= FEW_PARTS:
                yield piece
                continue
            for start in range(0, len(piece), SHORT):
                yield piece[start : start + SHORT]
                if pace().is_spent:
                    await pace().turn()
