"""A notebook as a page of the site, in Markdown: its words, its code, and what is kept of what came of it.

`scripts/site` makes them, so that the site needs no other program, and loads nothing from elsewhere. Owns what becomes
of an output: a picture is a file beside the page, a table is a table, and everything else is text.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_TABLE = re.compile(r"<table.*?</table>", re.DOTALL)
_LINK = re.compile(r"(\]\([^)\s#]+)\.ipynb(#[^)\s]*)?\)")


def make_page(file: Path) -> None:
    """Write the page of a notebook beside it, with its pictures."""
    notebook = json.loads(file.read_text(encoding="utf-8"))
    title, *cells = notebook["cells"]
    begin = f"{_source(title)}\n\n[The notebook as a file](./{file.name}.download)"
    parts = [begin, *(part for number, cell in enumerate(cells, start=1) for part in _cell(cell, file, number))]
    page = to_pages("\n\n".join(parts)).replace(f"{file.name}.download", file.name)
    file.with_suffix(".md").write_text(page + "\n", encoding="utf-8")


def to_pages(text: str) -> str:
    """The text, whose links to notebooks lead to their pages."""
    return _LINK.sub(r"\1.md\2)", text)


def _cell(cell: dict[str, Any], file: Path, number: int) -> Iterator[str]:
    if cell["cell_type"] == "markdown":
        yield _source(cell)
        return
    yield _fenced(_source(cell), "python")
    for place, output in enumerate(cell["outputs"], start=1):
        yield _output(output, file, f"{file.stem}-{number}-{place}.png")


def _output(output: dict[str, Any], file: Path, name: str) -> str:
    said = output.get("data", {})
    if "image/png" in said:
        (file.parent / name).write_bytes(base64.b64decode("".join(said["image/png"])))
        return f"![A plot, made by the code above]({name})"
    if table := _TABLE.search("".join(said.get("text/html", ""))):
        # One line: what is in a cell cannot end it, and is no Markdown.
        return re.sub(r"\s*\n\s*", " ", table[0])
    return _fenced("".join(output.get("text") or said.get("text/plain", "")), "text")


def _fenced(text: str, language: str) -> str:
    fence = "`" * max(3, *(len(run) + 1 for run in re.findall("`+", text)), 3)
    return f"{fence}{language}\n{text.rstrip()}\n{fence}"


def _source(cell: dict[str, Any]) -> str:
    return "".join(cell["source"])
