"""Where a provider is and what every request to it carries, checked before anything is sent."""

from __future__ import annotations

import ipaddress
import json
from typing import Any

import httpx
import orjson

from service.chat import ProviderConfig
from service.errors import ConfigurationError


def base_url(config: ProviderConfig) -> httpx.URL:
    """The configured address. Raises `ConfigurationError` for one that cannot be asked."""
    try:
        url = httpx.URL(config.base_url or "")
    except httpx.InvalidURL:
        url = httpx.URL()
    if url.scheme not in ("http", "https") or not url.host:
        raise ConfigurationError(
            f"providers.{config.name}.base_url must be an http or https address.",
            remedy="For example https://api.openai.com/v1.",
        )
    return url


def endpoint(base: httpx.URL, path: str) -> httpx.URL:
    """The address of `path` below `base`; what of it `base` ends with already (`/v1`, or all) is not said twice."""
    said = base.path.rstrip("/")
    parts = path.strip("/").split("/")
    known = next(n for n in range(len(parts), -1, -1) if said.endswith("".join(f"/{part}" for part in parts[:n])))
    return base.copy_with(path=said + "".join(f"/{part}" for part in parts[known:]))


def is_azure(host: str) -> bool:
    """Whether the host is one of Azure's, which takes its keys in a header of its own."""
    return host.endswith((".openai.azure.com", ".cognitiveservices.azure.com", ".services.ai.azure.com"))


def is_loopback(host: str) -> bool:
    """Whether `host` is this machine, which no proxy stands before."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def header_values(provider: str, headers: dict[str, str]) -> dict[str, str]:
    """`headers` as they can be sent: names in lower case, values stripped."""
    # h11 repeats an illegal value in its error, so a key with a line break must not get that far.
    values = {name.lower(): value.strip() for name, value in headers.items()}
    for name, value in values.items():
        if not (name + value).isascii() or not (name + value).isprintable():
            raise ConfigurationError(f"providers.{provider}: the value of {name} cannot be sent in a header.")
    return values


def secret_values(config: ProviderConfig) -> tuple[str, ...]:
    """What must not be repeated in any message."""
    values = [config.api_key or "", *config.headers.values()]
    return tuple(value.strip() for value in values if len(value.strip()) >= 4)


def encode(body: dict[str, Any]) -> bytes:
    """`body` as JSON in UTF-8."""
    try:
        return orjson.dumps(body)
    except TypeError:
        # A lone surrogate has no UTF-8. Replaced, it costs one character and not the whole prompt.
        return json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
