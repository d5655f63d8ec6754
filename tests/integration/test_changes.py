"""Changes on the real server: each has a number and is told once, in order, to whoever follows the conversation."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from service.conversations.catalog import NewConversation
from service.errors import Conflict, NotFound
from service.graph.database import Connection, Database
from service.records import new_id
from service.services import Services
from tests.support.services import cypher, running


@pytest.fixture(scope="module")
async def services(connection: Connection, database: Database, tmp_path_factory: Any) -> AsyncIterator[Services]:
    """A service over the echo model."""
    folder: Path = tmp_path_factory.mktemp("changes")
    async with running(connection, folder) as services:
        yield services


async def conversation(services: Services, owner: str) -> str:
    """A new conversation."""
    return await services.backend.conversations.create_conversation(owner, NewConversation())


async def told(services: Services, owner: str, id: str, after: str, count: int) -> list[dict[str, Any]]:
    """The next events of a conversation."""
    found: list[dict[str, Any]] = []
    async with asyncio.timeout(30):
        async with aclosing(services.backend.events.conversation_events(owner, id, after)) as events:  # pyright: ignore[reportArgumentType]
            async for happening in events:
                found.append(happening.row)
                if len(found) == count:
                    return found
    return found


async def test_a_new_title_is_told_with_its_key(services: Services, owner: str) -> None:
    """And a request that is sent again changes nothing: the next event is the next change."""
    id, rename = await conversation(services, owner), services.backend.conversations.rename_conversation
    after = await services.backend.events.now(owner, id)
    for title, key in (("First", "k1"), ("First", "k1"), ("Second", None)):
        await rename(owner, id, title, key)
    events = await told(services, owner, id, after, 2)
    assert [(row["action"], row["name"], row["idempotencyKey"]) for row in events] == [
        ("RENAMED", "First", "k1"),
        ("RENAMED", "Second", None),
    ]


async def test_changes_that_are_written_together_have_numbers_of_their_own(
    services: Services, database: Database, owner: str
) -> None:
    """Fifty at once, half of them twice."""
    id, rename = await conversation(services, owner), services.backend.conversations.rename_conversation
    keys = [f"k{n % 25}" for n in range(50)]
    await asyncio.gather(*(rename(owner, id, f"Title {key}", key) for key in keys))
    rows = await cypher(
        database,
        "MATCH (e:Change {conversationId: $id}) MATCH (c:Conversation {id: $id}) "
        "RETURN count(DISTINCT e.seq) AS numbers, count(DISTINCT e.idempotencyKey) AS keys, count(e) AS changes, "
        "max(e.seq - c.lastSeq) <= 0 AS within",
        id=id,
    )
    assert rows == [{"numbers": 25, "keys": 25, "changes": 25, "within": True}]


async def test_a_key_is_an_owners_and_of_one_conversation(services: Services, owner: str) -> None:
    """Another conversation cannot use it again, another owner can, and sees nothing of this one's."""
    rename, other = services.backend.conversations.rename_conversation, f"owner-{new_id()}"
    first, second, anothers = [await conversation(services, who) for who in (owner, owner, other)]
    await rename(owner, first, "A", "k")
    with pytest.raises(Conflict, match="used for another request"):
        await rename(owner, second, "A", "k")
    await rename(other, anothers, "A", "k")
    with pytest.raises(NotFound):
        await rename(other, first, "A", "k2")
