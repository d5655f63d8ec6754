"""Opaque cursors and page sizes, after the Relay cursor specification (https://relay.dev/graphql/connections.htm).

A leaf: it knows what a cursor looks like, and nothing of what it points into.
"""

from __future__ import annotations

import base64
import binascii
from typing import Any, cast

import orjson

from service.errors import InvalidInput

REMEDY = "Use a cursor as it was given, with the same arguments, or leave it out."


def encode_cursor(kind: str, *parts: object) -> str:
    """An opaque cursor; `kind` keeps one list's cursors from being used in another."""
    return base64.urlsafe_b64encode(orjson.dumps([kind, *parts])).rstrip(b"=").decode()


def decode_cursor(kind: str, cursor: str) -> list[Any]:
    """The parts of a cursor. Raises `InvalidInput` for the field `after` where it is none of that kind."""
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        said = orjson.loads(raw)
    except (binascii.Error, ValueError):
        raise damaged_cursor() from None
    if not isinstance(said, list) or not said or cast("list[Any]", said)[0] != kind:
        raise damaged_cursor()
    return cast("list[Any]", said)[1:]


def decode_number(kind: str, cursor: str | None, default: int) -> int:
    """The one number in a cursor, or `default` without a cursor."""
    if cursor is None:
        return default
    parts = decode_cursor(kind, cursor)
    if len(parts) != 1 or type(parts[0]) is not int or not -(2**63) <= parts[0] < 2**63:
        raise damaged_cursor()
    return parts[0]


def decode_text(kind: str, cursor: str | None, default: str) -> str:
    """The one text in a cursor, or `default` without a cursor."""
    if cursor is None:
        return default
    parts = decode_cursor(kind, cursor)
    if len(parts) != 1 or not isinstance(parts[0], str):
        raise damaged_cursor()
    return parts[0]


def damaged_cursor() -> InvalidInput:
    """What is raised for a cursor that we did not make."""
    return InvalidInput("This cursor is damaged, or belongs to another list.", field="after", remedy=REMEDY)


def check_first(first: int, most: int) -> int:
    """The page size itself. Raises `InvalidInput` for the field `first` unless it is from 1 to `most`."""
    if 1 <= first <= most:
        return first
    raise InvalidInput(f"first must be from 1 to {most}, and is {first}.", field="first", remedy="Ask for more pages.")
