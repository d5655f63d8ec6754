"""What resolvers are given: the use cases, who calls, and this operation's loaders."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import strawberry

from service.api.graphql.encoding import Answer
from service.config import Config
from service.conversations.analytics.running import Analytics
from service.conversations.branches import Branches
from service.conversations.catalog import Conversations
from service.conversations.deleting import Deleting
from service.conversations.deltas import Deltas
from service.conversations.events import EventPage, Events
from service.conversations.feedback import Feedback
from service.conversations.history import History
from service.conversations.lines import Lines
from service.conversations.marks import Marks
from service.conversations.moments import Looks, Moment
from service.conversations.news import News
from service.conversations.outline import Outline
from service.conversations.responses import Responses
from service.conversations.search.searching import Search
from service.conversations.staleness import Staleness
from service.conversations.transfer.exporting import Exporting
from service.conversations.transfer.importing import Importing
from service.conversations.usage import Usage
from service.cursors import PageRequest, page_request
from service.errors import GraphUnavailable, LimitExceeded
from service.graph.reader import Reader
from service.models.registry import Models
from service.tasks.asked_summaries import NewSummary
from service.tasks.creating import Tasks
from service.tasks.kept_plans import KeptPlans
from service.tasks.leaving import Leaving
from service.tasks.merging import Merging
from service.tasks.previewing import Previews
from service.tasks.rebuilding import Rebuilding
from service.tasks.refreshing import Refreshing
from service.tasks.replays import Replays
from service.tasks.turns import Turns

if TYPE_CHECKING:
    from service.api.graphql.loaders import Loaders
    from service.api.graphql.variables import Checked

EVENTS_CURSOR = "eventsCursor"
"""The field that gives the cursor to follow a conversation's or a task's events from."""

MOST_NODES = 20_000
"""Nodes that one operation may return: nested lists multiply."""


@dataclass(frozen=True, slots=True)
class Backend:
    """The use cases that GraphQL calls."""

    config: Config
    reader: Reader
    history: History
    conversations: Conversations
    marks: Marks
    feedback: Feedback
    branches: Branches
    outline: Outline
    tasks: Tasks
    turns: Turns
    merging: Merging
    lines: Lines
    replays: Replays
    rebuilding: Rebuilding
    previews: Previews
    refreshing: Refreshing
    leaving: Leaving
    summarize: Callable[[str, NewSummary], Awaitable[str]]
    plans: KeptPlans
    events: Events
    news: News
    usage: Usage
    analytics: Analytics
    search: Search
    staleness: Staleness
    deltas: Deltas
    responses: Responses
    deleting: Deleting
    importing: Importing
    exporting: Exporting
    models: Models
    looks: Looks = field(default_factory=Looks)
    """How things are that events are told with."""
    told: Moment = field(default_factory=Moment)
    """Events as they were told lately, by what was asked of them."""
    opened: asyncio.Event = field(default_factory=asyncio.Event)
    """Set once the graph was checked and brought up to date."""

    def require_open(self) -> None:
        """Raises `GraphUnavailable` while nothing may be written yet."""
        if not self.opened.is_set():
            raise GraphUnavailable("Neo4j is not available yet.", remedy="Try again in a moment.")


@dataclass(slots=True)
class Stream:
    """A stream of events: the cursor of what its client is known to have, and that of the event under way."""

    after: str | None = None
    place: str | None = None


@dataclass(slots=True)
class Context:
    """One operation: its caller and what it has read so far. `owner` None: not signed in yet (WebSocket).

    `answer`: what its answer is written to.

    `cost`: what it may cost, in fields, as far as that is known; see `costs.py`.

    `variables`: as they were checked beforehand, where they are many.

    `settles`: it asks for a cursor of events, so what it reads must show all that is at or below that cursor.
    """

    backend: Backend
    owner: str | None
    connection_params: dict[str, Any] | None = None
    stream: Stream = field(default_factory=Stream)
    settles: bool = False
    answer: Answer | None = None
    cost: int = 0
    variables: Checked | None = None
    _page: EventPage | None = field(default=None, repr=False)
    _loaders: Loaders | None = field(default=None, repr=False)
    _nodes: int = 0

    @property
    def caller(self) -> str:
        """The owner; GraphQL is never reached without one."""
        assert self.owner is not None
        return self.owner

    @property
    def load(self) -> Loaders:
        """This operation's loaders."""
        if self._loaders is None:
            from service.api.graphql.loaders import Loaders

            self._loaders = Loaders(self.backend, self.caller, self._page, self.answer, settles=self.settles)
        return self._loaders

    def fresh(self, text: str | None = None) -> Context:
        """The same caller with nothing read: for the next operation of a connection, which has this text."""
        settles = text is not None and EVENTS_CURSOR in text
        return Context(self.backend, self.owner, self.connection_params, self.stream, settles, self.answer)

    def begin_event(self, cursor: str, page: EventPage | None) -> None:
        """Drop what was read: the next event of a subscription reads the graph as it is then, or as others who were
        given the same page have just read it."""
        self.stream.place, self._page = cursor, page
        self.end()
        self._nodes = 0
        if self.answer:
            self.answer.begin()

    @property
    def event_key(self) -> object:
        """What tells the event under way from all others, for whoever may see it; None for what is no event."""
        return None if self._page is None else (self.owner, self._page.what, self.stream.place)

    def begin_write(self) -> Backend:
        """The use cases, for a mutation: what was read before it is read again after it.

        Raises `GraphUnavailable` while nothing may be written yet.
        """
        self.backend.require_open()
        self.end()
        return self.backend

    def end(self) -> None:
        """Let go of what was read."""
        if self._loaders is not None:
            self._loaders.end()
            self._loaders = None

    def count(self, nodes: int) -> None:
        """Count nodes of a list. Raises `LimitExceeded` where an operation returns too many."""
        self._nodes += nodes
        if self._nodes > MOST_NODES:
            raise too_many_nodes()

    def page(self, **wanted: Any) -> PageRequest:
        """The page that a connection's arguments ask for. Raises `InvalidInput` unless they are within the bounds."""
        return page_request(self.backend.config.server.limits.max_page, **wanted)


def too_many_nodes() -> LimitExceeded:
    """What is raised for an operation that returns too many nodes."""
    return LimitExceeded(f"This operation returns more than {MOST_NODES} nodes.", remedy="Ask for smaller pages.")


Info = strawberry.Info[Context, None]
"""What resolvers see of an operation."""
