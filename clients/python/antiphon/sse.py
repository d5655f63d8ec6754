"""Server-sent events out of bytes, however the bytes were cut. Knows neither HTTP nor JSON."""

from __future__ import annotations

import re
from collections.abc import Iterator

_END_OF_LINE = re.compile(rb"\r\n|\n|\r(?=.)", re.DOTALL)


class EventReader:
    """Turns chunks of a stream into (name, data) pairs."""

    def __init__(self) -> None:
        self._rest = b""
        self._name = ""
        self._data: list[bytes] = []

    def feed(self, chunk: bytes) -> Iterator[tuple[str, bytes]]:
        """The events that a chunk completes."""
        *lines, self._rest = _END_OF_LINE.split(self._rest + chunk)
        for line in lines:
            if not line:
                yield from self._dispatch()
            else:
                self._take(line)

    def _take(self, line: bytes) -> None:
        field, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if field == b"data":
            self._data.append(value)
        elif field == b"event":
            self._name = value.decode("utf-8", "replace")

    def _dispatch(self) -> Iterator[tuple[str, bytes]]:
        if self._data or self._name:
            yield self._name, b"\n".join(self._data)
        self._name, self._data = "", []
