"""A prompt for a branch that still awaits an answer: it continues, waits, interrupts, or is refused."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from service.errors import Conflict, InvalidInput
from service.graph.database import Connection, Database
from service.records import TaskStatus, WhenBusy, derived_id
from service.services import Services
from service.tasks.creating import NewPrompt, NewTaskConfig
from tests.integration.test_turns import begun
from tests.support.scripted_provider import Json, ScriptedProvider, openai_delta
from tests.support.services import cypher, finished, provider, running, status_of

pytestmark = pytest.mark.usefixtures("promises")

PATH = """
MATCH (:Conversation {id: $id})<-[:BRANCH_OF]-(:Branch {name: 'main'})-[:HEAD]->(h)
MATCH (h) (()-[:CONTINUES|RESPONDS_TO]->()){0,} (m)
WITH DISTINCT m ORDER BY m.depth
RETURN collect(CASE WHEN m:Response THEN left(m.content, 4) ELSE m.content END) AS said
"""
SLOW = 40
"""Pieces of an answer that is long under way: so many hundredths of a second and more."""


def answer(request: Json) -> list[Any]:
    """Many pieces to a prompt that begins with `slow`, one to any other: `re: ` and the last message."""
    said = str(request["messages"][-1]["content"])
    pieces = [f"re: {said}", *([" and"] * (SLOW if said.startswith("slow") else 0))]
    return [*(openai_delta(content=piece) for piece in pieces), openai_delta("stop"), "[DONE]"]


@pytest.fixture(scope="module")
async def heard() -> AsyncIterator[ScriptedProvider]:
    """The provider, which is asked by all services of this file."""
    async with ScriptedProvider(answer, pause=0.02) as one:
        yield one


@pytest.fixture(scope="module")
async def services(
    connection: Connection, heard: ScriptedProvider, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Services]:
    """A service."""
    async with (
        running(connection, tmp_path_factory.mktemp("service"), provider(f"{heard.url}/v1")) as services,
    ):
        yield services


async def send(
    services: Services, owner: str, content: str, conversation: str, when: str = "CONTINUE", **more: Any
) -> str:
    """Send a prompt; the id of its task."""
    new = NewPrompt(content, conversation_id=conversation, when_busy=WhenBusy(when), **more)
    return await services.backend.tasks.send_prompt(owner, new)


async def path_of(database: Database, conversation: str) -> list[str]:
    """What is said on the main branch, answers cut short."""
    return (await cypher(database, PATH, id=conversation))[0]["said"]


async def running_slowly(services: Services, owner: str, conversation: str) -> str:
    """A prompt whose answer is under way, and some of it received; the id of its task."""
    task_id = await send(services, owner, "slow", conversation)
    async for delta in services.backend.responses.follow(owner, task_id):
        if delta.text:
            return task_id
    raise AssertionError("nothing came")


async def test_a_prompt_waits_for_the_answer(services: Services, heard: ScriptedProvider, owner: str) -> None:
    """It is told the whole answer; three wait in the order in which they came."""
    conversation, _ = await begun(services, owner, "Who?")
    await running_slowly(services, owner, conversation)
    tasks = [await send(services, owner, f"{n}", conversation, "WAIT") for n in range(3)]
    statement = "MATCH (t:Task {id: $id}) RETURN COUNT { (t)-[:ASKED]->() } AS asked, t.status AS status"
    assert await cypher(services.database, statement, id=tasks[0]) == [{"asked": 0, "status": "PENDING"}]
    assert [await finished(services.database, it) for it in tasks] == [TaskStatus.SUCCEEDED] * 3
    said = await path_of(services.database, conversation)
    assert said == ["Who?", "re: ", "slow", "re: ", "0", "re: ", "1", "re: ", "2", "re: "]
    assert heard.requests[-1]["messages"][-4]["content"] == "re: 0"


async def test_an_answer_is_cut_and_kept(services: Services, heard: ScriptedProvider, owner: str) -> None:
    """What was received is PARTIAL, and the next prompt continues from it."""
    conversation, _ = await begun(services, owner, "Who?")
    cut = await running_slowly(services, owner, conversation)
    task = await send(services, owner, "shorter", conversation, "INTERRUPT")
    assert await finished(services.database, task) is TaskStatus.SUCCEEDED
    assert await status_of(services.database, cut) is TaskStatus.CANCELLED
    sent = heard.requests[-1]["messages"]
    assert [one["role"] for one in sent[-3:]] == ["user", "assistant", "user"]
    assert sent[-2]["content"].startswith("re: slow")
    assert sent[-2]["content"].count("and") < SLOW
    statement = "MATCH (:Task {id: $id})-[:ASKED]->()-[:CONTINUES]->(m) RETURN m.status AS status"
    assert await cypher(services.database, statement, id=task) == [{"status": "PARTIAL"}]


async def test_a_busy_branch_refuses_who_wants_that(services: Services, owner: str) -> None:
    """While it answers, and while somebody waits; once it is free, it is as any other prompt."""
    conversation, _ = await begun(services, owner, "Who?")
    slow = await running_slowly(services, owner, conversation)
    with pytest.raises(Conflict) as refused:
        await send(services, owner, "no", conversation, "REJECT")
    assert refused.value.field == "input.whenBusy"
    await finished(services.database, slow)
    await finished(services.database, await send(services, owner, "yes", conversation, "REJECT"))
    assert (await path_of(services.database, conversation))[-2:] == ["yes", "re: "]


async def test_who_does_not_wait_comes_first(services: Services, owner: str) -> None:
    """CONTINUE chains at once; what waits is asked after that answer too."""
    conversation, _ = await begun(services, owner, "Who?")
    await running_slowly(services, owner, conversation)
    waits = await send(services, owner, "waits", conversation, "WAIT")
    await send(services, owner, "slow too", conversation)
    await finished(services.database, waits)
    said = await path_of(services.database, conversation)
    assert said == ["Who?", "re: ", "slow", "slow too", "re: ", "waits", "re: "]


async def test_what_waits_can_be_cancelled_and_retried(services: Services, owner: str) -> None:
    """It is not asked, and those behind it are; a retry asks it where the branch is then."""
    conversation, _ = await begun(services, owner, "Who?")
    await running_slowly(services, owner, conversation)
    first, second = [await send(services, owner, f"{n}", conversation, "WAIT") for n in range(2)]
    await services.backend.tasks.cancel_task(owner, first)
    assert await finished(services.database, second) is TaskStatus.SUCCEEDED
    assert await status_of(services.database, first) is TaskStatus.CANCELLED
    await services.backend.tasks.retry_task(owner, first)
    assert await finished(services.database, first) is TaskStatus.SUCCEEDED
    assert (await path_of(services.database, conversation))[-4:] == ["1", "re: ", "0", "re: "]


async def test_it_goes_on_where_what_it_waits_for_was_stopped(services: Services, owner: str) -> None:
    """Stop, with a prompt in the line: it is sent, and continues what was received."""
    conversation, _ = await begun(services, owner, "Who?")
    slow = await running_slowly(services, owner, conversation)
    waits = await send(services, owner, "go on", conversation, "WAIT")
    await services.backend.tasks.cancel_task(owner, slow)
    assert await finished(services.database, waits) is TaskStatus.SUCCEEDED
    assert (await path_of(services.database, conversation))[-4:] == ["slow", "re: ", "go on", "re: "]


async def test_a_deadline_counts_while_it_waits(services: Services, owner: str) -> None:
    """It ends as FAILED, and was never asked."""
    conversation, _ = await begun(services, owner, "Who?")
    await running_slowly(services, owner, conversation)
    config = NewTaskConfig(deadline_seconds=0.05)
    late = await send(services, owner, "late", conversation, "WAIT", config=config)
    assert await finished(services.database, late) is TaskStatus.FAILED
    statement = "MATCH (t:Task {id: $id}) RETURN t.errorCode AS code, t.heldContent AS held"
    assert await cypher(services.database, statement, id=late) == [{"code": "DEADLINE_EXCEEDED", "held": "late"}]


async def test_what_waits_is_asked_by_the_service_that_comes_next(
    services: Services, heard: ScriptedProvider, connection: Connection, owner: str, tmp_path: Path
) -> None:
    """A service stops with a prompt in the line; the next one in its place asks it."""
    settings = provider(f"{heard.url}/v1")
    async with running(connection, tmp_path, settings) as first:
        conversation, _ = await begun(first, owner, "Who?")
        await running_slowly(first, owner, conversation)
        waits = await send(first, owner, "later", conversation, "WAIT")
    assert await status_of(services.database, waits) is TaskStatus.PENDING
    async with running(connection, tmp_path, settings):
        assert await finished(services.database, waits) is TaskStatus.SUCCEEDED
    assert (await path_of(services.database, conversation))[-4:] == ["slow", "re: ", "later", "re: "]


async def test_who_names_a_parent_does_not_wait(services: Services, owner: str) -> None:
    """The two wishes say different things of the place."""
    conversation, first = await begun(services, owner, "Who?")
    with pytest.raises(InvalidInput) as refused:
        await send(services, owner, "x", conversation, "WAIT", parent_id=first)
    assert refused.value.field == "input.whenBusy"


@pytest.mark.parametrize("seed", range(3))
async def test_two_services_on_one_branch_lose_nothing(
    services: Services, heard: ScriptedProvider, connection: Connection, owner: str, tmp_path: Path, seed: int
) -> None:
    """Whatever is sent at whatever moment: each prompt that was taken stands once on the branch, in a chain, and each
    that waited stands below an answer, what was cut of one, or a prompt that was cut before any of it."""
    dice = random.Random(seed)
    conversation, _ = await begun(services, owner, "Who?")
    async with running(connection, tmp_path, provider(f"{heard.url}/v1")) as other:

        async def client(number: int) -> dict[str, str]:
            sent: dict[str, str] = {}
            for turn in range(5):
                when = dice.choice(list(WhenBusy)).value
                content = f"{'slow ' * dice.randrange(2)}{number}.{turn} {when}"
                try:
                    sent[content] = await send(dice.choice([services, other]), owner, content, conversation, when)
                except Conflict:
                    assert when == "REJECT"
                await asyncio.sleep(dice.random() * 0.2)
            return sent

        made = await asyncio.gather(*(client(number) for number in range(4)))
        sent = {content: task for one in made for content, task in one.items()}
        for task in sent.values():
            assert await finished(services.database, task) in (TaskStatus.SUCCEEDED, TaskStatus.CANCELLED)
    statement = """
    MATCH (:Conversation {id: $id})<-[:IN_CONVERSATION]-(p:Prompt)
    RETURN p.content AS content, COUNT { (p)-[:CONTINUES]->() } AS above, COUNT { (p)<-[:CONTINUES]-() } AS below,
      EXISTS { (p)-[:CONTINUES]->(:Response) } OR EXISTS {
        MATCH (p)-[:CONTINUES]->(cut)<-[:ASKED]-(:Task {status: 'CANCELLED'})
        WHERE NOT EXISTS { (cut)<-[:RESPONDS_TO]-() }
      } AS answered, p.id AS id
    """
    prompts = {row["content"]: row for row in await cypher(services.database, statement, id=conversation)}
    assert {content: row["id"] for content, row in prompts.items() if content != "Who?"} == {
        content: derived_id(task, "prompt") for content, task in sent.items()
    }
    path = await path_of(services.database, conversation)
    assert sorted(prompts) == sorted(said for said in path if not said.startswith("re: "))
    assert all(row["above"] == 1 for content, row in prompts.items() if content != "Who?")
    waited = [row for content, row in prompts.items() if content.endswith(("REJECT", "WAIT"))]
    assert all(row["answered"] for row in waited)
