"""Runs the application on uvicorn: free ports, loopback unless keys are configured, an end that does not hang."""

from __future__ import annotations

import asyncio
import errno
import math
import socket
import sys
import time
from collections.abc import AsyncGenerator, Generator, Mapping
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import uvicorn
from starlette.applications import Starlette

from service.commands.garbage import collect_when_quiet, settle
from service.config import Config
from service.errors import ConfigurationError, SetupError
from service.proxies import is_loopback

CUT_SECONDS = 1.0
"""How long open requests may take when the service stops. Then their connections are closed: whoever watches comes
back with its last cursor, which it would not do after a proper end."""

CANCEL_SECONDS = 5
"""When what still runs is cancelled."""

STUCK_SECONDS = 60.0
"""How long a client may take nothing of what is sent to it. Then its connection is cut: no more is made for it."""

SWITCH_SECONDS = 0.0005
"""How long a thread that reads a text keeps the event loop waiting each time that it wants to go on."""

_NO_ADDRESS = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)


@asynccontextmanager
async def serving(app: Starlette, config: Config, *, port: int | None = None) -> AsyncGenerator[str]:
    """Serve for as long as the body runs; yields the base URL. Port 0 picks a free one.

    Raises `ConfigurationError` for a host beyond loopback with no keys, `SetupError` for a busy port, and whatever
    keeps the application from beginning.
    """
    listener = listen(config, config.server.port if port is None else port)
    # The lifespan is run here and not by uvicorn, which would log what it raises and exit.
    async with app.router.lifespan_context(app):
        server = make_server(app, config)
        running = asyncio.create_task(server.serve(sockets=[listener]), name="antiphon-server")
        try:
            while not server.started and not running.done():  # noqa: ASYNC110 - uvicorn tells it in no other way
                await asyncio.sleep(0.01)
            if running.done():
                await running
                raise SetupError("The service did not start; the log says why.")
            yield base_url(listener)
        finally:
            server.should_exit = True
            await running


class Server(uvicorn.Server):
    """A server that does not wait for subscriptions when it stops, nor for ever for clients that do not read."""

    stuck_seconds = STUCK_SECONDS

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Leave signals to the command: it has more to end, and keeps ignored what it was told to ignore."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin; what is there from now on to the end is not looked at by the garbage collector any more."""
        await super().startup(sockets)
        sys.setswitchinterval(SWITCH_SECONDS)
        self._cutting = asyncio.create_task(self._cut_stuck(), name="antiphon-stuck-clients")
        settle()
        self._collecting = asyncio.create_task(collect_when_quiet(), name="antiphon-garbage")

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop; cut what is still open after a moment."""
        self._cutting.cancel()
        self._collecting.cancel()
        cutting = asyncio.get_running_loop().call_later(CUT_SECONDS, self._cut)
        await super().shutdown(sockets)
        cutting.cancel()

    def _cut(self) -> None:
        for connection in list(self.server_state.connections):
            connection.transport.close()

    async def _cut_stuck(self) -> None:
        waiting: dict[Any, Waiting] = {}
        while True:
            await asyncio.sleep(self.stuck_seconds / 6)
            sizes = {one.transport: one.transport.get_write_buffer_size() for one in self.server_state.connections}
            waiting = still_waiting(waiting, sizes, time.monotonic())
            for transport, (_, since) in waiting.items():
                if time.monotonic() - since > self.stuck_seconds:
                    # Not closed: that would wait until the client has taken the rest.
                    transport.abort()


Waiting = tuple[int, float]
"""How many bytes wait for a client, and since when (s) they did not get fewer."""


def still_waiting(before: Mapping[Any, Waiting], sizes: Mapping[Any, int], now: float) -> dict[Any, Waiting]:
    """What waits for clients now, by client, after what waited when it was looked at before."""
    found: dict[Any, Waiting] = {}
    for client, size in sizes.items():
        last, since = before.get(client, (size + 1, now))
        if size:
            found[client] = (size, since if size >= last else now)
    return found


def _protocol() -> Any:
    """How connections are held; on Windows, which httptools is not for, as uvicorn does."""
    try:
        from service.commands.connections import PatientProtocol
    except ImportError:
        return "auto"
    return PatientProtocol


def make_server(app: Starlette, config: Config) -> uvicorn.Server:
    """The uvicorn server of an application."""
    return Server(
        uvicorn.Config(
            app,
            http=_protocol(),
            ws="websockets-sansio",
            # What is packed into a kilobyte and is 30 MB would be unpacked while nobody else has a turn.
            ws_per_message_deflate=False,
            ws_max_size=config.server.limits.max_body_bytes,
            log_config=None,
            access_log=False,
            server_header=False,
            lifespan="off",
            timeout_keep_alive=math.ceil(config.server.keep_alive),
            timeout_graceful_shutdown=CANCEL_SECONDS,
        )
    )


def listen(config: Config, port: int) -> socket.socket:
    """A socket on the configured host."""
    host = config.server.host
    if not is_loopback(host) and not config.server.api_keys:
        raise ConfigurationError(
            f"server.host is {host}, which others can reach, and no API keys are configured.",
            remedy="Configure server.api_keys, or listen on 127.0.0.1.",
        )
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host.strip("[]"), port), family=family, backlog=2048)
    except OSError as error:
        if error.errno in _NO_ADDRESS or isinstance(error, socket.gaierror):
            raise ConfigurationError(
                f"server.host is {host}, which is no address of this machine (is IPv6 switched off?).",
                remedy="Set ANTIPHON_SERVER__HOST to one that it has, such as 127.0.0.1.",
            ) from error
        raise SetupError(
            f"Port {port} of {host} cannot be listened on: {str(error.strerror).partition(' (')[0]}.",
            remedy="Stop what uses it, or take a free one: antiphon serve --port 0 (or ANTIPHON_SERVER__PORT=0).",
        ) from error


def check_address(config: Config) -> None:
    """Find out before anything is started what `listen` would find. Raises as it does."""
    listen(config, config.server.port).close()


def base_url(listener: socket.socket) -> str:
    """Where a socket is reached."""
    host, port = listener.getsockname()[:2]
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{shown}:{port}"
