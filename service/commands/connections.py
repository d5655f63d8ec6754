"""Connections over HTTP that send nothing, or no end: how long they are waited for, and how much a head may hold.

uvicorn waits for ever for a request that has begun, and keeps whatever comes as its head
(https://github.com/Kludex/uvicorn/issues/157). Knows nothing of what is asked.
"""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MOST_HEAD = 64 * 1024
"""Bytes that the head of a request may have: its address and its headers."""


class PatientProtocol(HttpToolsProtocol):
    """One connection. For as long as one may be idle, a head is waited for, and each further piece of a body."""

    def connection_made(self, transport: Any) -> None:
        """Begin to wait."""
        super().connection_made(transport)
        self._since: float | None = self.loop.time()
        self._head = 0
        self._is_head = False
        self._looking = self._look_later()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._looking.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what has come; a head that is too long is refused."""
        if self._is_head:
            self._head += len(data)
            if self._head > MOST_HEAD:
                return self.send_400_response("The head of the request is too long.")
        elif self._since is not None:
            self._since = self.loop.time()
        return super().data_received(data)

    def on_message_begin(self) -> None:
        """A request begins."""
        self._is_head, self._head, self._since = True, 0, self.loop.time()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Its body is waited for now."""
        self._is_head, self._since = False, self.loop.time()
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """It has come: nothing is waited for until the next one begins."""
        self._since = None
        super().on_message_complete()

    def handle_websocket_upgrade(self) -> None:
        """Leave the connection to WebSocket, which has pings of its own."""
        self._looking.cancel()
        super().handle_websocket_upgrade()

    def _look_later(self) -> asyncio.TimerHandle:
        return self.loop.call_later(self.timeout_keep_alive, self._look)

    def _look(self) -> None:
        if self._since is not None and self.loop.time() - self._since >= self.timeout_keep_alive:
            self.transport.close()
        elif not self.transport.is_closing():
            self._looking = self._look_later()
