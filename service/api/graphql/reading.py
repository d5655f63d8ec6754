r"""JSON that is long, read in pieces: so that nobody waits for it.

A JSON text is read by C code at once, which nothing interrupts. So long strings are cut out and read by themselves, a
piece at a time, and what is left may hold so many values that it is read in some milliseconds.
"""

from __future__ import annotations

import re
import secrets
from typing import Any, cast

import orjson

from service.api.graphql.pace import pace

SHORT = 256 * 1024
"""Bytes that are read at once."""
PIECE = 64 * 1024
"""Bytes that are looked at between two turns."""
MOST_VALUES = 250_000
"""Values that one text may have."""

# Groups are not possessive: before Python 3.11.5 such a group may match what it should not (cpython#106052).
_WHOLE = re.compile(rb'[^"]*+(?:"[^"\\]*+(?:\\.[^"\\]*+)*"[^"]*+)*', re.DOTALL)
"""Strings that end, and what is between them."""
_STRINGS = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*"', re.DOTALL)
_INSIDE = re.compile(
    rb'[^"\\]*+(?:(?:\\[^u]|\\u(?![dD][89abAB])[0-9a-fA-F]{4}|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[0-9a-fA-F]{4})[^"\\]*+)*',
    re.DOTALL,
)
"""The inside of a string, up to where it ends or may be cut: escapes and surrogate pairs stay whole."""
_MARKS = (b",", b"[", b"{")


class TooManyValues(Exception):
    """A JSON text has more values than it may have."""

    def __init__(self) -> None:
        super().__init__(f"has more than {MOST_VALUES:,} values")


async def read_json(text: bytes) -> Any:
    """What a JSON text says. Raises `orjson.JSONDecodeError`, `TooManyValues`."""
    if len(text) <= SHORT:
        return orjson.loads(text)
    return await _Reading(text).read()


class _Reading:
    """One long text. `_left`: what is left of it without the long strings, each of which leaves a mark."""

    def __init__(self, text: bytes) -> None:
        self._text = text
        self._at = self._values = 0
        self._left: list[bytes] = []
        self._mark = secrets.token_hex(16)
        self._strings: list[str] = []

    async def read(self) -> Any:
        while self._at < len(self._text):
            end = cast(re.Match[bytes], _WHOLE.match(self._text, self._at, self._at + PIECE)).end()
            if end == self._at:
                await self._read_string()
            else:
                self._keep(end)
            await pace().turn()
        said = orjson.loads(b"".join(self._left))
        return await self._put_back(said) if self._strings else said

    def _keep(self, end: int) -> None:
        part = self._text[self._at : end]
        between, strings = _STRINGS.subn(b"", part)
        self._values += max(strings, sum(map(between.count, _MARKS)))
        if self._values > MOST_VALUES:
            raise TooManyValues
        self._left.append(part)
        self._at = end

    async def _read_string(self) -> None:
        """A string that is longer than a piece."""
        pieces: list[str] = []
        start, end = self._at + 1, -1
        while self._text[start : start + 1] != b'"' or end == -1:
            end = cast(re.Match[bytes], _INSIDE.match(self._text, start, start + PIECE)).end()
            if end < len(self._text):
                end = self._character(start, end)
            if end <= start and self._text[end : end + 1] != b'"':
                raise orjson.JSONDecodeError("unterminated string", "", self._at)
            pieces.append(orjson.loads(b'"' + self._text[start:end] + b'"'))
            start = end
            await pace().turn()
        self._left.append(f'"{self._mark}{len(self._strings)}"'.encode())
        self._strings.append("".join(pieces))
        self._at = start + 1

    def _character(self, start: int, end: int) -> int:
        """The end of the last whole character before `end`."""
        while end > start and self._text[end] & 0xC0 == 0x80:
            end -= 1
        return end

    async def _put_back(self, said: Any) -> Any:
        """The long strings in place of their marks."""
        root: list[Any] = [said]
        containers: list[Any] = [root]
        while containers:
            here: Any = containers.pop()
            items: Any = cast(Any, here).items() if isinstance(here, dict) else enumerate(here)
            for key, value in items:
                if str(key).startswith(self._mark):
                    raise orjson.JSONDecodeError("a name is too long", "", 0)
                if isinstance(value, str):
                    if value.startswith(self._mark):
                        here[key] = self._strings[int(value[len(self._mark) :])]
                elif isinstance(value, dict | list):
                    containers.append(value)
            await pace().turn()
        return root[0]
