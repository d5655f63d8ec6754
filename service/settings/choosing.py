"""Which model is the default where `defaults.model` is `auto`, and why; and which providers need a key.

Pure: it sees settings and the places that said them, and asks nobody.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from service.proxies import is_loopback
from service.settings.environment import PREFIX, WELL_KNOWN
from service.settings.layers import HIDDEN, Layer
from service.settings.provider_shapes import ProviderSettings
from service.settings.shapes import Settings
from service.settings.values import AUTO, SYSTEM_FILE

LOCAL = "local"
"""The protocol of models in a process of our own: they are there when nothing else is."""

_NETWORK = frozenset({"openai", "anthropic"})
_VENDORS = frozenset(
    {
        *("api.openai.com", "api.anthropic.com", "openrouter.ai", "api.groq.com", "api.mistral.ai"),
        *("api.deepseek.com", "api.x.ai", "api.together.xyz", "api.fireworks.ai", "api.cohere.com"),
        *("generativelanguage.googleapis.com", "api.perplexity.ai", "api.cerebras.ai"),
    }
)
"""Hosts that answer nobody without a key."""
_KEY_HEADERS = frozenset({"authorization", "x-api-key", "api-key", "x-goog-api-key"})


@dataclass(frozen=True, slots=True)
class Choice:
    """The default model (`provider/name`) and why it is the one, as a sentence."""

    model: str
    why: str


def choose(settings: Settings, layer: Layer, found: Collection[str] = (), down: Collection[str] = ()) -> Choice:
    """The default model: the one that is named, else the best that is at hand. Of the providers, `found` answered on
    this machine when they were looked for, and `down` do not answer now."""
    said = settings.defaults.model
    if said != AUTO:
        return Choice(said, f"defaults.model names it ({layer.place_of(('defaults', 'model'))}).")
    return next(_candidates(settings, layer, found, down))


def _candidates(settings: Settings, layer: Layer, found: Collection[str], down: Collection[str]) -> Iterator[Choice]:
    at_hand = {name: one for name, one in settings.providers.items() if one.models and name not in down}
    named = {name: one for name, one in at_hand.items() if one.automatic}
    for name, one in named.items():
        if has_key(settings, name) and one.protocol not in (LOCAL, "echo"):
            yield Choice(default_of(name, one), f"{name} has a key ({_place(layer, name)}).")
    for name, one in named.items():
        if name not in found and _is_own(layer, name, one) and not needs_key(one):
            yield Choice(default_of(name, one), f"{name} is configured, and needs no key.")
    for name in found:
        if (one := named.get(name)) is not None:
            yield Choice(default_of(name, one), f"No key is set, and {name} answers at {one.base_url}.")
    for name, one in named.items():
        if one.protocol == LOCAL:
            yield Choice(default_of(name, one), "No key is set, and no model server was found on this machine.")
    for name, one in settings.providers.items():
        if one.models:
            yield Choice(default_of(name, one), "There is no other model.")
    yield Choice(AUTO, "No model is configured.")


def default_of(name: str, provider: ProviderSettings) -> str:
    """`provider/name` of the model that a provider is asked for where none is named; it has one at least."""
    return f"{name}/{provider.default_model or next(iter(provider.models))}"


def has_key(settings: Settings, provider: str) -> bool:
    """Whether a provider has a key: one of nothing but blanks is none."""
    key = settings.api_keys.get(provider)
    return key is not None and bool(key.get_secret_value().strip())


def needs_key(provider: ProviderSettings) -> bool:
    """Whether nobody is answered there without a key: so at the vendors' own hosts, unless a header brings one."""
    if provider.protocol not in _NETWORK:
        return False
    host = (urlsplit(provider.base_url or "").hostname or "").lower()
    brings = any(name.lower() in _KEY_HEADERS for name in provider.headers)
    return host in _VENDORS and not brings and not is_loopback(host)


def key_remedy(provider: str) -> str:
    """How a provider is given its key."""
    return f"Set {key_variable(provider)}, or api_keys.{provider} in config.yaml, and start the service again."


def key_variable(provider: str) -> str:
    """The environment variable of a provider's key."""
    known = next((name for name, path in WELL_KNOWN.items() if path == ("api_keys", provider)), None)
    word = "".join(sign if sign.isalnum() else "_" for sign in provider.upper())
    return known or f"{PREFIX}API_KEYS__{word}"


def _is_own(layer: Layer, name: str, provider: ProviderSettings) -> bool:
    """Whether the model that it would be asked for is one that the person wrote down."""
    model = default_of(name, provider).partition("/")[2]
    place = layer.place_of(("providers", name, "models", model))
    return provider.protocol in _NETWORK and not place.startswith(SYSTEM_FILE)


def _place(layer: Layer, provider: str) -> str:
    place = layer.place_of(("api_keys", provider))
    return HIDDEN if place == "configuration" else place
