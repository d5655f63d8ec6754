"""What works and should be fixed all the same: a file that others can read, a name that looks like a setting."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from service.settings.environment import PREFIX, WELL_KNOWN
from service.settings.layers import KeyPath, Layer, value_at

_SECRET_PATHS: tuple[KeyPath, ...] = (("api_keys",), ("storage", "neo4j", "password"), ("server", "api_keys"))
OFTEN_MISTAKEN = {
    "NEO4J_USER": "NEO4J_USERNAME",
    "NEO4J_PASS": "NEO4J_PASSWORD",
    "NEO4J_URL": "NEO4J_URI",
    "OPENAI_API_BASE": "OPENAI_BASE_URL",
    "OPENAI_KEY": "OPENAI_API_KEY",
    "ANTHROPIC_API_BASE": "ANTHROPIC_BASE_URL",
    "ANTHROPIC_KEY": "ANTHROPIC_API_KEY",
}
"""Names that other programs read, or that come to mind, and the name that is read here."""


def warnings(file: Path | None, layer: Layer, environ: Mapping[str, str]) -> Iterator[str]:
    """Sentences for the person who configures. `layer` is what the user's file says."""
    if file is not None:
        yield from _seen_by_others(file, layer)
    elif Path("config.yml").exists():
        yield "config.yml is not read. If it is meant for this service, call it config.yaml."
    for name, right in OFTEN_MISTAKEN.items():
        if environ.get(name) and not environ.get(right) and not environ.get(f"{right}_FILE"):
            yield f"{name} is set, and is not read. If it is meant for this service, call it {right}."
    for name in (*WELL_KNOWN, *(one for one in environ if one.startswith(f"{PREFIX}API_KEYS__"))):
        if re.fullmatch(r"(['\"]).*\1", environ.get(name) or ""):
            yield f"{name} has quotes around its value, and they are a part of it. `docker run --env-file` keeps them."


def _seen_by_others(file: Path, layer: Layer) -> Iterator[str]:
    providers: dict[str, Any] = value_at(layer.values, ("providers",)) or {}
    headers = [("providers", name, "headers") for name in providers]
    holds_secrets = any(value_at(layer.values, path) for path in (*_SECRET_PATHS, *headers))
    if os.name == "posix" and holds_secrets and stat.S_IMODE(file.stat().st_mode) & 0o044:
        yield f"{file} holds secrets and others can read it. Run: chmod 600 {file}"
