"""One service over a transport that answers, breaks or refuses as it is told; both clients alike."""

from __future__ import annotations

import asyncio
import copy
import json
import pickle
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import httpx
import pytest

from antiphon import Antiphon, AsyncAntiphon, errors
from antiphon import operations as its

URL = "http://127.0.0.1:8000"
Answer = Callable[[httpx.Request], httpx.Response]
SECRET = "a-secret-token"
NO_MODELS: dict[str, Any] = {"data": {"models": []}}


class Cut(httpx.SyncByteStream):
    """A body that breaks off."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __iter__(self) -> Iterator[bytes]:
        yield self._text.encode()
        raise httpx.RemoteProtocolError("peer closed connection without sending complete message body")


def client(answer: Answer, **more: Any) -> Antiphon:
    """A client whose requests are answered by a function."""
    return Antiphon(URL, transport=httpx.MockTransport(answer), **more)


def refusal(message: str, status: int = 200, **extensions: object) -> Answer:
    """Answers with an error."""
    error = {"message": message, "extensions": extensions}
    return lambda request: httpx.Response(status, json={"data": None, "errors": [error]})


def event(number: int) -> str:
    """One event of a task."""
    data = {"__typename": "TaskChanged", "cursor": f"c{number}", "createdAt": "2026-01-01T00:00:00.000Z"}
    said = data | {"conversationId": "1", "taskId": "t", "taskStatus": "RUNNING", "task": None}
    return f"event: next\ndata: {json.dumps({'data': {'taskEvents': said}})}\n\n"


def stream(body: httpx.SyncByteStream | bytes) -> httpx.Response:
    """An answer of events."""
    content = {"content": body} if isinstance(body, bytes) else {"stream": body}
    return httpx.Response(200, headers={"content-type": "text/event-stream"}, **content)


def test_subscription_goes_on_after_its_last_cursor() -> None:
    """Over a broken connection; nothing is missed, nothing comes twice."""
    seen: list[str | None] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(json.loads(request.content)["variables"]["after"])
        if len(seen) == 1:
            return stream(Cut(event(1) + event(2)))
        if len(seen) == 2:
            raise httpx.ConnectError("refused")
        return stream((event(3) + "event: complete\n\n").encode())

    with client(answer) as antiphon:
        assert [it.cursor for it in antiphon.events("t")] == ["c1", "c2", "c3"]
    assert seen == [None, "c2", "c2"]


def test_subscription_at_nobody_says_so_at_once() -> None:
    """Where nothing listened from the beginning, it is not tried for two minutes."""

    def answer(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    with client(answer) as antiphon, pytest.raises(errors.ServiceUnreachable, match="antiphon serve"):
        list(antiphon.events("t"))


def test_waiting_ends_in_time() -> None:
    """With an error that names the task, and is a `TimeoutError` too."""

    def answer(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("silence")

    with client(answer) as antiphon, pytest.raises(TimeoutError, match="Task t has not ended") as raised:
        antiphon.wait("t", timeout=0.05)
    assert isinstance(raised.value, errors.WaitTimeout)
    assert raised.value.task_id == "t"


@pytest.mark.parametrize(
    ("code", "kind"),
    [(code, kind) for code, kind in errors.BY_CODE.items()] + [("SOMETHING_NEW", errors.ServiceError)],
)
def test_errors_have_their_codes(code: str, kind: type[errors.ServiceError]) -> None:
    """A code that this client does not know is a `ServiceError` with that code."""
    with client(refusal("No.", code=code)) as antiphon, pytest.raises(errors.ServiceError) as raised:
        antiphon.models()
    assert type(raised.value) is kind
    assert raised.value.code == code


def test_error_names_the_field_and_the_remedy() -> None:
    """As the service says them."""
    said = refusal("first is too large.", code="INVALID_INPUT", field="first", remedy="Ask for less.", retryable=False)
    with client(said) as antiphon, pytest.raises(errors.InvalidInput, match=r"too large\. Ask for less\.") as raised:
        antiphon.models()
    assert (raised.value.field, raised.value.retryable) == ("first", False)


def test_wrong_token_says_what_to_set() -> None:
    """And does not show it."""
    said = refusal("Unknown.", 401, code="UNAUTHENTICATED")
    with (
        client(said, token=SECRET) as antiphon,
        pytest.raises(errors.Unauthenticated, match="ANTIPHON_TOKEN") as raised,
    ):
        antiphon.models()
    assert SECRET not in repr(raised.value)


@pytest.mark.parametrize("token", [f"{SECRET}\r\nx", f"{SECRET} x", f"{SECRET}é"])
def test_token_that_no_header_can_have_is_not_shown(token: str) -> None:
    """In no error and no repr."""
    with pytest.raises(errors.InvalidInput) as raised:
        Antiphon(URL, token)
    assert SECRET not in f"{raised.value!r} {raised.value}"


def test_token_of_a_file_with_line_ends_is_taken() -> None:
    """A `.env` of another system leaves one at its end."""
    seen: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers["authorization"])
        return httpx.Response(200, json={"data": {"models": []}})

    with client(answer, token=f"{SECRET}\r\n") as antiphon:
        assert antiphon.models() == []
        assert SECRET not in repr(antiphon)
    assert seen == [f"Bearer {SECRET}"]


@pytest.mark.parametrize(
    "response",
    [
        httpx.Response(404, text="Not Found"),
        httpx.Response(200, text="<html></html>"),
        httpx.Response(200, json=["a"]),
        httpx.Response(200, json={"data": {}}),
        httpx.Response(200, json={"models": []}),
    ],
)
def test_what_is_no_antiphon_is_told(response: httpx.Response) -> None:
    """Another server at the port."""
    with client(lambda request: response) as antiphon, pytest.raises(errors.NotAntiphon, match="ANTIPHON_URL"):
        antiphon.models()


def test_other_version_is_told() -> None:
    """A field that the service does not know."""
    said = refusal("Cannot query field 'models' on type 'Query'.", code="INVALID_REQUEST")
    with client(said) as antiphon, pytest.raises(errors.InvalidRequest, match="different versions"):
        antiphon.models()


def test_setting_that_is_misspelled_is_the_callers_error() -> None:
    """Its place is the field; nobody is told to update anything."""
    why = "Expected value not to include unknown field 'temprature'. Did you mean 'temperature'?"
    said = refusal(f"Variable '$input' has invalid value at .config: {why}", code="INVALID_REQUEST")
    with client(said) as antiphon, pytest.raises(errors.InvalidInput, match="Did you mean 'temperature'") as raised:
        antiphon.submit(text="x", config={"temprature": 1})
    assert (raised.value.field, str(raised.value)) == ("input.config", why)


def test_prompt_whose_answer_was_lost_is_sent_again_with_its_key() -> None:
    """So it is asked once."""
    keys: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        keys.append(json.loads(request.content)["variables"]["input"]["idempotencyKey"])
        if len(keys) == 1:
            raise httpx.ReadError("broke off")
        return httpx.Response(200, json={"data": {"createTask": {"task": {"id": "t"}}}})

    with client(answer) as antiphon:
        assert antiphon.submit(text="x") == "t"
    assert keys[0] == keys[1]


def test_uploads_are_sent_beside_the_operation() -> None:
    """Null stands for them in the variables."""
    seen: list[bytes] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.read())
        return httpx.Response(200, json={"data": {"createTask": {"task": {"id": "t"}}}})

    with client(answer) as antiphon:
        antiphon.submit([("a.bin", b"\x00\x01")])
    assert b'{"0": ["variables.input.input.files.0.content.upload"]}' in seen[0]
    assert b"\x00\x01" in seen[0]


def test_values_that_are_not_known_yet_are_taken() -> None:
    """A choice, a field and a type of a newer service."""
    said = json.loads(event(1).partition("data: ")[2])["data"]["taskEvents"]
    newer = said | {"__typename": "Something", "taskStatus": "DREAMING", "more": 1}
    parsed = its.TaskEventsEvent.model_validate(newer)
    assert (parsed.typename, parsed.task_status) == ("Something", "DREAMING")


def test_client_is_copied_and_pickled_without_its_connections() -> None:
    """For pools of processes."""
    antiphon = Antiphon(URL, SECRET)
    assert [it.url for it in (copy.deepcopy(antiphon), pickle.loads(pickle.dumps(antiphon)))] == [URL, URL]
    antiphon.close()


def test_errors_go_to_other_processes() -> None:
    """With all that they say."""
    error = errors.InvalidInput("No.", remedy="Yes.", field="first")
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again), again.field) == (errors.InvalidInput, "No. Yes.", "first")
    late = pickle.loads(pickle.dumps(errors.WaitTimeout("t", 5)))
    assert late.task_id == "t"


async def test_sync_client_works_inside_of_a_running_loop() -> None:
    """As in a notebook."""
    with client(lambda request: httpx.Response(200, json={"data": {"models": []}})) as antiphon:
        assert antiphon.models() == []


def test_sync_client_is_shared_by_threads() -> None:
    """Each has its own answer."""

    def answer(request: httpx.Request) -> httpx.Response:
        key = json.loads(request.content)["variables"]["id"]
        task = {"id": key, "taskStatus": "CANCELLED", "task": {"id": key, "taskStatus": "x"}}
        return httpx.Response(200, json={"data": {"node": task | {"index": 0, "title": key, "subtaskStatus": "x"}}})

    found: dict[str, str] = {}
    with client(answer) as antiphon:

        def look(id: str) -> None:
            subtask = antiphon.operations.subtask(id)
            found[id] = subtask.title or "" if subtask else ""

        threads = [threading.Thread(target=look, args=(str(number),)) for number in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert found == {str(number): str(number) for number in range(16)}


def test_async_client_outlives_its_event_loop() -> None:
    """A second `asyncio.run` has connections of its own."""
    made: list[AsyncAntiphon] = []

    async def use() -> int:
        if not made:
            made.append(AsyncAntiphon(URL, transport=httpx.MockTransport(answer)))
        return len(await made[0].models())

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"data": {"models": []}})

    assert [asyncio.run(use()), asyncio.run(use())] == [0, 0]


def test_async_client_is_shared_by_event_loops_of_threads() -> None:
    """Each loop has connections of its own, and keeps them while the others run."""
    begun = threading.Barrier(2)
    clients: list[list[httpx.AsyncClient]] = []
    antiphon = AsyncAntiphon(URL, transport=httpx.MockTransport(lambda request: httpx.Response(200, json=NO_MODELS)))

    async def use() -> None:
        seen: list[httpx.AsyncClient] = []
        for _ in range(3):
            begun.wait()
            await antiphon.models()
            seen.append(antiphon._connection._client())
        clients.append(seen)

    threads = [threading.Thread(target=asyncio.run, args=(use(),)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [len(set(map(id, seen))) for seen in clients] == [1, 1]
    assert clients[0][0] is not clients[1][0]


@pytest.mark.parametrize("name", ["HTTP_PROXY", "ALL_PROXY"])
def test_proxy_of_the_environment_is_not_for_this_machine(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even one that httpx can not use: nothing is made at import, and loopback needs none."""
    monkeypatch.setenv(name, "socks5h://127.0.0.1:1")
    with Antiphon("http://127.0.0.1:1") as antiphon, pytest.raises(errors.ServiceUnreachable):
        antiphon.models()


def test_unusable_proxy_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """For a service elsewhere, with what to change."""
    monkeypatch.setenv("ALL_PROXY", "socks://127.0.0.1:1")
    monkeypatch.delenv("NO_PROXY", raising=False)
    with Antiphon("http://service.example") as antiphon, pytest.raises(errors.ConnectionFailed, match="ALL_PROXY"):
        antiphon.models()


@pytest.mark.parametrize("url", ["127.0.0.1:8000", "ftp://host", "http://name:password@host", "http://"])
def test_address_that_is_none_is_told(url: str) -> None:
    """Without a password that may stand in it."""
    with pytest.raises(errors.InvalidInput, match="no address") as raised:
        Antiphon(url)
    assert "password" not in str(raised.value)


def test_address_below_a_folder_is_kept() -> None:
    """As behind a proxy."""
    seen: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(str(request.url))
        return httpx.Response(200, json={"data": {"models": []}})

    with Antiphon("https://host.example/antiphon/", transport=httpx.MockTransport(answer)) as antiphon:
        antiphon.models()
    assert seen == ["https://host.example/antiphon/graphql"]


def test_stream_that_is_left_cancels_its_task() -> None:
    """With the loop; nobody waits for the rest."""
    seen: list[str] = []
    delta = {"subtaskId": "s", "attempt": 1, "responseId": "a", "position": 0, "text": "One ", "done": False}
    said = {"data": {"responseDeltas": delta | {"responseStatus": None, "finishReason": None, "lagged": False}}}

    def answer(request: httpx.Request) -> httpx.Response:
        name = json.loads(request.content)["operationName"]
        seen.append(name)
        if name == "SendPrompt":
            return httpx.Response(200, json={"data": {"sendPrompt": {"task": {"id": "t"}, "answerId": "a"}}})
        if name == "ResponseDeltas":
            return stream(Cut(f"event: next\ndata: {json.dumps(said)}\n\n"))
        return httpx.Response(200, json={"data": {"cancelTask": {"task": None}}})

    with client(answer) as antiphon:
        for piece in antiphon.stream("Count."):
            assert piece == "One "
            break
    assert seen == ["SendPrompt", "ResponseDeltas", "CancelTask"]


def test_stream_is_closed_where_it_was_never_read() -> None:
    """Nothing was sent, so nothing is cancelled."""
    with client(refusal("No.", code="CONFLICT")) as antiphon, closing(antiphon.stream("Count.")) as unread:
        assert unread.task_id is None
