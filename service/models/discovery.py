"""Looks for model servers on this machine where no model is named, and says what became of those that were there.

Owns when it looks: before the default is decided, and never so often that it would be in anybody's way. Knows nothing
of how a server is asked (`providers/model_servers.py`), nor of tasks.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from service.config import Config
from service.providers.model_servers import Offer, ask_server
from service.proxies import is_loopback
from service.settings.provider_shapes import (
    ModelSettings,
    PriceSettings,
    ProviderSettings,
    RateLimitSettings,
    TimeoutSettings,
)
from service.settings.resolved import resolve
from service.settings.values import AUTO

AskServer = Callable[[str, float], Awaitable[tuple[Offer, ...] | None]]

FRESH_SECONDS = 5.0
"""How long what was found is right for a task."""
SILENT_SECONDS = 60.0
"""How long one that takes a call and does not answer is let alone."""
_MARGIN_SECONDS = 0.25
_MOST_OUTPUT = 8192
_FREE = PriceSettings(input=0, output=0)


class Discovery:
    """What was found on this machine, as a configuration that holds it. `config` is the one without."""

    def __init__(self, config: Config, ask: AskServer = ask_server) -> None:
        self._config = config
        self._ask = ask
        self._found: dict[str, ProviderSettings] = {}
        self._silent: dict[str, float] = {}
        self._looked = -FRESH_SECONDS

    @property
    def age(self) -> float:
        """Seconds since the last look."""
        return time.monotonic() - self._looked

    @property
    def patience(self) -> float:
        """How long somebody may wait for a look: a little longer than one that is silent holds it up."""
        return self._seconds + _MARGIN_SECONDS

    @property
    def _seconds(self) -> float:
        return self._config.settings.discovery.seconds

    async def look(self, *, everywhere: bool = False) -> Config:
        """Ask all servers at once; the configuration with those that answer, and with those that no longer do.

        Those that took long the last time are let alone for a while, except where it is looked `everywhere`.
        """
        now = time.monotonic()
        servers = servers_of(self._config)
        asked = [name for name in servers if everywhere or self._silent.get(name, 0) <= now]
        offers = dict(
            zip(asked, await asyncio.gather(*(self._look_at(name, servers[name]) for name in asked)), strict=True)
        )
        self._looked = time.monotonic()
        for name in asked:
            if found := offers[name]:
                self._found[name] = _provider(servers[name], found)
        down = {name: f"nothing answers at {servers[name]}." for name in self._found if not offers.get(name)}
        return self._with(down)

    async def _look_at(self, name: str, url: str) -> tuple[Offer, ...] | None:
        began = time.monotonic()
        found = await self._ask(url, self._seconds)
        ended = time.monotonic()
        if not found and ended - began >= self._seconds * 0.9:
            self._silent[name] = ended + SILENT_SECONDS
        return found

    def _with(self, down: dict[str, str]) -> Config:
        if not self._found:
            return self._config
        settings = self._config.settings
        both = settings.model_copy(update={"providers": settings.providers | self._found})
        return resolve(both, self._config.layer, self._config.warnings, {it: down.get(it) for it in self._found})


def discovery_of(config: Config) -> Discovery | None:
    """Who looks for servers; None where the configuration names its model, or wants none looked for."""
    settings = config.settings
    wanted = settings.defaults.model == AUTO and settings.discovery.enabled
    return Discovery(config) if wanted and servers_of(config) else None


def look_once(config: Config) -> Config:
    """The configuration with what is found now. It blocks for a moment, and may be called beside an event loop."""
    discovery = discovery_of(config)
    if discovery is None:
        return config
    found: list[Config] = []

    def look() -> None:
        found.append(asyncio.run(discovery.look()))

    thread = threading.Thread(target=look, name="antiphon-discovery")
    thread.start()
    thread.join()
    return found[0] if found else config


def servers_of(config: Config) -> dict[str, str]:
    """Where to look: what the person has configured as a provider, by its name or address, is known already."""
    known = {_place(one.base_url or "") for one in config.settings.providers.values()}
    servers = config.settings.discovery.servers
    return {
        name: url.rstrip("/")
        for name, url in servers.items()
        if name not in config.settings.providers and _place(url) not in known
    }


def _place(url: str) -> tuple[str, int | None]:
    """Host and port; of this machine's names one is as good as another."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    return "localhost" if is_loopback(host) else host, parts.port


def _provider(url: str, offers: tuple[Offer, ...]) -> ProviderSettings:
    return ProviderSettings(
        protocol="openai",
        base_url=f"{url}/v1",
        rate_limits=RateLimitSettings(concurrent=2),
        # It may load the model first.
        timeouts=TimeoutSettings(first_token=300, total=1800),
        models={offer.name: _model(offer) for offer in offers},
    )


def _model(offer: Offer) -> ModelSettings:
    said = {"streaming", "json_object", "json_schema", "temperature", *offer.features}
    return ModelSettings.model_validate(
        {
            "family": offer.name.partition(":")[0].rpartition("/")[2] or offer.name,
            "context_window": offer.window,
            "max_output_tokens": min(offer.window // 2, _MOST_OUTPUT),
            "features": frozenset(said),
            "prices": _FREE,
        }
    )
