"""Where merged branches disagree: what a model is asked for, and whether its answer can be kept.

Owns the form of such an answer and its bounds. Messages are named by labels, see `labels.py`. Pure.
Knows nothing of the messages themselves.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

from service.answers.formats import parse_json
from service.answers.labels import read_label
from service.answers.schemas import object_schema, shortened
from service.records import ResponseFormat, ResponseFormatKind

Json = dict[str, Any]

MOST_CONFLICTS = 50
MOST_NAMED = 10
"""Messages of one side of a conflict."""
MOST_CHARACTERS = 1_000
"""Of a claim, and of what a side says."""
SHOWN_FAULTS = 5


_TEXT: Json = {"type": "string"}
_SIDE = object_schema(side={"type": "integer"}, says=_TEXT, messages={"type": "array", "items": _TEXT})
_CONFLICT = object_schema(claim=_TEXT, sides={"type": "array", "items": _SIDE})
CONFLICTS_FORMAT = ResponseFormat(
    ResponseFormatKind.JSON_SCHEMA, object_schema(conflicts={"type": "array", "items": _CONFLICT})
)
"""No bounds in it: some servers make a grammar of a schema, and bounds make that large."""


@dataclass(frozen=True, slots=True)
class Position:
    """What one side, counted from 1, says, and the labels of the messages that say so."""

    side: int
    says: str
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Conflict:
    """What some sides disagree about, and what each of them says, in the order of the sides."""

    claim: str
    positions: tuple[Position, ...]


def conflicts_fault(text: str, sides: Mapping[str, Collection[int]]) -> str | None:
    """What is wrong with an answer that meets the schema, in words that the model can be told; None: it can be kept.

    `sides`: on which sides the message of each label is.
    """
    found = parse_json(text)["conflicts"]
    if len(found) > MOST_CONFLICTS:
        return f"The answer has {len(found)} conflicts, and may have {MOST_CONFLICTS}: keep the weightiest."
    all_faults = (_faults(f"conflicts[{index}]", it, sides) for index, it in enumerate(found))
    faults = list(islice(chain.from_iterable(all_faults), SHOWN_FAULTS))
    if not faults:
        return None
    return f"{' '.join(faults)} Each conflict has at least two sides, each with labels of messages of that side."


def read_conflicts(text: str) -> list[Conflict]:
    """The conflicts of an answer in which nothing is wrong, in their order."""
    return [
        Conflict(_line(it["claim"]), tuple(sorted(map(_position, it["sides"]), key=lambda said: said.side)))
        for it in parse_json(text)["conflicts"]
    ]


def _position(said: Json) -> Position:
    return Position(int(said["side"]), _line(said["says"]), tuple(dict.fromkeys(map(read_label, said["messages"]))))


def _faults(where: str, conflict: Json, sides: Mapping[str, Collection[int]]) -> Iterator[str]:
    yield from _length_fault(f"{where}.claim", conflict["claim"])
    numbers = [said["side"] for said in conflict["sides"]]
    if len(set(numbers)) < 2:
        yield f"{where} has evidence on {len(set(numbers))} side, and is none without two."
    elif len(set(numbers)) < len(numbers):
        yield f"{where} names a side twice."
    named: set[str] = set()
    for said in conflict["sides"]:
        at = f"{where}, side {said['side']}"
        yield from _length_fault(f"{at}: what it says", said["says"])
        labels = {read_label(label): label for label in said["messages"]}
        if not 1 <= len(labels) <= MOST_NAMED:
            yield f"{at} names {len(labels)} messages, and must name 1 to {MOST_NAMED}."
        for label, written in labels.items():
            if label not in sides:
                yield f"{at} names {shortened(written)}, and there is no message with that label."
            elif said["side"] not in sides[label]:
                yield f"{at} names {label}, which is not on that side."
            elif label in named:
                yield f"{where} names {label} on two sides: no message contradicts itself."
        named |= labels.keys()


def _length_fault(what: str, text: str) -> Iterator[str]:
    if not 1 <= len(_line(text)) <= MOST_CHARACTERS:
        yield f"{what} has {len(_line(text))} characters, and must have 1 to {MOST_CHARACTERS}."


def _line(text: str) -> str:
    return " ".join(text.split())
