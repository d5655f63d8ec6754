"""Events out of bytes, however they were cut."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from antiphon.sse import EventReader

STREAM = b': alive\n\nevent: next\ndata: {"a": 1}\r\n\r\nid: 5\rdata: one\rdata:two\r\revent: complete\n\ndata: cut'
EVENTS = [("next", b'{"a": 1}'), ("", b"one\ntwo"), ("complete", b"")]


@given(st.lists(st.integers(0, len(STREAM)), max_size=8))
def test_events_do_not_depend_on_where_bytes_are_cut(cuts: list[int]) -> None:
    """Comments are no events, ends of lines are of any kind, and what has no end is no event yet."""
    reader, places = EventReader(), [0, *sorted(cuts), len(STREAM)]
    found = [it for start, end in pairwise(places) for it in reader.feed(STREAM[start:end])]
    assert found == EVENTS
