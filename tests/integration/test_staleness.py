"""What rests on something that is not the newest any more is stale, through any depth, and nothing else is."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest

from service.conversations.marks import NewLink
from service.conversations.staleness import Key, Reason, StaleKind
from service.graph.database import Connection, Database
from service.services import Services
from service.tasks.asked_summaries import NewSummary
from service.tasks.creating import NewFile, NewPrompt, NewTask, NewTaskConfig
from service.tasks.documents import NewVersion
from service.tasks.refreshing import Refresh
from tests.support.services import cypher, finished, running

TOP = """MATCH (t:Task {id: $id})-[:RESULTED_IN]->(r) RETURN r.id AS id, t.conversationId AS place"""
WAY = """MATCH (r:Message {id: $id}) (()-[:CONTINUES|RESPONDS_TO]->(x)){1,} ()
UNWIND x AS m RETURN DISTINCT m.id AS id"""
PARTS = """MATCH (t:Task {id: $id})-[:HAS_SUBTASK]->(s)-[:COVERS]->()
MATCH (s)-[:ATTEMPTED|REUSED]->(a)-[:YIELDED*0..1]->(r:Response) WHERE a:Response OR a.status = 'SUCCEEDED'
MATCH (s)-[c:COVERS]->() MATCH (t)-[reads:READS {index: c.reading}]->()
RETURN DISTINCT reads.name AS name, r.id AS id"""


@pytest.fixture(scope="module")
async def services(
    connection: Connection, database: Database, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Services]:
    """A service over the echo model."""
    async with running(connection, tmp_path_factory.mktemp("service")) as services:
        yield services


async def why(services: Services, owner: str, *keys: Key) -> list[tuple[Reason, ...]]:
    """Why these are stale."""
    return await services.backend.staleness.find(owner, keys)


@dataclass
class Made:
    """What a task made: its answer, the answers about each file, and what it read."""

    task: str
    answer: str
    parts: dict[str, str]
    reads: dict[str, str]


@dataclass
class World:
    """One conversation as the test knows it: the newest texts, what was corrected, and what rests on what.

    `rests` of a message are the messages that it was made of; `reads` are texts of documents that it was made of.
    """

    services: Services
    database: Database
    owner: str
    place: str = ""
    newest: dict[str, str] = field(default_factory=dict[str, str])
    tasks: list[Made] = field(default_factory=list[Made])
    chain: list[str] = field(default_factory=list[str])
    above: dict[str, list[str]] = field(default_factory=dict[str, "list[str]"])
    held: dict[str, list[dict[str, str]]] = field(default_factory=dict[str, "list[dict[str, str]]"])
    corrections: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    replaced: dict[str, dict[str, str]] = field(default_factory=dict[str, "dict[str, str]"])
    made_of: dict[str, list[str]] = field(default_factory=dict[str, "list[str]"])

    async def note(self, task: str, reads: dict[str, str]) -> Made:
        """Note what a task made."""
        await finished(self.database, task)
        top = (await cypher(self.database, TOP, id=task))[0]
        self.place = top["place"]
        parts = {row["name"]: row["id"] for row in await cypher(self.database, PARTS, id=task)}
        made = Made(task, top["id"], parts, dict(reads))
        self.tasks.append(made)
        self.newest |= reads
        for name, id_ in parts.items():
            self.held.setdefault(id_, []).append({name: reads[name]})
        self.made_of[made.answer] = list(parts.values())
        self.held[made.answer] = [reads]
        self.chain.append(made.answer)
        return made

    async def read(self, reads: dict[str, str]) -> Made:
        """A new task over these files."""
        files = tuple(NewFile(name, text) for name, text in reads.items())
        new = NewTask(instruction="Look.", strategy="FILE", files=files, conversation_id=self.place or None)
        return await self.note(await self.services.backend.tasks.create_task(self.owner, new), reads)

    async def refresh(self, made: Made, reads: dict[str, str]) -> Made:
        """A task again over these files."""
        files = tuple(NewFile(name, text) for name, text in reads.items())
        done = await self.services.backend.refreshing.refresh_task(
            self.owner, Refresh(made.task, files=files, whole=True)
        )
        assert done.task_id is not None
        self.chain = [one for one in self.chain if one != made.answer] if self.chain[-1] == made.answer else self.chain
        again = await self.note(done.task_id, reads)
        self.replaced[made.answer] = reads
        return again

    async def ask(self) -> str:
        """A prompt of the chat; its answer saw all of the path above."""
        task = await self.services.backend.tasks.send_prompt(
            self.owner, NewPrompt(f"And then? {len(self.chain)}", conversation_id=self.place or None)
        )
        await finished(self.database, task)
        top = (await cypher(self.database, TOP, id=task))[0]
        self.place = top["place"]
        self.above[top["id"]] = [row["id"] for row in await cypher(self.database, WAY, id=top["id"])]
        self.chain.append(top["id"])
        return top["id"]

    async def correct(self, by: str, of: str) -> None:
        """Say that one message corrects another."""
        await self.services.backend.marks.link_messages(self.owner, NewLink(by, of, "corrects"))
        self.corrections.append((by, of))

    def told(self, id_: str) -> set[str]:
        """All messages that an answer rests on, itself among them."""
        found = {id_}
        for one in (*self.above.get(id_, ()), *self.made_of.get(id_, ())):
            found |= self.told(one)
        return found

    def reasons(self, id_: str) -> set[tuple[str, str]]:
        """By the law: of any of those that have it, all texts are the newest, and nothing that it was not told of is
        corrected."""
        found = {(by, of) for by, of in self.corrections if of in self.told(id_)}
        if id_ in self.replaced and self.replaced[id_] != self.held[id_][0]:
            found.add(("", "replaced"))
        held = [[name for name, text in reads.items() if self.newest[name] != text] for reads in self.held.get(id_, ())]
        if held and all(held):
            found |= {("", name) for name in held[0]}
        for one in self.above.get(id_, ()):
            found |= self.reasons(one)
        return {(by, of) for by, of in found if by not in self.told(id_)}

    def is_stale(self, id_: str) -> bool:
        """Whether there is any reason."""
        return bool(self.reasons(id_))


async def check(world: World) -> None:
    """Every answer is shown as it is."""
    ids = list({*world.held, *world.above})
    found = await why(world.services, world.owner, *(("message", id_) for id_ in ids))
    assert {id_: bool(reasons) for id_, reasons in zip(ids, found, strict=True)} == {
        id_: world.is_stale(id_) for id_ in ids
    }
    of_tasks = await why(world.services, world.owner, *(("task", made.task) for made in world.tasks))
    assert [bool(one) for one in of_tasks] == [world.is_stale(made.answer) for made in world.tasks]


async def test_a_newer_version_makes_stale_what_rests_on_the_older(services: Services, database: Database) -> None:
    """The answer, the part about that file, and what was asked on; and back again, when the text is the old one."""
    world = World(services, database, "st-1")
    first = await world.read({"a.txt": "A", "b.txt": "B"})
    then = await world.ask()
    await check(world)
    await services.backend.tasks.add_document_version("st-1", NewVersion(world.place, NewFile("a.txt", "A2")))
    world.newest["a.txt"] = "A2"
    await check(world)
    (reasons,) = await why(services, "st-1", ("message", then))
    assert [(one.kind, one.name) for one in reasons] == [(StaleKind.DOCUMENT, "a.txt")]
    found = await why(services, "st-1", ("message", first.parts["a.txt"]), ("message", first.parts["b.txt"]))
    assert [bool(one) for one in found] == [True, False]
    assert await why(services, "eve", ("message", first.answer), ("task", first.task)) == [(), ()]
    await services.backend.tasks.add_document_version("st-1", NewVersion(world.place, NewFile("a.txt", "A")))
    world.newest["a.txt"] = "A"
    await check(world)


async def test_a_refreshed_answer_is_fresh_and_the_old_one_stale(services: Services, database: Database) -> None:
    """Also where a file was only added or removed, and where a text has no name."""
    world = World(services, database, "st-2")
    first = await world.read({"a.txt": "A", "b.txt": "B"})
    second = await world.refresh(first, {"a.txt": "A2", "b.txt": "B"})
    await check(world)
    third = await world.refresh(second, {"a.txt": "A2", "c.txt": "C"})
    await check(world)
    (reasons,) = await why(services, "st-2", ("message", second.answer))
    assert [(one.kind, one.task_id) for one in reasons] == [(StaleKind.REFRESH, third.task)]
    new = NewTask(instruction="Look.", strategy="CHUNK", text="One text.")
    task = await services.backend.tasks.create_task("st-2", new)
    await finished(database, task)
    assert await why(services, "st-2", ("task", task)) == [()]
    done = await services.backend.refreshing.refresh_task("st-2", Refresh(task, text="Another text."))
    assert done.task_id is not None
    await finished(database, done.task_id)
    old, fresh = await why(services, "st-2", ("task", task), ("task", done.task_id))
    assert (bool(old), bool(fresh)) == (True, False)


async def test_who_was_told_of_a_correction_is_not_stale(services: Services, database: Database) -> None:
    """What came before it is, and what rests on that alone."""
    world = World(services, database, "st-3")
    wrong = await world.ask()
    between = await world.ask()
    right = await world.ask()
    after = await world.ask()
    await world.correct(right, wrong)
    await check(world)
    found = await why(services, "st-3", *(("message", id_) for id_ in (wrong, between, right, after)))
    assert [bool(one) for one in found] == [True, True, False, False]
    assert found[1][0] == Reason(StaleKind.CORRECTION, message_id=right, corrected_id=wrong)


async def test_an_answer_that_is_said_again_rests_on_its_own_path(services: Services, database: Database) -> None:
    """Not on that of the conversation in which it was given."""
    owner, tasks = "st-5", services.backend.tasks
    for text in ("A", "A"):
        files = (NewFile("a.txt", text),)
        task = await tasks.create_task(owner, NewTask(instruction="Look.", strategy="FILE", files=files))
        await finished(database, task)
        place = (await cypher(database, TOP, id=task))[0]["place"]
        asked = NewPrompt("And then?", conversation_id=place, config=NewTaskConfig(reuse=True))
        task = await tasks.send_prompt(owner, asked)
        await finished(database, task)
    answer = (await cypher(database, TOP, id=task))[0]["id"]
    repeats = "MATCH (:Message {id: $id})-[:REPEATS]->(r) RETURN r.id AS id"
    (first,) = await cypher(database, repeats, id=answer)
    await tasks.add_document_version(owner, NewVersion(place, NewFile("a.txt", "A2")))
    found = await why(services, owner, ("message", answer), ("message", first["id"]))
    assert [bool(one) for one in found] == [True, False]


async def test_a_summary_is_as_stale_as_what_it_covers(services: Services, database: Database) -> None:
    """A document's newer version reaches it through the answer that it summarizes."""
    world = World(services, database, "st-4")
    await world.read({"a.txt": "A"})
    task = await services.backend.summarize("st-4", NewSummary(world.place, max_tokens=200))
    await finished(database, task)
    made = await cypher(database, "MATCH (t:Task {id: $id})-[:SUMMARIZED]->(s) RETURN s.id AS id", id=task)
    assert await why(services, "st-4", ("summary", made[0]["id"])) == [()]
    await services.backend.tasks.add_document_version("st-4", NewVersion(world.place, NewFile("a.txt", "A2")))
    assert all(await why(services, "st-4", ("summary", made[0]["id"])))


@pytest.mark.parametrize("seed", range(6))
async def test_random_conversations_are_shown_as_they_are(services: Services, database: Database, seed: int) -> None:
    """Whatever is read, asked, corrected and read anew, in whatever order."""
    chance, world = random.Random(seed), World(services, database, f"st-random-{seed}")
    names = ["a.txt", "b.txt", "c.txt", "d.txt"]
    await world.read({name: f"{name} 0" for name in names[:2]})
    for step in range(9):
        match chance.choice(["read", "refresh", "ask", "ask", "version", "correct"]):
            case "read":
                await world.read({name: f"{name} {chance.randrange(3)}" for name in chance.sample(names, 2)})
            case "refresh":
                made = next(one for one in reversed(world.tasks) if one.answer not in world.replaced)
                reads = {name: world.newest.get(name, "x") for name in made.reads} | {
                    name: f"{name} new {step}" for name in chance.sample(names, 1)
                }
                await world.refresh(made, reads)
            case "ask":
                await world.ask()
            case "version":
                name = chance.choice(sorted(world.newest))
                text = f"{name} {chance.randrange(3)}"
                file = NewVersion(world.place, NewFile(name, text))
                await services.backend.tasks.add_document_version(world.owner, file)
                world.newest[name] = text
            case _:
                by, of = chance.sample(sorted({*world.held, *world.above}), 2) if len(world.held) > 2 else ("", "")
                if by:
                    await world.correct(by, of)
        await check(world)
