"""What people think of messages, as GraphQL types: annotations, and how the answers of a row of usage were rated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from service.api.graphql.connections import Edge, one_edge
from service.api.graphql.context import Info
from service.api.graphql.nodes import Node
from service.api.graphql.scalars import DateTime
from service.conversations.feedback import AnnotationFilter, NewAnnotation
from service.conversations.listings import ANNOTATIONS

if TYPE_CHECKING:
    from service.api.graphql.messages import Message

LazyMessage = Annotated["Message", strawberry.lazy("service.api.graphql.messages")]


@strawberry.type
class Annotation(Node):
    """What somebody thinks of a message."""

    created_at: DateTime
    """When it was made."""

    updated_at: DateTime
    """When it was changed last."""

    annotator: str
    """Who thinks so: a person, or a program that judges."""

    rating: float | None
    """From -1 (bad) to 1 (good)."""

    label: str | None
    """What kind of opinion it is, in a word or two."""

    comment: str | None
    """More about it."""

    message_id: strawberry.ID
    """The id of the message."""

    conversation_id: strawberry.ID
    """The id of the conversation that the message is in."""

    @strawberry.field
    async def message(self, info: Info) -> LazyMessage | None:
        """The message."""
        return await info.context.load.messages.load(self.message_id)


def annotation(row: dict[str, Any]) -> Annotation:
    """An annotation of its row."""
    return Annotation(
        id=row["id"],
        created_at=row["createdAt"],
        updated_at=row["updatedAt"],
        annotator=row["annotator"],
        rating=row["rating"],
        label=row["label"],
        comment=row["comment"],
        message_id=row["messageId"],
        conversation_id=row["conversationId"],
    )


@strawberry.input
class AnnotateInput:
    """What an annotator thinks of a message. It takes the place of all that the same annotator said of it before."""

    message_id: strawberry.ID
    """The message's id: a prompt's or a response's."""

    rating: float | None = None
    """From -1 (bad) to 1 (good). A thumb is 1 or -1; of five stars it is (stars - 3) / 2."""

    label: str | None = None
    """What kind of opinion it is, such as `wrong` or `too long`: 50 characters at most."""

    comment: str | None = None
    """More about it: 4,000 characters at most."""

    annotator: str | None = None
    """Who thinks so; the caller where it is left out. 200 characters at most."""

    idempotency_key: str | None = None
    """The same key does it once: sending it twice is safe."""

    def record(self) -> NewAnnotation:
        """As the use case takes it."""
        said = (self.rating, self.label, self.comment, self.annotator)
        return NewAnnotation(self.message_id, *said, self.idempotency_key)


@strawberry.input
class WithdrawAnnotationInput:
    """An annotation to be withdrawn."""

    annotation_id: strawberry.ID
    """The annotation's id."""

    idempotency_key: str | None = None
    """The same key does it once: sending it twice is safe."""


@strawberry.input
class AnnotationFilterInput:
    """Only these annotations."""

    label: str | None = None
    """With this label."""

    annotator: str | None = None
    """Of this annotator."""

    conversation_id: strawberry.ID | None = None
    """In this conversation."""

    min_rating: float | None = None
    """Rated this or better."""

    max_rating: float | None = None
    """Rated this or worse."""

    def record(self) -> AnnotationFilter:
        """As the use case takes it."""
        return AnnotationFilter(self.label, self.annotator, self.conversation_id, self.min_rating, self.max_rating)


@strawberry.type
class AnnotatePayload:
    """What somebody thinks of a message."""

    annotation: Annotation | None
    """The annotation; null where it was withdrawn meanwhile."""

    @strawberry.field
    def annotation_edge(self) -> Edge[Annotation] | None:
        """The annotation, for the message's list `annotations`."""
        made = self.annotation
        return None if made is None else one_edge(made, ANNOTATIONS.order.cursor({"id": made.id}))


@strawberry.type
class WithdrawAnnotationPayload:
    """An annotation that is gone."""

    deleted_id: strawberry.ID
    """The id that it had."""

    message_id: strawberry.Private[str]

    @strawberry.field
    async def message(self, info: Info) -> LazyMessage | None:
        """The message that it was of."""
        return await info.context.load.message(self.message_id)


@strawberry.type
class Ratings:
    """How answers were rated."""

    count: int
    """How many ratings there are; of an answer each annotator's."""

    average: float | None
    """Their mean, from -1 (bad) to 1 (good); null where there is none."""

    positive: int
    """Those above 0."""

    negative: int
    """Those below 0."""


def ratings(row: dict[str, Any] | None) -> Ratings:
    """The ratings of a row; None where there are none."""
    found = row or {}
    average = found.get("average")
    return Ratings(
        count=found.get("ratings", 0),
        average=None if average is None else round(average, 6),
        positive=found.get("positive", 0),
        negative=found.get("negative", 0),
    )


async def annotate(info: Info, input: AnnotateInput) -> AnnotatePayload:
    """Annotate a message."""
    id = await info.context.begin_write().feedback.annotate(info.context.caller, input.record())
    return AnnotatePayload(annotation=await info.context.load.annotations.load(id))


async def withdraw_annotation(info: Info, input: WithdrawAnnotationInput) -> WithdrawAnnotationPayload:
    """Withdraw an annotation."""
    feedback = info.context.begin_write().feedback
    message = await feedback.withdraw_annotation(info.context.caller, input.annotation_id, input.idempotency_key)
    return WithdrawAnnotationPayload(deleted_id=input.annotation_id, message_id=message)
