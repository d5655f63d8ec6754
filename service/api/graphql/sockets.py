"""The messages of a WebSocket (graphql-transport-ws): what is wrong with one is said, and costs no other operation.

https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

import orjson
from graphql import GraphQLError
from starlette.websockets import WebSocketDisconnect, WebSocketState
from strawberry.asgi import ASGIWebSocketAdapter
from strawberry.http.exceptions import NonJsonMessageReceived, NonTextMessageReceived, WebSocketDisconnected
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import BaseGraphQLTransportWSHandler, Operation
from strawberry.subscriptions.protocols.graphql_transport_ws.types import Message, PongMessage, SubscribeMessage

from service.api.graphql.context import Context, Stream
from service.api.graphql.documents import is_subscription
from service.api.graphql.encoding import Answer, Written
from service.api.graphql.faults import describe_error
from service.api.graphql.pace import begin_share, pace
from service.api.graphql.persisted import Refused, Wanted, document_id_of
from service.api.graphql.reading import TooManyValues, read_json
from service.api.graphql.returning import confirm
from service.errors import LimitExceeded

if TYPE_CHECKING:
    from service.api.graphql.http import Endpoint

_TYPES = ("connection_init", "ping", "pong", "subscribe", "complete")
_KINDS: Mapping[str, tuple[type, ...]] = {
    "query": (str, type(None)),
    "operationName": (str, type(None)),
    "variables": (dict, type(None)),
    "extensions": (dict, type(None)),
}


class SocketAdapter(ASGIWebSocketAdapter):
    """A WebSocket whose long messages are read in pieces."""

    async def iter_json(self, *, ignore_parsing_errors: bool = False) -> AsyncGenerator[object]:
        """The messages."""
        try:
            while self.ws.application_state != WebSocketState.DISCONNECTED:
                text = await self.ws.receive_text()
                try:
                    yield await read_json(text.encode(errors="surrogatepass"))
                except (orjson.JSONDecodeError, TooManyValues) as error:
                    if not ignore_parsing_errors:
                        raise NonJsonMessageReceived from error
        except KeyError as error:
            raise NonTextMessageReceived from error
        except WebSocketDisconnect:
            pass


class SocketHandler(BaseGraphQLTransportWSHandler[Context, None]):
    """Holds one WebSocket."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._streams: dict[str, Stream] = {}
        self._answers: dict[Operation[Context, None], Answer] = {}

    async def handle_message(self, message: Message) -> None:
        """Do what a message says; one that nobody can be answered for ends the connection with 4400."""
        said: object = message
        if (wrong := fault_of(said)) is not None:
            return await self.handle_invalid_message(wrong)
        if message["type"] == "connection_init" and message.get("payload") is None:
            # Clients may say that they have no payload.
            message = {"type": "connection_init"}
        await super().handle_message(message)

    async def handle_subscribe(self, message: SubscribeMessage) -> None:
        """Begin an operation; one that is refused is an `error` of its own, and the others go on."""
        if self.connection_acknowledged and message["id"] not in self.operations:
            try:
                message["payload"]["query"] = self._text_of(message["payload"])
            except Refused as refused:
                payload = [refused.error.formatted]
                return await self.send_message({"type": "error", "id": message["id"], "payload": payload})
        await super().handle_subscribe(message)

    async def run_operation(self, operation: Operation[Context, None]) -> None:
        """Do what an operation says; a subscription whose client comes back goes on after what it received."""
        # A hundred may come in one piece.
        begin_share()
        if pace().is_spent:
            await pace().turn()
        if not await is_subscription(operation.query, operation.operation_name, self._endpoint.max_tokens):
            return await self._run(operation, Stream())
        said = operation.query, operation.variables, operation.operation_name
        known = self._endpoint.subscribers.begin(self.context.caller, operation.id, *said)
        if known is not None:
            self._streams[operation.id] = known
        try:
            await self._run(operation, known or Stream())
        finally:
            # By now another operation may have the id.
            if self._streams.get(operation.id) is known:
                self._streams.pop(operation.id, None)

    async def _run(self, operation: Operation[Context, None], stream: Stream) -> None:
        answer = self._answers[operation] = self._endpoint.answer()
        # Read by what follows before it waits for anything.
        self.context = replace(self.context, stream=stream, answer=answer)
        try:
            await super().run_operation(operation)
        finally:
            del self._answers[operation]

    async def _send_result_stream(self, operation: Operation[Context, None], result_source: Any) -> None:
        written = _written(self._answers[operation], result_source)
        async with aclosing(written):
            await super()._send_result_stream(operation, written)

    async def send_message(self, message: Message) -> None:
        """Send a message; an event is followed by a ping, whose pong says that it was received."""
        await super().send_message(message)
        if message["type"] == "next" and (stream := self._streams.get(message["id"])) and stream.place:
            await super().send_message({"type": "ping", "payload": {"id": message["id"], "cursor": stream.place}})

    async def handle_pong(self, message: PongMessage) -> None:
        """Note what a client says it received."""
        said = message.get("payload")
        if isinstance(said, dict) and (stream := self._streams.get(str(said.get("id")))):
            confirm(stream, said.get("cursor"))

    @property
    def _endpoint(self) -> Endpoint:
        return cast("Endpoint", self.view)

    def _text_of(self, payload: object) -> str:
        """The text of an operation that may begin. Raises `Refused`."""
        if (wrong := _fault_of_payload(payload)) is not None:
            raise Refused(400, "INVALID_REQUEST", f"{wrong}.")
        if self._is_full:
            raise self._too_many()
        said = cast("dict[str, Any]", payload)
        # Clients that know of one operation may send an empty name, as over HTTP.
        said["operationName"] = said.get("operationName") or None
        wanted = Wanted(said.get("query"), document_id_of(said), said.get("extensions"))
        return self._endpoint.persisted.text_of(self.context.caller, wanted) or ""

    async def handle_task_exception(self, error: Exception) -> None:
        """Log what was not expected; a client that went away while it was sent something is."""
        if not isinstance(error, WebSocketDisconnected):
            await super().handle_task_exception(error)

    @property
    def _is_full(self) -> bool:
        most = self.max_subscriptions_per_connection
        return most is not None and len(self.operations) >= most

    def _too_many(self) -> Refused:
        many = f"{len(self.operations)} operations are under way on this connection, which is the most."
        return Refused(429, "LIMIT_EXCEEDED", many, "End one, or open another connection.")

    @staticmethod
    def _get_pre_execution_close_reason(error: GraphQLError) -> str | None:
        # A text with a mistake in it is an `error` of its operation: the others on the connection go on.
        return None


async def _written(answer: Answer, results: AsyncIterator[Any]) -> AsyncGenerator[Any]:
    """Results whose data are JSON already; in place of what would be too long, the error that says so."""
    async for result in results:
        if result.data is not None:
            try:
                result.data = Written(await answer.blocks(result.data))
            except LimitExceeded as error:
                shown = GraphQLError(error.message, extensions=describe_error(error))
                result.data, result.errors = None, [shown]
        yield result


def fault_of(message: object) -> str | None:
    """What is wrong with a message's form; None where nothing is. (A reason for a close frame: 123 bytes at most.)"""
    if not isinstance(message, dict):
        return "A message must be a JSON object"
    said = cast("dict[str, Any]", message)
    if said.get("type") not in _TYPES:
        return "A message's type must be one that clients send"
    if said["type"] in ("subscribe", "complete") and not isinstance(said.get("id"), str | int):
        return "A message's id must be a string"
    return None


def _fault_of_payload(payload: object) -> str | None:
    if not isinstance(payload, dict):
        return "A subscribe message's payload must be an object"
    said = cast("dict[str, Any]", payload)
    wrong = [name for name, kinds in _KINDS.items() if not isinstance(said.get(name), kinds)]
    return f"A subscribe message's {wrong[0]} is of the wrong type" if wrong else None
