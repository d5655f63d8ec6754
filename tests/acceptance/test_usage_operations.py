"""Metrics and usage over HTTP, of calls that were really made: one fails, the next is answered and priced."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from service.app import create_app
from service.commands.server import serving
from service.graph.database import Connection
from service.records import new_id
from tests.support.fault_server import FaultServer
from tests.support.front import MakeConfig, Service, operation

FAULTY = """
defaults: {{model: faulty/priced}}
providers:
  faulty:
    protocol: openai
    base_url: "{url}"
    models:
      priced:
        {{family: t, context_window: 8192, max_output_tokens: 64, tokenizer: bytes, prices: {{input: 1, output: 2}}}}
      free: {{family: t, context_window: 8192, max_output_tokens: 64, tokenizer: bytes}}
server: {{api_keys: {{token-of-{ann}: {ann}, token-of-{bob}: {bob}}}}}
"""
COST = (7 * 1 + 2 * 2) / 1_000_000
"""Of an answer of the fault server: 7 tokens in, 2 out."""

Json = dict[str, Any]


@pytest.fixture
async def service(connection: Connection, make_config: MakeConfig) -> AsyncIterator[Service]:
    """A service whose provider refuses the first call; its client calls as one of two owners of this test's own."""
    ann, bob = new_id(), new_id()
    async with FaultServer() as server:
        config = make_config(FAULTY.format(url=server.url(f"status_500,good/{ann}"), ann=ann, bob=bob))
        app = create_app(config, connection=connection)
        async with (
            serving(app, config, port=0) as url,
            httpx.AsyncClient(base_url=url, timeout=30, headers={"authorization": f"Bearer token-of-{ann}"}) as http,
        ):
            http.headers["x-bob"] = f"Bearer token-of-{bob}"
            yield Service(url, app, http)


async def ask(service: Service, **more: Any) -> Json:
    """A prompt's task, once it is over."""
    task = (await service.ask("SendPrompt", input={"content": "Hello?"} | more))["sendPrompt"]["task"]
    async with asyncio.timeout(60):
        while (task := (await service.ask("Task", id=task["id"]))["task"])["finishedAt"] is None:
            await asyncio.sleep(0.05)
    return task


async def usage(service: Service, **variables: Any) -> list[Json]:
    """The rows of usage."""
    return (await service.ask("Usage", **variables))["usage"]


async def test_metrics_tell_what_a_task_took_and_cost(service: Service) -> None:
    """The refused call cost nothing and counts as failed; the elapsed time is no shorter than its calls."""
    task = await ask(service)
    metrics = task["metrics"]
    assert [metrics[key] for key in ("attempts", "succeeded", "failed", "unpricedAttempts")] == [2, 1, 1, 0]
    assert [metrics[key] for key in ("inputTokens", "outputTokens", "costUsd")] == [7, 2, COST]
    assert metrics["wasted"] == {"attempts": 1, "inputTokens": 0, "outputTokens": 0, "costUsd": 0.0}
    assert metrics["latencyMs"]["total"] >= metrics["latencyMs"]["max"] >= metrics["latencyMs"]["median"] >= 0
    assert metrics["elapsedMs"] >= metrics["latencyMs"]["max"]


async def test_subtasks_and_attempts_have_their_own(service: Service) -> None:
    """A subtask's metrics in the same operation as its task's; each attempt says when it ended."""
    task = await ask(service)
    fields = "metrics { attempts costUsd elapsedMs }"
    query = (
        f"query($id: ID!) {{ task(id: $id) {{ {fields} subtasks {{ nodes {{ {fields} attempts {{ nodes {{ finishedAt "
    )
    query += "queueMs usageEstimated } } } } } }"
    found = (await service.post(query, id=task["id"]))["data"]["task"]
    (subtask,) = found["subtasks"]["nodes"]
    assert [subtask["metrics"][key] for key in ("attempts", "costUsd")] == [2, COST]
    assert all(attempt["finishedAt"] and not attempt["usageEstimated"] for attempt in subtask["attempts"]["nodes"])


async def test_usage_is_grouped_by_any_dimension(service: Service) -> None:
    """One call failed, two were answered, one of these for nothing that is known."""
    task = await ask(service)
    other = await ask(service, config={"model": "faulty/free"})
    today = {task["createdAt"][:10], other["finishedAt"][:10]}
    keys = {
        "MODEL": {"faulty/priced", "faulty/free"},
        "PROVIDER": {"faulty"},
        "STRATEGY": {"NONE"},
        "TASK_TYPE": {"prompt"},
        "CONVERSATION": {task["conversation"]["id"], other["conversation"]["id"]},
        "OUTCOME": {"SUCCEEDED", "FAILED"},
        "PURPOSE": {"ANSWER"},
    }
    for dimension, expected in keys.items():
        rows = await usage(service, groupBy=dimension)
        assert {row["key"] for row in rows} == expected
        assert sum(row["attempts"] for row in rows) == 3
    assert {row["key"] for row in await usage(service, groupBy="DAY")} <= today
    rows = {row["key"]: row for row in await usage(service, groupBy="MODEL")}
    assert [rows["faulty/priced"][key] for key in ("costUsd", "wastedAttempts", "unpricedAttempts")] == [COST, 1, 0]
    assert [rows["faulty/free"][key] for key in ("costUsd", "wastedAttempts", "unpricedAttempts")] == [None, 0, 1]


async def test_usage_can_be_of_a_conversation_and_of_a_time(service: Service) -> None:
    """Calls of another conversation, or before the time, are left out."""
    task = await ask(service)
    await ask(service)
    (row,) = await usage(service, groupBy="CONVERSATION", conversationId=task["conversation"]["id"])
    assert (row["label"], row["attempts"], row["tasks"]) == (task["conversation"]["title"], 2, 1)
    assert await usage(service, groupBy="MODEL", until="2001-01-01") == []
    assert await usage(service, groupBy="MODEL", since="2999-01-01T00:00:00Z") == []


async def test_usage_is_the_callers_own(service: Service) -> None:
    """Another owner of the same service sees none of it, and no such conversation."""
    task = await ask(service)
    service.http.headers["authorization"] = service.http.headers.pop("x-bob")
    assert await usage(service, groupBy="PROVIDER") == []
    conversation = task["conversation"]["id"]
    error = await service.error(operation("Usage"), groupBy="MODEL", conversationId=conversation)
    assert error["code"] == "NOT_FOUND"


@pytest.mark.parametrize(
    ("variables", "code"),
    [
        ({"groupBy": "DAY", "since": "2026-02-01", "until": "2026-01-01"}, "INVALID_INPUT"),
        ({"groupBy": "DAY", "since": "yesterday"}, "INVALID_INPUT"),
        ({"groupBy": "COLOUR"}, "INVALID_REQUEST"),
    ],
)
async def test_usage_of_nothing_that_makes_sense_is_refused(service: Service, variables: Json, code: str) -> None:
    """With a code that says whose fault it is."""
    assert (await service.error(operation("Usage"), **variables))["code"] == code
