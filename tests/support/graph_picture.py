"""`docs/graph-model.svg`: the labels that a newcomer meets, with how they are tied.

Owns where each label stands, what is left out and why, and how boxes and arrows are drawn. What there is, it is told:
a label that has no place here, or an arrow that the graph does not have, is an error. A light card with its own
background: it can be read on a light page and on a dark one, whatever the page or the machine says of colors.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.support.graph_model import Edge, Label

WIDTH, HEIGHT = 1080, 600
_W, _H = 124, 46
_INK, _LINE, _SOFT = "#1c2430", "#5b6676", "#6f7a8a"


@dataclass(frozen=True)
class Place:
    """A box: its middle, its color and a few words."""

    x: int
    y: int
    color: str
    ink: str
    note: str


@dataclass(frozen=True)
class Arrow:
    """A relationship: `from_` and `to` are where it begins and ends, `at` is where its name stands, from 0 to 1."""

    start: str
    type: str
    end: str
    from_: tuple[int, int]
    to: tuple[int, int]
    at: float = 0.5
    lift: int = 0


PLACES = {
    "Branch": Place(92, 100, "#e667af", "#ffffff", "a name for a place"),
    "Conversation": Place(320, 100, "#1f3a5f", "#ffffff", "one conversation"),
    "Task": Place(560, 100, "#7b55c7", "#ffffff", "a job"),
    "Subtask": Place(780, 100, "#c9b4f0", _INK, "one prompt of it"),
    "Attempt": Place(988, 100, "#d64545", "#ffffff", "one call"),
    "Model": Place(988, 250, "#22262e", "#ffffff", "that was asked"),
    "Prompt": Place(320, 330, "#3b7ddd", "#ffffff", "what was sent"),
    "Response": Place(640, 330, "#2e9e5b", "#ffffff", "what came back"),
    "Document": Place(92, 520, "#f0a04b", _INK, "has versions"),
    "Source": Place(320, 520, "#f4d35e", _INK, "a text that was read"),
    "Summary": Place(560, 520, "#38b2ac", "#ffffff", "fewer words"),
    "Annotation": Place(780, 520, "#ffffff", _INK, "an opinion"),
}
_MESSAGE = (176, 252, 616, 168)
"""The frame around what is a `Message`: left, top, width, height."""

LEFT_OUT = {
    "imports": ("Import", "Arrival", "Delivery", "Incoming"),
    "deletions": ("Pruning", "Erasure", "Erased"),
    "search": ("Passage", "VectorSlot"),
    "what subscribers are told": ("TaskEvent", "Change"),
    "the settings of tasks": ("Template", "Tool", "Strategy", "Draft", "Run"),
    "claims of summaries": ("Claim",),
    "the form of the graph": ("Migration", "MigrationLock"),
}

ARROWS = (
    Arrow("Branch", "BRANCH_OF", "Conversation", (154, 100), (256, 100), lift=-8),
    Arrow("Conversation", "HAS_TASK", "Task", (382, 100), (496, 100), lift=-8),
    Arrow("Task", "HAS_SUBTASK", "Subtask", (622, 100), (716, 100), lift=-8),
    Arrow("Subtask", "ATTEMPTED", "Attempt", (842, 100), (924, 100), lift=-8),
    Arrow("Attempt", "USED", "Model", (1004, 123), (1004, 225)),
    Arrow("Branch", "HEAD", "Message", (100, 123), (175, 290), at=0.55),
    Arrow("Conversation", "STARTS_WITH", "Prompt", (290, 123), (290, 305), at=0.33),
    Arrow("Task", "ASKED", "Prompt", (530, 123), (350, 305), at=0.3),
    Arrow("Subtask", "ASKED", "Prompt", (750, 123), (384, 313), at=0.22),
    Arrow("Task", "RESULTED_IN", "Response", (575, 123), (620, 305), at=0.27),
    Arrow("Attempt", "YIELDED", "Response", (950, 123), (676, 305), at=0.3),
    Arrow("Attempt", "SAW", "Message", (970, 123), (794, 300), at=0.6),
    Arrow("Response", "RESPONDS_TO", "Prompt", (576, 313), (385, 313)),
    Arrow("Prompt", "CONTINUES", "Message", (384, 331), (575, 331)),
    Arrow("Prompt", "USES", "Response", (384, 349), (575, 349)),
    Arrow("Prompt", "ABOUT", "Source", (320, 353), (320, 495), at=0.68),
    Arrow("Document", "HAS_VERSION", "Source", (154, 520), (256, 520), lift=-8),
    Arrow("Summary", "SUMMARIZES", "Message", (560, 497), (560, 423)),
    Arrow("Annotation", "ON", "Message", (770, 497), (735, 423)),
)
LOOPS = (
    ("Prompt", "DECOMPOSES", "Prompt", 234, 392),
    ("Response", "SYNTHESIZES", "Response", 742, 392),
)


def left_out() -> str:
    """What the picture leaves out, in words."""
    return "; ".join(f"{why} ({', '.join(f'`{name}`' for name in names)})" for why, names in LEFT_OUT.items())


def picture(labels: dict[str, Label], edges: list[Edge]) -> str:
    """The picture. Raises `AssertionError` where the tables here do not fit what there is."""
    _compare(labels, edges)
    said = "What a newcomer meets in the graph: labels as boxes, relationships as arrows."
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'font-family="Helvetica, Arial, sans-serif" role="img" aria-label="{escape(said)}">',
        f"<title>{escape(said)}</title>",
        '<defs><marker id="tip" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8" '
        f'orient="auto-start-reverse"><path d="M0 0L10 5L0 10z" fill="{_LINE}"/></marker></defs>',
        f'<rect x="1" y="1" width="{WIDTH - 2}" height="{HEIGHT - 2}" rx="14" fill="#fbfcfe" stroke="#c6cdd8"/>',
        *_bands(),
        *map(_line, ARROWS),
        *(_loop(*loop) for loop in LOOPS),
        *map(_name, ARROWS),
        *(_box(name, place) for name, place in PLACES.items()),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _compare(labels: dict[str, Label], edges: list[Edge]) -> None:
    placed = [*PLACES, "Message", *(name for names in LEFT_OUT.values() for name in names)]
    assert sorted(placed) == sorted(labels), f"{__name__}: {sorted(set(placed) ^ set(labels))} has no place, or is not"
    known = {(one.start, one.type, one.end) for one in edges}

    def forms(name: str) -> set[str]:
        return {name, labels[name].of or name}

    for start, type, end in [(one.start, one.type, one.end) for one in ARROWS] + [one[:3] for one in LOOPS]:
        fits = {(a, type, b) for a in forms(start) for b in forms(end)}
        assert fits & known, f"{__name__}: the graph has no (:{start})-[:{type}]->(:{end})"


def _bands() -> Iterator[str]:
    bands = (
        (28, 132, 48, "conversations, and the work on them"),
        (460, 122, 570, "what messages rest on, and what was made of them"),
    )
    for top, height, y, text in bands:
        yield f'<rect x="14" y="{top}" width="{WIDTH - 28}" height="{height}" rx="12" fill="#eef1f6"/>'
        yield _text(30, y, text, 13, _SOFT, anchor="start")
    left, top, width, height = _MESSAGE
    yield (
        f'<rect x="{left}" y="{top}" width="{width}" height="{height}" rx="16" fill="#ffffff" stroke="{_SOFT}" '
        'stroke-dasharray="5 4"/>'
    )
    yield _text(left + 14, top + 20, "Message", 13, _SOFT, anchor="start")


def _line(arrow: Arrow) -> str:
    (x1, y1), (x2, y2) = arrow.from_, arrow.to
    return f'<path d="M{x1} {y1}L{x2} {y2}" stroke="{_LINE}" stroke-width="1.4" fill="none" marker-end="url(#tip)"/>'


def _name(arrow: Arrow) -> str:
    (x1, y1), (x2, y2) = arrow.from_, arrow.to
    x, y = x1 + (x2 - x1) * arrow.at, y1 + (y2 - y1) * arrow.at + (arrow.lift or 4)
    return _text(round(x), round(y), arrow.type, 11, _INK, halo=True)


def _loop(label: str, type: str, end: str, x: int, y: int) -> str:
    """An arrow from a box to itself, which leaves it below and comes back at its side."""
    place = PLACES[label]
    side = 1 if x > place.x else -1
    out, back = place.x + side * 30, place.x + side * (_W // 2 + 1)
    bottom = place.y + _H // 2
    path = f"M{out} {bottom}C{out} {bottom + 48} {back + side * 70} {bottom + 30} {back} {place.y + 8}"
    drawn = f'<path d="{path}" stroke="{_LINE}" stroke-width="1.4" fill="none" marker-end="url(#tip)"/>'
    return drawn + _text(x + side * 6, y + 14, type, 11, _INK, halo=True)


def _box(name: str, place: Place) -> str:
    left, top = place.x - _W // 2, place.y - _H // 2
    box = (
        f'<rect x="{left}" y="{top}" width="{_W}" height="{_H}" rx="10" fill="{place.color}" stroke="{_LINE}" '
        'stroke-width="1"/>'
    )
    title = _text(place.x, place.y - 3, name, 15, place.ink, weight=700)
    return box + title + _text(place.x, place.y + 14, place.note, 11, place.ink)


def _text(
    x: int, y: int, text: str, size: int, color: str, *, anchor: str = "middle", weight: int = 400, halo: bool = False
) -> str:
    around = ' stroke="#fbfcfe" stroke-width="4" paint-order="stroke" stroke-linejoin="round"' if halo else ""
    return (
        f'<text x="{x}" y="{y}" font-size="{size}" font-weight="{weight}" text-anchor="{anchor}" '
        f'fill="{color}"{around}>{escape(text)}</text>'
    )
