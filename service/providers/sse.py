"""Server-sent events out of bytes, however the bytes were cut. Pure: it knows neither HTTP nor JSON.

The format is WHATWG HTML § 9.2 "Server-sent events". Two liberties, both for servers that are careless at
the end: an event that the stream's end cut short of its blank line is still given, and `id` and `retry` are
not kept, because a model's answer cannot be resumed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

MAX_PENDING_BYTES = 16 * 1024 * 1024
"""How much one event may hold. A server that sends more without ending its event is broken or hostile."""

HEAD_BYTES = 8
"""How many bytes of a body tell whether it is a stream of events."""

_BOM = b"\xef\xbb\xbf"
_FIELD = re.compile(rb":|data|event|id|retry")


@dataclass(frozen=True, slots=True)
class SseEvent:
    """One event: its `event` field ("" where there is none) and its `data` lines, joined by newlines."""

    name: str
    data: bytes


def begins_events(head: bytes) -> bool:
    """Whether the first bytes of a body are those of a stream of events, whatever it is called."""
    return bool(_FIELD.match(significant(head)))


def significant(head: bytes) -> bytes:
    """The first bytes without what may stand before anything: a byte order mark, white space."""
    return head.removeprefix(_BOM).lstrip()


class SseParser:
    """Turns chunks of a stream into events; the same bytes give the same events however they are cut."""

    def __init__(self) -> None:
        self._rest = bytearray()
        self._name = ""
        self._data: list[bytes] = []
        self._size = 0
        self._started = False
        self._after_cr = False

    def feed(self, chunk: bytes) -> list[SseEvent]:
        """The events that `chunk` completes. Raises `ValueError` when one grows beyond all bounds."""
        if self._after_cr and chunk:
            # A carriage return that ended the last chunk has ended its line already.
            chunk = chunk.removeprefix(b"\n")
            self._after_cr = False
        searched = len(self._rest)
        self._rest += chunk
        self._check_size()
        end = max(self._rest.rfind(b"\n", searched), self._rest.rfind(b"\r", searched))
        if end < 0:
            return []
        whole, self._rest = bytes(self._rest[: end + 1]), self._rest[end + 1 :]
        self._after_cr = whole.endswith(b"\r") and not self._rest
        return [event for line in self._lines(whole) if (event := self._take(line))]

    def close(self) -> list[SseEvent]:
        """The event that the end of the stream cut short of its blank line, if there is one."""
        rest, self._rest = bytes(self._rest), bytearray()
        events = [event for line in self._lines(rest) if (event := self._take(line))]
        last = self._dispatch()
        return [*events, last] if last else events

    def _lines(self, whole: bytes) -> list[bytes]:
        if not self._started and whole:
            self._started = True
            whole = whole.removeprefix(_BOM)
        return whole.splitlines()

    def _check_size(self) -> None:
        if self._size + len(self._rest) > MAX_PENDING_BYTES:
            raise ValueError(f"an event of more than {MAX_PENDING_BYTES} bytes")

    def _take(self, line: bytes) -> SseEvent | None:
        if not line:
            return self._dispatch()
        field, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if field == b"data":
            self._data.append(value)
            self._size += len(value)
        elif field == b"event":
            self._name = value.decode("utf-8", "replace")
        return None

    def _dispatch(self) -> SseEvent | None:
        name, data = self._name, self._data
        self._name, self._data, self._size = "", [], 0
        return SseEvent(name, b"\n".join(data)) if data else None
