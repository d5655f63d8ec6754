"""Requests that are wrong, too large or somebody else's, and a service whose graph is away."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from service.app import create_app
from service.commands.server import serving
from service.graph.database import Connection
from tests.support.front import MakeConfig, Service, operation

SEND = operation("SendPrompt")
TASK = operation("CreateTask")


async def test_without_a_known_token_nothing_is_answered(guarded: Service) -> None:
    """401, whatever is asked, with a hint how to sign in."""
    async with httpx.AsyncClient(base_url=guarded.url) as nobody:
        for headers in ({}, {"authorization": "Bearer wrong"}, {"authorization": "Basic token-of-ann"}):
            response = await nobody.post("/graphql", json={"query": "{models{id}}"}, headers=headers)
            assert response.status_code == 401
            assert response.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


async def test_what_is_another_owners_is_not_there(guarded: Service) -> None:
    """Bob sees nothing of ann's: not by `node`, lists, histories, events or as a place for his own."""
    task = (await guarded.ask("SendPrompt", input={"content": "Ann's."}))["sendPrompt"]["task"]
    guarded.http.headers["authorization"] = "Bearer token-of-bob"
    try:
        for id in (task["id"], task["conversation"]["id"], task["prompt"]["id"]):
            assert (await guarded.ask("Node", id=id))["node"] is None
        assert (await guarded.ask("Conversations"))["conversations"]["edges"] == []
        assert (await guarded.ask("Tasks"))["tasks"]["edges"] == []
        assert (await guarded.error(operation("History"), nodeId=task["prompt"]["id"]))["code"] == "NOT_FOUND"
        assert (await guarded.error(operation("CancelTask"), input={"taskId": task["id"]}))["code"] == "NOT_FOUND"
        other = {"conversationId": task["conversation"]["id"], "title": "Bob's"}
        assert (await guarded.error(operation("RenameConversation"), input=other))["code"] == "NOT_FOUND"
        new = {"content": "Bob's.", "conversationId": task["conversation"]["id"]}
        assert (await guarded.error(SEND, input=new))["code"] == "NOT_FOUND"
    finally:
        guarded.http.headers["authorization"] = "Bearer token-of-ann"


@pytest.mark.parametrize(
    ("new", "field"),
    [
        ({"instruction": " "}, "input.instruction"),
        ({"instruction": "x", "type": "nothing"}, "input.type"),
        ({"instruction": "x", "strategy": {"builtIn": "FILE"}, "input": {"files": []}}, "input.input.files"),
        ({"instruction": "x", "input": {"files": [{"name": "a", "content": {"text": " "}}]}}, "input.input.files[0]"),
        ({"instruction": "x", "config": {"maxParallel": 0}}, "input.config.maxParallel"),
        (
            {"instruction": "x", "config": {"responseFormat": {"jsonSchema": [1]}}},
            "input.config.responseFormat.jsonSchema",
        ),
    ],
)
async def test_a_wrong_input_names_its_field(service: Service, new: dict[str, Any], field: str) -> None:
    """Refused before anything is written, in words that help."""
    error = await service.error(TASK, input=new)
    assert (error["code"], error["field"], error["retryable"]) == ("INVALID_INPUT", field, False)


@pytest.mark.parametrize("metadata", [{"a": 1e999}, {"a": 2**70}, {"deep": json.loads("[" * 230 + "]" * 230)}])
async def test_metadata_that_would_not_come_back_is_refused(service: Service, metadata: dict[str, Any]) -> None:
    """Else one conversation would take every list that it is in from its owner, or hold what nobody sent."""
    literal = json.dumps(metadata).replace('"', "").replace("Infinity", "1e999")
    query = f"mutation {{ createConversation(input: {{metadata: {literal}}}) {{ conversation {{ id }} }} }}"
    if "deep" in metadata:
        query = "mutation($m: JSON) { createConversation(input: {metadata: $m}) { conversation { metadata } } }"
    error = await service.error(query, m=metadata) if "deep" in metadata else await service.error(query)
    assert (error["code"], error["field"]) == ("INVALID_INPUT", "input.metadata")
    assert "errors" not in await service.post("{ conversations(first: 200) { nodes { metadata } } }")


async def test_a_wrong_time_in_a_variable_names_where_it_stands(service: Service) -> None:
    """What reads it does not know where it stands, but the variable does."""
    query = """query($f: ConversationFilter, $t: DateTime) {
      conversations(filter: $f) { nodes { id } } usage(groupBy: DAY, since: $t) { key } }"""
    for variables, field in (({"f": {"createdFrom": "2026-13-01"}}, "f.createdFrom"), ({"t": "tomorrow"}, "t")):
        error = await service.error(query, **variables)
        assert (error["code"], error["field"]) == ("INVALID_INPUT", field)


@pytest.mark.parametrize(
    "query",
    [
        "{ nothing }",
        "{ tasks(status: [WRONG]) { nodes { id } } }",
        "{ conversation(id: null) { id } }",
        "{ conversations(first: 1.5) { nodes { id } } }",
        'mutation { createTask(input: {instruction: "x", config: {onFailure: NOTHING}}) { task { id } } }',
        "{ conversations { nodes { id } }",
        "query A { models { id } } mutation B { createConversation(input: {}) { conversation { id } } }",
    ],
)
async def test_a_wrong_operation_is_a_graphql_error(service: Service, query: str) -> None:
    """Unknown fields, enums, nulls and types are refused by name, and say so with a code."""
    assert (await service.error(query))["code"] == "INVALID_REQUEST"


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("{ conversations(first: 0) { nodes { id } } }", "first"),
        ("{ conversations(first: -1) { nodes { id } } }", "first"),
        ("{ tasks(first: 100000) { nodes { id } } }", "first"),
        ("{ tasks(last: 0) { nodes { id } } }", "last"),
        ("{ tasks(last: 1001) { nodes { id } } }", "last"),
        ("{ tasks(first: 20, last: 20) { nodes { id } } }", "last"),
        ('{ tasks(last: 5, before: "x") { nodes { id } } }', "before"),
        ('{ conversations(orderBy: UPDATED, after: "WyJjIiwiYSJd") { nodes { id } } }', "after"),
        ('{ tasks(after: "x") { nodes { id } } }', "after"),
        ('{ conversations(after: "WyJ0IiwiYSJd") { nodes { id } } }', "after"),
        ('{ history(nodeId: "x", after: "WyJoIl0") { nodes { id } } }', "after"),
    ],
)
async def test_a_wrong_page_names_its_argument(service: Service, query: str, field: str) -> None:
    """Sizes beyond the bounds, both sizes at once, damaged cursors and cursors of other lists."""
    error = await service.error(query)
    assert (error["code"], error["field"]) == ("INVALID_INPUT", field)


async def test_null_and_nothing_are_the_default(service: Service) -> None:
    """A client may send every argument, null where it has none; `last` needs no `first: null`."""
    query = """query($first: Int, $after: String, $last: Int, $before: String, $by: ConversationOrder) {
      conversations(first: $first, after: $after, last: $last, before: $before, orderBy: $by, filter: null) {
        pageInfo { hasNextPage } } }"""
    nothing = dict.fromkeys(("first", "after", "last", "before", "by"))
    for variables in ({}, nothing, {"last": 1}, nothing | {"last": 1}, nothing | {"first": 1}):
        assert "errors" not in await service.post(query, **variables)


def _bomb() -> str:
    # Each fragment spreads the next one twice: 2^80 fields where they are counted one by one.
    parts = [f"fragment f{i} on Query {{ ...f{i + 1} ...f{i + 1} }}" for i in range(80)]
    return "{ ...f0 } " + " ".join(parts) + " fragment f80 on Query { a: models { id } }"


@pytest.mark.parametrize(
    "query",
    [
        "{ conversations { nodes { " + "branches { nodes { conversation { " * 8 + "id" + " } } }" * 8 + " } } }",
        "{ " + " ".join(f"a{i}: models {{ id }}" for i in range(50)) + " }",
        _bomb(),
    ],
    ids=["depth", "aliases", "fragments"],
)
async def test_an_operation_beyond_the_limits_is_refused_at_once(service: Service, query: str) -> None:
    """Depth and aliases, also where fragments multiply them."""
    async with asyncio.timeout(60):
        assert (await service.error(query))["code"] == "LIMIT_EXCEEDED"


async def test_a_text_with_too_many_tokens_is_refused(service: Service) -> None:
    """Before it is parsed."""
    assert (await service.error("{ " + "models { id } " * 1000 + "}"))["code"] == "INVALID_REQUEST"


async def test_a_body_too_large_is_413(guarded: Service) -> None:
    """By what it says of itself, and as it comes in where it says nothing."""
    big = json.dumps({"query": SEND, "variables": {"input": {"content": "x" * 300_000}}}).encode()

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(big), 10_000):
            yield big[start : start + 10_000]

    for content in (big, pieces()):
        response = await guarded.http.post("/graphql", content=content, headers={"content-type": "application/json"})
        assert response.status_code == 413
        assert response.json()["errors"][0]["extensions"]["code"] == "LIMIT_EXCEEDED"


async def test_requests_that_are_no_graphql_are_refused(service: Service) -> None:
    """Broken JSON, another type, a batch, a mutation by GET: a JSON error each, and no effect."""
    json_type = {"content-type": "application/json"}
    for response in (
        await service.http.post("/graphql", content=b"{", headers=json_type),
        await service.http.post("/graphql", content=b"query", headers={"content-type": "text/plain"}),
        await service.http.post("/graphql", json=[{"query": "{models{id}}"}]),
        await service.http.get("/graphql", params={"query": 'mutation{cancelTask(input:{taskId:"x"}){task{id}}}'}),
        await service.http.put("/graphql"),
    ):
        assert response.status_code in (400, 405, 415)
        assert response.json()["errors"][0]["message"]


@pytest.mark.parametrize(
    "body",
    [
        "null",
        '"{ models { id } }"',
        "5",
        '{"query": 5}',
        '{"query": "{ models { id } }", "variables": "{}"}',
        '{"query": "{ models { id } }", "operationName": ["A"]}',
        '{"query": "{ models { id } }", "extensions": []}',
    ],
)
async def test_a_body_of_another_shape_is_refused(service: Service, body: str) -> None:
    """With 400 and what is wrong with it."""
    response = await service.http.post("/graphql", content=body, headers={"content-type": "application/json"})
    assert response.status_code == 400
    assert response.json()["errors"][0]["extensions"]["code"] == "INVALID_REQUEST"


async def test_a_type_is_known_in_capitals_too_and_a_compressed_body_is_not(service: Service) -> None:
    """Media types have no case; what cannot be read is 415."""
    body = b'{"query": "{ models { id } }"}'
    for headers, status in (
        ({"content-type": "Application/JSON; Charset=UTF-8"}, 200),
        ({"content-type": "application/json", "content-encoding": "gzip"}, 415),
        ({"content-type": "application/graphql"}, 415),
    ):
        assert (await service.http.post("/graphql", content=body, headers=headers)).status_code == status


async def test_a_body_may_begin_with_a_byte_order_mark(service: Service) -> None:
    """Some editors and shells write one before UTF-8."""
    body = b'\xef\xbb\xbf{"query": "{ models { id } }"}'
    response = await service.http.post("/graphql", content=body, headers={"content-type": "application/json"})
    assert response.json()["data"]["models"]


async def test_what_is_left_empty_in_an_address_is_as_left_out(service: Service) -> None:
    """Forms send all their fields."""
    said = {"query": "{ models { id } }", "variables": "", "operationName": "", "extensions": ""}
    assert (await service.http.get("/graphql", params=said)).json()["data"]["models"]


GRAPHQL = "application/graphql-response+json"


@pytest.mark.parametrize(
    ("query", "status", "has_data"),
    [
        ("{ models { id } }", 200, True),
        ('mutation { cancelTask(input: {taskId: "x"}) { task { id } } }', 200, True),
        ("{ nothing }", 400, False),
        ("{", 400, False),
        ("query($first: Int!) { conversations(first: $first) { nodes { id } } }", 400, False),
    ],
)
async def test_the_status_says_whether_an_operation_was_executed(
    service: Service, query: str, status: int, has_data: bool
) -> None:
    """For who takes GraphQL's own media type; for others it is 200, as older clients want it."""
    for accept, expected in ((f"{GRAPHQL}, application/json", status), ("application/json", 200)):
        response = await service.http.post("/graphql", json={"query": query}, headers={"accept": accept})
        assert response.status_code == expected
        assert response.headers["content-type"] == accept.partition(",")[0]
        assert ("data" in response.json()) is has_data


async def test_a_client_that_takes_all_forms_gets_json_for_a_query_and_events_for_a_subscription(
    service: Service,
) -> None:
    """Urql names them all, whatever it asks."""
    headers = {"accept": f"{GRAPHQL}, application/json, text/event-stream, multipart/mixed"}
    for query, kind in (
        ("{ models { id } }", GRAPHQL),
        ('subscription { taskEvents(taskId: "x") { cursor } }', "text/event-stream"),
    ):
        response = await service.http.post("/graphql", json={"query": query}, headers=headers)
        assert response.headers["content-type"].partition(";")[0] == kind


async def test_a_subscription_without_a_stream_says_how_to_get_one(service: Service) -> None:
    """By POST and by GET."""
    said = {"query": 'subscription { taskEvents(taskId: "x") { cursor } }'}
    for response in (
        await service.http.post("/graphql", json=said),
        await service.http.get("/graphql", params=said),
    ):
        assert response.status_code == 406
        assert "text/event-stream" in response.json()["errors"][0]["message"]


async def test_a_strangers_page_may_not_call(service: Service) -> None:
    """A browser sends some requests without asking us first; their origin tells them."""
    said = {"query": "{models{id}}"}
    for name, value in (("origin", "http://evil.example"), ("Host", "evil.example"), ("Host", "[::1")):
        headers, word = {name.lower(): value}, name
        response = await service.http.post("/graphql", json=said, headers=headers)
        assert response.status_code == 403
        assert word in response.json()["errors"][0]["message"]
    own = {"origin": service.url}
    assert (await service.http.post("/graphql", json=said, headers=own)).status_code == 200


async def test_what_was_not_expected_is_masked_and_logged(service: Service, caplog: pytest.LogCaptureFixture) -> None:
    """The caller gets an id, the log the traceback with the same id."""
    reader = service.services.backend.reader

    async def broken(*_: Any) -> None:
        raise RuntimeError("a secret inside")

    reader.read_node_kinds = broken  # type: ignore[method-assign]
    try:
        with caplog.at_level(logging.ERROR):
            answer = await service.post(operation("Node"), id="x")
    finally:
        del reader.read_node_kinds
    (error,) = answer["errors"]
    assert error["extensions"]["code"] == "INTERNAL"
    assert "secret" not in json.dumps(answer)
    assert error["extensions"]["id"] in caplog.text
    assert "a secret inside" in caplog.text


async def test_what_goes_wrong_outside_of_graphql_is_masked_and_logged_too(
    service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    """Status 500, in GraphQL's form, with the id that the log has."""
    endpoint = service.app.state.endpoint

    async def broken(*_: Any) -> None:
        raise RuntimeError("a secret inside")

    endpoint._read = broken
    try:
        with caplog.at_level(logging.ERROR):
            response = await service.http.post("/graphql", json={"query": "{ models { id } }"})
    finally:
        del endpoint._read
    assert response.status_code == 500
    assert "secret" not in response.text
    assert response.json()["errors"][0]["extensions"]["id"] in caplog.text


async def test_schema_and_health_are_served(service: Service) -> None:
    """The contract, the life and the readiness."""
    assert "type Query" in (await service.http.get("/schema.graphql")).text
    assert (await service.http.get("/livez")).status_code == 200
    async with asyncio.timeout(30):
        await service.app.state.services.warm.wait()
    assert (await service.http.get("/readyz")).json() == {"status": "ok", "graph": "ok"}


async def test_a_service_is_ready_when_it_is_warm(connection: Connection, make_config: MakeConfig) -> None:
    """Whoever waits for `/readyz` meets a service that has played its work; who does not wait is served."""
    config = make_config("defaults: {model: echo/echo}\nserver: {warm_up_seconds: 1000}\n")
    app = create_app(config, connection=connection)
    async with serving(app, config, port=0) as url, httpx.AsyncClient(base_url=url, timeout=60) as http:
        warming = await http.get("/readyz")
        assert (warming.status_code, warming.json()["graph"]) == (503, "warming up")
        assert (await http.get("/livez")).status_code == 200
        assert (await http.post("/graphql", json={"query": "{ __typename }"})).status_code == 200
        async with asyncio.timeout(120):
            await app.state.services.warm.wait()
        assert (await http.get("/readyz")).status_code == 200


async def test_a_service_need_not_warm_up(connection: Connection, make_config: MakeConfig) -> None:
    """With `warm_up_seconds: 0` it is ready at once, and plays nothing."""
    config = make_config("defaults: {model: echo/echo}\nserver: {warm_up_seconds: 0}\n")
    app = create_app(config, connection=connection)
    async with serving(app, config, port=0) as url, httpx.AsyncClient(base_url=url, timeout=60) as http:
        assert (await http.get("/readyz")).status_code == 200


HTML = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


async def test_who_looks_with_a_browser_gets_graphiql_without_a_key(guarded: Service) -> None:
    """The page and its files; what it then asks needs a key as ever, and no strange name leads to it."""
    async with httpx.AsyncClient(base_url=guarded.url) as nobody:
        page = await nobody.get("/graphql", headers=HTML)
        assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
        assert "graphiql.min.js" in page.text
        assert (await nobody.get("/graphiql/graphiql.min.js")).status_code == 200
        assert (await nobody.post("/graphql", json={"query": "{models{id}}"}, headers=HTML)).status_code == 401
        assert (await nobody.get("/graphql", params={"query": "{models{id}}"}, headers=HTML)).status_code == 401


async def test_a_strange_name_leads_to_no_page(service: Service) -> None:
    """Without keys, a page of this name could call."""
    assert (await service.http.get("/graphql", headers=HTML | {"host": "evil.example"})).status_code == 403


async def test_the_type_of_a_stream_is_known_in_capitals(service: Service) -> None:
    """Media types have no case (RFC 9110)."""
    query = 'subscription { taskEvents(taskId: "x") { cursor } }'
    response = await service.http.post("/graphql", json={"query": query}, headers={"accept": "Text/Event-Stream"})
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/event-stream")


async def test_graphiql_can_be_switched_off(connection: Connection, make_config: MakeConfig) -> None:
    """Then a browser is told where it is."""
    config = make_config("server: {graphiql: false}")
    async with (
        serving(create_app(config, connection=connection), config, port=0) as url,
        httpx.AsyncClient(base_url=url) as http,
    ):
        page = await http.get("/graphql", headers=HTML)
        assert "GraphQL is served here" in page.text
        assert "script" not in page.text
        assert (await http.get("/graphiql/graphiql.min.js")).status_code == 404


async def test_a_service_without_its_graph_says_so_and_goes_on_when_it_is_there(
    connection: Connection, make_config: MakeConfig
) -> None:
    """Mutations fail fast with GRAPH_UNAVAILABLE, `/readyz` is 503; when Neo4j is there, all works by itself."""
    gate = Gate(connection)
    config = make_config()
    away = Connection(f"bolt://127.0.0.1:{await gate.open_port()}", connection.username, connection.password)
    app = create_app(config, connection=away)
    try:
        async with (
            serving(app, config, port=0) as url,
            httpx.AsyncClient(base_url=url, timeout=60) as http,
        ):
            service = Service(url, app, http)
            assert (await http.get("/readyz")).status_code == 503
            async with asyncio.timeout(60):
                assert (await service.error(SEND, input={"content": "x"}))["code"] == "GRAPH_UNAVAILABLE"
            gate.let_through()
            async with asyncio.timeout(60):
                while (await http.get("/readyz")).status_code != 200:
                    await asyncio.sleep(0.2)
            assert (await service.ask("SendPrompt", input={"content": "x"}))["sendPrompt"]["task"]["id"]
    finally:
        await gate.close()


class Gate:
    """A way to Neo4j that is shut at first."""

    def __init__(self, connection: Connection) -> None:
        host, _, port = connection.uri.rpartition("/")[2].partition(":")
        self._to, self._shut = (host, int(port)), True
        self._writers: list[asyncio.StreamWriter] = []

    async def open_port(self) -> int:
        """Begin to listen; the port."""
        self._server = await asyncio.start_server(self._pass, "127.0.0.1", 0)
        return self._server.sockets[0].getsockname()[1]

    def let_through(self) -> None:
        """Neo4j is there from now on."""
        self._shut = False

    async def close(self) -> None:
        """End all connections."""
        self._server.close()
        for writer in self._writers:
            writer.close()
        await asyncio.gather(*(writer.wait_closed() for writer in self._writers), return_exceptions=True)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.append(writer)
        if self._shut:
            return writer.close()
        other_reader, other_writer = await asyncio.open_connection(*self._to)
        self._writers.append(other_writer)
        await asyncio.gather(_pump(reader, other_writer), _pump(other_reader, writer), return_exceptions=True)


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()
    writer.close()
