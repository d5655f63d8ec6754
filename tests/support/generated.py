"""Files that are made of what the code says: written, or checked to be up to date."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parents[2]


def keep(wanted: Mapping[Path, str], source: str, command: str) -> int:
    """Write these files, or with `--check` say which are not as `source` has them; the exit code."""
    if "--check" not in sys.argv[1:]:
        for path, text in wanted.items():
            path.write_text(text, encoding="utf-8")
        return 0
    stale = [path for path, text in wanted.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    for path in stale:
        print(f"{path.relative_to(ROOT)} is not what {source} says. Run: {command}")
    return 1 if stale else 0
