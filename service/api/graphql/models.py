"""Models as GraphQL types: what a task may ask for."""

from __future__ import annotations

from typing import Any

import strawberry

from service.api.graphql.context import Info
from service.api.graphql.nodes import Node
from service.api.graphql.scalars import DateTime
from service.chat import ModelConfig, RateLimits
from service.clock import now_ms
from service.models.breaker import Breaker, BreakerState
from service.models.limits import LimitUse
from service.models.states import ModelOrigin, ModelState, origin_of, standing
from service.providers.prices import prices
from service.settings.choosing import has_key
from service.tasks.choices import ModelChoice as Choice

strawberry.enum(BreakerState)
strawberry.enum(ModelState)
strawberry.enum(ModelOrigin)


@strawberry.type(name="Breaker")
class BreakerInfo:
    """A model's circuit breaker: a model that keeps failing is skipped."""

    state: BreakerState
    """Whether calls are made."""

    failures: int
    """How many calls failed in a row."""

    retry_at: DateTime | None
    """From when one call tries it again, where it is open."""

    last_error: str | None
    """What kind of failure the last one was."""


@strawberry.type
class Limits:
    """What a model or a provider allows (null: no limit), and what is in use of it by all callers of this process."""

    concurrent: int | None
    """Calls at once."""

    requests_per_minute: int | None
    """Calls a minute."""

    tokens_per_minute: int | None
    """Tokens a minute, read and written together."""

    in_flight: int
    """Calls that are under way."""

    requests_last_minute: int
    """Calls of the last minute."""

    tokens_last_minute: int
    """Tokens of the last minute."""


@strawberry.type
class Model(Node):
    """A provider's model. What is null is not configured here (any more)."""

    provider: str
    """The name of its provider."""

    name: str
    """What its provider calls it."""

    known: strawberry.Private[ModelConfig | None] = None

    @strawberry.field
    def family(self, info: Info) -> str | None:
        """The family of models that it is one of."""
        return _of(info, self, "family")

    @strawberry.field
    def context_window(self, info: Info) -> int | None:
        """How many tokens it reads and writes in one call."""
        return _of(info, self, "context_window")

    @strawberry.field
    def max_output_tokens(self, info: Info) -> int | None:
        """How many tokens it writes in one call."""
        return _of(info, self, "max_output_tokens")

    @strawberry.field
    def features(self, info: Info) -> list[str] | None:
        """What it can do."""
        features = _of(info, self, "features")
        return None if features is None else sorted(features)

    @strawberry.field
    def input_price(self, info: Info) -> float | None:
        """USD per million tokens that it reads, where known."""
        config = _config(info, self)
        return None if config is None else prices(config)[0]

    @strawberry.field
    def output_price(self, info: Info) -> float | None:
        """USD per million tokens that it writes, where known."""
        config = _config(info, self)
        return None if config is None else prices(config)[1]

    @strawberry.field
    def is_default(self, info: Info) -> bool:
        """Whether a task that names no model uses it."""
        return self.id == info.context.backend.models.config.defaults.model

    @strawberry.field
    def model_state(self, info: Info) -> ModelState | None:
        """Whether it can be asked, as far as that is known before it is."""
        config = _config(info, self)
        return None if config is None else standing(info.context.backend.models.config, config).state

    @strawberry.field
    def model_state_note(self, info: Info) -> str | None:
        """Why it cannot be asked, and what to do about it; null where it can."""
        config = _config(info, self)
        found = None if config is None else standing(info.context.backend.models.config, config)
        return None if found is None or found.why is None else f"{found.why} {found.remedy or ''}".strip()

    @strawberry.field
    def origin(self, info: Info) -> ModelOrigin | None:
        """How the service knows of it."""
        config = _config(info, self)
        return None if config is None else origin_of(info.context.backend.models.config, config)

    @strawberry.field
    def has_key(self, info: Info) -> bool:
        """Whether its provider has a key."""
        return has_key(info.context.backend.models.config.settings, self.provider)

    @strawberry.field
    def breaker(self, info: Info) -> BreakerInfo | None:
        """Whether it is called, or skipped because it keeps failing."""
        config = _config(info, self)
        return None if config is None else _breaker_info(info.context.backend.models.breaker(config))

    @strawberry.field
    def limits(self, info: Info) -> Limits | None:
        """Its own limits."""
        config = _config(info, self)
        return None if config is None else _limits(config.limits, info.context.backend.models.gate(config).use()[0])

    @strawberry.field
    def provider_limits(self, info: Info) -> Limits | None:
        """Its provider's limits, which all models of the provider share."""
        config = _config(info, self)
        if config is None:
            return None
        provider = info.context.backend.models.config.providers[config.provider]
        return _limits(provider.limits, info.context.backend.models.gate(config).use()[1])


@strawberry.type
class ModelChoice:
    """Which models a task would ask."""

    model: Model
    """The one that is asked first."""

    why: str
    """Why it is the one: who names it, or why it is the default."""

    fallback_models: list[Model]
    """Asked in this order where it fails."""

    role_models: list[Model]
    """Other models, which the steps of a plan may ask by their role."""


def model_choice(choice: Choice) -> ModelChoice:
    """A choice as GraphQL tells it."""
    return ModelChoice(
        model=configured_model(choice.model),
        why=choice.why,
        fallback_models=[configured_model(model) for model in choice.fallbacks],
        role_models=[configured_model(model) for model in choice.roles],
    )


def known_model(row: dict[str, Any]) -> Model:
    """A model as the graph knows it."""
    return Model(id=row["id"], provider=row["provider"], name=row["name"])


def configured_model(config: ModelConfig) -> Model:
    """A model as it is configured."""
    return Model(id=strawberry.ID(config.key), provider=config.provider, name=config.name, known=config)


def model_of_id(id: str) -> Model:
    """A model by `provider/name`."""
    provider, _, name = id.partition("/")
    return Model(id=strawberry.ID(id), provider=provider, name=name)


def _breaker_info(breaker: Breaker) -> BreakerInfo:
    # A provider's own words may quote what another caller asked: they are for the attempt's owner.
    said = breaker.last_error.partition(": ")[0].rstrip(".") if breaker.last_error else None
    retry_at = None if breaker.retry_in is None else DateTime(now_ms() + round(breaker.retry_in * 1000))
    return BreakerInfo(state=breaker.state, failures=breaker.failures, retry_at=retry_at, last_error=said)


def _limits(limits: RateLimits, use: LimitUse) -> Limits:
    return Limits(
        concurrent=limits.concurrent,
        requests_per_minute=limits.requests_per_minute,
        tokens_per_minute=limits.tokens_per_minute,
        in_flight=use.in_flight,
        requests_last_minute=use.requests,
        tokens_last_minute=use.tokens,
    )


def _of(info: Info, model: Model, attribute: str) -> Any:
    return getattr(_config(info, model), attribute, None)


def _config(info: Info, model: Model) -> ModelConfig | None:
    """A model's configuration as it was when it was listed: a server on this machine may go meanwhile."""
    return model.known or find_configured(info, model.id)


def find_configured(info: Info, id: str) -> ModelConfig | None:
    """The configuration of a model, where it has one."""
    return next((model for model in info.context.backend.models.config.models() if model.key == id), None)
