"""Where the files that are not Python live: `cypher/`, `schema/` and the shipped configuration.

In a checkout they stand beside `service/`; in an installed wheel they stand inside it, under `_files/`.
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_PACKED = _PACKAGE / "_files"


def resource(*parts: str) -> Path:
    """The path of a shipped file or folder, such as `resource("cypher", "queries")`."""
    root = _PACKED if _PACKED.is_dir() else _PACKAGE.parent
    return root.joinpath(*parts)


def read_resource(*parts: str) -> str:
    """The text of a shipped file (UTF-8)."""
    return resource(*parts).read_text(encoding="utf-8")
