"""Graph files on the real server: a round trip gives an equal graph, and no file touches what is another owner's."""

from __future__ import annotations

import random
import re
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from service.clock import now_ms
from service.conversations.deleting import Children, Deletion
from service.conversations.marks import NewLink
from service.conversations.transfer.graphfile import arriving
from service.conversations.transfer.graphfile.importing import sweep_deliveries
from service.errors import InvalidInput
from service.graph.database import Connection, Database
from service.graph.deliveries import Deliveries
from service.graph.erasures import Erasures
from service.records import new_id
from service.services import Services
from service.signals import Signals
from service.tasks.asked_summaries import NewSummary
from tests.integration.test_checks import work
from tests.integration.test_erasing import chat, erased
from tests.support.graph_files import edited, exported, imported, read, snapshot, wipe, written
from tests.support.services import cypher, file_task, finished, running

pytestmark = pytest.mark.usefixtures("promises")
HIDDEN = "MATCH (n:Incoming|Delivery) RETURN count(n) AS count"
CALLS = "MATCH (a:Attempt {ownerId: $owner}) WHERE a.contextSha256 IS NOT NULL RETURN a.id AS id ORDER BY id"
FIRST = "MATCH (t:Task {id: $id})-[:ASKED]->(p) RETURN p.id AS id"
AGED = "MATCH (c:Conversation {ownerId: $owner}) SET c.updatedAt = c.createdAt - duration({days: 900})"
ENDED = """
MATCH (t:Task {ownerId: $owner, status: 'CANCELLED'})
OPTIONAL MATCH (t)-[:HAS_SUBTASK]->(s:Subtask)
RETURN t.id AS id, t.note AS note, t.unfinished AS unfinished, collect(DISTINCT s.status) AS states
"""


@pytest.fixture(scope="module")
async def services(connection: Connection, database: Database, tmp_path_factory: Any) -> AsyncIterator[Services]:
    """A service over the echo model."""
    folder: Path = tmp_path_factory.mktemp("graph-files")
    async with running(connection, folder) as services:
        yield services


@pytest.fixture(scope="module")
async def all_kinds(services: Services) -> tuple[str, bytes]:
    """An owner who has something of each kind, and a file of it."""
    owner, database = f"owner-{new_id()}", services.database
    await work(services, database, owner)
    conversation, _ = await chat(services, owner, "One")
    _, second = await chat(services, owner, "Two", conversation_id=conversation)
    await chat(services, owner, "Three", conversation_id=conversation)
    await finished(database, await services.backend.summarize(owner, NewSummary(conversation)))
    (row,) = await cypher(database, FIRST, id=second)
    await erased(services, await services.backend.deleting.delete_message(Deletion(owner, row["id"]), Children.JOIN))
    return owner, await exported(database, owner)


@pytest.fixture(scope="module")
async def small(services: Services) -> tuple[str, bytes]:
    """An owner with one conversation of two turns and a FILE task, and a file of it."""
    owner = f"owner-{new_id()}"
    conversation, _ = await chat(services, owner, "Hello")
    await chat(services, owner, "And then?", conversation_id=conversation)
    task = await services.backend.tasks.create_task(owner, file_task(2))
    await finished(services.database, task)
    return owner, await exported(services.database, owner, [conversation])


async def sameness(services: Services, owner: str) -> list[bool | None]:
    """Of each call whether it can be said byte for byte what it was sent."""
    rows = await cypher(services.database, CALLS, owner=owner)
    contexts = [await services.backend.rebuilding.context_of(owner, row["id"]) for row in rows]
    return [context.is_same if context else None for context in contexts]


async def hidden(database: Database) -> int:
    """How much has arrived and is not shown."""
    return (await cypher(database, HIDDEN))[0]["count"]


async def test_file_of_another_owner_is_a_copy(services: Services, all_kinds: tuple[str, bytes]) -> None:
    """With other ids, for those are taken; the other owner's stays as it is, and both can be gone on with."""
    (owner, file), database = all_kinds, services.database
    before, other = await snapshot(database, owner), f"owner-{new_id()}"
    report = await imported(database, other, file)
    assert (report.refused, report.problems, report.is_whole) == (0, [], True)
    assert report.renamed == report.conversations == sum("conversation" in line for line in read(file))
    assert await snapshot(database, owner) == before
    assert len(await snapshot(database, other)) == len(before)
    assert (await imported(database, other, file)).conversations == 0
    assert await sameness(services, other) == await sameness(services, owner)
    await chat(services, other, "Go on.", conversation_id=next(iter(report.ids.values())))


async def test_round_trip_gives_an_equal_graph(services: Services, all_kinds: tuple[str, bytes]) -> None:
    """Also where the file broke off, and is given again; and nothing is added by a third time."""
    (owner, file), database = all_kinds, services.database
    before, lines = await snapshot(database, owner), file.splitlines(keepends=True)
    calls = await sameness(services, owner)
    await wipe(database, owner)
    assert await snapshot(database, owner) == []
    cut = await imported(database, owner, lines[: len(lines) // 2])
    assert not cut.is_whole
    assert "breaks off" in cut.problems[0].sentence
    again = await imported(database, owner, lines)
    assert (again.refused, again.problems, again.is_whole) == (0, [], True)
    assert again.there == cut.conversations > 0
    assert await snapshot(database, owner) == before
    assert unmarked(await exported(database, owner)) == unmarked(file)
    assert await sameness(services, owner) == calls
    assert (await imported(database, owner, file)).there == again.conversations + again.there
    assert await hidden(database) == 0


def unmarked(file: bytes) -> list[str]:
    """The lines after the first, in an order of their own, without the time when a conversation was put back."""
    return sorted(re.sub(r'"importedAt":{[^}]*},', "", line.decode()) for line in file.splitlines()[1:])


async def test_what_is_put_back_is_not_at_once_too_old_to_keep(
    services: Services, small: tuple[str, bytes], owner: str
) -> None:
    """Its days begin when it is put back."""
    assert (await imported(services.database, owner, small[1])).conversations == 1
    await cypher(services.database, AGED, writes=True, owner=owner)
    idle = await Erasures(services.database, services.writer, Signals()).read_idle_conversations(
        owner, now_ms() - 60_000
    )
    await wipe(services.database, owner)
    assert idle == []


async def test_task_that_was_running_does_not_go_on(services: Services, owner: str) -> None:
    """It is exported as it was, and cancelled where it is put back."""
    database, other = services.database, f"owner-{new_id()}"
    task = await services.backend.tasks.create_task(owner, file_task(40))
    file = await exported(database, owner)
    assert any(line.get("node", {}).get("properties", {}).get("unfinished") for line in read(file))
    await services.backend.tasks.cancel_task(owner, task)
    report = await imported(database, other, file)
    assert (report.problems, report.cancelled_tasks) == ([], 1)
    (row,) = await cypher(database, ENDED, owner=other)
    assert (row["unfinished"], "exported" in row["note"]) == (None, True)
    assert set(row["states"]) <= {"CANCELLED", "SUCCEEDED"}
    await services.backend.tasks.retry_task(other, row["id"])
    assert await finished(database, row["id"]) == "SUCCEEDED"


def node(kind: str) -> Callable[[Any], bool]:
    """Whether a line is a node of that label."""
    return lambda line: "node" in line and kind in line["node"]["labels"]


def tie(type_: str) -> Callable[[Any], bool]:
    """Whether a line is a relationship of that type."""
    return lambda line: line.get("relationship", {}).get("type") == type_


def said(**more: Any) -> Callable[[Any], None]:
    """An edit of a node's properties; None takes one away."""

    def edit(line: Any) -> None:
        line["node"]["properties"].update(more)

    return edit


def tied(**more: Any) -> Callable[[Any], None]:
    """An edit of a relationship."""
    return lambda line: line["relationship"].update(more)


CRAFTED: dict[str, tuple[Callable[[Any], bool], Callable[[Any], None], str]] = {
    "a label of the service": (node("Prompt"), lambda line: line["node"].update(labels=["Migration"]), "no nodes with"),
    "a label more": (node("Prompt"), lambda line: line["node"].update(labels=["Message", "Prompt", "X"]), "no nodes"),
    "an unknown property": (node("Prompt"), said(admin=True), "no property 'admin'"),
    "a lease": (node("Task"), said(leaseOwner="me"), "no property 'leaseOwner'"),
    "a text for a number": (node("Prompt"), said(depth="0"), "Prompt.depth is '0'; it must be INTEGER"),
    "a number too great": (node("Prompt"), said(seq=1 << 60), "too great"),
    "a wrong moment": (node("Prompt"), said(createdAt={"datetime": "2026-13-01T00:00:00Z"}), "a moment is"),
    "a map": (node("Prompt"), said(content={"a": {"b": []}}), "must be STRING"),
    "no text": (node("Prompt"), said(content=None), "Prompt.content is missing"),
    "an odd id": (node("Prompt"), said(id="../../1"), "an id is a UUID"),
    "another length": (node("Prompt"), said(length=3), "length is not that"),
    "another status": (node("Task"), said(status="WAITING"), "it may be PENDING"),
    "a deeper message": (node("Response"), said(depth=7), "depth"),
    "a number twice": (node("Response"), said(seq=1), "order of seq"),
    "a number above the last": (node("Conversation"), said(lastSeq=1), "lastSeq"),
    "another conversation": (node("Prompt"), said(conversationId=new_id()), "another conversation"),
    "a call that goes on": (node("Attempt"), said(status="RUNNING"), "has not ended"),
    "negative tokens": (node("Attempt"), said(inputTokens=-1), "measures"),
    "another branch": (node("Conversation"), said(defaultBranchId=new_id()), "default branch"),
    "a hash of another text": (node("Template"), lambda line: line["node"].update(labels=["Source"]), "no property"),
    "another task": (node("Subtask"), said(taskId=new_id()), "the one task"),
    "an unknown type": (tie("RESPONDS_TO"), tied(type="OWNS"), "There is no relationship"),
    "the wrong way": (
        tie("IN_CONVERSATION"),
        lambda line: line["relationship"].update({"from": line["relationship"]["to"]}),
        "There is no relationship",
    ),
    "a missing end": (
        tie("RESPONDS_TO"),
        lambda line: line["relationship"]["to"].update(id=new_id()),
        "no line before it has",
    ),
    "a way around": (
        tie("CONTINUES"),
        lambda line: line["relationship"]["to"].update(label="Prompt", id=line["relationship"]["from"]["id"]),
        "to itself",
    ),
    "an odd way across": (tie("RESPONDS_TO"), tied(across=new_id()), "across"),
    "another count": (lambda line: "whole" in line, lambda line: line["whole"].update(nodes=1), "by its last line"),
    "a strange line": (tie("HEAD"), lambda line: line.update(more=1), "A line has one of"),
}


@pytest.mark.parametrize("name", CRAFTED)
async def test_crafted_file_is_refused(name: str, services: Services, small: tuple[str, bytes], owner: str) -> None:
    """With the line and what is wrong there; nothing of its conversation is kept."""
    which, edit, words = CRAFTED[name]
    report = await imported(services.database, owner, edited(small[1], which, edit))
    assert (report.conversations, report.refused, report.is_whole) == (0, 1, False)
    assert words in report.problems[0].sentence
    assert report.problems[0].line > 1
    assert await snapshot(services.database, owner) == []


async def test_ids_of_others_are_neither_taken_nor_matched(
    services: Services, small: tuple[str, bytes], owner: str
) -> None:
    """A file whose conversation is new and whose messages have another owner's ids, and links to others of them."""
    (victim, file), database = small, services.database
    before = await snapshot(database, victim)
    conversation = next(line["conversation"]["id"] for line in read(file) if "conversation" in line)
    mine = file.replace(conversation.encode(), new_id().encode())
    lines = read(mine)
    branch = next(line for line in lines if node("Branch")(line))["node"]["properties"]["id"]
    next(line for line in lines if node("Conversation")(line))["node"]["properties"]["defaultBranchId"] = branch
    prompt, other = [line["node"]["properties"]["id"] for line in lines if node("Prompt")(line)][:2]
    link = {"type": "REFERENCES", "from": {"label": "Prompt", "id": prompt}, "to": {"label": "Prompt", "id": other}}
    at = next(i for i, line in enumerate(lines) if "whole" in line)
    lines.insert(at, {"relationship": {**link, "properties": {"kind": "see", "id": new_id()}, "across": conversation}})
    lines[at + 1]["whole"]["relationships"] += 1
    report = await imported(database, owner, written(lines))
    assert (report.problems, report.conversations) == ([], 1)
    assert await snapshot(database, victim) == before
    assert await snapshot(database, owner) != []


async def test_a_link_to_another_conversation_is_in_the_file_of_each(services: Services, owner: str) -> None:
    """Where only one of them is put back, it is told; when both are there, so is the link, once."""
    database, ends = services.database, list[tuple[str, str]]()
    for content in ("One", "Two"):
        conversation, task = await chat(services, owner, content)
        (row,) = await cypher(database, FIRST, id=task)
        ends.append((conversation, row["id"]))
    (one, start), (two, end) = ends
    await services.backend.marks.link_messages(owner, NewLink(start, end, "see"))
    before = await snapshot(database, owner)
    files = [await exported(database, owner, [id]) for id in (one, two)]
    assert [sum("across" in line.get("relationship", {}) for line in read(file)) for file in files] == [1, 1]
    await wipe(database, owner)
    first, second = [await imported(database, owner, file) for file in files]
    assert (first.left_links, second.left_links, first.is_whole, second.is_whole) == (1, 0, True, True)
    assert await snapshot(database, owner) == before


async def test_fuzzed_files_leave_all_or_nothing(services: Services, small: tuple[str, bytes]) -> None:
    """Lines that are lost, doubled, swapped, cut, or say another value: a report, and no half conversation."""
    database, seed = services.database, random.randrange(1 << 32)
    chance, whole = random.Random(seed), len(read(small[1]))
    for round_ in range(25):
        lines, owner = small[1].splitlines(keepends=True), f"owner-{new_id()}"
        for _ in range(chance.randint(1, 3)):
            fuzz(lines, chance)
        try:
            report = await imported(database, owner, lines)
        except InvalidInput:
            continue
        there = [line for line in await snapshot(database, owner) if "['Conversation']" in line]
        assert len(there) == report.conversations, f"seed {seed}, round {round_}"
        assert report.problems or whole == len(lines), f"seed {seed}, round {round_}"
    await sweep_deliveries(Deliveries(database), seconds=-1)
    assert await hidden(database) == 0


def fuzz(lines: list[bytes], chance: random.Random) -> None:
    """Change the file in one way."""
    at, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    match chance.randrange(6):
        case 0:
            del lines[at]
        case 1:
            lines.insert(at, lines[other])
        case 2:
            lines[at], lines[other] = lines[other], lines[at]
        case 3:
            lines[at] = lines[at][: chance.randrange(len(lines[at]))]
        case 4:
            del lines[max(at, 1) :]
        case _:
            value = chance.choice([b"null", b"-1", b"1e400", b'"' + b"x" * 100_000 + b'"', b"[" * 5000, b"{}", b"\xff"])
            place = lines[at].find(b":", chance.randrange(len(lines[at])))
            lines[at] = lines[at][: place + 1] + value + lines[at][place + 2 :]


async def test_what_is_abandoned_is_swept(
    services: Services, small: tuple[str, bytes], owner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that breaks off waits for its rest, and is gone after a while; nobody ever sees it."""
    monkeypatch.setattr(arriving, "ROWS", 10)
    database, lines = services.database, small[1].splitlines(keepends=True)
    report = await imported(database, owner, lines[:-5])
    assert (report.conversations, await hidden(database) > 0) == (0, True)
    assert await services.backend.reader.read_node_kinds(owner, [str(report.problems[0].conversation_id)]) == {}
    await sweep_deliveries(Deliveries(database), seconds=-1)
    assert await hidden(database) == 0
    assert await snapshot(database, owner) == []
