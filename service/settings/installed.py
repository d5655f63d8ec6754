"""The local models that `antiphon setup --model` has installed: a small file for each in the cache folder.

They are a layer of the configuration between the shipped file and the user's, so that all that is said of models holds
for them too. Knows nothing of how they are fetched or run.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

from service.settings.layers import KeyPath, Layer

PROVIDER = "local"
_ENDING = ".model.json"


@dataclass(frozen=True, slots=True)
class InstalledModel:
    """A model in a GGUF file. Sizes in tokens; `slots` are answers at once, `memory_mb` is what its process takes."""

    name: str
    path: str
    family: str
    context_window: int
    max_output_tokens: int
    slots: int
    memory_mb: int
    sha256: str | None = None
    source: str | None = None


def models_folder(cache: Path) -> Path:
    """Where models are kept below the cache folder."""
    return cache / "models"


def keep_model(cache: Path, model: InstalledModel) -> Path:
    """Write down a model; it is the newest then. The file that says so."""
    file = models_folder(cache) / f"{model.name}{_ENDING}"
    partial = file.with_name(f"{file.name}.{os.getpid()}")
    partial.write_text(json.dumps(asdict(model), indent=1) + "\n", encoding="utf-8")
    partial.replace(file)
    return file


def read_installed(cache: Path) -> list[tuple[Path, InstalledModel]]:
    """The installed models whose file is there, the newest first. What cannot be read is not installed."""
    files = list(models_folder(cache).glob(f"*{_ENDING}"))
    found = [(file, _read(file)) for file in sorted(files, key=lambda it: (-_time(it), it.name))]
    return [(file, model) for file, model in found if model is not None and Path(model.path).is_file()]


def installed_layer(cache: Path) -> Layer:
    """The installed models as settings; the newest is what `auto` takes of the local models."""
    found = read_installed(cache)
    if not found:
        return Layer()
    models = {model.name: _model_settings(model) for _, model in found}
    files = {model.name: _file_options(model) for _, model in found}
    local = {"default_model": found[0][1].name, "models": models, "options": {"files": files}}
    places: dict[KeyPath, str] = {("providers", PROVIDER, "default_model"): str(found[0][0])}
    for file, model in found:
        for group in (("models",), ("options", "files")):
            places[("providers", PROVIDER, *group, model.name)] = str(file)
    return Layer({"providers": {PROVIDER: local}}, places)


def _model_settings(model: InstalledModel) -> dict[str, Any]:
    return {
        "family": model.family,
        "context_window": model.context_window,
        "max_output_tokens": model.max_output_tokens,
        "features": ["streaming", "json_object", "json_schema", "temperature"],
        "tokenizer": "local",
        "prices": {"input": 0, "output": 0, "cached": 0},
        "rate_limits": {"concurrent": model.slots},
    }


def _file_options(model: InstalledModel) -> dict[str, Any]:
    return {"path": model.path, "n_parallel": model.slots, "memory_mb": model.memory_mb}


def _read(file: Path) -> InstalledModel | None:
    try:
        said: object = json.loads(file.read_text(encoding="utf-8"))
        return InstalledModel(**cast("Mapping[str, Any]", said)) if isinstance(said, dict) else None
    except (OSError, ValueError, TypeError):
        return None


def _time(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except OSError:
        return 0.0
