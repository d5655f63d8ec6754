"""What search finds, as GraphQL types."""

from __future__ import annotations

import strawberry

from service.api.graphql.connections import Connection, connection_of
from service.api.graphql.context import Info
from service.api.graphql.messages import Message, Prompt, Response
from service.api.graphql.scalars import DateTime
from service.api.graphql.sources import Source
from service.api.graphql.summaries import Summary
from service.conversations.feedback import AnnotationFilter
from service.conversations.search.filters import INDEX_KINDS, Question, SearchFilter, SearchKind, SearchMode
from service.conversations.search.fusing import SearchSignal
from service.conversations.search.searching import Hit
from service.cursors import page_request
from service.errors import InvalidInput, NotFound
from service.records import Role

strawberry.enum(SearchMode)
strawberry.enum(SearchKind)
strawberry.enum(SearchSignal)

HITS = 10
"""Hits of a page that nobody asked to be longer."""
MOST_AROUND = 10


@strawberry.input
class SearchAnnotationFilter:
    """What was said of a turn: of its prompt, or of its response. With nothing in it, any annotation."""

    label: str | None = None
    """With this label."""

    annotator: str | None = None
    """Of this annotator."""

    min_rating: float | None = None
    """Rated this or better."""

    max_rating: float | None = None
    """Rated this or worse."""

    def record(self) -> AnnotationFilter:
        """As the use case takes it."""
        return AnnotationFilter(self.label, self.annotator, None, self.min_rating, self.max_rating)


@strawberry.input(name="SearchFilter")
class SearchFilterInput:
    """What may be found; what is left out does not matter."""

    conversation_id: strawberry.ID | None = None
    """Only in this conversation, and in what its tasks read."""

    branch_id: strawberry.ID | None = None
    """Only what the head of this branch reaches."""

    kinds: list[SearchKind] | None = None
    """Only these kinds of texts."""

    role: Role | None = None
    """Only messages of this role."""

    model: str | None = None
    """Only turns that this model answered, by its id."""

    task_type: str | None = None
    """Only what belongs to tasks of this type."""

    annotation: SearchAnnotationFilter | None = None
    """Only turns that somebody annotated so."""

    created_from: DateTime | None = None
    """Written then or later."""

    created_before: DateTime | None = None
    """Written before then."""

    def record(self) -> SearchFilter:
        """As the use case takes it. Raises `InvalidInput` for an empty list."""
        if self.kinds is not None and not self.kinds:
            raise InvalidInput("One kind of text at least is searched.", field="filter.kinds", remedy="Leave it out.")
        return SearchFilter(
            conversation_id=self.conversation_id,
            branch_id=self.branch_id,
            kinds=tuple(self.kinds or ()),
            role=self.role.value if self.role else None,
            model=self.model,
            task_type=self.task_type,
            since=self.created_from,
            until=self.created_before,
            annotation=self.annotation.record() if self.annotation else None,
        )


@strawberry.type
class TextRange:
    """A part of a text, in characters from 0."""

    start: int
    """Where it begins."""

    end: int
    """Where it ends: the first character after it."""


@strawberry.type
class SearchSnippet:
    """The part of a text that shows best why it was found."""

    text: str
    """The part, as it is written there."""

    start: int
    """Where the part begins in the whole text, in characters from 0."""

    marks: list[TextRange]
    """What in the part matches the question, by its words; empty where only the meaning does."""


@strawberry.type
class SearchHit:
    """What was found: a turn (a prompt with a response), a summary, or a source."""

    score: float
    """How good it is beside the other hits of this search: 1 / (60 + rank), of each signal, together."""

    signals: list[SearchSignal]
    """What found it."""

    kind: SearchKind
    """In what kind of text it was found best."""

    repeat_count: int
    """How many more turns were found whose prompt says the same; the best one is this."""

    snippet: SearchSnippet
    """Why it was found."""

    hit: strawberry.Private[Hit]

    @strawberry.field
    async def prompt(self, info: Info) -> Prompt | None:
        """The prompt of the turn; null for a summary and a source."""
        return await info.context.load.message(self.hit.found.row["promptId"])

    @strawberry.field
    async def response(self, info: Info) -> Response | None:
        """The response of the turn: the one that was found, or else the newest; null where there is none."""
        return await info.context.load.message(self.hit.response_id)

    @strawberry.field
    async def summary(self, info: Info) -> Summary | None:
        """The summary, where one was found."""
        is_one = self.kind is SearchKind.SUMMARY
        return await info.context.load.summaries.load(self.hit.found.row["of"]) if is_one else None

    @strawberry.field
    async def source(self, info: Info) -> Source | None:
        """The source, where one was found."""
        is_one = self.kind is SearchKind.SOURCE
        return await info.context.load.sources.load(self.hit.found.row["of"]) if is_one else None

    @strawberry.field
    async def around(self, info: Info, count: int = 2) -> list[Message]:
        """The turn with the messages before and after it on its path, oldest first; where the path forks after it, the
        newest way. Empty for a summary and a source.

        Args:
            count: So many messages before it, and so many after it; 10 at most.
        """
        if not 0 <= count <= MOST_AROUND:
            raise InvalidInput(f"It is 0 to {MOST_AROUND}.", field="count")
        prompt, response = self.hit.found.row["promptId"], self.hit.response_id
        if prompt is None:
            return []
        return await info.context.load.around((prompt, response) if response else (prompt,), count)


@strawberry.type
class SearchConnection(Connection[SearchHit]):
    """A page of hits, best first."""

    is_complete: bool
    """Whether all that could be found is searched: nothing waits for its vector. A text is found by its words a moment
    after it was written."""

    waiting_count: int
    """How many passages of your texts wait for their vectors; 10,000 may be more. They are found by their words."""

    has_vectors: bool
    """Whether meaning could be searched: not where `search.embeddings` is switched off, has not begun yet, or its model
    cannot be asked now."""


async def search(
    info: Info,
    query: str,
    mode: SearchMode = SearchMode.HYBRID,
    filter: SearchFilterInput | None = None,
    first: int | None = HITS,
    after: str | None = None,
) -> SearchConnection | None:
    """What you wrote or were answered, best first: turns, summaries, and the sources of your tasks.

    A question is words; `"several words"` must follow each other, and `begin*` is the beginning of a word. Words with
    small typing errors are found, too.

    Args:
        query: The question: 20,000 characters at most.
        mode: By words, by meaning, or by both.
        filter: What may be found.
        first: So many hits, 100 at most.
        after: After this hit.
    """
    limits = info.context.backend.config.server.limits
    page = page_request(limits.max_page, HITS if first is None else first, after)
    question = Question(query, mode, (filter or SearchFilterInput()).record())
    await _check(info, question.filter)
    found = await info.context.backend.search.search(info.context.caller, question, page)
    info.context.count(len(found.rows))
    shown = connection_of(found, [_shown(hit) for hit in found.rows])
    return SearchConnection(
        page_info=shown.page_info,
        edges=shown.edges,
        is_complete=found.waiting == 0 and (found.has_vectors or not info.context.backend.search.wants_vectors),
        waiting_count=found.waiting,
        has_vectors=found.has_vectors,
    )


async def _check(info: Info, wanted: SearchFilter) -> None:
    """Raises `NotFound` for a conversation or a branch that the caller does not have."""
    load = info.context.load
    if wanted.conversation_id is not None and await load.conversations.load(wanted.conversation_id) is None:
        raise NotFound("There is no such conversation.", field="filter.conversationId")
    if wanted.branch_id is not None and await load.branches.load(wanted.branch_id) is None:
        raise NotFound("There is no such branch.", field="filter.branchId")


_KINDS = {name: kind for kind, names in INDEX_KINDS.items() for name in names}


def _shown(hit: Hit) -> SearchHit:
    row, part = hit.row, hit.snippet
    marks = [TextRange(start=start, end=end) for start, end in part.marks]
    return SearchHit(
        score=hit.found.score,
        signals=hit.signals,
        kind=_KINDS[row["kind"]],
        repeat_count=hit.found.repeats,
        snippet=SearchSnippet(text=part.text, start=part.start, marks=marks),
        hit=hit,
    )
