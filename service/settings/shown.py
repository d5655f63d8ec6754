"""What `antiphon config show` prints: every setting as it stands, where it comes from, and no secret."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

from service.settings.layers import HIDDEN, TOKENS, KeyPath, dotted
from service.settings.resolved import Config

_SECRET_WORDS = re.compile(r"(?i)key|token$|secret|password|authorization|credential")


@dataclass(frozen=True, slots=True)
class InForce:
    """A setting as it stands, with the place that said it (`default`: none did). A secret's value is `***`."""

    path: KeyPath
    value: Any
    origin: str

    @property
    def text(self) -> str:
        """The value as JSON."""
        return json.dumps(self.value, ensure_ascii=False)


def show(config: Config) -> str:
    """One setting a line, with where it comes from; secrets are `***`."""
    return "\n".join(f"{dotted(it.path)}: {it.text}  # {it.origin}" for it in in_force(config))


def in_force(config: Config) -> Iterator[InForce]:
    """Every setting as it stands."""
    for path, value in _leaves(config.settings.model_dump(mode="json"), ()):
        yield _in_force(config, path, value)
    for token, owner in config.server.api_keys.items():
        yield _in_force(config, (*TOKENS, token.get_secret_value()), owner)


def _in_force(config: Config, path: KeyPath, value: Any) -> InForce:
    origin = config.layer.place_of(path) if path in config.layer.places else "default"
    return InForce(path, HIDDEN if value and _is_secret(path) else value, origin)


def _leaves(value: Any, path: KeyPath) -> Iterator[tuple[KeyPath, Any]]:
    if not isinstance(value, dict) or not value:
        yield path, value
    elif path != TOKENS:
        for key, inner in cast("dict[str, Any]", value).items():
            yield from _leaves(inner, (*path, key))


def _is_secret(path: KeyPath) -> bool:
    if path[0] == "api_keys" or path[-1] == "password" or "headers" in path:
        return True
    return "options" in path and bool(_SECRET_WORDS.search(str(path[-1])))
