"""A front end for tests: a running service and a client of one of its owners."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
from starlette.applications import Starlette

from service.config import Config
from service.resources import read_resource
from service.services import Services

MakeConfig = Callable[..., Config]


@dataclass(frozen=True)
class Service:
    """A running service, and a client of one of its owners."""

    url: str
    app: Starlette
    http: httpx.AsyncClient

    @property
    def services(self) -> Services:
        """Its parts."""
        return self.app.state.services

    async def post(self, query: str, /, **variables: Any) -> dict[str, Any]:
        """The whole answer to a GraphQL text."""
        response = await self.http.post("/graphql", json={"query": query, "variables": variables})
        return response.json()

    async def ask(self, name: str, /, **variables: Any) -> Any:
        """The data of a shipped operation."""
        answer = await self.post(operation(name), **variables)
        assert "errors" not in answer, answer
        return answer["data"]

    async def error(self, query: str, /, **variables: Any) -> dict[str, Any]:
        """The `extensions` of the one error."""
        answer = await self.post(query, **variables)
        (error,) = answer["errors"]
        return error["extensions"]


def nodes(connection: dict[str, Any]) -> list[dict[str, Any]]:
    """The nodes of a page of a list."""
    return [edge["node"] for edge in connection["edges"]]


def operation(name: str) -> str:
    """The text of a shipped operation."""
    return read_resource("schema", "operations", f"{name}.graphql")
