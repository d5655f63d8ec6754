"""An answer as JSON, written in pieces while it is made; and the bound on how long it may be.

Owns what is counted: the characters of texts as they are read, and the bytes of the whole at its end.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import orjson

from service.api.graphql.faults import describe_error
from service.api.graphql.pace import pace
from service.errors import LimitExceeded

PIECE = 256 * 1024
"""Characters of a text, or bytes of an answer, that are written at once."""


class Written:
    """What is JSON already, in the pieces that it was written in. `is_result`: the result of an executed operation."""

    __slots__ = ("is_result", "pieces")

    def __init__(self, pieces: list[bytes], *, is_result: bool = False) -> None:
        self.pieces = pieces
        self.is_result = is_result


def dumps(said: Any) -> bytes:
    """JSON at once, of what may hold long texts that are JSON already."""
    return orjson.dumps(said, _default)


def _default(value: Any) -> Any:
    if isinstance(value, Written):
        return orjson.Fragment(b"".join(value.pieces))
    raise TypeError(f"{type(value).__name__} is not JSON")


class Answer:
    """The answer to one operation, while it is made. `lists`: how many long lists are being completed."""

    def __init__(self, most_bytes: int) -> None:
        self._most = most_bytes
        self.begin()

    def begin(self) -> None:
        """Begin it, or the next one: of a subscription, each event has its own."""
        self.lists = 0
        self._characters = 0
        self._has_written = False

    @property
    def is_long(self) -> bool:
        """Whether it is better written in pieces."""
        return self._characters > PIECE

    def count(self, characters: int) -> None:
        """Count what is put into it. Raises `LimitExceeded` where it becomes too long."""
        self._characters += characters
        if self._characters > self._most:
            raise too_long(self._most)

    def require(self, characters: int) -> None:
        """Raises `LimitExceeded` where so much more would make it too long, before it is read."""
        if self._characters + characters > self._most:
            raise too_long(self._most)

    def encode(self, item: Any) -> Any:
        """An item of a list as JSON. What holds long texts, which are JSON already, is not copied."""
        return item if self._has_written or item is None else orjson.Fragment(orjson.dumps(item))

    async def write(self, text: str) -> Written:
        """A long text as JSON, in pieces. Raises `LimitExceeded`."""
        self._has_written = True
        pieces = [b'"']
        for start in range(0, len(text), PIECE):
            if pace().is_spent:
                await pace().turn()
            pieces.append(orjson.dumps(text[start : start + PIECE])[1:-1])
        pieces.append(b'"')
        return Written(pieces)

    async def whole(self, said: dict[str, Any]) -> Written:
        """All that is said as JSON; in place of what would be too long, the error that says so."""
        try:
            return Written(await self.blocks(said), is_result="data" in said)
        except LimitExceeded as error:
            errors = [{"message": error.message, "extensions": describe_error(error)}]
            return Written([dumps({"data": None, "errors": errors})], is_result=True)

    async def blocks(self, said: Any) -> list[bytes]:
        """JSON in blocks. Raises `LimitExceeded` where it is too long."""
        blocks = await self._blocks(said) if self.is_long else [dumps(said)]
        if sum(map(len, blocks)) > self._most:
            raise too_long(self._most)
        return blocks

    async def _blocks(self, said: Any) -> list[bytes]:
        blocks: list[bytes] = []
        pieces: list[bytes] = []
        length = total = 0
        for piece in _pieces(said):
            pieces.append(piece)
            length += len(piece)
            if length >= PIECE:
                blocks.append(b"".join(pieces))
                total, length, pieces = total + length, 0, []
                if total > self._most:
                    raise too_long(self._most)
            if pace().is_spent:
                await pace().turn()
        return [*blocks, b"".join(pieces)]


def too_long(most: int) -> LimitExceeded:
    """What is raised for an answer that becomes too long."""
    return LimitExceeded(
        f"The answer is larger than {most} bytes.",
        remedy="Ask for smaller pages (`first`, `last`), or without the texts (`content`, `text`).",
    )


def _pieces(value: Any) -> Iterator[bytes]:
    if isinstance(value, Written):
        yield from value.pieces
    elif isinstance(value, dict):
        begin = b"{"
        for name, it in cast("dict[str, Any]", value).items():
            yield begin + orjson.dumps(name) + b":"
            yield from _pieces(it)
            begin = b","
        yield b"{}" if begin == b"{" else b"}"
    elif isinstance(value, list):
        begin = b"["
        for it in cast("list[Any]", value):
            yield begin
            yield from _pieces(it)
            begin = b","
        yield b"[]" if begin == b"[" else b"]"
    else:
        yield orjson.dumps(value)
