"""The claims of a structured summary: what a model is asked for, and whether its answer can be kept.

Owns the form of such an answer and its bounds. Messages are named by labels, see `labels.py`.
Pure. Knows nothing of the messages themselves.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from service.answers.formats import parse_json
from service.answers.labels import place_of, read_label
from service.answers.schemas import object_schema, shortened
from service.records import ClaimKind, ResponseFormat, ResponseFormatKind

Json = dict[str, Any]

MOST_CLAIMS = 200
MOST_NAMED = 50
"""Messages of one claim: what rests on more of them says nothing of any."""
MOST_CHARACTERS = 2000
SHOWN_FAULTS = 5
SHOWN_LABELS = 12

NAMES = {
    ClaimKind.DECISION: "decisions",
    ClaimKind.OPEN_QUESTION: "openQuestions",
    ClaimKind.FACT: "facts",
}
"""The kinds of claims as an answer has them, in their order."""
HEADINGS = {ClaimKind.DECISION: "Decisions", ClaimKind.OPEN_QUESTION: "Open questions", ClaimKind.FACT: "Facts"}

_TEXT: Json = {"type": "string"}
_CLAIM = object_schema(text=_TEXT, messages={"type": "array", "items": _TEXT})
CLAIMS_FORMAT = ResponseFormat(
    ResponseFormatKind.JSON_SCHEMA,
    object_schema(**{name: {"type": "array", "items": _CLAIM} for name in NAMES.values()}),
)
"""No bounds in it: some servers make a grammar of a schema, and bounds make that large."""
CLAIMS_WORDS = (
    "Say it as claims, each one sentence that can be read alone: decisions (what was decided), openQuestions (what is "
    "still to be answered or done) and facts (what else is worth knowing). What was decided and later taken back is no "
    "decision. Under messages, list the labels of the messages that say it, one to three of them, as they stand in the "
    'brackets, such as ["m2", "m5"]. What no message says is no claim.'
)


@dataclass(frozen=True, slots=True)
class Claim:
    """What a summary claims, and the places (from 0) of what says it, among what was shown."""

    kind: ClaimKind
    text: str
    places: tuple[int, ...]


def claims_fault(text: str, labels: Sequence[str]) -> str | None:
    """What is wrong with an answer that meets the schema, in words that the model can be told; None: it can be kept."""
    found, known = parse_json(text), frozenset(labels)
    count = sum(len(found[name]) for name in NAMES.values())
    if not count:
        return "The answer claims nothing."
    if count > MOST_CLAIMS:
        return f"The answer has {count} claims, and may have {MOST_CLAIMS}: keep the weightiest."
    faults = list(islice(_faults(found, known), SHOWN_FAULTS))
    if not faults:
        return None
    return f"{' '.join(faults)} The labels are: {_listed(labels)}. Each claim names those that say it, and no others."


def read_claims(text: str) -> list[Claim]:
    """The claims of an answer in which nothing is wrong, each once, in their order."""
    found = parse_json(text)
    kept: dict[tuple[ClaimKind, str], dict[int, None]] = {}
    for kind, name in NAMES.items():
        for claim in found[name]:
            places = kept.setdefault((kind, claim["text"].strip()), {})
            places |= dict.fromkeys(place_of(read_label(label)) for label in claim["messages"])
    return [Claim(kind, text, tuple(places)) for (kind, text), places in kept.items()]


def claims_text(claims: Sequence[Claim]) -> str:
    """The claims as a text for people."""
    parts = [(heading, [it.text for it in claims if it.kind is kind]) for kind, heading in HEADINGS.items()]
    lists = ["\n".join([f"{heading}:", *(f"- {text}" for text in texts)]) for heading, texts in parts if texts]
    return "\n\n".join(lists)


def _faults(found: Json, known: Collection[str]) -> Iterator[str]:
    for name in NAMES.values():
        for index, claim in enumerate(found[name]):
            where, text = f"{name}[{index}]", claim["text"].strip()
            if not text or len(text) > MOST_CHARACTERS:
                yield f"{where} has {len(text)} characters, and must have 1 to {MOST_CHARACTERS}."
            if not 1 <= len(claim["messages"]) <= MOST_NAMED:
                yield f"{where} names {len(claim['messages'])} messages, and must name 1 to {MOST_NAMED}."
            unknown = [shortened(label) for label in claim["messages"] if read_label(label) not in known]
            if unknown:
                yield f"{where} names {', '.join(unknown[:SHOWN_FAULTS])}, and there is nothing with that label."


def _listed(labels: Sequence[str]) -> str:
    if len(labels) <= SHOWN_LABELS:
        return ", ".join(labels)
    return f"{', '.join(labels[:3])}, … up to {labels[-1]}"
