"""What models are sent, as GraphQL types: what an attempt was sent, and what a prompt would be."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import strawberry

from service.api.graphql.connections import Connection, connection_of, paged
from service.api.graphql.context import Info
from service.api.graphql.messages import Message
from service.conversations.context.assembling import ContextItem
from service.cursors import PageRequest, listed_page
from service.records import ContextPolicy, ItemKind, Role
from service.tasks.previewing import PolicyPreview, Preview
from service.tasks.rebuilding import SentContext

if TYPE_CHECKING:
    from service.api.graphql.models import Model
    from service.api.graphql.summaries import Summary

LazySummary = Annotated["Summary", strawberry.lazy("service.api.graphql.summaries")]
LazyModel = Annotated["Model", strawberry.lazy("service.api.graphql.models")]


@strawberry.type
class ContextMessage:
    """One message as a model is sent it."""

    kind: ItemKind
    """What it is."""

    role: Role
    """In whose name it is sent."""

    content: str
    """Its text."""

    tokens: int | None
    """What it takes of the window; null where nobody counted it."""

    id: strawberry.Private[str | None]

    @strawberry.field
    async def message(self, info: Info) -> Message | None:
        """The message of the conversation that it is; null for summaries and for words of the service."""
        return await info.context.load.message(self.id) if self.id else None

    @strawberry.field
    async def summary(self, info: Info) -> LazySummary | None:
        """The summary that it is; null for all else."""
        if self.kind is not ItemKind.SUMMARY or self.id is None:
            return None
        return await info.context.load.summaries.load(self.id)


@strawberry.type
class AttemptContext:
    """What a call was sent, made again from the graph."""

    sha256: str | None
    """The hash of what was sent, as it was kept before the call."""

    is_same: bool | None
    """Whether this is byte for byte what was sent; null where no hash was kept, false where something was deleted."""

    items: strawberry.Private[Sequence[ContextItem]]

    @paged
    async def messages(self, info: Info, page: PageRequest) -> Connection[ContextMessage]:
        """What was sent, oldest first."""
        return _messages(info, self.items, page)


@strawberry.type
class PolicyContext:
    """What a prompt would be sent with under one policy."""

    policy: ContextPolicy
    """The policy."""

    error: str | None
    """Why the prompt would fail; null where it would not."""

    tokens: int | None
    """The tokens of all but the prompt."""

    is_whole: bool | None
    """Whether all that is above the prompt would be sent."""

    items: strawberry.Private[Sequence[ContextItem]]

    @strawberry.field
    def message_count(self) -> int:
        """How many messages would be sent, the prompt among them."""
        return len(self.items)

    @paged
    async def messages(self, info: Info, page: PageRequest) -> Connection[ContextMessage]:
        """What would be sent, oldest first."""
        return _messages(info, self.items, page)


@strawberry.type
class ContextPreview:
    """What a prompt would be sent with. Nothing is written, and no model is asked."""

    model: LazyModel
    """The model that would be asked first."""

    window: int
    """The tokens of its window."""

    prompt_tokens: int
    """The tokens of the prompt and the tools."""

    answer_tokens: int
    """The tokens that are kept free for the answer."""

    chosen: PolicyContext
    """Under the policy that the prompt would have."""

    policies: list[PolicyContext]
    """Under each policy."""


def attempt_context(sent: SentContext) -> AttemptContext:
    """What an attempt was sent."""
    return AttemptContext(sha256=sent.sha256, is_same=sent.is_same, items=sent.items)


def context_preview(preview: Preview) -> ContextPreview:
    """What a prompt would be sent with."""
    from service.api.graphql.models import configured_model

    return ContextPreview(
        model=configured_model(preview.model),
        window=preview.model.context_window,
        prompt_tokens=preview.prompt_tokens,
        answer_tokens=preview.answer_tokens,
        chosen=_policy(preview.chosen),
        policies=[_policy(found) for found in preview.policies],
    )


def _policy(found: PolicyPreview) -> PolicyContext:
    context = found.context
    return PolicyContext(
        policy=found.policy,
        error=found.error,
        tokens=context.tokens if context else None,
        is_whole=context.is_whole if context else None,
        items=context.items if context else (),
    )


def _messages(info: Info, items: Sequence[ContextItem], page: PageRequest) -> Connection[ContextMessage]:
    info.context.count(page.limit)
    found = listed_page("sent", len(items), page)
    shown: list[int] = [row["index"] for row in found.rows]
    return connection_of(found, [_message(items[index]) for index in shown])


def _message(item: ContextItem) -> ContextMessage:
    said = item.message
    return ContextMessage(kind=item.kind, role=said.role, content=said.content, tokens=item.tokens or None, id=item.id)
