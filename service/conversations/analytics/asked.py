"""What a caller gave as parameters, checked and made fit for Cypher. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from difflib import get_close_matches
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from service.conversations.analytics.described import Analysis, Parameter, ValueType
from service.errors import InvalidInput

FIELD = "parameters"
MOST_CHARACTERS = 1_000
_MOST_DIGITS = 40
_CITY = re.compile(r"[A-Z][A-Za-z_]+(/[A-Za-z0-9_+-]+){1,2}")
_HALF = re.compile(r"[\0\ud800-\udfff]")


def checked(analysis: Analysis, given: Mapping[str, str]) -> dict[str, Any]:
    """The values of all parameters, those that were given and the defaults of the others.

    Raises `InvalidInput` for a name that the analysis has not, a value of another type, and one that is missing.
    """
    known = {one.name: one for one in analysis.parameters}
    for name in given:
        if name not in known:
            raise InvalidInput(f"{analysis.name} has no parameter {name!r}.", field=FIELD, remedy=_near(name, known))
    return {one.name: _value(analysis, one, given.get(one.name, one.default)) for one in known.values()}


def near(name: str, known: Mapping[str, Any] | list[str]) -> list[str]:
    """The names that are most like one, or all where none is."""
    return get_close_matches(name, list(known), n=3, cutoff=0.5) or list(known)


def _near(name: str, known: Mapping[str, Parameter]) -> str:
    if not known:
        return "It has none."
    return f"It has: {', '.join(near(name, known))}."


def _value(analysis: Analysis, parameter: Parameter, said: str | None) -> Any:
    if said is None:
        raise InvalidInput(
            f"{analysis.name} needs {parameter.name}.", field=FIELD, remedy=f"It is {parameter.what.rstrip('.')}."
        )
    if len(said) > MOST_CHARACTERS:
        raise InvalidInput(
            f"{parameter.name} has {len(said)} characters.", field=FIELD, remedy=f"It has {MOST_CHARACTERS} at most."
        )
    if _HALF.search(said):
        raise InvalidInput(f"{parameter.name} has half a character in it.", field=FIELD)
    value = _READ[parameter.type](said)
    if value is None or not _is_within(parameter, value):
        raise InvalidInput(f"{parameter.name} must be {wanted(parameter)}, not {said[:40]!r}.", field=FIELD)
    return value


def wanted(parameter: Parameter) -> str:
    """What a parameter takes, in words."""
    kind = {
        ValueType.INTEGER: "a whole number",
        ValueType.FLOAT: "a number",
        ValueType.BOOLEAN: "true or false",
        ValueType.DATETIME: "a moment such as 2026-01-31T12:00:00Z",
        ValueType.TIMEZONE: "a time zone such as Europe/Berlin",
    }.get(parameter.type, "a text")
    if parameter.low is None or parameter.high is None:
        return kind
    return f"{kind} from {parameter.low:.15g} to {parameter.high:.15g}"


def _is_within(parameter: Parameter, value: Any) -> bool:
    return parameter.low is None or parameter.high is None or parameter.low <= value <= parameter.high


def _integer(said: str) -> int | None:
    plain = said.strip()
    digits = plain.removeprefix("-")
    return int(plain) if digits.isascii() and digits.isdigit() and len(digits) <= _MOST_DIGITS else None


def _float(said: str) -> float | None:
    try:
        value = float(said) if "_" not in said and len(said) <= _MOST_DIGITS else math.nan
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _boolean(said: str) -> bool | None:
    return {"true": True, "false": False}.get(said.strip().lower())


def _moment(said: str) -> str | None:
    """ISO 8601 in UTC; an empty text stays one."""
    if not said:
        return said
    try:
        moment = datetime.fromisoformat(said)
        utc = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return utc.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


@cache
def _zones() -> frozenset[str]:
    """The names of time zones that this machine knows; none where it has no list of them."""
    return frozenset(available_timezones())


def _timezone(said: str) -> str | None:
    """Names of a region and a city: of the others (`EST`, `ROC`, `localtime`) Neo4j knows some, and some not."""
    known = said == "UTC" or (_CITY.fullmatch(said) is not None and (not _zones() or said in _zones()))
    return said if known else None


_READ: dict[ValueType, Callable[[str], Any]] = {
    ValueType.STRING: str,
    ValueType.INTEGER: _integer,
    ValueType.FLOAT: _float,
    ValueType.BOOLEAN: _boolean,
    ValueType.DATETIME: _moment,
    ValueType.TIMEZONE: _timezone,
}
