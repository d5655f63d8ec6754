"""Subscribers who come back: whose place is known, and for whom."""

from __future__ import annotations

from typing import Any

from service.api.graphql import returning
from service.api.graphql.context import Stream
from service.api.graphql.returning import Subscribers, confirm
from service.records import new_id


def begin(subscribers: Subscribers, owner: str, id: str, *operation: Any) -> Stream:
    """The stream of a subscription that can come back."""
    stream = subscribers.begin(owner, id, *(operation or OPERATION))
    assert stream is not None
    return stream


OPERATION = ("subscription($id: ID!) { taskEvents(taskId: $id) { cursor } }", {"id": "t"}, None)


def test_who_comes_back_goes_on_after_what_it_received() -> None:
    """However often, and also where its former connection is not known to be gone."""
    subscribers, id = Subscribers(), new_id()
    first = begin(subscribers, "ann", id)
    assert first.after is None
    confirm(first, "c7")
    second = begin(subscribers, "ann", id)
    assert second.after == "c7"
    confirm(second, "c9")
    confirm(first, "c8")
    assert begin(subscribers, "ann", id).after == "c9"


def test_another_subscription_begins_where_it_says() -> None:
    """Another's, another one's, one with other variables, and one whose id is a number that begins anew."""
    subscribers, id = Subscribers(), new_id()
    query, _, name = OPERATION
    confirm(begin(subscribers, "ann", id), "c7")
    assert begin(subscribers, "bob", id).after is None
    assert begin(subscribers, "ann", new_id()).after is None
    assert begin(subscribers, "ann", id, query, {"id": "t", "after": "c8"}, name).after is None
    assert subscribers.begin("ann", "1", *OPERATION) is None


def test_what_is_no_cursor_is_not_kept() -> None:
    """Nor is more than a cursor's length, whatever a client echoes."""
    stream = begin(Subscribers(), "ann", new_id())
    for said in (None, 5, {}, "c" * 1000):
        confirm(stream, said)
    assert stream.after is None


def test_an_owner_who_subscribes_often_costs_others_nothing() -> None:
    """Of each owner so many are remembered, those who began last."""
    subscribers, old, new = Subscribers(), new_id(), new_id()
    for owner, id in (("ann", old), ("bob", old)):
        confirm(begin(subscribers, owner, id), "c7")
    for _ in range(returning.MOST):
        confirm(begin(subscribers, "bob", new := new_id()), "c8")
    assert begin(subscribers, "ann", old).after == "c7"
    assert begin(subscribers, "bob", new).after == "c8"
    assert begin(subscribers, "bob", old).after is None
