"""What tests of search make and ask: chats that are written at once, and searches over all that they hold."""

from __future__ import annotations

from typing import Any

from service.conversations.catalog import NewConversation
from service.conversations.search.filters import Question, SearchFilter, SearchMode
from service.conversations.search.searching import Hits
from service.cursors import PageRequest
from service.records import new_id
from service.services import Services


async def chat(services: Services, owner: str, *texts: str) -> tuple[str, list[str]]:
    """A conversation of these texts, a prompt and a response in turn; its id and theirs."""
    id_ = await services.backend.conversations.create_conversation(owner, NewConversation())
    ids = [new_id() for _ in texts]
    for number, (message, text) in enumerate(zip(ids, texts, strict=True)):
        row = {"id": message, "conversationId": id_, "ownerId": owner, "kind": ("Prompt", "Response")[number % 2]}
        await services.store.append_message(row | {"properties": {"content": text, "title": text[:40]}})
    return id_, ids


async def all_found(services: Services) -> None:
    """Make all that is written findable."""
    await services.indexing.catch_up()
    if services.vectors.embedder is not None:
        await services.vectors.fill(services.vectors.embedder)


async def hits(
    services: Services, owner: str, text: str, mode: SearchMode = SearchMode.HYBRID, first: int = 10, **wanted: Any
) -> Hits:
    """A page of hits."""
    question = Question(text, mode, SearchFilter(**wanted))
    return await services.backend.search.search(owner, question, PageRequest(first))


def prompts(found: Hits) -> list[str | None]:
    """The prompts of the hits."""
    return [hit.found.row["promptId"] for hit in found.rows]
