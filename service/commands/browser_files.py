"""The files with which any Neo4j Browser, also that of another server, gets our style and saved queries."""

from __future__ import annotations

import html
import io
import zipfile
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path
from urllib.parse import quote, urlsplit

from service.graph.saved import Saved, all_saved, folder_title, style

BROWSER_PORT = 7474
_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Antiphon in Neo4j Browser</title>
<style>
body {{ font: 16px/1.5 sans-serif; max-width: 44em; margin: 2em auto; padding: 0 1em }}
p {{ margin-top: 0 }}
</style>
<h1>Antiphon in Neo4j Browser</h1>
<p>Drop <code>style.grass</code> and <code>queries.zip</code> on the page of Neo4j Browser: this brings
the style and the saved queries. Each of these links opens one query in <a href="{browser}">{browser}</a>,
where you run it.</p>
{body}
</html>
"""


def save_files(folder: Path, browser: str) -> list[Path]:
    """Write the files into `folder`, which is made where it is not there. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {
        "style.grass": style().encode(),
        "queries.zip": zipped(all_saved()),
        "queries.html": linked(all_saved(), browser).encode(),
    }
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return [folder / name for name in files]


def browser_of(uri: str) -> str:
    """Where Neo4j Browser is, as a rule, of a server that is reached at a Bolt address."""
    parts = urlsplit(uri)
    host = parts.hostname or "127.0.0.1"
    secure = parts.scheme.endswith(("+s", "+ssc"))
    address = f"[{host}]" if ":" in host else host
    return f"https://{address}:7473/browser/" if secure else f"http://{address}:{BROWSER_PORT}/browser/"


def zipped(queries: Iterable[Saved]) -> bytes:
    """An archive with a folder for each of Browser's folders, and a file a query; always the same bytes."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for query in queries:
            archive.writestr(zipfile.ZipInfo(f"{folder_title(query.folder)}/{query.name}.cypher"), query.text)
    return whole.getvalue()


def linked(queries: Iterable[Saved], browser: str) -> str:
    """A page with a link a query, which opens it in the Browser at that address."""
    parts: list[str] = []
    for folder, found in groupby(queries, key=lambda query: query.folder):
        parts.append(f"<h2>{html.escape(folder.capitalize())}</h2>")
        parts += [_entry(query, browser) for query in found]
    return _PAGE.format(browser=html.escape(browser), body="\n".join(parts))


def _entry(query: Saved, browser: str) -> str:
    link = html.escape(f"{browser}?cmd=edit&arg={quote(query.text)}")
    return f'<h3><a href="{link}">{html.escape(query.title)}</a></h3>\n<p>{html.escape(query.about)}</p>'
