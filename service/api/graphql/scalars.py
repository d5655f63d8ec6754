"""Scalars of the contract, and the one converter of names."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from enum import Enum
from typing import Any, NewType, cast

import strawberry
from strawberry.file_uploads import Upload
from strawberry.scalars import JSON

from service.errors import InvalidInput

__all__ = ["JSON", "SCALARS", "BigInt", "DateTime", "camel", "values"]

DateTime = NewType("DateTime", int)
"""A time in milliseconds since 1970, UTC; ISO 8601 on the wire."""

BigInt = NewType("BigInt", int)
"""A whole number that may exceed 32 bits; a JSON number on the wire."""

_LATEST_MS = 253402300799999


def _serialize_time(value: int) -> str:
    whole, milliseconds = divmod(value, 1000)
    return f"{datetime.fromtimestamp(whole, UTC).isoformat()[:19]}.{milliseconds:03}Z"


def _parse_time(value: object) -> DateTime:
    try:
        time = datetime.fromisoformat(cast(str, value))
        milliseconds = int((time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp() * 1000)
    except (TypeError, ValueError, OverflowError):
        raise InvalidInput(f"{value!r} is not a time such as 2026-01-31T12:00:00Z.") from None
    return DateTime(max(0, min(milliseconds, _LATEST_MS)))


def _parse_number(value: object) -> BigInt:
    if type(value) is not int:
        raise InvalidInput(f"{value!r} is not a whole number.")
    return BigInt(value)


SCALARS: dict[object, Any] = {
    DateTime: strawberry.scalar(
        name="DateTime",
        description="A time in UTC, ISO 8601 with milliseconds: 2026-01-31T12:00:00.000Z.",
        specified_by_url="https://scalars.graphql.org/andimarek/date-time.html",
        serialize=_serialize_time,
        parse_value=_parse_time,
    ),
    Upload: strawberry.scalar(
        name="Upload",
        description="A file beside the operation (GraphQL multipart request); in the variables, null stands for it.",
        specified_by_url="https://github.com/jaydenseric/graphql-multipart-request-spec",
        parse_value=lambda value: value,
    ),
    BigInt: strawberry.scalar(
        name="BigInt",
        description="A whole number that may exceed 32 bits, as a JSON number.",
        serialize=int,
        parse_value=_parse_number,
    ),
}


def camel(name: str) -> str:
    """snake_case as camelCase."""
    head, *tail = name.split("_")
    return head + "".join(word.capitalize() for word in tail)


def values(members: Sequence[Enum] | None) -> list[Any] | None:
    """The values of a list of enumeration members; None stays None."""
    return None if members is None else [member.value for member in members]
