"""Recipes of a page: an operation, its variables, and what comes back; read, and compared with what did come back.

`<name>` in a recipe is an id that an answer before gave it, `…` is any value. A list that ends with `…` may be longer.
What an answer has besides is of no matter. Knows nothing of how a recipe is sent.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, cast

Json = dict[str, Any]
ANY = "…"
_PART = re.compile(
    r"^#{2,4} (?P<heading>[^\n]+)$|^Operation: \[`(?P<operation>\w+)`\]|^```json\n(?P<json>.*?)^```",
    re.MULTILINE | re.DOTALL,
)
_NAME = re.compile(r"<([^<>]+)>")


@dataclass
class Recipe:
    """One operation with its variables, and the answers that are shown: several of a subscription."""

    heading: str
    operation: str
    variables: Json
    answers: list[Json]


_LATER = ("RUNNING", "SUCCEEDED")
"""A task that is just made may already be there."""


@dataclass
class Known:
    """What names stand for by now."""

    ids: dict[str, Any] = field(default_factory=dict[str, Any])

    def filled(self, shown: Any) -> Any:
        """Variables with ids in place of names. Raises `KeyError` for a name that no answer gave."""
        match shown:
            case str() if name := _NAME.fullmatch(shown):
                return self.ids[name[1]]
            case dict():
                return {key: self.filled(value) for key, value in cast("Json", shown).items()}
            case list():
                return [self.filled(value) for value in cast("list[Any]", shown)]
            case _:
                return shown

    def why_unlike(self, shown: Any, seen: Any, at: str = "") -> str | None:
        """What is not as shown, if anything is. Names that are new are learnt, where all else fits."""
        learnt = dict(self.ids)
        why = next(self._differences(shown, seen, at, learnt), None)
        if why is None:
            self.ids = learnt
        return why

    def _differences(self, shown: Any, seen: Any, at: str, learnt: dict[str, Any]) -> Iterator[str]:
        if shown == ANY:
            return
        if isinstance(shown, str) and (name := _NAME.fullmatch(shown)):
            if not isinstance(seen, str) or learnt.setdefault(name[1], seen) != seen:
                yield f"{at}: {seen!r} is not {shown}, which is {learnt.get(name[1])!r}"
        elif isinstance(shown, dict):
            yield from self._in_object(cast("Json", shown), seen, at, learnt)
        elif isinstance(shown, list):
            yield from self._in_list(cast("list[Any]", shown), seen, at, learnt)
        elif shown != seen and not (shown == "PENDING" and seen in _LATER):
            yield f"{at}: {seen!r} is not {shown!r}"

    def _in_object(self, shown: Json, seen: Any, at: str, learnt: dict[str, Any]) -> Iterator[str]:
        if not isinstance(seen, dict):
            yield f"{at}: {seen!r} is no object"
            return
        for key, value in shown.items():
            if key not in seen:
                yield f"{at}: there is no {key} in {seen!r}"
            yield from self._differences(value, seen[key], f"{at}.{key}", learnt)

    def _in_list(self, shown: list[Any], seen: Any, at: str, learnt: dict[str, Any]) -> Iterator[str]:
        is_open = shown[-1:] == [ANY]
        wanted = shown[:-1] if is_open else shown
        if not isinstance(seen, list) or len(seen) < len(wanted) or (len(seen) > len(wanted) and not is_open):
            yield f"{at}: {seen!r} is not a list of {len(wanted)}"
            return
        for number, (one, other) in enumerate(zip(wanted, cast("list[Any]", seen), strict=False)):
            yield from self._differences(one, other, f"{at}[{number}]", learnt)


def recipes(page: str) -> Iterator[Recipe]:
    """The recipes of a page, in order. Variables without an operation before them are of the same operation again."""
    heading, operation, variables = "", "", dict[str, Any]()
    for part in _PART.finditer(page):
        if part["heading"]:
            heading = part["heading"]
        elif part["operation"]:
            operation = part["operation"]
        else:
            said = list(_values(part["json"]))
            if {"data", "errors"} & said[0].keys():
                yield Recipe(heading, operation, variables, said)
            else:
                (variables,) = said


def _values(text: str) -> Iterator[Json]:
    """The JSON values of a block, one after the other."""
    decoder, place = json.JSONDecoder(), 0
    while place < len(text.rstrip()):
        value, place = decoder.raw_decode(text, place)
        yield value
        place += len(text[place:]) - len(text[place:].lstrip())
