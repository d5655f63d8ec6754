"""Whether a model can be asked at all, as far as that is known before it is: its key, its server, its file.

Pure: it sees the configuration as it stands, and asks nobody.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from service.chat import ModelConfig
from service.config import Config
from service.errors import InvalidInput
from service.settings.choosing import has_key, key_remedy, needs_key


class ModelState(StrEnum):
    """Whether a model can be asked."""

    READY = "READY"
    """It can, as far as is known before it is asked."""

    NO_KEY = "NO_KEY"
    """Its provider answers nobody without a key, and none is set."""

    DOWN = "DOWN"
    """Its server was found on this machine, and does not answer now."""


class ModelOrigin(StrEnum):
    """How the service knows of a model."""

    CONFIGURED = "CONFIGURED"
    """It is shipped with the service, or stands in its configuration."""

    FOUND = "FOUND"
    """A model server on the service's machine offers it."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A model's state; where it cannot be asked, why, and what to do about it."""

    state: ModelState
    why: str | None = None
    remedy: str | None = None


_READY = Standing(ModelState.READY)


def standing(config: Config, model: ModelConfig) -> Standing:
    """How it stands with a model."""
    settings = config.settings.providers.get(model.provider)
    if settings is None:
        return _READY
    if needs_key(settings) and not has_key(config.settings, model.provider):
        return Standing(ModelState.NO_KEY, f"{model.key} needs a key, and none is set.", key_remedy(model.provider))
    if why := config.found.get(model.provider):
        remedy = f"Start it again, or name another model ({config.defaults.model} is the default)."
        return Standing(ModelState.DOWN, f"{model.key} cannot be asked: {why}", remedy)
    return _READY


def origin_of(config: Config, model: ModelConfig) -> ModelOrigin:
    """How the service knows of a model."""
    return ModelOrigin.FOUND if model.provider in config.found else ModelOrigin.CONFIGURED


def check_reachable(config: Config, model: ModelConfig, field: str) -> None:
    """Raises `InvalidInput` for the field, with the remedy, where it is known that the model cannot be asked."""
    found = standing(config, model)
    if found.why is not None:
        raise InvalidInput(found.why, field=field, remedy=found.remedy)
