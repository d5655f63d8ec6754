"""JSON cut into the elements of one of its lists, without being read: each element's bytes, one after the other.

Owns that a file of any size is cut in one pass, whatever is in it: a text of 400 MB, brackets 100,000 deep. A parser
that knows where it is remembers every way down, so that these brackets would cost 25 GB. Knows nothing of formats.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from service.conversations.transfer.transcripts import Unreadable

CHUNK = 262_144
LONGEST = 128 * 2**20
"""The largest element that is given, in bytes."""

# At each byte only one way leads on, so that no pattern goes back far. A group is empty where a text goes on.
_WORDS = rb'[^"\\]*+(?:\\.[^"\\]*+)*'
_REST_OF_TEXT = re.compile(_WORDS + rb'("?)', re.DOTALL)
_TOKEN = re.compile(rb'[\[\]{}]|"' + _REST_OF_TEXT.pattern, re.DOTALL)


def _levels(count: int) -> bytes:
    """A pattern of what stands in brackets, with brackets in it that go so deep."""
    inner = rb"|[\[{](?:" + _levels(count - 1) + rb")*[\]}]" if count else b""
    return rb'[^"\[\]{}]++|"' + _WORDS + b'"' + inner


# In an element most of the brackets are passed over in one step. The last group is a text that goes on.
_NEXT_BRACKET = re.compile(rb"(?:" + _levels(4) + rb')*(?:([\[\]{}])|(")' + _WORDS + b")?", re.DOTALL)
_BLANK = b" \t\r\n"
_QUOTE, _BRACKET = b'"['
_LONGEST_KEY = 1_000
_LONGEST_BETWEEN = 16 * 2**20

LOOSE = -1
"""The depth of an element that is a list of all the numbers, texts and words between two other elements."""


@dataclass(frozen=True, slots=True)
class Element:
    """The bytes of an element, and how deep its brackets go."""

    data: bytes
    depth: int


def elements(stream: BinaryIO, path: Sequence[str], name: str) -> Iterator[Element]:
    """The elements of the list behind these keys; of the whole list where there are none.

    Raises `Unreadable`, behind all that came before, where the JSON breaks off, has no such list, or holds an element
    larger than `LONGEST`.
    """
    cutter = _Cutter(path, name)
    while chunk := stream.read(CHUNK):
        yield from cutter.cut(chunk)
    cutter.end()


class _Cutter:
    """A walk over chunks. What it keeps from one to the next is short, or part of an element."""

    def __init__(self, path: Sequence[str], name: str) -> None:
        self._path = [b'"' + key.encode() + b'"' for key in path]
        self._name = name
        self._depth = 0
        self._keys = 0  # how many keys of the path lead here
        self._at_key = False  # the token before was the next of them
        self._list = 0  # how deep the list is, while inside of it
        self._found = False
        self._element: list[bytes] | None = None
        self._deepest = 0
        self._in_text = False
        self._rest = b""  # what the next chunk is read with

    def cut(self, chunk: bytes) -> Iterator[Element]:
        """The elements that end in this chunk, which follows the ones before."""
        data, start, at, end = self._rest + chunk, 0, -_LONGEST_KEY, 0
        if self._in_text:
            text = _REST_OF_TEXT.match(data)
            end = text.end() if text else 0
            self._in_text = not (text and text[1])
        while not self._in_text:
            if self._element is not None:
                token = _NEXT_BRACKET.match(data, end)
                if token is None or token.lastindex is None:
                    break
                at, end, kind = token.start(token.lastindex), token.end(), data[token.start(token.lastindex)]
                self._in_text = token.lastindex == 2
            else:
                token = _TOKEN.search(data, end)
                if token is None:
                    break
                at, end, kind = token.start(), token.end(), data[token.start()]
                self._in_text = kind == _QUOTE and not token[1]
            if kind == _QUOTE:
                if not self._in_text and not self._list:
                    start = end
                    self._at_key = self._depth == self._keys + 1 and data[at:end] in self._path[self._keys :][:1]
            elif kind in b"[{":
                if self._list and self._element is None:
                    yield from _loose(data[start:at])
                    self._element, self._deepest, start = [], 0, at
                self._open(kind, b"" if self._list else data[start:at])
                start = start if self._element is not None else end
            else:
                self._depth -= 1
                if self._element is not None:
                    if self._depth == self._list:
                        yield Element(b"".join((*self._element, data[start:end])), self._deepest)
                        self._element, start = None, end
                else:
                    yield from _loose(data[start:at] if self._list else b"")
                    start = end
                    self._close()
        self._keep(data, start, at, end)

    def end(self) -> None:
        """Raises `Unreadable` where the JSON is not at its end, or had no such list."""
        if self._depth > 0 or self._in_text:
            raise Unreadable(f"{self._name} breaks off in the middle: it is not whole.")
        if not self._found:
            where = " > ".join(key.decode() for key in self._path)
            raise Unreadable(f"{self._name} holds no list{f' at {where}' if where else ''}.")
        if self._rest.strip(_BLANK):
            raise Unreadable(f"{self._name} goes on behind its end: it is no JSON.")

    def _open(self, kind: int, between: bytes) -> None:
        self._depth += 1
        if self._list:
            self._deepest = max(self._deepest, self._depth - self._list)
        elif not self._path and self._depth == 1 and kind == _BRACKET:
            self._list, self._found = 1, True
        elif self._at_key and between.strip(_BLANK) == b":":
            last = self._keys == len(self._path) - 1
            if last and kind == _BRACKET:
                self._list, self._found = self._depth, True
            elif not last and kind != _BRACKET:
                self._keys += 1
        self._at_key = False

    def _close(self) -> None:
        if self._depth < 0:
            raise Unreadable(f"{self._name} closes more brackets than it opens: it is no JSON.")
        self._list = self._list if self._depth >= self._list else 0
        self._keys = min(self._keys, max(self._depth - 1, 0))
        self._at_key = False

    def _keep(self, data: bytes, start: int, at: int, end: int) -> None:
        """Keep what the next chunk needs; `at` and `end` are where the last token begins and ends; `at` lies far
        before where it is a text that began in an earlier chunk."""
        if self._element is not None:
            # A text may end in the first half of an escape.
            self._element.append(data[start:end] if self._in_text else data[start:])
            self._rest = data[end:] if self._in_text else b""
            if sum(map(len, self._element)) > LONGEST:
                raise Unreadable(f"{self._name} holds an element that is larger than {LONGEST} bytes.")
        elif self._in_text and end - at >= _LONGEST_KEY:
            self._rest = data[end:]
        else:
            self._rest, self._in_text = data[start:], False
            if len(self._rest) > _LONGEST_BETWEEN:
                raise Unreadable(f"{self._name} holds a list of something else than objects.")


def _loose(between: bytes) -> Iterator[Element]:
    """What stands between elements that are objects or lists: numbers, texts, words."""
    bare = between.strip(_BLANK + b",")
    if bare:
        yield Element(b"[" + bare + b"]", LOOSE)
