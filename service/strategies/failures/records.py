"""A JSON object by itself, as a line of a log or pretty-printed: of which tool it is, and what it says."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from service.strategies.failures import boxes
from service.strategies.failures.documents import json_text as j
from service.strategies.failures.documents import kubernetes, linters
from service.strategies.failures.documents.places import put
from service.strategies.failures.findings import Finding, Frame, Severity
from service.strategies.failures.journal import entry_of, is_entry

_CARGO = {"error": Severity.FATAL, "error: internal compiler error": Severity.FATAL, "warning": Severity.WARNING}
_COUNTED = re.compile(r"aborting due to|\d+ warnings? emitted")


def finding_of(said: j.Object) -> tuple[Finding, ...] | None:
    """What the object says, none where that is harmless; None where it is of no tool that is known."""
    for is_of, read in _KINDS:
        if is_of(said):
            found = read(said)
            return (found,) if found else ()
    return None


def _is_terraform(said: j.Object) -> bool:
    return isinstance(said.get("diagnostic"), dict) and "@level" in said


def _terraform(said: j.Object) -> Finding | None:
    found = boxes.of_record(j.objects(said.get("diagnostic")))
    return replace(found, time=j.words(said.get("@timestamp"))) if found else None


def _is_cargo(said: j.Object) -> bool:
    return isinstance(said.get("reason"), str) and ("package_id" in said or said.get("reason") == "build-finished")


def _cargo(said: j.Object) -> Finding | None:
    """What rustc says, as `cargo --message-format json` hands it on."""
    message = j.objects(said.get("message"))
    severity = _CARGO.get(j.words(message.get("level")))
    text = j.words(message.get("message"))
    if severity is None or _COUNTED.match(text):
        return None
    spans = [j.objects(span) for span in j.array(message.get("spans"))]
    spans.sort(key=lambda span: span.get("is_primary") is not True)
    frames = tuple(Frame(j.words(span.get("file_name")), j.number(span.get("line_start"))) for span in spans[:4])
    kind = "Rust warning" if severity is Severity.WARNING else "Rust error"
    name = j.words(j.field(message, "code.code")) if severity is not Severity.WARNING else ""
    found = Finding(kind, name, text, severity, 0, 0, frames)
    return put(found, 0, 0, j.words(message.get("rendered")))


_KINDS: tuple[tuple[Callable[[j.Object], bool], Callable[[j.Object], Finding | None]], ...] = (
    (is_entry, entry_of),
    (_is_terraform, _terraform),
    (_is_cargo, _cargo),
    (kubernetes.is_event, kubernetes.event),
    (linters.is_record, linters.record),
)
