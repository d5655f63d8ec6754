"""Analyses over HTTP and on the command line: each owner's own, and files that a spreadsheet or a notebook reads."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from service.app import create_app
from service.commands.server import serving
from service.conversations.analytics.running import all_analyses
from service.graph.database import Connection
from tests.support.analyzed import NASTY
from tests.support.commands import antiphon, ask
from tests.support.front import MakeConfig, Service
from tests.support.screen import Screen


@pytest.fixture(scope="module")
async def url(connection: Connection, make_config: MakeConfig) -> AsyncIterator[str]:
    """A running service over the echo model."""
    config = make_config("defaults: {model: echo/echo}")
    async with serving(create_app(config, connection=connection), config, port=0) as address:
        yield address


async def test_analyses_are_listed_and_run_for_the_caller_alone(guarded: Service) -> None:
    """Ann's calls are hers; Bob, and a name or a value that is wrong, get none of them."""
    listed = (await guarded.ask("Analyses"))["analyses"]
    assert [one["name"] for one in listed] == list(all_analyses())
    assert all(one["columns"] and one["purpose"] for one in listed)
    task = (await guarded.ask("SendPrompt", input={"content": NASTY}))["sendPrompt"]["task"]
    async with asyncio.timeout(60):
        while (await guarded.ask("Task", id=task["id"]))["task"]["finishedAt"] is None:
            await asyncio.sleep(0.05)
    found = (await guarded.ask("Analytics", name="spend_by_model"))["analytics"]
    assert [len(row) for row in found["rows"]] == [len(found["columns"])]
    bob = {"authorization": "Bearer token-of-bob"}
    asked = {"query": '{ analytics(name: "spend_by_model") { rows } }'}
    answer = (await guarded.http.post("/graphql", json=asked, headers=bob)).json()
    assert answer["data"]["analytics"]["rows"] == []
    error = await guarded.error('{ analytics(name: "spend_by_modle") { rows } }')
    assert error["code"] == "NOT_FOUND"
    wrong = '{ analytics(name: "dead_ends", parameters: [{name: "ownerId", value: "bob"}]) { rows } }'
    error = await guarded.error(wrong)
    assert (error["code"], error["field"], error["remedy"]) == ("INVALID_INPUT", "parameters", "It has: days, limit.")


async def test_commands_list_and_run(url: str, tmp_path: Path) -> None:
    """What a message holds harms no file; a name that is wrong is told its neighbours."""
    await ask(url, NASTY)
    listed = await antiphon(url, "analytics")
    assert [line.split()[0] for line in listed.out.splitlines()[1:]] == list(all_analyses())
    as_csv = await antiphon(url, "analytics", "conversation_as_of", "--format", "csv", "-p", "limit=1")
    assert f"'{NASTY[:10]}" in as_csv.out
    assert "there may be more" in as_csv.err
    file = tmp_path / "rows.parquet"
    made = await antiphon(url, "analytics", "conversation_as_of", "--format", "parquet", "--output", str(file))
    assert made.code == 0, made.err
    assert pq.read_table(file).column("text").to_pylist() == [NASTY, NASTY]
    unknown = await antiphon(url, "analytics", "spend_by_modle")
    assert "There is: spend_by_model" in unknown.err


@pytest.mark.skipif(sys.platform == "win32", reason="It needs a terminal of Unix.")
def test_binary_rows_are_refused_in_a_terminal(url: str) -> None:
    """With the option that helps."""
    with Screen(80, "analytics", "dead_ends", "--format", "arrow", ANTIPHON_URL=url) as screen:
        assert "--output rows.arrow" in " ".join(screen.end().split())
