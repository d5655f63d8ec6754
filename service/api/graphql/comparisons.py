"""What is different between two responses, as GraphQL types."""

from __future__ import annotations

import asyncio
from typing import Any

import strawberry

from service.api.graphql.context import Info
from service.api.graphql.messages import Response
from service.conversations.comparing import Change, ComparedBy, TextChangeKind, compare
from service.errors import NotFound

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
