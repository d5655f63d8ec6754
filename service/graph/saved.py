"""What people are given in Neo4j Browser: saved queries in folders, a style, and a guide made of the queries.

They are files in `cypher/browser/`, in the forms that Browser reads. Knows nothing of where they are served.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path

from service.errors import InvalidInput
from service.resources import read_resource, resource

_SLIDE = '<slide><div style="padding: 0 14px"><h3>{title}</h3>{body}</div></slide>'
FOLDERS = ("conversations", "tasks", "context", "graph")
"""The folders of saved queries, in the order in which they are shown."""
_NEWEST = "STARTS WITH ''"
_ID = re.compile(r"[0-9a-f-]{36}")
_RULE = re.compile(r"([^{}]+)\{((?:'[^']*'|[^'}])*)\}")


@dataclass(frozen=True, slots=True)
class Saved:
    """A saved query. `title` is its first line, `about` the comment below it, `text` the whole file."""

    folder: str
    name: str
    title: str
    about: str
    text: str

    @property
    def id(self) -> str:
        """What Browser knows it by."""
        return f"antiphon-{self.folder}-{self.name}"


@cache
def all_saved() -> tuple[Saved, ...]:
    """Every saved query, by folder and file name. Raises `InvalidInput` for a file without a title."""
    return tuple(
        _read(path) for folder in FOLDERS for path in sorted(resource("cypher", "browser", folder).glob("*.cypher"))
    )


def _read(path: Path) -> Saved:
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    if len(lines) < 3 or not lines[0].startswith("// "):
        raise InvalidInput(f"{path.name}: the first line must be a comment, the title in Neo4j Browser.")
    about: list[str] = []
    for line in lines[2:]:
        if not line.startswith("// "):
            break
        about.append(line[3:])
    return Saved(path.parent.name, path.stem, lines[0][3:].rstrip("."), " ".join(about), text)


def about(saved: Saved, id_: str) -> str:
    """The query's text as a person edits it for one thing, by its id. Raises `InvalidInput` for what is no id."""
    if not _ID.fullmatch(id_):
        raise InvalidInput(f"{id_!r} is no id of a node.")
    return saved.text.replace(_NEWEST, f"STARTS WITH '{id_}'", 1)


def saved(name: str) -> Saved:
    """The saved query of that name; `KeyError` where there is none."""
    return {query.name: query for query in all_saved()}[name]


def folder_title(folder: str) -> str:
    """The name of a folder among Browser's favourites, so that it is known as ours there."""
    return f"Antiphon {folder}"


def style() -> str:
    """The style sheet, as Browser imports it."""
    return read_resource("cypher", "browser", "style.grass")


def rules(sheet: str) -> dict[str, dict[str, str]]:
    """The rules of a style sheet, in order, as Browser keeps them: `node.Prompt` to its properties."""
    return {
        "".join(selector.split()): dict(_property(line) for line in body.split(";") if line.strip())
        for selector, body in _RULE.findall(sheet)
    }


def _property(line: str) -> tuple[str, str]:
    key, _, value = line.partition(":")
    return key.strip(), value.strip().strip("'")


def guide() -> str:
    """The page that Browser shows beside the queries: what the colours mean, and each query to be clicked."""
    slides = [read_resource("cypher", "browser", "guide.html")]
    for folder, queries in groupby(all_saved(), key=lambda saved: saved.folder):
        slides.append(_SLIDE.format(title=html.escape(folder.capitalize()), body="".join(map(_entry, queries))))
    return "<!doctype html>\n<title>Antiphon</title>\n" + "\n".join(slides) + "\n"


def _entry(saved: Saved) -> str:
    title, about, text = map(html.escape, (saved.title, saved.about, saved.text))
    return f'<h4>{title}</h4><p>{about}</p><pre class="pre-scrollable code runnable">{text}</pre>'
