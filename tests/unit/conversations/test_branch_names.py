"""Names of branches: what looks alike is one name, and what hides is refused."""

from __future__ import annotations

import pytest

from service.conversations.branch_names import check_branch_name, same_name
from service.errors import InvalidInput


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("main", "main"),
        (" a b\t", "a b"),
        ("e\u0301tude", "\u00e9tude"),
        ("👨\u200d👩", "👨\u200d👩"),
        ("שלום", "שלום"),
    ],
)
def test_a_name_is_kept_in_one_form(given: str, kept: str) -> None:
    """Without blanks around it, and composed; letters of any script stay."""
    assert check_branch_name(given, "input.name") == kept == same_name(given)


@pytest.mark.parametrize("name", ["", " ", "x" * 101, "a\nb", "a\u2028b", "a\u202eb", "\u2066a", "a\x00", "\ud800"])
def test_a_name_that_is_none_is_refused(name: str) -> None:
    """With the field that it stood in."""
    with pytest.raises(InvalidInput) as refused:
        check_branch_name(name, "input.newBranch")
    assert refused.value.field == "input.newBranch"
