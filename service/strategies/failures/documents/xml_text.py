"""XML by its places: the elements of given names, and where each stands in the text.

Entities are refused and never expanded; nothing outside the text is read. What is not well-formed, or cut off, costs
the element that it is in: reading goes on at the next one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from xml.parsers import expat

LONGEST = 50_000
"""Characters of the text of one element that are kept."""

MOST_INNER = 300
"""Elements within one that are kept."""

_FIRST_PIECE, _LARGEST_PIECE = 2048, 65_536
_MOST_QUIET = 160
"""Pieces without the beginning or the end of an element: what is one very long text is none of a report."""

_MOST_PIECES = 8
_DEEPEST = 100
_OUTSIDE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd]")


@dataclass(slots=True)
class Node:
    """An element: its name without a prefix, its attributes, its text with that of the elements in it, and those.

    `outer` has the attributes of the elements around it, the nearest first.
    """

    name: str
    attributes: Mapping[str, str]
    start: int
    end: int
    outer: tuple[tuple[str, Mapping[str, str]], ...] = ()
    inner: list[Node] = field(default_factory=list["Node"])
    pieces: list[str] = field(default_factory=list[str])
    whole: bool = True

    @property
    def text(self) -> str:
        """Its own text."""
        return "".join(self.pieces).strip()

    def all(self, *names: str) -> Iterator[Node]:
        """The elements of these names within it, however deep."""
        for node in self.inner:
            if node.name in names:
                yield node
            yield from node.all(*names)

    def first(self, *names: str) -> Node | None:
        """The first of them."""
        return next(self.all(*names), None)

    def around(self, name: str, attribute: str) -> str:
        """The attribute of the nearest element of that name around it."""
        return next((said.get(attribute, "") for outer, said in self.outer if outer == name), "")


class _Refused(Exception):
    """The text declares entities, or is nested too deeply, or goes on for too long without an element."""


class Reading:
    """A document that begins at `start`: its `wanted` elements, one after another; then `end` says where it ends.

    Where it is broken, reading goes on at the next of these elements.
    """

    def __init__(self, text: str, start: int, wanted: frozenset[str]) -> None:
        self._text = text
        self._wanted = wanted
        self._next = re.compile(rf"<(?=(?:\w{{1,20}}:)?(?:{'|'.join(sorted(wanted))})[\s>/])")
        self.end = start

    def __iter__(self) -> Iterator[Node]:
        parser = _Parser(self._text, self.end, self._wanted)
        yield from parser.nodes()
        self.end = parser.end
        if parser.closed:
            return
        close = f"</{parser.root}"
        closed = self._text.find(close, self.end) if parser.root else -1
        until = len(self._text) if closed < 0 else closed
        outer = parser.outer
        while match := self._next.search(self._text, self.end, until):
            parser = _Parser(self._text, match.start(), self._wanted, outer)
            yield from parser.nodes()
            self.end = max(parser.end, match.end())
        self.end = max(self.end, until if closed < 0 else closed + len(close) + 1)


Outer = tuple[tuple[str, Mapping[str, str]], ...]


class _Parser:
    """Expat over the text as UTF-16, so that its byte numbers tell characters."""

    def __init__(self, text: str, start: int, wanted: frozenset[str], outer: Outer = ()) -> None:
        self._text = text
        self._start = start
        self._wanted = wanted
        self._around = list(reversed(outer))
        self._open: list[Node] = []
        self._done: list[Node] = []
        self._depth = 0
        self._quiet = 0
        self.root = ""
        self.closed = False
        self.end = start
        self._expat = expat.ParserCreate("UTF-16LE")
        self._expat.buffer_text = True
        self._expat.StartElementHandler = self._begin
        self._expat.EndElementHandler = self._finish
        self._expat.CharacterDataHandler = self._said
        self._expat.StartDoctypeDeclHandler = self._refuse

    @property
    def outer(self) -> Outer:
        """The elements that are open around the wanted ones, the nearest first."""
        return tuple(reversed(self._around))

    def nodes(self) -> Iterator[Node]:
        """The wanted elements, up to the end of the document or to where it is broken; the broken one too."""
        place, size = self._start, _FIRST_PIECE
        try:
            while place < len(self._text) and not self.closed:
                piece = self._text[place : place + size]
                self._feed(piece)
                place += len(piece)
                size = min(size * 2, _LARGEST_PIECE)
                yield from self._taken()
        except (expat.ExpatError, _Refused):
            place = self._here()
            # What was said up to here is handed on.
            self._expat.buffer_text = False
        yield from self._taken()
        if not self.closed:
            self.end = max(self._start, min(place, len(self._text)))
            yield from self._broken()

    def _feed(self, piece: str) -> None:
        self._quiet += 1
        if self._quiet > _MOST_QUIET:
            raise _Refused
        self._expat.Parse(_OUTSIDE.sub("\ufffd", piece).encode("utf-16-le"), False)

    def _taken(self) -> list[Node]:
        done, self._done = self._done, []
        return done

    def _broken(self) -> Iterator[Node]:
        if self._open:
            for one in self._open:
                one.whole, one.end = False, self.end
            yield self._open[0]

    def _here(self) -> int:
        return self._start + self._expat.CurrentByteIndex // 2

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        self.root = self.root or name
        self._depth += 1
        self._quiet = 0
        if self._depth > _DEEPEST:
            raise _Refused
        if not self._open and name not in self._wanted:
            self._around.append((name, attributes))
            return
        start = self._here()
        node = Node(name, attributes, start, start, () if self._open else self.outer)
        if self._open and len(self._open[-1].inner) < MOST_INNER:
            self._open[-1].inner.append(node)
        self._open.append(node)

    def _finish(self, name: str) -> None:
        self._depth -= 1
        self._quiet = 0
        place = self._here()
        # An element without content ends where it is told to.
        end = (self._text.find(">", place, place + 1000) + 1 or place) if self._text.startswith("</", place) else place
        if self._open:
            node = self._open.pop()
            node.end = end
            if not self._open:
                self._done.append(node)
        else:
            self._around.pop()
        if not self._depth:
            self.closed, self.end = True, end

    def _said(self, text: str) -> None:
        if self._open and len(self._open[-1].pieces) < _MOST_PIECES:
            self._open[-1].pieces.append(text[:LONGEST])

    def _refuse(self, *_: object) -> None:
        raise _Refused
