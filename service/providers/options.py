"""A provider's own options, read out of the configuration's free `options` into a frozen, typed value."""

from __future__ import annotations

from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from service.chat import ProviderConfig
from service.errors import ConfigurationError


class Options(BaseModel):
    """What every set of options keeps to: frozen, strict, and no name that nobody reads."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, protected_namespaces=())


AnyOptions = TypeVar("AnyOptions", bound=Options)


def read_options(config: ProviderConfig, shape: type[AnyOptions]) -> AnyOptions:
    """The provider's options as `shape`; a `ConfigurationError` names the one that is wrong."""
    try:
        return shape.model_validate(config.options)
    except ValidationError as error:
        first = error.errors()[0]
        path = ".".join(["providers", config.name, "options", *map(str, first["loc"])])
        known = ", ".join(sorted(shape.model_fields)) or "none"
        raise ConfigurationError(f"{path}: {first['msg']}.", remedy=f"Known options: {known}.") from None
