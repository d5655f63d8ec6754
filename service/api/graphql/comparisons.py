"""What is different between two responses, as GraphQL types."""

from __future__ import annotations

import asyncio
from typing import Any

import strawberry

from service.api.graphql.context import Info
from service.api.graphql.messages import Response
from service.conversations.comparing import Change, ComparedBy, TextChangeKind, compare
from service.conversations.context.comparing import difference
from service.errors import NotFound
from service.tasks.rebuilding import SentContext

strawberry.enum(ComparedBy)
strawberry.enum(TextChangeKind)


@strawberry.type
class TextChange:
    """A piece of text, and what became of it."""

    kind: TextChangeKind
    """Whether it is in both texts, or in one of them."""

    text: str
    """The piece, with the spaces in it."""


@strawberry.type
class ContextComparison:
    """What two models were sent, message by message. Lists name 1000 messages at most; the counts count all."""

    only_in_a: list[strawberry.ID]
    """Messages that were sent for `a` alone, by their ids."""

    only_in_a_count: int
    """How many these are."""

    only_in_b: list[strawberry.ID]
    """Messages that were sent for `b` alone."""

    only_in_b_count: int
    """How many these are."""

    changed: list[strawberry.ID]
    """Messages that were sent for both, with other texts."""

    changed_count: int
    """How many these are."""

    same_count: int
    """How many messages were sent for both, as they are."""

    identical: bool
    """Whether both were sent the same, byte for byte."""


@strawberry.type
class ResponseComparison:
    """Two responses side by side. Differences are those of `b` less those of `a`; null where one is not known."""

    a: Response
    """The first one."""

    b: Response
    """The second one."""

    compared_by: ComparedBy
    """What the texts were compared by: words, unless they are too long or too different."""

    changes: list[TextChange]
    """What is in both and in one of them, in order: SAME and REMOVED together are the text of `a`, SAME and ADDED that
    of `b`."""

    same_model: bool | None
    """Whether one model wrote both; null where one of them was put together."""

    input_tokens: int | None
    """How many tokens more were read for `b`."""

    output_tokens: int | None
    """How many tokens more were written for `b`."""

    latency_ms: float | None
    """How much longer the call for `b` took."""

    cost_usd: float | None
    """How much more `b` cost."""

    @strawberry.field
    async def context(self, info: Info) -> ContextComparison | None:
        """What is different in what the models were sent; null where one of them was not asked, or where what it was
        sent cannot be made again because something was deleted."""
        sent: list[SentContext] = []
        for id_ in (self.a.id, self.b.id):
            attempt = await info.context.load.response_attempts.load(id_)
            found = await _sent(info, attempt.id) if attempt else None
            if found is None or found.is_same is False:
                return None
            sent.append(found)
        return await asyncio.to_thread(_compared, *sent)


async def response_comparison(info: Info, a: str, b: str) -> ResponseComparison:
    """Two of the caller's responses, compared beside the event loop. Raises `NotFound` that names the field."""
    first, second = await _response(info, a, "a"), await _response(info, b, "b")
    texts = [await response.content(info) for response in (first, second)]  # pyright: ignore[reportCallIssue]
    by, changes = await asyncio.to_thread(compare, *texts)
    one, other = [await info.context.load.response_attempts.load(id_) for id_ in (a, b)]
    more = {name: _more(one, other, name) for name in ("input_tokens", "output_tokens", "latency_ms", "cost_usd")}
    same_model = one.row["model"] == other.row["model"] if one and other else None
    said = [_text_change(change) for change in changes]
    return ResponseComparison(a=first, b=second, compared_by=by, changes=said, same_model=same_model, **more)


async def _sent(info: Info, attempt_id: str) -> SentContext | None:
    return await info.context.backend.rebuilding.context_of(info.context.caller, attempt_id)


def _compared(a: SentContext, b: SentContext) -> ContextComparison:
    found = difference(a.items, b.items)
    return ContextComparison(
        only_in_a=[strawberry.ID(id_) for id_ in found.removed],
        only_in_a_count=found.removed_count,
        only_in_b=[strawberry.ID(id_) for id_ in found.added],
        only_in_b_count=found.added_count,
        changed=[strawberry.ID(id_) for id_ in found.changed],
        changed_count=found.changed_count,
        same_count=found.same,
        identical=(a.messages, a.tools) == (b.messages, b.tools),
    )


async def _response(info: Info, id: str, field: str) -> Response:
    found = await info.context.load.messages.load(id)
    if not isinstance(found, Response):
        raise NotFound("There is no such response.", field=field)
    return found


def _more(a: Any, b: Any, name: str) -> Any:
    """How much more `b` has of a measure than `a`."""
    before, after = (getattr(it, name, None) for it in (a, b))
    return None if before is None or after is None else after - before


def _text_change(change: Change) -> TextChange:
    return TextChange(kind=change.kind, text=change.text)
