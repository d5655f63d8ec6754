"""Search on the real server, with the real model: what is found, what is not, and what becomes of crashes."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from service.conversations.search.searching import SearchKind, SearchMode
from service.conversations.search.fusing import SearchSignal
from service.conversations.search.vectors import Vectors
from service.cursors import PageRequest
from service.errors import InvalidInput
from service.graph.database import Connection, Database
from service.graph.searches import Searches
from service.providers.embeddings import Vector
from service.services import Services
from service.tasks.creating import NewPrompt, NewTask
from tests.support.found import all_found, chat, hits, prompts, together
from tests.support.services import cypher, files, finished, run_task, running

WORDS, MEANING = SearchMode.FULL_TEXT, SearchMode.VECTOR


@pytest.fixture(scope="module")
async def services(connection: Connection, database: Database, tmp_path_factory: Any) -> AsyncIterator[Services]:
    """A service with the local model of vectors."""
    folder: Path = tmp_path_factory.mktemp("search")
    async with running(connection, folder, {"search": {"embeddings": "local"}}) as services:
        yield services


async def test_a_paraphrase_is_found_by_its_meaning(services: Services, database: Database) -> None:
    """Other words with the same meaning find a turn by its vector, and by both it is the best hit."""
    _, ids = await chat(
        services, "meaning",
        "How can I get my money back for the broken kettle?", "Write to the shop within two weeks.",
        "What is the capital of Peru?", "Lima.",
        "Which kettle boils fastest?", "One of three kilowatts.",
    )  # fmt: skip
    await all_found(services, database)
    found = await hits(services, "meaning", "refund for a defective appliance")
    assert prompts(found)[0] == ids[0]
    assert found.rows[0].response_id == ids[1]
    assert SearchSignal.VECTOR in found.rows[0].signals
    assert found.waiting == 0 and found.has_vectors
    assert prompts(await hits(services, "meaning", "refund appliance", WORDS)) == []


async def test_a_turn_is_one_hit_and_repeats_are_counted(services: Services, database: Database) -> None:
    """The same question, asked many times, does not crowd out the others."""
    for number in range(12):
        await chat(services, "repeats", "What does error E1234 mean?", f"It means this, as said {number} times.")
    _, ids = await chat(services, "repeats", "Tell me of codes", "Error E1234 is explained in the manual, too.")
    await all_found(services, database)
    for mode in SearchMode:
        found = await hits(services, "repeats", "error E1234", mode)
        assert len(found.rows) == 2, mode
        assert sorted(hit.found.repeats for hit in found.rows) == [0, 11]
        assert ids[0] in prompts(found)


async def test_another_owner_finds_nothing(services: Services, database: Database) -> None:
    """By words, phrases, beginnings, meaning, filters and counts: nothing of another's."""
    conversation, _ = await chat(services, "victim", "The launch code is quetzalcoatl-77", "Keep it secret.")
    await chat(services, "probe", "hello", "there")
    await all_found(services, database)
    assert len((await hits(services, "victim", "quetzalcoatl")).rows) == 1
    probes = ["quetzalcoatl", '"launch code"', "quetz*", "quetzalcoatk", "The launch code is quetzalcoatl-77", "secret"]
    for mode in SearchMode:
        for text in probes:
            for wanted in ({}, {"conversation_id": conversation}, {"kinds": (SearchKind.PROMPT,)}):
                found = await hits(services, "probe", text, mode, **wanted)
                assert all(hit.found.row["of"] != conversation for hit in found.rows)
                assert not any("launch" in hit.snippet.text or "secret" in hit.snippet.text for hit in found.rows)
                assert found.waiting == 0


async def test_filters_are_kept(services: Services, database: Database) -> None:
    """By conversation, kind, role, model, task type and time."""
    one, ids = await chat(services, "filters", "Pineapple on pizza?", "Pineapple is fine.")
    other, _ = await chat(services, "filters", "Pineapple juice?", "Pineapple has juice.")
    task = await run_task(services, database, "filters", NewTask(instruction="Pineapple cake", type="extract"))
    await all_found(services, database)
    for mode in SearchMode:
        found = await hits(services, "filters", "pineapple", mode, conversation_id=one)
        assert prompts(found) == [ids[0]]
        assert len(prompts(await hits(services, "filters", "pineapple", mode, conversation_id=other))) == 1
        answers = await hits(services, "filters", "pineapple", mode, kinds=(SearchKind.RESPONSE,))
        assert {hit.row["kind"] for hit in answers.rows} == {"ASSISTANT"}
        assert not (await hits(services, "filters", "pineapple", mode, role="TOOL")).rows
        assert not (await hits(services, "filters", "pineapple", mode, until=1_000_000)).rows
        assert not (await hits(services, "filters", "pineapple", mode, since=4_000_000_000_000)).rows
        by_type = await hits(services, "filters", "pineapple", mode, task_type="extract")
        by_model = await hits(services, "filters", "pineapple", mode, model="echo/echo")
        rows = await cypher(database, "MATCH (:Task {id: $id})-[:ASKED]->(p) RETURN p.id AS id", id=task)
        assert prompts(by_type) and set(prompts(by_type)) == set(prompts(by_model))
        assert rows[0]["id"] in prompts(by_type) or mode is not WORDS


async def test_sources_are_found_where_they_are_read(services: Services, database: Database) -> None:
    """A text that a task reads is found as a source, also within its conversation; pieces do not repeat it."""
    new = NewTask(instruction="Look.", strategy="FILE", files=files(3, "The okapi number {i} lives in the forest."))
    task = await run_task(services, database, "sources", new)
    rows = await cypher(database, "MATCH (t:Task {id: $id}) RETURN t.conversationId AS id", id=task)
    await all_found(services, database)
    for mode in (WORDS, SearchMode.HYBRID):
        for wanted in ({}, {"conversation_id": rows[0]["id"]}):
            found = await hits(services, "sources", "okapi forest", mode, kinds=(SearchKind.SOURCE,), **wanted)
            assert len(found.rows) == 3, (mode, wanted)
    elsewhere, _ = await chat(services, "sources", "No animals", "here")
    assert not (await hits(services, "sources", "okapi", WORDS, conversation_id=elsewhere)).rows


async def test_a_branch_finds_what_its_head_reaches(services: Services, database: Database) -> None:
    """What stands on another branch only is not found."""
    conversation, ids = await chat(services, "branches", "Of walrus one", "walrus", "Of walrus two", "walrus again")
    await cypher(
        database,
        "MATCH (m:Message {id: $id}), (c:Conversation {id: $c}) "
        "CREATE (b:Branch {id: $b, name: 'side', createdAt: datetime(), updatedAt: datetime()})-[:BRANCH_OF]->(c) CREATE (b)-[:HEAD]->(m)",
        writes=True, id=ids[1], c=conversation, b=f"side-{conversation}",
    )  # fmt: skip
    await all_found(services, database)
    for mode in SearchMode:
        found = await hits(services, "branches", "walrus", mode, conversation_id=conversation, branch_id=f"side-{conversation}")  # noqa: E501
        assert prompts(found) == [ids[0]]
        assert set(prompts(await hits(services, "branches", "walrus", mode, conversation_id=conversation))) == {ids[0], ids[2]}  # noqa: E501
