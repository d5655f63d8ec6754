"""Which proxy is taken for a host."""

from __future__ import annotations

import pytest

from service.proxies import Proxy, Target, is_exempt, proxy_for

LAN = Target("http", "192.168.1.5", 11434)
CORP = Target("https", "api.corp.test")


@pytest.mark.parametrize(
    ("target", "no_proxy"),
    [
        (CORP, "*"),
        (CORP, "corp.test"),
        (CORP, ".corp.test"),
        (CORP, "*.corp.test"),
        (CORP, "API.CORP.TEST."),
        (CORP, "api.corp.test:443"),
        (CORP, "other.test, ,, api.corp.test ,"),
        (CORP, "other.test api.corp.test"),
        (CORP, "https://api.corp.test/"),
        (LAN, "192.168.1.5"),
        (LAN, "192.168.1.5:11434"),
        (LAN, "192.168.0.0/16"),
        (LAN, "10.0.0.0/8,192.168.1.7/24"),
        (Target("http", "fd00::7", 80), "[fd00::7]"),
        (Target("http", "fd00::7", 80), "[fd00::7]:80"),
        (Target("http", "fd00::7", 80), "fd00:0::7"),
        (Target("http", "fd00::7", 80), "fd00::/8"),
        (Target("http", "münchen.test"), "münchen.test"),
        (Target("http", "xn--mnchen-3ya.test"), "münchen.test"),
    ],
)
def test_hosts_that_need_no_proxy(target: Target, no_proxy: str) -> None:
    """In every form that other programs take."""
    assert is_exempt(target, no_proxy)


@pytest.mark.parametrize(
    ("target", "no_proxy"),
    [
        (CORP, ""),
        (CORP, ", ,"),
        (CORP, "notcorp.test"),
        (Target("https", "notcorp.test"), "corp.test"),
        (CORP, "api.corp.test:8443"),
        (LAN, "192.168.1.5:80"),
        (LAN, "10.0.0.0/8"),
        (LAN, "192.168.1.0/33"),
        (LAN, "[::1]"),
        (LAN, "[not an address"),
        (CORP, "."),
    ],
)
def test_hosts_that_need_the_proxy(target: Target, no_proxy: str) -> None:
    """What is no form at all exempts nothing, and fails nobody."""
    assert not is_exempt(target, no_proxy)


def test_the_proxy_of_the_scheme_goes_first() -> None:
    """Small letters go before large ones; the variable is named, for its address may hold a password."""
    environ = {"ALL_PROXY": "socks5://a.test", "HTTPS_PROXY": "http://b.test", "https_proxy": "c.test:3128"}
    assert proxy_for(CORP, environ) == Proxy("http://c.test:3128", "HTTPS_PROXY")
    assert proxy_for(LAN, environ) == Proxy("socks5://a.test", "ALL_PROXY")
    assert proxy_for(LAN, {**environ, "no_proxy": "192.168.0.0/16"}) is None
    assert proxy_for(LAN, {"HTTP_PROXY": ""}) is None
