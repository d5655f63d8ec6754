"""A TCP proxy in front of a server, which can be cut, mended, and made to hang or to swallow answers."""

from __future__ import annotations

import asyncio
import contextlib
from types import TracebackType
from typing import Self

BLOCK = 65536


class Proxy:
    """Listens on a free loopback port and forwards to `port`."""

    def __init__(self, port: int) -> None:
        self.port = 0
        self._target = port
        self._open: set[asyncio.StreamWriter] = set()
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._swallows = False
        self._signs: tuple[bytes, ...] = ()
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        """Begin to listen."""
        await self.mend()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End."""
        await self.cut()

    async def mend(self) -> None:
        """Listen, and let everything flow."""
        self._flowing.set()
        self._swallows, self._signs = False, ()
        if self._server is None:
            self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
            self.port = self._server.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        """Reset all connections and refuse new ones."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for writer in list(self._open):
            writer.transport.abort()
        self._flowing.set()
        await asyncio.sleep(0)

    def hang(self) -> None:
        """Accept, and forward nothing, in neither direction."""
        self._flowing.clear()

    def swallow(self, *after: bytes) -> None:
        """Forward what is asked, and none of the answers: what is committed now, nobody is told of.

        `after`: from when these bytes have been asked on one connection, in this order.
        """
        self._swallows, self._signs = not after, after

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            back_reader, back_writer = await asyncio.open_connection("127.0.0.1", self._target)
            self._open |= {writer, back_writer}
            await asyncio.gather(self._pump(reader, back_writer), self._pump(back_reader, writer, answers=True))

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, answers: bool = False) -> None:
        seen = 0
        try:
            with contextlib.suppress(OSError):
                while block := await reader.read(BLOCK):
                    await self._flowing.wait()
                    if answers and self._swallows:
                        continue
                    if not answers and seen < len(self._signs) and self._signs[seen] in block:
                        seen += 1
                        self._swallows |= seen == len(self._signs)
                    writer.write(block)
                    await writer.drain()
        finally:
            self._open.discard(writer)
            writer.transport.abort()
