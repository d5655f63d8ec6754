"""Fill a graph with conversations that are drawn by a seed: long ones, with forks, merges, diamonds and parts.

Run as `python -m benchmarks.generate --messages 100000`. The Neo4j is the one of NEO4J_URI, else the service's own of
`--data-folder` (ANTIPHON_DATA_DIR), which is started for it or, where it runs, used. Prints one JSON object for a
conversation. `antiphon check` is green over what it writes.

Prompts were appended as by a client and have no task, and nothing was asked; only prompts that were answered in parts
have a task, with one light attempt for each part and no events.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, fields
from pathlib import Path
from random import SystemRandom
from typing import Any

from benchmarks.bench import run
from benchmarks.histories import History, Job, Shape, Step
from benchmarks.texts import Texts
from service.app import connection_of, embedded, remote
from service.clock import now_ms
from service.config import load_config
from service.graph.database import Connection, Database
from service.graph.local import status
from service.graph.migrations import migrate
from service.graph.store import main_branch
from service.records import template_id

STATEMENTS = Path(__file__).parent / "statements"
ROWS = 5_000
CHARACTERS = 4_000_000
STEP_MS = 1_000
"""Between two messages."""
TEMPLATE = template_id("Answer this part.", None)
_noise = SystemRandom()


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be written. `tokens` are those of a message; see `Shape` and `Texts`."""

    messages: int = 1_000
    tokens: int = 50
    spread: float = 0.0
    forks: int = 0
    merges: int = 0
    diamonds: int = 0
    decompositions: int = 0
    conversations: int = 1
    seed: int = 1
    owner: str = "local"

    @property
    def shape(self) -> Shape:
        """The shape of each conversation."""
        return Shape(self.messages, self.forks, self.merges, self.diamonds, self.decompositions)


@dataclass(frozen=True, slots=True)
class Filled:
    """A conversation that is written: its id, its newest message, and the ids of all messages in order."""

    id: str
    head: str
    messages: list[str]
    branches: dict[str, str]
    characters: int


@dataclass(slots=True)
class _Batch:
    """Rows by the statement that writes them, in the order in which they are needed."""

    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict[str, list[dict[str, Any]]])
    characters: int = 0

    def add(self, statement: str, row: dict[str, Any]) -> None:
        self.rows.setdefault(statement, []).append(row)

    def clear(self) -> None:
        self.rows.clear()
        self.characters = 0

    @property
    def is_full(self) -> bool:
        return self.characters > CHARACTERS or sum(map(len, self.rows.values())) > 2 * ROWS


_ORDER = ("create_conversations", "create_prompts", "create_responses", "tie_starts", "tie_continues")
_ORDER += ("tie_responds_to", "tie_decomposes", "create_jobs", "point_branches")


async def fill(database: Database, wish: Wish) -> list[Filled]:
    """Write what is wished into a graph that is migrated. Raises `ValueError` where the shape takes more messages."""
    statements = {name: (STATEMENTS / f"{name}.cypher").read_text(encoding="utf-8") for name in _ORDER}
    filled: list[Filled] = []
    batch = _Batch()
    for number in range(wish.conversations):
        conversation = _Conversation(wish, number)
        for _ in conversation.into(batch):
            if batch.is_full:
                await _write(database, statements, batch)
        filled.append(conversation.filled())
    await _write(database, statements, batch)
    return filled


async def _write(database: Database, statements: dict[str, str], batch: _Batch) -> None:
    for name in _ORDER:
        if rows := batch.rows.get(name):
            await database.execute(statements[name], rows=rows, bounded=False)
    batch.clear()


class _Conversation:
    """The rows of one conversation."""

    def __init__(self, wish: Wish, number: int) -> None:
        self._wish = wish
        self._history = History(wish.shape, wish.seed + number)
        self._texts = Texts(wish.seed + number, wish.tokens, wish.spread)
        self._began = now_ms() - (wish.conversations - number) * (wish.messages + 1) * STEP_MS
        self._id = self._new_id(0)
        self._messages: list[str] = []
        self._characters = 0
        self._jobs = 0

    def into(self, batch: _Batch) -> Iterator[None]:
        """Add the rows to `batch`, and stop after each message: the next ones may be for another batch."""
        last = self._wish.messages
        head = {"id": self._id, "branchId": main_branch(self._id), "title": f"{last} messages", "lastSeq": last}
        batch.add("create_conversations", self._own(head | {"at": self._at(0), "until": self._at(last)}))
        for step in self._history.steps():
            self._message(batch, step)
            for job in self._history.jobs[self._jobs :]:
                self._job(batch, job)
            self._jobs = len(self._history.jobs)
            yield
        self._branches(batch)

    def filled(self) -> Filled:
        """What was written."""
        branches = {name: self._messages[number] for name, number in self._history.branches.items()}
        return Filled(self._id, self._messages[self._history.head], self._messages, branches, self._characters)

    def _message(self, batch: _Batch, step: Step) -> None:
        id_, text = self._new_id(step.number), self._texts.next()
        self._messages.append(id_)
        self._characters += len(text)
        batch.characters += len(text)
        said = {"title": text[:60], "content": text, "at": self._at(step.number)}
        where = {"id": id_, "seq": step.number + 1, "depth": step.depth}
        batch.add(f"create_{step.kind.lower()}s", self._own(where | said))
        if step.link is None:
            batch.add("tie_starts", self._own({"id": id_}))
        for index, above in enumerate(step.above):
            row = {"id": id_, "above": self._messages[above], "index": index if len(step.above) > 1 else None}
            batch.add(f"tie_{(step.link or '').lower()}", row)

    def _job(self, batch: _Batch, job: Job) -> None:
        tokens = self._wish.tokens
        parts = [
            {"id": self._new_id(prompt), "attemptId": self._new_id(prompt), "prompt": self._messages[prompt]}
            | {"answer": self._messages[answer], "index": index, "key": f"part:{index + 1}", "tokens": tokens}
            for index, (prompt, answer) in enumerate(job.parts)
        ]
        ends = {"prompt": self._messages[job.prompt], "answer": self._messages[job.answer]}
        times = {"at": self._at(job.prompt), "until": self._at(job.answer)}
        row = {"id": self._new_id(job.prompt), "templateId": TEMPLATE, "parts": parts}
        batch.add("create_jobs", self._own(row | ends | times))

    def _branches(self, batch: _Batch) -> None:
        main = {"id": main_branch(self._id), "name": "main", "head": self._messages[self._history.head]}
        batch.add("point_branches", self._own(main | {"at": self._at(0)}))
        for name, number in self._history.branches.items():
            row = {"id": self._new_id(number), "name": name, "head": self._messages[number], "at": self._at(number)}
            batch.add("point_branches", self._own(row))

    def _own(self, row: dict[str, Any]) -> dict[str, Any]:
        return {"conversationId": self._id, "ownerId": self._wish.owner} | row

    def _at(self, number: int) -> int:
        return self._began + number * STEP_MS

    def _new_id(self, number: int) -> str:
        """A UUIDv7 of the message's time: lists are paged by id, which sorts by time."""
        value = self._at(number) << 80 | 0x7 << 76 | _noise.getrandbits(12) << 64 | 0b10 << 62 | _noise.getrandbits(62)
        text = f"{value:032x}"
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


async def _connection(stack: AsyncExitStack) -> Connection:
    config = load_config()
    if given := remote(config):
        return given
    running = await status(config.storage.data_folder / "neo4j")
    if running.address is not None:
        return Connection(running.address.bolt, running.address.username, running.address.password)
    server = await embedded(config)
    stack.push_async_callback(server.stop)
    return connection_of(server)


async def generate(wish: Wish) -> None:
    """Write what is wished, and say what it is."""
    async with AsyncExitStack() as stack:
        database = Database(await _connection(stack))
        stack.push_async_callback(database.close)
        await migrate(database)
        began = time.perf_counter()
        filled = await fill(database, wish)
        seconds = time.perf_counter() - began
    for it in filled:
        said = {"messages": len(it.messages), "characters": it.characters, "branches": it.branches}
        print(json.dumps({"conversationId": it.id, "head": it.head} | said))
    total = sum(len(it.messages) for it in filled)
    print(json.dumps({"messages": total, "seconds": round(seconds, 1), "messagesPerSecond": round(total / seconds)}))


def _wish() -> Wish:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    named = {"tokens": "--tokens-per-message"}
    for it in fields(Wish):
        parser.add_argument(named.get(it.name, f"--{it.name}"), dest=it.name, type=type(it.default), default=it.default)
    parser.add_argument("--data-folder", help="the service's data folder, where NEO4J_URI is not set")
    given = vars(parser.parse_args())
    if folder := given.pop("data_folder"):
        os.environ["ANTIPHON_DATA_DIR"] = folder
    wish = Wish(**given)
    if wish.messages < 2 or wish.tokens < 1 or wish.conversations < 1:
        parser.error("--messages takes 2 or more, --tokens-per-message and --conversations 1 or more")
    try:
        next(History(wish.shape, wish.seed).steps())
    except ValueError as error:
        parser.error(str(error))
    return wish


if __name__ == "__main__":
    run(generate(_wish()))
