"""What an installation tells."""

from __future__ import annotations

import io

import pytest

from service.graph.local.progress import SILENT, Progress, Terminal, progress_on


def tell(progress: Progress) -> None:
    """All that an installation reports."""
    progress.note("hello")
    progress.begin("Fetching", 2_000_000)
    progress.advance(1_000_000)
    progress.advance(1_000_000)
    progress.end()


def test_log_gets_a_few_lines() -> None:
    """Without a terminal there is no line for each jar."""
    stream = io.StringIO()
    tell(progress_on(stream))
    assert stream.getvalue().splitlines() == ["hello", "Fetching: 2 MB", "  2 MB of 2 MB done"]


def test_terminal_gets_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bar shows what is done and of how much."""
    monkeypatch.setenv("COLUMNS", "100")
    stream = io.StringIO()
    tell(Terminal(stream))
    assert "Fetching" in stream.getvalue()
    assert "2.0/2.0 MB" in stream.getvalue()


def test_silent_says_nothing() -> None:
    """It takes every report."""
    tell(SILENT)
