"""Two Parquet files, for notebooks: nodes and relationships, a column a property.

Owns the types of columns. It writes group after group: as much is in memory as a group has. pyarrow is loaded where it
is used: nothing else of the service needs it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from service.conversations.transfer.graphfile.items import Item, Node, Row, Tie, transferred, transferred_ties
from service.conversations.transfer.graphfile.said import name_of, said_of_node, said_of_tie
from service.errors import SetupError
from service.graph.model import kinds

GROUP = 20_000
_NODE = ("node", "labels")
_TIE = ("relationship", "from", "fromLabel", "to", "toLabel")


class Tables:
    """Writes both files."""

    def __init__(self, nodes: Path, relationships: Path) -> None:
        self._nodes = _Table(nodes, _NODE, transferred().values())
        self._ties = _Table(relationships, _TIE, transferred_ties().values())

    def write(self, items: Iterable[Item]) -> None:
        """Take these in."""
        for item in items:
            if isinstance(item, Node):
                labels = list(kinds()[item.kind].labels)
                self._nodes.add({"node": name_of(item), "labels": labels, **said_of_node(item)})
            elif isinstance(item, Tie):
                ends = (item.start.id, item.start.kind, item.end.id, item.end.kind)
                self._ties.add(dict(zip(_TIE, (item.type, *ends), strict=True)) | said_of_tie(item))

    def close(self) -> None:
        """Write what is left; only now the files can be read."""
        self._nodes.close()
        self._ties.close()


class _Table:
    def __init__(self, file: Path, first: tuple[str, ...], of: Iterable[Mapping[str, str]]) -> None:
        self._arrow, parquet = _pyarrow()
        types = {name: "LIST<STRING>" if name == "labels" else "STRING" for name in first}
        for said in of:
            for name, type_ in said.items():
                types[name] = type_ if types.get(name, type_) == type_ else "STRING"
        self._types = types
        self._schema = self._arrow.schema([(name, self._column_type(type_)) for name, type_ in types.items()])
        self._writer = parquet.ParquetWriter(file, self._schema, compression="zstd")
        self._rows: list[Row] = []

    def add(self, row: Row) -> None:
        self._rows.append(row)
        if len(self._rows) >= GROUP:
            self._flush()

    def close(self) -> None:
        self._flush()
        self._writer.close()

    def _flush(self) -> None:
        if self._rows:
            columns = [self._column(name, type_) for name, type_ in self._types.items()]
            self._writer.write_table(self._arrow.Table.from_arrays(columns, schema=self._schema))
            self._rows = []

    def _column(self, name: str, type_: str) -> Any:
        values = [row.get(name) for row in self._rows]
        if type_ == "DATETIME":
            values = [datetime.fromisoformat(value) if value else None for value in values]
        return self._arrow.array(values, type=self._column_type(type_))

    def _column_type(self, type_: str) -> Any:
        arrow = self._arrow
        types: dict[str, Any] = {
            "INTEGER": arrow.int64(),
            "FLOAT": arrow.float64(),
            "BOOLEAN": arrow.bool_(),
            "DATETIME": arrow.timestamp("us", tz="UTC"),
            "LIST<STRING>": arrow.list_(arrow.string()),
            "LIST<FLOAT>": arrow.list_(arrow.float64()),
        }
        return types.get(type_, arrow.string())


def _pyarrow() -> tuple[Any, Any]:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise SetupError("Parquet files need pyarrow.", remedy="Install it: pip install pyarrow.") from error
    return pyarrow, pyarrow.parquet
