"""Hashes and ids in the place of texts, over each way that operations come; trusted documents alone."""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
import websockets
from websockets.typing import Subprotocol

from service.api.graphql.trusted import export_documents
from service.app import create_app
from service.commands.server import serving
from service.graph.database import Connection
from service.records import new_id
from tests.support.front import MakeConfig, Service, operation

GRAPHQL = "application/graphql-response+json"


def new_text() -> str:
    """A query that nobody sent before."""
    return f"query Q{new_id().replace('-', '')} {{ models {{ id }} }}"


def hashed(text: str) -> dict[str, Any]:
    """The extensions of Apollo's link."""
    return {"persistedQuery": {"version": 1, "sha256Hash": hashlib.sha256(text.encode()).hexdigest()}}


@asynccontextmanager
async def socket(service: Service) -> AsyncIterator[Any]:
    """A graphql-transport-ws connection that was acknowledged."""
    url, protocol = service.url.replace("http", "ws") + "/graphql", Subprotocol("graphql-transport-ws")
    async with websockets.connect(url, subprotocols=[protocol]) as connection:
        await connection.send(json.dumps({"type": "connection_init"}))
        assert json.loads(await connection.recv())["type"] == "connection_ack"
        yield connection


async def subscribe(connection: Any, payload: dict[str, Any]) -> dict[str, Any]:
    """The first message that an operation gets."""
    await connection.send(json.dumps({"id": new_id(), "type": "subscribe", "payload": payload}))
    message = {"type": "complete"}
    while message["type"] == "complete":
        message = json.loads(await connection.recv())
    return message


async def test_a_hash_is_not_found_then_kept_then_known(service: Service) -> None:
    """By POST and by GET, whatever form of JSON is taken: 200, for clients that read no answer of another status."""
    for accept in ("application/json", f"{GRAPHQL}, application/json", "*/*"):
        text, headers = new_text(), {"accept": accept}
        alone = {"operationName": None, "variables": {}, "extensions": hashed(text)}
        address = {"extensions": json.dumps(hashed(text))}
        for first in (
            await service.http.post("/graphql", json=alone, headers=headers),
            await service.http.get("/graphql", params=address, headers=headers),
        ):
            (error,) = first.json()["errors"]
            assert (first.status_code, error["message"]) == (200, "PersistedQueryNotFound")
            assert error["extensions"]["code"] == "PERSISTED_QUERY_NOT_FOUND"
        assert (await service.http.post("/graphql", json=alone | {"query": text})).json()["data"]["models"]
        for again in (
            await service.http.post("/graphql", json=alone, headers=headers),
            await service.http.get("/graphql", params=address, headers=headers),
        ):
            assert again.json()["data"]["models"]


async def test_a_hash_of_another_text_is_refused(service: Service) -> None:
    """And another version is said not to be supported."""
    wrong = await service.http.post("/graphql", json={"query": new_text(), "extensions": hashed("{ a }")})
    assert (wrong.status_code, wrong.json()["errors"][0]["extensions"]["code"]) == (400, "INVALID_REQUEST")
    version = {"persistedQuery": {"version": 2, "sha256Hash": "a"}}
    newer = await service.http.post("/graphql", json={"extensions": version})
    assert (newer.status_code, newer.json()["errors"][0]["message"]) == (200, "PersistedQueryNotSupported")


async def test_a_mutation_by_its_hash_is_not_run_by_get(service: Service) -> None:
    """What is known by a hash is under the same rules."""
    text = operation("CreateConversation")
    await service.http.post("/graphql", json={"query": text, "extensions": hashed(text), "variables": {"input": {}}})
    said = {"extensions": json.dumps(hashed(text)), "variables": '{"input": {}}'}
    assert (await service.http.get("/graphql", params=said)).status_code == 400


async def test_an_upload_may_come_with_a_hash(service: Service) -> None:
    """The form says it in its `operations`."""
    text = f"# {new_id()}\n" + operation("CreateTask")
    new = {
        "instruction": "Repeat.",
        "strategy": {"builtIn": "FILE"},
        "input": {"files": [{"name": "a.txt", "content": {"upload": None}}]},
    }
    said = {"variables": {"input": new}, "extensions": hashed(text)}
    for more, key in (({}, "errors"), ({"query": text}, "data"), ({}, "data")):
        form = {"operations": json.dumps(said | more), "map": '{"0": ["variables.input.input.files.0.content.upload"]}'}
        answer = await service.http.post("/graphql", data=form, files={"0": ("a.txt", b"Some text.")})
        assert answer.json().get(key), answer.text


@pytest.mark.parametrize("accept", ["text/event-stream", "multipart/mixed;boundary=graphql;subscriptionSpec=1.0"])
async def test_a_subscription_by_its_hash_is_a_stream(service: Service, accept: str) -> None:
    """Who takes streams alone is told in one that a hash is not known, and then gets its events."""
    task = (await service.ask("SendPrompt", input={"content": "x"}))["sendPrompt"]["task"]
    text = f"# {new_id()}\n" + operation("TaskEvents")
    said = {"variables": {"taskId": task["id"]}, "extensions": hashed(text)}
    for more, word in (({}, "PersistedQueryNotFound"), ({"query": text}, "SUCCEEDED"), ({}, "SUCCEEDED")):
        answer = await service.http.post("/graphql", json=said | more, headers={"accept": accept})
        assert answer.headers["content-type"].startswith(accept.partition(";")[0])
        assert word in answer.text


async def test_over_a_websocket_a_hash_that_is_not_known_is_an_error_of_its_operation(service: Service) -> None:
    """The others on the connection go on, and the text that follows is kept for all connections of the owner."""
    text = new_text()
    async with socket(service) as connection:
        refused = await subscribe(connection, {"extensions": hashed(text)})
        assert (refused["type"], refused["payload"][0]["message"]) == ("error", "PersistedQueryNotFound")
        assert (await subscribe(connection, {"query": text, "extensions": hashed(text)}))["payload"]["data"]["models"]
        assert (await subscribe(connection, {"extensions": hashed(text)}))["payload"]["data"]["models"]
    assert (await service.http.post("/graphql", json={"extensions": hashed(text)})).json()["data"]["models"]


async def test_what_ann_keeps_bob_does_not_find(guarded: Service) -> None:
    """The texts of each owner are their own."""
    text, bob = new_text(), {"authorization": "Bearer token-of-bob"}
    await guarded.http.post("/graphql", json={"query": text, "extensions": hashed(text)})
    answer = await guarded.http.post("/graphql", json={"extensions": hashed(text)}, headers=bob)
    assert answer.json()["errors"][0]["message"] == "PersistedQueryNotFound"


TRUSTED = "defaults: {{model: echo/echo}}\nserver: {{documents: {{file: {file}, only: true}}}}\n"


async def test_a_service_of_trusted_documents_runs_no_others(
    connection: Connection, make_config: MakeConfig, tmp_path: Any
) -> None:
    """By text, id or hash, over HTTP and WebSocket; the shipped operations are in the file."""
    file = tmp_path / "documents.json"
    file.write_text(json.dumps(json.loads(export_documents()) | {"all-models": "query All { models { id } }"}))
    config = make_config(TRUSTED.format(file=file))
    app = create_app(config, connection=connection)
    async with serving(app, config, port=0) as url, httpx.AsyncClient(base_url=url, timeout=30) as http:
        trusted = Service(url, app, http)
        assert (await trusted.ask("SendPrompt", input={"content": "x"}))["sendPrompt"]["task"]
        for said in ({"documentId": "all-models"}, {"doc_id": "all-models"}, {"query": "query All { models { id } }"}):
            assert (await http.post("/graphql", json=said)).json()["data"]["models"]
        assert (await http.get("/graphql", params={"documentId": "all-models"})).json()["data"]["models"]
        for text in (new_text(), "{ __schema { types { name } } }"):
            for said in ({"query": text}, {"query": text, "extensions": hashed(text)}, {"extensions": hashed(text)}):
                refused = await http.post("/graphql", json=said)
                assert refused.status_code == 403
                assert refused.json()["errors"][0]["extensions"]["code"] == "UNTRUSTED_DOCUMENT"
        async with socket(trusted) as open:
            assert (await subscribe(open, {"query": new_text()}))["type"] == "error"
            assert (await subscribe(open, {"documentId": "all-models"}))["payload"]["data"]["models"]
