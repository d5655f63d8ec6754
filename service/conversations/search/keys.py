"""Keys: what a passage is filtered by inside the full-text index. Each is a term that no analyzer divides or shortens.

A key is a letter that says what it is of, and consonants: stemmers take off vowels and endings, and others drop digits.
Who has no key of an owner in the query finds nothing of that owner. The stored statements look at the owner again.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

_DIGITS = str.maketrans("0123456789abcdef", "bcdfghjklmnpqrvx")
_LENGTH = 24


def owner_key(owner: str) -> str:
    """The key of what belongs to an owner."""
    return "q" + _hashed("owner", owner)


def conversation_key(conversation_id: str) -> str:
    """The key of what is in a conversation."""
    return "w" + _hashed("conversation", conversation_id)


def kind_key(kind: str) -> str:
    """The key of messages of a role, of summaries, or of sources."""
    return "z" + _hashed("kind", kind)


def day_of(ms: int) -> int:
    """The day of a moment (ms since 1970), as a number such as 20261127."""
    moment = datetime.fromtimestamp(ms / 1000, UTC)
    return moment.year * 10_000 + moment.month * 100 + moment.day


def day_key(day: int) -> str:
    """The key of a day. Keys of days are ordered as the days are."""
    return "d" + f"{day:08}".translate(_DIGITS)


def _hashed(what: str, name: str) -> str:
    return hashlib.sha256(f"{what} {name}".encode()).hexdigest()[:_LENGTH].translate(_DIGITS)
