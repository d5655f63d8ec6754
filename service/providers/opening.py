"""What a provider is, which protocols there are, and how one is opened."""

from __future__ import annotations

import functools
from collections.abc import AsyncGenerator, Callable
from importlib.metadata import EntryPoint, entry_points
from typing import Protocol

from service.chat import ChatRequest, ProviderConfig, StreamItem
from service.errors import ConfigurationError
from service.providers.anthropic import AnthropicProvider
from service.providers.echo import EchoProvider
from service.providers.local import LocalProvider
from service.providers.openai import OpenAIProvider

ENTRY_POINTS = "antiphon.providers"
"""The entry-point group in which other packages offer their protocols."""


class Provider(Protocol):
    """One provider, open. Safe to call from many tasks of one event loop at once."""

    config: ProviderConfig

    def stream(self, request: ChatRequest) -> AsyncGenerator[StreamItem, None]:
        """Asks, and yields the answer as it comes; the last item is a `Completion`.

        Closing it (`contextlib.aclosing`) or cancelling its reader closes the connection at once.
        Raises `ProviderError`; what was yielded before it was received and may be kept.
        """
        ...

    async def aclose(self) -> None:
        """Closes connections and ends processes. Safe to call twice."""
        ...


PROTOCOLS: dict[str, Callable[[ProviderConfig], Provider]] = {
    "openai": OpenAIProvider,
    "anthropic": AnthropicProvider,
    "local": LocalProvider,
    "echo": EchoProvider,
}
"""What `ProviderConfig.protocol` may name. The entry points are added when the first provider is opened."""


def open_provider(config: ProviderConfig) -> Provider:
    """The provider that `config` describes; nothing is connected or started before the first call.

    Raises `ConfigurationError` for an unknown protocol or a wrong option.
    """
    _add_plugins()
    protocol = PROTOCOLS.get(config.protocol)
    if protocol is None:
        raise ConfigurationError(
            f"providers.{config.name}.protocol: there is no protocol {config.protocol!r}.",
            remedy=f"Known protocols: {', '.join(sorted(PROTOCOLS))}.",
        )
    return protocol(config)


@functools.cache
def _add_plugins() -> None:
    for point in entry_points(group=ENTRY_POINTS):
        PROTOCOLS.setdefault(point.name, functools.partial(_open_plugin, point))


def _open_plugin(point: EntryPoint, config: ProviderConfig) -> Provider:
    try:
        protocol: Callable[[ProviderConfig], Provider] = point.load()
    except Exception as error:
        raise ConfigurationError(f"The provider plug-in {point.value} cannot be loaded: {error}") from error
    return protocol(config)
