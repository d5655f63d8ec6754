"""Values of properties outside of the graph, where a moment is a text: `2026-11-28T03:04:05.678Z`.

Owns that a moment returns as it was, to the nanosecond. Knows nothing of what the properties are.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from neo4j.time import DateTime

from service.clock import now_ms

_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.(\d{1,9}))?Z")
_SHORT = 6
"""Digits of a second that Python's own moments have."""


def moment_text(value: Any) -> str:
    """A moment of the graph as a text in UTC; one that is a text already stays that."""
    if isinstance(value, str):
        return _utc(value)
    return _utc(value.iso_format() if isinstance(value, DateTime) else value.isoformat())


def moment(text: str) -> Any:
    """The moment that a text is, for the graph. Raises `ValueError` where it is none in UTC."""
    match = _MOMENT.fullmatch(text)
    if match is None:
        raise ValueError(text)
    if len(match[1] or "") <= _SHORT:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    datetime.fromisoformat(text[:19])
    return DateTime.from_iso_format(text).replace(tzinfo=UTC)


def moment_of(milliseconds: int) -> Any:
    """The moment so many milliseconds after 1970, for the graph."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def now_text() -> str:
    """The moment that it is."""
    return _utc(datetime.fromtimestamp(now_ms() / 1000, UTC).isoformat(timespec="milliseconds"))


def _utc(text: str) -> str:
    """One spelling of each moment: `Z`, seconds, and no zeros at the end."""
    head, _, rest = text.removesuffix("Z").removesuffix("+00:00").partition(".")
    head += ":00" if len(head) == 16 else ""
    digits = rest.rstrip("0")
    return f"{head}.{digits}Z" if digits else f"{head}Z"
