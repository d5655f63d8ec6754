"""What an answer must be: any text, one JSON value, or one that meets a schema.

Pure. What a schema says is for `service.answers.schemas` to check.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import Any, cast

import orjson

from service.answers.reasoning import set_aside
from service.answers.schemas import checkable, keepable, shortened, violation
from service.errors import InvalidInput
from service.records import TEXT_FORMAT, ResponseFormat, ResponseFormatKind

FIELD = "input.config.responseFormat"
_CUT = "It was cut off at its most tokens."
_SPENT = "They went into reasoning, or into a call that is not whole: maxOutputTokens may be too small."
_NAMES = {"text": "TEXT", "json": "JSON", "json_object": "JSON", "json_schema": "JSON_SCHEMA"}
_WRAPPING = {"json_schema", "schema", "name", "description", "strict"}
"""What may stand around a schema where no type is said, as OpenAI has it; none of them is a word of a schema."""
_FENCED = re.compile(r"(?P<fence>`{3,}|~{3,})[\w-]*\s(?P<inside>.*)(?P=fence)", re.DOTALL)
_WAYS = 'Say "TEXT", "JSON", {type: "JSON_SCHEMA", schema: {…}}, or the JSON Schema itself.'


def read_format(said: object, field: str = FIELD) -> ResponseFormat:
    """The response format that a caller asks for.

    `said` is None, a name (TEXT, JSON), an object with a `type` of these names and perhaps a `schema` (OpenAI's
    spelling is understood too), or a JSON Schema itself; or it is read already. Raises `InvalidInput` that names the
    field.
    """
    if said is None:
        return TEXT_FORMAT
    if isinstance(said, ResponseFormat):
        return said
    kind, schema = _kind_and_schema(said, field)
    if kind is not ResponseFormatKind.JSON_SCHEMA:
        if schema is not None:
            raise InvalidInput(
                f"{kind.value} takes no schema.",
                field=f"{field}.schema",
                remedy="For a schema, the type is JSON_SCHEMA.",
            )
        return ResponseFormat(kind)
    if not isinstance(schema, dict):
        raise InvalidInput("JSON_SCHEMA needs a schema, a JSON object.", field=f"{field}.schema", remedy=_WAYS)
    return ResponseFormat(kind, checkable(cast("dict[str, Any]", schema), field, _WAYS))


def schema_format(said: object, field: str) -> ResponseFormat:
    """The format of answers that meet a JSON Schema. Raises `InvalidInput` that names the field."""
    if not isinstance(said, dict):
        raise InvalidInput("A JSON Schema is a JSON object.", field=field)
    remedy = 'Send a schema that says what an answer must be, such as {"type": "object"}.'
    return ResponseFormat(ResponseFormatKind.JSON_SCHEMA, checkable(cast("dict[str, Any]", said), field, remedy))


def format_json(form: ResponseFormat) -> str | dict[str, Any]:
    """A format as `read_format` reads it, of JSON values only."""
    return form.kind.value if form.schema is None else {"type": form.kind.value, "schema": form.schema}


def read_schema(said: object, field: str, remedy: str) -> dict[str, Any]:
    """A JSON Schema that a caller gives. Raises `InvalidInput` that names the field."""
    if not isinstance(said, dict):
        raise InvalidInput("A JSON Schema is a JSON object.", field=field, remedy=remedy)
    return keepable(cast("dict[str, Any]", said), field, remedy)


def check_answer(text: str, form: ResponseFormat, *, cut: bool = False) -> str | None:
    """What is wrong with an answer, in a sentence that the model can be told; None where it is as it must be.

    One that was `cut` at its most tokens may be as it is, where it is any text; but nothing at all is no answer.
    """
    if not text.strip():
        return f"The answer is empty. {_CUT} {_SPENT}" if cut else "The answer is empty."
    if form.kind is ResponseFormatKind.TEXT:
        return None
    wrong = _fault(text, form)
    return f"{wrong} {_CUT}" if wrong and cut else wrong


def _fault(text: str, form: ResponseFormat) -> str | None:
    try:
        value = parse_json(text)
    except RecursionError:
        return "The answer is nested too deeply."
    except ValueError as error:
        return f"The answer is not JSON: {shortened(str(error))}."
    return None if form.schema is None else violation(value, form.schema)


def format_instruction(form: ResponseFormat) -> str:
    """What a model is told of the format in words; empty for TEXT."""
    match form.kind:
        case ResponseFormatKind.TEXT:
            return ""
        case ResponseFormatKind.JSON:
            return "Answer with one JSON value and nothing else."
        case ResponseFormatKind.JSON_SCHEMA:
            schema = orjson.dumps(form.schema).decode()
            return f"Answer with one JSON value that meets this JSON Schema, and nothing else:\n{schema}"


def parse_json(text: str) -> Any:
    """The JSON value of a text, which may stand in a Markdown code fence, and after what the model thought aloud.

    ValueError where it is none.
    """
    try:
        return _loaded(text)
    except ValueError:
        answer = set_aside(text, reasons=True).answer
        if answer == text:
            raise
    return _loaded(answer)


def _loaded(text: str) -> Any:
    return json.loads(_unfenced(text), parse_constant=_refuse, parse_float=_finite)


def _kind_and_schema(said: object, field: str) -> tuple[ResponseFormatKind, object]:
    if isinstance(said, str):
        return _kind(said, field), None
    if not isinstance(said, Mapping):
        raise InvalidInput("This is no response format.", field=field, remedy=_WAYS)
    form = cast("Mapping[str, Any]", said)
    name = form.get("type")
    # `{"type": "object"}` is a schema; the names of formats are no types of JSON Schema.
    if isinstance(name, str) and name.lower() in _NAMES:
        return _kind(name, field), _wrapped(form)
    inner = _wrapped(form) if set(form) <= _WRAPPING else None
    return ResponseFormatKind.JSON_SCHEMA, dict(form) if inner is None else inner


def _wrapped(form: Mapping[str, Any]) -> object:
    """The schema in a format with a `schema`, or in OpenAI's `json_schema` around one; None where there is none."""
    around = form.get("json_schema")
    inner = cast("Mapping[str, Any]", around).get("schema") if isinstance(around, Mapping) else None
    return form.get("schema", inner)


def _kind(name: str, field: str) -> ResponseFormatKind:
    kind = _NAMES.get(name.lower())
    if kind is None:
        raise InvalidInput(f"There is no response format {name!r}.", field=field, remedy=_WAYS)
    return ResponseFormatKind(kind)


def _unfenced(text: str) -> str:
    """The text without the Markdown code fence around the whole of it, if it has one."""
    stripped = text.strip().removeprefix("\ufeff")
    fenced = _FENCED.fullmatch(stripped)
    return fenced["inside"] if fenced else stripped


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is not JSON")


def _finite(digits: str) -> float:
    value = float(digits)
    return value if math.isfinite(value) else _refuse(digits)
