"""The bound on what a request may send: checked by what it says of itself, and again as it comes in."""

from __future__ import annotations

from starlette.types import Message, Receive, Scope


class BodyTooLarge(Exception):
    """A request's body is larger than it may be."""

    def __init__(self, most: int) -> None:
        super().__init__(f"The request is larger than {most} bytes.")


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
