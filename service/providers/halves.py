"""Halves of characters: a server that cuts its text by UTF-16 sends the halves of an emoji in two events.

JSON writes such a half as an escape, and most readers refuse it: the answer, which was paid for, would be lost. Pure.
It knows JSON's escapes (RFC 8259, section 7) and no protocol.
"""

from __future__ import annotations

import re

_HALF = re.compile(rb"\\u[dD][89a-fA-F]")
_ESCAPE = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    rb"|\\u[dD](?P<high>[89abAB][0-9a-fA-F]{2})(?P<ends>(?=\"))?"
    rb"|\\u[dD](?P<low>[c-fC-F][0-9a-fA-F]{2})"
    rb"|\\.",
    re.DOTALL,
)
"""A whole pair, half of one (perhaps where its text ends), or any other escape."""
_UNKNOWN = rb"\ufffd"


class Halves:
    """The events of one answer: a half that ends a text waits for the other half, and halves alone become U+FFFD."""

    def __init__(self) -> None:
        self._held = b""

    def joined(self, data: bytes) -> bytes:
        """The data of the next event with whole characters alone; as it is where it has no halves."""
        return _ESCAPE.sub(self._whole, data) if _HALF.search(data) else data

    def _whole(self, match: re.Match[bytes]) -> bytes:
        if match["high"] and match["ends"] is not None:
            self._held = match[0]
            return b""
        if match["low"] and self._held:
            held, self._held = self._held, b""
            return held + match[0]
        return _UNKNOWN if match["high"] or match["low"] else match[0]


def without_halves(body: bytes) -> bytes:
    """A body in one piece: nothing follows it, so a half in it stays alone."""
    return _ESCAPE.sub(lambda it: _UNKNOWN if it["high"] or it["low"] else it[0], body) if _HALF.search(body) else body
