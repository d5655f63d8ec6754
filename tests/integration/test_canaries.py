"""Canaries: random texts wherever a text can be. Of what is deleted none is left in the graph, all others are."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from service.app import connection_of
from service.chat import Tool
from service.conversations.branches import NewBranch
from service.conversations.catalog import FirstSystemPrompt, NewConversation
from service.conversations.deleting import Children, Deletion
from service.conversations.marks import NewLink
from service.errors import NotFound
from service.folders import cache_folder
from service.graph.database import Database
from service.graph.local import LocalSettings, start
from service.graph.migrations import migrate
from service.services import Services
from service.tasks.asked_summaries import NewSummary
from service.tasks.creating import NewFile, NewPrompt, NewTask, NewTaskConfig
from tests.integration.test_erasing import erased, left
from tests.support.services import cypher, finished, running

CONVERSATIONS = 6
FIRST = "MATCH (t:Task {id: $id})-[:ASKED]->(p:Prompt) RETURN p.id AS id"
ANSWER = "MATCH (t:Task {id: $id})-[:RESULTED_IN]->(r:Response) RETURN r.id AS id"
FILE = "MATCH (t:Task {id: $id})-[:READS]->(s:Source) RETURN s.id AS id LIMIT 1"
MADE = """
MATCH (t:Task {id: $task})
CREATE (t)-[:MADE]->(:Strategy {id: $id, ownerId: t.ownerId, name: $text, currentName: $text, plan: $text, version: 1,
  origin: 'MODEL', description: $text, createdAt: datetime()})
RETURN t.id AS id
"""
PLANTED = """
MATCH (t:Task {id: $id})-[:HAS_SUBTASK]->(s)-[:ATTEMPTED]->(a)-[:YIELDED]->(r:Response)
SET t.error = $words[0], s.error = $words[1], a.error = $words[2], a.repair = $words[3], r.reasoning = $words[4],
  r.note = $words[5]
RETURN count(*) AS count
"""


@pytest.fixture(scope="module")
async def services(tmp_path_factory: Any) -> AsyncIterator[Services]:
    """A service over the echo model, which says again what it is told; its graph is its own: what is planted breaks
    promises."""
    folder: Path = tmp_path_factory.mktemp("canaries")
    settings = LocalSettings(heap="512m", page_cache="64m", brief=True)
    server = await start(folder / "neo4j", cache_folder(), settings=settings)
    connection = connection_of(server)
    database = Database(connection)
    await migrate(database)
    await database.close()
    async with running(connection, folder) as services:
        yield services
    await server.stop()


@dataclass
class Planted:
    """A conversation and the canaries in it: those of all, and those of its second prompt and what came of it."""

    services: Services
    owner: str
    random: random.Random
    id: str = ""
    whole: list[str] = field(default_factory=list[str])
    second: list[str] = field(default_factory=list[str])
    second_id: str = ""
    source_id: str = ""
    source: list[str] = field(default_factory=list[str])
    head_id: str = ""

    def word(self, *lists: list[str]) -> str:
        """A canary, noted in the lists."""
        word = f"canary{self.random.randbytes(12).hex()}"
        for words in (self.whole, *lists):
            words.append(word)
        return word

    async def one(self, statement: str, task: str) -> str:
        """An id that a task leads to."""
        return (await cypher(self.services.database, statement, id=task))[0]["id"]

    async def ask(self, content: str, **more: Any) -> str:
        """The task of a prompt that was answered."""
        new = NewPrompt(content=content, conversation_id=self.id, **more)
        task = await self.services.backend.tasks.send_prompt(self.owner, new)
        await finished(self.services.database, task)
        return task

    async def plant(self) -> None:
        """Write a conversation that has a canary in each place."""
        backend = self.services.backend
        first = FirstSystemPrompt([None], self.word(), "System")
        new = NewConversation(self.word(), {"of": self.word()}, self.word(), first)
        self.id = await backend.conversations.create_conversation(self.owner, new)
        await backend.conversations.rename_conversation(self.owner, self.id, self.word())
        await self.ask(self.word(), idempotency_key=self.word())
        await backend.branches.create_branch(self.owner, NewBranch(self.id, f"b {self.word()}"))
        second = await self.ask(self.word(self.second), idempotency_key=self.word(self.second))
        self.second_id = await self.one(FIRST, second)
        words = [self.word(self.second) for _ in range(6)]
        await cypher(self.services.database, PLANTED, writes=True, id=second, words=words)
        tool = Tool(f"t{self.word()[6:]}", self.word(self.second), {"type": "object", "title": self.word(self.second)})
        self.second.append(tool.name)
        try:
            await self.ask(self.word(self.second), config=NewTaskConfig(tools=(tool,)))
        except Exception:
            await self.ask(self.word(self.second))
        files = (NewFile(f"{self.word(self.second, self.source)}.txt", self.word(self.second, self.source)),)
        both = (*files, NewFile("b.txt", f"b {self.word(self.second)}"))
        task = NewTask(instruction=self.word(self.second), strategy="FILE", files=both, conversation_id=self.id)
        filed = await backend.tasks.create_task(self.owner, task)
        await finished(self.services.database, filed)
        self.source_id, self.head_id = await self.one(FILE, filed), await self.one(ANSWER, filed)
        summarized = await backend.summarize(self.owner, NewSummary(self.id, instruction=self.word(self.second)))
        await finished(self.services.database, summarized)
        await self._plan()

    async def _plan(self) -> None:
        task = (
            await cypher(
                self.services.database,
                "MATCH (p:Message {id: $id})<-[:ASKED]-(t:Task) RETURN t.id AS id",
                id=self.second_id,
            )
        )[0]["id"]
        text = self.word(self.second)
        await cypher(self.services.database, MADE, writes=True, task=task, id=self.word(self.second), text=text)


async def found(services: Services, words: set[str]) -> set[str]:
    """Those of the canaries that are in the graph."""
    return {where.partition(" ")[0] for where in await left(services, *words)}


async def cut_now_and_then(services: Services, chance: random.Random) -> None:
    """What deletes in the background is cut off again and again, in the middle of whatever it does."""
    (erasing,) = [task for task in services.upkeep if task.get_name() == "antiphon-erasing"]
    while True:
        await asyncio.sleep(chance.uniform(0.01, 0.2))
        services.upkeep.remove(erasing)
        erasing.cancel()
        await asyncio.gather(erasing, return_exceptions=True)
        erasing = asyncio.create_task(services.eraser.run(), name=erasing.get_name())
        services.upkeep.append(erasing)


async def test_of_what_is_deleted_no_text_is_left(services: Services, owner: str) -> None:
    """Half is deleted by calls of all kinds, while what deletes is cut off; the other half is all there."""
    chance = random.Random(owner)
    planted = [Planted(services, owner, random.Random(f"{owner}{n}")) for n in range(CONVERSATIONS)]
    await asyncio.gather(*(one.plant() for one in planted))
    for one, other in pairwise(planted):
        link = NewLink(one.head_id, other.head_id, "see", one.word(one.second, one.source))
        other.second.append(one.whole[-1])
        await services.backend.marks.link_messages(owner, link)
    deleting = services.backend.deleting
    gone = {*planted[0].whole, *planted[5].whole, *planted[1].second, *planted[2].source, *planted[4].whole[-1:]}
    stays = {*planted[1].whole, *planted[3].whole, *planted[4].whole} - gone
    kept = await found(services, stays)
    assert len(kept) > len(stays) * 0.8
    cutting = asyncio.create_task(cut_now_and_then(services, chance))
    receipts = [
        await deleting.delete_conversation(Deletion(owner, planted[0].id)),
        await deleting.delete_conversation(Deletion(owner, planted[5].id)),
        await deleting.delete_message(Deletion(owner, planted[1].second_id), Children.DELETE),
        await deleting.delete_source(Deletion(owner, planted[2].source_id)),
    ]
    for one in (planted[0], planted[5]):
        assert not await services.backend.reader.read_conversations(owner, [one.id])
        assert not (await services.backend.reader.read_node_kinds(owner, [one.second_id, one.source_id, one.head_id]))
        with pytest.raises(NotFound):
            await one.ask("Anybody here?")
    for receipt in receipts:
        await erased(services, receipt)
    cutting.cancel()
    await asyncio.gather(cutting, return_exceptions=True)
    assert await left(services, *gone) == []
    assert await found(services, kept) == kept
