"""The models at hand: each with its provider, opened when first used, its limits, its breaker and its tokenizer.

Owns which providers are open. Knows nothing of tasks.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from service.chat import CountTokens, ModelConfig, ProviderConfig, Timeouts
from service.config import Config
from service.models.breaker import Breaker
from service.models.discovery import FRESH_SECONDS, Discovery
from service.models.gates import NO_LIMITS, Gate, Limiter
from service.models.ways import Ways
from service.providers.opening import Provider, open_provider
from service.providers.tokens import count_bytes, token_counter, without_margin
from service.settings.choosing import has_key

COUNTED_ON_THE_LOOP = 20_000
"""Characters up to which counting is cheaper than handing the text to a thread."""


class Models:
    """Providers, gates, breakers and counters by model."""

    def __init__(
        self,
        config: Config,
        opener: Callable[[ProviderConfig], Provider] = open_provider,
        discovery: Discovery | None = None,
    ) -> None:
        self._config = config
        self._discovery = discovery
        self._looking: asyncio.Task[None] | None = None
        self._opener = opener
        self._known: dict[str, ModelConfig] = {}
        self._open: dict[str, Provider] = {}
        self._limiters: dict[str, Limiter] = {}
        self._gates: dict[str, Gate] = {}
        self._breakers: dict[str, Breaker] = {}
        self._recalled = False
        self._ways: dict[str, Ways] = {}

    @property
    def config(self) -> Config:
        """The configuration as it stands now, with what was found on this machine."""
        return self._config

    async def look_again(self, *names: str, everywhere: bool = False) -> None:
        """Look for model servers on this machine where what they offer may be asked for, and it was not done just now.

        `names` are models that a task names; one that is known changes nothing. `everywhere`: somebody wants to see.
        It takes a short time at most: what is not known by then is known the next time.
        """
        if self._discovery is None or self._discovery.age < (1 if everywhere else FRESH_SECONDS):
            return
        if not everywhere and self._has_key() and all(name in self.names() for name in names):
            return
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look(self._discovery, everywhere), name="antiphon-discovery")
        await asyncio.wait({self._looking}, timeout=self._discovery.patience)

    async def _look(self, discovery: Discovery, everywhere: bool) -> None:
        found = await discovery.look(everywhere=everywhere)
        if found is not self._config:
            self._config = found
            self._known.clear()

    def _has_key(self) -> bool:
        return has_key(self._config.settings, self._config.defaults.model.partition("/")[0])

    def find(self, key: str) -> ModelConfig:
        """The model of that name; `InvalidInput` where there is none."""
        model = self._known.get(key)
        if model is None:
            model = self._known[key] = self._config.find_model(key)
        return model

    def timeouts(self, model: ModelConfig, main: str, said: Timeouts) -> Timeouts:
        """How long a call to a model may take in a task of the model `main`, for which `said` was decided.

        Where that is only the default of `main`, another model has its own: one that reasons may be silent for longer.
        """
        if model.key == main or main not in self.names():
            return said
        usual, own = self.find(main).timeouts, model.timeouts
        return Timeouts(
            connect=own.connect if said.connect == usual.connect else said.connect,
            first_token=own.first_token if said.first_token == usual.first_token else said.first_token,
            total=own.total if said.total == usual.total else said.total,
        )

    def roles(self) -> dict[str, str]:
        """The agent roles, each with the `provider/name` of its model."""
        return {role.name: role.model for role in self._config.agents.values()}

    def names(self) -> frozenset[str]:
        """All names by which `find` knows a model."""
        keys = [model.key for model in self._config.models()]
        short = [key.partition("/")[2] for key in keys]
        return frozenset([*keys, *(name for name in short if short.count(name) == 1)])

    def provider(self, model: ModelConfig) -> Provider:
        """The model's provider, open."""
        provider = self._open.get(model.provider)
        if provider is None:
            provider = self._open[model.provider] = self._opener(self._config.providers[model.provider])
        return provider

    def gate(self, model: ModelConfig) -> Gate:
        """The way to the model, through its own limits and its provider's."""
        gate = self._gates.get(model.key)
        if gate is None:
            limiter = self._limiters.get(model.provider)
            if limiter is None:
                limiter = self._limiters[model.provider] = Limiter(self._config.providers[model.provider].limits)
            gate = self._gates[model.key] = limiter.gate(model.limits)
        return gate

    @property
    def are_limited(self) -> bool:
        """Whether any provider or model has limits."""
        known = self._config.providers.values()
        return any(one.limits != NO_LIMITS for provider in known for one in (provider, *provider.models))

    def recall(self, calls: Sequence[Mapping[str, Any]], now: int) -> None:
        """Let calls of a former process count against the limits, once: `{model, at, calls, tokens}`, by time (ms)."""
        if self._recalled:
            return
        self._recalled = True
        known = {model.key: model for model in self._config.models()}
        for call in calls:
            if (model := known.get(call["model"])) is not None:
                self.gate(model).recall((now - call["at"]) / 1000, call["calls"], call["tokens"])

    def dismiss(self, task_id: str) -> None:
        """None of a task's calls that wait for limits is wanted any more."""
        for limiter in self._limiters.values():
            limiter.dismiss(task_id)

    def breaker(self, model: ModelConfig) -> Breaker:
        """What keeps calls from the model while it fails."""
        breaker = self._breakers.get(model.key)
        if breaker is None:
            settings = self._config.executor.breaker
            breaker = self._breakers[model.key] = Breaker(settings.failures, settings.cool_down_seconds)
        return breaker

    def ways(self, model: ModelConfig) -> Ways:
        """How the model's server wants to be asked."""
        ways = self._ways.get(model.key)
        if ways is None:
            ways = self._ways[model.key] = Ways()
        return ways

    def counter(self, model: ModelConfig) -> CountTokens:
        """The model's tokenizer; it may block, so it is called off the event loop."""
        return token_counter(model, self.provider(model))

    async def count(self, text: str, model: ModelConfig) -> int:
        """The tokens of a text, counted off the event loop where that may take long."""
        known = self.count_at_once(text, model)
        return known if known is not None else await asyncio.to_thread(self.counter(model), text)

    def count_at_once(self, text: str, model: ModelConfig) -> int | None:
        """The tokens of a text; None where counting them may take long."""
        if model.tokenizer == "local" or len(text) > COUNTED_ON_THE_LOOP:
            return None
        return self.counter(model)(text)

    def estimate(self, text: str, model: ModelConfig) -> int:
        """About how many tokens a text has, at once: where counting them may take long, four bytes are one."""
        known = self.count_at_once(text, model)
        return without_margin(known, model) if known is not None else count_bytes(text)

    async def measure(self, text: str, model: ModelConfig) -> int:
        """The tokens that a text is likely to have, for what is booked: a count of what fits is on the high side."""
        return without_margin(await self.count(text, model), model)

    async def fits(self, text: str, room: int, model: ModelConfig) -> bool:
        """Whether a text has `room` tokens at most. A token is at least a byte, so a short text is not counted."""
        if len(text) * 4 <= room:
            return True
        return (len(text) <= room and len(text.encode()) <= room) or await self.count(text, model) <= room

    async def close(self) -> None:
        """Close all providers."""
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)
        for provider in self._open.values():
            await provider.aclose()
        self._open.clear()
