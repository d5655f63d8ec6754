"""Turns that are said in another way: revisions and regenerations are siblings, and move the branch that is meant."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from service.chat import Tool
from service.errors import Conflict, InvalidInput, NotFound
from service.graph.database import Connection, Database
from service.records import TaskStatus, answer_id, derived_id, new_id
from service.services import Services
from service.tasks.creating import NewTask, NewTaskConfig
from service.tasks.revisions import Revision
from service.tasks.turns import Regeneration
from tests.integration.test_turns import ask, begun, fork, heads
from tests.support.scripted_provider import Json, ScriptedProvider, openai_stream
from tests.support.services import cypher, file_task, finished, provider, run_task, running

pytestmark = pytest.mark.usefixtures("promises")

MESSAGE = """
MATCH (m:Message {id: $id})
RETURN m.content AS content, m.role AS role, m.status AS status, m.depth AS depth, m:Response AS answers,
  COLLECT { MATCH (m)-[:CONTINUES|RESPONDS_TO]->(x) RETURN x.id } AS parents,
  COLLECT { MATCH (m)-[:REVISES]->(x) RETURN x.id } AS revises
"""


@pytest.fixture(scope="module")
async def heard() -> AsyncIterator[ScriptedProvider]:
    """A provider that answers with the model's name and its last message."""

    def answer(request: Json) -> list[Any]:
        if (request["model"], request["messages"][-1]["content"]) == ("other", "Fail."):
            return (400, {"error": {"message": "No.", "type": "invalid_request_error"}})  # pyright: ignore[reportReturnType]
        return [*openai_stream(f"{request['model']}: {request['messages'][-1]['content']}")]

    async with ScriptedProvider(answer) as one:
        yield one


@pytest.fixture(scope="module")
async def services(
    connection: Connection, heard: ScriptedProvider, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Services]:
    """A service over two models of that provider."""
    settings = provider(f"{heard.url}/v1")
    (models,) = (one["models"] for one in settings["providers"].values())
    models["other"] = models["m"]
    async with (
        running(connection, tmp_path_factory.mktemp("service"), settings) as services,
    ):
        yield services


async def message(database: Database, id_: str) -> dict[str, Any]:
    """A message with its parents."""
    (row,) = await cypher(database, MESSAGE, id=id_)
    return row


async def main_of(database: Database, conversation: str) -> str:
    """The id of the main branch."""
    statement = "MATCH (:Conversation {id: $id})<-[:BRANCH_OF]-(b {name: 'main'}) RETURN b.id AS id"
    return (await cypher(database, statement, id=conversation))[0]["id"]


def answer_of(task_id: str) -> str:
    """The id of a prompt's answer."""
    return answer_id(task_id, "NONE")


async def test_a_prompt_is_said_otherwise_and_nobody_is_asked(services: Services, owner: str) -> None:
    """It stands beside the first one; no branch moves, and no task is made."""
    conversation, _ = await begun(services, owner)
    second = derived_id(await ask(services, owner, "And?", conversation_id=conversation), "prompt")
    before = await heads(services.database, conversation)
    made = await services.backend.turns.revise_message(owner, Revision(second, "But?"))
    old, new = await message(services.database, second), await message(services.database, made.message_id)
    assert new == old | {"content": "But?", "revises": [second]}
    assert made.task_id is None
    assert await heads(services.database, conversation) == before


async def test_the_first_prompt_is_another_beginning(services: Services, owner: str) -> None:
    """A revision of it is a root beside it."""
    conversation, first = await begun(services, owner)
    made = await services.backend.turns.revise_message(owner, Revision(first, "What?"))
    statement = "MATCH (:Conversation {id: $id})-[:STARTS_WITH]->(m) RETURN collect(m.id) AS ids"
    (row,) = await cypher(services.database, statement, id=conversation)
    assert sorted(row["ids"]) == sorted([first, made.message_id])


async def test_an_answer_in_a_persons_words_is_what_the_model_is_told(
    services: Services, heard: ScriptedProvider, owner: str
) -> None:
    """The branch that is named moves to it where the answer was its newest; the next prompt is sent with it."""
    conversation, first = await begun(services, owner)
    (answer,) = await cypher(services.database, "MATCH (m)-[:RESPONDS_TO]->({id: $id}) RETURN m.id AS id", id=first)
    main = await main_of(services.database, conversation)
    made = await services.backend.turns.revise_message(owner, Revision(answer["id"], "A person.", branch_id=main))
    new = await message(services.database, made.message_id)
    assert (new["answers"], new["status"], new["parents"]) == (True, "COMPLETE", [first])
    await ask(services, owner, "Really?", conversation_id=conversation)
    assert [said["content"] for said in heard.requests[-1]["messages"]] == ["Who?", "A person.", "Really?"]


async def test_a_branch_goes_on_from_a_revision_above(services: Services, owner: str) -> None:
    """Where it is named; what stood below stays, another branch too, and whoever follows is told."""
    conversation, first = await begun(services, owner)
    await ask(services, owner, "And?", conversation_id=conversation)
    other, main = await fork(services.database, conversation, first), await main_of(services.database, conversation)
    made = await services.backend.turns.revise_message(owner, Revision(first, "What?", branch_id=main, ask=True))
    assert made.task_id is not None
    assert await finished(services.database, made.task_id) is TaskStatus.SUCCEEDED
    assert await heads(services.database, conversation) == {"main": "m: What?", "other": "Who?"}
    statement = "MATCH (e:Change {subjectId: $id}) RETURN e.action AS action, e.name AS name"
    assert await cypher(services.database, statement, id=main) == [{"action": "MOVED", "name": "main"}]
    assert other != main


async def test_a_revision_may_have_a_branch_of_its_own(services: Services, owner: str) -> None:
    """It is made with it, and comes to its answer; a name that is there is a conflict."""
    conversation, first = await begun(services, owner)
    new = Revision(first, "What?", new_branch="try", ask=True, idempotency_key="k")
    made = await services.backend.turns.revise_message(owner, new)
    assert made.task_id is not None
    await finished(services.database, made.task_id)
    assert await heads(services.database, conversation) == {"main": "m: Who?", "try": "m: What?"}
    assert await services.backend.turns.revise_message(owner, new) == made
    with pytest.raises(Conflict) as refused:
        await services.backend.turns.revise_message(owner, Revision(first, "What?", new_branch="try"))
    assert refused.value.field == "input.newBranch"


async def test_a_branch_that_does_not_hold_the_message_is_a_conflict(services: Services, owner: str) -> None:
    """Nothing is written."""
    conversation, first = await begun(services, owner)
    await ask(services, owner, "And?", conversation_id=conversation)
    aside = await services.backend.turns.revise_message(owner, Revision(first, "What?"))
    main = await main_of(services.database, conversation)
    with pytest.raises(Conflict):
        await services.backend.turns.revise_message(owner, Revision(aside.message_id, "x", branch_id=main))
    with pytest.raises(NotFound):
        await services.backend.turns.revise_message(owner, Revision(first, "x", branch_id=new_id()))
    rows = await cypher(services.database, "MATCH (m:Message {content: 'x', ownerId: $owner}) RETURN m", owner=owner)
    assert rows == []


@pytest.mark.parametrize("with_task", [False, True])
async def test_a_revision_with_a_key_is_made_once(services: Services, owner: str, *, with_task: bool) -> None:
    """Twenty at once are one; another request with the key is refused."""
    _, first = await begun(services, owner)
    new = Revision(first, "What?", ask=with_task, idempotency_key="k")
    made = await asyncio.gather(*(services.backend.turns.revise_message(owner, new) for _ in range(20)))
    assert len(set(made)) == 1
    statement = "MATCH (m)-[:REVISES]->({id: $id}) RETURN count(*) AS count"
    assert await cypher(services.database, statement, id=first) == [{"count": 1}]
    with pytest.raises(Conflict):
        await services.backend.turns.revise_message(owner, Revision(first, "x", ask=with_task, idempotency_key="k"))


async def test_what_cannot_be_revised_is_said(services: Services, owner: str) -> None:
    """Nothing, an answer that is to be asked, a piece of a task, and another owner's."""
    task = await ask(services, owner, "Who?")
    parts = await run_task(services, services.database, owner, file_task(2))
    statement = (
        "MATCH (:Task {id: $id})-[:HAS_SUBTASK]->()-[:ASKED]->(p)<-[:RESPONDS_TO]-(r) RETURN p.id AS p, r.id AS r"
    )
    piece = (await cypher(services.database, statement, id=parts))[0]
    prompt, answer = derived_id(task, "prompt"), answer_of(task)
    cases = [
        (Revision(prompt, " \n"), "input.content"),
        (Revision(answer, "x", ask=True), "input.ask"),
        (Revision(prompt, "x", config=NewTaskConfig(temperature=1.0)), "input.config"),
        (Revision(prompt, "x", branch_id="a", new_branch="b"), "input.newBranch"),
        (Revision(prompt, "x", new_branch="b" * 101), "input.newBranch"),
        (Revision(piece["p"], "x"), "input.messageId"),
        (Revision(piece["r"], "x"), "input.messageId"),
    ]
    for new, field in cases:
        with pytest.raises(InvalidInput) as refused:
            await services.backend.turns.revise_message(owner, new)
        assert refused.value.field == field
    with pytest.raises(NotFound):
        await services.backend.turns.revise_message(f"{owner}-2", Revision(prompt, "x"))
    with pytest.raises(NotFound):
        await services.backend.turns.regenerate(f"{owner}-2", Regeneration(answer))


async def test_a_job_over_files_is_asked_otherwise(services: Services, heard: ScriptedProvider, owner: str) -> None:
    """The revised instruction goes over the same files, with the settings that it had."""
    task_id = await run_task(services, services.database, owner, file_task(2, temperature=0.5))
    new = Revision(derived_id(task_id, "prompt"), "Count.", ask=True)
    made = await services.backend.turns.revise_message(owner, new)
    assert made.task_id is not None
    assert await finished(services.database, made.task_id) is TaskStatus.SUCCEEDED
    asked = [request for request in heard.requests if "Count." in request["messages"][-1]["content"]]
    assert len(asked) == 2
    assert all(request["temperature"] == 0.5 and "The content of file" in json.dumps(request) for request in asked)


async def test_another_answer_stands_beside_the_first(services: Services, heard: ScriptedProvider, owner: str) -> None:
    """Told nothing of the first; main moves to it, a branch that was made at the first stays."""
    conversation, _ = await begun(services, owner)
    task = await ask(services, owner, "And?", conversation_id=conversation, config=NewTaskConfig(temperature=0.25))
    await fork(services.database, conversation, answer_of(task))
    (again,) = await services.backend.turns.regenerate(
        owner, Regeneration(answer_of(task), config=NewTaskConfig(model="slow/other"))
    )
    assert await finished(services.database, again) is TaskStatus.SUCCEEDED
    assert [said["content"] for said in heard.requests[-1]["messages"]] == ["Who?", "m: Who?", "And?"]
    assert heard.requests[-1]["temperature"] == 0.25
    assert (await message(services.database, answer_of(again)))["parents"] == [derived_id(task, "prompt")]
    assert await heads(services.database, conversation) == {"main": "other: And?", "other": "m: And?"}


async def test_several_models_answer_side_by_side(services: Services, heard: ScriptedProvider, owner: str) -> None:
    """The branch moves to the first of them, however they end; all are sent the same, and the key makes them once."""
    conversation, _ = await begun(services, owner)
    task = await ask(services, owner, "And?", conversation_id=conversation)
    new = Regeneration(answer_of(task), models=("slow/other", "slow/m", "slow/other"), idempotency_key="k")
    ids = await services.backend.turns.regenerate(owner, new)
    assert [await finished(services.database, id_) for id_ in ids] == [TaskStatus.SUCCEEDED] * 3
    assert await services.backend.turns.regenerate(owner, new) == ids
    (row,) = await cypher(
        services.database,
        "MATCH (r)-[:RESPONDS_TO]->({id: $id}) RETURN count(*) AS answers",
        id=derived_id(task, "prompt"),
    )
    assert row["answers"] == 4
    assert len({json.dumps(request["messages"]) for request in heard.requests[-3:]}) == 1
    statement = "MATCH (b:Branch {id: $id})-[:HEAD]->(m) RETURN m.id AS id"
    main = await main_of(services.database, conversation)
    assert await cypher(services.database, statement, id=main) == [{"id": answer_of(ids[0])}]


async def test_a_regeneration_that_fails_leaves_the_branch(services: Services, owner: str) -> None:
    """It is a failed task, and the answer that was there is still the branch's newest."""
    conversation, _ = await begun(services, owner)
    task = await ask(services, owner, "Fail.", conversation_id=conversation)
    new = Regeneration(answer_of(task), config=NewTaskConfig(model="slow/other"))
    (again,) = await services.backend.turns.regenerate(owner, new)
    assert await finished(services.database, again) is TaskStatus.FAILED
    assert await heads(services.database, conversation) == {"main": "m: Fail."}


async def test_a_job_over_files_is_done_again(services: Services, owner: str) -> None:
    """All of it, as another task over the same files, whose answer stands beside the first."""
    task_id = await run_task(services, services.database, owner, file_task(2))
    (row,) = await cypher(
        services.database,
        "MATCH (t:Task {id: $id})-[:RESULTED_IN]->(r) RETURN r.id AS id, t.conversationId AS c",
        id=task_id,
    )
    (again,) = await services.backend.turns.regenerate(owner, Regeneration(row["id"]))
    assert await finished(services.database, again) is TaskStatus.SUCCEEDED
    statement = "MATCH (t:Task {id: $id})-[:HAS_SUBTASK]->(s) RETURN count(s) AS subtasks"
    assert await cypher(services.database, statement, id=again) == [{"subtasks": 2}]


async def test_what_cannot_be_regenerated_is_said(services: Services, owner: str) -> None:
    """Too many, both ways of saying how many, a model that is not there, a prompt."""
    task = await ask(services, owner, "Who?")
    answer = answer_of(task)
    cases = [
        (Regeneration(answer, n=11), "input.n"),
        (Regeneration(answer, n=0), "input.n"),
        (Regeneration(answer, models=("slow/m",) * 11), "input.models"),
        (Regeneration(answer, models=("slow/m",), n=2), "input.n"),
        (Regeneration(answer, models=("slow/m", "slow/none")), "input.models[1]"),
        (Regeneration(answer, config=NewTaskConfig(model="slow/none")), "input.config.model"),
        (Regeneration(derived_id(task, "prompt")), "input.responseId"),
    ]
    for new, field in cases:
        with pytest.raises(InvalidInput) as refused:
            await services.backend.turns.regenerate(owner, new)
        assert refused.value.field == field
    with pytest.raises(NotFound) as gone:
        await services.backend.turns.regenerate(owner, Regeneration(answer, branch_id=new_id()))
    assert gone.value.field == "input.branch"


async def test_tools_are_offered_again(services: Services, heard: ScriptedProvider, owner: str) -> None:
    """What the first task had of settings, the next has too, unless its caller says otherwise."""
    config = NewTaskConfig(tools=(Tool("look", "Looks.", {"type": "object"}),), max_output_tokens=77)
    task = await run_task(services, services.database, owner, NewTask(instruction="Who?", config=config))
    (again,) = await services.backend.turns.regenerate(owner, Regeneration(answer_of(task)))
    await finished(services.database, again)
    assert [tool["function"]["name"] for tool in heard.requests[-1]["tools"]] == ["look"]
    assert heard.requests[-1].get("max_tokens", heard.requests[-1].get("max_completion_tokens")) == 77
