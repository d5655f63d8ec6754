"""What `antiphon config show` prints: every setting as it stands, where it comes from, and no secret."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, cast

from service.settings.layers import HIDDEN, KeyPath, dotted
from service.settings.resolved import Config

_SECRET_WORDS = re.compile(r"(?i)key|token$|secret|password|authorization|credential")


def show(config: Config) -> str:
    """One setting a line, with where it comes from; secrets are `***`."""
    lines = [_line(config, path, value) for path, value in _leaves(config.settings.model_dump(mode="json"), ())]
    tokens = config.server.api_keys.items()
    lines += [_line(config, ("server", "api_keys", key.get_secret_value()), owner) for key, owner in tokens]
    return "\n".join(lines)


def _line(config: Config, path: KeyPath, value: Any) -> str:
    shown = HIDDEN if value and _is_secret(path) else value
    origin = config.layer.place_of(path) if path in config.layer.places else "default"
    return f"{dotted(path)}: {json.dumps(shown, ensure_ascii=False)}  # {origin}"


def _leaves(value: Any, path: KeyPath) -> Iterator[tuple[KeyPath, Any]]:
    if not isinstance(value, dict) or not value:
        yield path, value
    elif path != ("server", "api_keys"):
        for key, inner in cast("dict[str, Any]", value).items():
            yield from _leaves(inner, (*path, key))


def _is_secret(path: KeyPath) -> bool:
    if path[0] == "api_keys" or path[-1] == "password" or "headers" in path:
        return True
    return "options" in path and bool(_SECRET_WORDS.search(str(path[-1])))
