"""Kept plans in graph files: an owner's file holds all of them, and they come back with their versions and names."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from service.conversations.transfer.graphfile import arriving
from service.conversations.transfer.graphfile.importing import sweep_deliveries
from service.cursors import PageRequest
from service.errors import NotFound
from service.graph.database import Connection, Database
from service.graph.deliveries import Deliveries
from service.records import new_id
from service.services import Services
from service.tasks.creating import NewTask
from service.tasks.kept_plans import NewStrategy
from tests.integration.test_erasing import chat
from tests.support.graph_files import exported, imported, read, snapshot, wipe, written
from tests.support.services import cypher, run_task, running

pytestmark = pytest.mark.usefixtures("promises")
HIDDEN = "MATCH (n:Incoming|Delivery) RETURN count(n) AS count"
VERSIONS = """
MATCH (s:Strategy {ownerId: $owner})
RETURN s.name AS name, s.plan AS plan, s.version AS version, s.currentName AS currentName,
  head(COLLECT { MATCH (s)-[:SUPERSEDES]->(f) RETURN f.plan }) AS former ORDER BY name, s.createdAt, version
"""


def plan(words: str) -> dict[str, Any]:
    """A plan of one step."""
    return {"steps": [{"id": "a", "prompt": words + "\n{{input}}"}]}


@pytest.fixture(scope="module")
async def services(connection: Connection, database: Database, tmp_path_factory: Any) -> AsyncIterator[Services]:
    """A service over the echo model."""
    folder: Path = tmp_path_factory.mktemp("graph-plans")
    async with running(connection, folder) as services:
        yield services


async def save(services: Services, owner: str, name: str, *plans: str) -> None:
    """Keep plans under a name, one after the other."""
    for words in plans:
        await services.backend.plans.save_strategy(owner, NewStrategy(name, plan(words)))


async def versions(database: Database, owner: str) -> list[tuple[str, int, bool, str | None]]:
    """Of each kept plan: its words, its version, whether its name finds it, and the words of the one before it."""
    rows = await cypher(database, VERSIONS, owner=owner)
    return [(_words(row["plan"]), row["version"], bool(row["currentName"]), _words(row["former"])) for row in rows]


def _words(text: str | None) -> Any:
    return text and json.loads(text)["steps"][0]["prompt"].splitlines()[0]


async def test_plans_that_no_task_used_come_back(services: Services, owner: str) -> None:
    """With what they superseded, under the same ids; a second time adds nothing."""
    database = services.database
    await chat(services, owner, "Hello")
    await save(services, owner, "unused", "One", "Two", "Three")
    await save(services, owner, "used", "A")
    await run_task(services, database, owner, NewTask(instruction="Do.", kept="used", text="x"))
    await save(services, owner, "used", "B")
    before, file = await snapshot(database, owner), await exported(database, owner)
    await wipe(database, owner)
    report = await imported(database, owner, file)
    assert (report.problems, report.is_whole, report.plans, report.plans_there) == ([], True, 5, 0)
    assert await snapshot(database, owner) == before
    again = await imported(database, owner, file)
    assert (again.plans, again.plans_there, again.is_whole) == (0, 5, True)
    assert await snapshot(database, owner) == before
    assert sorted(read(await exported(database, owner))[-9:], key=str) == sorted(read(file)[-9:], key=str)
    assert (await cypher(database, HIDDEN))[0]["count"] == 0


async def test_an_owner_of_plans_alone_has_a_file(services: Services, owner: str) -> None:
    """Of version 2; a file of some conversations stays of version 1, and has no plans but those of its tasks."""
    await save(services, owner, "mine", "One", "Two")
    lines = read(await exported(services.database, owner))
    assert [next(iter(line)) for line in lines[1:]] == ["strategies", "node", "node", "relationship", "whole", "end"]
    assert (lines[0]["version"], lines[-2]["whole"]) == (2, {"nodes": 2, "relationships": 1})
    conversation, _ = await chat(services, owner, "Hello")
    lines = read(await exported(services.database, owner, [conversation]))
    assert lines[0]["version"] == 1
    assert not any("strategies" in line or "Strategy" in str(line) for line in lines)


async def test_an_older_file_is_read(services: Services, owner: str) -> None:
    """Of version 1, with the plans of tasks alone."""
    database = services.database
    await save(services, owner, "mine", "One")
    await run_task(services, database, owner, NewTask(instruction="Do.", kept="mine", text="x"))
    before, lines = await snapshot(database, owner), read(await exported(database, owner))
    at = next(i for i, line in enumerate(lines) if "strategies" in line)
    older = [lines[0] | {"version": 1}, *lines[1:at], lines[-1]]
    await wipe(database, owner)
    report = await imported(database, owner, written(older))
    assert (report.problems, report.is_whole, report.conversations, report.plans) == ([], True, 1, 0)
    assert await snapshot(database, owner) == before


async def test_plans_of_another_owner_are_copied(services: Services, owner: str) -> None:
    """With other ids, for those are taken; what the other owner has stays."""
    database, other = services.database, f"owner-{new_id()}"
    await save(services, owner, "mine", "One", "Two")
    before, file = await snapshot(database, owner), await exported(database, owner)
    for new in (2, 0):
        report = await imported(database, other, file)
        assert (report.problems, report.plans) == ([], new)
    assert await snapshot(database, owner) == before
    assert await versions(database, other) == await versions(database, owner)
    page = await services.backend.plans.list_strategies(other, PageRequest(9), "mine")
    assert [row["strategy"].version for row in page.rows] == [2]


async def test_a_newer_file_brings_the_newer_version(services: Services, owner: str) -> None:
    """It has the name now, for nobody has saved another one here."""
    database, other = services.database, f"owner-{new_id()}"
    await save(services, owner, "mine", "One")
    await imported(database, other, await exported(database, owner))
    await save(services, owner, "mine", "Two", "Three")
    report = await imported(database, other, await exported(database, owner))
    assert (report.plans, report.plans_there) == (2, 1)
    assert await versions(database, other) == await versions(database, owner)


async def test_a_version_that_was_saved_here_keeps_its_name(services: Services, owner: str) -> None:
    """What comes of the same plan is a line of its own, which no name finds; twice is once."""
    database, other = services.database, f"owner-{new_id()}"
    await save(services, owner, "mine", "One")
    await imported(database, other, await exported(database, owner))
    await save(services, owner, "mine", "Two", "Three")
    await save(services, other, "mine", "Here")
    file = await exported(database, owner)
    for _ in range(2):
        await imported(database, other, file)
        assert sorted(await versions(database, other), key=str) == [
            ("Here", 2, True, "One"),
            ("One", 1, False, None),
            ("Three", 2, False, "Two"),
            ("Two", 1, False, None),
        ]
    # A plan of the same name and another beginning is neither in the way nor in its place.
    third = f"owner-{new_id()}"
    await save(services, third, "mine", "Else")
    await imported(database, third, file)
    assert ("Else", 1, True, None) in await versions(database, third)
    assert ("Three", 3, False, "Two") in await versions(database, third)


async def test_a_file_that_breaks_off_among_the_plans(services: Services, owner: str) -> None:
    """Its conversations are here, none of the plans is, and it is said."""
    database = services.database
    await chat(services, owner, "Hello")
    await save(services, owner, "mine", "One", "Two", "Three")
    before, file = await snapshot(database, owner), await exported(database, owner)
    await wipe(database, owner)
    report = await imported(database, owner, file.splitlines(keepends=True)[:-4])
    assert (report.conversations, report.plans, report.is_whole) == (1, 0, False)
    assert "breaks off in the kept plans" in report.problems[0].sentence
    assert await versions(database, owner) == []
    again = await imported(database, owner, file)
    assert (again.there, again.plans, again.is_whole) == (1, 3, True)
    assert await snapshot(database, owner) == before
    assert (await cypher(database, HIDDEN))[0]["count"] == 0


WRONG: dict[str, tuple[int, dict[str, Any], str]] = {
    "another count": (-2, {"whole": {"nodes": 2, "relationships": 2}}, "there are 2 kept plans, and 3 came"),
    "a number left out": (3, {"version": 5}, "supersedes the version before it"),
    "another name": (3, {"name": "theirs", "currentName": None}, "supersedes the version before it"),
    "a name that it has not": (2, {"currentName": "theirs"}, "currentName of a kept plan is its name"),
    "no plan": (2, {"plan": "Do it."}, "no JSON"),
    "a first version": (2, {"version": 0}, "the first version is 1"),
    "a message": (2, {"labels": ["Message", "Prompt"]}, "Prompt has no property"),
}


@pytest.mark.parametrize("name", WRONG)
async def test_wrong_plans_are_refused(name: str, services: Services, owner: str) -> None:
    """All of them, with the line, and nothing is kept."""
    database, other = services.database, f"owner-{new_id()}"
    await save(services, owner, "mine", "One", "Two", "Three")
    lines = read(await exported(database, owner))
    at, edit, words = WRONG[name]
    if "whole" in edit:
        lines[at] = edit
    elif "labels" in edit:
        lines[at]["node"] |= edit
    else:
        lines[at]["node"]["properties"] |= edit
    report = await imported(database, other, written(lines))
    assert words in report.problems[0].sentence
    assert (report.plans, report.is_whole) == (0, False)
    assert await snapshot(database, other) == []
    assert (await cypher(database, HIDDEN))[0]["count"] == 0


async def test_a_plan_is_not_found_before_its_conversation_is_whole(
    services: Services, owner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It waits, is in no file, and goes with the conversation if the rest does not come."""
    database = services.database
    monkeypatch.setattr(arriving, "ROWS", 1)
    await save(services, owner, "mine", "One", "Two")
    task = await run_task(services, database, owner, NewTask(instruction="Do.", kept="mine", text="x"))
    (row,) = await cypher(database, "MATCH (c)-[:HAS_TASK]->(:Task {id: $id}) RETURN c.id AS id", id=task)
    file = await exported(database, owner, [row["id"]])
    await wipe(database, owner)
    await imported(database, owner, file.splitlines(keepends=True)[:-2])
    assert [version[1:] for version in await versions(database, owner)] == [(1, False, None)] * 2
    assert read(await exported(database, owner))[1:-1] == []
    with pytest.raises(NotFound):
        await services.backend.tasks.create_task(owner, NewTask(instruction="Do.", kept="mine", text="x"))
    await sweep_deliveries(Deliveries(database), seconds=-1)
    assert await versions(database, owner) == []
    assert (await imported(database, owner, file)).problems == []
    assert [version[1:3] for version in await versions(database, owner)] == [(1, False), (2, True)]


async def test_a_version_whose_beginning_was_deleted(services: Services, owner: str) -> None:
    """A file of what is left is taken."""
    database = services.database
    await save(services, owner, "mine", "One", "Two", "Three")
    file = read(await exported(database, owner))
    gone = next(line for line in file if "node" in line and line["node"]["properties"]["version"] == 1)
    kept = [
        line
        for line in file
        if line is not gone and line.get("relationship", {}).get("to", {}).get("id") != gone["node"]["properties"]["id"]
    ]
    kept[-2]["whole"] = {"nodes": 2, "relationships": 1}
    await wipe(database, owner)
    report = await imported(database, owner, written(kept))
    assert (report.problems, report.plans) == ([], 2)
    assert await versions(database, owner) == [("Two", 1, False, None), ("Three", 2, True, "Two")]
