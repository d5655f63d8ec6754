"""Which proxy the environment names for a host: every form of `NO_PROXY` that other programs take, and no surprise.

httpx reads these variables too, but knows no networks (`10.0.0.0/8`) and no `*.domain`, and fails at `[::1]`. A leaf.
"""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit
from urllib.request import getproxies

from service.errors import ConfigurationError

_PORTS = {"http": 80, "https": 443}
_ENTRY = re.compile(r"(?:\w+://)?(?:\[(?P<v6>[^\]]+)\]|(?P<host>[^:/]+)|(?P<bare>[0-9a-fA-F:.]+))(?::(?P<port>\d+))?/?")


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy's address, and the variable that names it (for errors: the address may hold a password)."""

    url: str
    variable: str


@dataclass(frozen=True, slots=True)
class Target:
    """What is to be reached. `host` has no brackets."""

    scheme: str
    host: str
    port: int | None = None


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach what listens on `host`."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def target_of(url: str) -> Target:
    """What an address wants to reach."""
    parts = urlsplit(url)
    return Target(parts.scheme, parts.hostname or "", parts.port)


def proxy_for(target: Target, environ: Mapping[str, str] = os.environ) -> Proxy | None:
    """The proxy for a target; None where it is reached directly."""
    known = _from_environment(environ) if environ is not os.environ else getproxies()
    if is_exempt(target, known.get("no", "")):
        return None
    kind = target.scheme if known.get(target.scheme) else "all"
    url = known.get(kind)
    if not url:
        return None
    return Proxy(url if "://" in url else f"http://{url}", f"{kind}_proxy".upper())


def unusable_proxy(proxy: Proxy | None, error: Exception) -> ConfigurationError:
    """The error of a proxy that no client can be made for."""
    variable = proxy.variable if proxy else "The proxy"
    if proxy and proxy.url.startswith("socks") and isinstance(error, ImportError):
        return ConfigurationError(
            f"{variable} names a SOCKS proxy, for which a package is missing.",
            remedy="Install it: pip install socksio. Or name an HTTP proxy, or exempt the host with NO_PROXY.",
        )
    return ConfigurationError(
        f"{variable} in the environment is no address of a proxy.", remedy="Write it like http://HOST:3128."
    )


def is_exempt(target: Target, no_proxy: str) -> bool:
    """Whether `NO_PROXY` says that this target is reached directly; entries are parted by commas or blanks."""
    return any(_matches(target, entry) for entry in re.split(r"[\s,;]+", no_proxy.lower()) if entry)


def _matches(target: Target, entry: str) -> bool:
    if entry == "*":
        return True
    host = _plain(target.host)
    if "/" in entry and "://" not in entry:
        return _in_network(host, entry)
    read = _ENTRY.fullmatch(entry)
    if read is None:
        return False
    if read["port"] and int(read["port"]) != (target.port or _PORTS.get(target.scheme)):
        return False
    name = _plain((read["v6"] or read["host"] or read["bare"]).removeprefix("*").lstrip("."))
    return bool(name) and (host == name or host.endswith(f".{name}") or _same_address(host, name))


def _plain(host: str) -> str:
    host = host.strip("[]").rstrip(".").lower()
    try:
        return host.encode("idna").decode() if not host.isascii() else host
    except UnicodeError:
        return host


def _in_network(host: str, entry: str) -> bool:
    try:
        return ipaddress.ip_address(host) in ipaddress.ip_network(entry.replace("[", "").replace("]", ""), strict=False)
    except ValueError:
        return False


def _same_address(host: str, name: str) -> bool:
    try:
        return ipaddress.ip_address(host) == ipaddress.ip_address(name)
    except ValueError:
        return False


def _from_environment(environ: Mapping[str, str]) -> dict[str, str]:
    # As urllib does: what is written in small letters is right.
    names = sorted(environ, key=str.islower)
    return {name.lower().removesuffix("_proxy"): environ[name] for name in names if name.lower().endswith("_proxy")}
