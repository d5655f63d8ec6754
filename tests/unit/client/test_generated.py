"""What of the client is generated is what its sources say: after a change of the schema, `scripts/generate-client`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from antiphon import operations as its
from antiphon.records import Document
from service.commands.client import operation_names, read_operation

ROOT = Path(__file__).parents[3]


def test_generated_modules_are_up_to_date() -> None:
    """Operations, models and the client for threads."""
    command = [sys.executable, ROOT / "scripts" / "generate-client", "--check"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr


@pytest.mark.parametrize("name", operation_names())
def test_documents_are_the_shipped_operations(name: str) -> None:
    """Byte for byte: a service that runs trusted documents only, of `antiphon export-documents`, runs them."""
    documents = {it.name: it for it in vars(its).values() if isinstance(it, Document)}
    assert documents[name].text == read_operation(name)
