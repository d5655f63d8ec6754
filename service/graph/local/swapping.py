"""Which data of the embedded Neo4j are the good ones: the old ones, until those that are written anew are whole.

`data.compacted` is there only when it is whole: it takes the place of `data`, at the next start at the latest.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from service.graph.local.home import Home


def put_in_place(home: Home, data: Path) -> None:
    """Let these data, which are whole, be those of `home`. Whenever this is cut off, `settle` ends it."""
    data.rename(_compacted(home))
    settle(home)


def settle(home: Home) -> None:
    """End what was cut off, or do nothing. Its caller owns the folder, and no server runs on it."""
    data, old, new = home.folder / "data", home.folder / "data.old", _compacted(home)
    if new.exists():
        if data.exists():
            shutil.rmtree(old, ignore_errors=True)
            data.rename(old)
        new.rename(data)
    if old.exists():
        shutil.rmtree(old)


def _compacted(home: Home) -> Path:
    return home.folder / "data.compacted"
