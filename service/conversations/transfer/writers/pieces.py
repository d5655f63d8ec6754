"""What writers have in common: JSON in pieces, times as other tools write them, and text that is a file for sure."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import orjson

from service.conversations.transfer.outgoing import Outgoing

PIECE_BYTES = 64 * 1024
TURN_SECONDS = 0.002
Many = AsyncIterator[Outgoing]
Pieces = AsyncIterator[bytes]


def encoded(text: str) -> bytes:
    """A text as UTF-8; half of a surrogate pair, which no file can hold, as a question mark."""
    return text.encode("utf-8", "replace")


def dumped(value: Any) -> bytes:
    """A value as JSON on one line."""
    try:
        return orjson.dumps(value)
    except TypeError:
        # Numbers of any length, and halves of surrogate pairs.
        return encoded(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def loaded(text: str) -> Any:
    """What a JSON text says; the text itself where it is none."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return text


def seconds(milliseconds: int | None) -> float | None:
    """A time in seconds since 1970."""
    return None if milliseconds is None else milliseconds / 1000


def iso(milliseconds: int | None) -> str | None:
    """A time after ISO 8601, in UTC."""
    if milliseconds is None:
        return None
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def shown_time(milliseconds: int | None) -> str:
    """A time for people, in UTC."""
    return "" if milliseconds is None else _shown_minute(milliseconds // 60_000)


@lru_cache(maxsize=1_000)
def _shown_minute(minutes: int) -> str:
    return datetime.fromtimestamp(60 * minutes, UTC).strftime("%Y-%m-%d %H:%M UTC")


async def in_a_list(many: Many, write: Callable[[Outgoing], Pieces]) -> Pieces:
    """A JSON list of all conversations, each as `write` writes it."""
    before = b"[\n"
    async for going in many:
        yield before
        before = b",\n"
        async for piece in write(going):
            yield piece
    yield b"[\n]\n" if before == b"[\n" else b"\n]\n"


async def joined(many: Many, write: Callable[[Outgoing], Pieces]) -> Pieces:
    """All conversations one after the other."""
    async for going in many:
        async for piece in write(going):
            yield piece


async def larger(pieces: Pieces) -> AsyncGenerator[bytes]:
    """Small pieces as larger ones; after some milliseconds others have a turn."""
    held, size, since = list[bytes](), 0, time.perf_counter()
    async with aclosing(pieces):  # pyright: ignore[reportArgumentType]
        async for piece in pieces:
            held.append(piece)
            size += len(piece)
            if size >= PIECE_BYTES:
                yield b"".join(held)
                held, size = [], 0
            if time.perf_counter() - since > TURN_SECONDS:
                await asyncio.sleep(0)
                since = time.perf_counter()
    if held:
        yield b"".join(held)
