"""Addresses of exports: what is wanted, signed, so that nothing needs to be kept of it.

Whoever has the address has the file, for some minutes: a browser sends no key with a download. With a key of the
same owner's the signature does not matter, so any process of several serves it. Pure but for its secret.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from typing import Any, cast

import orjson

VALID_MS = 15 * 60_000
_DIGEST = 20


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be exported: one conversation, or a path of it, or several, or with `ids` None all of the owner's.

    `end`: the id of a branch or of a message, where one path is wanted; `end_name` is what it is called.
    """

    format: str
    ids: tuple[str, ...] | None
    end: str | None = None
    end_name: str | None = None


@dataclass(frozen=True, slots=True)
class Ticket:
    """A wish of an owner's, good until a time."""

    owner: str
    wish: Wish
    until_ms: int


@dataclass(frozen=True, slots=True)
class Tickets:
    """Writes and reads addresses, with a secret of this process."""

    secret: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)

    def issue(self, ticket: Ticket) -> str:
        """The last part of an address."""
        wish = ticket.wish
        ids = None if wish.ids is None else list(wish.ids)
        said = orjson.dumps([ticket.owner, ticket.until_ms, wish.format, ids, wish.end, wish.end_name])
        return f"{_text(said)}.{_text(self._sign(said))}"

    def read(self, address: str) -> tuple[Ticket, bool] | None:
        """The ticket, and whether this process has signed it; None for what is none."""
        said, _, signature = address.partition(".")
        try:
            data = _bytes(said)
            owner, until, kind, ids, end, end_name = cast("list[Any]", orjson.loads(data))
            ticket = Ticket(owner, Wish(kind, None if ids is None else tuple(ids), end, end_name), until)
            is_signed = hmac.compare_digest(self._sign(data), _bytes(signature))
        except (ValueError, TypeError, binascii.Error):
            return None
        return (ticket, is_signed) if _is_sound(ticket) else None

    def _sign(self, data: bytes) -> bytes:
        return hmac.digest(self.secret, data, hashlib.sha256)[:_DIGEST]


def _is_sound(ticket: Ticket) -> bool:
    """Whether everything is of its kind: without a signature, anybody may have written it."""
    wish = ticket.wish
    texts = [ticket.owner, wish.format, *(wish.ids or ())]
    texts += [text for text in (wish.end, wish.end_name) if text is not None]
    return all(isinstance(text, str) for text in texts) and isinstance(ticket.until_ms, int)  # pyright: ignore[reportUnnecessaryIsInstance]


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
