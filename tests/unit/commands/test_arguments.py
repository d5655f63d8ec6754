"""`-c` with and without a conversation."""

from __future__ import annotations

import pytest

from service.commands.arguments import settle_arguments

ID = "019ac0de-1234-7abc-8def-0123456789ab"


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("ask -c hello", "ask -c last hello"),
        ("ask hello -c", "ask hello -c last"),
        (f"ask -c {ID} hello", f"ask -c {ID} hello"),
        ("ask -c 019ac0de hello", "ask -c 019ac0de hello"),
        (f"-v ask hello --conversation {ID}", f"-v ask hello --conversation {ID}"),
        ("ask -c --json hello", "ask -c last --json hello"),
        ("ask -c -", "ask -c last -"),
        ("ask -c -- -c", "ask -c last -- -c"),
        ("run -c -i x a.txt", "run -c last -i x a.txt"),
        ("usage -c something", "usage -c something"),
        ("--help", "--help"),
        ("", ""),
    ],
)
def test_a_conversation_may_be_left_out(said: str, meant: str) -> None:
    """The word after it is an id, or it is none."""
    assert settle_arguments(said.split()) == meant.split()
