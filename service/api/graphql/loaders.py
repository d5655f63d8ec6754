"""This operation's loaders: whatever the shape of a query, one statement a level, however many nodes it has.

Owns batching and what is remembered during one operation. Knows rows only as what the types are made of.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from enum import StrEnum
from typing import Any

from strawberry.dataloader import DataLoader

from service.api.graphql.context import Backend, Info
from service.api.graphql.conversations import branch, conversation
from service.api.graphql.messages import message
from service.api.graphql.sources import source
from service.api.graphql.tasks import attempt, subtask, task
from service.conversations.catalog import ListPage

Make = Callable[[Any], Any]
_EMPTY = ListPage([], False, False)


class Loaders:
    """The loaders of one operation of one caller."""

    def __init__(self, backend: Backend, owner: str) -> None:
        self._backend = backend
        self._owner = owner
        self._by_list: dict[tuple[Any, ...], DataLoader[str, Any]] = {}
        self.conversations = self._nodes("read_conversations", conversation)
        self.messages = self._nodes("read_messages", message)
        self.branches = self._nodes("read_branches", branch)
        self.tasks = self._nodes("read_tasks", task)
        self.subtasks = self._nodes("read_subtasks", subtask)
        self.attempts = self._nodes("read_attempts", attempt)
        self.sources = self._nodes("read_sources", source)
        self.source_texts = self._nodes("read_source_contents", str)
        self.statistics = self._nodes("read_conversation_statistics", dict)
        self.metrics = self._nodes("read_metrics", dict)
        self.response_attempts: DataLoader[str, Any] = DataLoader(load_fn=self._response_attempts)

    def _nodes(self, name: str, make: Make) -> DataLoader[str, Any]:
        read = getattr(self._backend.reader, name)

        async def load(ids: list[str]) -> Sequence[Any]:
            found = await read(self._owner, ids)
            return [make(found[id]) if id in found else None for id in ids]

        return DataLoader(load_fn=load)

    async def _response_attempts(self, ids: list[str]) -> Sequence[Any]:
        found = await self._backend.reader.read_response_attempts(self._owner, ids)
        attempts = await self._backend.reader.read_attempts(self._owner, list(found.values()))
        return [attempt(attempts[found[id]]) if id in found else None for id in ids]

    async def message(self, id: str | None) -> Any:
        """A message, or None where there is no id."""
        return None if id is None else await self.messages.load(id)

    async def listed(self, name: str, id: str, info: Info, **arguments: Any) -> Any:
        """What the reader's `name` finds for `id`, with these arguments; an empty list where that is nothing."""
        if "first" in arguments:
            info.context.page(arguments["first"])
        read = getattr(self._backend.reader, name)
        return await self._grouped(name, lambda ids: read(self._owner, ids, **arguments), arguments, id, info)

    async def linked_messages(self, name: str, id: str, first: int, info: Info) -> Any:
        """The messages that the reader's `name` finds beside one."""
        ids = await self.listed(name, id, info, first=first)
        return [found for found in await self.messages.load_many(ids) if found is not None]

    async def task_pages(
        self, id: str, first: int, after: str | None, status: Sequence[StrEnum] | None, info: Info
    ) -> ListPage:
        """A page of a conversation's tasks."""
        return await self._pages(self._backend.conversations.list_conversation_tasks, id, first, after, status, info)

    async def subtask_pages(
        self, id: str, first: int, after: str | None, status: Sequence[StrEnum] | None, info: Info
    ) -> ListPage:
        """A page of a task's subtasks."""
        return await self._pages(self._backend.conversations.list_subtasks, id, first, after, status, info)

    async def _pages(
        self, read: Any, id: str, first: int, after: str | None, status: Sequence[StrEnum] | None, info: Info
    ) -> ListPage:
        info.context.page(first)
        statuses = tuple(item.value for item in status) if status is not None else None
        said = {"first": first, "after": after, "statuses": statuses}
        page = await self._grouped(read.__name__, lambda ids: read(self._owner, ids, **said), said, id, info)
        return page or _EMPTY

    async def _grouped(
        self,
        name: str,
        read: Callable[[Sequence[str]], Awaitable[dict[str, Any]]],
        arguments: dict[str, Any],
        id: str,
        info: Info,
    ) -> Any:
        key = (name, *arguments.values())
        loader = self._by_list.get(key)
        if loader is None:

            async def load(ids: list[str]) -> Sequence[Any]:
                found = await read(ids)
                return [found.get(id, []) for id in ids]

            loader = self._by_list[key] = DataLoader(load_fn=load)
        found = await loader.load(id)
        info.context.count(len(found.rows if isinstance(found, ListPage) else found))
        return found
