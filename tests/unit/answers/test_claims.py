"""The claims of a structured summary: which answers can be kept, and what is told to a model of the others."""

from __future__ import annotations

import json
from typing import Any

import pytest

from service.answers.claims import CLAIMS_FORMAT, claims_fault, claims_text, read_claims
from service.answers.formats import check_answer
from service.answers.labels import label_of
from service.records import ClaimKind

LABELS = ("s1", "m2", "m3")


def answer(**kinds: list[tuple[str, list[str]]]) -> str:
    """An answer with these claims, each a text and the labels that it names."""
    names = ("decisions", "openQuestions", "facts")
    said: dict[str, Any] = {name: [{"text": t, "messages": on} for t, on in kinds.get(name, [])] for name in names}
    return json.dumps(said)


def test_claims_are_read_with_their_places() -> None:
    """Each stands on what its labels name, counted from 0, and comes in the order of its kind."""
    text = answer(facts=[("It rains.", ["m3", "s1"])], decisions=[("Stay in.", ["m2"])])
    assert check_answer(text, CLAIMS_FORMAT) is None
    assert claims_fault(text, LABELS) is None
    assert [(it.kind, it.text, it.places) for it in read_claims(text)] == [
        (ClaimKind.DECISION, "Stay in.", (1,)),
        (ClaimKind.FACT, "It rains.", (2, 0)),
    ]


def test_labels_are_read_as_models_write_them() -> None:
    """With brackets and in capitals; the same label twice is one, and so is the same claim."""
    text = answer(facts=[("It rains.", ["[m2]", " M2 "]), (" It rains.", ["m3."])])
    assert claims_fault(text, LABELS) is None
    (claim,) = read_claims(text)
    assert claim.places == (1, 2)


@pytest.mark.parametrize(
    ("claims", "said"),
    [
        ([("It rains.", ["m4"])], "facts[0] names m4, and there is nothing with that label."),
        ([("It rains.", ["m1"])], "names m1"),
        ([("It rains.", ["s2"])], "names s2"),
        ([("It rains.", ["m2", "m2m3"])], "names m2m3"),
        ([("It rains.", ["m02"])], "names m02"),
        ([("It rains.", ["m²"])], "names m²"),
        ([("It rains.", ["m2"]), ("It snows.", [])], "facts[1] names 0 messages"),
        ([("It rains.", ["m2"] * 51)], "names 51 messages"),
        ([("  ", ["m2"])], "facts[0] has 0 characters"),
        ([("long" * 600, ["m2"])], "facts[0] has 2400 characters"),
        ([], "The answer claims nothing."),
        ([(f"Fact {number}.", ["m2"]) for number in range(201)], "has 201 claims"),
    ],
)
def test_what_cannot_be_kept_is_said(claims: list[tuple[str, list[str]]], said: str) -> None:
    """With the claim, and the labels that there are."""
    found = claims_fault(answer(facts=claims), LABELS)
    assert found is not None
    assert said in found
    assert not claims or len(claims) > 200 or "The labels are: s1, m2, m3." in found


def test_many_faults_are_a_short_word() -> None:
    """A model that has everything wrong is told of the first of it."""
    labels = [label_of(place, is_summary=False) for place in range(500)]
    found = claims_fault(answer(facts=[(f"Fact {number}.", ["x" * 5000] * 50) for number in range(200)]), labels)
    assert found is not None
    assert len(found) < 10_000
    assert "m1, m2, m3, … up to m500" in found


def test_answer_that_is_no_claims_is_refused() -> None:
    """By the schema, before anything is looked at."""
    for text in ("They spoke.", "{}", '{"decisions": [], "openQuestions": [], "facts": [{"text": "a"}]}'):
        assert check_answer(text, CLAIMS_FORMAT)


def test_claims_are_a_text_for_people() -> None:
    """A list under each heading that has something."""
    text = answer(facts=[("It rains.", ["m2"]), ("It is cold.", ["m3"])], openQuestions=[("How long?", ["m2"])])
    assert claims_text(read_claims(text)) == "Open questions:\n- How long?\n\nFacts:\n- It rains.\n- It is cold."
