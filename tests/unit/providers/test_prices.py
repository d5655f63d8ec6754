"""What calls cost: the configuration first, then the public list, else not known."""

from __future__ import annotations

import socket
from dataclasses import replace

import pytest

from service.chat import ModelConfig, Usage
from service.providers.prices import cost_usd, prices

PRICED = ModelConfig("acme", "some-model", "some", 8192, 1024, input_price=2.0, output_price=10.0)
LISTED = ModelConfig("openai", "gpt-4o", "gpt-4o", 128_000, 16_384)


@pytest.mark.parametrize(
    ("model", "usage", "cost"),
    [
        (PRICED, Usage(1_000_000, 100_000), 3.0),
        (PRICED, Usage(1_000_000, 0, 500_000), 2.0),
        (replace(PRICED, cached_price=0.5), Usage(1_000_000, 0, 500_000), 1.25),
        (replace(PRICED, input_price=0.0, output_price=0.0), Usage(10, 10), 0.0),
        (PRICED, Usage(None, 10), None),
        (PRICED, Usage(), None),
        (LISTED, Usage(1000, 100, 500), 0.002875),
        (replace(LISTED, name="no-such-model"), Usage(10, 10), None),
        (replace(LISTED, provider="local"), Usage(10, 10), None),
    ],
)
def test_cost_is_known_or_null(model: ModelConfig, usage: Usage, cost: float | None) -> None:
    """Unknown is None, never 0; free is 0."""
    assert cost_usd(model, usage) == (None if cost is None else pytest.approx(cost))


@pytest.mark.parametrize(
    ("model", "known"),
    [
        (PRICED, (2.0, 10.0)),
        (replace(PRICED, input_price=0.0, output_price=0.0), (0.0, 0.0)),
        (LISTED, (2.5, 10.0)),
        (replace(LISTED, provider="local"), (None, None)),
    ],
)
def test_prices_are_those_that_calls_cost(model: ModelConfig, known: tuple[float | None, float | None]) -> None:
    """For a million tokens, configured or listed."""
    assert prices(model) == known


def test_configured_price_wins_over_the_list() -> None:
    """Who has a contract pays that."""
    model = replace(LISTED, input_price=1.0, output_price=1.0)
    assert cost_usd(model, Usage(1_000_000, 0)) == pytest.approx(1.0)


def test_prices_never_touch_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even to look for newer ones."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    assert cost_usd(replace(LISTED, name="gpt-4o-mini"), Usage(1000, 1000))


def test_what_is_written_to_a_cache_has_its_price() -> None:
    """For five minutes and for an hour; without a price of its own the hour is 1.6 times as much."""
    usage = Usage(1000, 0, 100, 600, 200)
    model = replace(PRICED, input_price=3.0, output_price=15.0, cached_price=0.3)
    priced = replace(model, cache_write_price=3.75)
    fresh = 300 * 3 + 100 * 0.3
    assert cost_usd(model, usage) == pytest.approx((fresh + 600 * 3) / 1e6)
    assert cost_usd(priced, usage) == pytest.approx((fresh + 400 * 3.75 + 200 * 6) / 1e6)
    hour = replace(priced, cache_write_1h_price=7.0)
    assert cost_usd(hour, usage) == pytest.approx((fresh + 400 * 3.75 + 200 * 7) / 1e6)


HEARD = replace(LISTED, name="gpt-audio")
LIVE = replace(LISTED, name="gpt-realtime")


@pytest.mark.parametrize(
    ("model", "usage", "millionths"),
    [
        (HEARD, Usage(1000, 0, input_audio_tokens=800), 200 * 2.5 + 800 * 32),
        (HEARD, Usage(0, 1000, output_audio_tokens=900), 100 * 10 + 900 * 64),
        (LIVE, Usage(1000, 0, 500, input_audio_tokens=600, cached_audio_tokens=300), 200 * 4 + 300 * 32 + 500 * 0.4),
        # What was cached and is not text was sound; and no more of it is priced than there is.
        (LIVE, Usage(1000, 0, 900, input_audio_tokens=600), 100 * 32 + 900 * 0.4),
        (LIVE, Usage(100, 10, input_audio_tokens=500, output_audio_tokens=500), 100 * 32 + 10 * 64),
        (LISTED, Usage(1000, 0, input_audio_tokens=800), 1000 * 2.5),
    ],
)
def test_sound_has_its_own_price_where_one_is_listed(model: ModelConfig, usage: Usage, millionths: float) -> None:
    """It costs up to thirteen times as much as text; a model without such a price takes the same for both."""
    assert cost_usd(model, usage) == pytest.approx(millionths / 1e6)


def test_listed_prices_know_what_is_written_to_a_cache() -> None:
    """Anthropic takes 1.25 times as much, and twice as much for an hour."""
    model = ModelConfig("anthropic", "claude-sonnet-4-5", "claude", 200_000, 64_000)
    plain, written = cost_usd(model, Usage(1000, 0)), cost_usd(model, Usage(1000, 0, 0, 1000))
    hour = cost_usd(model, Usage(1000, 0, 0, 1000, 1000))
    assert (plain, written, hour) == (pytest.approx(0.003), pytest.approx(0.00375), pytest.approx(0.006))
