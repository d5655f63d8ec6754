"""`get_config()`: what is configured, in two halves: the user's, on this machine, and the service's models.

The user's half is read by the service's own code, so it is what `antiphon config show` says, with the keys as
`SecretStr`: they are shown as asterisks, and given by `get_secret_value()`. The other half is asked of the service.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, cast

from pydantic import SecretStr

from antiphon._sync.client import Antiphon
from antiphon.errors import AntiphonError, NotFound
from antiphon.machine import ask_machine
from antiphon.operations import ModelsModel


@dataclass(frozen=True)
class UserConfig:
    """What the user configured: `config.yaml` and the environment."""

    api_keys: Mapping[str, SecretStr]
    """The keys by provider."""
    storage: Mapping[str, str | None]
    """`path` is the data folder; `neo4j` is the address of the graph, None where the service runs its own."""
    defaults: Mapping[str, Any]
    """What tasks use where they say nothing: `model`, `max_parallel` and so on."""
    agents: Mapping[str, Any]
    """The agent roles."""


@dataclass(frozen=True)
class ProviderConfig:
    """A provider, with its models by name."""

    name: str
    models: Mapping[str, ModelsModel]


@dataclass(frozen=True)
class SystemConfig:
    """The providers that the service knows, by name."""

    providers: Mapping[str, ProviderConfig]


@dataclass(frozen=True)
class ModelConfig:
    """One model: what the service knows of it, and the key that the user has for its provider, if any."""

    provider: str
    name: str
    capabilities: ModelsModel
    api_key: SecretStr | None = field(repr=False)


class Configuration:
    """Both halves; each is read when it is first asked for."""

    def __init__(self, client: Antiphon) -> None:
        self._client = client

    @cached_property
    def user_config(self) -> UserConfig:
        """The user's half. Raises `ServiceNotInstalled` where only the client is installed."""
        said = ask_machine("settings")
        keys = {name: SecretStr(key) for name, key in cast("dict[str, str]", said["apiKeys"]).items()}
        return UserConfig(keys, said["storage"], said["defaults"], said["agents"])

    @cached_property
    def system_config(self) -> SystemConfig:
        """The service's half: its providers and models, with windows, prices, limits and features."""
        providers: dict[str, dict[str, ModelsModel]] = {}
        for model in self._client.models():
            providers.setdefault(model.provider, {})[model.name] = model
        return SystemConfig({name: ProviderConfig(name, models) for name, models in providers.items()})

    def get_model_config(self, provider: str, model: str) -> ModelConfig:
        """One model of one provider. Raises `NotFound`, which names those that are there."""
        found = self.system_config.providers.get(provider)
        if found is None:
            known = ", ".join(sorted(self.system_config.providers))
            raise NotFound(f"There is no provider {provider!r}.", remedy=f"Known: {known}.", field="provider")
        if model not in found.models:
            known = ", ".join(sorted(found.models))
            raise NotFound(f"{provider} has no model {model!r}.", remedy=f"Known: {known}.", field="model")
        return ModelConfig(provider, model, found.models[model], self._key_of(provider))

    def _key_of(self, provider: str) -> SecretStr | None:
        try:
            return self.user_config.api_keys.get(provider)
        except AntiphonError:
            # The service is elsewhere, and its keys are there.
            return None


def get_config(client: Antiphon | None = None) -> Configuration:
    """The configuration; nothing is read yet. Without a client it asks the service of ANTIPHON_URL."""
    return Configuration(client or Antiphon())
