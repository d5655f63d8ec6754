"""JSON that is cut into elements: as parsing all of it gives them, however the chunks fall; no depth costs much."""

from __future__ import annotations

import io
import json
import tracemalloc
from typing import Any, BinaryIO, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.conversations.transfer.bundles import Member
from service.conversations.transfer.json_elements import elements
from service.conversations.transfer.parsing import json_items, json_whole
from service.conversations.transfer.transcripts import Unreadable

VALUES = st.recursive(
    st.none() | st.integers(-9, 9) | st.sampled_from(["", "a", '"', "\\", '[{"', "\\]", "list", "é"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "list", '"']), inner, max_size=3),
    max_leaves=12,
)


class Dripping(io.BytesIO):
    """A stream that gives few bytes at a time."""

    def __init__(self, data: bytes, size: int) -> None:
        super().__init__(data)
        self._size = size

    def read(self, size: int | None = -1, /) -> bytes:
        """Up to as many bytes as it gives."""
        return super().read(self._size)


def cut(data: bytes, *path: str, size: int = 1_000) -> list[Any]:
    """The values of the elements, those between them too."""
    found: list[Any] = []
    for element in elements(cast(BinaryIO, Dripping(data, size)), path, "x.json"):
        value = json.loads(element.data)
        found += value if element.depth < 0 else [value]
    return found


def member(data: bytes) -> Member:
    """A file."""
    return Member("x.json", len(data), lambda: io.BytesIO(data))


@given(st.lists(VALUES, max_size=4), VALUES, st.integers(1, 40))
def test_elements_are_those_of_the_whole(listed: list[Any], other: Any, size: int) -> None:
    """Of a list, and of a list behind a key, whatever stands before and behind it."""
    assert cut(json.dumps(listed).encode(), size=size) == listed
    whole = {"a": other, "list": listed, "z": other}
    assert cut(json.dumps(whole).encode(), "list", size=size) == listed
    assert cut(json.dumps({"a": {"list": other}, "b": {"list": listed}}).encode(), "b", "list", size=size) == listed


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b'[{"a": 1}, {"b"', "breaks off"),
        (b'[{"a": "x', "breaks off"),
        (b'{"a": 1}', "holds no list"),
        (b"", "holds no list"),
        (b"[1]]", "more brackets than it opens"),
        (b"[1] and so on", "goes on behind its end"),
    ],
)
def test_what_is_wrong_is_said(data: bytes, says: str) -> None:
    """Behind all that came before."""
    with pytest.raises(Unreadable, match=says):
        cut(data)


def test_brackets_40000_deep_are_refused_and_cost_little() -> None:
    """And the element behind them is read."""
    data = b"[" + b"[" * 40_000 + b"]" * 40_000 + b', {"a": 1}]'
    tracemalloc.start()
    deep, good = json_items(member(data), "item")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert isinstance(deep, Unreadable)
    assert good == {"a": 1}
    assert peak < 10_000_000


def test_what_other_parsers_refuse_is_read_where_tools_write_it() -> None:
    """Halves of surrogate pairs, NaN, numbers of 30 digits, and what is 5,000 deep."""
    half, nan, long = json_items(member(b'["\\ud83d", NaN, 123456789012345678901234567890]'), "item")
    assert (half, nan != nan, int(long) > 10**29) == ("\ud83d", True, True)
    value, depth = json_whole(member(b"[" * 5_000 + b"]" * 5_000)), 0
    while value:
        (value,), depth = value, depth + 1
    assert depth == 4_999
