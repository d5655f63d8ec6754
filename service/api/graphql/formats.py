"""What an answer must be, as callers send it and as they are shown it."""

from __future__ import annotations

import strawberry
from strawberry import UNSET

from service.answers.formats import schema_format
from service.api.graphql.choices import require_true
from service.api.graphql.scalars import JSON
from service.records import TEXT_FORMAT, ResponseFormatKind
from service.records import ResponseFormat as Record

strawberry.enum(ResponseFormatKind)


@strawberry.input(one_of=True)
class ResponseFormatInput:
    """What an answer must be."""

    text: bool | None = UNSET
    """`true`: any text."""

    json: bool | None = UNSET
    """`true`: one JSON value, perhaps in a Markdown code fence."""

    json_schema: JSON | None = UNSET
    """One JSON value that meets this JSON Schema."""

    def record(self, field: str) -> Record:
        """As the use case takes it. Raises `InvalidInput` that names the field."""
        if require_true(self.text, f"{field}.text"):
            return TEXT_FORMAT
        if require_true(self.json, f"{field}.json"):
            return Record(ResponseFormatKind.JSON)
        return schema_format(self.json_schema, f"{field}.jsonSchema")


@strawberry.type
class ResponseFormat:
    """What an answer must be."""

    kind: ResponseFormatKind
    """Which of the three."""

    json_schema: JSON | None
    """The JSON Schema that it must meet, of JSON_SCHEMA."""


def response_format(form: Record) -> ResponseFormat:
    """A format as it is shown."""
    return ResponseFormat(kind=form.kind, json_schema=None if form.schema is None else JSON(form.schema))
