"""The table of docs/failures.md says what the code does."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.errors import (
    AntiphonError,
    BoundRefused,
    ContentFiltered,
    EmptyAnswer,
    FormatRefused,
    InvalidAnswer,
    ProviderError,
    ProviderTimeout,
    ProviderUnavailable,
    WayRefused,
)
from service.models.failure import Remedy, blames_model, code_of, remedy
from service.providers.faults import Refusal, error_for

PAGE = Path(__file__).parents[3] / "docs" / "failures.md"


def answered(status: int, body: bytes = b"{}") -> ProviderError:
    """The error of an answer of that status."""
    return error_for("p", Refusal(status, body, {}))


def adapted(error: WayRefused) -> WayRefused:
    """A refusal after which the model is asked otherwise."""
    error.adapted = True
    return error


SEEN: dict[str, list[AntiphonError]] = {
    "429": [answered(429)],
    "not connected in time": [ProviderTimeout("x")],
    "408, 409": [answered(status) for status in (408, 409, 424, 425, 498, 500, 501, 502, 503, 504, 529)],
    "connection refused": [ProviderUnavailable("x")],
    "a stream that is cut short": [ProviderUnavailable("x")],
    "401, 402": [answered(status) for status in (401, 402, 403, 404)],
    "429 with": [answered(status, b'{"error": {"code": "insufficient_quota"}}') for status in (400, 429)],
    "a certificate": [],
    "`max_tokens` is more": [adapted(BoundRefused("x"))],
    "a format or schema": [adapted(FormatRefused("x"))],
    "400, 422": [answered(status) for status in (301, 400, 405, 418, 422)],
    "the prompt is longer": [answered(413), answered(400, b'{"error": {"code": "context_length_exceeded"}}')],
    "the provider's filter": [ContentFiltered("x"), answered(400, b'{"error": {"code": "content_filter"}}')],
    "an answer that is not": [InvalidAnswer("x")],
    "an answer with neither": [EmptyAnswer("x")],
    "a plug-in": [ProviderError("x")],
    "no usage": [],
}
"""How each row begins, and errors of that kind."""

COLUMNS = {
    Remedy.WAIT: ("yes", "then"),
    Remedy.REPAIR: ("yes", "then"),
    Remedy.ADAPT: ("yes, at once", ""),
    Remedy.NEXT_MODEL: ("no", "at once"),
    Remedy.LARGER_MODEL: ("no", "one with a larger window"),
    Remedy.NOTHING: ("no", "no"),
}


def rows() -> list[list[str]]:
    """The cells of the first table, without its head."""
    lines = PAGE.read_text(encoding="utf-8").partition("\n|---")[2].partition("\n\n")[0].splitlines()[1:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def errors_of(seen: str) -> list[AntiphonError]:
    """Errors of the row that begins so; the longest beginning counts."""
    return SEEN[max((start for start in SEEN if seen.startswith(start)), key=len)]


def test_every_kind_has_its_row() -> None:
    """No row is unknown here, none is missing there."""
    assert len(rows()) == len(SEEN)
    assert all(errors_of(row[0]) is not None for row in rows())


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[0][:30])
def test_row_says_what_is_done(row: list[str]) -> None:
    """Code, remedy and blame are those of `service/models/failure.py`."""
    _, _, code, again, following, against = row
    for error in errors_of(row[0]):
        same, other = COLUMNS[remedy(error)]
        assert (code_of(error), following, against == "yes") == (code, other or following, blames_model(error))
        assert again.startswith(same)
