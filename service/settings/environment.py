"""What the environment says of the settings: the names of its variables, and their values as a layer.

Pure: it is given the variables and functions that read YAML and files. A text setting takes a variable's value as
it stands, so that a password of digits stays one; other settings read it as YAML. A variable whose name ends in `_FILE`
has its value in the file that it names.
"""

from __future__ import annotations

import difflib
import re
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, Literal, TypeAlias

from pydantic import SecretStr

from service.settings.layers import (
    HIDDEN,
    TOKENS,
    KeyPath,
    Layer,
    Problem,
    inside,
    is_mapping,
    keys_of,
    mapping_or_none,
    merge,
    plain,
    shape_at,
    value_at,
)
from service.settings.shapes import Settings

Parse: TypeAlias = Callable[[str, str], "Layer"]
"""Reads the text (first) of an environment variable (second): a layer with its value under the key ''."""


@dataclass(frozen=True, slots=True)
class Readers:
    """What reads for the environment. `file` gives the text of a file, and raises ValueError where it cannot."""

    parse: Parse
    file: Callable[[str], str]


PREFIX = "ANTIPHON_"
WELL_KNOWN: dict[str, KeyPath] = {
    "OPENAI_API_KEY": ("api_keys", "openai"),
    "OPENAI_BASE_URL": ("providers", "openai", "base_url"),
    "ANTHROPIC_API_KEY": ("api_keys", "anthropic"),
    "ANTHROPIC_BASE_URL": ("providers", "anthropic", "base_url"),
    "NEO4J_URI": ("storage", "neo4j", "uri"),
    "NEO4J_USERNAME": ("storage", "neo4j", "username"),
    "NEO4J_PASSWORD": ("storage", "neo4j", "password"),
    "NEO4J_DATABASE": ("storage", "neo4j", "database"),
    "ANTIPHON_DATA_DIR": ("storage", "data_folder"),
    "ANTIPHON_CACHE_DIR": ("storage", "cache_folder"),
}
NOT_SETTINGS = frozenset({"ANTIPHON_CONFIG", "ANTIPHON_PYTHON", "ANTIPHON_TOKEN", "ANTIPHON_URL"})
"""Read by others: which file to load, (by the launcher) which Python, (by the commands) which service and as whom."""

_FILE = "_FILE"
_ENOUGH = 3
_OF_KUBERNETES = re.compile(
    r"ANTIPHON_(?:(?!_)\w*_)?(?:SERVICE_HOST|SERVICE_PORT(?:_\w+)?|PORT_\d+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?)"
)
_ADDRESS_OF_KUBERNETES = re.compile(r"(?:tcp|udp|sctp)://")


def environment_layer(environ: Mapping[str, str], below: Layer, readers: Readers) -> Layer:
    """What the environment says, over `below`, whose keys the variables' words are matched with.

    A variable set to nothing counts as not set. `ANTIPHON_…` wins over the well-known names.
    """
    layer = Layer()
    ours = [name for name in environ if name.upper().startswith(PREFIX)]
    known = [name for bare in WELL_KNOWN for name in (bare, bare + _FILE) if name not in ours]
    for name in [*known, *sorted(ours, key=_is_spelled_out)]:
        text = _value_of(name, environ)
        if text and name not in NOT_SETTINGS and not _is_of_kubernetes(name, text):
            layer = merge(layer, _variable(name, environ, below, readers))
    return layer


def _value_of(name: str, environ: Mapping[str, str]) -> str:
    """What a variable says. A file with Windows' ends of lines, and a secret that was encoded with its own end, leave a
    line break behind, which nobody means and nobody sees."""
    return (environ.get(name) or "").rstrip("\r\n")


def _is_of_kubernetes(name: str, text: str) -> bool:
    """Whether Kubernetes says where a service is whose name is ours, or begins with it."""
    is_address = name.endswith("_PORT") and _ADDRESS_OF_KUBERNETES.match(text)
    return "__" not in name and bool(is_address or _OF_KUBERNETES.fullmatch(name))


def _is_spelled_out(name: str) -> tuple[bool, str]:
    return name not in WELL_KNOWN, name


def _variable(name: str, environ: Mapping[str, str], below: Layer, readers: Readers) -> Layer:
    if not name.startswith(PREFIX) and name.upper().startswith(PREFIX):
        is_meant = variable_path(name.upper(), below.values) is not None
        return Layer(problems=(Problem(name, (), f"is not read. Write {name.upper()}."),) if is_meant else ())
    path, is_file = _meant(name, below.values)
    if path is None:
        return Layer(problems=(_unknown_variable(name, below.values),))
    if is_file and _value_of(bare := name.removesuffix(_FILE), environ):
        return Layer(problems=(Problem(name, path, f"is set, and so is {bare}. Remove one."),))
    try:
        text = _value_of(name, environ)
        text = readers.file(text) if is_file else text
    except ValueError as error:
        return Layer(problems=(Problem(name, path, str(error)),))
    if _is_text(shape_at(path)):
        return _nested(path, Layer({"": text}, {("",): name}))
    return _nested(path, readers.parse(text, name))


def _meant(name: str, values: dict[str, Any]) -> tuple[KeyPath | None, bool]:
    """The path that a variable sets, and whether its value is in a file that it names."""
    path = _path_of(name, values)
    if name.endswith(_FILE) and (path is None or _is_new(path, values)):
        bare = _path_of(name.removesuffix(_FILE), values)
        return (bare, True) if bare else (path, False)
    return path, False


def _path_of(name: str, values: dict[str, Any]) -> KeyPath | None:
    return WELL_KNOWN.get(name) or (variable_path(name, values) if name.startswith(PREFIX) else None)


def _is_new(path: KeyPath, values: dict[str, Any]) -> bool:
    """Whether its last word is a name that nobody has said before."""
    return keys_of(shape_at(path[:-1])) is None and str(path[-1]) not in _keys_at(values, path[:-1])


def variable_of(path: KeyPath) -> str:
    """The variable that sets what is at this path: the well-known one where there is one."""
    return next((name for name, its in WELL_KNOWN.items() if its == path), own_variable(path))


def own_variable(path: KeyPath) -> str:
    """The variable of ours that sets what is at this path."""
    return PREFIX + "__".join(variable_word(str(key)) for key in (TOKENS if path[:2] == TOKENS else path))


def _nested(path: KeyPath, leaf: Layer) -> Layer:
    """The leaf's value (under its key '') at `path`."""
    value = leaf.values.get("")
    for key in reversed(path):
        value = {key: value}
    places = {path + inner[1:]: place for inner, place in leaf.places.items() if inner}
    problems = tuple(Problem(it.place, path + it.path[1:], it.message) for it in leaf.problems)
    return Layer({} if problems else typing.cast("dict[str, Any]", value), places, problems)


def variable_path(name: str, values: dict[str, Any]) -> KeyPath | None:
    """The path that an `ANTIPHON_…` variable sets, or None where there is no such setting.

    Words are matched with the keys that exist (`GPT_4O` is `gpt-4o`), or are new keys in lower case.
    """
    path: KeyPath = ()
    for word in name.removeprefix(PREFIX).split("__"):
        known = keys_of(shape_at(path))
        choices = _keys_at(values, path) if known is None else known
        key = next((key for key in choices if variable_word(key) == word), word.lower())
        path = (*path, key)
        if not word or shape_at(path) is None or (path[:2] == TOKENS and len(path) > 2):
            return None
    return path


def _keys_at(values: dict[str, Any], path: KeyPath) -> Iterable[str]:
    """The keys that are there; of `api_keys` those that may be there, which are the providers."""
    keys = list(mapping_or_none(value_at(values, path)) or {})
    return [*keys, *(mapping_or_none(values.get("providers")) or {})] if path == ("api_keys",) else keys


def variable_word(key: str) -> str:
    """A key as it is written in the name of a variable."""
    return re.sub(r"[^A-Z0-9]", "_", key.upper())


def _unknown_variable(name: str, values: dict[str, Any]) -> Problem:
    if name.startswith(f"{PREFIX}SERVER__API_KEYS__"):
        remedy = f"Give the whole mapping, {{token: owner}}, in {PREFIX}SERVER__API_KEYS."
        return Problem(f"{PREFIX}SERVER__API_KEYS__{HIDDEN}", (), remedy)
    names = sorted(set(_variable_names(Settings, (), values)))
    ends = [it for it in names if it.endswith(f"__{name.removeprefix(PREFIX)}")]
    known = [*names, *(name for name in WELL_KNOWN if name.startswith(PREFIX)), *NOT_SETTINGS]
    close = ends[:_ENOUGH] or difflib.get_close_matches(name, known, n=1, cutoff=0)
    return Problem(name, (), f"is no setting. Did you mean {' or '.join(close)}?")


def _variable_names(shape: Any, path: tuple[str, ...], values: Any) -> Iterator[str]:
    bare = plain(shape)
    if path:
        yield PREFIX + "__".join(map(variable_word, path))
    keys = keys_of(bare)
    if keys is None:
        keys = mapping_or_none(values) or {}
    if is_mapping(bare) and path != TOKENS:
        for key in keys:
            yield from _variable_names(inside(bare, key), (*path, key), value_at(values, (key,)))


def _is_text(shape: Any) -> bool:
    bare = plain(shape)
    if typing.get_origin(bare) is Literal and all(isinstance(word, str) for word in typing.get_args(bare)):
        return True
    return isinstance(bare, type) and issubclass(bare, (str, SecretStr, Path, Enum))
