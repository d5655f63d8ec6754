"""How the answers of subtasks become one text. Pure: knows no graph, no model and no task."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, cast

from service.answers.formats import parse_json
from service.errors import InvalidInput
from service.records import Aggregation


@dataclass(frozen=True, slots=True)
class Answer:
    """A subtask's answer: the subtask's title, the text of its response, and what stands above it, if anything."""

    title: str
    text: str
    heading: str = ""


def combine(aggregation: Aggregation, answers: Sequence[Answer]) -> str:
    """The answers as one text, in their order.

    CONCAT, and REDUCE where something is left uncombined: the texts with a blank line between them, each below its
    heading where it has one; titles are not added. LIST: a JSON array of the answers' JSON values when every one is
    JSON, else of their texts. MERGE: one JSON object, see `merge`; InvalidInput names the first answer that is none.
    NONE: empty.
    """
    return _COMBINERS[aggregation](answers)


def merge(values: Sequence[Any]) -> Any:
    """JSON values as one. Objects are merged key by key, keys in the order in which they first come.

    Lists are concatenated, leaving out what an earlier list holds already. Of scalars, and of values of unlike
    kinds, the last wins; null never wins over something. So a merge of one is itself, null changes nothing,
    and, while a key's values are of one kind, it does not matter which neighbours are merged first.
    """
    known = [value for value in values if value is not None]
    if not known:
        return None
    alike = _last_of_a_kind(known)
    if isinstance(alike[0], dict):
        return _merged_objects(cast(list[dict[str, Any]], alike))
    if isinstance(alike[0], list):
        return _merged_lists(cast(list[list[Any]], alike))
    return alike[-1]


def _last_of_a_kind(values: list[Any]) -> list[Any]:
    kind = _kind(values[-1])
    start = len(values)
    while start and _kind(values[start - 1]) is kind:
        start -= 1
    return values[start:]


def _kind(value: Any) -> type | None:
    return next((kind for kind in (dict, list) if isinstance(value, kind)), None)


def _merged_objects(objects: list[dict[str, Any]]) -> dict[str, Any]:
    by_key: dict[str, list[Any]] = {}
    for one in objects:
        for key, value in one.items():
            by_key.setdefault(key, []).append(value)
    return {key: merge(values) for key, values in by_key.items()}


def _merged_lists(lists: list[list[Any]]) -> list[Any]:
    # Values are compared as canonical JSON: in Python 1 == True, and lists cannot be members of a set.
    merged: list[Any] = []
    seen: set[str] = set()
    for one in lists:
        canonical = [json.dumps(value, sort_keys=True) for value in one]
        merged += [value for value, text in zip(one, canonical, strict=True) if text not in seen]
        seen.update(canonical)
    return merged


def _concat(answers: Sequence[Answer]) -> str:
    if len(answers) == 1:
        return answers[0].text
    return "\n\n".join(_headed(answer) for answer in answers if answer.text.strip())


def _headed(answer: Answer) -> str:
    text = answer.text.strip("\n")
    return f"## {answer.heading}\n\n{text}" if answer.heading else text


def _list(answers: Sequence[Answer]) -> str:
    try:
        return _dump([parse_json(answer.text) for answer in answers])
    except (ValueError, RecursionError):
        return _dump([answer.text for answer in answers])


def _merge(answers: Sequence[Answer]) -> str:
    try:
        return _dump(merge([_object(answer) for answer in answers]) or {})
    except RecursionError:
        raise InvalidInput("The answers are nested too deeply to be merged.", field="aggregation") from None


def _nothing(answers: Sequence[Answer]) -> str:
    return ""


_COMBINERS: dict[Aggregation, Callable[[Sequence[Answer]], str]] = {
    Aggregation.CONCAT: _concat,
    Aggregation.LIST: _list,
    Aggregation.MERGE: _merge,
    Aggregation.REDUCE: _concat,
    Aggregation.NONE: _nothing,
}


def _object(answer: Answer) -> dict[str, Any]:
    try:
        value = parse_json(answer.text)
    except ValueError:
        value = None
    if isinstance(value, dict):
        return cast(dict[str, Any], value)
    raise InvalidInput(
        f"The answer of “{answer.title}” is not a JSON object, so it cannot be merged.",
        remedy="Ask for JSON objects, or choose the aggregation LIST or CONCAT.",
        field="aggregation",
    )


def _dump(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, indent=2)
    # A half of a surrogate pair can be escaped in JSON but not stored as UTF-8: then it stays escaped.
    return text if text.isascii() or _is_utf8(text) else json.dumps(value, indent=2)


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
