"""What an answer must be: the ways to say it, and what is wrong with one that is not so."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.answers.formats import check_answer, parse_json, read_format, read_schema, violation
from service.errors import InvalidInput
from service.records import TEXT_FORMAT, ResponseFormat, ResponseFormatKind

SCHEMA = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
JSON_SCHEMA = ResponseFormat(ResponseFormatKind.JSON_SCHEMA, SCHEMA)


@pytest.mark.parametrize(
    ("said", "form"),
    [
        (None, TEXT_FORMAT),
        ("TEXT", TEXT_FORMAT),
        ("JSON", ResponseFormat(ResponseFormatKind.JSON)),
        ({"type": "JSON"}, ResponseFormat(ResponseFormatKind.JSON)),
        ({"type": "json_object"}, ResponseFormat(ResponseFormatKind.JSON)),
        ({"type": "JSON_SCHEMA", "schema": SCHEMA}, JSON_SCHEMA),
        ({"type": "json_schema", "json_schema": {"name": "x", "schema": SCHEMA}}, JSON_SCHEMA),
        ({"schema": SCHEMA}, JSON_SCHEMA),
        ({"name": "x", "strict": True, "schema": SCHEMA}, JSON_SCHEMA),
        ({"json_schema": {"name": "x", "schema": SCHEMA}}, JSON_SCHEMA),
        ({}, ResponseFormat(ResponseFormatKind.JSON_SCHEMA, {})),
        (SCHEMA, JSON_SCHEMA),
    ],
)
def test_ways_to_say_a_format(said: object, form: ResponseFormat) -> None:
    """Names, objects with a type, OpenAI's spelling and a bare schema are understood."""
    assert read_format(said) == form


@pytest.mark.parametrize(
    "said",
    [
        "YAML",
        7,
        {"type": "JSON_SCHEMA"},
        {"type": "nonsense"},
        {"type": "object", "properties": {"a": math.nan}},
        {"a": "\ud800"},
        {"$ref": "https://example.org/schema.json"},
        {"properties": {"a": {"items": {"$ref": "file:///etc/passwd"}}}},
        {"$ref": "#/$defs/nowhere"},
        {"$ref": "#nowhere"},
        {"pattern": "("},
        {"pattern": "(?=a)b"},
        {"patternProperties": {"(a)\\1": {}}},
        {"patternProperties": {"a": {}}, "unevaluatedProperties": False},
        {"title": "x" * 70_000},
        {"title": "string", "year": "number"},
        {"propertes": {"a": {"type": "string"}}},
        {"type": "JSON", "schema": SCHEMA},
        {"type": "text", "json_schema": {"schema": SCHEMA}},
        {"schema": "object"},
    ],
)
def test_no_format_is_refused(said: object) -> None:
    """What is no format, no schema, cannot be kept or would be fetched is refused, and the field named."""
    with pytest.raises(InvalidInput) as refused:
        read_format(said)
    assert (refused.value.field or "").startswith("input.config.responseFormat")


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ('{"n": 1}', None),
        ('```json\n{"n": 1}\n```', None),
        ('<think>\nIs it {"n": 2}?\n</think>\n\n```json\n{"n": 1}\n```', None),
        ('\n<think></think>{"n": 1}', None),
        ('{"n": 1}<think></think>', "not JSON"),
        ('<think>{"n": 1}', "not JSON"),
        ('```\n{"n": 1}```\n', None),
        ('```json {"n": 1}```', None),
        ('~~~json\n{"n": 1}\n~~~', None),
        ('````json\n{"n": 1}\n````', None),
        ('\ufeff{"n": 1}', None),
        ('```json\n{"n": 1}\n```\nThat is it.', "not JSON"),
        ('```json\n{"n": 1}\n~~~', "not JSON"),
        ('{"n": "one"}', "$.n"),
        ("{}", "'n' is a required property"),
        ("I think n is 1.", "not JSON"),
        ('{"n": NaN}', "not JSON"),
        ("[" * 100_000, "nested too deeply"),
    ],
)
def test_answer_is_checked(text: str, wrong: str | None) -> None:
    """An answer that does not meet the schema is told where and how."""
    said = check_answer(text, JSON_SCHEMA)
    assert said is None if wrong is None else wrong in (said or "")


@pytest.mark.parametrize(
    ("text", "cut", "wrong"),
    [("", True, "maxOutputTokens"), (" \n", True, "maxOutputTokens"), ("Hel", True, None), (" \n", False, "empty")],
)
def test_nothing_at_all_is_no_answer_where_it_was_cut(text: str, cut: bool, wrong: str | None) -> None:
    """A model that reasons until its bound is reached has not said that there is nothing to say."""
    said = check_answer(text, ResponseFormat(ResponseFormatKind.TEXT), cut=cut)
    assert said is None if wrong is None else wrong in (said or "")


def test_answer_that_was_cut_is_told_so() -> None:
    """Else the model is only told that its JSON is none."""
    assert "most tokens" in (check_answer('{"n": ', JSON_SCHEMA, cut=True) or "")
    assert check_answer('{"n": 1}', JSON_SCHEMA, cut=True) is None


def test_schema_that_never_ends_is_said() -> None:
    """A schema that refers to itself, or to nothing, is a sentence and no crash."""
    assert "itself" in (violation(1, {"$ref": "#"}) or "")
    assert "does not hold" in (violation(1, {"$ref": "#/$defs/none"}) or "")


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)
    )
)
def test_any_json_is_an_answer(value: object) -> None:
    """Every JSON value is a JSON answer, fenced or not, and read as it was written."""
    text = json.dumps(value)
    assert parse_json(text) == parse_json(f"```json\n{text}\n```") == value
    assert check_answer(text, ResponseFormat(ResponseFormatKind.JSON)) is None


_NESTED = {f"d{i}": {"allOf": [{"$ref": f"#/$defs/d{i + 1}"}] * 2} for i in range(40)} | {"d40": {"type": "string"}}


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    ("value", "schema"),
    [
        ("a" * 60 + "!", {"type": "string", "pattern": "^(a+)+$"}),
        ("a" * 400_000, {"pattern": ".{0,1000}x"}),
        ({"a" * 60 + "!": 1}, {"patternProperties": {"^(a+)+$": {}}, "additionalProperties": False}),
        (1, {"$ref": "#/$defs/d0", "$defs": _NESTED}),
        (
            {"a": "a" * 60 + "!"},
            {"properties": {"a": {"$schema": "http://json-schema.org/draft-07/schema#", "pattern": "^(a+)+$"}}},
        ),
    ],
)
def test_a_schema_made_to_take_forever_does_not(value: object, schema: dict[str, object]) -> None:
    """Patterns that backtrack and references that double are told to be violated, and hold nothing up."""
    assert check_answer(json.dumps(value), read_format({"type": "JSON_SCHEMA", "schema": schema})) is not None


_DRAFT_4 = {"$schema": "http://json-schema.org/draft-04/schema#"}
_DRAFT_7 = {"$schema": "http://json-schema.org/draft-07/schema#"}
_DRAFT_2019 = {"$schema": "https://json-schema.org/draft/2019-09/schema"}
_PAIR = _DRAFT_7 | {"items": [{"type": "integer"}, {"type": "string"}], "additionalItems": False}


@pytest.mark.parametrize(
    ("schema", "good", "bad"),
    [
        (_DRAFT_4 | {"minimum": 0, "exclusiveMinimum": True}, 1, 0),
        (_DRAFT_4 | {"definitions": {"n": {"type": "integer"}}, "$ref": "#/definitions/n"}, 1, "1"),
        (_PAIR, [1, "a"], [1, "a", 2]),
        (_PAIR, [1, "a"], ["a", 1]),
        (_DRAFT_7 | {"dependencies": {"a": ["b"]}}, {"a": 1, "b": 1}, {"a": 1}),
        (
            _DRAFT_2019 | {"$recursiveAnchor": True, "properties": {"n": {"$recursiveRef": "#"}}, "required": ["v"]},
            {"v": 1, "n": {"v": 2}},
            {"v": 1, "n": {}},
        ),
        ({"$schema": "https://json-schema.org/draft/2020-12/schema", "prefixItems": [{"const": 1}]}, [1], [2]),
    ],
)
def test_a_schema_is_of_the_draft_that_it_names(schema: dict[str, object], good: object, bad: object) -> None:
    """What an older draft says is understood as it says it."""
    form = read_format({"type": "JSON_SCHEMA", "schema": schema})
    assert check_answer(json.dumps(good), form) is None
    assert check_answer(json.dumps(bad), form) is not None


def test_a_schema_of_an_older_draft_is_told_how_to_say_so() -> None:
    """What only an older draft allows is refused where no draft is named, with the remedy."""
    with pytest.raises(InvalidInput, match=r"\$schema"):
        read_format({"type": "array", "items": [{"type": "integer"}]})


@pytest.mark.parametrize(
    ("value", "divisor", "meets"),
    [(19.99, 0.01, True), (0.3, 0.1, True), (0.35, 0.1, False), (7, 2, False), (1e308, 5, True)],
)
def test_multiples_are_those_of_decimals(value: float, divisor: float, meets: bool) -> None:
    """A price in cents is a multiple of 0.01."""
    assert (violation(value, {"multipleOf": divisor}) is None) is meets


@pytest.mark.timeout(60)
def test_long_lists_of_objects_are_compared() -> None:
    """That elements are unique is seen without comparing all pairs."""
    assert violation([{"a": i} for i in range(20_000)], {"uniqueItems": True}) is None
    assert violation([{"a": 1, "b": [2]}, {"b": [2.0], "a": 1}], {"uniqueItems": True}) is not None
    assert violation([1, True, "1", [1], {"a": 1}, [["a", 1]]], {"uniqueItems": True}) is None


@pytest.mark.parametrize(
    ("value", "wrong"),
    [
        ({"x-1": "a"}, False),
        ({"x-1": 1}, True),
        ({"y": "a"}, True),
        ({"n": 1}, False),
    ],
)
def test_properties_by_pattern(value: object, wrong: bool) -> None:
    """Properties that neither a name nor a pattern allows are refused, and those of a pattern checked."""
    named: dict[str, object] = {"n": {"type": "integer"}}
    schema = {"properties": named, "patternProperties": {"^x-": {"type": "string"}}, "additionalProperties": False}
    assert (violation(value, schema) is not None) is wrong


@pytest.mark.parametrize(
    ("pattern", "text", "matches"),
    [
        ("^\\d{4}-\\d\\d$", "2026-11", True),
        ("^[a-z]+(-[a-z]+)*$", "a-slug-", False),
        ("^\\u00e9\\p{L}$", "éü", True),
        ("a", "\ud800", False),
    ],
)
def test_patterns_are_searched_for(pattern: str, text: str, matches: bool) -> None:
    """Patterns of JSON Schemas, in the spellings of JavaScript too, on any text that JSON can hold."""
    form = read_format({"type": "JSON_SCHEMA", "schema": {"pattern": pattern}})
    assert (check_answer(json.dumps(text), form) is None) is matches


def test_a_schema_that_is_only_passed_on_may_have_any_pattern() -> None:
    """The parameters of tools are for the model: patterns that are not ours to match are kept."""
    schema = {"type": "object", "properties": {"a": {"pattern": "(?=a)b"}}}
    assert read_schema(schema, "input.config.tools[0].parameters", "") == schema
