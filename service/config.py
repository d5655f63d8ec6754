"""The configuration: where its files are, how they are read, and what `antiphon config` shows of them.

The only importer of yaml but `graph/model.py`. Nothing is read when this module is imported; `load_config` reads all.
What the files may hold is in `settings/shapes.py`, what it comes to in `settings/resolved.py`.
"""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from service.errors import ConfigurationError, Conflict, InvalidInput
from service.folders import user_cache_folder, user_config_folder, whole
from service.resources import read_resource, resource
from service.settings.environment import Readers, environment_layer
from service.settings.installed import installed_layer
from service.settings.layers import (
    KeyPath,
    Layer,
    Problem,
    is_mapping,
    merge,
    shape_at,
    value_at,
)
from service.settings.problems import validate
from service.settings.resolved import AgentRole, Config, Defaults, TaskTemplate, resolve
from service.settings.shown import show
from service.settings.values import SYSTEM_FILE
from service.settings.warned import warnings

__all__ = [
    "AgentRole",
    "Config",
    "Defaults",
    "TaskTemplate",
    "check",
    "load_config",
    "show",
    "user_file",
    "write_example",
]

EXAMPLE_FILE = "config.example.yaml"
SCHEMA_FILE = ("schema", "config.schema.json")
_SCHEMA_LINE = re.compile(r"(# yaml-language-server: \$schema=)\S+")
"""What editors read: where the JSON Schema of a file is. A copy elsewhere needs the whole address."""
_TEXTS = {"str", "timestamp", "value"}
_SCALARS = {"int", "float", "bool", "null"} | _TEXTS
_REMEDIES = {
    errno.EISDIR: "Name a file. Docker makes a folder where the file of a volume is missing.",
    errno.EACCES: "Give your user the right to read it, or name another file with ANTIPHON_CONFIG.",
    errno.ENOENT: "It is a link that leads nowhere. Correct or delete it.",
}
_MOST_BYTES = 1 << 20
_MOST_VALUES = 100_000
_OTHER_BASE = re.compile(r"[-+]?(?:0[0-9_]+|[0-9_]+(?::[0-9.]+)+)")


def load_config(path: Path | None = None, environ: Mapping[str, str] = os.environ) -> Config:
    """What is configured: the shipped file, the user's over it, and the environment over both.

    Raises ConfigurationError with a line for each thing that is wrong (`FILE:LINE: path.to.key: what`).
    """
    file = user_file(path, environ)
    user = _read_file(file) if file else Layer()
    shipped = _read_file(resource(SYSTEM_FILE), SYSTEM_FILE)
    said = environment_layer(environ, merge(shipped, user), _READERS)
    shipped = merge(shipped, _installed(merge(user, said)))
    files = merge(shipped, user)
    layer = merge(files, environment_layer(environ, files, _READERS))
    settings, problems = validate(layer)
    if settings is None or problems:
        raise ConfigurationError("\n".join(map(str, problems)))
    return resolve(settings, layer, tuple(warnings(file, user, environ)))


def user_file(path: Path | None = None, environ: Mapping[str, str] = os.environ) -> Path | None:
    """The user's file: `path`, `ANTIPHON_CONFIG`, `./config.yaml` or the one in the configuration folder.

    None where there is none. Raises ConfigurationError where one was named that does not exist.
    """
    named = path or (Path(environ["ANTIPHON_CONFIG"]) if environ.get("ANTIPHON_CONFIG") else None)
    if named is not None and not _is_there(named):
        who = "" if path else "ANTIPHON_CONFIG: "
        raise ConfigurationError(f"{who}{named}: there is no such file.", remedy="Write one with: antiphon config init")
    folders = (Path(), user_config_folder())
    usual = [folder / "config.yaml" for folder in folders if folder is not None]
    return named or next((file for file in usual if _is_there(file)), None)


def _is_there(file: Path) -> bool:
    """Whether there is something of this name: one that cannot be read, or leads nowhere, is not passed over."""
    try:
        file.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True
    return True


def check(config: Config, path: Path | None = None, environ: Mapping[str, str] = os.environ) -> str:
    """What was read, in a few lines, with the warnings."""
    source = user_file(path, environ) or "no config.yaml (all defaults)"
    found = f"{source}: {len(config.providers)} providers, {len(config.models())} models; "
    return "\n".join([f"{found}the default model is {config.defaults.model}. {config.defaults.why}", *config.warnings])


def write_example(path: Path) -> Path:
    """Writes the example as the user's file, readable by its owner alone.

    Raises Conflict if there is one, InvalidInput where none can be written.
    """
    if path.exists():
        raise Conflict(f"{path} is there already.", remedy="Edit it, or name another file.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise InvalidInput(f"{path} cannot be written: {error.strerror}.", remedy="Name another file.") from None
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(
            _SCHEMA_LINE.sub(lambda it: f"{it[1]}{resource(*SCHEMA_FILE).as_uri()}", read_resource(EXAMPLE_FILE))
        )
    return path


def _installed(said: Layer) -> Layer:
    """The models that were installed into the cache folder."""
    folder = value_at(said.values, ("storage", "cache_folder"))
    try:
        return installed_layer(whole(Path(folder)) if isinstance(folder, str) else user_cache_folder())
    except (ConfigurationError, ValueError):
        # A user without a home: what is wrong is told where the folder itself is read.
        return Layer()


# --- YAML ---------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Reading:
    """One text as it is read: `file` and, where lines mean something, the line make a place."""

    file: str
    loader: yaml.SafeLoader
    has_lines: bool = True
    places: dict[KeyPath, str] = field(default_factory=dict[KeyPath, str])
    problems: list[Problem] = field(default_factory=list[Problem])

    def place(self, line: int) -> str:
        """Where line `line` (from 0) is."""
        return f"{self.file}:{line + 1}" if self.has_lines else self.file

    def wrong(self, node: yaml.Node, path: KeyPath, message: str) -> None:
        """Notes a problem and goes on."""
        self.problems.append(Problem(self.place(node.start_mark.line), path, message))


def _read_file(path: Path, shown: str | None = None) -> Layer:
    """The layer of a file. What cannot be read as YAML at all raises ConfigurationError."""
    name = shown or str(path)
    try:
        raw = path.read_bytes()
    except OSError as error:
        why = f"{name}: cannot be read ({error.strerror})."
        raise ConfigurationError(why, remedy=_REMEDIES.get(error.errno or 0)) from None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise ConfigurationError(f"{name}:{line}: is not UTF-8.", remedy="Save the file as UTF-8.") from None
    return _read_text(text, name, ())


def _read_variable(text: str, name: str) -> Layer:
    """A variable's value as YAML, under the key ''."""
    try:
        return _read_text(text, name, ("",))
    except ConfigurationError:
        return Layer(problems=(Problem(name, ("",), "is not valid YAML. Check quotes and brackets."),))


def _read_value(name: str) -> str:
    """The text of a file that a variable names, as of a secret; the end of its last line is no part of it."""
    try:
        with Path(name).open("rb") as file:
            text = file.read(_MOST_BYTES + 1).decode("utf-8-sig").rstrip("\r\n")
    except OSError as error:
        raise ValueError(f"the file {name} cannot be read ({error.strerror}).") from None
    except UnicodeDecodeError:
        raise ValueError(f"the file {name} is not UTF-8.") from None
    if not text or len(text) > _MOST_BYTES:
        raise ValueError(f"the file {name} {'is too large.' if text else 'is empty.'}")
    return text


_READERS = Readers(_read_variable, _read_value)


def _read_text(text: str, name: str, root: KeyPath) -> Layer:
    try:
        loader = yaml.SafeLoader(text)
        reading = _Reading(name, loader, has_lines=not root)
        node = loader.get_single_node()
        if not root:
            _expect_mapping(node, name)
        value: Any = _value(node, root, reading) if node else None
    except yaml.YAMLError as error:
        raise ConfigurationError(_syntax(error, text, name), remedy="Check indentation and quotes.") from None
    except RecursionError:
        raise ConfigurationError(f"{name}: is nested too deeply, or holds itself.") from None
    return Layer({"": value} if root else value, reading.places, tuple(reading.problems))


def _expect_mapping(node: yaml.Node | None, name: str) -> None:
    if node is None:
        raise ConfigurationError(f"{name}:1: the file is empty.", remedy="Put settings in it, or delete it.")
    if not isinstance(node, yaml.MappingNode):
        line = node.start_mark.line + 1
        raise ConfigurationError(f"{name}:{line}: must be a mapping of keys to values, not a list or a text.")


def _value(node: yaml.Node, path: KeyPath, reading: _Reading) -> Any:
    if len(reading.places) > _MOST_VALUES:
        # A few lines of references to references may stand for billions.
        raise ConfigurationError(f"{reading.file}: holds more than {_MOST_VALUES:,} values.")
    reading.places.setdefault(path, reading.place(node.start_mark.line))
    kind = node.tag.removeprefix("tag:yaml.org,2002:")
    if isinstance(node, yaml.MappingNode) and kind == "map":
        return _mapping(node, path, reading)
    if isinstance(node, yaml.SequenceNode) and kind == "seq":
        return [_value(item, (*path, index), reading) for index, item in enumerate(node.value)]
    if isinstance(node, yaml.ScalarNode) and kind in _SCALARS:
        return _scalar(node, path, reading)
    reading.wrong(node, path, "tags are not allowed. Remove it, or put the text in quotes.")
    return None


def _scalar(node: yaml.ScalarNode, path: KeyPath, reading: _Reading) -> Any:
    if node.tag.rpartition(":")[2] in _TEXTS:
        return node.value
    if _OTHER_BASE.fullmatch(node.value) and node.tag.endswith((":int", ":float")):
        return reading.wrong(node, path, "is a number in base 60 or 8 to YAML. Write it in base 10, or in quotes.")
    try:
        value: Any = reading.loader.construct_object(node)
    except (ValueError, LookupError, yaml.YAMLError):
        return reading.wrong(node, path, "is no number or truth value. Put the text in quotes.")
    # `agents:` with all below it commented out means no agents, not a wrong type.
    return {} if value is None and is_mapping(shape_at(path)) else value


def _mapping(node: yaml.MappingNode, path: KeyPath, reading: _Reading) -> dict[str, Any]:
    _find_duplicates(node, path, reading)
    reading.loader.flatten_mapping(node)
    values: dict[str, Any] = {}
    for key, inner in node.value:
        if key.tag != "tag:yaml.org,2002:str":
            reading.wrong(key, path, "keys must be text. Put the key in quotes.")
            continue
        reading.places[(*path, key.value)] = reading.place(key.start_mark.line)
        values[key.value] = _value(inner, (*path, key.value), reading)
    return values


def _find_duplicates(node: yaml.MappingNode, path: KeyPath, reading: _Reading) -> None:
    seen: dict[str, str] = {}
    for key, _ in node.value:
        if not isinstance(key, yaml.ScalarNode):
            continue
        if key.value in seen:
            reading.wrong(key, (*path, key.value), f"this key is there twice ({seen[key.value]}). Remove one.")
        seen[key.value] = reading.place(key.start_mark.line)


def _syntax(error: yaml.YAMLError, text: str, name: str) -> str:
    """What is wrong with the text, without quoting it: it may hold a secret."""
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark:
        if "'\\t'" in (error.problem or ""):
            return f"{name}:{error.problem_mark.line + 1}: is indented with a tab. YAML wants spaces."
        what = re.sub(r"'(?!<)[^']{2,}'|\"[^\"]{2,}\"", "(hidden)", error.problem or "")
        return f"{name}:{error.problem_mark.line + 1}: is not valid YAML: {what}."
    line = text.count("\n", 0, getattr(error, "position", 0)) + 1
    return f"{name}:{line}: holds a character that YAML does not allow."
