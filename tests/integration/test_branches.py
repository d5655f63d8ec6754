"""Branches on the real server: many at once, other owners, and what the graph promises afterwards."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from service.conversations.branches import MovedBranch, NewBranch
from service.errors import Conflict, NotFound
from service.graph.checks import run_checks
from service.graph.database import Connection, Database
from service.graph.store import main_branch
from service.records import new_id
from service.services import Services
from service.tasks.creating import NewPrompt
from tests.support.services import cypher, finished, running

MESSAGES = "MATCH (m:Message {conversationId: $id}) RETURN m.id AS id ORDER BY m.seq"


@pytest.fixture(scope="module")
async def services(connection: Connection, database: Database, tmp_path_factory: Any) -> AsyncIterator[Services]:
    """A service over the echo model."""
    folder: Path = tmp_path_factory.mktemp("branches")
    async with running(connection, folder) as services:
        yield services


async def chat(services: Services, owner: str) -> tuple[str, list[str]]:
    """A conversation of one answered prompt: its id, and those of its messages."""
    task = await services.backend.tasks.send_prompt(owner, NewPrompt(content="What is an antiphon?"))
    await finished(services.database, task)
    (row,) = await cypher(services.database, "MATCH (t:Task {id: $id}) RETURN t.conversationId AS id", id=task)
    return row["id"], [message["id"] for message in await cypher(services.database, MESSAGES, id=row["id"])]


async def test_of_many_that_want_one_name_one_has_it(services: Services, owner: str) -> None:
    """Also where they come in one transaction."""
    id, _ = await chat(services, owner)
    wanted = (services.backend.branches.create_branch(owner, NewBranch(id, "same")) for _ in range(20))
    found = await asyncio.gather(*wanted, return_exceptions=True)
    assert [isinstance(it, Conflict) for it in found].count(True) == 19
    assert [it for it in found if isinstance(it, str)] == [await services.backend.branches.find(owner, id, "same")]


async def test_of_many_that_move_a_branch_one_does(services: Services, owner: str) -> None:
    """All had seen it at the same place."""
    id, (prompt, answer) = await chat(services, owner)
    branch = await services.backend.branches.create_branch(owner, NewBranch(id, "other"))
    moves = (services.backend.branches.move_branch(owner, MovedBranch(branch, prompt, answer)) for _ in range(10))
    found = await asyncio.gather(*moves, return_exceptions=True)
    assert [isinstance(it, Conflict) for it in found].count(True) == 9


async def test_anothers_branches_are_not_there(services: Services, owner: str) -> None:
    """Nor are another's conversations and messages; nothing of them changes."""
    branches, other = services.backend.branches, f"owner-{new_id()}"
    id, messages = await chat(services, owner)
    own, own_messages = await chat(services, other)
    branch = await branches.create_branch(owner, NewBranch(id, "other"))
    refused = (
        branches.create_branch(other, NewBranch(id, "a")),
        branches.create_branch(other, NewBranch(own, "a", messages[0])),
        branches.rename_branch(other, branch, "a"),
        branches.set_default_branch(other, branch),
        branches.move_branch(other, MovedBranch(branch, own_messages[0])),
        branches.move_branch(other, MovedBranch(main_branch(own), messages[0])),
        branches.delete_branch(other, branch),
    )
    assert {type(it) for it in await asyncio.gather(*refused, return_exceptions=True)} == {NotFound}
    assert await branches.find(other, id, "other") is None
    assert await services.backend.reader.read_outline(other, id, after=-1, before=10, limit=10) is None
    assert await branches.find(owner, id, "other") == branch


async def test_main_may_be_renamed_and_deleted_once_it_is_not_the_default(services: Services, owner: str) -> None:
    """The conversation goes on with the other, and the graph keeps its promises."""
    branches = services.backend.branches
    id, messages = await chat(services, owner)
    await branches.rename_branch(owner, main_branch(id), "old")
    await branches.create_branch(owner, NewBranch(id, "main", make_default=True))
    await branches.delete_branch(owner, main_branch(id))
    task = await services.backend.tasks.send_prompt(owner, NewPrompt(content="And?", conversation_id=id))
    await finished(services.database, task)
    rows = await cypher(
        services.database,
        "MATCH (:Conversation {id: $id})<-[:BRANCH_OF]-(b:Branch)-[:HEAD]->(m) RETURN b.name AS name, m.depth AS depth",
        id=id,
    )
    assert rows == [{"name": "main", "depth": len(messages) + 1}]
    broken = [(found.name, found.ids) async for found in run_checks(services.database) if id in found.ids]
    assert broken == []
