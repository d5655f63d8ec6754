"""Our own format: JSON Lines, as `docs/graph-format.md` has it. This is how it is written.

Owns the spelling of header, nodes, relationships and counts. Asks nobody.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import orjson

from service.conversations.transfer.graphfile.items import Begin, BeginStrategies, Item, Node, Row, Tie, Whole
from service.conversations.transfer.graphfile.said import said_of_node, said_of_tie
from service.graph.model import kinds
from service.graph.moments import moment_text

FORMAT = "antiphon-graph"
FIRST_VERSION, VERSION = 1, 2
"""The second has kept plans that are of no conversation: a file of an owner. What has none is of the first, which
older services read."""
MOMENT = "datetime"
_SORTED = orjson.OPT_SORT_KEYS
"""The same graph is the same file."""


class Lines:
    """Writes one file. `header` is what the first line says besides the format."""

    def __init__(self, header: Row) -> None:
        self._header = header
        self._conversations = self._nodes = self._relationships = 0

    def begin(self) -> bytes:
        """The first line."""
        version = VERSION if self._header.get("holds") == "OWNER" else FIRST_VERSION
        return _line({"format": FORMAT, "version": version, **self._header})

    def encode(self, items: Iterable[Item]) -> bytes:
        """Lines of these."""
        return b"".join(map(self._item, items))

    def end(self) -> bytes:
        """The last line."""
        counts = {"conversations": self._conversations, "nodes": self._nodes, "relationships": self._relationships}
        return _line({"end": counts})

    def _item(self, item: Item) -> bytes:
        if isinstance(item, Node):
            self._nodes += 1
            said = {"labels": kinds()[item.kind].labels, "properties": said_of_node(item, _moment)}
            return _line({"node": said}, _SORTED)
        if isinstance(item, Tie):
            self._relationships += 1
            return _line({"relationship": _tie(item)}, _SORTED)
        if isinstance(item, Begin):
            return _line({"conversation": {"id": item.conversation_id, "asOf": item.as_of}})
        if isinstance(item, BeginStrategies):
            return _line({"strategies": {}})
        return self._whole(item)

    def _whole(self, item: Whole) -> bytes:
        counts = {"nodes": item.nodes, "relationships": item.relationships}
        if item.conversation_id is None:
            return _line({"whole": counts})
        self._conversations += 1
        return _line({"whole": {"id": item.conversation_id, **counts}})


def _tie(tie: Tie) -> Row:
    said: Row = {
        "type": tie.type,
        "from": {"label": tie.start.kind, "id": tie.start.id},
        "to": {"label": tie.end.kind, "id": tie.end.id},
        "properties": said_of_tie(tie, _moment),
    }
    return said | ({"across": tie.across} if tie.across else {})


def _moment(value: Any) -> Row:
    """A moment says that it is one."""
    return {MOMENT: moment_text(value)}


def _line(said: Row, option: int = 0) -> bytes:
    return orjson.dumps(said, option=orjson.OPT_APPEND_NEWLINE | option)
