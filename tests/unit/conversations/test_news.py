"""Moments of changes: every statement that numbers something in a conversation marks it with the graph's clock."""

from __future__ import annotations

import re

import pytest

from service.graph.queries import all_names, query

RAISED = re.compile(r"(\w+)\.lastSeq = (?:\1\.lastSeq \+|0)")
"""Where a number is given out, or a conversation begins."""
RAISING = [name for name in all_names() if RAISED.search(query(name).text)]


def test_many_statements_give_out_numbers() -> None:
    """The pattern finds them: there are some thirty."""
    assert len(RAISING) >= 30


@pytest.mark.parametrize("name", RAISING)
def test_who_gives_out_a_number_marks_the_conversation(name: str) -> None:
    """By the graph's clock, in the same clause: services' clocks may run apart."""
    for clause in re.split(r"\bSET\b", query(name).text)[1:]:
        for raised in re.findall(r"(\w+)\.lastSeq = \1\.lastSeq \+", clause):
            assert f"{raised}.changedAt = datetime({{epochMillis: timestamp()}})" in clause
