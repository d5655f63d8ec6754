"""What `antiphon config explain` prints of a key: what it is, what holds now, and where that was said.

Pure. A key is named by its path, with the names that are chosen or with `<…>` in their place, by its last words, or by
a variable that sets it.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from typing import Any, cast

from service.errors import InvalidInput
from service.settings.described import Entry, entries, entry_at, matches
from service.settings.environment import PREFIX, WELL_KNOWN, own_variable, variable_path
from service.settings.layers import TOKENS, KeyPath, dotted, mapping_or_none, value_at
from service.settings.resolved import Config
from service.settings.shown import InForce, in_force
from service.settings.values import AUTO

_LINK = re.compile(r"\[([^\]]+)\]\(([^)\s]+)\)")
_NEAR = 5


def plain_text(markdown: str) -> str:
    """Markdown as a terminal shows it: links to pages of the manual in brackets, no marks of code."""
    return _LINK.sub(lambda it: f"{it[1]} (docs/{it[2]})", markdown).replace("`", "")


def find_setting(word: str, values: dict[str, Any]) -> tuple[Entry, KeyPath]:
    """The setting that is meant, and its own path among `values`. Raises InvalidInput, which names the nearest."""
    path = _by_variable(word, values)
    if path is not None:
        return cast("Entry", entry_at(path)), path
    if (found := _by_path(word, values)) is not None:
        return found
    ends = [entry for entry in entries().values() if _ends_with(entry, word)]
    if len(ends) == 1:
        return ends[0], ends[0].path
    if ends:
        names = ", ".join(entry.key for entry in ends)
        raise InvalidInput(f"There are {len(ends)} settings {word}.", remedy=f"Name one of {names}.")
    raise InvalidInput(f"There is no setting {word}.", remedy=_near(word))


def _by_variable(word: str, values: dict[str, Any]) -> KeyPath | None:
    if word in WELL_KNOWN:
        return WELL_KNOWN[word]
    return variable_path(word, values) if word.startswith(PREFIX) else None


def _by_path(word: str, values: dict[str, Any]) -> tuple[Entry, KeyPath] | None:
    # The longest first: `providers.<provider>` would take all that follows for a name.
    for entry in sorted(entries().values(), key=lambda it: -len(it.path)):
        for parts in (entry.path, entry.path[:-1]) if entry.is_named and not entry.is_section else (entry.path,):
            pattern = r"\.".join("(.+?)" if part.startswith("<") else f"({re.escape(part)})" for part in parts)
            free = r"(?:\.(.+))?" if entry.is_free else "()"
            if (found := re.fullmatch(pattern + free, word)) and _are_names(parts, found.groups(), values):
                *path, rest = found.groups()
                return entry, (*path, *(rest.split(".") if rest else ()))
    return None


def _are_names(parts: tuple[str, ...], path: tuple[str, ...], values: dict[str, Any]) -> bool:
    """Whether the names that were chosen are names: a known one, or one without a dot."""
    chosen = [index for index, part in enumerate(parts) if part.startswith("<")]
    known = [mapping_or_none(value_at(values, path[:index])) or {} for index in chosen]
    return all("." not in path[index] or path[index] in names for index, names in zip(chosen, known, strict=True))


def _ends_with(entry: Entry, word: str) -> bool:
    parts = tuple(word.split("."))
    return entry.path[-len(parts) :] == parts


def _near(word: str) -> str:
    """The keys that are most like what was written, in their whole or in their last word."""
    keys = entries()
    close = difflib.get_close_matches(word, keys, n=_NEAR, cutoff=0.75)
    last = {entry.path[-1] for entry in keys.values()}
    similar = difflib.get_close_matches(word.rpartition(".")[2], last, n=2, cutoff=0.7)
    close += [key for key, entry in keys.items() if entry.path[-1] in similar and key not in close]
    return f"Did you mean {', '.join(close[:_NEAR])}?" if close else "`antiphon config explain` lists the sections."


def explain(entry: Entry, path: KeyPath, config: Config | None) -> Iterator[tuple[str, str]]:
    """What is said of a key, as lines of a name and a text. Without a configuration nothing holds now."""
    rows = {"takes": entry.takes, "default": entry.default, "example": entry.example}
    yield from ((name, plain_text(text)) for name, text in rows.items() if text)
    for variable in _variables(entry, path):
        yield "variable", variable
    for one in _held(entry, path, config) if config and not entry.is_section else ():
        yield "now", one


def _variables(entry: Entry, path: KeyPath) -> tuple[str, ...]:
    """Those that set it; where names are chosen, with these names in them."""
    if any(str(part).startswith("<") for part in (*path, *entry.path[len(path) :])):
        return entry.variables
    known = (name for name, its in WELL_KNOWN.items() if its == path)
    return own_variable(path), *known


def below(entry: Entry) -> list[Entry]:
    """The keys and sections right below a section; without one, the sections at the top."""
    return [one for one in entries().values() if _parent(one) == entry.path]


def _parent(entry: Entry) -> tuple[str, ...]:
    """The section that a key is in; a mapping of names is one key of it."""
    return entry.path[:-2] if entry.is_named and not entry.is_section else entry.path[:-1]


def spelled_keys(values: dict[str, Any]) -> Iterator[str]:
    """Every key and section as it may be written, with the names that there are."""
    for entry in entries().values():
        yield from _spelled(entry.path, (), values)


def _spelled(rest: tuple[str, ...], path: tuple[str, ...], values: dict[str, Any]) -> Iterator[str]:
    if not rest or path == TOKENS:
        yield ".".join(path)
        return
    names = [rest[0]]
    if rest[0].startswith("<"):
        names = list(mapping_or_none(value_at(values, ("providers",) if path == ("api_keys",) else path)) or {})
    for name in names:
        yield from _spelled(rest[1:], (*path, name), values)


def _held(entry: Entry, path: KeyPath, config: Config) -> Iterator[str]:
    for one in in_force(config):
        if matches(cast("tuple[str, ...]", path), one.path[: len(path)]):
            yield _told(entry, one, config, shown=one.path != path)


def _told(entry: Entry, one: InForce, config: Config, *, shown: bool) -> str:
    name = f"{dotted(one.path)}: " if shown else ""
    value = plain_text(entry.default) or "not set" if one.value is None else one.text
    chosen = f"; now {config.defaults.model}: {config.defaults.why}" if (*one.path, one.value) == _CHOSEN else ""
    return f"{name}{value} ({one.origin}){chosen}"


_CHOSEN = ("defaults", "model", AUTO)
