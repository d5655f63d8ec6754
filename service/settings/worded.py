"""The types of settings in words: what a key takes, and what holds where it is not set. Pure."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterable
from enum import Enum
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from pydantic import SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from service.settings.values import About, upper

_PREFIXES = ("", "Ki", "Mi", "Gi", "Ti")


def peeled(shape: Any, found: tuple[Any, ...] = ()) -> tuple[Any, tuple[Any, ...]]:
    """The shape without `Annotated` and `| None`, and what these said of it, the inner first."""
    origin = get_origin(shape)
    if origin is typing.Annotated:
        inner, *more = get_args(shape)
        return peeled(inner, (*_flat(more), *found))
    if origin in (types.UnionType, typing.Union):
        return peeled(next(arm for arm in get_args(shape) if arm is not type(None)), found)
    return shape, found


def _flat(found: Iterable[Any]) -> list[Any]:
    """What `Field(…)` says is what was given to it."""
    return [one for it in found for one in (it.metadata if isinstance(it, FieldInfo) else (it,))]


def bounds(found: tuple[Any, ...]) -> dict[str, float]:
    """The bounds of a number or a length: `gt`, `ge`, `le`, `min_length`."""
    names = ("gt", "ge", "le", "min_length")
    return {name: value for it in found for name in names if (value := getattr(it, name, None)) is not None}


def any_case(found: tuple[Any, ...]) -> bool:
    """Whether a name in capitals may be written in any letters."""
    return any(getattr(it, "func", None) is upper for it in found)


def choices(shape: Any) -> list[Any] | None:
    """The values of which it is one, where they are few and known."""
    if get_origin(shape) is Literal:
        return list(get_args(shape))
    return [it.value for it in shape] if isinstance(shape, type) and issubclass(shape, Enum) else None


def taken(shape: Any, found: tuple[Any, ...], about: About) -> str:
    """What may stand there, as `a number of seconds, more than 0`."""
    if about.takes:
        return about.takes
    if shape is bool:
        return "`true` or `false`"
    if (known := choices(shape)) is not None:
        return _one_of(known, lower=any_case(found) and isinstance(shape, type))
    if shape in (int, float):
        return _number(shape, bounds(found), about.unit)
    if get_origin(shape) in (tuple, frozenset):
        inner, of_inner = peeled(get_args(shape)[0])
        return f"a list; each is {taken(inner, of_inner, next(_abouts(of_inner), About()))}"
    if get_origin(shape) is dict:
        return "a mapping of anything"
    if isinstance(shape, type) and issubclass(shape, SecretStr):
        return "a secret"
    return "a path" if shape is Path else "text"


def _abouts(found: tuple[Any, ...]) -> typing.Iterator[About]:
    return (it for it in reversed(found) if isinstance(it, About))


def _one_of(known: list[Any], *, lower: bool) -> str:
    words = [str(it).lower() if lower or isinstance(it, bool) else it for it in known]
    quoted = [f"`{word}`" for word in words]
    return f"{', '.join(quoted[:-1])} or {quoted[-1]}"


def _number(shape: Any, said: dict[str, float], unit: str | None) -> str:
    kind = "a whole number" if shape is int else "a number"
    kind = f"{kind} of {unit}" if unit else kind
    if shape is int and said.get("gt") == 0:
        said = {**said, "ge": 1}
    least, most = said.get("ge"), said.get("le")
    if least is not None:
        return f"{kind}, {least:g} or more" if most is None else f"{kind}, from {least:g} to {most:g}"
    return f"{kind}, more than {said['gt']:g}" + ("" if most is None else f", at most {most:g}")


def default_words(one: FieldInfo, about: About) -> str:
    """What holds where a key is not set, in words; nothing where that is not known."""
    value = one.default
    if one.is_required():
        return "none: it is required"
    if value is PydanticUndefined or value in ((), frozenset(), ""):
        return "none"
    if value is None:
        return ""
    if isinstance(value, Enum):
        return f"`{str(value.value).lower() if any_case(tuple(one.metadata)) else value.value}`"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, int | float):
        return f"`{int(value) if value == int(value) else value}`{_human(value) if about.unit == 'bytes' else ''}"
    return f"`{value}`"


def _human(size: float) -> str:
    """Bytes in a larger unit, where they are a whole number of it."""
    step = 0
    while size >= 1024 and size % 1024 == 0:
        size, step = size / 1024, step + 1
    return f" ({size:g} {_PREFIXES[step]}B)" if step else ""
