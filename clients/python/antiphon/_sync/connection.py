# Generated from _async/connection.py by scripts/generate-client; change that one.
"""One service over httpx: an operation is sent and answered, a subscription is followed over broken connections."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Generator
from contextlib import closing
from typing import Any

import httpx

from antiphon.errors import AntiphonError, ConnectionFailed, ConnectionLost, NotAntiphon
from antiphon.patience import Patience, Place, Silence, check_time
from antiphon.places import Place as CodePlace
from antiphon.places import is_there, sync_place
from antiphon.records import Document
from antiphon.sse import EventReader
from antiphon.wire import (
    CONNECT_SECONDS,
    DEFAULT_URL,
    body_of,
    checked_token,
    checked_url,
    client_options,
    connection_error,
    form_of,
    unusable_environment,
    value_in,
    value_of,
)


class Connection:
    """The way to one service. It may be copied and pickled, with its token; connections are made where it is used."""

    def __init__(
        self,
        url: str | None = None,
        token: str | None = None,
        timeout: float = 60.0,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.url = checked_url(url or os.environ.get("ANTIPHON_URL") or DEFAULT_URL)
        self._token = checked_token(token or os.environ.get("ANTIPHON_TOKEN"))
        self._timeout = timeout
        self._transport = transport
        self._clients: dict[CodePlace, httpx.Client] = {}

    def __repr__(self) -> str:
        """Without the token."""
        return f"{type(self).__name__}({self.url!r})"

    def __getstate__(self) -> dict[str, Any]:
        """All but the connections."""
        return self.__dict__ | {"_clients": {}}

    def close(self) -> None:
        """Close the connections of this process and event loop; those of others are theirs."""
        client = self._clients.pop(sync_place(), None)
        if client is not None:
            client.close()

    def execute(self, document: Document, *, timeout: float | None = None, **variables: Any) -> Any:
        """The value of the operation's one field. Raises `AntiphonError`."""
        body, uploads = body_of(document, variables)
        seconds = httpx.Timeout(timeout or self._timeout, connect=min(timeout or self._timeout, CONNECT_SECONDS))
        client = self._client()
        try:
            if uploads:
                data, files = form_of(body, uploads)
                response = client.post(f"{self.url}/graphql", data=data, files=files, timeout=seconds)
            else:
                response = client.post(f"{self.url}/graphql", json=body, timeout=seconds)
        except httpx.HTTPError as error:
            raise connection_error(error, self.url) from error
        return value_of(response, document, self.url)

    def execute_again(self, document: Document, *, begun: bool = False, **variables: Any) -> Any:
        """As `execute`, for what may be sent twice: it is tried again where the connection broke in the middle.

        What has `begun` is also tried again where nothing listens any more: the service may be started anew.
        """
        patience = Patience()
        while True:
            try:
                return self.execute(document, **variables)
            except ConnectionFailed as error:
                if not begun and not isinstance(error, ConnectionLost):
                    raise
                begun, pause = True, patience.pause(error)
            time.sleep(pause)

    def follow(
        self, document: Document, *, begun: bool = False, ends: float | None = None, **variables: Any
    ) -> Generator[Any, None]:
        """The values of a subscription to its end. After a broken connection it goes on after the last cursor.

        `begun` as for `execute_again`; `ends` is when to give up (`time.monotonic`), with `TimeoutError`.
        """
        place, patience = Place(variables), Patience()
        while True:
            try:
                with closing(self._subscribe(document, place.variables, ends)) as values:
                    for value in values:
                        begun = True
                        patience.renew()
                        place.passed(value)
                        yield value
                return
            except AntiphonError as error:
                check_time(ends)
                if not begun and isinstance(error, ConnectionFailed) and not isinstance(error, ConnectionLost):
                    raise
                begun, pause = True, patience.pause(error)
            time.sleep(pause)

    def _subscribe(self, document: Document, variables: dict[str, Any], ends: float | None) -> Generator[Any, None]:
        """The values that come over one connection. Raises `ConnectionLost` where it ends too early."""
        body, _ = body_of(document, variables)
        headers = {"accept": "text/event-stream"}
        silence = Silence(ends)
        timeout = httpx.Timeout(silence.seconds, connect=CONNECT_SECONDS)
        stream = self._client().stream("POST", f"{self.url}/graphql", json=body, headers=headers, timeout=timeout)
        try:
            with stream as response:
                if not response.headers.get("content-type", "").startswith("text/event-stream"):
                    response.read()
                    value_of(response, document, self.url)
                    raise NotAntiphon(f"{self.url} did not begin the subscription {document.name}.")
                reader = EventReader()
                for chunk in response.iter_bytes():
                    for name, data in reader.feed(chunk):
                        if name == "complete":
                            return
                        if data:
                            yield value_in(json.loads(data), document, self.url)
                    silence.check()
        except httpx.HTTPError as error:
            raise connection_error(error, self.url) from error
        raise ConnectionLost(f"The service at {self.url} ended the subscription {document.name} too early.")

    def _client(self) -> httpx.Client:
        place = sync_place()
        client = self._clients.get(place)
        if client is None:
            try:
                options = client_options(self.url, self._token, self._timeout)
                client = httpx.Client(transport=self._transport, **options)
            except (ImportError, OSError, ValueError, httpx.InvalidURL) as error:
                raise unusable_environment(error) from None
            # What was made for a process or an event loop that is gone is dropped, and cannot be closed from here.
            self._clients = {it: known for it, known in self._clients.items() if is_there(it)} | {place: client}
        return client
