"""A zip that is written as it is sent: a file for each conversation, with nothing kept but its directory."""

from __future__ import annotations

import asyncio
import io
import zipfile
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from datetime import UTC, datetime
from typing import IO

from service.conversations.transfer.ahead import eager
from service.conversations.transfer.outgoing import Outgoing
from service.conversations.transfer.writers.pieces import Many, Pieces, encoded, larger


class _Outlet(io.RawIOBase):
    """What is written to a zip, until it is taken away to be sent. It cannot be sought in."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        part = bytes(data)  # pyright: ignore[reportArgumentType, reportUnknownArgumentType, reportCallIssue]
        self._parts.append(part)
        return len(part)

    def take(self) -> bytes:
        """What was written since the last time."""
        taken = b"".join(self._parts)
        self._parts.clear()
        return taken


async def zipped(many: Many, write: Callable[[Many], Pieces], named: Callable[[Outgoing], str]) -> Pieces:
    """A zip with what `write` makes of each conversation, and what was left out in `notices.txt`."""
    outlet = _Outlet()
    notices: list[str] = []
    with zipfile.ZipFile(outlet, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        entry: IO[bytes] | None = None
        try:
            async with aclosing(eager(_files(many, write))) as pieces:
                async for going, piece in pieces:
                    if entry is None:
                        entry = archive.open(_entry(named(going), going.updated_ms), "w", force_zip64=True)
                    if piece:
                        # To pack takes a processor, and leaves Python to others.
                        await asyncio.to_thread(entry.write, piece)
                    else:
                        entry.close()
                        entry = None
                        notices += [f"{named(going)}: {notice}" for notice in going.notices]
                    if sent := outlet.take():
                        yield sent
        finally:
            if entry is not None:
                entry.close()
        archive.writestr(_entry("notices.txt", None), encoded("\n".join(notices) or "Nothing was left out.") + b"\n")
    yield outlet.take()


async def _files(many: Many, write: Callable[[Many], Pieces]) -> AsyncIterator[tuple[Outgoing, bytes]]:
    """The pieces of each file, and nothing where it ends."""
    async for going in many:
        async for piece in larger(write(_one(going))):
            yield going, piece
        yield going, b""


async def _one(going: Outgoing) -> Many:
    yield going


def _entry(name: str, at_ms: int | None) -> zipfile.ZipInfo:
    at = datetime.fromtimestamp((at_ms or 0) / 1000, UTC)
    # A zip knows no time before 1980.
    entry = zipfile.ZipInfo(name, max(at.timetuple()[:6], (1980, 1, 1, 0, 0, 0)))
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o600 << 16
    return entry
