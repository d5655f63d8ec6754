"""This operation's loaders: whatever the shape of a query, one statement a level, however many nodes it has.

Owns batching and what is remembered during one operation. Knows rows only as what the types are made of.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from functools import cached_property, partial
from typing import Any, TypeVar

from service.api.graphql.annotations import annotation
from service.api.graphql.branches import branch
from service.api.graphql.connections import AnyPage, Connection, connection, connection_of
from service.api.graphql.context import MOST_NODES, Backend, Info, too_many_nodes
from service.api.graphql.conversations import conversation
from service.api.graphql.encoding import Answer
from service.api.graphql.links import link
from service.api.graphql.loading import Loader
from service.api.graphql.messages import message
from service.api.graphql.sources import source
from service.api.graphql.strategies import kept_strategy
from service.api.graphql.subtasks import attempt, subtask
from service.api.graphql.summaries import summary
from service.api.graphql.tasks import task
from service.api.graphql.versions import document
from service.conversations.events import EventPage
from service.conversations.history import Branch, HistoryPage
from service.conversations.listings import Listing
from service.conversations.moments import SHARED_SECONDS
from service.conversations.shares import read_shares
from service.conversations.siblings import sibling_places
from service.conversations.usage import UsageDimension, UsageFilter
from service.cursors import Page, PageRequest

Make = Callable[[Any], Any]
K = TypeVar("K")
TOGETHER = 250
"""Nodes that one statement is asked for: its answer is converted while nobody else has a turn."""
MOST_CHARACTERS = 4_000_000
"""Characters of texts that are read together."""
_SHARED = frozenset({"read_tasks", "read_task_progress", "read_metrics", "read_message_branches", "read_tool_calls"})
"""What is read once for all who are given the same page of events."""
_COUNTED = frozenset({"read_tasks", "read_task_progress", "read_metrics"})
"""What is counted anew for every page, or looked at as it is then: not for every event that comes by itself."""
_FOLLOWED = frozenset({"read_conversations", "read_tasks"})
"""What has events of its own."""


class Loaders:
    """The loaders of one operation of one caller."""

    def __init__(
        self,
        backend: Backend,
        owner: str,
        page: EventPage | None = None,
        answer: Answer | None = None,
        *,
        settles: bool = False,
    ) -> None:
        self._backend = backend
        self._owner = owner
        self._page = page
        self._answer = answer
        self._settles = settles
        self._by_list: dict[tuple[Any, ...], Loader[Any]] = {}

    def end(self) -> None:
        """Let go of all loaders, which know this: what they hold ends now, and is not left to the garbage collector."""
        loaders: dict[str, Loader[Any]] = {name: it for name, it in vars(self).items() if isinstance(it, Loader)}
        for loader in (*loaders.values(), *self._by_list.values()):
            loader.end()
        for name in loaders:
            delattr(self, name)
        self._by_list = {}

    # A loader is made when it is asked for first: most operations need one or two.

    @cached_property
    def conversations(self) -> Loader[str]:
        """Conversations by id."""
        return self._nodes("read_conversations", conversation)

    @cached_property
    def messages(self) -> Loader[str]:
        """Messages by id."""
        return self._nodes("read_messages", message)

    @cached_property
    def branches(self) -> Loader[str]:
        """Branches by id."""
        return self._nodes("read_branches", branch)

    @cached_property
    def tasks(self) -> Loader[str]:
        """Tasks by id."""
        return self._nodes("read_tasks", task)

    @cached_property
    def subtasks(self) -> Loader[str]:
        """Subtasks by id."""
        return self._nodes("read_subtasks", subtask)

    @cached_property
    def attempts(self) -> Loader[str]:
        """Attempts by id."""
        return self._nodes("read_attempts", attempt)

    @cached_property
    def sources(self) -> Loader[str]:
        """Sources by id."""
        return self._nodes("read_sources", source)

    @cached_property
    def documents(self) -> Loader[str]:
        """Documents by id."""
        return self._nodes("read_documents", document)

    @cached_property
    def staleness(self) -> Loader[tuple[str, str]]:
        """Why messages, tasks and summaries are stale, by kind and id."""
        return self._loader(partial(self._backend.staleness.find, self._owner))

    @cached_property
    def strategies(self) -> Loader[str]:
        """Kept plans by id."""
        return self._nodes("read_strategies", kept_strategy)

    @cached_property
    def links(self) -> Loader[str]:
        """Links between messages by id."""
        return self._nodes("read_links", link)

    @cached_property
    def annotations(self) -> Loader[str]:
        """Annotations by id."""
        return self._nodes("read_annotations", annotation)

    @cached_property
    def summaries(self) -> Loader[str]:
        """Summaries by id."""
        return self._nodes("read_summary_nodes", summary)

    @cached_property
    def summary_texts(self) -> Loader[tuple[str, int]]:
        """Summaries' texts by id and length."""
        return self._texts("read_summary_texts")

    @cached_property
    def numbers(self) -> Loader[str]:
        """The numbers of messages in their conversations, by id."""
        return self._nodes("read_message_numbers", dict)

    @cached_property
    def sibling_places(self) -> Loader[str]:
        """`(index, count)` of each message among those beside it, by id."""
        return self._loader(partial(sibling_places, self._backend.reader, self._owner))

    @cached_property
    def shares(self) -> Loader[tuple[str, str]]:
        """What each branch has for itself, by the ids of its conversation and its own."""
        return self._loader(partial(read_shares, self._backend.reader, self._owner))

    @cached_property
    def answer_costs(self) -> Loader[str]:
        """What the tasks of answers cost, by the id of the answer."""
        return self._nodes("read_answer_costs", float)

    @cached_property
    def source_texts(self) -> Loader[tuple[str, int]]:
        """Sources' texts by id and length."""
        return self._texts("read_source_contents")

    @cached_property
    def contents(self) -> Loader[tuple[str, int]]:
        """Messages' texts by id and length."""
        return self._texts("read_message_contents")

    @cached_property
    def statistics(self) -> Loader[str]:
        """What each conversation holds, by id."""
        return self._nodes("read_conversation_statistics", dict)

    @cached_property
    def metrics(self) -> Loader[str]:
        """What the attempts of tasks and subtasks took, by id."""
        return self._nodes("read_metrics", dict)

    @cached_property
    def origins(self) -> Loader[str]:
        """What each message was written for, by id."""
        return self._nodes("read_message_origins", dict)

    @cached_property
    def message_branches(self) -> Loader[str]:
        """The branches on whose path each message is, by id."""
        return self._loader(self._message_branches)

    @cached_property
    def response_attempts(self) -> Loader[str]:
        """The attempt that yielded each response, by id."""
        return self._loader(self._response_attempts)

    def _nodes(self, name: str, make: Make) -> Loader[str]:
        async def load(ids: list[str]) -> Sequence[Any]:
            read = self._settled if self._settles and name in _FOLLOWED else self._read
            found = await read(name, ids)
            return [make(found[id]) if id in found else None for id in ids]

        return self._loader(load)

    def _texts(self, name: str) -> Loader[tuple[str, int]]:
        """Texts by id and length: a few at a time, and none where the answer would become too long."""

        async def load(keys: list[tuple[str, int]]) -> Sequence[Any]:
            if self._answer is not None:
                self._answer.require(sum(length for _, length in keys))
            found: dict[str, Any] = {}
            for some in _together(keys):
                found |= await self._read(name, some)
            return [found.get(id) for id, _ in keys]

        return self._loader(load)

    def _loader(self, load: Callable[[list[Any]], Awaitable[Sequence[Any]]]) -> Loader[Any]:
        return Loader(load, self._answer)

    async def _read(self, name: str, ids: Sequence[str]) -> dict[str, Any]:
        read = partial(getattr(self._backend.reader, name), self._owner, ids)
        if self._page is None or name not in _SHARED:
            return await read()
        if name in _COUNTED:
            since = max(self._page.since, time.monotonic() - SHARED_SECONDS)
            return await self._backend.looks.look((name, self._owner, *ids), since, read)
        return await self._page.moment.once((name, *ids), read)

    async def _settled(self, name: str, ids: Sequence[str]) -> dict[str, Any]:
        """Nodes with the number that all is there below, for what is read of them from now on."""
        in_conversation = {id: id for id in ids}
        if name == "read_tasks":
            in_conversation = {id: row["conversationId"] for id, row in (await self._read(name, ids)).items()}
        heads = await self._backend.reader.read_shown_heads(self._owner, list({*in_conversation.values()}))
        found = await self._read(name, ids)
        return {id: row | {"seq": heads[in_conversation[id]]} for id, row in found.items() if id in in_conversation}

    async def _message_branches(self, ids: list[str]) -> Sequence[Any]:
        # Of all messages of a page at once: each would be looked for from the same heads.
        wanted = ids if self._page is None else sorted({*ids, *self._page.messages})
        found = await self._read("read_message_branches", wanted)
        return [await self.branches.load_many(found.get(id, [])) for id in ids]

    async def _response_attempts(self, ids: list[str]) -> Sequence[Any]:
        found = await self._backend.reader.read_response_attempts(self._owner, ids)
        attempts = await self._backend.reader.read_attempts(self._owner, list(found.values()))
        return [attempt(attempts[found[id]]) if id in found else None for id in ids]

    async def message(self, id: str | None) -> Any:
        """A message, or None where there is no id."""
        return None if id is None else await self.messages.load(id)

    async def found(self, name: str, id: str, default: Any = None) -> Any:
        """What the reader's `name` finds beside a node; `default` where that is nothing."""

        async def load(ids: list[str]) -> Sequence[Any]:
            found = await self._read(name, ids)
            return [found.get(id, default) for id in ids]

        return await self._by_name((name,), load).load(id)

    async def ratings(self, dimension: UsageDimension, which: UsageFilter, key: str) -> Any:
        """How the answers of a row of usage were rated; None where none was. Of all rows at once."""

        async def load(keys: list[str]) -> Sequence[Any]:
            found = await self._backend.usage.read_ratings(self._owner, dimension, which)
            return [found.get(key) for key in keys]

        return await self._by_name(("ratings", dimension, which), load).load(key)

    async def rows(self, listing: Listing, id: str, page: PageRequest, info: Info, **which: Any) -> Page:
        """A page of a list beside a node; `which` is what the stored statement takes beside it."""

        async def load(ids: list[str]) -> Sequence[Page]:
            bounds = listing.order.bounds(page)
            read = getattr(self._backend.reader, listing.name)
            found: dict[str, Any] = {}
            for some in _parts(ids, page):
                found |= await read(self._owner, some, bounds, **which)
                _check_together(sum(map(len, found.values())))
            return [listing.order.page(found.get(id, ()), page) for id in ids]

        found = await self._by_name((listing.name, page, *map(str, which.values())), load).load(id)
        info.context.count(len(found.rows))
        return found

    async def linked(
        self, listing: Listing, nodes: Loader[str], id: str, page: PageRequest, info: Info, **which: Any
    ) -> Connection[Any]:
        """The connection of a list beside a node whose rows only name the nodes."""
        found = await self.rows(listing, id, page, info, **which)
        return connection_of(found, await nodes.load_many([row["id"] for row in found.rows]))

    async def around(self, turn: tuple[str, ...], count: int) -> list[Any]:
        """The messages around a turn that was found."""

        async def load(turns: list[tuple[str, ...]]) -> Sequence[list[str]]:
            return await self._backend.search.around(self._owner, turns, count)

        ids = await self._by_name(("around", count), load).load(turn)
        return [message for message in await self.messages.load_many(ids) if message is not None]

    async def conversation_list(self, found: AnyPage) -> Connection[Any]:
        """The connection of a page of conversations."""
        return await self._followed(found, conversation, self.conversations)

    async def task_list(self, found: AnyPage) -> Connection[Any]:
        """The connection of a page of tasks."""
        return await self._followed(found, task, self.tasks)

    async def _followed(self, found: AnyPage, make: Make, nodes: Loader[str]) -> Connection[Any]:
        # Rows that were read before their head was settled may be older than it.
        if not self._settles:
            return connection(found, make)
        return connection_of(found, await nodes.load_many([row["id"] for row in found.rows]))

    async def path(self, branch: Branch, page: PageRequest, info: Info) -> HistoryPage | None:
        """A page of a branch's path; None where there is no such branch."""

        async def load(branches: list[Branch]) -> Sequence[HistoryPage | None]:
            found: dict[Branch, HistoryPage] = {}
            for some in _parts(branches, page):
                found |= await self._backend.history.paths(self._owner, some, page)
                _check_together(sum(len(path.rows) for path in found.values()))
            return [found.get(branch) for branch in branches]

        found = await self._by_name(("paths", page), load).load(branch)
        info.context.count(len(found.rows) if found else 0)
        return found

    def _by_name(self, key: tuple[Any, ...], load: Callable[[list[Any]], Awaitable[Sequence[Any]]]) -> Any:
        loader = self._by_list.get(key)
        if loader is None:
            loader = self._by_list[key] = self._loader(load)
        return loader


def _parts(keys: Sequence[K], page: PageRequest) -> Iterator[Sequence[K]]:
    """The keys that one statement may be asked about: what it answers is converted at once."""
    most = max(1, TOGETHER // (page.limit + 1))
    return (keys[start : start + most] for start in range(0, len(keys), most))


def _together(keys: Sequence[tuple[str, int]]) -> Iterator[list[str]]:
    """The ids of texts that are read together: many short ones, or few long ones."""
    some: list[str] = []
    characters = 0
    for id, length in keys:
        if some and characters + length > MOST_CHARACTERS:
            yield some
            some, characters = [], 0
        some.append(id)
        characters += length
    if some:
        yield some


def _check_together(nodes: int) -> None:
    if nodes > 2 * MOST_NODES:
        raise too_many_nodes()
