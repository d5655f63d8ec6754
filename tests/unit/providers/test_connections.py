"""Connections are kept between calls, and let go when nobody needs them."""

from __future__ import annotations

import httpx
import pytest

from service.providers import connections
from service.providers.connections import Connections


async def test_last_one_used_is_lent_first() -> None:
    """So that those left over from a burst can go."""
    pool = Connections(httpx.AsyncClient)
    first, second = pool.take(), pool.take()
    await pool.give(first, reusable=True)
    await pool.give(second, reusable=True)
    assert pool.take() is second
    await pool.aclose()
    assert first.is_closed
    assert second.is_closed


async def test_idle_ones_are_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Here at once; else after a while, when another comes back."""
    monkeypatch.setattr(connections, "IDLE_SECONDS", -1.0)
    pool = Connections(httpx.AsyncClient)
    client = pool.take()
    await pool.give(client, reusable=True)
    assert client.is_closed
    assert pool.take() is not client
    await pool.aclose()


async def test_one_whose_call_broke_off_is_not_lent_again() -> None:
    """It is closed."""
    pool = Connections(httpx.AsyncClient)
    client = pool.take()
    await pool.give(client, reusable=False)
    assert client.is_closed
    assert pool.take() is not client
    await pool.aclose()


async def test_one_given_back_too_late_stays_closed() -> None:
    """A call that ends after the provider was closed brings nothing back."""
    pool = Connections(httpx.AsyncClient)
    client = pool.take()
    await pool.aclose()
    await pool.give(client, reusable=True)
    assert client.is_closed
    again = pool.take()
    assert again is not client
    await pool.aclose()
