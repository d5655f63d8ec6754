"""Search on the real server, with the real model: what is found, what is not, and what becomes of crashes."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from service.conversations.branches import NewBranch
from service.conversations.deleting import Children, Deletion
from service.conversations.feedback import AnnotationFilter, NewAnnotation
from service.conversations.search.filters import Question, SearchKind, SearchMode
from service.conversations.search.fusing import SearchSignal
from service.conversations.search.pace import Pace
from service.conversations.search.vectors import Vectors
from service.cursors import PageRequest
from service.errors import InvalidInput
from service.graph.database import Connection, Database
from service.graph.searches import Searches
from service.providers.embeddings import Embedder, Vector
from service.services import Services
from service.tasks.creating import NewPrompt, NewTask
from tests.support.found import all_found, chat, hits, prompts
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
    await all_found(services)
    found = await hits(services, "meaning", "refund for a defective appliance")
    assert prompts(found)[0] == ids[0]
    assert found.rows[0].response_id == ids[1]
    assert SearchSignal.VECTOR in found.rows[0].signals
    assert found.waiting == 0
    assert found.has_vectors
    assert prompts(await hits(services, "meaning", "refund appliance", WORDS)) == []


async def test_a_turn_is_one_hit_and_repeats_are_counted(services: Services, database: Database) -> None:
    """The same question, asked many times, does not crowd out the others."""
    for number in range(12):
        await chat(services, "repeats", "What does error E1234 mean?", f"It means this, as said {number} times.")
    _, ids = await chat(services, "repeats", "Tell me of codes", "Error E1234 is explained in the manual, too.")
    await all_found(services)
    for mode in SearchMode:
        found = await hits(services, "repeats", "error E1234", mode)
        assert len(found.rows) == 2, mode
        assert sorted(hit.found.repeats for hit in found.rows) == [0, 11]
        assert ids[0] in prompts(found)


async def test_another_owner_finds_nothing(services: Services, database: Database) -> None:
    """By words, phrases, beginnings, meaning, filters and counts: nothing of another's."""
    conversation, _ = await chat(services, "victim", "The launch code is quetzalcoatl-77", "Keep it secret.")
    await chat(services, "probe", "hello", "there")
    await all_found(services)
    assert len((await hits(services, "victim", "quetzalcoatl")).rows) == 1
    probed: list[dict[str, Any]] = [{}, {"conversation_id": conversation}, {"kinds": (SearchKind.PROMPT,)}]
    probes = ["quetzalcoatl", '"launch code"', "quetz*", "quetzalcoatk", "The launch code is quetzalcoatl-77", "secret"]
    for mode in SearchMode:
        for text in probes:
            for wanted in probed:
                found = await hits(services, "probe", text, mode, **wanted)
                assert all(hit.found.row["of"] != conversation for hit in found.rows)
                assert not any("launch" in hit.snippet.text or "secret" in hit.snippet.text for hit in found.rows)
                assert found.waiting == 0


async def test_filters_are_kept(services: Services, database: Database) -> None:
    """By conversation, kind, role, model, task type and time."""
    one, ids = await chat(services, "filters", "Pineapple on pizza?", "Pineapple is fine.")
    other, _ = await chat(services, "filters", "Pineapple juice?", "Pineapple has juice.")
    task = await run_task(
        services, database, "filters", NewTask(instruction="Pineapple cake", type="extract", strategy="NONE")
    )
    await all_found(services)
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
        assert set(prompts(by_type)) == set(prompts(by_model))
        assert rows[0]["id"] in prompts(by_type) or mode is not WORDS


async def test_what_was_said_of_a_turn_is_a_filter(services: Services) -> None:
    """Turns with an annotation, of the prompt or of the answer that was found."""
    _, ids = await chat(services, "said", "Quokka one?", "Quokka yes", "Quokka two?", "Quokka no")
    feedback = services.backend.feedback
    await feedback.annotate("said", NewAnnotation(ids[1], rating=1.0, label="fine"))
    await feedback.annotate("said", NewAnnotation(ids[2], rating=-1.0))
    await all_found(services)
    wanted = [
        (AnnotationFilter(), {ids[0], ids[2]}),
        (AnnotationFilter(label="fine"), {ids[0]}),
        (AnnotationFilter(most=0.0), {ids[2]}),
        (AnnotationFilter(annotator="nobody"), set[str]()),
    ]
    for annotation, expected in wanted:
        assert set(prompts(await hits(services, "said", "quokka", WORDS, annotation=annotation))) == expected


async def test_what_is_deleted_is_found_no_more(services: Services) -> None:
    """From the moment at which it is deleted, before its bytes are gone."""
    conversation, _ = await chat(services, "gone", "Axolotl one?", "Axolotl yes")
    _, ids = await chat(services, "gone", "Axolotl two?", "Axolotl no", "More", "of it")
    await all_found(services)
    assert len((await hits(services, "gone", "axolotl")).rows) == 2
    deleting = services.backend.deleting
    await deleting.delete_conversation(Deletion("gone", conversation))
    assert prompts(await hits(services, "gone", "axolotl")) == [ids[0]]
    await deleting.delete_message(Deletion("gone", ids[0]), Children.DELETE)
    assert not (await hits(services, "gone", "axolotl")).rows


async def test_sources_are_found_where_they_are_read(services: Services, database: Database) -> None:
    """A text that a task reads is found as a source, also within its conversation; pieces do not repeat it."""
    new = NewTask(instruction="Look.", strategy="FILE", files=files(3, "The okapi number {i} lives in the forest."))
    task = await run_task(services, database, "sources", new)
    rows = await cypher(database, "MATCH (t:Task {id: $id}) RETURN t.conversationId AS id", id=task)
    await all_found(services)
    for mode in (WORDS, SearchMode.HYBRID):
        for wanted in ({}, {"conversation_id": rows[0]["id"]}):
            found = await hits(services, "sources", "okapi forest", mode, kinds=(SearchKind.SOURCE,), **wanted)
            assert len(found.rows) == 3, (mode, wanted)
    elsewhere, _ = await chat(services, "sources", "No animals", "here")
    assert not (await hits(services, "sources", "okapi", WORDS, conversation_id=elsewhere)).rows


async def test_a_branch_finds_what_its_head_reaches(services: Services, database: Database) -> None:
    """What stands on another branch only is not found."""
    conversation, ids = await chat(services, "branches", "Of walrus one", "walrus", "Of walrus two", "walrus again")
    await services.backend.branches.create_branch("branches", NewBranch(conversation, "side", ids[1]))
    side = await services.backend.branches.find("branches", conversation, "side")
    await all_found(services)
    for mode in SearchMode:
        found = await hits(services, "branches", "walrus", mode, conversation_id=conversation, branch_id=side)
        assert prompts(found) == [ids[0]]
        assert set(prompts(await hits(services, "branches", "walrus", mode, conversation_id=conversation))) == {
            ids[0],
            ids[2],
        }


class Other:
    """Another model of vectors: of three dimensions, by the letters of a text."""

    name = "other/letters"
    dimensions = 3

    def __init__(self) -> None:
        self.asked = 0

    async def embed(self, texts: Sequence[str], *, query: bool = False) -> list[Vector]:
        """Vectors of length one."""
        self.asked += len(texts)
        found = [[1 + text.count("a"), 1 + text.count("e"), 1 + len(text) % 7] for text in texts]
        return [[x / math.hypot(*vector) for x in vector] for vector in found]

    async def close(self) -> None:
        """Nothing to close."""


class Lent:
    """A model that is not closed with who has it."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder, self.name, self.dimensions = embedder, embedder.name, embedder.dimensions

    async def embed(self, texts: Sequence[str], *, query: bool = False) -> list[Vector]:
        """As the model does it."""
        return await self._embedder.embed(texts, query=query)

    async def close(self) -> None:
        """It goes back."""


async def test_another_model_takes_the_place_of_the_former(services: Services, database: Database) -> None:
    """Its vectors are made beside the old ones, which are searched until then; and back again, at once."""
    _, ids = await chat(services, "models", "My kettle is broken", "Buy another one")
    await all_found(services)
    searches, other = Searches(database), Other()
    assert services.vectors.embedder is not None
    former = Lent(services.vectors.embedder)
    vectors = Vectors(
        searches, other, lambda name: former if name == former.name else None, services.indexing.told, Pace(int)
    )
    assert await vectors.waiting("models") == 0
    begun = await vectors.begin(other)
    assert vectors.shown is not None
    assert vectors.shown.embedder is former
    assert await vectors.waiting("models") == 2
    await vectors.fill(other)
    assert (vectors.shown.embedder, vectors.shown.slot) == (other, begun[0].slot)
    assert await vectors.waiting("models") == 0
    slots = await searches.read_slots()
    assert [row["model"] for row in slots.values() if row["isCurrent"]] == [f"{other.name}#3"]
    rows = await cypher(
        database, "MATCH (p:Passage) WHERE p.vectorA IS NOT NULL AND p.vectorB IS NOT NULL RETURN count(p) AS n"
    )
    assert rows[0]["n"] == 0
    await services.vectors.fill(services.vectors.embedder)
    assert prompts(await hits(services, "models", "the tea maker does not work", MEANING)) == [ids[0]]


async def test_two_who_index_at_once_keep_each_passage_once(services: Services, database: Database) -> None:
    """Long texts too, and from where a killed one had come to."""
    long = "\n\n".join(f"Paragraph {number} of the platypus report, with some words." * 5 for number in range(60))
    conversation, ids = await chat(services, "twice", long, "short", "more", "words")
    await asyncio.gather(*(services.indexing.index([conversation]) for _ in range(3)))
    rows = await cypher(
        database,
        "MATCH (m:Message)<-[:OF]-(p:Passage) WHERE m.id IN $ids "
        "WITH m, p ORDER BY p.start RETURN m.id AS id, m.content AS content, collect([p.start, p.end]) AS spans",
        ids=ids,
    )  # fmt: skip
    assert {row["id"] for row in rows} == set(ids)
    for row in rows:
        starts = [span[0] for span in row["spans"]]
        assert len(set(starts)) == len(starts)
        assert (starts[0], row["spans"][-1][1]) == (0, len(row["content"]))
        assert all(after[0] <= before[1] for before, after in zip(row["spans"], row["spans"][1:], strict=False))


async def test_places_are_characters_also_beyond_the_first_plane(services: Services, database: Database) -> None:
    """An emoji is one character here and in Neo4j: snippets and vectors are of the right text."""
    text = "🎈" * 700 + " " + "word " * 200 + "The numbat sleeps. " + "🎉 " * 300
    await chat(services, "planes", text, "yes")
    await all_found(services)
    (hit,) = (await hits(services, "planes", "numbat", WORDS)).rows
    ((start, end),) = hit.snippet.marks
    assert hit.snippet.text[start:end] == "numbat"
    assert text[hit.snippet.start : hit.snippet.start + len(hit.snippet.text)] == hit.snippet.text


async def test_pages_follow_each_other(services: Services, database: Database) -> None:
    """No hit twice and none left out; what is found meanwhile does not move the rest."""
    for number in range(25):
        await chat(services, "pages", f"Marmot question {number}", f"Answer {number}")
    await all_found(services)
    question, seen, after = Question("marmot"), list[str](), None
    while True:
        page = await services.backend.search.search("pages", question, PageRequest(10, after=after))
        seen += [hit.found.key for hit in page.rows]
        if not page.has_next:
            break
        after = page.cursor(len(page.rows) - 1)
    assert len(seen) == len(set(seen)) == 25
    with pytest.raises(InvalidInput, match="cursor"):
        await services.backend.search.search("pages", question, PageRequest(10, after="xx"))


async def test_around_is_the_path(services: Services, database: Database) -> None:
    """The messages before and after a turn, oldest first."""
    texts = [
        word for number in range(5) for word in (f"q{number} echidna" if number == 2 else f"q{number}", f"a{number}")
    ]
    _, ids = await chat(services, "around", *texts)
    await all_found(services)
    (hit,) = (await hits(services, "around", "echidna", WORDS)).rows
    turn = (hit.found.row["promptId"], hit.response_id)
    assert await services.backend.search.around("around", [turn], 3) == [ids[1:9]]  # pyright: ignore[reportArgumentType]
    assert await services.backend.search.around("probe", [turn], 3) == [[*turn]]  # pyright: ignore[reportArgumentType]


async def test_sent_prompts_are_found_without_being_asked_for(
    connection: Connection, database: Database, tmp_path: Path
) -> None:
    """A service makes findable what it writes, by itself."""
    async with running(connection, tmp_path) as services:
        indexing = asyncio.create_task(services.indexing.run())
        task_id = await services.backend.tasks.send_prompt("alone", NewPrompt(content="Where do wombats dig?"))
        await finished(database, task_id)
        async with asyncio.timeout(30):
            while not (await hits(services, "alone", "wombats", WORDS)).rows:
                await asyncio.sleep(0.05)
        indexing.cancel()
