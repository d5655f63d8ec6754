"""Pages of lists, after the Relay cursor specification (https://relay.dev/graphql/connections.htm).

Owns what a caller may ask for, what an opaque cursor looks like, and how a place in an ordered list becomes the bounds
of a stored statement. A leaf: it knows nothing of what is listed.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import orjson

from service.errors import InvalidInput

REMEDY = "Use a cursor as it was given, with the same arguments, or leave it out."

Row = dict[str, Any]
Bounds = dict[str, Any]
"""What a stored statement takes as `$page`: the keys `low` and `high`, both left out themselves, and how many rows to
read upwards from `low` (`up`) or downwards from `high` (`down`); one of the two is 0."""

_SMALLEST, _LARGEST = -1, 253402300800000
"""Every number lies between them, also the milliseconds since 1970 of a time."""
_LOWEST: dict[type, Any] = {int: _SMALLEST, str: ""}
_HIGHEST: dict[type, Any] = {int: _LARGEST, str: "~"}
"""What sorts before everything, and after every number and every id."""


class Default(int):
    """A page size that nobody asked for: it yields to `last`."""


FIRST = Default(20)


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which page: `limit` nodes after one cursor and before another, the last ones of them where `backward`."""

    limit: int
    backward: bool = False
    after: str | None = None
    before: str | None = None
    is_turned: bool = False

    def turned(self) -> PageRequest:
        """The same page of the list that runs the other way round."""
        return PageRequest(self.limit, not self.backward, self.before, self.after, not self.is_turned)

    @property
    def arguments(self) -> tuple[str, str]:
        """What the caller calls `after` and `before`."""
        return ("before", "after") if self.is_turned else ("after", "before")


def page_request(
    most: int, first: int | None = FIRST, after: str | None = None, last: int | None = None, before: str | None = None
) -> PageRequest:
    """The page that a caller asks for, of `most` nodes at most; null is as if it were not said.

    Raises `InvalidInput` that names the argument.
    """
    if last is None:
        wanted = min(FIRST, most) if first is None or isinstance(first, Default) else first
        return PageRequest(_checked("first", wanted, most), False, after, before)
    if first is not None and not isinstance(first, Default):
        raise InvalidInput("first and last cannot be asked for together.", field="last", remedy="Leave out one.")
    return PageRequest(_checked("last", last, most), True, after, before)


@dataclass(frozen=True, slots=True)
class Order:
    """The order of a list: by the properties of `key`, which tell each row from all others, and their types.

    `kind` keeps one list's cursors from being used in another. Where the same things are listed in two orders, cursors
    of both may hold the longer key: what it has `beside` the key of the shorter is passed over there.
    """

    kind: str
    key: Mapping[str, type[int] | type[str]]
    descending: bool = False
    beside: Mapping[str, type[int] | type[str]] = field(default_factory=dict[str, "type[int] | type[str]"])

    @property
    def lowest(self) -> list[Any]:
        """A place that sorts before all."""
        return [_LOWEST[kind] for kind in self.key.values()]

    @property
    def highest(self) -> list[Any]:
        """A place that sorts after all."""
        return [_HIGHEST[kind] for kind in self.key.values()]

    def cursor(self, row: Mapping[str, Any]) -> str:
        """The cursor of a row."""
        return encode_cursor(self.kind, *(row[name] for name in (*self.beside, *self.key)))

    def bounds(self, page: PageRequest) -> Bounds:
        """What the stored statement is to read: one row more than the page has. Raises `InvalidInput` for cursors."""
        after, before = self._place(page.after, "after"), self._place(page.before, "before")
        low, high = (before, after) if self.descending else (after, before)
        upwards, limit = page.backward == self.descending, page.limit + 1
        return {
            "low": low or self.lowest,
            "high": high or self.highest,
            "up": limit if upwards else 0,
            "down": 0 if upwards else limit,
        }

    def page(self, rows: Sequence[Row], page: PageRequest) -> Page:
        """The page of rows that were read with these bounds."""
        more, kept = len(rows) > page.limit, list(rows[: page.limit])
        if page.backward:
            return Page(self, kept[::-1], page.before is not None, more or page.after is not None)
        return Page(self, kept, more or page.before is not None, page.after is not None)

    def _place(self, cursor: str | None, argument: str) -> list[Any] | None:
        if cursor is None:
            return None
        parts = decode_cursor(self.kind, cursor, argument)
        kinds = [*self.beside.values(), *self.key.values()]
        if [type(part) for part in parts] != kinds or not all(map(_is_within, parts)):
            raise damaged_cursor(argument)
        return parts[len(self.beside) :]


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a list, in the list's order. `has_next` and `has_previous`: whether the list goes on there."""

    order: Order
    rows: list[Row] = field(default_factory=list["Row"])
    has_next: bool = False
    has_previous: bool = False

    def cursor(self, index: int) -> str:
        """The cursor of the row at `index`."""
        return self.order.cursor(self.rows[index])


def listed_page(kind: str, count: int, page: PageRequest) -> Page:
    """A page of a list of `count` things that is at hand, as a row `{index}` for each. Raises `InvalidInput`."""
    order = Order(kind, {"index": int})
    bounds = order.bounds(page)
    low: int = bounds["low"][0]
    high: int = bounds["high"][0]
    indexes = range(max(low + 1, 0), min(high, count))
    indexes = indexes[: bounds["up"]] if bounds["up"] else indexes[::-1][: bounds["down"]]
    return order.page([{"index": index} for index in indexes], page)


def encode_cursor(kind: str, *parts: object) -> str:
    """An opaque cursor of a kind."""
    return base64.urlsafe_b64encode(orjson.dumps([kind, *parts])).rstrip(b"=").decode()


def decode_cursor(kind: str, cursor: str, argument: str = "after") -> list[Any]:
    """The parts of a cursor. Raises `InvalidInput` for the argument where it is none of that kind."""
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        said = orjson.loads(raw)
    except (binascii.Error, ValueError):
        raise damaged_cursor(argument) from None
    if not isinstance(said, list) or not said or cast("list[Any]", said)[0] != kind:
        raise damaged_cursor(argument)
    return cast("list[Any]", said)[1:]


def decode_number(kind: str, cursor: str | None, default: int) -> int:
    """The one number in a cursor, or `default` without a cursor."""
    if cursor is None:
        return default
    parts = decode_cursor(kind, cursor)
    if len(parts) != 1 or type(parts[0]) is not int or not -(2**63) <= parts[0] < 2**63:
        raise damaged_cursor()
    return parts[0]


def damaged_cursor(argument: str = "after") -> InvalidInput:
    """What is raised for a cursor that we did not make."""
    return InvalidInput("This cursor is damaged, or belongs to another list.", field=argument, remedy=REMEDY)


def _is_within(part: int | str) -> bool:
    return isinstance(part, str) or _SMALLEST <= part <= _LARGEST


def _checked(argument: str, wanted: int, most: int) -> int:
    if 1 <= wanted <= most:
        return wanted
    raise InvalidInput(
        f"{argument} must be from 1 to {most}, and is {wanted}.", field=argument, remedy="Ask for more pages."
    )
