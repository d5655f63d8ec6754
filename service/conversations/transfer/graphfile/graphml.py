"""GraphML, for Gephi, yEd and networkx: typed keys, and texts that XML can hold.

Owns what is left out of a text: characters that XML has no place for. They are counted, and the file says how many.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from xml.sax.saxutils import escape

import orjson

from service.conversations.transfer.graphfile.items import Item, Node, Tie, transferred, transferred_ties
from service.conversations.transfer.graphfile.said import name_of, said_of_node, said_of_tie

_TYPES = {"INTEGER": "long", "FLOAT": "double", "BOOLEAN": "boolean"}
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NEWLINES = {"\r": "&#13;", '"': "&quot;"}
_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
"""
LABELS = "labels"
TYPE = "relationship"


class GraphML:
    """Writes one file."""

    def __init__(self) -> None:
        self._nodes = _keys("n", LABELS, transferred().values())
        self._ties = _keys("e", TYPE, transferred_ties().values())
        self.left_out = 0

    def begin(self) -> bytes:
        """All before the first node."""
        keys = [*_declared("node", self._nodes), *_declared("edge", self._ties)]
        return (_HEAD + "".join(keys) + '<graph id="antiphon" edgedefault="directed">\n').encode()

    def encode(self, items: Iterable[Item]) -> bytes:
        """Elements of these."""
        return "".join(self._item(item) for item in items if isinstance(item, (Node, Tie))).encode()

    def end(self) -> bytes:
        """All after the last of them."""
        said = f"<!-- Characters that XML has no place for, and that were left out: {self.left_out} -->\n"
        return f"</graph>\n{said}</graphml>\n".encode()

    def _item(self, item: Node | Tie) -> str:
        if isinstance(item, Node):
            head = f'<node id="{self._text(name_of(item))}">'
            said = {LABELS: item.kind, **said_of_node(item)}
            return head + self._data(self._nodes, said) + "</node>\n"
        head = f'<edge source="{self._text(item.start.id)}" target="{self._text(item.end.id)}">'
        return head + self._data(self._ties, {TYPE: item.type, **said_of_tie(item)}) + "</edge>\n"

    def _data(self, keys: Mapping[str, tuple[str, str]], said: Mapping[str, object]) -> str:
        found = ((keys[name][0], value) for name, value in said.items() if value is not None and name in keys)
        return "".join(f'<data key="{key}">{self._value(value)}</data>' for key, value in found)

    def _value(self, value: object) -> str:
        if isinstance(value, str):
            return self._text(value)
        return self._text(orjson.dumps(value).decode())

    def _text(self, text: str) -> str:
        kept, count = _NO_XML.subn("", text)
        self.left_out += count
        return escape(kept, _NEWLINES)


def _keys(prefix: str, first: str, of: Iterable[Mapping[str, str]]) -> dict[str, tuple[str, str]]:
    """Each property: its key, and its type; one that is of several types is a text."""
    types: dict[str, str] = {first: "string"}
    for said in of:
        for name, type_ in said.items():
            kind = _TYPES.get(type_, "string")
            types[name] = kind if types.get(name, kind) == kind else "string"
    return {name: (f"{prefix}{n}", kind) for n, (name, kind) in enumerate(types.items())}


def _declared(what: str, keys: Mapping[str, tuple[str, str]]) -> list[str]:
    return [
        f'<key id="{key}" for="{what}" attr.name="{name}" attr.type="{type_}"/>\n'
        for name, (key, type_) in keys.items()
    ]
