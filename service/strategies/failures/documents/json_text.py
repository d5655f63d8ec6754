"""JSON by its places: the values at given paths of a document, and where each stands in the text.

One pass that ends where the document does. A document that is cut off still has what stands before its end. Only
single values of a bounded size are decoded, so that no text holds up other threads.
"""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

LARGEST = 2_000_000
"""Characters of a value that is decoded; a larger one is passed over."""

_STRING = r'"[^"\\]*+(?:\\.[^"\\]*+)*(?:"|\\?\Z)'
_TOKEN = re.compile(rf"{_STRING}|[\[\]{{}}:]", re.DOTALL)
_STEP = re.compile(rf"{_STRING}|[\[\]{{}},]", re.DOTALL)
_DEEPEST = 200
_LAST_STEPS = 12
_CLOSES = {"{": "}", "[": "]"}

Object = dict[str, object]
"""A decoded JSON object."""


@dataclass(frozen=True, slots=True)
class Element:
    """An object or an array: its path from the root, its characters, and whether all of it is there."""

    path: str
    start: int
    end: int
    whole: bool = True


def elements(
    text: str, start: int, wanted: frozenset[str], ends: frozenset[str] = frozenset(), end: int | None = None
) -> Iterator[Element]:
    """The objects and arrays at the paths (`runs[].results[]`) of the document that begins at `start`; the root last.

    What is within one of them is not looked for, but within those at `ends`. The root, whose path is empty, ends where
    the document does.
    """
    until = len(text) if end is None else end
    opened: list[tuple[str, int]] = []
    key = last = ""
    inside = 0
    for match in _TOKEN.finditer(text, start, until):
        sign = match[0][0]
        if sign == '"':
            last = match[0]
        elif sign == ":":
            key = last[1:-1]
        elif sign in "{[":
            if inside:
                inside += 1
                continue
            path = _path(text, opened, key)
            opened.append((path, match.start()))
            inside = int(path in wanted)
            if len(opened) > _DEEPEST:
                until = match.start()
                break
        elif inside > 1:
            inside -= 1
        elif opened:
            inside = 0
            path, begin = opened.pop()
            if not opened or path in wanted or path in ends:
                yield Element(path, begin, match.end())
            if not opened:
                return
    if inside:
        yield Element(*opened[-1], until, whole=False)
    yield Element("", start, until, whole=False)


def decoded(text: str, element: Element) -> Object:
    """The object; an empty one where it is none, is broken, or is too large. Of one that is cut off, what is there."""
    return objects(value(text, element))


def value(text: str, element: Element) -> object:
    """The value; None where it is broken, or is too large."""
    if element.end - element.start > LARGEST:
        return None
    said = text[element.start : element.end]
    return _loaded(said) if element.whole else _mended(said)


def objects(value: object) -> Object:
    """The value where it is an object; else an empty one."""
    return cast(Object, value) if isinstance(value, dict) else {}


def array(value: object) -> list[object]:
    """The value where it is an array; else an empty one."""
    return cast(list[object], value) if isinstance(value, list) else []


def field(value: object, path: str) -> object:
    """What stands at a path of names, as `location.start.line`; None where nothing does."""
    for name in path.split("."):
        value = objects(value).get(name)
    return value


def words(value: object) -> str:
    """The value where it is text, or a number as text; else nothing."""
    if isinstance(value, str):
        return value.strip()
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def number(value: object) -> int:
    """The value where it is a whole number, in digits too; else 0."""
    if isinstance(value, str):
        return int(value) if value.isascii() and value.isdigit() and len(value) < 12 else 0
    return value if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**12 else 0


def _path(text: str, opened: list[tuple[str, int]], key: str) -> str:
    if not opened:
        return ""
    outer, begin = opened[-1]
    if text[begin] == "[":
        return f"{outer}[]"
    return f"{outer}.{key}" if outer else key


def _loaded(said: str) -> object:
    try:
        return cast(object, json.loads(said, strict=False))
    except (ValueError, RecursionError):
        return None


def _mended(said: str) -> object:
    """A value that is cut off, up to its last part that can be read."""
    steps: deque[tuple[int, str]] = deque(maxlen=_LAST_STEPS)
    opened: list[str] = []
    for match in _STEP.finditer(said):
        sign = match[0][0]
        if sign in "{[":
            opened.append(_CLOSES[sign])
        elif sign in "}]" and opened:
            opened.pop()
        if sign != '"':
            place = match.start() if sign == "," else match.end()
            steps.append((place, "".join(reversed(opened[-_DEEPEST:]))))
    for place, closes in reversed(steps):
        if (mended := _loaded(said[:place] + closes)) is not None:
            return mended
    return None
