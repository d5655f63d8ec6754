"""How a provider is found, and what a wrong configuration says."""

from __future__ import annotations

from importlib.metadata import EntryPoint

import pytest

from service.chat import ChatMessage, ChatRequest, Completion, ModelConfig, ProviderConfig, TextDelta
from service.errors import ConfigurationError, SetupError
from service.providers import opening
from service.providers.echo import EchoProvider
from service.providers.local import LocalProvider
from service.providers.opening import PROTOCOLS, open_provider
from service.providers.wire import Wire
from service.records import Role

MODEL = ModelConfig("echo", "echo", "echo", 8192, 1024)


def test_shipped_protocols_are_there() -> None:
    """The four that the documentation names."""
    assert {"openai", "anthropic", "local", "echo"} <= set(PROTOCOLS)


@pytest.mark.parametrize(
    ("config", "words"),
    [
        (ProviderConfig("p", "telepathy"), "there is no protocol 'telepathy'"),
        (ProviderConfig("p", "echo", options={"delay": 1}), "providers.p.options.delay"),
        (ProviderConfig("p", "echo", options={"delay_ms": "long"}), "providers.p.options.delay_ms"),
        (ProviderConfig("p", "openai"), "providers.p.base_url"),
        (ProviderConfig("p", "openai", base_url="example.com/v1"), "providers.p.base_url"),
        (ProviderConfig("p", "openai", base_url="http://", api_key="k"), "providers.p.base_url"),
    ],
)
def test_wrong_setting_is_named(config: ProviderConfig, words: str) -> None:
    """The path of the setting is in the message."""
    with pytest.raises(ConfigurationError, match=words):
        open_provider(config)


@pytest.mark.parametrize("key", ["geheim-ö-schlüssel", "two\nlines-of-key"])
def test_key_that_no_header_can_carry_is_not_repeated(key: str) -> None:
    """h11 would put it into its own error."""
    with pytest.raises(ConfigurationError) as caught:
        open_provider(ProviderConfig("p", "openai", base_url="http://localhost", api_key=key))
    assert key not in str(caught.value)


def test_key_with_a_line_end_is_trimmed() -> None:
    """As `echo key > file` leaves it."""
    wire = Wire(ProviderConfig("p", "openai", base_url="http://localhost", api_key="abcdef\n"), {})
    assert wire.secrets == ("abcdef",)


def test_plug_in_is_opened_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """An entry point of another package, loaded only when it is asked for."""
    point = EntryPoint("parrot", "service.providers.echo:EchoProvider", opening.ENTRY_POINTS)
    broken = EntryPoint("broken", "no.such.module:Thing", opening.ENTRY_POINTS)
    monkeypatch.setattr(opening, "entry_points", lambda group: [point, broken])
    monkeypatch.setattr(opening, "PROTOCOLS", dict(PROTOCOLS))
    opening._add_plugins.cache_clear()
    assert isinstance(open_provider(ProviderConfig("p", "parrot")), EchoProvider)
    with pytest.raises(ConfigurationError, match=r"no\.such\.module:Thing"):
        open_provider(ProviderConfig("p", "broken"))
    opening._add_plugins.cache_clear()


def test_missing_model_file_is_a_setup_error() -> None:
    """It says where it looked."""
    provider = open_provider(ProviderConfig("l", "local", options={"model_path": "/nowhere/model.gguf"}))
    assert isinstance(provider, LocalProvider)
    with pytest.raises(SetupError, match=r"/nowhere/model\.gguf"):
        _ = provider.process


def test_missing_weights_name_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    """One command brings them."""
    monkeypatch.setattr("service.providers.local.WEIGHTS_PACKAGE", "no_such_package")
    provider = LocalProvider(ProviderConfig("l", "local"))
    with pytest.raises(SetupError, match="antiphon setup"):
        _ = provider.process


async def test_echo_repeats_the_user() -> None:
    """The last user message, with its prefix, and a usage."""
    provider = open_provider(ProviderConfig("e", "echo", options={"prefix": "> ", "delay_ms": 1}))
    messages = (ChatMessage(Role.USER, "one"), ChatMessage(Role.ASSISTANT, "two"), ChatMessage(Role.USER, "three"))
    delta, completion = [item async for item in provider.stream(ChatRequest(MODEL, messages))]
    assert delta == TextDelta("> three")
    assert isinstance(completion, Completion)
    assert (completion.usage.input_tokens, completion.usage.output_tokens) == (3, 2)


@pytest.mark.parametrize(
    ("variable", "address", "said"),
    [("ALL_PROXY", "socks5://127.0.0.1:9", "pip install socksio"), ("HTTP_PROXY", "http://p.test:abc", "http://HOST")],
)
async def test_a_proxy_that_cannot_be_used_is_named(
    monkeypatch: pytest.MonkeyPatch, variable: str, address: str, said: str
) -> None:
    """By its variable, for its address may hold a password; and with what to do."""
    for name in ("ALL_PROXY", "HTTP_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.setenv(variable, address)
    connections = await Wire(ProviderConfig("p", "openai", base_url="http://provider.test/v1"), {}).connections()
    with pytest.raises(ConfigurationError, match=variable) as failure:
        connections.take()
    assert said in str(failure.value)
    monkeypatch.setenv("NO_PROXY", "[::1], 10.0.0.0/8, *.test")
    await connections.aclose()
    connections.take()
