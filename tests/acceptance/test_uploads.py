"""Files beside an operation: GraphQL multipart requests, as clients make them and as none should."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
import pytest

from tests.support.front import Service

CREATE = "mutation($input: CreateTaskInput!) { createTask(input: $input) { task { sources { nodes { name text } } } } }"
PLACE = "variables.input.input.files.{}.content.upload"
FILE = ("a.txt", b"Hello.", "text/plain")
Files = dict[str, Any]


def operations(*names: str | None, **more: str) -> str:
    """A task over so many uploads, each under its name or its file's own."""
    files = [{"name": name, "content": {"upload": None}} for name in names]
    new = {"instruction": "Look.", "strategy": {"builtIn": "FILE"}, "input": {"files": files}} | more
    return json.dumps({"query": CREATE, "variables": {"input": new}})


async def send(service: Service, said: str, places: object, files: Files) -> httpx.Response:
    """The answer to a multipart request."""
    return await service.http.post("/graphql", data={"operations": said, "map": json.dumps(places)}, files=files)


async def test_one_file_may_be_in_several_places(service: Service) -> None:
    """It is sent once, and is whole in each of them."""
    places = {"0": [PLACE.format(0), PLACE.format(1)]}
    answer = (await send(service, operations(None, "again.txt"), places, {"0": FILE})).json()
    nodes = answer["data"]["createTask"]["task"]["sources"]["nodes"]
    assert [node["text"] for node in nodes] == ["Hello.", "Hello."]


async def test_a_file_in_many_places_counts_in_each(guarded: Service) -> None:
    """A small request cannot become a large one."""
    said = operations(*map(str, range(100)))
    response = await send(guarded, said, {"0": [PLACE.format(i) for i in range(100)]}, {"0": ("a", b"x" * 10_000)})
    assert response.status_code == 413
    assert response.json()["errors"][0]["extensions"]["code"] == "LIMIT_EXCEEDED"


async def test_more_than_a_thousand_files_and_a_long_text_fit(service: Service) -> None:
    """What bounds a request is the size of its body. (This one is read, and refused for its type.)"""
    count = 1001
    said = operations(*[None] * count, instruction="Look. " * 200_000, type="nothing")
    response = await send(
        service,
        said,
        {str(i): [PLACE.format(i)] for i in range(count)},
        {str(i): (f"{i}.txt", b"Hello.", "text/plain") for i in range(count)},
    )
    (error,) = response.json()["errors"]
    assert error["extensions"]["field"] == "input.type"


@pytest.mark.parametrize(
    "places",
    [
        None,
        [],
        "0",
        {"0": PLACE.format(0)},
        {"0": [5]},
        {"0": [PLACE.format(7)]},
        {"0": [PLACE.format(-1)]},
        {"0": ["variables.input.instruction.x"]},
        {"0": ["variables.nothing.x"]},
        {"0": ["query"]},
        {"0": [""]},
        {"1": [PLACE.format(0)]},
    ],
)
async def test_a_wrong_map_is_refused(service: Service, places: object) -> None:
    """In words that name `map`, and not as if the service had broken down."""
    response = await send(service, operations(None), places, {"0": FILE})
    assert response.status_code == 400
    (error,) = response.json()["errors"]
    assert "`map`" in error["message"]
    assert error["extensions"]["code"] == "INVALID_REQUEST"


@pytest.mark.parametrize("said", ["null", '"x"', "[]", "{", ""])
async def test_wrong_operations_are_refused(service: Service, said: str) -> None:
    """Whatever they are instead of an object."""
    response = await send(service, said, {}, {"0": FILE})
    assert response.status_code == 400
    assert response.json()["errors"][0]["extensions"]["code"] == "INVALID_REQUEST"


async def test_an_upload_that_breaks_off_is_no_error(service: Service, caplog: pytest.LogCaptureFixture) -> None:
    """Whoever sends a large file may think better of it."""
    url = httpx.URL(service.url)
    _, writer = await asyncio.open_connection(url.host, url.port)
    kind = "multipart/form-data; boundary=x"
    writer.write(f"POST /graphql HTTP/1.1\r\nHost: {url.host}\r\nContent-Type: {kind}\r\n".encode())
    writer.write(b"Content-Length: 1000\r\n\r\n--x\r\n")
    await writer.drain()
    # Answered by the same process, which has then begun to read the upload.
    await service.http.get("/livez")
    writer.close()
    await writer.wait_closed()
    await service.http.get("/livez")
    assert "Exception" not in caplog.text


async def test_a_form_that_cannot_be_read_is_a_graphql_error(service: Service) -> None:
    """JSON, as every other refusal."""
    kind = {"content-type": "multipart/form-data; boundary=x"}
    response = await service.http.post("/graphql", content=b"nothing of a form", headers=kind)
    assert response.status_code == 400
    assert response.json()["errors"][0]["extensions"]["code"] == "INVALID_REQUEST"
