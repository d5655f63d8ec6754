"""Where settings come from: layers of plain values, each remembering the place that said it.

Pure: it knows the shape of the settings (`settings/shapes.py`), but reads no file and no environment. A path is
the keys from the root to a value.
"""

from __future__ import annotations

import difflib
import re
import types
import typing
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from pydantic import BaseModel

from service.settings.shapes import Settings

KeyPath: TypeAlias = tuple[str | int, ...]

HIDDEN = "***"
TOKENS: KeyPath = ("server", "api_keys")
"""The one mapping whose keys are secrets."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: where it was said, under which key, and what to do about it."""

    place: str
    path: KeyPath
    message: str

    def __str__(self) -> str:
        """`FILE:LINE: path.to.key: what is wrong`."""
        where = dotted(self.path)
        return f"{self.place}: {where}: {self.message}" if where else f"{self.place}: {self.message}"


@dataclass(frozen=True, slots=True)
class Layer:
    """Values of one source, where each was said (`FILE:LINE` or a variable), and what is wrong with them."""

    values: dict[str, Any] = field(default_factory=dict[str, Any], repr=False)
    places: dict[KeyPath, str] = field(default_factory=dict[KeyPath, str], repr=False)
    problems: tuple[Problem, ...] = ()

    def place_of(self, path: KeyPath) -> str:
        """Where the value at `path` was said, or what is nearest above it."""
        for length in range(len(path), -1, -1):
            if (place := self.places.get(path[:length])) is not None:
                return place
        return "configuration"

    def problem(self, path: KeyPath, message: str) -> Problem:
        """A problem with the value at `path`."""
        return Problem(self.place_of(path), path, message)


def dotted(path: KeyPath) -> str:
    """`path.to.key`; a bearer token, which is a key itself, is hidden."""
    if path[:2] == TOKENS and len(path) > 2:
        path = (*TOKENS, HIDDEN)
    return re.sub(r"\.(\[\d+\])", r"\1", ".".join(f"[{key}]" if isinstance(key, int) else key for key in path))


def nearest(word: str, known: Iterable[str]) -> str:
    """A remedy: the known word most like `word`, or all of them."""
    choices = sorted(known)
    close = difflib.get_close_matches(word, choices, n=1)
    if close:
        return f"Did you mean {close[0]}?"
    return f"Known: {', '.join(choices)}." if choices else "There are none."


def merge_values(lower: dict[str, Any], upper: dict[str, Any]) -> dict[str, Any]:
    """Both, key by key; where both say something that is not a mapping, `upper` is right."""
    merged = dict(lower)
    for key, value in upper.items():
        mine, theirs = mapping_or_none(merged.get(key)), mapping_or_none(value)
        merged[key] = value if mine is None or theirs is None else merge_values(mine, theirs)
    return merged


def mapping_or_none(value: Any) -> dict[str, Any] | None:
    """The value where it is a mapping."""
    return typing.cast("dict[str, Any]", value) if isinstance(value, dict) else None


def merge(lower: Layer, upper: Layer) -> Layer:
    """The two layers as one, `upper` winning."""
    whole = {path for path in upper.places if path and not isinstance(value_at(upper.values, path), dict)}
    kept = {
        path: place
        for path, place in lower.places.items()
        if not any(path[:length] in whole for length in range(1, len(path)))
    }
    return Layer(merge_values(lower.values, upper.values), kept | upper.places, lower.problems + upper.problems)


def value_at(values: Any, path: KeyPath) -> Any:
    """The value at `path`, or None where there is none."""
    for key in path:
        if isinstance(values, dict):
            values = typing.cast("dict[str | int, Any]", values).get(key)
        elif isinstance(values, list) and isinstance(key, int) and key < len(typing.cast("list[Any]", values)):
            values = typing.cast("list[Any]", values)[key]
        else:
            return None
    return values


# --- the shape of the settings ------------------------------------------------------------------


def shape_at(path: KeyPath) -> Any:
    """The type of what may stand at `path`, or None where nothing may."""
    shape: Any = Settings
    for key in path:
        shape = inside(plain(shape), key)
    return shape


def keys_of(shape: Any) -> frozenset[str] | None:
    """The keys that a mapping of this shape may have; None where any may, or where it is no mapping."""
    bare = plain(shape)
    return frozenset(bare.model_fields) if _is_model(bare) else None


def is_mapping(shape: Any) -> bool:
    """Whether only a mapping may stand here (and not nothing)."""
    return _is_model(shape) or typing.get_origin(shape) is dict


def _is_model(shape: Any) -> bool:
    return isinstance(shape, type) and issubclass(shape, BaseModel)


def plain(shape: Any) -> Any:
    """The shape without `Annotated` and `| None`."""
    origin = typing.get_origin(shape)
    if origin is typing.Annotated:
        return plain(typing.get_args(shape)[0])
    if origin in (types.UnionType, typing.Union):
        return plain(next(arm for arm in typing.get_args(shape) if arm is not type(None)))
    return shape


def inside(shape: Any, key: str | int) -> Any:
    """The type of what may stand under `key` in a plain shape, or None where nothing may."""
    if shape is Any:
        return Any
    if _is_model(shape):
        return shape.model_fields[key].annotation if key in shape.model_fields else None
    if typing.get_origin(shape) is dict:
        return typing.get_args(shape)[1]
    if typing.get_origin(shape) in (tuple, frozenset) and isinstance(key, int):
        return typing.get_args(shape)[0]
    return None
