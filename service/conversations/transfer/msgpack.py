"""MessagePack, read as plain values. Nothing that it names is imported or made.

Follows https://github.com/msgpack/msgpack/blob/master/spec.md. Raises `Unreadable` for what is none.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any, cast

from service.conversations.transfer.transcripts import Unreadable

DEEPEST = 200

Extension = Callable[[int, bytes, int], Any]
"""What stands for an extension, given its code, its bytes and how deep it stands."""

_NUMBERS = {
    0xCA: ">f", 0xCB: ">d", 0xCC: ">B", 0xCD: ">H", 0xCE: ">I", 0xCF: ">Q",
    0xD0: ">b", 0xD1: ">h", 0xD2: ">i", 0xD3: ">q",
}  # fmt: skip
_LENGTHS = {
    0xC4: ">B", 0xC5: ">H", 0xC6: ">I", 0xC7: ">B", 0xC8: ">H", 0xC9: ">I",
    0xD9: ">B", 0xDA: ">H", 0xDB: ">I", 0xDC: ">H", 0xDD: ">I", 0xDE: ">H", 0xDF: ">I",
}  # fmt: skip
_FIXED = {0xD4: 1, 0xD5: 2, 0xD6: 4, 0xD7: 8, 0xD8: 16}
_PLAIN = {0xC0: None, 0xC2: False, 0xC3: True}


def unpacked(data: bytes, extension: Extension, depth: int = 0) -> Any:
    """The value of some bytes."""
    try:
        value, _ = _Reader(data, extension)._read(0, depth)  # pyright: ignore[reportPrivateUsage]
    except (struct.error, IndexError, UnicodeDecodeError) as error:
        raise Unreadable(f"It is no MessagePack: {error}.") from error
    return value


class _Reader:
    def __init__(self, data: bytes, extension: Extension) -> None:
        self._data = data
        self._extension = extension

    def _read(self, at: int, depth: int) -> tuple[Any, int]:
        """The value at a place, and the place behind it."""
        if depth > DEEPEST:
            raise Unreadable(f"It is nested more than {DEEPEST} deep.")
        code = self._data[at]
        at += 1
        if code < 0x80 or code >= 0xE0:
            return (code if code < 0x80 else code - 0x100), at
        if code < 0x90:
            return self._map(at, code & 0x0F, depth)
        if code < 0xA0:
            return self._list(at, code & 0x0F, depth)
        if code < 0xC0:
            return self._text(at, code & 0x1F)
        if code in _PLAIN:
            return _PLAIN[code], at
        if code in _NUMBERS:
            form = _NUMBERS[code]
            return struct.unpack_from(form, self._data, at)[0], at + struct.calcsize(form)
        return self._long(code, at, depth)

    def _long(self, code: int, at: int, depth: int) -> tuple[Any, int]:
        if code in _FIXED:
            return self._extended(at, _FIXED[code], depth)
        if code not in _LENGTHS:
            raise Unreadable(f"It is no MessagePack: there is no type {code:#x}.")
        form = _LENGTHS[code]
        size = cast("int", struct.unpack_from(form, self._data, at)[0])
        at += struct.calcsize(form)
        if code <= 0xC6:
            return self._bytes(at, size)
        if code <= 0xC9:
            return self._extended(at, size, depth)
        if code <= 0xDB:
            return self._text(at, size)
        return self._list(at, size, depth) if code <= 0xDD else self._map(at, size, depth)

    def _bytes(self, at: int, size: int) -> tuple[bytes, int]:
        if at + size > len(self._data):
            raise Unreadable("It is no MessagePack: it breaks off.")
        return self._data[at : at + size], at + size

    def _text(self, at: int, size: int) -> tuple[str, int]:
        data, at = self._bytes(at, size)
        return data.decode("utf-8", "surrogatepass"), at

    def _extended(self, at: int, size: int, depth: int) -> tuple[Any, int]:
        code: int = struct.unpack_from(">b", self._data, at)[0]
        data, at = self._bytes(at + 1, size)
        return self._extension(code, data, depth + 1), at

    def _list(self, at: int, size: int, depth: int) -> tuple[list[Any], int]:
        values: list[Any] = []
        for _ in range(size):
            value, at = self._read(at, depth + 1)
            values.append(value)
        return values, at

    def _map(self, at: int, size: int, depth: int) -> tuple[dict[str, Any], int]:
        values: dict[str, Any] = {}
        for _ in range(size):
            key, at = self._read(at, depth + 1)
            values[key if isinstance(key, str) else str(key)], at = self._read(at, depth + 1)
        return values, at
