"""Readers of developers' and local tools' formats, given files in which something is not as it should be."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.conversations.transfer.bundles import Bundle
from service.conversations.transfer.formats import FORMATS, recognize
from service.conversations.transfer.parsing import entries, fields
from service.conversations.transfer.transcripts import Notice, Transcript
from tests.support.agent_files import FILES, as_lines, bundle, member

ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The paths of all values in a value."""
    inner = [*fields(value).items(), *enumerate(entries(value))]
    return [path, *(found for key, one in inner for found in places(one, (*path, key)))]


def put(value: Any, path: tuple[Any, ...], other: Any) -> Any:
    """A value with another one at a path."""
    if not path:
        return other
    made = copy.copy(value)
    made[path[0]] = put(value[path[0]], path[1:], other)
    return made


def is_whole(found: object) -> bool:
    """Whether a transcript keeps what it promises: keys are unique, and its head is one of them."""
    if isinstance(found, Notice):
        return bool(found.text and found.place)
    assert isinstance(found, Transcript)
    keys = {message.key for message in found.messages}
    json.dumps([dict(message.extras) for message in found.messages] + [dict(found.extras)])
    head = found.head is None or found.head in keys
    return len(keys) == len(found.messages) > 0 and head and set(found.branches.values()) <= keys


@pytest.mark.parametrize("format", sorted(FILES))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_any_value_in_place_of_another_stops_no_reader(format: str, data: st.DataObject) -> None:
    """What is wrong is left out, or kept as something else; nothing is raised."""
    records = FILES[format][1]
    for _ in range(data.draw(st.integers(1, 3))):
        records = put(records, data.draw(st.sampled_from(places(records)[1:])), data.draw(ANY_JSON))
    given_bundle = bundle(format, records)
    assert all(map(is_whole, FORMATS[format].read(given_bundle)))
    assert isinstance(FORMATS[format].recognizes(given_bundle), bool)


@pytest.mark.parametrize("format", sorted(FILES))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_bytes_that_are_cut_or_replaced_stop_no_reader(format: str, data: st.DataObject) -> None:
    """A file that breaks off, and one with strange bytes in it, give what is good in them."""
    whole = as_lines(FILES[format][1])
    cut = data.draw(st.integers(1, len(whole)))
    broken = whole[:cut] + data.draw(st.binary(max_size=6)) + whole[cut + data.draw(st.integers(0, 40)) :]
    assert all(map(is_whole, FORMATS[format].read(Bundle("x", [member(FILES[format][0], broken)]))))


@pytest.mark.parametrize("format", sorted(FILES))
def test_a_file_is_recognized_as_what_it_is(format: str) -> None:
    """By lines, and where it can be a list, by a list."""
    name, records = FILES[format]
    assert recognize(bundle(format)).name == format
    listed = member(name, json.dumps(records, indent=1).encode())
    if format not in ("claude_code", "codex", "pi", "jan"):
        assert recognize(Bundle("x", [listed])).name == format


@pytest.mark.parametrize("format", sorted(FILES))
def test_reading_twice_gives_the_same(format: str) -> None:
    """Keys depend on nothing but the content."""
    assert list(FORMATS[format].read(bundle(format))) == list(FORMATS[format].read(bundle(format)))
