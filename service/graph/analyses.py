"""The files of `cypher/analytics/`, and how one is run: it reads for one owner, within a time, and writes nothing.

Owns where they are, what Neo4j gives as a cell, and what Graph Data Science holds in memory meanwhile. Knows nothing
of their meaning.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, Protocol, cast

from service.errors import AntiphonError
from service.graph.database import Database, Row
from service.graph.queries import Query, parse, query
from service.resources import resource

Table = list[list[Any]]
PREFIX = "antiphon-"
"""Of the names of graphs that are held in memory while an algorithm runs."""
WITHOUT_GDS, PROJECTIONS = "without_gds", "projections"
CLEANING_SECONDS = 5.0
_log = logging.getLogger(__name__)


class _Temporal(Protocol):
    def iso_format(self) -> str: ...
    def to_native(self) -> Any: ...


class Analyses:
    """Runs what is in the files over one graph."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def has_gds(self) -> bool:
        """Whether this Neo4j has the procedures of Graph Data Science that the files call."""
        (found,) = await self._database.run(query("read_gds"))
        return found["isThere"]

    async def read(self, name: str, seconds: float, parameters: Row) -> list[Row]:
        """The records of a file; what it holds in memory is let go of whatever comes of it.

        Raises `GraphEnded` where the time is over, `GraphFull` where there is no memory for it.
        """
        statement = statements()[name]
        wanted = {key: value for key, value in parameters.items() if key in statement.parameters}
        try:
            records = await self._database.look(statement, seconds, **wanted)
        except BaseException:
            if "projection" in wanted:
                await self._drop(wanted["projection"])
            raise
        return [{key: cell(value) for key, value in record.items()} for record in records]

    async def _drop(self, projection: str) -> None:
        try:
            await self._database.look(query("drop_projection"), CLEANING_SECONDS, projection=projection)
        except AntiphonError as error:
            _log.debug("The graph %s is not in memory any more, or still: %s", projection, error)


def cell(value: Any) -> Any:
    """A value of a record as JSON has it; times are ISO 8601 in UTC, unless they are of another zone."""
    if isinstance(value, list):
        return [cell(one) for one in cast("Sequence[Any]", value)]
    if not hasattr(value, "iso_format"):
        return value
    moment = cast(_Temporal, value).to_native()
    text = moment.isoformat(timespec="milliseconds") if hasattr(moment, "hour") else moment.isoformat()
    return text.replace("+00:00", "Z")


def folder() -> Path:
    """Where the files are."""
    return resource("cypher", "analytics")


@cache
def statements() -> dict[str, Query]:
    """Every file as a statement, by its name."""
    return {path.stem: parse(path.stem, path.read_text(encoding="utf-8")) for path in _files()}


@cache
def sources() -> dict[str, tuple[str, str]]:
    """`{name: (folder, text)}` of what callers may ask for."""
    shown = [path for path in _files() if path.parent.name not in (WITHOUT_GDS, PROJECTIONS)]
    return {path.stem: (path.parent.name, path.read_text(encoding="utf-8")) for path in shown}


def _files() -> list[Path]:
    return sorted(folder().rglob("*.cypher"))
