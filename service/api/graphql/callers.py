"""Who calls, and whether a page of a stranger's makes them call.

Owns what a request's headers say of its caller. Knows nothing of what is asked.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.websockets import WebSocket

from service.proxies import is_loopback
from service.settings.shapes import ServerSettings

LOCAL_OWNER = "local"
"""Who calls where no keys are configured."""


def owner_of(request: Request | WebSocket, server: ServerSettings) -> str | None:
    """Who calls; None for nobody that is known."""
    return owner_of_token(request.headers.get("authorization"), server)


def owner_of_token(authorization: object, server: ServerSettings) -> str | None:
    """Whose `Authorization` this is; None for nobody that is known."""
    if not server.api_keys:
        return LOCAL_OWNER
    scheme, _, token = authorization.partition(" ") if isinstance(authorization, str) else ("", "", "")
    return server.owner_of(token.strip()) if scheme.lower() == "bearer" else None


def is_own_origin(request: Request, server: ServerSettings) -> bool:
    """Whether no page of a stranger's makes a browser call: a multipart request needs no permission of ours."""
    origin = request.headers.get("origin")
    if origin is None or origin in server.cors_origins or "*" in server.cors_origins:
        return True
    return origin.partition("://")[2] == request.headers.get("host")


def is_own_host(request: Request | WebSocket, server: ServerSettings) -> bool:
    """Whether nobody calls us by a name of theirs: without keys, a page could have its own name lead here."""
    if server.api_keys or not is_loopback(server.host):
        return True
    try:
        name = urlsplit(f"//{request.headers.get('host', '')}").hostname or ""
    except ValueError:
        # Half an address in brackets.
        return False
    return is_loopback(name) or name == server.host
