"""The JSON of Jest and Vitest: the failed tests of each file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from service.strategies.failures.documents import json_text as j
from service.strategies.failures.documents.places import put
from service.strategies.failures.findings import Finding
from service.strategies.failures.nested import failure_in

PATHS = frozenset({"testResults[]"})
_TESTS = frozenset({"assertionResults[]", "testResults[]"})


def read(text: str, parts: Sequence[j.Element]) -> Iterator[Finding] | None:
    """The failed tests; None where the document has no results of files."""
    files = [part for part in parts if part.path in PATHS]
    return (found for part in files for found in _of_file(text, part)) if files else None


def _of_file(text: str, part: j.Element) -> Iterator[Finding]:
    told = False
    for one in j.elements(text, part.start, _TESTS, end=part.end):
        test = j.decoded(text, one) if one.path else {}
        if test.get("status") == "failed":
            told = True
            said = "\n".join(j.words(message) for message in j.array(test.get("failureMessages")))
            name = j.words(test.get("fullName")) or j.words(test.get("title"))
            yield put(failure_in(said, "", name), one.start, one.end, said, text)
    file = {} if told else j.decoded(text, part)
    if file.get("status") == "failed":
        said = j.words(file.get("message")) or j.words(file.get("failureMessage"))
        name = j.words(file.get("name")) or j.words(file.get("testFilePath"))
        yield put(failure_in(said, "", name), part.start, part.end, said, text)
