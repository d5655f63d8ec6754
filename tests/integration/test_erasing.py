"""What is deleted for good, on the real server: nothing of it is found or left, what it cost is, and all else stays."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from service.conversations.deleting import Children, Deletion
from service.conversations.usage import UsageDimension, UsageFilter
from service.errors import Forbidden, NotFound
from service.graph.database import Connection, Database
from service.services import Services
from service.tasks.creating import NewPrompt
from tests.support.services import cypher, file_task, finished, running

pytestmark = pytest.mark.usefixtures("promises")
RECEIPT = "MATCH (e:Erasure {id: $id}) RETURN e {.*} AS e"
ROOTS = """
MATCH (:Conversation {id: $id})<-[:IN_CONVERSATION]-(m) WHERE NOT (m)-[:CONTINUES|RESPONDS_TO]->()
RETURN m.content AS m
"""
TEXTS = """
CALL () {
  MATCH (n) RETURN properties(n) AS said, labels(n) AS what
  UNION ALL
  MATCH ()-[r]->() RETURN properties(r) AS said, [type(r)] AS what
}
UNWIND keys(said) AS key
WITH what, key, said[key] AS value WHERE value IS :: STRING OR value IS :: LIST<STRING NOT NULL>
WITH what, key, CASE WHEN value IS :: STRING THEN [value] ELSE value END AS values
UNWIND values AS text
UNWIND [word IN $words WHERE text CONTAINS word] AS word
RETURN collect(DISTINCT word) AS found, collect(DISTINCT word + ' in ' + what[0] + '.' + key) AS where
"""


@pytest.fixture(scope="module")
async def services(connection: Connection, database: Database, tmp_path_factory: Any) -> AsyncIterator[Services]:
    """A service over the echo model."""
    folder: Path = tmp_path_factory.mktemp("erasing")
    async with running(connection, folder) as services:
        yield services


async def chat(services: Services, owner: str, content: str, **more: Any) -> tuple[str, str]:
    """A prompt and its answer: the ids of the conversation and the task."""
    task = await services.backend.tasks.send_prompt(owner, NewPrompt(content=content, **more))
    await finished(services.database, task)
    (row,) = await cypher(services.database, "MATCH (t:Task {id: $id}) RETURN t.conversationId AS id", id=task)
    return row["id"], task


async def erased(services: Services, id: str) -> dict[str, Any]:
    """Wait for the end of an erasure; its receipt."""
    async with asyncio.timeout(60):
        while (await cypher(services.database, RECEIPT, id=id))[0]["e"]["status"] != "DONE":
            await asyncio.sleep(0.02)
    return (await cypher(services.database, RECEIPT, id=id))[0]["e"]


async def left(services: Services, *words: str) -> list[str]:
    """Where any of these texts is still in the graph."""
    return (await cypher(services.database, TEXTS, words=list(words)))[0]["where"]


async def used(services: Services, owner: str, dimension: UsageDimension) -> list[Any]:
    """What usage says, without the names."""
    rows = await services.backend.usage.read_usage(owner, dimension, UsageFilter())
    return sorted(([value for key, value in sorted(row.items()) if key != "label"] for row in rows), key=repr)


def of_receipt(receipt: dict[str, Any], counts: dict[str, int]) -> dict[str, int]:
    """What a receipt says of all that a dry run counted."""
    return {name: receipt.get(name, 0) for name in counts}


async def test_of_a_conversation_nothing_is_left_but_what_it_cost(services: Services, owner: str) -> None:
    """As the dry run said; another one is as it was."""
    kept, _ = await chat(services, owner, "Kept-canary is here.")
    id, _ = await chat(services, owner, "Gone-canary is here.")
    new = replace(file_task(30), conversation_id=id, instruction="Gone-canary instruction")
    await finished(services.database, await services.backend.tasks.create_task(owner, new))
    before = {dimension: await used(services, owner, dimension) for dimension in UsageDimension}
    deleting = services.backend.deleting
    counted = await deleting.count_conversation(owner, id)
    receipt = await erased(services, await deleting.delete_conversation(Deletion(owner, id)))
    assert of_receipt(receipt, counted.counts) == counted.counts
    assert await left(services, "Gone-canary", "Kept-canary")
    assert not await left(services, "Gone-canary")
    assert {dimension: await used(services, owner, dimension) for dimension in UsageDimension} == before
    assert await services.backend.reader.read_conversations(owner, [kept])
    with pytest.raises(NotFound):
        await deleting.delete_conversation(Deletion(owner, id))


async def test_of_a_message_all_that_rests_on_it_goes(services: Services, owner: str) -> None:
    """Everything below it, tasks and answers; what is above it and beside it stays, and the branch goes back."""
    id, _ = await chat(services, owner, "Kept-first prompt.")
    _, task = await chat(services, owner, "Gone-second prompt.", conversation_id=id)
    new = replace(file_task(5), conversation_id=id, instruction="Gone-third instruction")
    await finished(services.database, await services.backend.tasks.create_task(owner, new))
    (row,) = await cypher(services.database, "MATCH (:Task {id: $id})-[:ASKED]->(p) RETURN p.id AS id", id=task)
    before = {dimension: await used(services, owner, dimension) for dimension in UsageDimension}
    deleting = services.backend.deleting
    counted = await deleting.count_message(owner, row["id"], Children.DELETE)
    receipt = await erased(services, await deleting.delete_message(Deletion(owner, row["id"]), Children.DELETE))
    assert of_receipt(receipt, counted.counts) == counted.counts
    assert await left(services, "Kept-first")
    assert not await left(services, "Gone-second", "Gone-third")
    assert {dimension: await used(services, owner, dimension) for dimension in UsageDimension} == before


async def test_what_goes_on_from_a_message_may_be_joined(services: Services, owner: str) -> None:
    """The prompt below goes on from what was above."""
    id, _ = await chat(services, owner, "Kept-one prompt.")
    _, task = await chat(services, owner, "Gone-two prompt.", conversation_id=id)
    await chat(services, owner, "Kept-three prompt.", conversation_id=id)
    (row,) = await cypher(services.database, "MATCH (:Task {id: $id})-[:ASKED]->(p) RETURN p.id AS id", id=task)
    deleting = services.backend.deleting
    counted = await deleting.count_message(owner, row["id"], Children.JOIN)
    receipt = await erased(services, await deleting.delete_message(Deletion(owner, row["id"]), Children.JOIN))
    assert of_receipt(receipt, counted.counts) == counted.counts
    assert (receipt["prompts"], receipt["responses"]) == (1, 1)
    assert not await left(services, "Gone-two")
    assert [row["m"] for row in await cypher(services.database, ROOTS, id=id)] == ["Kept-one prompt."]


async def test_where_the_first_message_is_joined_others_saw_what_went_on_from_it(
    services: Services, owner: str
) -> None:
    """Each attempt below still says from where on it saw its path."""
    id, first = await chat(services, owner, "Gone-first prompt.")
    tasks = [(await chat(services, owner, f"Kept prompt {n}.", conversation_id=id))[1] for n in range(2)]
    asked = "MATCH (:Task {id: $id})-[:ASKED]->(p) RETURN p.id AS id"
    (row,) = await cypher(services.database, asked, id=first)
    await erased(services, await services.backend.deleting.delete_message(Deletion(owner, row["id"]), Children.JOIN))
    (begins,) = await cypher(services.database, asked, id=tasks[0])
    for task in tasks:
        saw = "MATCH (:Task {id: $id})-[:HAS_SUBTASK]->()-[:ATTEMPTED]->()-[:SAW]->(m) RETURN m.id AS id"
        assert await cypher(services.database, saw, id=task) == [begins]


async def test_a_source_goes_wherever_it_was_read(services: Services, owner: str) -> None:
    """In two conversations: the prompts about it, the answers and their tasks. What they alone read goes."""
    tasks = [await services.backend.tasks.create_task(owner, file_task(3)) for _ in range(2)]
    for task in tasks:
        await finished(services.database, task)
    (row,) = await cypher(
        services.database, "MATCH (:Task {id: $id})-[r:READS {index: 1}]->(s) RETURN s.id AS id", id=tasks[0]
    )
    deleting = services.backend.deleting
    counted = await deleting.count_source(owner, row["id"])
    receipt = await erased(services, await deleting.delete_source(Deletion(owner, row["id"])))
    assert of_receipt(receipt, counted.counts) == counted.counts
    assert receipt["tasks"] == 2
    left_of = "MATCH (n:Source|Document {ownerId: $owner}) RETURN count(n) AS count"
    assert await cypher(services.database, left_of, owner=owner) == [{"count": 0}]


async def test_of_an_owner_nothing_is_left_but_receipts_and_costs(services: Services, owner: str) -> None:
    """And of another owner everything."""
    await chat(services, f"{owner}-other", "Kept-others prompt.")
    await chat(services, owner, "Gone-mine prompt.")
    await finished(services.database, await services.backend.tasks.create_task(owner, file_task(5)))
    before = await used(services, owner, UsageDimension.DAY)
    deleting = services.backend.deleting
    with pytest.raises(Forbidden):
        await deleting.delete_owner(Deletion(owner, f"{owner}-other"))
    counted = await deleting.count_owner(owner)
    receipt = await erased(services, await deleting.delete_owner(Deletion(owner, owner)))
    assert of_receipt(receipt, counted.counts) == counted.counts
    assert await used(services, owner, UsageDimension.DAY) == before
    nodes = (
        "MATCH (n {ownerId: $owner}) WHERE NOT n:Erasure AND NOT n:Erased AND NOT n:Attempt RETURN count(n) AS count"
    )
    assert await cypher(services.database, nodes, owner=owner) == [{"count": 0}]
    assert await left(services, "Kept-others")
    assert not await left(services, "Gone-mine")
