"""The demo, as far as it needs no service."""

from __future__ import annotations

import pytest

from service.commands.demo import FILES
from service.resources import read_resource


@pytest.mark.parametrize("parts", FILES, ids=lambda parts: parts[-1])
def test_the_demo_reads_files_that_are_there(parts: tuple[str, ...]) -> None:
    """They are shipped, wherever they have moved, and there is something to say of them."""
    assert read_resource(*parts).strip()
