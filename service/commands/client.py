"""The commands' way to a service: GraphQL over HTTP, with uploads and with subscriptions as server-sent events.

It sends the shipped `schema/operations/*.graphql` and nothing else, as any front end would. A second home of
httpx, beside `providers/`, because it calls ourselves and no model. Knows nothing of terminals.
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any, cast
from urllib.parse import urlsplit

import httpx

from service import errors
from service.errors import AntiphonError, ConfigurationError, ServiceError
from service.providers.sse import SseParser
from service.providers.tls import tls_context
from service.proxies import is_loopback, proxy_for, target_of, unusable_proxy
from service.resources import read_resource, resource

Json = dict[str, Any]

CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 60.0
SILENCE_SECONDS = 45.0
"""How long a subscription may be silent: the service sends a sign of life every 15 s."""

_KNOWN: dict[str, type[AntiphonError]] = {
    kind.code: kind
    for kind in (
        errors.InvalidInput,
        errors.NotFound,
        errors.Conflict,
        errors.Forbidden,
        errors.LimitExceeded,
        errors.Lagged,
        errors.GraphUnavailable,
    )
}


@dataclass(frozen=True, slots=True)
class Upload:
    """A file in the variables of an operation: it is sent beside them."""

    name: str
    content: bytes = field(repr=False)


class Client:
    """One service. Use it as an async context manager, or close it."""

    def __init__(
        self, url: str, token: str | None = None, *, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self.url = _checked(url)
        if token and not (token.isascii() and token.isprintable()):
            raise ConfigurationError(
                "The bearer token holds a character that no header may have.", remedy="Correct ANTIPHON_TOKEN."
            )
        # A proxy cannot reach this machine's own loopback interface.
        proxy = None if is_loopback(target_of(self.url).host) else proxy_for(target_of(self.url))
        try:
            self._http = httpx.AsyncClient(
                headers={"authorization": f"Bearer {token}"} if token else {},
                timeout=httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS),
                verify=tls_context() if self.url.startswith("https:") else False,
                trust_env=False,
                proxy=proxy.url if proxy else None,
                transport=transport,
            )
        except (ImportError, ValueError, httpx.InvalidURL) as error:
            raise unusable_proxy(proxy, error) from None

    @property
    def graphql(self) -> str:
        """The address of the GraphQL endpoint."""
        return f"{self.url}/graphql"

    async def __aenter__(self) -> Client:
        """Itself."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Closes it."""
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def execute(self, operation: str, **variables: Any) -> Any:
        """The value of the operation's one field. Raises what the service answers as an `AntiphonError`."""
        with_files, uploads = _split_uploads(variables)
        body = _body(operation, with_files)
        async with self._reaching():
            if uploads:
                response = await self._http.post(self.graphql, data=_form(body, uploads), files=_files(uploads))
            else:
                response = await self._http.post(self.graphql, json=body)
        return _only_field(_answer(response))

    async def put(self, path: str, pieces: AsyncIterator[bytes]) -> None:
        """Send a file to a path of the service. Raises what the service answers as an `AntiphonError`."""
        async with self._reaching():
            response = await self._http.put(f"{self.url}{path}", content=pieces)
        if response.is_error:
            _answer(response)

    async def subscribe(self, operation: str, **variables: Any) -> AsyncGenerator[Any, None]:
        """The values of a subscription's one field, until it is over. Raises as `execute` does."""
        stream = self._http.stream(
            "POST",
            self.graphql,
            json=_body(operation, variables),
            headers={"accept": "text/event-stream"},
            timeout=httpx.Timeout(SILENCE_SECONDS, connect=CONNECT_SECONDS),
        )
        async with self._reaching(), stream as response:
            if not response.headers.get("content-type", "").startswith("text/event-stream"):
                await response.aread()
                _answer(response)
                raise ServiceError(f"The service at {self.url} did not begin the subscription {operation}.")
            async with aclosing(_events(response)) as events:
                async for payload in events:
                    yield _only_field(_data(payload))

    async def download(self, path: str) -> AsyncGenerator[bytes, None]:
        """The bytes of a file of the service's, in pieces. Raises as `execute` does, also where it breaks off."""
        address = f"{self.url}{path if path.startswith('/') else f'/{path}'}"
        async with self._reaching(), self._http.stream("GET", address) as response:
            if response.status_code != 200:
                await response.aread()
                _answer(response)
                raise ServiceError(f"{self.url} answered {response.status_code} for the file.")
            async for piece in response.aiter_bytes():
                yield piece

    async def is_alive(self) -> bool:
        """Whether a service answers here."""
        try:
            response = await self._http.get(f"{self.url}/livez", timeout=2.0)
        except httpx.HTTPError:
            return False
        return response.is_success

    @asynccontextmanager
    async def _reaching(self) -> AsyncGenerator[None, None]:
        try:
            yield
        except httpx.ConnectError as error:
            raise why_unreachable(self.url, str(error)) from error
        except httpx.TimeoutException as error:
            raise ServiceError(f"The service at {self.url} does not answer.", remedy="Look at its log.") from error
        except httpx.HTTPError as error:
            raise ServiceError(f"The connection to {self.url} broke off ({type(error).__name__}).") from error


def why_unreachable(url: str, said: str) -> ServiceError:
    """Why nobody is reached at an address, by what the operating system or TLS said."""
    if "CERTIFICATE_VERIFY_FAILED" in said:
        reason = said.partition("failed: ")[2].partition(" (_ssl")[0]
        return ServiceError(
            f"The certificate of {url} is not trusted: {reason}.",
            remedy="Set SSL_CERT_FILE to the file of the authority that signed it.",
        )
    if "SSL" in said:
        return ServiceError(f"{url} does not speak TLS.", remedy="Write http:// in ANTIPHON_URL, or correct the port.")
    if "Name or service not known" in said or "nodename nor servname" in said or "name resolution" in said:
        return ServiceError(f"The name in {url} is not known.", remedy="Correct ANTIPHON_URL.")
    return ServiceError(f"There is no service at {url}.", remedy="Start one with: antiphon serve")


def nodes_of(connection: Json) -> list[Json]:
    """The nodes of a page of a list."""
    return [edge["node"] for edge in connection["edges"]]


@cache
def read_operation(name: str) -> str:
    """The text of `schema/operations/NAME.graphql`, wherever in a file of that folder it stands."""
    return read_resource("schema", "operations", f"{name}.graphql")


def operation_names() -> list[str]:
    """The operations that are shipped."""
    return sorted(path.stem for path in Path(resource("schema", "operations")).glob("*.graphql"))


def _checked(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        raise ConfigurationError(
            "ANTIPHON_URL is no address of a service.", remedy="Write it like http://127.0.0.1:8000"
        )
    return url.rstrip("/").removesuffix("/graphql")


def check_text(variables: Mapping[str, Any]) -> None:
    """Raises `InvalidInput` for text in what will be sent that was typed in another encoding."""
    _check_text(_split_uploads(dict(variables))[0])


def _check_text(variables: Mapping[str, Any]) -> None:
    try:
        json.dumps(variables, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise errors.InvalidInput(
            "The text is not UTF-8.", remedy="Write it in UTF-8, or name a file that holds it."
        ) from None


def _body(operation: str, variables: Mapping[str, Any]) -> Json:
    """The request. Raises `InvalidInput` for text that was typed in another encoding."""
    _check_text(variables)
    return {"query": read_operation(operation), "operationName": operation, "variables": dict(variables)}


def _split_uploads(variables: Json) -> tuple[Json, dict[str, Upload]]:
    """The variables with null where a file was, and the files by their path."""
    uploads: dict[str, Upload] = {}

    def strip(value: Any, path: str) -> Any:
        if isinstance(value, Upload):
            uploads[path] = value
            return None
        if isinstance(value, Mapping):
            return {key: strip(item, f"{path}.{key}") for key, item in cast(Json, value).items()}
        if isinstance(value, Sequence) and not isinstance(value, str | bytes):
            return [strip(item, f"{path}.{index}") for index, item in enumerate(cast("Sequence[Any]", value))]
        return value

    return strip(variables, "variables"), uploads


def _form(body: Json, uploads: Mapping[str, Upload]) -> dict[str, str]:
    """The text parts of a request after the GraphQL multipart request specification (jaydenseric)."""
    paths = {str(number): [path] for number, path in enumerate(uploads)}
    return {"operations": json.dumps(body), "map": json.dumps(paths)}


def _files(uploads: Mapping[str, Upload]) -> dict[str, tuple[str, bytes, str]]:
    """Its files, under the numbers that `_form` gave them."""
    kind = "application/octet-stream"
    return {str(number): (file.name, file.content, kind) for number, file in enumerate(uploads.values())}


async def _events(response: httpx.Response) -> AsyncGenerator[Json, None]:
    parser = SseParser()
    async for chunk in response.aiter_bytes():
        for event in parser.feed(chunk):
            if event.name == "complete":
                return
            if event.data:
                yield json.loads(event.data)


def _answer(response: httpx.Response) -> Json:
    try:
        payload = response.json()
    except ValueError:
        payload = None
    if isinstance(payload, dict) and ("data" in payload or "errors" in payload):
        return _data(cast(Json, payload))
    raise ServiceError(f"{response.url} answered {response.status_code}, and not as Antiphon's GraphQL does.")


def _data(payload: Json) -> Json:
    if payload.get("errors"):
        raise _error(payload["errors"][0])
    return payload["data"]


def _error(said: Json) -> AntiphonError:
    details: Json = said.get("extensions") or {}
    if details.get("code") == "UNAUTHENTICATED":
        return errors.Forbidden("The service does not know you.", remedy="Set ANTIPHON_TOKEN to your token.")
    kind = _KNOWN.get(details.get("code", ""), ServiceError)
    message = str(said.get("message") or "The service answered with an error.")
    remedy: str | None = details.get("remedy")
    # The service may have put the remedy into the message as well.
    return kind(message, remedy=None if remedy and remedy in message else remedy, field=details.get("field"))


def _only_field(data: Json) -> Any:
    (value,) = data.values()
    return value
