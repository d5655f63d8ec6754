"""How the syntax of a source is told."""

from __future__ import annotations

import pytest

from service.strategies.syntax import Syntax, syntax_of


@pytest.mark.parametrize(
    ("name", "media_type", "expected"),
    [
        ("README.md", "text/plain", Syntax.MARKDOWN),
        ("src/app.PY", "application/octet-stream", Syntax.CODE),
        ("C:\\src\\main.rs", "", Syntax.CODE),
        ("Dockerfile", "text/plain", Syntax.CODE),
        ("build.log", "text/plain", Syntax.LINES),
        ("table", "text/csv; charset=utf-8", Syntax.LINES),
        ("notes", "text/markdown", Syntax.MARKDOWN),
        ("data", "application/ld+json", Syntax.CODE),
        ("letter.txt", "text/plain", Syntax.PROSE),
        (".py", "", Syntax.PROSE),
        ("", "", Syntax.PROSE),
    ],
)
def test_syntax_of_a_source(name: str, media_type: str, expected: Syntax):
    """The name is believed before the media type."""
    assert syntax_of(name, media_type) is expected
