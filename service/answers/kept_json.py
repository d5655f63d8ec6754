"""Which JSON values from callers can be kept, and be given back inside an answer.

Pure. Knows nothing of what the values mean.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import Any, cast

from service.errors import InvalidInput

MOST_DEPTH = 100
"""Levels of lists and objects. What holds a value has levels of its own, and orjson writes 254 in all."""

MOST_VALUES = 65_536
"""Values on one level: none that may be kept has as many bytes."""

_LEAST, _MOST = -(2**63), 2**64 - 1
"""The whole numbers that orjson writes."""


def check_json(value: object, field: str) -> None:
    """Raises `InvalidInput` that names the field, where a JSON value would be lost, changed, or never read again."""
    level: list[object] = [value]
    for _ in range(MOST_DEPTH + 1):
        level = list(islice(chain.from_iterable(_inside(outer, field) for outer in level), MOST_VALUES + 1))
        if len(level) > MOST_VALUES:
            raise InvalidInput("This JSON value is too large.", field=field, remedy="Send less.")
        if not level:
            return
    raise InvalidInput(
        f"This JSON value is nested too deeply: it has more than {MOST_DEPTH} levels.",
        field=field,
        remedy="Make it flatter, or send its inner part as a text.",
    )


def _inside(value: object, field: str) -> Iterator[object]:
    """What a list or an object holds; any other value is looked at itself."""
    if isinstance(value, Mapping):
        yield from cast("Mapping[str, Any]", value).values()
    elif isinstance(value, Sequence) and not isinstance(value, str):
        yield from cast("Sequence[Any]", value)
    elif isinstance(value, int | float):
        _check_number(value, field)
    elif value is not None and not isinstance(value, str):
        # A file, which a form may put anywhere.
        raise InvalidInput("This is no JSON value.", field=field, remedy="Send text, numbers, lists and objects.")


def _check_number(number: float, field: str) -> None:
    if not (_LEAST <= number <= _MOST if isinstance(number, int) else math.isfinite(number)):
        raise InvalidInput("A number is too large to be kept.", field=field, remedy="Send it as a text.")
