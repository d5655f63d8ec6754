"""The door for downloads: `GET /exports/TICKET` is the file that `exportConversation` gave the address of.

Owns who may have it, and headers that make a browser keep a file as a file. The file is written while it is sent, as
fast as its client reads, and ends with its client: nothing of it is kept.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Message, Receive, Scope, Send

from service.api.graphql.callers import is_own_host, owner_of
from service.api.graphql.faults import EXPECTED, mask
from service.api.graphql.http import answer, problem
from service.clock import now_ms
from service.conversations.transfer.exporting import Exporting
from service.conversations.transfer.tickets import Ticket, Wish
from service.errors import AntiphonError, GraphUnavailable, LimitExceeded, NotFound
from service.settings.shapes import ServerSettings

_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'"
_RETRY_SECONDS = 5
_MISSING = "There is no such export, or it is not yours."


class Downloads:
    """The files of one service."""

    def __init__(self, exporting: Exporting, server: ServerSettings) -> None:
        self._exporting = exporting
        self._server = server

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive, send)
        ticket = self._ticket(request)
        if isinstance(ticket, Response):
            return await ticket(scope, receive, send)
        try:
            with self._exporting.place(ticket.owner):
                response = await self._begin(ticket.owner, ticket.wish, is_head=request.method == "HEAD")
                await response(scope, receive, self._patient(send))
        except LimitExceeded as error:
            response = problem(429, error.code, str(error))
            response.headers["Retry-After"] = str(_RETRY_SECONDS)
            await response(scope, receive, send)

    def _patient(self, send: Send) -> Send:
        """`send`, which gives up where the client takes nothing for as long as a connection may be idle: it would hold
        a place that others wait for."""

        async def send_within(message: Message) -> None:
            async with asyncio.timeout(self._server.keep_alive):
                await send(message)

        return send_within

    def _ticket(self, request: Request) -> Ticket | Response:
        """What is to be sent to whom; or why nothing is."""
        if not is_own_host(request, self._server):
            return problem(403, "FORBIDDEN", "The service is called by a name that is not this machine's own.")
        found = self._exporting.tickets.read(request.path_params["ticket"])
        if found is None:
            return problem(404, "NOT_FOUND", _MISSING)
        ticket, is_signed = found
        is_owners = bool(self._server.api_keys) and owner_of(request, self._server) == ticket.owner
        has_other_key = "authorization" in request.headers and bool(self._server.api_keys) and not is_owners
        if has_other_key or not (is_signed or is_owners):
            return problem(404, "NOT_FOUND", _MISSING)
        if ticket.until_ms < now_ms():
            return problem(410, "NOT_FOUND", "This address was good for some minutes. Export again to have a new one.")
        return ticket

    async def _begin(self, owner: str, wish: Wish, *, is_head: bool) -> Response:
        """The answer, once its first piece is there: until then an error has a status of its own."""
        try:
            name, kind = await self._exporting.describe(owner, wish)
            headers = headers_of(name, kind)
            if is_head:
                return Response(headers=headers)
            pieces = self._exporting.write(owner, wish)
            first = await anext(pieces, b"")
        except EXPECTED as error:
            status = 404 if isinstance(error, NotFound) else 503 if isinstance(error, GraphUnavailable) else 400
            return problem(status, error.code, str(error))
        except AntiphonError as error:
            return answer(500, *mask(error, "in an export"))
        return _File(_after(first, pieces), headers=headers)


class _File(StreamingResponse):
    """A file. Where it breaks off, so does the connection: half of it never looks like all."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with aclosing(self.body_iterator):  # pyright: ignore[reportArgumentType]
            await super().__call__(scope, receive, send)


async def _after(first: bytes, pieces: AsyncGenerator[bytes]) -> AsyncGenerator[bytes]:
    async with aclosing(pieces):
        yield first
        async for piece in pieces:
            yield piece


def headers_of(name: str, kind: str) -> dict[str, str]:
    """The headers of a file: it is saved, never shown, and by nobody kept on its way. See RFC 6266."""
    plain = "".join(letter for letter in name if letter.isascii() and letter.isprintable() and letter not in '"\\')
    plain = plain if plain[:1].isalnum() else f"conversation{plain}"
    return {
        "Content-Type": kind,
        "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}",
        "Content-Security-Policy": _POLICY,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-store",
        # A proxy that kept it would read faster than its client does.
        "X-Accel-Buffering": "no",
        "Cross-Origin-Resource-Policy": "same-site",
    }
