"""The page with GraphiQL: whole, of files that are served as what they are, and with nothing from elsewhere."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from graphql import GraphQLError, GraphQLSchema, OperationDefinitionNode, build_schema, parse
from graphql.execution.values import get_variable_values
from starlette.applications import Starlette
from starlette.routing import Route

from service.api.graphiql.pages import POLICY, STATIC, page, serve_examples, serve_file, variables_of_examples
from service.api.graphql.schema import export
from service.resources import read_resource, resource
from service.settings.shapes import DocumentSettings, ServerSettings

OPERATIONS = sorted(path.stem for path in resource("schema", "operations").glob("*.graphql"))
PAGE = (STATIC / "index.html").read_text()
TAGS = re.findall(r'<(?:script defer src|link rel="stylesheet" href)="(.+?)"(?: integrity="sha384-(.+?)")?', PAGE)
TYPES = {"js": "text/javascript", "css": "text/css"}


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    """A client of the page's files alone."""
    routes = [Route("/graphiql/examples.json", serve_examples), Route("/graphiql/{name}", serve_file)]
    transport = httpx.ASGITransport(Starlette(routes=routes))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    """The contract."""
    return build_schema(export())


def test_the_page_names_all_of_its_files() -> None:
    """Each script and style sheet of the folder, and those of others with their hashes."""
    names = {path.name for path in STATIC.rglob("*") if path.suffix in (".js", ".css")}
    vendored = {path.name for path in (STATIC / "vendor").iterdir()} & names
    assert {file.removeprefix("graphiql/") for file, _ in TAGS} == names
    assert {file.removeprefix("graphiql/") for file, hash in TAGS if hash} == vendored


@pytest.mark.parametrize(("file", "hash"), TAGS)
async def test_a_file_is_served_as_what_it_is(http: httpx.AsyncClient, file: str, hash: str) -> None:
    """With its type, and byte for byte as it was published; who has it gets it no second time."""
    answer = await http.get(f"/{file}")
    kind = TYPES[file.rpartition(".")[2]]
    assert (answer.status_code, answer.headers["content-type"].partition(";")[0]) == (200, kind)
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert hash in ("", base64.b64encode(hashlib.sha384(answer.content).digest()).decode())
    again = await http.get(f"/{file}", headers={"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_no_other_file_is_served(http: httpx.AsyncClient) -> None:
    """Neither what stands beside the page nor what is above it."""
    for name in ("index.html", "pages.py", "package.json", "..%2Fpackage.json", "%2e%2e%2fpages.py"):
        assert (await http.get(f"/graphiql/{name}")).status_code == 404


def test_nothing_comes_from_elsewhere() -> None:
    """No address in what we wrote, and a policy that lets no other in."""
    for name in ("index.html", "page.js", "page.css"):
        assert "//" not in re.sub(r"^\s*//.*$", "", (STATIC / name).read_text(), flags=re.MULTILINE)
    assert page(True).headers["content-security-policy"] == POLICY
    assert "unsafe" not in POLICY
    assert "*" not in POLICY


def test_the_licences_of_all_packages_are_there() -> None:
    """Those of the lock, which names no address to download from."""
    home = STATIC.parent
    lock = json.loads((home / "package-lock.json").read_text())
    text = (STATIC / "vendor" / "LICENSES.txt").read_text()
    for place, said in lock["packages"].items():
        assert "resolved" not in said
        name = place.rpartition("node_modules/")[2]
        assert not name or name.startswith("@types/") or said.get("optional") or f"{name} {said['version']}" in text
    wanted = json.loads((home / "package.json").read_text())["dependencies"]
    assert all(f"{name} {version}" in text for name, version in wanted.items())


async def test_the_examples_are_the_shipped_operations(http: httpx.AsyncClient) -> None:
    """Each once, below its kind."""
    groups = (await http.get("/graphiql/examples.json")).json()
    assert [group["title"] for group in groups] == ["Queries", "Mutations", "Subscriptions"]
    assert sorted(it["name"] for group in groups for it in group["examples"]) == OPERATIONS
    assert all(it["text"].startswith(it["kind"]) for group in groups for it in group["examples"])


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_example_has_variables_that_fit(schema: GraphQLSchema, name: str) -> None:
    """After a change of an operation or an input: `service/api/graphiql/variables.json`."""
    (operation,) = parse(read_resource("schema", "operations", f"{name}.graphql")).definitions
    assert isinstance(operation, OperationDefinitionNode)
    found = get_variable_values(schema, operation.variable_definitions or (), variables_of_examples().get(name, {}))
    assert not isinstance(found, list) or [error.message for error in found if isinstance(error, GraphQLError)] == []


def test_no_variables_are_left_over() -> None:
    """Of an operation that is gone."""
    assert set(variables_of_examples()) <= set(OPERATIONS)


@pytest.mark.parametrize(
    ("settings", "has_graphiql"),
    [
        (ServerSettings(), True),
        (ServerSettings(host="::1"), True),
        (ServerSettings(host="0.0.0.0"), False),
        (ServerSettings(host="0.0.0.0", graphiql=True), True),
        (ServerSettings(graphiql=False), False),
        (ServerSettings(graphiql=True, documents=DocumentSettings(file=Path("a.json"), only=True)), False),
    ],
)
def test_graphiql_is_there_where_only_this_machine_calls(settings: ServerSettings, has_graphiql: bool) -> None:
    """Unless it is said otherwise; never where it could run nothing."""
    assert settings.has_graphiql is has_graphiql
