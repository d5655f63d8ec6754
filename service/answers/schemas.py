"""JSON Schemas that callers and models give: whether one can be used, and whether a value meets it.

A schema is of the draft that its `$schema` names, of 2020-12 where it names none. Pure. The only importer of
jsonschema. Nothing is fetched, and no schema, however it is made, holds the service up.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from fractions import Fraction
from functools import lru_cache
from typing import Any, cast

import orjson
from jsonschema import (
    Draft4Validator,
    Draft6Validator,
    Draft7Validator,
    Draft201909Validator,
    Draft202012Validator,
    FormatChecker,
)
from jsonschema.exceptions import SchemaError, ValidationError, best_match  # pyright: ignore[reportUnknownVariableType]
from jsonschema.validators import extend  # pyright: ignore[reportUnknownVariableType]
from referencing import Registry
from referencing.exceptions import Unresolvable
from referencing.jsonschema import specification_with

from service.answers.kept_json import check_json
from service.answers.patterns import compiled, found, work
from service.errors import InvalidInput

EXCERPT = 300
SCHEMA_BYTES = 64 * 1024
MOST_WORK = 100_000
"""Keywords applied to values in one check, about 10 µs each."""

_REGEX_SYNTAX = "Patterns have RE2's syntax: no look-around, no back-references."
_NOTHING = cast("Any", Registry)()
_left: ContextVar[int] = ContextVar("_left", default=MOST_WORK)

Keyword = Callable[[Any, Any, Any, Any], Iterator[ValidationError] | None]


class TooMuchWork(Exception):
    """A value and a schema that take too long to be compared."""


def checkable(schema: dict[str, Any], field: str, remedy: str) -> dict[str, Any]:
    """The schema, when values can be checked against it. Raises `InvalidInput` that names the field."""
    _check_patterns(keepable(schema, field, remedy), field)
    if schema and not any(word in dialect.VALIDATORS for dialect in _DIALECTS.values() for word in schema):
        said = f"The schema says nothing of what an answer must be: {shortened(', '.join(schema))}."
        raise InvalidInput(said, field=field, remedy=remedy)
    return schema


def keepable(schema: dict[str, Any], field: str, remedy: str) -> dict[str, Any]:
    """The schema, when it is one of its draft, whole and not too large. Raises `InvalidInput` that names the field."""
    check_json(schema, field)
    try:
        size = len(json.dumps(schema, ensure_ascii=False).encode())
        if size > SCHEMA_BYTES:
            raise InvalidInput(f"The schema has {size} bytes; {SCHEMA_BYTES} are the most.", field=field)
        # Whether patterns are some is for `compiled` to say.
        _dialect(schema).check_schema(schema, format_checker=FormatChecker(()))
        _check_references(schema, field)
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidInput("The schema is not JSON that can be kept.", field=field) from error
    except SchemaError as error:
        older = "" if "$schema" in schema else " A schema of an older draft names it in $schema."
        raise InvalidInput(
            f"This is no JSON Schema, at {_path(error)}: {shortened(error.message)}.",
            field=field,
            remedy=f"{remedy}{older}".strip(),
        ) from error
    return schema


def violation(value: Any, schema: Mapping[str, Any]) -> str | None:
    """Where and how a value does not meet a schema; None where it does."""
    _left.set(MOST_WORK)
    try:
        errors = _validator(orjson.dumps(schema)).iter_errors(value)
        error = cast("ValidationError | None", best_match(errors))
    except Unresolvable as missing:
        return f"The schema refers to what it does not hold: {shortened(str(missing))}."
    except ValueError as unknown:
        return f"The schema has a pattern that cannot be used: {shortened(str(unknown))}."
    except TooMuchWork:
        return "The answer is too long to be checked against so involved a schema."
    except RecursionError:
        return "The schema refers to itself without end, or the answer is nested too deeply."
    if error is None:
        return None
    return f"The answer does not meet the schema at {_path(error)}: {shortened(error.message)}."


def object_schema(**properties: Any) -> dict[str, Any]:
    """The schema of an object with all of these properties, and no others."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def shortened(text: str) -> str:
    """The text as one line with no full stop, cut where it is long."""
    line = " ".join(text.split()).rstrip(".")
    return line if len(line) <= EXCERPT else f"{line[:EXCERPT]}…"


def _check_references(schema: dict[str, Any], field: str) -> None:
    references = [ref for name in ("$ref", "$dynamicRef") for ref in _named(schema, name) if isinstance(ref, str)]
    outside = next((ref for ref in references if not ref.startswith("#")), None)
    if outside is not None:
        raise InvalidInput(
            f"The schema refers to {shortened(outside)}, and nothing is fetched.",
            field=field,
            remedy="Put what it refers to under $defs.",
        )
    # Below an id of its own (`id` in draft 4), a reference begins elsewhere.
    elsewhere = any(_named(schema, "$id")) or isinstance(schema.get("id"), str)
    draft = specification_with(_dialect(schema).META_SCHEMA["$schema"])
    resolver = _NOTHING.resolver_with_root(draft.create_resource(schema))
    for ref in () if elsewhere else references:
        try:
            resolver.lookup(ref)
        except Unresolvable as error:
            raise InvalidInput(
                f"The schema refers to {shortened(ref)}, which it does not hold.",
                field=field,
                remedy="Put what it refers to under $defs.",
            ) from error


def _check_patterns(schema: dict[str, Any], field: str) -> None:
    named = cast("Iterator[dict[str, object]]", filter(_is_object, _named(schema, "patternProperties")))
    names = [pattern for patterns in named for pattern in patterns]
    for pattern in (*names, *(said for said in _named(schema, "pattern") if isinstance(said, str))):
        try:
            compiled(pattern)
        except ValueError as error:
            said = f"The pattern {shortened(pattern)!r} cannot be used: {shortened(str(error))}."
            raise InvalidInput(said, field=field, remedy=_REGEX_SYNTAX) from error
    if names and any(True for _ in _named(schema, "unevaluatedProperties")):
        raise InvalidInput(
            "The schema has patternProperties and unevaluatedProperties, which are not checked together.",
            field=field,
            remedy="Use additionalProperties.",
        )


def _named(schema: object, name: str) -> Iterator[object]:
    """The values of all keys of this name, at any depth."""
    if isinstance(schema, dict):
        for key, value in cast("dict[str, object]", schema).items():
            if key == name:
                yield value
            yield from _named(value, name)
    elif isinstance(schema, list):
        for value in cast("list[object]", schema):
            yield from _named(value, name)


def _is_object(value: object) -> bool:
    return isinstance(value, dict)


def _spend(units: int) -> None:
    left = _left.get() - units
    _left.set(left)
    if left < 0:
        raise TooMuchWork


def _counted(keyword: Keyword) -> Keyword:
    def apply(validator: Any, said: Any, value: Any, schema: Any) -> Iterator[ValidationError]:
        _spend(1)
        yield from keyword(validator, said, value, schema) or ()

    return apply


def _pattern(validator: Any, pattern: str, value: Any, _: Any) -> Iterator[ValidationError]:
    if validator.is_type(value, "string") and not _found(pattern, value):
        yield ValidationError(f"{value!r} does not match {pattern!r}")


def _pattern_properties(validator: Any, patterns: dict[str, Any], value: Any, _: Any) -> Iterator[ValidationError]:
    if validator.is_type(value, "object"):
        for pattern, below in patterns.items():
            for name in (name for name in value if _found(pattern, name)):
                yield from validator.descend(value[name], below, path=name, schema_path=pattern)


def _additional_properties(validator: Any, said: Any, value: Any, schema: Any) -> Iterator[ValidationError]:
    if not validator.is_type(value, "object"):
        return
    named, patterns = schema.get("properties", {}), schema.get("patternProperties", {})
    more = [name for name in value if name not in named and not any(_found(pattern, name) for pattern in patterns)]
    if said is False and more:
        yield ValidationError(f"Additional properties are not allowed ({', '.join(map(repr, more))})")
    elif isinstance(said, dict):
        for name in more:
            yield from validator.descend(value[name], said, path=name)


def _unique_items(validator: Any, said: Any, value: Any, _: Any) -> Iterator[ValidationError]:
    # jsonschema's own compares all pairs of objects.
    if said and validator.is_type(value, "array"):
        items = [_comparable(item) for item in value]
        if len(set(items)) < len(items):
            yield ValidationError("The list has an element twice")


def _multiple_of(validator: Any, divisor: Any, value: Any, _: Any) -> Iterator[ValidationError]:
    # As they are written: 19.99 is a multiple of 0.01, though its binary fraction is none.
    if validator.is_type(value, "number") and (Fraction(str(value)) / Fraction(str(divisor))).denominator != 1:
        yield ValidationError(f"{value!r} is not a multiple of {divisor}")


def _comparable(value: Any) -> Any:
    """The value as something hashable, equal where JSON Schema has values equal: 1 is 1.0, and is not true."""
    if isinstance(value, dict):
        return frozenset((name, _comparable(below)) for name, below in cast("dict[str, Any]", value).items())
    if isinstance(value, list):
        return tuple(_comparable(below) for below in cast("list[Any]", value))
    return (type(value), value) if isinstance(value, bool) else value


def _found(pattern: str, text: str) -> bool:
    _spend(work(pattern, text))
    return found(pattern, text)


_OWN: dict[str, Keyword] = {
    "pattern": _pattern,
    "patternProperties": _pattern_properties,
    "additionalProperties": _additional_properties,
    "uniqueItems": _unique_items,
    "multipleOf": _multiple_of,
}


def _bare(uri: str) -> str:
    """The name of a draft, as it is also written: with an empty fragment, or with https."""
    return uri.rstrip("#").replace("http://", "https://", 1)


def _evolve(validator: Any, **changes: Any) -> Any:
    """A validator for another part of a schema. jsonschema's own goes over to an unbounded one at any `$schema`."""
    ours = cast("Any", type(validator))
    kept = {field.alias: getattr(validator, field.name) for field in ours.__attrs_attrs__ if field.init}
    return ours(**kept | changes)


def _bounded(draft: Any) -> Any:
    """The draft's validator, with what it spends counted and our own keywords."""
    keywords = {name: _counted(keyword) for name, keyword in {**draft.VALIDATORS, **_OWN}.items()}
    bounded = cast("Any", extend(draft, keywords))
    bounded.evolve = _evolve
    return bounded


_DRAFTS = (Draft4Validator, Draft6Validator, Draft7Validator, Draft201909Validator, Draft202012Validator)
_DIALECTS = {_bare(draft.META_SCHEMA["$schema"]): _bounded(draft) for draft in _DRAFTS}
_LATEST = _DIALECTS[_bare(Draft202012Validator.META_SCHEMA["$schema"])]


def _dialect(schema: Mapping[str, Any]) -> Any:
    """The validator of the draft that a schema is of."""
    said = schema.get("$schema")
    return _DIALECTS.get(_bare(said), _LATEST) if isinstance(said, str) else _LATEST


@lru_cache(maxsize=64)
def _validator(schema: bytes) -> Any:
    said = orjson.loads(schema)
    return _dialect(said)(said, registry=_NOTHING)


def _path(error: ValidationError | SchemaError) -> str:
    return error.json_path
