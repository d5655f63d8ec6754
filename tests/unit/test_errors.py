"""The error tree as callers see it: every code of it is known to the contract, and no other breaks it."""

from __future__ import annotations

from service.errors import AntiphonError, ErrorCode
from service.records import FinishReason

NOT_OF_WORK = {"FORBIDDEN", "LAGGED", "SETUP", "SERVICE"}
"""Of doors, subscribers and commands: no task comes to them."""


def codes(kind: type[AntiphonError]) -> set[str]:
    """The codes of a class and of all below it."""
    return {kind.code}.union(*(codes(below) for below in kind.__subclasses__() if below.__module__ == kind.__module__))


def test_error_code_has_every_code_that_work_can_meet() -> None:
    """A new error is a new value of the enum, or is said here not to be one."""
    assert set(ErrorCode) == (codes(AntiphonError) - NOT_OF_WORK) | {"INTERRUPTED", "CANCELLED"}


def test_error_code_of_a_plug_in_is_a_providers() -> None:
    """An answer does not fail because a word in the graph is not ours."""
    assert [ErrorCode.of(said) for said in ("RATE_LIMITED", "OUT_OF_COFFEE", None)] == [
        ErrorCode.RATE_LIMITED,
        ErrorCode.PROVIDER_ERROR,
        None,
    ]


def test_finish_reason_is_other_for_other_words() -> None:
    """As the graph keeps it, in lower case."""
    assert [FinishReason.of(said) for said in ("tool_calls", "error", None)] == [
        FinishReason.TOOL_CALLS,
        FinishReason.OTHER,
        None,
    ]
