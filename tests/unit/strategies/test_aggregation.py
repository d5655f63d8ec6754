"""How answers are combined."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.errors import InvalidInput
from service.records import Aggregation
from service.strategies.aggregation import Answer, combine, merge

LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8)
OBJECTS = st.dictionaries(st.sampled_from("abc"), VALUES, max_size=4)
ALIKE = st.fixed_dictionaries(
    {},
    optional={
        "text": st.none() | st.text(max_size=3),
        "list": st.none() | st.lists(st.integers(0, 3) | st.booleans(), max_size=4),
        "object": st.dictionaries(st.sampled_from("xy"), st.integers(0, 3)),
    },
)


def answers(*texts: str) -> list[Answer]:
    """Answers with titles that tell them apart."""
    return [Answer(f"answer {number}", text) for number, text in enumerate(texts)]


def merged(*values: Any) -> Any:
    """What MERGE makes of JSON values."""
    return json.loads(combine(Aggregation.MERGE, answers(*map(json.dumps, values))))


def test_concat_puts_a_blank_line_between():
    """Whatever line ends the answers have, and leaving out empty ones."""
    assert combine(Aggregation.CONCAT, answers("one\n", "", "\ntwo", " three")) == "one\n\ntwo\n\n three"


@given(st.text())
def test_concat_and_reduce_of_one_is_its_text(text: str):
    """A single answer is not touched."""
    assert combine(Aggregation.CONCAT, answers(text)) == text
    assert combine(Aggregation.REDUCE, answers(text)) == text


def test_none_is_empty():
    """NONE has no text of its own."""
    assert combine(Aggregation.NONE, answers("one")) == ""


@pytest.mark.parametrize(
    ("aggregation", "expected"), [(Aggregation.CONCAT, ""), (Aggregation.LIST, "[]"), (Aggregation.MERGE, "{}")]
)
def test_combination_of_nothing_is_empty(aggregation: Aggregation, expected: str):
    """No answers make an empty text, list or object."""
    assert combine(aggregation, []) == expected


@given(st.lists(st.text(), min_size=1))
def test_list_of_texts_round_trips(texts: list[str]):
    """A text that is no JSON makes all of them strings."""
    assert json.loads(combine(Aggregation.LIST, answers("plain words", *texts))) == ["plain words", *texts]


@given(st.lists(VALUES))
def test_list_of_json_round_trips(values: list[Any]):
    """JSON answers become the elements themselves."""
    assert json.loads(combine(Aggregation.LIST, answers(*map(json.dumps, values)))) == values


@pytest.mark.parametrize("text", ["NaN", "1e999", "-Infinity", "[" * 100_000, "9" * 5000])
def test_list_never_writes_what_is_no_json(text: str):
    """What Python would read and other languages would not stays a string."""
    assert json.loads(combine(Aggregation.LIST, answers(text))) == [text]


def test_list_can_be_stored_as_utf8():
    """Half a surrogate pair, escaped in an answer, stays escaped."""
    assert combine(Aggregation.LIST, answers('"\\ud800"', '"é"')).encode()


@given(OBJECTS)
def test_merge_of_one_is_itself(value: dict[str, Any]):
    """Nothing is lost or changed, duplicates within a list included."""
    assert merged(value) == value


@given(ALIKE, ALIKE, ALIKE)
def test_merge_of_like_kinds_is_associative(one: Any, two: Any, three: Any):
    """It does not matter which neighbours come first."""
    assert merge([merge([one, two]), three]) == merge([one, merge([two, three])]) == merge([one, two, three])


def test_merge_is_deep():
    """Objects in objects are merged, lists are joined without what was there already, the last scalar wins."""
    one = {"a": {"x": 1, "y": [1, {"k": 1}]}, "b": "old", "c": None}
    two = {"a": {"y": [{"k": 1}, True, 2], "z": 3}, "b": "new", "d": None}
    assert merged(one, two) == {
        "a": {"x": 1, "y": [1, {"k": 1}, True, 2], "z": 3},
        "b": "new",
        "c": None,
        "d": None,
    }


def test_merge_lets_null_win_over_nothing():
    """A part that does not know says null, and that is no reason to forget."""
    assert merged({"a": 1, "b": None}, {"a": None, "b": 2}) == {"a": 1, "b": 2}


@pytest.mark.parametrize("text", ['```json\n{"a": 1}\n```', '\n```\n{"a": 1}```\n', ' {"a": 1} '])
def test_merge_strips_a_code_fence(text: str):
    """Models like to fence what they are asked for."""
    assert json.loads(combine(Aggregation.MERGE, answers(text))) == {"a": 1}


@pytest.mark.parametrize("text", ["[1]", "words", "", "```json\n```", "NaN", '{"a": NaN}'])
def test_merge_names_the_answer_that_is_no_object(text: str):
    """The caller learns which part it was."""
    with pytest.raises(InvalidInput, match="answer 1"):
        combine(Aggregation.MERGE, answers("{}", text))


def test_merge_of_bottomless_objects_is_refused():
    """Nesting is bounded by the interpreter; the error is the caller's."""
    deep = '{"a":' * 900 + "1" + "}" * 900
    with pytest.raises(InvalidInput):
        combine(Aggregation.MERGE, answers(deep * 1, '{"a":' * 100_000))


def test_merge_of_many_is_linear():
    """Ten thousand lists are joined in one pass."""
    texts = [json.dumps({"items": [number, number + 1]}) for number in range(10_000)]
    assert json.loads(combine(Aggregation.MERGE, answers(*texts))) == {"items": list(range(10_001))}


def test_headings_stand_above_their_texts():
    """Where there is more than one text."""
    answers = [Answer("t", "one", "a.py"), Answer("t", "more"), Answer("t", "two", "b.py")]
    assert combine(Aggregation.CONCAT, answers) == "## a.py\n\none\n\nmore\n\n## b.py\n\ntwo"
    assert combine(Aggregation.CONCAT, answers[:1]) == "one"
