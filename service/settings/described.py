"""What each key of the configuration is: in words, with its default, its variables and an example.

All of it is read from the types and their docstrings, when somebody asks for it. Knows no values.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields, replace
from enum import Enum
from functools import cache
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from service.docstrings import attribute_docs, paragraphs
from service.settings.environment import PREFIX, WELL_KNOWN, variable_word
from service.settings.layers import TOKENS
from service.settings.shapes import Settings
from service.settings.values import About
from service.settings.worded import default_words, peeled, taken


@dataclass(frozen=True, slots=True)
class Entry:
    """A key, or a section of keys. `<…>` in a path stands for a name that is chosen; `what` is Markdown.

    `example` is a whole file. A section takes nothing itself, and has no example.
    """

    path: tuple[str, ...]
    what: str
    takes: str = ""
    unit: str | None = None
    default: str = ""
    example: str = ""
    shape: Any = field(default=None, repr=False)

    @property
    def key(self) -> str:
        """`path.to.key`."""
        return ".".join(self.path)

    @property
    def is_section(self) -> bool:
        """Whether it is only there for the keys below it."""
        return not self.takes

    @property
    def is_free(self) -> bool:
        """Whether there may be anything in it."""
        return get_origin(self.shape) is dict and not self.is_section

    @property
    def is_named(self) -> bool:
        """Whether it is a value of a mapping of names."""
        return self.path[-1].startswith("<")

    @property
    def variables(self) -> tuple[str, ...]:
        """The environment variables that set it, our own first."""
        tokens = self.path[:2] == TOKENS
        words = [word.upper() if word.startswith("<") else variable_word(word) for word in self.path]
        own = PREFIX + "__".join(words[:2] if tokens else words)
        return own, *(name for name, path in WELL_KNOWN.items() if matches(self.path, path))


def matches(path: tuple[str, ...], concrete: tuple[str | int, ...]) -> bool:
    """Whether a path with `<…>` in it stands for this one."""
    pairs = zip(path, concrete, strict=False)
    return len(path) == len(concrete) and all(mine.startswith("<") or mine == one for mine, one in pairs)


@cache
def entries() -> dict[str, Entry]:
    """All keys and sections by their `path.to.key`, each section before what is in it."""
    return {entry.key: entry for entry in _section(Settings, (), _Place())}


def entry_at(path: tuple[str | int, ...]) -> Entry | None:
    """The entry of a path that may be set; of a mapping of names, that of its values; in what is free, that above."""
    known = entries().values()
    above = [entry for entry in known if matches(entry.path, path[: len(entry.path)])]
    found = max(above, key=lambda entry: len(entry.path), default=None)
    if found is not None and len(found.path) == len(path):
        return found
    return next((entry for entry in known if entry.is_named and matches(entry.path[:-1], path)), found)


@dataclass(frozen=True, slots=True)
class _Place:
    """What is known of a section from those around it: the example's path so far, and a default for all its keys."""

    example: tuple[str, ...] = ()
    default: str | None = None


def _section(model: type[BaseModel], path: tuple[str, ...], place: _Place) -> Iterator[Entry]:
    said = attribute_docs(model)
    for name, one in model.model_fields.items():
        shape, found = peeled(one.annotation, tuple(one.metadata))
        inner = _Place((*place.example, name), place.default)
        yield from _key(Entry((*path, name), said.get(name, ""), shape=shape), found, one, inner)


def _key(entry: Entry, found: tuple[Any, ...], one: FieldInfo, place: _Place) -> Iterator[Entry]:
    """The entry of a key, or of a section and of all that is in it."""
    about, shape = merged(found), entry.shape
    if _is_model(shape):
        yield entry
        yield from _section(shape, entry.path, replace(place, default=about.default or place.default))
    elif get_origin(shape) is dict and get_args(shape)[1] is not Any:
        yield from _mapping(entry, about, one, place)
    else:
        default = place.default or about.default or default_words(one, about)
        yield replace(
            entry,
            takes=taken(shape, found, about),
            unit=about.unit,
            default=default,
            example=_example(about, shape, one, place),
        )


def _mapping(entry: Entry, about: About, one: FieldInfo, place: _Place) -> Iterator[Entry]:
    """A mapping of names that are chosen: its values are sections, or keys whose meaning is the mapping's own."""
    key, value = get_args(entry.shape)
    named = merged(peeled(key)[1])
    shape, found = peeled(value)
    path = (*entry.path, f"<{named.name}>")
    inner = _Place((*place.example, named.example or "x"), place.default)
    if _is_model(shape):
        yield entry
        yield Entry(path, paragraphs(shape.__doc__) or "", shape=shape)
        yield from _section(shape, path, inner)
        return
    values = merged(found)
    yield replace(
        entry,
        path=path,
        takes=taken(shape, found, values),
        unit=values.unit,
        default=about.default or "none",
        example=_example(values, shape, one, inner),
        shape=shape,
    )


def _example(about: About, shape: Any, one: FieldInfo, place: _Place) -> str:
    value = about.example or _other(shape, one.default)
    if value is None:
        return ""
    *above, last = place.example
    inside = ", ".join(filter(None, (about.beside, f"{last}: {value}")))
    for word in reversed(above[1:]):
        inside = f"{word}: {{{inside}}}"
    return f"{above[0]}: {{{inside}}}"


def _other(shape: Any, default: Any) -> str | None:
    """A value that is not the default, where the type has one at hand; of a number the default itself."""
    if shape is bool:
        return str(not default).lower()
    if get_origin(shape) is Literal:
        return str(next(it for it in get_args(shape) if it != default))
    if isinstance(shape, type) and issubclass(shape, Enum):
        return next(it.value for it in shape if it is not default)
    return f"{default:g}" if isinstance(default, float) else str(default) if isinstance(default, int) else None


def merged(found: tuple[Any, ...]) -> About:
    """What all that was said of a type comes to; the outer one counts."""
    said = About()
    for one in found:
        if isinstance(one, About):
            said = replace(said, **{it.name: got for it in fields(one) if (got := getattr(one, it.name)) is not None})
    return said


def _is_model(shape: Any) -> bool:
    return isinstance(shape, type) and issubclass(shape, BaseModel)


def is_secret(entry: Entry) -> bool:
    """Whether its value is never shown."""
    return isinstance(entry.shape, type) and issubclass(entry.shape, SecretStr)
