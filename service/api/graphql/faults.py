"""Errors as callers see them: what we expected keeps its words and its code, all else is masked and logged."""

from __future__ import annotations

import logging
import re
import uuid

from graphql import GraphQLError
from strawberry.exceptions import MissingQueryError
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError

from service.errors import (
    AntiphonError,
    Conflict,
    Forbidden,
    GraphUnavailable,
    InvalidInput,
    LimitExceeded,
    NotFound,
)

EXPECTED = (InvalidInput, NotFound, Conflict, Forbidden, LimitExceeded, GraphUnavailable)
"""Whose words are for callers; others name what is inside: statements, addresses, files."""

REFUSED = (MissingQueryError, CannotGetOperationTypeError, InvalidOperationTypeError)
"""What Strawberry says of an operation that it cannot begin: the caller's fault, in words for callers."""

_IN_VARIABLE = re.compile(r"Variable '\$(\w+)' has invalid value(?: at (\.\S+))?:")

_log = logging.getLogger(__name__)


def show_error(error: GraphQLError) -> None:
    """Make an error fit to be shown, in place."""
    cause = error.original_error
    while isinstance(cause, GraphQLError):
        cause = cause.original_error
    if cause is None or isinstance(cause, REFUSED):
        said = {"code": "INVALID_REQUEST", "retryable": False, "field": _field_of_variable(error.message)}
        error.extensions = {key: value for key, value in said.items() if value is not None} | (error.extensions or {})
    elif isinstance(cause, EXPECTED):
        said = describe_error(cause)
        # A scalar does not know where it stands, but a variable does.
        error.extensions = said | {"field": cause.field or _field_of_variable(error.message)}
        # What was wrong with a literal is wrapped in the parser's words; ours alone are clearer.
        error.message = cause.message
    else:
        _mask(error, cause)
    # What it was raised with knows all that the operation held, which would be left to the garbage collector.
    error.original_error = error.__cause__ = error.__context__ = None
    error.__traceback__ = None


def describe_error(error: AntiphonError) -> dict[str, object]:
    """The `extensions` of an error that we expected."""
    return {"code": error.code, "field": error.field, "remedy": error.remedy, "retryable": error.retryable}


def _field_of_variable(message: str) -> str | None:
    """The field that a variable has a wrong value in, as graphql-core says it."""
    found = _IN_VARIABLE.match(message)
    return found and found[1] + (found[2] or "")


def _mask(error: GraphQLError, cause: Exception) -> None:
    error.message, error.extensions = mask(cause, f"at {error.path}")


def mask(cause: Exception, where: str) -> tuple[str, dict[str, object]]:
    """What is said of our own fault, and its `extensions`; the log has the rest under the same id."""
    id = uuid.uuid4().hex[:12]
    _log.error("Internal error %s %s.", id, where, exc_info=cause)
    return f"Internal error (id {id})", {"code": "INTERNAL", "retryable": False, "id": id}
