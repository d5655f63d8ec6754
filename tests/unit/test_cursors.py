"""Page requests, and keyset paging of ordered lists against slices of the whole list."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.cursors import FIRST, Order, Page, PageRequest, encode_cursor, page_request
from service.errors import InvalidInput

ORDERS = [
    Order("a", {"id": str}),
    Order("b", {"at": int, "id": str}),
    Order("c", {"at": int, "id": str}, descending=True),
    Order("d", {"id": str}, descending=True),
    Order("c", {"id": str}, descending=True, beside={"at": int}),
]


def read(order: Order, rows: list[dict[str, Any]], page: PageRequest) -> Page:
    """A page as a stored statement reads it: between the bounds, upwards or downwards, and no more than asked for."""
    bounds = order.bounds(page)

    def key(row: dict[str, Any]) -> list[Any]:
        return [row[name] for name in order.key]

    found = sorted((row for row in rows if bounds["low"] < key(row) < bounds["high"]), key=key)
    upwards, downwards = found[: bounds["up"]], found[::-1][: bounds["down"]]
    return order.page(upwards + downwards, page)


@given(
    order=st.sampled_from(ORDERS),
    rows=st.lists(
        st.fixed_dictionaries({"at": st.integers(0, 5), "id": st.text("abc", min_size=1, max_size=4)}),
        unique_by=lambda row: row["id"],
        max_size=30,
    ),
    limit=st.integers(1, 35),
    backward=st.booleans(),
    data=st.data(),
)
def test_a_page_is_a_slice_of_the_list(
    order: Order, rows: list[dict[str, Any]], limit: int, backward: bool, data: st.DataObject
) -> None:
    """From either end, between any two cursors; and it knows whether the list goes on on either side."""
    whole = read(order, rows, PageRequest(100)).rows
    begin = data.draw(st.none() | st.integers(0, len(whole) - 1)) if whole else None
    end = data.draw(st.none() | st.integers(begin or 0, len(whole) - 1)) if whole else None
    after, before = (None if at is None else order.cursor(whole[at]) for at in (begin, end))
    page = read(order, rows, PageRequest(limit, backward, after, before))
    between = whole[0 if begin is None else begin + 1 : end]
    expected = between[-limit:] if backward else between[:limit]
    assert page.rows == expected
    if expected:
        assert page.has_previous is (whole[0] not in expected)
        assert page.has_next is (whole[-1] not in expected)


@given(order=st.sampled_from(ORDERS), argument=st.sampled_from(["after", "before"]), cursor=st.text(max_size=60))
def test_a_damaged_cursor_names_its_argument(order: Order, argument: str, cursor: str) -> None:
    """Whatever was sent that we did not make is the caller's error, and no other."""
    with pytest.raises(InvalidInput) as caught:
        order.bounds(PageRequest(5, **{argument: cursor}))  # pyright: ignore[reportArgumentType]
    assert caught.value.field == argument


@pytest.mark.parametrize("parts", [[], [1], ["a", "b"], [None], [True], [["a"]]])
def test_a_cursor_of_another_list_is_refused(parts: list[Any]) -> None:
    """Also one whose parts do not fit."""
    with pytest.raises(InvalidInput):
        ORDERS[1].bounds(PageRequest(5, after=encode_cursor("b", *parts)))
    with pytest.raises(InvalidInput):
        ORDERS[1].bounds(PageRequest(5, after=ORDERS[0].cursor({"id": "x"})))


def test_one_cursor_is_a_place_in_both_orders_of_a_list() -> None:
    """The shorter key is found in the longer."""
    by_time, by_id = ORDERS[2], ORDERS[4]
    row = {"at": 5, "id": "x"}
    assert by_time.cursor(row) == by_id.cursor(row)
    page = PageRequest(1, after=by_id.cursor(row))
    assert (by_time.bounds(page)["high"], by_id.bounds(page)["high"]) == ([5, "x"], ["x"])


@pytest.mark.parametrize(
    ("said", "page"),
    [
        ({}, PageRequest(20)),
        ({"first": None}, PageRequest(20)),
        ({"first": 7, "after": "a"}, PageRequest(7, False, "a")),
        ({"last": 7}, PageRequest(7, True)),
        ({"first": FIRST, "last": 7, "before": "b"}, PageRequest(7, True, None, "b")),
        ({"first": None, "last": 7, "after": "a", "before": "b"}, PageRequest(7, True, "a", "b")),
    ],
)
def test_null_is_the_default(said: dict[str, Any], page: PageRequest) -> None:
    """And the default yields to `last`."""
    assert page_request(200, **said) == page


def test_the_default_is_within_the_bound() -> None:
    """Where pages are small, so is the default."""
    assert page_request(5) == PageRequest(5)


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"first": 0}, "first"),
        ({"first": -1}, "first"),
        ({"first": 201}, "first"),
        ({"last": 0}, "last"),
        ({"last": -5}, "last"),
        ({"last": 201}, "last"),
        ({"first": 20, "last": 20}, "last"),
    ],
)
def test_a_size_beyond_the_bounds_names_its_argument(said: dict[str, Any], field: str) -> None:
    """Nothing is cut to size silently."""
    with pytest.raises(InvalidInput) as caught:
        page_request(200, **said)
    assert caught.value.field == field
