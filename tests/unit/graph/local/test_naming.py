"""A machine whose own name cannot be resolved."""

from __future__ import annotations

from pathlib import Path

from service.graph.local.naming import naming_flags


def test_a_known_name_needs_nothing(tmp_path: Path) -> None:
    """As on most machines."""
    assert naming_flags(tmp_path, "localhost") == []


def test_an_unknown_name_is_told_to_java(tmp_path: Path) -> None:
    """In a file of its own: the machine's is not ours to change. The names of `.invalid` never have an address."""
    assert naming_flags(tmp_path, "box.invalid") == [f"-Djdk.net.hosts.file={tmp_path / 'hosts'}"]
    assert (tmp_path / "hosts").read_text() == "127.0.0.1 localhost\n127.0.0.1 box.invalid\n"
