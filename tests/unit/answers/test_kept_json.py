"""JSON values that can be kept, and those that would be lost, changed, or never read again."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from service.answers.kept_json import MOST_DEPTH, MOST_VALUES, check_json
from service.errors import InvalidInput


def nested(levels: int, inner: object = 1) -> Any:
    """A value inside of so many lists."""
    for _ in range(levels):
        inner = [inner]
    return inner


@pytest.mark.parametrize("value", [None, True, 1.5, 2**64 - 1, -(2**63), "\x00 😀", {"": [{}, []]}, nested(MOST_DEPTH)])
def test_what_is_kept_comes_back(value: object) -> None:
    """Nothing of it is changed by being written and read."""
    check_json(value, "input.metadata")
    assert orjson.loads(orjson.dumps(value)) == value


@pytest.mark.parametrize(
    ("value", "word"),
    [
        (nested(MOST_DEPTH + 1), "nested too deeply"),
        ({"a": nested(MOST_DEPTH, {})}, "nested too deeply"),
        ({"a": [float("inf")]}, "number"),
        ({"a": 2**64}, "number"),
        ({"a": object()}, "no JSON value"),
        ([0] * (MOST_VALUES + 1), "too large"),
    ],
)
def test_what_would_not_come_back_is_refused_by_its_field(value: object, word: str) -> None:
    """In words that say what is wrong with it, and what helps."""
    with pytest.raises(InvalidInput, match=word) as caught:
        check_json(value, "input.metadata")
    assert caught.value.field == "input.metadata"
    assert caught.value.remedy
