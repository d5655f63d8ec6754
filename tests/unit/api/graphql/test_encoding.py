"""An answer is JSON that is written while it is made, and no longer than it may be."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from service.api.graphql.encoding import PIECE, Answer, Written, dumps
from service.errors import LimitExceeded

LONG = 'Ein Text über "viel" 😀\n\x01' * (PIECE // 8)


async def test_a_long_text_in_pieces_is_the_same_json() -> None:
    """Whatever stands at the seams."""
    written = await Answer(10**9).write(LONG)
    assert len(written.pieces) > 3
    assert orjson.loads(b"".join(written.pieces)) == LONG


@pytest.mark.parametrize(
    "said",
    [
        {},
        [],
        {"a": [], "b": {}, "c": None, "d": [1, 2.5, True, "x"], "e": {"f": [{"g": "ä"}, None]}},
        {"a": orjson.Fragment(b"[1,2]"), "b": [orjson.Fragment(b"{}"), orjson.Fragment(b"null")]},
    ],
)
async def test_json_in_blocks_is_json_at_once(said: Any) -> None:
    """Byte for byte."""
    answer = Answer(10**9)
    answer.count(PIECE + 1)
    assert b"".join(await answer.blocks(said)) == orjson.dumps(said)


async def test_texts_that_are_json_already_stand_where_they_belong() -> None:
    """At once, and in blocks."""
    answer = Answer(10**9)
    text = await answer.write(LONG)
    answer.count(len(LONG))
    said = {"a": [{"text": text, "n": 1}]}
    assert orjson.loads(b"".join(await answer.blocks(said))) == {"a": [{"text": LONG, "n": 1}]}
    assert orjson.loads(dumps(said)) == {"a": [{"text": LONG, "n": 1}]}


async def test_what_becomes_too_long_is_refused_while_it_is_counted() -> None:
    """With a remedy."""
    answer = Answer(100)
    answer.count(60)
    with pytest.raises(LimitExceeded):
        answer.require(41)
    with pytest.raises(LimitExceeded) as refused:
        answer.count(41)
    assert "first" in (refused.value.remedy or "")


async def test_the_whole_is_never_longer() -> None:
    """What was not counted is found at the end, and the error is said in its place."""
    said = await Answer(100).whole({"data": {"numbers": list(range(100))}})
    answer = orjson.loads(b"".join(said.pieces))
    assert answer["data"] is None
    assert answer["errors"][0]["extensions"]["code"] == "LIMIT_EXCEEDED"


def test_nothing_else_is_taken_for_json() -> None:
    """As without long texts."""
    with pytest.raises(TypeError):
        dumps({"a": object()})
    assert dumps(Written([b"[1", b"]"])) == b"[1]"
