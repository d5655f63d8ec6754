"""Where a prompt goes in a conversation: on which branch, after which message, and what its caller must have seen."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from service.errors import Conflict, InvalidInput, NotFound
from service.graph.database import Connection, Database
from service.records import derived_id, new_id
from service.services import Services
from service.tasks.creating import NewPrompt
from service.tasks.requests import ExpectedHead
from service.tasks.revisions import Revision
from tests.support.services import cypher, finished, running

BRANCHES = """
MATCH (c:Conversation {id: $id})<-[:BRANCH_OF]-(b) OPTIONAL MATCH (b)-[:HEAD]->(m)
RETURN b.name AS name, m.content AS content, m.id AS id, m:Response AS answered
"""


@pytest.fixture(scope="module")
async def services(connection: Connection, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Services]:
    """A service over the echo model."""
    async with running(connection, tmp_path_factory.mktemp("service")) as services:
        yield services


async def ask(services: Services, owner: str, content: str, **more: Any) -> str:
    """Send a prompt and wait for its end; the id of its task."""
    task_id = await services.backend.tasks.send_prompt(owner, NewPrompt(content, **more))
    await finished(services.database, task_id)
    return task_id


async def begun(services: Services, owner: str, content: str = "Who?") -> tuple[str, str]:
    """A conversation with an answered prompt: its id, and the prompt's."""
    task_id = await ask(services, owner, content)
    rows = await cypher(services.database, "MATCH (c)-[:HAS_TASK]->(:Task {id: $id}) RETURN c.id AS id", id=task_id)
    return rows[0]["id"], derived_id(task_id, "prompt")


async def fork(database: Database, conversation: str, message: str | None, name: str = "other") -> str:
    """A branch at a message; its id."""
    statement = """
    MATCH (c:Conversation {id: $conversation})
    CREATE (b:Branch {id: $id, name: $name, createdAt: datetime()})-[:BRANCH_OF]->(c)
    WITH b MATCH (m:Message {id: $message}) CREATE (b)-[:HEAD]->(m)
    """
    id_ = new_id()
    await cypher(database, statement, writes=True, conversation=conversation, id=id_, message=message, name=name)
    return id_


async def heads(database: Database, conversation: str) -> dict[str, str]:
    """What each branch's newest message says."""
    rows = await cypher(database, BRANCHES, id=conversation)
    return {row["name"]: row["content"] for row in rows}


async def test_a_prompt_continues_its_branch_and_moves_no_other(services: Services, owner: str) -> None:
    """It is below the branch's head; the branch comes to its answer, and main stays."""
    conversation, prompt = await begun(services, owner)
    branch = await fork(services.database, conversation, prompt)
    task_id = await ask(services, owner, "And then?", conversation_id=conversation, branch_id=branch)
    statement = "MATCH (:Task {id: $id})-[:ASKED]->()-[:CONTINUES]->(m) RETURN m.id AS id"
    assert await cypher(services.database, statement, id=task_id) == [{"id": prompt}]
    assert await heads(services.database, conversation) == {"main": "Who?", "other": "And then?"}


async def test_the_default_branch_is_what_no_name_means(services: Services, owner: str) -> None:
    """A prompt without a place goes where the conversation says."""
    conversation, prompt = await begun(services, owner)
    branch = await fork(services.database, conversation, prompt)
    statement = "MATCH (c:Conversation {id: $id}) SET c.defaultBranchId = $branch"
    await cypher(services.database, statement, writes=True, id=conversation, branch=branch)
    await ask(services, owner, "Here?", conversation_id=conversation)
    assert await heads(services.database, conversation) == {"main": "Who?", "other": "Here?"}


async def test_a_branch_of_nobody_or_of_another_is_not_found(services: Services, owner: str) -> None:
    """As if it were not there, and nothing is written."""
    conversation, _ = await begun(services, owner)
    other, prompt = await begun(services, owner)
    for branch in (new_id(), await fork(services.database, other, prompt)):
        with pytest.raises(NotFound) as refused:
            await ask(services, owner, "x", conversation_id=conversation, branch_id=branch)
        assert refused.value.field == "input.branch"
    assert await heads(services.database, conversation) == {"main": "Who?"}


async def test_a_parent_beside_a_branch_is_its_head(services: Services, owner: str) -> None:
    """Else it says where the branch is, and that another can be made; the head itself is no conflict."""
    conversation, prompt = await begun(services, owner)
    branch = await fork(services.database, conversation, prompt)
    place: dict[str, Any] = {"conversation_id": conversation, "branch_id": branch}
    await ask(services, owner, "One", **place, parent_id=prompt)
    for wrong in ({"parent_id": prompt}, {"root": True}):
        with pytest.raises(Conflict) as refused:
            await ask(services, owner, "Two", **place, **wrong)
        assert refused.value.field == "input.parent"
        assert "createBranch" in (refused.value.remedy or "")
    rows = await cypher(services.database, BRANCHES, id=conversation)
    assert next(row["id"] for row in rows if row["name"] == "other") in str(refused.value)


async def test_a_branch_that_has_moved_is_a_conflict(services: Services, owner: str) -> None:
    """The error says where it is now; what the caller saw rightly is no conflict."""
    conversation, prompt = await begun(services, owner)
    (head,) = await cypher(services.database, BRANCHES, id=conversation)
    for seen in (ExpectedHead(prompt), ExpectedHead(None), ExpectedHead(new_id())):
        with pytest.raises(Conflict) as refused:
            await ask(services, owner, "x", conversation_id=conversation, expected=seen)
        assert (refused.value.field, head["id"] in str(refused.value)) == ("input.expectedHead", True)
    await ask(services, owner, "y", conversation_id=conversation, expected=ExpectedHead(head["id"]))
    assert await heads(services.database, conversation) == {"main": "y"}


async def test_an_empty_branch_can_be_expected(services: Services, owner: str) -> None:
    """A conversation without a message, and one that is new."""
    await ask(services, owner, "new", expected=ExpectedHead())
    empty = {"conversationId": new_id(), "ownerId": owner, "title": "t", "metadata": None}
    empty |= {"idempotencyKey": None, "requestHash": None}
    await services.store.create_conversation(empty)
    place: dict[str, Any] = {"conversation_id": empty["conversationId"], "expected": ExpectedHead()}
    await ask(services, owner, "first", **place)
    with pytest.raises(Conflict):
        await ask(services, owner, "second", **place)


async def test_of_many_at_once_one_finds_the_head_that_it_saw(
    services: Services, connection: Connection, owner: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Twenty that saw the same head, through two services: one is written, nineteen are told."""
    conversation, _ = await begun(services, owner)
    (head,) = await cypher(services.database, BRANCHES, id=conversation)
    async with running(connection, tmp_path_factory.mktemp("other")) as other:
        both = (services.backend.tasks, other.backend.tasks)
        new = NewPrompt("x", conversation_id=conversation, expected=ExpectedHead(head["id"]))
        made = await asyncio.gather(*(both[i % 2].send_prompt(owner, new) for i in range(20)), return_exceptions=True)
    assert sorted(type(it).__name__ for it in made) == ["Conflict"] * 19 + ["str"]


async def test_the_same_key_is_the_same_task_where_the_branch_has_moved_meanwhile(
    services: Services, owner: str
) -> None:
    """What was written once is not refused because it was."""
    conversation, _ = await begun(services, owner)
    (head,) = await cypher(services.database, BRANCHES, id=conversation)
    place: dict[str, Any] = {"conversation_id": conversation, "expected": ExpectedHead(head["id"])}
    first = await ask(services, owner, "x", **place, idempotency_key="k")
    assert await ask(services, owner, "x", **place, idempotency_key="k") == first
    with pytest.raises(Conflict) as refused:
        await ask(services, owner, "x", conversation_id=conversation, idempotency_key="k")
    assert refused.value.field == "input.idempotencyKey"


@pytest.mark.parametrize(
    ("place", "field"),
    [
        ({"branch_id": new_id()}, "input.branch"),
        ({"expected": ExpectedHead(new_id())}, "input.expectedHead"),
    ],
)
async def test_a_place_is_in_a_conversation(services: Services, owner: str, place: dict[str, Any], field: str) -> None:
    """A new one has no branch to name, and no message."""
    with pytest.raises(InvalidInput) as refused:
        await ask(services, owner, "x", **place)
    assert refused.value.field == field


async def test_what_is_too_long_is_said_by_its_field(services: Services, owner: str) -> None:
    """As the caller named it: the text that was sent, or the model that is to answer what was sent before."""
    new = NewPrompt(content="word " * 1_000_000)
    with pytest.raises(InvalidInput) as refused:
        await services.backend.tasks.send_prompt(owner, new)
    assert refused.value.field == "input.content"
    _, prompt = await begun(services, owner, "Who?")
    with pytest.raises(InvalidInput) as refused:
        await services.backend.turns.revise_message(owner, Revision(prompt, new.content, ask=True))
    assert refused.value.field == "input.content"
