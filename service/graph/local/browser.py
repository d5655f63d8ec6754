"""Neo4j Browser with our style, saved queries and guide in it: its jar with a few pages more.

Neo4j serves `/browser/` out of the first jar that has such a folder. Ours is a copy of Browser's jar in which
`index.html` loads one script more, before Browser itself. All of it comes from the page's own origin, so no other
page and no other host has a part in it. A Browser that we do not know is left as it is.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import time
import zipfile
from contextlib import suppress
from pathlib import Path

from service.graph.local.install import Installation
from service.graph.saved import FOLDERS, all_saved, folder_title, guide, rules, style
from service.resources import read_resource

_PLACE = "antiphon"
_INDEX = "browser/index.html"
_BUNDLES = b'<script src="ui-libs-'
_KEPT_SECONDS = 30 * 86_400.0


def browser_jar(installation: Installation) -> Path:
    """The jar that serves Browser with our pages; made where it is not there yet, in 10 ms. Raises OSError."""
    files = pages()
    digest = hashlib.sha256(repr(sorted(files.items())).encode()).hexdigest()[:12]
    shipped = installation.browser
    jar = installation.folder / "browser" / f"{shipped.stem}-{digest}.jar"
    with suppress(FileNotFoundError):
        # Its age says when it was used last.
        os.utime(jar)
        return jar
    with zipfile.ZipFile(shipped) as opened:
        if _BUNDLES not in opened.read(_INDEX):
            return shipped
    jar.parent.mkdir(exist_ok=True)
    _forget_unused(jar.parent)
    _write(shipped, jar, files)
    return jar


def pages() -> dict[str, str]:
    """The files that stand in `/browser/antiphon/`, by name."""
    return {"guide.html": guide(), "style.grass": style(), "ready.js": _script()}


def _script() -> str:
    queries = all_saved()
    given = {
        "style": rules(style()),
        "folders": [{"id": f"antiphon-{name}", "name": folder_title(name)} for name in FOLDERS],
        "favourites": [{"id": q.id, "folder": f"antiphon-{q.folder}", "content": q.text} for q in queries],
    }
    call = f"ready({json.dumps(given)}, window.localStorage)"
    # Whatever is the matter with the storage: Browser starts.
    tried = f"try {{ {call}; }} catch (error) {{ console.warn(error); }}\n"
    return read_resource("cypher", "browser", "ready.js") + tried


def _write(shipped: Path, jar: Path, files: dict[str, str]) -> None:
    partial = jar.with_suffix(f".{os.getpid()}.partial")
    version = hashlib.sha256(files["ready.js"].encode()).hexdigest()[:12]
    tag = f'<script src="{_PLACE}/ready.js?{version}"></script>'.encode()
    try:
        shutil.copyfile(shipped, partial)
        with zipfile.ZipFile(partial, "a", zipfile.ZIP_DEFLATED) as opened:
            entry = opened.getinfo(_INDEX)
            page = opened.read(entry)
            # The directory of the archive is written anew with the page that is added; the old one is in it no more.
            opened.filelist.remove(entry)
            del opened.NameToInfo[_INDEX]
            opened.writestr(_INDEX, page.replace(_BUNDLES, tag + _BUNDLES, 1))
            for name, text in files.items():
                opened.writestr(f"browser/{_PLACE}/{name}", text)
        partial.replace(jar)
    finally:
        partial.unlink(missing_ok=True)


def _forget_unused(folder: Path) -> None:
    for old in folder.iterdir():
        with suppress(OSError):
            if time.time() - old.stat().st_mtime > _KEPT_SECONDS:
                old.unlink()
