"""What was spent is never booked as nothing: what is booked, and shown as unknown, is what the provider counted."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from service.conversations.usage import UsageDimension, UsageFilter
from service.graph.database import Connection, Database
from service.services import Services
from service.tasks.creating import NewPrompt, NewTask, NewTaskConfig
from tests.support.books import Books, faults_of, read_books
from tests.support.fault_server import CACHED, READ, THOUGHTS, FaultServer
from tests.support.provider_calls import both
from tests.support.services import MODEL, cypher, files, finished, provider, run_task, running

PRICES = {"input": 3, "output": 15, "cached": 0.3, "cache_write": 3.75}
ONCE = {"maxAttempts": 1, "totalSeconds": 600}
THOUGHT = len("".join(THOUGHTS).encode()) // 4
"""Tokens of all thoughts, as a model of the tests counts: four bytes are one."""

Attempt = dict[str, Any]


@pytest.fixture(scope="module")
async def faults() -> AsyncIterator[FaultServer]:
    """A server that misbehaves on demand."""
    async with FaultServer() as server:
        yield server


NAMES = (
    *("good", "status_400", "status_500", "gateway_gave_up", "refused", "slow_first_token", "pings", "nothing"),
    *("thinks_without_usage", "thinks_and_breaks", "thinks_and_stalls", "has_read_and_breaks", "has_read_and_stalls"),
    *("counts_along_and_breaks", "cached_beside", "reset_mid_body", "limit_mid_stream", "html", "usage_missing"),
)


@pytest.fixture(scope="module")
async def services(
    connection: Connection, database: Database, faults: FaultServer, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Services]:
    """A service with a priced model for each fault and protocol."""
    said: dict[str, Any] = {"providers": {}, "api_keys": {}}
    for protocol in ("openai", "anthropic"):
        for name in NAMES:
            url = "http://127.0.0.1:9" if name == "refused" else faults.url(f"{name}/{protocol}")
            one = provider(url, f"{name}-{protocol}", protocol=protocol, prices=PRICES, context_window=32768)
            said["providers"] |= one["providers"]
            said["api_keys"] |= one["api_keys"]
    async with running(connection, tmp_path_factory.mktemp("money"), said) as services:
        yield services


async def asked(services: Services, database: Database, owner: str, name: str, **config: Any) -> Books:
    """One prompt for the model of that name, and the books of its task."""
    config = {"retries": ONCE, "timeouts": {"connect": 30.0, "firstToken": 2.0, "total": 60.0}} | config
    new = NewPrompt("Prove it.", config=NewTaskConfig(model=f"{name}/m", **config))
    task_id = await services.backend.tasks.send_prompt(owner, new)
    await finished(database, task_id)
    books = await read_books(database, task_id)
    assert faults_of(books) == []
    return books


async def attempt_of(services: Services, database: Database, owner: str, name: str, **config: Any) -> Attempt:
    """The one attempt of a prompt."""
    (attempt,) = (await asked(services, database, owner, name, **config)).attempts
    return attempt


def usage_of(attempt: Attempt) -> tuple[int | None, int | None, bool]:
    """Tokens in and out, and whether we counted."""
    return attempt["inputTokens"], attempt["outputTokens"], bool(attempt["usageEstimated"])


def cost(sent: int, received: int, cached: int = 0) -> float:
    """USD by the price list."""
    return pytest.approx(((sent - cached) * 3 + cached * 0.3 + received * 15) / 1e6)


@both
@pytest.mark.parametrize("name", ["status_400", "status_500", "refused", "limit_mid_stream", "html"])
async def test_a_refused_call_costs_nothing(
    services: Services, database: Database, owner: str, protocol: str, name: str
) -> None:
    """No tokens, no cost, nothing unknown."""
    attempt = await attempt_of(services, database, owner, f"{name}-{protocol}")
    assert (*usage_of(attempt), attempt["costUsd"], attempt["reservedTokens"]) == (None, None, False, None, None)
    (row,) = await services.backend.usage.read_usage(owner, UsageDimension.MODEL, UsageFilter())
    assert (row["attempts"], row["unpriced"], row["costUsd"]) == (1, 0, 0)


@both
@pytest.mark.parametrize("name", ["slow_first_token", "pings", "nothing", "gateway_gave_up"])
async def test_a_call_that_was_cut_while_silent_is_of_unknown_cost(
    services: Services, database: Database, owner: str, protocol: str, name: str
) -> None:
    """What was sent is estimated; what was generated, nobody knows, so the cost is unknown and not nothing."""
    attempt = await attempt_of(services, database, owner, f"{name}-{protocol}")
    assert (*usage_of(attempt), attempt["costUsd"]) == (3, None, True, None)
    assert attempt["reservedTokens"] == 3 + 1024
    (row,) = await services.backend.usage.read_usage(owner, UsageDimension.OUTCOME, UsageFilter())
    assert [row[key] for key in ("attempts", "unpriced", "priced", "estimated", "wastedUnpriced")] == [1, 1, 0, 1, 1]


@both
async def test_reasoning_without_usage_is_estimated(
    services: Services, database: Database, owner: str, protocol: str
) -> None:
    """It was streamed, so it is paid for."""
    attempt = await attempt_of(services, database, owner, f"thinks_without_usage-{protocol}")
    sent, received, estimated = usage_of(attempt)
    assert (attempt["status"], sent, estimated) == ("SUCCEEDED", 3, True)
    assert THOUGHT <= received <= THOUGHT + 10
    assert attempt["costUsd"] == cost(3, received)


@both
@pytest.mark.parametrize("name", ["thinks_and_breaks", "thinks_and_stalls"])
async def test_reasoning_that_broke_off_is_estimated(
    services: Services, database: Database, owner: str, protocol: str, name: str
) -> None:
    """Though there is no answer."""
    attempt = await attempt_of(services, database, owner, f"{name}-{protocol}")
    assert attempt["status"] in ("FAILED", "TIMED_OUT")
    assert usage_of(attempt) == (3, pytest.approx(THOUGHT, abs=10), True)
    assert attempt["costUsd"] == cost(3, attempt["outputTokens"])


@both
async def test_reasoning_of_a_cancelled_task_is_estimated(
    services: Services, database: Database, faults: FaultServer, owner: str, protocol: str
) -> None:
    """The caller gave up; the provider had generated all of it."""
    name = f"thinks_and_stalls-{protocol}"
    new = NewPrompt("Prove it.", config=NewTaskConfig(model=f"{name}/m"))
    before = faults.calls[f"thinks_and_stalls/{protocol}"]
    task_id = await services.backend.tasks.send_prompt(owner, new)
    while faults.calls[f"thinks_and_stalls/{protocol}"] == before:
        await asyncio.sleep(0.05)
    await asyncio.sleep(1.0)
    await services.backend.tasks.cancel_task(owner, task_id)
    while (attempt := (await read_books(database, task_id)).attempts[0])["latencyMs"] is None:
        await asyncio.sleep(0.05)
    assert attempt["status"] == "CANCELLED"
    assert usage_of(attempt) == (3, pytest.approx(THOUGHT, abs=10), True)


@both
@pytest.mark.parametrize("name", ["has_read_and_breaks", "has_read_and_stalls"])
async def test_what_the_provider_said_before_the_break_is_kept(
    services: Services, database: Database, owner: str, protocol: str, name: str
) -> None:
    """Its own number of the prompt, to the token; our estimate is of what it generated alone."""
    attempt = await attempt_of(services, database, owner, f"{name}-{protocol}")
    assert usage_of(attempt) == (READ, 3, True)
    assert attempt["costUsd"] == cost(READ, 3)


@both
async def test_what_the_provider_counted_to_the_break_is_no_estimate(
    services: Services, database: Database, owner: str, protocol: str
) -> None:
    """All that was generated was counted by the provider."""
    attempt = await attempt_of(services, database, owner, f"counts_along_and_breaks-{protocol}")
    assert (attempt["status"], *usage_of(attempt)) == ("FAILED", 7, 2, False)


@both
async def test_a_broken_answer_is_booked(services: Services, database: Database, owner: str, protocol: str) -> None:
    """With the provider's number of the prompt, where it has said it."""
    attempt = await attempt_of(services, database, owner, f"reset_mid_body-{protocol}")
    assert usage_of(attempt) == (7 if protocol == "anthropic" else 3, pytest.approx(3, abs=1), True)


@both
async def test_cached_tokens_beside_the_prompt_are_input(
    services: Services, database: Database, owner: str, protocol: str
) -> None:
    """Not output, at fifty times the price."""
    attempt = await attempt_of(services, database, owner, f"cached_beside-{protocol}")
    assert (*usage_of(attempt), attempt["cachedTokens"]) == (12 + CACHED, 30, False, CACHED)
    assert attempt["costUsd"] == cost(12 + CACHED, 30, CACHED) == pytest.approx(0.006486)


# --- budgets ------------------------------------------------------------------------------------

TRIED = {"maxAttempts": 4, "totalSeconds": 600}


async def test_a_budget_counts_reasoning_that_broke_off(services: Services, database: Database, owner: str) -> None:
    """The second call is not made."""
    books = await asked(services, database, owner, "thinks_and_breaks-openai", retries=TRIED, budget={"tokens": 10_000})
    assert (books.task["status"], books.task["errorCode"], len(books.attempts)) == ("PARTIAL", "BUDGET_EXCEEDED", 1)
    used = sum(usage_of(books.attempts[0])[:2])
    assert books.task["error"].startswith(f"The task has used {used} of its 10000 tokens.")


async def test_a_budget_counts_what_was_read_before_the_break(
    services: Services, database: Database, owner: str
) -> None:
    """At 0.54 USD a call, one USD allows two."""
    books = await asked(
        services, database, owner, "has_read_and_breaks-anthropic", retries=TRIED, budget={"costUsd": 1.0}
    )
    assert (books.task["status"], books.task["errorCode"], len(books.attempts)) == ("PARTIAL", "BUDGET_EXCEEDED", 2)


async def test_a_budget_counts_what_a_silent_call_may_have_used(
    services: Services, database: Database, owner: str
) -> None:
    """1027 tokens of 1500; the second call may answer with what is left, and the third is not made."""
    books = await asked(services, database, owner, "pings-openai", retries=TRIED, budget={"tokens": 1500})
    assert [attempt["reservedTokens"] for attempt in books.attempts] == [1027, 473]
    said = "The task has used 0 of its 1500 tokens, and perhaps 1500 more in calls whose cost is not known."
    assert (books.task["errorCode"], books.task["error"][: len(said)]) == ("BUDGET_EXCEEDED", said)


async def test_calls_at_once_do_not_pass_a_budget_together(
    services: Services, database: Database, faults: FaultServer, owner: str
) -> None:
    """Sixteen subtasks, and money for a part of one: one call."""
    before = faults.calls["good/openai"]
    config = NewTaskConfig(model="good-openai/m", max_parallel=16, budget={"costUsd": 0.000001})
    new = NewTask(instruction="Look.", strategy="FILE", files=files(16), config=config)
    books = await read_books(database, await run_task(services, database, owner, new))
    assert (books.task["errorCode"], faults.calls["good/openai"] - before) == ("BUDGET_EXCEEDED", 1)
    assert (books.outcomes(), faults_of(books)) == ({"SUCCEEDED": 1}, [])


async def test_a_budget_that_suffices_ends_no_task(services: Services, database: Database, owner: str) -> None:
    """Each call may use a thousand tokens, and uses nine: all are made, though ten thousand are not there."""
    config = NewTaskConfig(model="good-openai/m", max_parallel=16, budget={"tokens": 1200})
    new = NewTask(instruction="Look.", strategy="FILE", files=files(16), config=config)
    books = await read_books(database, await run_task(services, database, owner, new))
    assert (books.task["status"], books.outcomes(), faults_of(books)) == ("SUCCEEDED", {"SUCCEEDED": 16}, [])


# --- limits over a restart ----------------------------------------------------------------------

INTERRUPT = """MATCH (a:Attempt {ownerId: $owner}) WITH a ORDER BY a.startedAt LIMIT 1
SET a.status = 'RUNNING', a.reservedTokens = 500 REMOVE a.latencyMs, a.inputTokens, a.outputTokens, a.finishedAt"""


async def test_calls_of_the_last_minute_count_after_a_restart(
    connection: Connection, database: Database, owner: str, tmp_path: Path
) -> None:
    """Also those that were in flight when the service was killed; and those of other models do not."""
    name = f"limited-{owner}"
    said = {
        "providers": {name: {"protocol": "echo", "rate_limits": {"requests_per_minute": 9}, "models": {"m": MODEL}}}
    }
    async with running(connection, tmp_path, said) as services:
        config = NewTaskConfig(model=f"{name}/m")
        new = NewTask(instruction="Look.", strategy="FILE", files=files(6), config=config)
        await run_task(services, database, owner, new)
        before = services.models.gate(services.models.find(f"{name}/m")).use()[1]
    await cypher(database, INTERRUPT, writes=True, owner=owner)
    async with running(connection, tmp_path, said) as services:
        after = services.models.gate(services.models.find(f"{name}/m")).use()[1]
        kept = [await services.backend.tasks.send_prompt(owner, NewPrompt("x", config=config)) for _ in range(5)]
        await asyncio.gather(*(finished(database, task_id) for task_id in kept[:3]))
        await asyncio.sleep(0.5)
        assert not (await read_books(database, kept[4])).attempts
        for task_id in kept[3:]:
            await services.backend.tasks.cancel_task(owner, task_id)
    assert (before.requests, after.requests) == (6, 6)
    assert after.tokens == before.tokens - before.tokens // 6 + 500
