"""What a recogniser finds in a text: an error, where it stands, and how much it matters."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum


class Severity(IntEnum):
    """How much one occurrence of an error matters; the number is its share in the weight of a case."""

    WARNING = 1
    SUSPECT = 3
    ERROR = 10
    FAILURE = 30
    FATAL = 100


@dataclass(frozen=True, slots=True)
class Frame:
    """A place in a program that an error names. `line` counts from 1; 0 is for one that is not known."""

    path: str
    line: int = 0
    function: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One error in a text, on the lines `first` to `last` (from 0, inclusive).

    `name` is its class or code (`ValueError`, `E0308`), `frames` its places, the innermost first, `causes` the classes
    of the errors behind it. `test` is the test that failed of it. `hearsay` says that it only reports an error which
    is usually told in full elsewhere: it counts where that is not so. `times` is how often it says that it occurred.
    `span` are its characters, where they are less than its lines; `told` is what it says where the text has that in
    another writing (escaped, or as numbers).
    """

    kind: str
    name: str
    message: str
    severity: Severity
    first: int
    last: int
    frames: tuple[Frame, ...] = ()
    causes: tuple[str, ...] = ()
    time: str = ""
    test: str = ""
    hearsay: bool = False
    times: int = 1
    span: tuple[int, int] | None = None
    told: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """What was recognised at a line: errors (none: the line is harmless), and all lines that belong to them."""

    findings: tuple[Finding, ...]
    lines: Iterable[int]


def one(finding: Finding, lines: Iterable[int] | None = None) -> Found:
    """A single finding; its lines are all from its first to its last, where nothing else is said."""
    return Found((finding,), range(finding.first, finding.last + 1) if lines is None else lines)


def harmless(first: int, last: int | None = None) -> Found:
    """Lines that say nothing of an error."""
    return Found((), range(first, (first if last is None else last) + 1))
