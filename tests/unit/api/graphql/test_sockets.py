"""A WebSocket without a network: what of its failures is told to whoever reads the log."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Mapping
from datetime import timedelta
from typing import Any, cast

import pytest
from strawberry.http.exceptions import WebSocketDisconnected
from strawberry.types import ExecutionResult

from service.api.graphql.context import Context
from service.api.graphql.encoding import Answer
from service.api.graphql.persisted import Persisted, Trusted
from service.api.graphql.sockets import SocketHandler, fault_of


class GoneAway:
    """A client that went away; whatever is sent to it fails."""

    async def send_json(self, message: Mapping[str, object]) -> None:
        """Fails."""
        raise WebSocketDisconnected


class View:
    """An endpoint with no documents of its own."""

    persisted = Persisted(Trusted())
    max_tokens = 2000

    def answer(self) -> Answer:
        """What an operation's answer is written to."""
        return Answer(1_000_000)


class OneResult:
    """A schema whose every operation has one result."""

    def __init__(self, error: Exception | None) -> None:
        self._error = error

    async def stream(self, *_: object, **__: object) -> AsyncGenerator[ExecutionResult, None]:
        """The results."""
        return self._results()

    async def _results(self) -> AsyncGenerator[ExecutionResult, None]:
        if self._error:
            raise self._error
        yield ExecutionResult(data={}, errors=None)


@pytest.mark.parametrize(("error", "is_logged"), [(None, False), (RuntimeError("unexpected"), True)])
async def test_a_client_that_goes_away_is_no_error(
    error: Exception | None, is_logged: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """It may do so whenever it likes; what was not expected is logged."""
    context = Context(cast(Any, None), "ann")
    schema, wait = cast(Any, OneResult(error)), timedelta(minutes=1)
    handler = SocketHandler(cast(Any, View()), cast(Any, GoneAway()), context, None, schema, wait, 100)
    handler.connection_acknowledged = True
    await handler.handle_message(
        {"type": "subscribe", "id": "1", "payload": {"query": "{ models { id } }"}}  # pyright: ignore[reportArgumentType]
    )
    task = handler.operations["1"].task
    assert task is not None
    with pytest.raises((WebSocketDisconnected, RuntimeError)):
        await task
    assert bool(caplog.records) is is_logged


@pytest.mark.parametrize("message", [None, {"type": "x" * 1000}, {"type": "complete", "id": None}])
def test_a_fault_fits_into_the_reason_of_a_close_frame(message: object) -> None:
    """123 bytes (RFC 6455, 5.5), whatever the message holds."""
    assert len(json.dumps(fault_of(message))) <= 123
