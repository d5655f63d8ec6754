"""The door for large files: `PUT /uploads/{id}?offset=N` writes a piece of a file that `createUpload` has begun.

What breaks off goes on where it stopped: `GET /uploads/{id}` says where that is. Knows nothing of what is in a file.
"""

from __future__ import annotations

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from service.api.graphql.callers import is_own_host, is_own_origin, owner_of
from service.api.graphql.http import problem
from service.conversations.transfer.uploads import Uploads, UploadState
from service.errors import AntiphonError, Conflict, InvalidInput, LimitExceeded, NotFound
from service.settings.shapes import ServerSettings

_STATUS: dict[type[AntiphonError], int] = {NotFound: 404, Conflict: 409, InvalidInput: 400, LimitExceeded: 413}


async def serve_upload(request: Request, server: ServerSettings, uploads: Uploads) -> Response:
    """Take a piece of a file, or say how far it is."""
    if not is_own_host(request, server) or not is_own_origin(request, server):
        return problem(403, "FORBIDDEN", "Pages of this origin may not call: see server.cors_origins.")
    owner = owner_of(request, server)
    if owner is None:
        return problem(401, "UNAUTHENTICATED", "Send `Authorization: Bearer TOKEN` with a configured token.")
    id = request.path_params["id"]
    try:
        if request.method == "PUT":
            return _state(await uploads.append(owner, id, _offset(request), request.stream()))
        return _state(await uploads.read(owner, id))
    except AntiphonError as error:
        return problem(_STATUS.get(type(error), 500), error.code, str(error))
    except ClientDisconnect:
        return problem(400, "INVALID_REQUEST", "The request broke off.")
    except OSError as error:
        return problem(507, "LIMIT_EXCEEDED", f"The disk of the service did not take it: {error.strerror}.")


def _offset(request: Request) -> int:
    said = request.query_params.get("offset", "0")
    if not said.isdecimal():
        raise InvalidInput(f"`offset` is {said[:20]!r}, expected a number.", field="offset")
    return int(said)


def _state(state: UploadState) -> Response:
    return JSONResponse({"id": state.id, "bytes": state.bytes, "receivedBytes": state.received})
