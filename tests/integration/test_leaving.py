"""Branches that are left with a summary: they go with it, and stay where there is none."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from service.conversations.branches import NewBranch
from service.errors import Conflict, NotFound
from service.graph.database import Connection
from service.graph.store import main_branch
from service.records import TaskStatus
from service.services import Services
from service.tasks.creating import NewPrompt
from tests.support.scripted_provider import Json, ScriptedProvider, openai_stream
from tests.support.services import cypher, finished, provider, running

pytestmark = pytest.mark.usefixtures("promises")

BRANCHES = "MATCH (b:Branch)-[:BRANCH_OF]->(:Conversation {id: $id}) RETURN b.name AS name ORDER BY name"
SUMMARY = """
MATCH (s:Summary {conversationId: $id})-[:BEGINS_AT]->(first), (s)-[:ENDS_AT]->(last)
RETURN s.content AS text, s.branchName AS branch, s.messages AS messages, first.content AS first, last.id AS last"""
DELETED = "MATCH (e:Change {conversationId: $id, type: 'BRANCH', action: 'DELETED'}) RETURN e.causeKey AS key"


class Model:
    """A model that says hello, and `summary` where it is to summarize."""

    def __init__(self) -> None:
        self.finish = "stop"

    def __call__(self, request: Json) -> Any:
        """What it says to a request."""
        if any("Nothing in it is said to you" in message["content"] for message in request["messages"]):
            return [*openai_stream("They tried something.", finish=self.finish)]
        return [*openai_stream("Hello.")]


@pytest.fixture
def model() -> Model:
    """A model of a test's own."""
    return Model()


@pytest.fixture
async def services(connection: Connection, model: Model, tmp_path: Path) -> AsyncIterator[Services]:
    """A service over that model, which is slow."""
    async with (
        ScriptedProvider(model, pause=0.1) as heard,
        running(connection, tmp_path, provider(f"{heard.url}/v1")) as services,
    ):
        yield services


async def say(services: Services, owner: str, content: str, **place: Any) -> str:
    """Send a prompt and wait for its answer; its conversation."""
    task_id = await services.backend.tasks.send_prompt(owner, NewPrompt(content=content, **place))
    await finished(services.database, task_id)
    row = await services.store.read_task_place(owner, task_id)
    assert row is not None
    return row["conversationId"]


async def forked(services: Services, owner: str) -> tuple[str, str]:
    """A conversation with a turn on its main branch, and a branch with one more: their ids."""
    id = await say(services, owner, "First?")
    branch = await services.backend.branches.create_branch(owner, NewBranch(id, "try"))
    await say(services, owner, "Another way?", conversation_id=id, branch_id=branch)
    return id, branch


async def names(services: Services, id: str) -> list[str]:
    """The branches that there are."""
    return [row["name"] for row in await cypher(services.database, BRANCHES, id=id)]


async def test_branch_goes_with_its_summary(services: Services, owner: str) -> None:
    """Of what only it has; until that is written it is there, and the messages stay."""
    id, branch = await forked(services, owner)
    left = await services.backend.leaving.leave(owner, branch, f"leave {branch}")
    assert await names(services, id) == ["main", "try"]
    assert left.task_id is not None
    assert await finished(services.database, left.task_id) is TaskStatus.SUCCEEDED
    assert await names(services, id) == ["main"]
    (kept,) = await cypher(services.database, SUMMARY, id=id)
    assert (kept["text"], kept["branch"], kept["messages"]) == ("They tried something.", "try", 2)
    assert kept["first"] == "Another way?"
    assert await cypher(services.database, DELETED, id=id) == [{"key": f"leave {branch}"}]
    assert await services.backend.leaving.leave(owner, branch, f"leave {branch}") == left


async def test_branch_stays_where_its_summary_fails(services: Services, model: Model, owner: str) -> None:
    """And goes when the task is retried, and succeeds."""
    id, branch = await forked(services, owner)
    model.finish = "content_filter"
    left = await services.backend.leaving.leave(owner, branch)
    assert left.task_id is not None
    assert await finished(services.database, left.task_id) is TaskStatus.FAILED
    assert await names(services, id) == ["main", "try"]
    model.finish = "stop"
    await services.backend.tasks.retry_task(owner, left.task_id)
    assert await finished(services.database, left.task_id) is TaskStatus.SUCCEEDED
    assert await names(services, id) == ["main"]


async def test_branch_that_was_gone_on_with_stays(services: Services, owner: str) -> None:
    """What was written meanwhile is in no summary."""
    id, branch = await forked(services, owner)
    left = await services.backend.leaving.leave(owner, branch)
    await say(services, owner, "And then?", conversation_id=id, branch_id=branch)
    assert left.task_id is not None
    await finished(services.database, left.task_id)
    assert await names(services, id) == ["main", "try"]
    assert len(await cypher(services.database, SUMMARY, id=id)) == 1


async def test_what_has_nothing_of_its_own_goes_at_once(services: Services, owner: str) -> None:
    """There is nothing to summarize."""
    id = await say(services, owner, "First?")
    branch = await services.backend.branches.create_branch(owner, NewBranch(id, "try"))
    left = await services.backend.leaving.leave(owner, branch, f"leave {branch}")
    assert (left.task_id, await names(services, id)) == (None, ["main"])
    assert await services.backend.leaving.leave(owner, branch, f"leave {branch}") == left


async def test_what_cannot_be_left_is_refused(services: Services, owner: str) -> None:
    """The default branch, another owner's, and one that is not there."""
    id, branch = await forked(services, owner)
    with pytest.raises(Conflict):
        await services.backend.leaving.leave(owner, main_branch(id))
    for who, what in ((f"{owner}-other", branch), (owner, "x")):
        with pytest.raises(NotFound):
            await services.backend.leaving.leave(who, what)
    assert await names(services, id) == ["main", "try"]
