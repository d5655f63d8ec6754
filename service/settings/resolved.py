"""What the settings come to: the frozen records that the rest of the service uses, all defaults applied.

Pure: it is given valid settings and knows nothing of files or of the environment.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from service.chat import ModelConfig, ProviderConfig, RateLimits, Timeouts
from service.errors import InvalidInput
from service.records import Aggregation, ContextPolicy
from service.settings.choosing import Choice, choose
from service.settings.layers import Layer, nearest
from service.settings.neo4j_shapes import Neo4jSettings
from service.settings.provider_shapes import ModelSettings, ProviderSettings, TimeoutSettings
from service.settings.shapes import ExecutorSettings, LoggingSettings, ServerSettings, Settings, StorageSettings
from service.settings.task_shapes import RetrySettings
from service.settings.values import AUTO

REASONING_TIMEOUTS = Timeouts(first_token=300.0, total=1800.0)
"""Of a model with the feature `reasoning`, where nothing is set: many stream nothing while they think."""


@dataclass(frozen=True, slots=True)
class Defaults:
    """What a task uses where it says nothing itself. `model` is `provider/name`, `why` says how it came to be that."""

    model: str
    why: str
    max_parallel: int
    temperature: float | None
    max_output_tokens: int | None
    timeouts: Timeouts
    retries: RetrySettings
    context: ContextPolicy = ContextPolicy.SUMMARIZED


@dataclass(frozen=True, slots=True)
class AgentRole:
    """A role that tasks ask for: a model (`provider/name`) with settings. `timeouts` None: the model's."""

    name: str
    model: str
    fallback_models: tuple[str, ...] = ()
    temperature: float | None = None
    max_output_tokens: int | None = None
    timeouts: Timeouts | None = None


@dataclass(frozen=True, slots=True)
class TaskTemplate:
    """A task type. `instruction` and `reduce` are Jinja text, to be rendered in a sandbox.

    `instruction` may use instruction, input, source_name, part and parts; `reduce` may use instruction and
    answers, a list of {title, text}. `response_format` is a JSON Schema.
    """

    name: str
    instruction: str
    reduce: str | None = None
    strategy: str = "NONE"
    aggregation: Aggregation = Aggregation.CONCAT
    response_format: dict[str, Any] | None = None
    role: str | None = None


@dataclass(frozen=True, slots=True)
class Config:
    """All that is configured. `settings` and `layer` are its origin, `warnings` what should be fixed.

    `found` are the providers that were found on this machine, each with why it does not answer now.
    """

    providers: dict[str, ProviderConfig] = field(repr=False)
    defaults: Defaults
    agents: dict[str, AgentRole]
    task_types: dict[str, TaskTemplate] = field(repr=False)
    settings: Settings = field(repr=False)
    layer: Layer = field(repr=False)
    warnings: tuple[str, ...] = ()
    found: Mapping[str, str | None] = field(default_factory=dict[str, str | None])

    @property
    def storage(self) -> StorageSettings:
        """The data and cache folders."""
        return self.settings.storage

    @property
    def neo4j(self) -> Neo4jSettings:
        """Where the graph is."""
        return self.settings.storage.neo4j

    @property
    def logging(self) -> LoggingSettings:
        """What is logged, and how."""
        return self.settings.logging

    @property
    def server(self) -> ServerSettings:
        """How front ends reach the service."""
        return self.settings.server

    @property
    def executor(self) -> ExecutorSettings:
        """How much runs at once."""
        return self.settings.executor

    def models(self) -> list[ModelConfig]:
        """All models of all providers, in the catalogue's order."""
        return [model for provider in self.providers.values() for model in provider.models]

    def get_model_config(self, provider: str, model: str) -> ModelConfig:
        """One model of one provider. Raises InvalidInput, which names the nearest, where there is none."""
        if provider not in self.providers:
            remedy = nearest(provider, self.providers)
            raise InvalidInput(f"There is no provider {provider!r}.", remedy=remedy, field="provider")
        models = {it.name: it for it in self.providers[provider].models}
        if model not in models:
            remedy = nearest(model, models)
            raise InvalidInput(f"{provider} has no model {model!r}.", remedy=remedy, field="model")
        return models[model]

    def find_model(self, name: str) -> ModelConfig:
        """A model by `provider/name`, or by its name alone where only one provider has it.

        Raises InvalidInput for the field `config.model`, which names the nearest, where there is none.
        """
        models = {model.key: model for model in self.models()}
        key = match_model(name, models)
        if key is None:
            raise InvalidInput(suggest_model(name, models), field="config.model")
        return models[key]


def match_model(name: str, known: Iterable[str]) -> str | None:
    """The one `provider/model` that `name` means, if there is just one. As with Ollama, no tag means `:latest`."""
    keys = set(known)
    for wanted in (name, f"{name}:latest"):
        if wanted in keys:
            return wanted
        matches = [key for key in keys if key.partition("/")[2] == wanted]
        if len(matches) == 1:
            return matches[0]
    return None


def suggest_model(name: str, known: Iterable[str]) -> str:
    """Why `name` means no model, and what to write instead."""
    keys = sorted(known)
    same = [key for key in keys if key.partition("/")[2] == name]
    if same:
        return f"several providers have a model {name!r}. Write one of {', '.join(same)}."
    words = keys if "/" in name else [key.partition("/")[2] for key in keys]
    return f"there is no model {name!r}. {nearest(name, words)}"


def resolve(
    settings: Settings,
    layer: Layer,
    warnings: tuple[str, ...] = (),
    found: Mapping[str, str | None] = MappingProxyType({}),
) -> Config:
    """The records that valid settings come to. `found` are the providers that were found on this machine, each with why
    it does not answer now."""
    base = timeouts_over(Timeouts(), settings.defaults.timeouts)
    providers = {name: _provider(name, it, settings, base) for name, it in settings.providers.items()}
    models = {model.key: model for provider in providers.values() for model in provider.models}
    down = {name for name, why in found.items() if why}
    defaults = _defaults(settings, choose(settings, layer, found, down), list(models), base)
    agents = {name: _agent(name, settings, defaults, models) for name in settings.agents}
    task_types = {
        name: TaskTemplate(name=name, **{key: getattr(it, key) for key in type(it).model_fields})
        for name, it in settings.task_types.items()
    }
    return Config(providers, defaults, agents, task_types, settings, layer, warnings, found)


def timeouts_over(base: Timeouts, own: TimeoutSettings) -> Timeouts:
    """`base`, with what `own` says itself."""
    return Timeouts(
        connect=own.connect or base.connect,
        first_token=own.first_token or base.first_token,
        total=own.total or base.total,
    )


def _defaults(settings: Settings, choice: Choice, keys: list[str], base: Timeouts) -> Defaults:
    own = settings.defaults
    return Defaults(
        model=match_model(choice.model, keys) or choice.model,
        why=choice.why,
        max_parallel=own.max_parallel,
        temperature=own.temperature,
        max_output_tokens=own.max_output_tokens,
        timeouts=base,
        retries=own.retries,
        context=own.context,
    )


def _agent(name: str, settings: Settings, defaults: Defaults, models: dict[str, ModelConfig]) -> AgentRole:
    own = settings.agents[name]
    says_timeouts = own.timeouts != TimeoutSettings()
    model = defaults.model if own.model in (None, AUTO) else match_model(own.model, models) or own.model
    base = models[model].timeouts if model in models else defaults.timeouts
    return AgentRole(
        name=name,
        model=model,
        fallback_models=tuple(match_model(model, models) or model for model in own.fallback_models),
        temperature=defaults.temperature if own.temperature is None else own.temperature,
        max_output_tokens=own.max_output_tokens or defaults.max_output_tokens,
        timeouts=timeouts_over(base, own.timeouts) if says_timeouts else None,
    )


def _provider(name: str, own: ProviderSettings, settings: Settings, base: Timeouts) -> ProviderConfig:
    key = settings.api_keys.get(name)
    return ProviderConfig(
        name=name,
        protocol=own.protocol,
        base_url=own.base_url,
        api_key=key.get_secret_value() if key else None,
        headers={header: value.get_secret_value() for header, value in own.headers.items()},
        timeouts=timeouts_over(base, own.timeouts),
        limits=RateLimits(**own.rate_limits.model_dump()),
        options=own.options,
        models=tuple(_model(name, model, it, _patience(it, own, settings)) for model, it in own.models.items()),
    )


def _patience(model: ModelSettings, provider: ProviderSettings, settings: Settings) -> Timeouts:
    """How long a model may take. Those that reason may be silent for minutes; what is set by hand wins."""
    timeouts = REASONING_TIMEOUTS if "reasoning" in model.features else Timeouts()
    for own in (settings.defaults.timeouts, provider.timeouts, model.timeouts):
        timeouts = timeouts_over(timeouts, own)
    return timeouts


def _model(provider: str, name: str, own: ModelSettings, timeouts: Timeouts) -> ModelConfig:
    prices = own.prices
    return ModelConfig(
        provider=provider,
        name=name,
        family=own.family,
        context_window=own.context_window,
        max_output_tokens=own.max_output_tokens,
        features=frozenset[str](own.features),
        tokenizer=own.tokenizer,
        input_price=prices.input if prices else None,
        output_price=prices.output if prices else None,
        cached_price=prices.cached if prices else None,
        cache_write_price=prices.cache_write if prices else None,
        cache_write_1h_price=prices.cache_write_1h if prices else None,
        limits=RateLimits(**own.rate_limits.model_dump()),
        timeouts=timeouts,
    )
