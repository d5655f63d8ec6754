"""An import of a graph file that is killed and gone on with says what all of it brought."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from service.conversations.marks import NewLink
from service.conversations.transfer.graphfile import arriving
from service.conversations.transfer.graphfile.importing import import_graph, sweep_deliveries
from service.conversations.transfer.graphfile.reports import GraphReport
from service.graph.database import Connection, Database
from service.graph.deliveries import Deliveries
from service.graph.imports import Imports
from service.records import new_id
from service.services import Services
from service.tasks.creating import NewTask
from tests.integration.test_erasing import chat
from tests.integration.test_graph_files import FIRST, HIDDEN
from tests.integration.test_graph_plans import save
from tests.support.graph_files import as_lines, exported, read, snapshot, wipe, written
from tests.support.services import cypher, file_task, run_task, running

pytestmark = pytest.mark.usefixtures("promises")
KILLS = 5


class Killed(Exception):
    """The service is gone."""


class Mortal:
    """A database whose caller is gone after so many statements. What they did is done."""

    def __init__(self, database: Database, statements: int | None = None) -> None:
        self._database, self._left = database, statements
        self.ran = 0

    def __getattr__(self, name: str) -> Any:
        """A method of the database."""

        async def run(*statement: Any, **parameters: Any) -> Any:
            result = await getattr(self._database, name)(*statement, **parameters)
            self.ran += 1
            if self.ran == self._left:
                raise Killed
            return result

        return run


@pytest.fixture(scope="module")
async def services(connection: Connection, database: Database, tmp_path_factory: Any) -> AsyncIterator[Services]:
    """A service over the echo model."""
    folder: Path = tmp_path_factory.mktemp("graph-resuming")
    async with running(connection, folder) as services:
        yield services


async def begun(services: Services, owner: str) -> str:
    """An import that is under way."""
    row = {"importId": new_id(), "ownerId": owner, "name": "all.jsonl", "bytes": 1, "format": None, "folder": "none"}
    imports = Imports(services.database, services.writer)
    await imports.begin_import({**row, "idempotencyKey": None, "requestHash": ""})
    return row["importId"]  # pyright: ignore[reportReturnType]


async def brought(mortal: Mortal, owner: str, file: bytes, import_id: str) -> GraphReport:
    """What came of a file."""
    deliveries: Any = mortal
    return await import_graph(Deliveries(deliveries), owner, as_lines(file), import_id=import_id)


async def test_a_killed_import_says_what_all_of_it_brought(
    services: Services, owner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whichever statement was its last one, and also where it is killed twice: the same report, and the same graph."""
    database, seed = services.database, random.randrange(1 << 32)
    monkeypatch.setattr(arriving, "ROWS", 40)
    one, ends = "", list[str]()
    for content in ("One", "Two"):
        conversation, task = await chat(services, owner, content)
        one = one or conversation
        ends.append((await cypher(database, FIRST, id=task))[0]["id"])
    await services.backend.marks.link_messages(owner, NewLink(ends[0], ends[1], "see"))
    await save(services, owner, "mine", "A", "B")
    await run_task(services, database, owner, NewTask(instruction="Do.", kept="mine", text="x"))
    await save(services, owner, "mine", "C")
    slow = await services.backend.tasks.create_task(owner, file_task(200, max_parallel=1))
    file = without(await exported(database, owner), one)
    await services.backend.tasks.cancel_task(owner, slow)
    await wipe(database, owner)
    whole = Mortal(database)
    id_ = await begun(services, owner)
    report = await brought(whole, owner, file, id_)
    after = told(await snapshot(database, owner), id_)
    assert (report.conversations, report.plans, report.cancelled_tasks, report.left_links) == (3, 3, 1, 1)
    chance = random.Random(seed)
    for last in [*sorted(chance.sample(range(1, whole.ran), KILLS)), whole.ran]:
        await wipe(database, owner)
        id_ = await begun(services, owner)
        with pytest.raises(Killed):
            await brought(Mortal(database, last), owner, file, id_)
        # It may have little left to do.
        with suppress(Killed):
            await brought(Mortal(database, chance.randint(1, last)), owner, file, id_)
        again = await brought(Mortal(database), owner, file, id_)
        assert asdict(again) == asdict(report), f"seed {seed}, statement {last}"
        assert told(await snapshot(database, owner), id_) == after, f"seed {seed}, statement {last}"
        other = await brought(Mortal(database), owner, file, await begun(services, owner))
        assert (other.conversations, other.there, other.plans, other.plans_there) == (0, 3, 0, 3)
    await sweep_deliveries(Deliveries(database), seconds=-1)
    assert (await cypher(database, HIDDEN))[0]["count"] == 0


def without(file: bytes, conversation: str) -> bytes:
    """A file, as if it had been made without a conversation."""
    lines, kept, is_gone = file.splitlines(keepends=True), list[bytes](), False
    for line in lines:
        is_gone = is_gone or line.startswith(b'{"conversation":{"id":"' + conversation.encode())
        if not is_gone:
            kept.append(line)
        is_gone = is_gone and not line.startswith(b'{"whole"')
    end = read(kept.pop())[0]
    end["end"]["conversations"] -= 1
    return b"".join(kept) + written([end])


def told(snapshot: list[str], import_id: str) -> list[str]:
    """What there is, without the import itself, and without when something was ended."""
    left = ("['Import']", "CANCELLED", "INTERRUPTED")
    return sorted(line.replace(import_id, "it") for line in snapshot if not any(one in line for one in left))
