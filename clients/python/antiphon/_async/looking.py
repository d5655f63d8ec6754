"""What was said, what there is, what it cost: the half of the client that asks no model."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import datetime

from antiphon._async.connection import AsyncConnection
from antiphon._async.operations import AsyncOperations
from antiphon.errors import NotFound
from antiphon.operations import (
    ConversationsConversation,
    HistoryMessage,
    MessagesMessage,
    ModelsModel,
    UsageDimension,
    UsageRow,
)
from antiphon.wishes import ConversationLike, HasId, conversation_id_of, id_of

PAGE = 100


class AsyncLooking:
    """Reads what is there."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self.operations = AsyncOperations(connection)
        """Each operation of `schema/operations`, typed: what the methods here are made of."""

    async def history(self, conversation: ConversationLike, *, last: int | None = None) -> list[MessagesMessage]:
        """The messages of a conversation's main branch, oldest first; with `last`, the newest so many."""
        id = conversation_id_of(conversation)
        found: list[MessagesMessage] = []
        before: str | None = None
        while last is None or len(found) < last:
            size = PAGE if last is None else min(PAGE, last - len(found))
            page = await self.operations.messages(str(id), last=size, before=before)
            if page is None:
                raise NotFound(f"There is no conversation {id}.", field="conversation")
            found[:0] = [edge.node for edge in page.messages.edges]
            before = page.messages.page_info.start_cursor
            if not page.messages.page_info.has_previous_page:
                break
        return found

    async def ancestors(self, message: str | HasId) -> list[HistoryMessage]:
        """All that a message came from and itself, oldest first, over forks and merges."""
        found: list[HistoryMessage] = []
        after: str | None = None
        while True:
            page = await self.operations.history(id_of(message), first=PAGE, after=after)
            if page is None:
                raise NotFound(f"There is no message {id_of(message)}.", field="message")
            found += [edge.node for edge in page.edges]
            after = page.page_info.end_cursor
            if not page.page_info.has_next_page:
                return found[::-1]

    async def conversations(self, *, title: str | None = None) -> AsyncGenerator[ConversationsConversation, None]:
        """All conversations, the one that was added to last first; with `title`, those that have it in theirs."""
        after: str | None = None
        while True:
            page = await self.operations.conversations(
                first=PAGE, after=after, filter={"title": title}, order_by="UPDATED"
            )
            for edge in page.edges if page else ():
                yield edge.node
            if page is None or not page.page_info.has_next_page:
                return
            after = page.page_info.end_cursor

    async def usage(
        self,
        by: UsageDimension = "MODEL",
        *,
        conversation: ConversationLike | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> list[UsageRow]:
        """What calls took and cost, a row for each model (or provider, day, strategy, task type, conversation …)."""
        id = conversation_id_of(conversation)
        return await self.operations.usage(by, conversation_id=id, since=since, until=until)

    async def models(self) -> list[ModelsModel]:
        """The models that tasks may ask for."""
        return await self.operations.models()
