"""How a conversation stood, on the real server: after every step of a random life it is said as it was then."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from service.conversations.branches import MovedBranch, NewBranch
from service.conversations.catalog import NewConversation
from service.conversations.past import Past, number_at
from service.cursors import PageRequest
from service.errors import NotFound
from service.graph.database import Connection, Database
from service.graph.reader import Reader
from service.graph.store import main_branch
from service.records import answer_id, derived_id, new_id
from service.services import Services
from service.tasks.creating import NewPrompt
from service.tasks.turns import Regeneration
from tests.support.services import cypher, finished, running

Stood = dict[str, tuple[str, str | None]]
"""By id, the name of each branch and its head."""


@pytest.fixture(scope="module")
async def services(connection: Connection, database: Database, tmp_path_factory: Any) -> AsyncIterator[Services]:
    """A service over the echo model."""
    folder: Path = tmp_path_factory.mktemp("past")
    async with running(connection, folder) as services:
        yield services


class Life:
    """A conversation to which things happen, and how it stood after each."""

    def __init__(self, services: Services, database: Database, owner: str, seed: int) -> None:
        self.services, self.database, self.owner = services, database, owner
        self.random = random.Random(seed)
        self.id = ""
        self.now: Stood = {}
        self.messages: list[str] = []
        self.stood: list[tuple[int, Stood]] = []

    async def begin(self) -> None:
        """Make it."""
        self.id = await self.services.backend.conversations.create_conversation(self.owner, NewConversation())
        self.now = {main_branch(self.id): ("main", None)}
        await self.append(main_branch(self.id))

    async def append(self, branch: str) -> None:
        """A message for a branch."""
        id, name = new_id(), self.now[branch][0]
        row = {"id": id, "conversationId": self.id, "ownerId": self.owner, "kind": "Prompt", "branchId": branch}
        await self.services.store.append_message(row | {"properties": {"content": id, "title": id, "role": "USER"}})
        self.now[branch] = (name, id)
        self.messages.append(id)

    async def step(self) -> None:
        """Something happens."""
        branches, backend, message = list(self.now), self.services.backend.branches, self.random.choice(self.messages)
        branch = self.random.choice(branches)
        name = f"b{len(self.stood)}"
        match self.random.choice(["append"] * 5 + ["make", "move", "rename", "delete"]):
            case "make":
                id = await backend.create_branch(self.owner, NewBranch(self.id, name, message))
                self.now[id] = (name, message)
            case "move":
                await backend.move_branch(self.owner, MovedBranch(branch, message))
                self.now[branch] = (self.now[branch][0], message)
            case "rename":
                await backend.rename_branch(self.owner, branch, name)
                self.now[branch] = (name, self.now[branch][1])
            case "delete" if branch != main_branch(self.id):
                await backend.delete_branch(self.owner, branch)
                del self.now[branch]
            case _:
                await self.append(branch)

    async def remember(self) -> None:
        """How it stands."""
        text = "MATCH (c:Conversation {id: $id}) RETURN c.lastSeq AS seq"
        (row,) = await cypher(self.database, text, id=self.id)
        self.stood.append((row["seq"], dict(self.now)))

    def past(self, seq: int) -> Past:
        """It as it stood."""
        return Past(Reader(self.database), self.owner, self.id, seq)


async def read(past: Past, limit: int) -> Stood:
    """All branches of all pages."""
    found: Stood = {}
    after = None
    while True:
        page = await past.branches(PageRequest(limit, after=after))
        found |= {row["id"]: (row["name"], row["headId"]) for row in page.rows}
        if not page.has_next:
            return found
        after = page.cursor(len(page.rows) - 1)


@pytest.mark.parametrize("seed", range(4))
async def test_it_stood_as_it_was_after_every_step(
    services: Services, database: Database, owner: str, seed: int
) -> None:
    """Whatever was done to its branches since."""
    life = Life(services, database, owner, seed)
    await life.begin()
    for _ in range(40):
        await life.step()
        await life.remember()
    for seq, stood in life.stood:
        assert await read(life.past(seq), 2) == stood


async def test_a_branch_stood_at_the_answer_or_the_prompt_whence_it_went_to_another(
    services: Services, database: Database, owner: str
) -> None:
    """An answer that is asked for again takes a branch from the answer before, or from the prompt that had one; whoever
    follows the conversation is told, with the key."""
    task_id = await services.backend.tasks.send_prompt(owner, NewPrompt("Who?"))
    life, answer = Life(services, database, owner, 1), answer_id(task_id, "NONE")
    (row,) = await cypher(database, "MATCH (t:Task {id: $id}) RETURN t.conversationId AS id", id=task_id)
    life.id, main = row["id"], main_branch(row["id"])
    await finished(database, task_id)
    life.now = {main: ("main", answer)}
    prompt = derived_id(task_id, "prompt")
    low = await services.backend.branches.create_branch(owner, NewBranch(life.id, "low", prompt))
    life.now[low] = ("low", prompt)
    await life.remember()
    for n, branch in enumerate((low, main, main)):
        new = Regeneration(answer, branch_id=branch, idempotency_key=f"{owner} {n}")
        (again,) = await services.backend.turns.regenerate(owner, new)
        await finished(database, again)
        answer = answer_id(again, "NONE") if branch == main else answer
        life.now[branch] = (life.now[branch][0], answer_id(again, "NONE"))
        await life.remember()
    for seq, stood in life.stood:
        assert await read(life.past(seq), 2) == stood
    text = """MATCH (e:Change {conversationId: $id, action: 'MOVED'}) WITH e ORDER BY e.seq
    RETURN e.subjectId AS branch, e.causeKey AS key"""
    told = await cypher(database, text, id=life.id)
    assert told == [{"branch": main, "key": f"{owner} {n}"} for n in (1, 2)]


async def test_a_moment_is_the_newest_number_of_then(services: Services, database: Database, owner: str) -> None:
    """Before the conversation there was nothing; whoever asks of later is told of now."""
    life = Life(services, database, owner, 9)
    await life.begin()
    for _ in range(6):
        await life.append(main_branch(life.id))
    text = """MATCH (m:Message {conversationId: $id}) SET m.createdAt = datetime({epochMillis: 1000 * m.seq})
    RETURN collect(m.seq) AS numbers"""
    (row,) = await cypher(database, text, writes=True, id=life.id)
    numbers, reader = sorted(row["numbers"]), Reader(database)
    for number in numbers:
        assert await number_at(reader, owner, life.id, 1000 * number) == number
        assert await number_at(reader, owner, life.id, 1000 * number + 999) == number
    assert await number_at(reader, owner, life.id, 999) == 0
    assert await life.past(0).head(main_branch(life.id)) is None


async def test_a_branch_that_was_not_there_is_not_found(services: Services, database: Database, owner: str) -> None:
    """Nor is anything of another owner's."""
    life = Life(services, database, owner, 3)
    await life.begin()
    await life.remember()
    branch = await services.backend.branches.create_branch(owner, NewBranch(life.id, "later"))
    seq, _ = life.stood[0]
    with pytest.raises(NotFound):
        await life.past(seq).head(branch)
    with pytest.raises(NotFound):
        await Past(Reader(database), "another", life.id, seq).head(main_branch(life.id))
