"""The commands' GraphQL client, against a transport that answers as the service does."""

from __future__ import annotations

import json
from collections.abc import Callable

import httpx
import pytest

from service.commands.client import Client, Upload, operation_names, read_operation, why_unreachable
from service.errors import ConfigurationError, Forbidden, InvalidInput, NotFound, ServiceError

URL = "http://127.0.0.1:8000"
Answer = Callable[[httpx.Request], httpx.Response]


def client(answer: Answer, token: str | None = None) -> Client:
    """A client whose requests are answered by a function."""
    return Client(URL, token, transport=httpx.MockTransport(answer))


def data(**fields: object) -> Answer:
    """Answers with data."""
    return lambda request: httpx.Response(200, json={"data": fields})


def refusal(message: str, **extensions: object) -> Answer:
    """Answers with an error."""
    error = {"message": message, "extensions": extensions}
    return lambda request: httpx.Response(200, json={"data": None, "errors": [error]})


def events(*lines: str) -> Answer:
    """Answers with a stream of server-sent events."""
    text = "".join(f"{line}\r\n" for line in lines).encode()
    return lambda request: httpx.Response(200, headers={"content-type": "text/event-stream"}, content=text)


async def test_execute_gives_the_value_of_the_one_field() -> None:
    """The operation's name is known, so its one field's name is of no interest."""
    async with client(data(task={"id": "1"})) as service:
        assert await service.execute("Task", id="1") == {"id": "1"}


async def test_execute_sends_the_shipped_operation_and_the_token() -> None:
    """What front ends send is what the commands send."""
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={"data": {"task": None}})

    async with client(answer, "a-token") as service:
        await service.execute("Task", id="1")
    body = json.loads(seen[0].content)
    assert body == {"query": read_operation("Task"), "operationName": "Task", "variables": {"id": "1"}}
    assert seen[0].headers["authorization"] == "Bearer a-token"
    assert str(seen[0].url) == f"{URL}/graphql"


async def test_execute_sends_files_beside_the_variables() -> None:
    """The variables hold null where a file is, the map says which part is which."""
    seen: list[bytes] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.content)
        return httpx.Response(200, json={"data": {"createTask": {"task": {"id": "1"}}}})

    files = [
        {"name": name, "content": {"upload": Upload(name, f"text of {name}".encode())}} for name in ("a.txt", "b.txt")
    ]
    async with client(answer) as service:
        await service.execute("CreateTask", input={"input": {"files": files}})
    text = seen[0].decode()
    assert (
        '{"0": ["variables.input.input.files.0.content.upload"], "1": ["variables.input.input.files.1.content.upload"]}'
        in text
    )
    assert (
        '"files": [{"name": "a.txt", "content": {"upload": null}}, {"name": "b.txt", "content": {"upload": null}}]'
        in text
    )
    assert 'name="1"; filename="b.txt"' in text
    assert "text of b.txt" in text


@pytest.mark.parametrize(
    ("code", "kind"),
    [("INVALID_INPUT", InvalidInput), ("NOT_FOUND", NotFound), ("INTERNAL", ServiceError)],
)
async def test_execute_raises_what_the_service_answers(code: str, kind: type[Exception]) -> None:
    """The code is the error's kind; the remedy comes along."""
    async with client(refusal("It is wrong.", code=code, remedy="Mend it.")) as service:
        with pytest.raises(kind, match=r"It is wrong\. Mend it\."):
            await service.execute("Task", id="1")


async def test_execute_without_a_token_says_which_variable_to_set() -> None:
    """A service with keys does not know us without one."""

    def answer(request: httpx.Request) -> httpx.Response:
        errors = [{"message": "Send a token.", "extensions": {"code": "UNAUTHENTICATED"}}]
        return httpx.Response(401, json={"errors": errors})

    async with client(answer) as service:
        with pytest.raises(Forbidden, match="ANTIPHON_TOKEN"):
            await service.execute("Task", id="1")


async def test_execute_where_nothing_listens_says_how_to_start_it() -> None:
    """A refused connection is a service that does not run."""

    def answer(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    async with client(answer) as service:
        with pytest.raises(ServiceError, match="antiphon serve"):
            await service.execute("Task", id="1")


@pytest.mark.parametrize(
    ("said", "told", "remedy"),
    [
        (
            "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed certificate (_ssl.c:1006)",
            "not trusted: self-signed certificate",
            "SSL_CERT_FILE",
        ),
        ("[SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:1006)", "does not speak TLS", "http://"),
        ("[Errno -2] Name or service not known", "is not known", "ANTIPHON_URL"),
        ("[Errno 111] Connection refused", "There is no service", "antiphon serve"),
    ],
)
def test_nobody_is_reached_for_a_reason(said: str, told: str, remedy: str) -> None:
    """Somebody behind a proxy with TLS learns what to set."""
    error = why_unreachable("https://chat.example.org", said)
    assert told in error.message
    assert remedy in (error.remedy or "")


async def test_execute_knows_what_is_no_antiphon() -> None:
    """Another program at that address is told apart."""
    async with client(lambda request: httpx.Response(200, text="<html>")) as service:
        with pytest.raises(ServiceError, match="not as Antiphon"):
            await service.execute("Task", id="1")


async def test_subscribe_yields_until_the_stream_is_complete() -> None:
    """Signs of life are skipped, and what stands after the end is not read."""
    stream = events(
        *("event: next", 'data: {"data": {"taskEvents": {"cursor": "1"}}}', ""),
        *(": ping", ""),
        *("event: next", 'data: {"data": {"taskEvents": {"cursor": "2"}}}', ""),
        *("event: complete", "data: ", ""),
        *("event: next", 'data: {"data": {"taskEvents": {"cursor": "3"}}}', ""),
    )
    async with client(stream) as service:
        assert [event["cursor"] async for event in service.subscribe("TaskEvents", taskId="1")] == ["1", "2"]


async def test_subscribe_raises_an_error_in_the_stream() -> None:
    """A subscription to what is not there ends with the error."""
    stream = events("event: next", 'data: {"errors": [{"message": "No.", "extensions": {"code": "NOT_FOUND"}}]}', "")
    async with client(stream) as service:
        with pytest.raises(NotFound):
            _ = [event async for event in service.subscribe("TaskEvents", taskId="1")]


@pytest.mark.parametrize("token", ["geheim-ü", "line\nbreak"])
def test_a_token_that_cannot_be_sent_is_refused_without_quoting_it(token: str) -> None:
    """It may be a secret all the same."""
    with pytest.raises(ConfigurationError, match="ANTIPHON_TOKEN") as caught:
        Client("http://127.0.0.1:9", token)
    assert token not in str(caught.value)


@pytest.mark.parametrize("url", ["", "127.0.0.1:8000", "ftp://host", "http://me:secret@host"])
def test_a_url_that_is_none_is_refused_without_quoting_it(url: str) -> None:
    """It may hold a password."""
    with pytest.raises(ConfigurationError) as raised:
        Client(url)
    assert "secret" not in str(raised.value)


def test_a_url_may_name_the_endpoint() -> None:
    """Whoever pastes the GraphQL address is understood."""
    assert Client(f"{URL}/graphql").graphql == f"{URL}/graphql"


def test_every_operation_can_be_read() -> None:
    """All files of the folder are operations under their own name."""
    assert all(f" {name}" in read_operation(name) for name in operation_names())
