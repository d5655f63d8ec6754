"""Pins and links on the real server: what is there once, what is told of it, and how much a page of it costs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from service.conversations.catalog import NewConversation
from service.conversations.listings import LINKS
from service.conversations.marks import Marks, NewLink
from service.cursors import PageRequest
from service.errors import Conflict, NotFound
from service.graph.database import Connection, Database
from service.graph.reader import Reader
from service.records import new_id
from service.services import Services
from tests.support.services import cypher, running


@pytest.fixture(scope="module")
async def services(connection: Connection, database: Database, tmp_path_factory: Any) -> AsyncIterator[Services]:
    """A service over the echo model."""
    folder: Path = tmp_path_factory.mktemp("marks")
    async with running(connection, folder) as services:
        yield services


async def chat(services: Services, owner: str, count: int) -> tuple[str, list[str]]:
    """A conversation of so many messages; its id and theirs."""
    id = await services.backend.conversations.create_conversation(owner, NewConversation())
    ids = [new_id() for _ in range(count)]
    for number, message in enumerate(ids):
        row = {"id": message, "conversationId": id, "ownerId": owner, "kind": ("Prompt", "Response")[number % 2]}
        await services.store.append_message(row | {"properties": {"content": str(number), "title": str(number)}})
    return id, ids


async def told(services: Services, owner: str, id: str, after: str, count: int) -> list[tuple[Any, ...]]:
    """The next events of a conversation."""
    found: list[tuple[Any, ...]] = []
    async with asyncio.timeout(30):
        async with aclosing(services.backend.events.conversation_events(owner, id, after)) as events:  # pyright: ignore[reportArgumentType]
            async for happening in events:
                row = happening.row
                found.append((row["type"], row["action"], row["subjectId"], row["idempotencyKey"]))
                if len(found) == count:
                    return found
    return found


async def links(database: Database, owner: str, id: str, kind: str | None = None) -> list[dict[str, Any]]:
    """All links of a message."""
    found = await Reader(database).read_message_links(owner, [id], LINKS.order.bounds(PageRequest(100)), kind=kind)
    return found[id]


async def test_a_pin_is_told_when_it_changes_something(services: Services, owner: str) -> None:
    """And with its key, also when it does not: then the key is known."""
    id, (first, *_) = await chat(services, owner, 2)
    marks, after = services.backend.marks, await services.backend.events.now(owner, id)
    for pinned, key in ((True, None), (True, None), (True, "k"), (False, None), (True, "k")):
        await marks.pin_message(owner, first, pinned, key)
    assert await told(services, owner, id, after, 3) == [
        ("MESSAGE", "PINNED", first, None),
        ("MESSAGE", "PINNED", first, "k"),
        ("MESSAGE", "UNPINNED", first, None),
    ]
    assert (await services.backend.reader.read_messages(owner, [first]))[first]["pinned"] is False
    with pytest.raises(Conflict):
        await marks.pin_message(owner, first, False, "k")


async def test_the_same_link_is_made_once(services: Services, database: Database, owner: str) -> None:
    """However many ask for it at once; another kind is another link, and the last note stays."""
    _, (a, b) = await chat(services, owner, 2)
    link = services.backend.marks.link_messages
    ids = await asyncio.gather(*(link(owner, NewLink(a, b, "see", f"note {n % 3}")) for n in range(30)))
    other = await link(owner, NewLink(a, b, "corrects"))
    again = await link(owner, NewLink(a, b, "see", "at last"))
    assert (set(ids), other in ids) == ({again}, False)
    assert [(row["id"], row["note"]) for row in await links(database, owner, b)] == [
        (again, "at last"),
        (other, None),
    ]
    assert [row["id"] for row in await links(database, owner, a, "corrects")] == [other]


async def test_a_link_between_conversations_is_told_in_both(services: Services, owner: str) -> None:
    """Also that it is gone; a request that is sent again with its key is done once."""
    (one, (a,)), (other, (b,)) = await chat(services, owner, 1), await chat(services, owner, 1)
    marks, now = services.backend.marks, services.backend.events.now
    since = [(id, await now(owner, id)) for id in (one, other)]
    made = [await marks.link_messages(owner, NewLink(a, b, "see", None, "k")) for _ in range(2)]
    ends = [await marks.unlink_messages(owner, made[0], "l") for _ in range(2)]
    assert (made[0], ends) == (made[1], [(a, b), (a, b)])
    for id, after in since:
        assert await told(services, owner, id, after, 2) == [
            ("LINK", "MADE", made[0], "k"),
            ("LINK", "DELETED", made[0], "l"),
        ]
    with pytest.raises(NotFound):
        await marks.unlink_messages(owner, made[0])


async def test_links_both_ways_at_once_end(services: Services, database: Database, owner: str) -> None:
    """Between two conversations: each locks both."""
    (_, ones), (_, others) = await chat(services, owner, 8), await chat(services, owner, 8)
    link = services.backend.marks.link_messages
    pairs = [pair for a, b in zip(ones, others, strict=True) for pair in ((a, b), (b, a))]
    await asyncio.gather(*(link(owner, NewLink(a, b, "see")) for a, b in pairs))
    assert [len(await links(database, owner, id)) for id in ones + others] == [2] * 16


async def test_another_owners_messages_are_not_there(services: Services, database: Database, owner: str) -> None:
    """To be linked, pinned, read or unlinked."""
    _, (a, b) = await chat(services, owner, 2)
    marks, stranger = Marks(Reader(database), services.store), "stranger-" + owner
    _, (mine,) = await chat(services, stranger, 1)
    id = await marks.link_messages(owner, NewLink(a, b, "see"))
    for new in (NewLink(a, mine, "see"), NewLink(mine, a, "see")):
        with pytest.raises(NotFound):
            await marks.link_messages(stranger, new)
    with pytest.raises(NotFound):
        await marks.pin_message(stranger, a, True)
    with pytest.raises(NotFound):
        await marks.unlink_messages(stranger, id)
    assert await Reader(database).read_links(stranger, [id]) == {}
    assert await Reader(database).read_node_kinds(stranger, [id]) == {}


async def test_a_page_of_many_links_costs_the_page(services: Services, database: Database, owner: str) -> None:
    """From either end, whatever else the message is linked with."""
    _, (a, b) = await chat(services, owner, 2)
    await cypher(
        database,
        """MATCH (a:Message {id: $a}), (b:Message {id: $b})
        UNWIND range(1, 5000) AS n
        CREATE (a)-[:REFERENCES {id: $a + '-' + n, kind: 'see', fromId: $a, toId: $b, createdAt: datetime()}]->(b)""",
        writes=True,
        a=a,
        b=b,
    )
    for backward in (False, True):
        bounds = LINKS.order.bounds(PageRequest(10, backward))
        async with database.driver.session() as session:
            text = "CYPHER 25 PROFILE " + _statement("read_message_links")
            result = await session.run(text, ownerId=owner, batch={"ids": [a]}, page=bounds, kind=None)  # pyright: ignore[reportArgumentType]
            profile = (await result.consume()).profile
        assert profile is not None
        assert _hits(profile) < 500


def _statement(name: str) -> str:
    from service.graph.queries import query

    return query(name).text.partition("CYPHER 25")[2]


def _hits(plan: dict[str, Any]) -> int:
    return plan.get("dbHits", 0) + sum(map(_hits, plan.get("children", ())))
