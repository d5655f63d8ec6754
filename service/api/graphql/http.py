"""GraphQL over HTTP and WebSocket: who calls, what a request may hold, and how errors before GraphQL look.

Queries and mutations are JSON by POST (queries also by GET), uploads GraphQL multipart requests; subscriptions are
graphql-transport-ws, server-sent events (GraphQL over SSE, distinct connections) or multipart.
"""

from __future__ import annotations

from functools import partial
from typing import Any, cast

import orjson
from cross_web import HTTPException, StarletteRequestAdapter
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketClose
from strawberry.asgi import GraphQL
from strawberry.exceptions import ConnectionRejectionError
from strawberry.http import GraphQLHTTPResponse, GraphQLRequestData
from strawberry.subscriptions import (
    GRAPHQL_SSE_PROTOCOL,
    GRAPHQL_TRANSPORT_WS_PROTOCOL,
    MULTIPART_SUBSCRIPTION_PROTOCOL,
)
from strawberry.types import ExecutionResult

from service.api.graphiql.pages import page
from service.api.graphql.body import BodyTooLarge, PiecewiseRequest, bounded
from service.api.graphql.callers import is_own_host, is_own_origin, owner_of, owner_of_token
from service.api.graphql.context import Backend, Context, Stream
from service.api.graphql.crossing import REFUSED, may_get
from service.api.graphql.documents import is_subscription
from service.api.graphql.encoding import Answer, dumps
from service.api.graphql.faults import mask
from service.api.graphql.media import (
    GRAPHQL,
    JSON,
    Events,
    Parts,
    Pieces,
    is_after_the_end,
    json_type,
    resumes_after,
    takes_json,
)
from service.api.graphql.persisted import IDS, Persisted, Refused, Wanted
from service.api.graphql.requests import read_request
from service.api.graphql.returning import Subscribers
from service.api.graphql.schema import build_schema
from service.api.graphql.sockets import SocketAdapter, SocketHandler
from service.api.graphql.trusted import read_trusted
from service.api.graphql.turns import LONG_BODY, Turns

PROTOCOLS = (GRAPHQL_TRANSPORT_WS_PROTOCOL, GRAPHQL_SSE_PROTOCOL, MULTIPART_SUBSCRIPTION_PROTOCOL)

_STREAMED = (
    "A subscription is a stream: send `Accept: text/event-stream`, or subscribe over WebSocket (graphql-transport-ws)."
)

_STRANGE_NAME = (
    "The service is called by a name that is not this machine's own: call it by 127.0.0.1 or "
    "localhost (the `Host` header), or configure server.api_keys."
)


class Endpoint(GraphQL[Context, None]):
    """The GraphQL endpoint."""

    graphql_transport_ws_handler_class = SocketHandler
    websocket_adapter_class = SocketAdapter  # pyright: ignore[reportAssignmentType]
    stream_transport_classes_by_protocol = {  # noqa: RUF012 - Strawberry's
        GRAPHQL_SSE_PROTOCOL: Events,
        MULTIPART_SUBSCRIPTION_PROTOCOL: Parts,
    }

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._server = backend.config.server
        self.persisted = Persisted(read_trusted(backend.config), self._server.limits.max_document_bytes)
        self.subscribers = Subscribers()
        self._long_bodies = Turns(2)
        self.max_tokens = self._server.limits.max_tokens
        super().__init__(
            build_schema(self._server.limits, introspection=self._server.introspection),
            subscription_protocols=PROTOCOLS,
            multipart_uploads_enabled=True,
            allowed_origins=self._server.cors_origins,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or hold one WebSocket."""
        if scope["type"] == "websocket":
            if is_own_host(WebSocket(scope, receive, send), self._server):
                return await super().__call__(scope, receive, send)
            return await WebSocketClose(1008)(scope, receive, send)
        request = PiecewiseRequest(scope, bounded(scope, receive, self._server.limits.max_body_bytes))
        try:
            response = await self._respond(request)
            await response(scope, receive, send)
        finally:
            # Uploads are files until then.
            await request.close()

    async def _respond(self, request: Request) -> Response:
        if not is_own_host(request, self._server):
            return problem(403, "FORBIDDEN", _STRANGE_NAME)
        if wants_page(request):
            # Who looks with a browser has no key to send yet, and the page has nothing to hide.
            return page(self._server.has_graphiql)
        if owner_of(request, self._server) is None:
            return problem(401, "UNAUTHENTICATED", "Send `Authorization: Bearer TOKEN` with a configured token.")
        if not is_own_origin(request, self._server):
            return problem(403, "FORBIDDEN", "Pages of this origin may not call: see server.cors_origins.")
        if request.method == "GET" and not may_get(request.headers):
            return problem(403, "FORBIDDEN", REFUSED)
        if is_after_the_end(request.headers):
            return Response(status_code=204)
        try:
            return await self._run(request)
        except Refused as error:
            return self._refuse(request, error)
        except BodyTooLarge as error:
            return problem(413, "LIMIT_EXCEEDED", str(error))
        except HTTPException as error:
            code = "LIMIT_EXCEEDED" if error.status_code == 413 else "INVALID_REQUEST"
            return problem(error.status_code, code, error.reason)
        except StarletteHTTPException as error:
            # A form that cannot be read.
            return problem(error.status_code, "INVALID_REQUEST", error.detail)
        except ClientDisconnect:
            # Nobody reads this.
            return problem(400, "INVALID_REQUEST", "The request broke off.")
        except Exception as error:
            return answer(500, *mask(error, "before or after GraphQL"))
        finally:
            if (turn := getattr(request.state, "turn", None)) is not None:
                await turn.__aexit__(None, None, None)

    async def _run(self, request: Request) -> Response:
        """Read what is asked, execute it, and begin the answer: Strawberry's `run`, without what we have not."""
        known = await self.get_sub_response(request)
        context = await self.get_context(request, known)
        if request.method not in ("GET", "POST"):
            raise HTTPException(405, "GraphQL only supports GET and POST requests.")
        asked = await self._read(request)
        result = cast(
            Any, await self.execute_operation(request, StarletteRequestAdapter(request), asked, context, None, known)
        )
        if asked.protocol != "http":
            return await self._create_streaming_response(request, result, asked.protocol, known)
        return self.create_response(await self.process_result(request, result), known)

    async def _read(self, request: Request) -> GraphQLRequestData:
        """What is asked, and by which protocol it is answered."""
        limits, accept = self._server.limits, request.headers.get("accept", "")
        asked = await read_request(request, limits.max_body_bytes, partial(self._begin, request))
        wanted = Wanted(asked.query, asked.document_id, asked.extensions)
        asked.query = self.persisted.text_of(owner_of(request, self._server) or "", wanted)
        streams = await is_subscription(asked.query, asked.operation_name, self.max_tokens)
        transport = self._get_stream_transport_from_headers(request.headers)
        if transport is None and streams:
            raise HTTPException(406, _STREAMED)
        if transport is not None and (streams or not takes_json(accept)):
            asked.protocol = transport.protocol
        return asked

    async def _begin(self, request: Request, size: int) -> None:
        """Wait for a turn, where what has come in is long: it is kept until there is an answer."""
        if size > LONG_BODY:
            turn = self._long_bodies.turn(owner_of(request, self._server) or "")
            await turn.__aenter__()
            request.state.turn = turn
            if await request.is_disconnected():
                raise ClientDisconnect

    def _get_stream_transport_from_headers(self, headers: Any) -> Any:
        """The stream that a client asks for. Most ask for none, which takes no parsing to see."""
        accept = headers.get("accept", "").lower()
        return (
            super()._get_stream_transport_from_headers(headers)
            if "event-stream" in accept or "multipart" in accept
            else None
        )

    def _refuse(self, request: Request, refused: Refused) -> Response:
        """Say why an operation is not looked at, in the form that its client reads: some take streams alone."""
        accept = request.headers.get("accept", "")
        transport = self._get_stream_transport_from_headers(request.headers)
        if transport is None or takes_json(accept):
            return answer(refused.status, refused.error.message, refused.error.extensions or {}, json_type(accept))
        begin = transport.heartbeat_message(self.encode_json_string) if transport.send_initial_heartbeat else ""
        # `hasNext`: urql takes the end of the stream for a second answer, and would send the text twice.
        said: GraphQLHTTPResponse = {"errors": [refused.error.formatted], "hasNext": False}
        body = begin + transport.encode_next(said, self.encode_json_string) + transport.encode_complete()
        return Response(body, headers=transport.headers)

    async def get_sub_response(self, request: Request | WebSocket) -> Response:
        """What is known of the answer beforehand: its type."""
        known = await super().get_sub_response(request)
        known.media_type = json_type(request.headers.get("accept", ""))
        return known

    async def process_result(self, request: Request, result: ExecutionResult) -> GraphQLHTTPResponse:
        """A result as it is sent. What was not executed has no `data`, not even null."""
        said = await super().process_result(request, result)
        if result.data is None and result.errors and all(error.path is None for error in result.errors):
            del said["data"]
        return cast(GraphQLHTTPResponse, await request.state.answer.whole(said))

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> Context:
        """The caller's context; a WebSocket may still name its caller when it begins."""
        request.state.stream = Stream(resumes_after(request.headers))
        request.state.answer = self.answer()
        owner = owner_of(request, self._server)
        return Context(self._backend, owner, stream=request.state.stream, answer=request.state.answer)

    def answer(self) -> Answer:
        """An answer that is to be written, with the bound on its length."""
        return Answer(self._server.limits.max_answer_bytes)

    def _stream_result(self, request: Request, result: Any, transport: Any) -> Any:
        own = Events(request.state.stream) if isinstance(transport, Events) else transport
        return super()._stream_result(request, result, own)

    async def on_ws_connect(self, context: Context) -> Any:
        """Who begins a WebSocket: its header says so, or `authorization` in what it sends first."""
        if context.owner is None:
            said = {key.lower(): value for key, value in (context.connection_params or {}).items()}
            context.owner = owner_of_token(said.get("authorization"), self._server)
        if context.owner is None:
            raise ConnectionRejectionError
        return await super().on_ws_connect(context)

    def encode_json(self, data: object) -> bytes | str:
        """JSON; text for WebSockets, whose frames must be text."""
        return dumps(data).decode()

    def decode_json(self, data: str | bytes) -> object:
        """What a JSON text says."""
        return orjson.loads(data)

    def create_response(self, response_data: Any, sub_response: Response) -> Response:
        """A JSON response. Its status is 200 for whoever does not take GraphQL's own type."""
        kind = sub_response.media_type
        status = 400 if kind == GRAPHQL and not response_data.is_result else 200
        return Pieces(response_data.pieces, status, media_type=kind)


def wants_page(request: Request) -> bool:
    """Whether a browser asks for the page: it names HTML, and sends no operation."""
    if request.method != "GET" or "text/html" not in request.headers.get("accept", ""):
        return False
    return not any(request.query_params.get(name) for name in ("query", "extensions", *IDS))


def problem(status: int, code: str, message: str) -> Response:
    """An error before GraphQL, in GraphQL's form."""
    return answer(status, message, {"code": code, "retryable": False})


def answer(status: int, message: str, extensions: dict[str, Any], kind: str = JSON) -> Response:
    """One error as the whole answer. It is not kept by caches: the next request with the same hash may be answered."""
    errors = [{"message": message, "extensions": extensions}]
    more = {401: {"WWW-Authenticate": "Bearer"}, 405: {"Allow": "GET, POST"}}.get(status, {})
    headers = {"Cache-Control": "no-store"} | more
    return Response(orjson.dumps({"errors": errors}), status, headers, media_type=kind)
