"""What tasks read under names are documents with versions, however the texts came and whoever else reads them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from service.conversations.listings import DOCUMENTS
from service.conversations.listings import VERSIONS as LISTED_VERSIONS
from service.cursors import page_request
from service.errors import Conflict, InvalidInput, NotFound
from service.graph.database import Connection, Database
from service.services import Services
from service.tasks.creating import NewFile, NewTask
from service.tasks.documents import NewVersion
from tests.support.services import cypher, run_task, running

pytestmark = pytest.mark.usefixtures("promises")
VERSIONS = """MATCH (d:Document {ownerId: $owner})-[v:HAS_VERSION]->(s)
WITH d, v, s ORDER BY v.number
RETURN d.name AS name, collect(s.text) AS texts, head(COLLECT { MATCH (d)-[:NEWEST]->(n) RETURN n.text }) AS newest
ORDER BY name, head(texts)"""


@pytest.fixture(scope="module")
async def services(
    connection: Connection, database: Database, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Services]:
    """A service over the echo model."""
    async with running(connection, tmp_path_factory.mktemp("service")) as services:
        yield services


def reading(conversation_id: str | None = None, key: str | None = None, **texts: str) -> NewTask:
    """A FILE task over files of these names, `_` for a dot."""
    files = tuple(NewFile(name.replace("_", "."), text) for name, text in texts.items())
    return NewTask(
        instruction="Look.", strategy="FILE", files=files, conversation_id=conversation_id, idempotency_key=key
    )


async def conversation_of(database: Database, task_id: str) -> str:
    """The conversation of a task."""
    rows = await cypher(database, "MATCH (t:Task {id: $id}) RETURN t.conversationId AS id", id=task_id)
    return rows[0]["id"]


async def versions_of(database: Database, owner: str) -> dict[str, list[str]]:
    """The texts of an owner's documents by name, oldest first; the last is the newest."""
    rows = await cypher(database, VERSIONS, owner=owner)
    assert all(row["newest"] == row["texts"][-1] for row in rows)
    return {row["name"]: row["texts"] for row in rows}


async def changes_of(database: Database, conversation_id: str) -> list[dict[str, Any]]:
    """What subscribers are told of documents."""
    statement = """MATCH (e:Change {conversationId: $id, type: 'DOCUMENT'})
    RETURN e.action AS action, e.name AS name, size(e.ids) AS documents ORDER BY e.seq"""
    return await cypher(database, statement, id=conversation_id)


async def test_a_text_that_is_new_under_its_name_is_a_version(services: Services, database: Database) -> None:
    """The same text again is none; of what is new under a name that was there, subscribers are told."""
    first = await run_task(services, database, "doc-1", reading(a_txt="A1", b_txt="B1"))
    place = await conversation_of(database, first)
    await run_task(services, database, "doc-1", reading(place, a_txt="A2", b_txt="B1", c_txt="C1"))
    await run_task(services, database, "doc-1", reading(place, a_txt="A1"))
    assert await versions_of(database, "doc-1") == {"a.txt": ["A1", "A2", "A1"], "b.txt": ["B1"], "c.txt": ["C1"]}
    told = {"action": "RENEWED", "name": "a.txt", "documents": 1}
    assert await changes_of(database, place) == [told, told]


async def test_the_same_request_again_and_other_conversations_change_nothing(
    services: Services, database: Database
) -> None:
    """A name belongs to a conversation; a request that is sent twice is one."""
    task = await run_task(services, database, "doc-2", reading(key="k", a_txt="A1"))
    place = await conversation_of(database, task)
    await run_task(services, database, "doc-2", reading(place, a_txt="A2"))
    await services.backend.tasks.create_task("doc-2", reading(key="k", a_txt="A1"))
    assert await versions_of(database, "doc-2") == {"a.txt": ["A1", "A2"]}
    await run_task(services, database, "doc-2", reading(a_txt="A3"))
    assert [row["texts"] for row in await cypher(database, VERSIONS, owner="doc-2")] == [["A1", "A2"], ["A3"]]


async def test_a_text_without_a_name_is_no_document(services: Services, database: Database) -> None:
    """Nor are the elements of a list, nor a name that a task gave to two texts."""
    await run_task(services, database, "doc-3", NewTask(instruction="Look.", strategy="CHUNK", text="T"))
    await run_task(services, database, "doc-3", NewTask(instruction="Look.", strategy="FILE", items=("X", "Y")))
    twice = (NewFile("a", "1"), NewFile("a", "2"), NewFile("b", "3"), NewFile("b", "3"))
    await run_task(services, database, "doc-3", NewTask(instruction="Look.", strategy="FILE", files=twice))
    assert await versions_of(database, "doc-3") == {"b": ["3"]}


async def test_many_files_are_documents_too(services: Services, database: Database) -> None:
    """A large task is written in pieces, and its documents after it."""
    many = {f"f{i}": f"text {i}" for i in range(620)}
    task = await run_task(services, database, "doc-4", reading(**many))
    place = await conversation_of(database, task)
    await run_task(services, database, "doc-4", reading(place, **many | {f"f{i}": f"new {i}" for i in range(510)}))
    found = await versions_of(database, "doc-4")
    assert (len(found), sum(map(len, found.values()))) == (620, 620 + 510)
    assert [change["documents"] for change in await changes_of(database, place)] == [500, 10]
    left = await cypher(database, "MATCH (t:Task {ownerId: 'doc-4'}) RETURN count(t.documentsLeft) AS count")
    assert left == [{"count": 0}]


async def test_a_version_can_be_given_without_a_task(services: Services, database: Database) -> None:
    """It is the newest from then on; the same key does it once, and another owner's conversation is not there."""
    tasks = services.backend.tasks
    place = await conversation_of(database, await run_task(services, database, "doc-5", reading(a_txt="A1")))
    new = NewVersion(place, NewFile("a.txt", "A2"), "key")
    id_ = await tasks.add_document_version("doc-5", new)
    assert await tasks.add_document_version("doc-5", new) == id_
    assert await tasks.add_document_version("doc-5", NewVersion(place, NewFile("a.txt", "A2"))) == id_
    await tasks.add_document_version("doc-5", NewVersion(place, NewFile("n.txt", "N")))
    assert await versions_of(database, "doc-5") == {"a.txt": ["A1", "A2"], "n.txt": ["N"]}
    assert [one["action"] for one in await changes_of(database, place)] == ["RENEWED", "MADE"]
    with pytest.raises(Conflict):
        await tasks.add_document_version("doc-5", NewVersion(place, NewFile("a.txt", "A3"), "key"))
    with pytest.raises(NotFound):
        await tasks.add_document_version("eve", NewVersion(place, NewFile("a.txt", "A3")))
    with pytest.raises(InvalidInput) as wrong:
        await tasks.add_document_version("doc-5", NewVersion(place, NewFile("text", "A3")))
    assert wrong.value.field == "input.file.name"


async def test_documents_are_read_in_pages_by_their_owner_alone(services: Services, database: Database) -> None:
    """So are their versions."""
    reader = services.backend.reader
    task = await run_task(services, database, "doc-6", reading(a_txt="A1", b_txt="B1", c_txt="C1"))
    place = await conversation_of(database, task)
    await run_task(services, database, "doc-6", reading(place, a_txt="A2"))
    bounds = DOCUMENTS.order.bounds(page_request(100, 2))
    rows = (await reader.read_conversation_documents("doc-6", [place], bounds))[place]
    assert len(rows) == 3
    every = {row["name"]: row for row in rows}
    id_ = every["a.txt"]["id"]
    listed = LISTED_VERSIONS.order.bounds(page_request(100, 5))
    assert [row["number"] for row in (await reader.read_document_versions("doc-6", [id_], listed))[id_]] == [1, 2]
    assert await reader.read_document_versions("eve", [id_], listed) == {}
    assert await reader.read_documents("eve", [id_]) == {}
    assert await reader.read_conversation_documents("eve", [place], bounds) == {}
