"""Models over HTTP: what they allow, what is in use of it, and whether they are skipped."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from service.app import create_app
from service.commands.server import serving
from service.graph.database import Connection
from tests.acceptance.conftest import ECHO
from tests.support.front import MakeConfig, Service, operation

LIMITED = """
providers:
  echo:
    rate_limits: {requests_per_minute: 500}
    models:
      echo: {rate_limits: {concurrent: 7, tokens_per_minute: 3000000}}
executor: {breaker: {failures: 2, cool_down_seconds: 200}}
"""


ENDED = "query Ended($id: ID!) { task(id: $id) { finishedAt } }"


@pytest.fixture
async def limited(connection: Connection, make_config: MakeConfig) -> AsyncIterator[Service]:
    """A service whose model has limits, and whose breaker opens after two failures."""
    config = make_config(ECHO + LIMITED)
    app = create_app(config, connection=connection)
    async with serving(app, config, port=0) as url, httpx.AsyncClient(base_url=url, timeout=30) as http:
        yield Service(url, app, http)


async def answered(service: Service, task_id: str) -> None:
    """Wait for a task's end. What other tests have asked on this graph counts for a minute: it may wait so long."""
    async with asyncio.timeout(100):
        while not (await service.post(ENDED, id=task_id))["data"]["task"]["finishedAt"]:
            await asyncio.sleep(0.05)


async def model(service: Service, key: str = "echo/echo") -> dict[str, Any]:
    """One of the models."""
    found: list[dict[str, Any]] = (await service.ask("Models"))["models"]
    return next(one for one in found if one["id"] == key)


async def test_models_say_what_they_allow_and_what_is_in_use(limited: Service) -> None:
    """A call counts for the model and for its provider, with the tokens that it used."""
    before = (await model(limited))["limits"]["requestsLastMinute"]
    created = await limited.ask("SendPrompt", input={"content": "Four words of mine."})
    await answered(limited, created["sendPrompt"]["task"]["id"])
    echo = await model(limited)
    own, shared = echo["limits"], echo["providerLimits"]
    assert (own["concurrent"], own["requestsPerMinute"], own["tokensPerMinute"]) == (7, None, 3000000)
    assert (shared["concurrent"], shared["requestsPerMinute"], shared["tokensPerMinute"]) == (None, 500, None)
    for use in (own, shared):
        # What other services on this graph asked in the last minute counts, and is forgotten bit by bit.
        assert use["inFlight"] == 0
        assert 0 < use["requestsLastMinute"] <= before + 1
        assert use["tokensLastMinute"] > 0


async def test_models_say_whether_they_are_skipped(limited: Service) -> None:
    """An open breaker says since how many failures, until when, and of what kind the last was: no provider's words."""
    breaker = limited.services.models.breaker(limited.services.models.find("echo/echo"))
    closed = (await model(limited))["breaker"]
    assert closed == {"state": "CLOSED", "failures": 0, "retryAt": None, "lastError": None}
    for _ in range(2):
        breaker.failed("echo answered 500: what ann asked is too much")
    opened = (await model(limited))["breaker"]
    assert (opened["state"], opened["failures"], opened["lastError"]) == ("OPEN", 2, "echo answered 500")
    assert opened["retryAt"] is not None
    assert (await model(limited, "local/smollm2"))["breaker"]["state"] == "CLOSED"


async def test_a_model_without_a_key_is_refused_before_anything_is_sent(limited: Service) -> None:
    """Named with the variable and the place in the file, also where it would be asked second; nothing is written."""
    ways = [("model", "openai/gpt-5-nano", "model"), ("fallbackModels", ["gpt-5-nano"], "fallbackModels[0]")]
    for field, said, place in ways:
        wish = {"content": "Hello.", "config": {field: said}}
        error = await limited.error(operation("SendPrompt"), input=wish)
        assert (error["code"], error["field"]) == ("INVALID_INPUT", f"input.config.{place}")
        assert "OPENAI_API_KEY, or api_keys.openai" in error["remedy"]
    keyless = await model(limited, "openai/gpt-5-nano")
    assert (keyless["modelState"], keyless["hasKey"], keyless["origin"]) == ("NO_KEY", False, "CONFIGURED")
    assert "OPENAI_API_KEY" in keyless["modelStateNote"]


async def test_a_choice_of_models_says_which_would_be_asked_and_why(limited: Service) -> None:
    """Before anything is sent: the default, or what the request names; one that is not there is told as such."""
    usual = (await limited.ask("ModelChoice"))["modelChoice"]
    assert (usual["model"]["id"], usual["fallbackModels"]) == ("echo/echo", [])
    assert usual["why"].startswith("defaults.model names it (")
    named = await limited.ask("ModelChoice", type="summarize", config={"model": "gpt-5-nano"})
    assert named["modelChoice"]["model"]["modelState"] == "NO_KEY"
    assert (named["modelChoice"]["model"]["inputPrice"], named["modelChoice"]["why"]) == (0.05, "The request names it.")
    wrong = await limited.error(operation("ModelChoice"), config={"model": "gtp-5-nano"})
    assert wrong["field"] == "input.config.model"
