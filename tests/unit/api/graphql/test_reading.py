"""JSON that is long is read in pieces, and says the same."""

from __future__ import annotations

import json
import random
from typing import Any

import orjson
import pytest

from service.api.graphql.reading import MOST_VALUES, PIECE, SHORT, TooManyValues, read_json
from tests.support.turns import Turns

PARTS = ["x" * 50, "ä", "😀", '"', "\\", "\n", "\x01", "\\u00e4", "}", "[", ",", '\\"']


def text(chance: random.Random, parts: int) -> str:
    """A text with whatever could be taken for something else."""
    return "".join(chance.choices(PARTS, k=parts))


def document(chance: random.Random) -> Any:
    """A request with short strings, many of them, and with long ones."""
    many = [text(chance, chance.randint(0, 20)) for _ in range(chance.randint(0, 2000))]
    return {
        "query": "q",
        "variables": {
            "a": many,
            "b": text(chance, chance.choice([10, 20_000, 40_000])),
            "c": {"d": text(chance, 60_000), "e": [1, None, True, 1.5, []]},
        },
    }


@pytest.mark.parametrize("seed", range(12))
async def test_it_says_the_same(seed: int) -> None:
    """Whatever stands at the seams of the pieces, escaped or not."""
    said = document(random.Random(seed))
    for ascii in (True, False):
        encoded = json.dumps(said, ensure_ascii=ascii).encode()
        assert len(encoded) > SHORT
        assert await read_json(encoded) == orjson.loads(encoded)


@pytest.mark.parametrize(
    "broken",
    [
        b'{"a": "' + b"x" * (2 * SHORT),
        b'{"a": "' + b"x" * (2 * SHORT) + b'\\ud83d"}',
        b'{"a": "' + b"x" * (2 * SHORT) + b'\\"',
        b'{"a": "' + b"\\" * (2 * SHORT + 1),
        b'{"a": "' + b"\xff" * (2 * SHORT) + b'"}',
        b'{"' + b"x" * (2 * SHORT) + b'": 1}',
        b'"' * SHORT + b'"',
        b"[" * (2 * SHORT),
    ],
)
async def test_what_is_broken_comes_to_an_end(broken: bytes) -> None:
    """With an error, as JSON that is short."""
    with pytest.raises((orjson.JSONDecodeError, TooManyValues)):
        await read_json(broken)


async def test_more_values_than_can_be_read_at_once_are_refused() -> None:
    """Commas inside of strings are none."""
    with pytest.raises(TooManyValues):
        await read_json(b"[" + b"[]," * MOST_VALUES + b"1]")
    commas = "," * (2 * MOST_VALUES)
    assert await read_json(orjson.dumps([commas, "a,b"])) == [commas, "a,b"]


async def test_others_go_on_meanwhile() -> None:
    """The loop turns at least once for every few pieces."""
    encoded = orjson.dumps({"a": "x,y\n" * (100 * PIECE // 4)})
    async with Turns() as turns:
        await read_json(encoded)
    assert turns.count > 2
