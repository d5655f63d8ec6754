"""What to write in place of a value or a key that is wrong, where that can be told. Pure.

No hint repeats a text: it may be a secret.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, cast

from service.settings.described import Entry, entries, entry_at
from service.settings.environment import variable_of
from service.settings.layers import KeyPath, keys_of, nearest, shape_at

_NUMBER = re.compile(r"\s*([0-9][0-9_]*(?:,[0-9]{3})*(?:\.[0-9]+)?(?:[eE][+]?[0-9]{1,2})?)\s*([A-Za-z]*)\s*")
_TIMES = {
    **{"ms": 0.001, "s": 1, "sec": 1, "second": 1, "m": 60, "min": 60, "minute": 60},
    **{"h": 3600, "hour": 3600, "d": 86_400, "day": 86_400, "w": 604_800, "week": 604_800},
}
_SIZES = {
    **{"b": 1, "byte": 1, "k": 1024, "m": 1024**2, "g": 1024**3, "t": 1024**4},
    **{f"{one}ib": 1024**step for step, one in enumerate("kmgt", 1)},
    **{f"{one}b": 1000**step for step, one in enumerate("kmgt", 1)},
}
_COUNTS = {"k": 1000, "m": 1000**2}
_OF_UNIT = {"seconds": 1, "hours": 3600, "days": 86_400}
_NOT_REPLACED = re.compile(r"\$\{[^{}]*\}|\$\([^()]*\)|os\.environ/\w+|\{\{\s*env\b[^{}]*\}\}|%[A-Z_]{2,}%")
_FREE = frozenset({"task_types", "options", "query_options", "text_options", "query_prefix", "text_prefix"})
_ENOUGH = 3
_MOST = 10**15


def plain_number(path: KeyPath, text: Any) -> str:
    """`Write 30.` for `30s`, where a number is wanted and a text was found that means one; else nothing."""
    found = _NUMBER.fullmatch(text) if isinstance(text, str) else None
    entry = entry_at(path)
    if found is None or entry is None:
        return ""
    factor = _factor(found[2].lower(), entry)
    if factor is None:
        return ""
    number = float(re.sub("[,_]", "", found[1])) * factor
    if number > _MOST:
        return ""
    shown = f"{number:.0f}" if number == int(number) else f"{number:g}"
    return f" Write {shown}{f' ({entry.unit})' if entry.unit else ''}."


def _factor(word: str, entry: Entry) -> float | None:
    """How many of the entry's units one of these is."""
    singular = word if len(word) < 3 else word.removesuffix("s")
    if not word:
        return 1
    if entry.unit in _OF_UNIT:
        return None if singular not in _TIMES else _TIMES[singular] / _OF_UNIT[entry.unit]
    return (_SIZES if entry.unit == "bytes" else _COUNTS).get(singular)


def right_key(path: KeyPath) -> str:
    """What to write in place of a key that is unknown: the same key where it belongs, or one that is like it."""
    # `max-page` and `maxPage` are how other programs write it.
    name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|-", "_", str(path[-1])).lower()
    elsewhere = [entry.key for entry in entries().values() if entry.path[-1] == name]
    if 0 < len(elsewhere) <= _ENOUGH:
        return f"There is {' and '.join(elsewhere)}."
    return nearest(name, keys_of(shape_at(path[:-1])) or ())


def not_replaced(values: Any, path: KeyPath = ()) -> Iterator[tuple[KeyPath, str]]:
    """The texts that are written as variables are in other programs, with what to do. Templates may hold anything."""
    if isinstance(values, dict):
        for key, inner in cast("dict[str, Any]", values).items():
            if key not in _FREE:
                yield from not_replaced(inner, (*path, key))
    elif isinstance(values, list):
        for index, inner in enumerate(cast("list[Any]", values)):
            yield from not_replaced(inner, (*path, index))
    elif isinstance(values, str) and _NOT_REPLACED.fullmatch(values) and entry_at(path):
        yield (
            path,
            f"is taken as it stands: variables are not replaced here. Leave it out, and set {variable_of(path)}.",
        )
