"""Every fault at a provider, on both protocols, through the whole executor: the table of docs/failures.md on the wire.

Each fault is met by four tasks at the same time: one that has no other model, one that has a fallback, one whose
second call would be answered, and a healthy one of the same server, which must not be disturbed.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from llmock.pytest_plugin import LLMock

from service.graph.database import Connection, Database
from service.services import Services
from service.tasks.creating import NewPrompt, NewTask, NewTaskConfig
from tests.support.books import Books, faults_of, read_books
from tests.support.fault_server import LONG_ANSWER, FaultServer, self_signed_context
from tests.support.provider_calls import both
from tests.support.services import cypher, finished, provider, running

TWICE = {"maxAttempts": 2, "totalSeconds": 600}
PATIENCE_SECONDS = 150.0
WINDOW = 8192
HELLO = "Hello wörld"
PRICES = {"input": 3, "output": 15}


@dataclass(frozen=True, slots=True)
class Fate:
    """What a fault makes of an attempt, and what is done then.

    `again`: the same model is asked once more. `next`: another model is asked. `kept` is how what was received
    begins. `wait` is how many seconds lie between two calls at the least. `first_token` is the task's timeout.
    """

    status: str
    code: str
    again: bool = False
    next: bool = True
    kept: str | None = None
    wait: float = 0.0
    first_token: float = 60.0


def unavailable(kept: str | None = None) -> Fate:
    """It may pass: the same model again, then the next."""
    return Fate("FAILED", "PROVIDER_UNAVAILABLE", again=True, kept=kept)


def limited(wait: float = 0.0) -> Fate:
    """Too many calls: the same model again, not sooner than it said."""
    return Fate("RATE_LIMITED", "RATE_LIMITED", again=True, wait=wait)


def silent(kept: str | None = None) -> Fate:
    """It took too long. The healthy calls have the same time, so it is not short."""
    return Fate("TIMED_OUT", "PROVIDER_TIMEOUT", again=True, kept=kept, first_token=2.5)


REFUSED = Fate("FAILED", "PROVIDER_REJECTED")
GIVEN_UP = Fate("FAILED", "PROVIDER_REJECTED", next=False)
TOO_LONG = Fate("FAILED", "CONTEXT_OVERFLOW")

FATES = {
    "status_400": GIVEN_UP,
    "status_401": REFUSED,
    "status_402": REFUSED,
    "status_403": REFUSED,
    "no_model": REFUSED,
    "status_408": unavailable(),
    "status_409": unavailable(),
    "status_413": TOO_LONG,
    "status_422": GIVEN_UP,
    "limit_after": limited(1.0),
    "limit_soon": limited(0.7),
    "limit_silent": limited(),
    "quota": REFUSED,
    "status_500": unavailable(),
    "status_502": unavailable(),
    "busy": unavailable(),
    "status_529": unavailable(),
    "refused": unavailable(),
    "reset_mid_body": unavailable("Hello "),
    "breaks_late": unavailable("".join(LONG_ANSWER)),
    "plain_http": unavailable(),
    "untrusted": REFUSED,
    "slow_first_token": silent(),
    "stall_mid_stream": silent("Hello "),
    "truncated": unavailable(HELLO),
    "malformed_json": unavailable("Hello "),
    "html": unavailable(),
    "empty_choices": unavailable(),
    "nothing": unavailable(),
    "content_filter": Fate("FAILED", "CONTENT_FILTERED", kept=HELLO),
    "overflow": TOO_LONG,
}
LATER_GOOD = [name for name in FATES if name not in ("refused", "plain_http", "untrusted")]
"""Faults after which the same address can answer well."""

SAID = {"content_filter": ("openai", "anthropic"), "reset_mid_body": ("anthropic",)}
SAID |= dict.fromkeys(("stall_mid_stream", "malformed_json"), ("anthropic",))
"""Faults before which the provider of that protocol says that it has read 7 tokens."""
COUNTED = {"content_filter"}
"""Faults before which it says that it has generated 2."""
UNKNOWN = {
    "slow_first_token": ("openai", "anthropic"),
    "nothing": ("openai", "anthropic"),
    "empty_choices": ("openai",),
}
"""Faults of which nobody knows what the provider did before. All others that leave nothing behind are refusals."""

HALF_REFUSED = "overflow,status_400,good"
"""Too long, then the first of two pieces is refused for once."""

ROLES = ("alone", "fallback", "passing")


@pytest.fixture(scope="module")
async def faults() -> AsyncIterator[FaultServer]:
    """A server that misbehaves on demand."""
    async with FaultServer() as server:
        yield server


@pytest.fixture(scope="module")
async def untrusted(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[FaultServer | None]:
    """A server whose certificate nobody vouches for; None where none can be made."""
    context = self_signed_context(tmp_path_factory.mktemp("tls"))
    if context is None:
        yield None
    else:
        async with FaultServer(context) as server:
            yield server


@pytest.fixture(scope="module")
async def services(
    connection: Connection,
    database: Database,
    faults: FaultServer,
    untrusted: FaultServer | None,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Services]:
    """A service with a provider for every fault, protocol and task, and one for each protocol that is well."""
    with socket.socket() as unheard:
        unheard.bind(("127.0.0.1", 0))
        odd = {
            "refused": f"http://127.0.0.1:{unheard.getsockname()[1]}",
            "plain_http": faults.url("good").replace("http:", "https:"),
            "untrusted": untrusted.url("good") if untrusted else "https://127.0.0.1:9",
        }
        said: dict[str, Any] = {"providers": {}, "api_keys": {}}
        for protocol in ("openai", "anthropic"):
            pairs = [(name, role) for name in FATES for role in ROLES]
            urls = {(name, role): odd.get(name) or faults.url(met(name, protocol, role)) for name, role in pairs}
            others = {"well": "good", "small_window": "small_window", "usage_missing": "usage_missing"}
            others |= {"half_refused": HALF_REFUSED}
            urls |= {(name, ""): faults.url(f"{fault}/{protocol}") for name, fault in others.items()}
            for (name, role), url in urls.items():
                window = WINDOW * 2 if name == "well" else WINDOW
                one = provider(
                    url, named(name, protocol, role), protocol=protocol, context_window=window, prices=PRICES
                )
                said["providers"] |= one["providers"]
                said["api_keys"] |= one["api_keys"]
        async with running(connection, tmp_path_factory.mktemp("matrix"), said) as services:
            yield services


def met(name: str, protocol: str, role: str) -> str:
    """What a task of that role meets at the fault server, one call after the other."""
    script = f"{name},good" if role == "passing" else name
    return f"{script}/{protocol}/{role}"


def named(name: str, protocol: str, role: str = "") -> str:
    """The name of the provider."""
    return "-".join(filter(None, (name, protocol, role)))


async def books_of(services: Services, database: Database, owner: str, new: NewPrompt | NewTask) -> Books:
    """The books of a task, after its end."""
    tasks = services.backend.tasks
    task_id = await (tasks.send_prompt(owner, new) if isinstance(new, NewPrompt) else tasks.create_task(owner, new))
    await finished(database, task_id, PATIENCE_SECONDS)
    return await read_books(database, task_id)


def prompt(fate: Fate, *models: str) -> NewPrompt:
    """A prompt for these models."""
    first, *more = (f"{model}/m" for model in models)
    timeouts = {"connect": 30.0, "firstToken": fate.first_token, "total": 120.0}
    config = NewTaskConfig(model=first, fallback_models=tuple(more), retries=TWICE, timeouts=timeouts)
    return NewPrompt("Hello.", config=config)


def said_of(books: Books) -> list[tuple[str, str | None]]:
    """Status and code of each attempt."""
    return [(attempt["status"], attempt["errorCode"]) for attempt in books.attempts]


def booked(attempt: dict[str, Any]) -> tuple[int | str | None, int | str | None, str]:
    """What is booked of an attempt: tokens in and out, the provider's to the token, and whether its cost is known."""
    sent, received, usd = attempt["inputTokens"], attempt["outputTokens"], attempt["costUsd"]
    if usd is None:
        assert (received, attempt["reservedTokens"]) == (None, None if sent is None else sent + 1024)
        return sent, received, "nothing" if sent is None else "unknown"
    assert usd == pytest.approx((sent * 3 + received * 15) / 1e6)
    return sent, received if received < ABOUT else "about all", "known"


ABOUT = 100
OURS = {"openai": {"Hello ": 3, HELLO: 3}, "anthropic": {"Hello ": 2, HELLO: 3}}
PROMPT = 2
"""Tokens of what comes, and of "Hello.", as we count them for these models: four bytes are one."""


def bill(name: str, protocol: str, fate: Fate) -> tuple[int | str | None, int | str | None, str]:
    """What the provider counted, where it said so, and else what we can know."""
    sent = 7 if protocol in SAID.get(name, ()) else PROMPT
    if fate.kept is not None:
        return sent, 2 if name in COUNTED else OURS[protocol].get(fate.kept, "about all"), "known"
    return (sent, None, "unknown") if protocol in UNKNOWN.get(name, ()) else (None, None, "nothing")


@both
@pytest.mark.parametrize("name", FATES)
async def test_fault_has_its_fate(
    services: Services,
    database: Database,
    faults: FaultServer,
    untrusted: FaultServer | None,
    owner: str,
    protocol: str,
    name: str,
) -> None:
    """Attempts, calls, what is kept, who is asked next, how subtask and task end; nobody else is disturbed."""
    if name == "untrusted" and untrusted is None:
        pytest.skip("needs the openssl command to make a certificate")
    fate, well = FATES[name], named("well", protocol)
    alone, fallback, passing, healthy = await asyncio.gather(
        *(
            books_of(services, database, owner, prompt(fate, *models))
            for models in (
                [named(name, protocol, "alone")],
                [named(name, protocol, "fallback"), well],
                [named(name, protocol, "passing")],
                [well],
            )
        )
    )
    assert [fault for books in (alone, fallback, passing, healthy) for fault in faults_of(books)] == []
    assert (said_of(healthy), healthy.answer) == ([("SUCCEEDED", None)], HELLO)

    failed = [(fate.status, fate.code)] * (2 if fate.again else 1)
    assert said_of(alone) == failed
    assert (alone.task["status"], alone.subtasks[0]["status"]) == ("FAILED", "FAILED")
    assert alone.subtasks[0]["errorCode"] == fate.code
    assert alone.task["error"] == alone.subtasks[0]["error"] == alone.attempts[-1]["error"]

    assert said_of(fallback) == failed + [("SUCCEEDED", None)] * fate.next
    assert fallback.task["status"] == ("SUCCEEDED" if fate.next else "FAILED")
    assert [attempt["model"] for attempt in fallback.attempts][len(failed) :] == [f"{well}/m"] * fate.next

    recovers = fate.again and name in LATER_GOOD
    assert passing.task["status"] == ("SUCCEEDED" if recovers else "FAILED")
    assert said_of(passing) == ([failed[0], ("SUCCEEDED", None)] if recovers else failed)

    for attempt in (*alone.attempts, *fallback.attempts[: len(failed)], passing.attempts[0]):
        responses = [(one["status"], one["content"]) for one in attempt["responses"]]
        assert [status for status, _ in responses] == ["PARTIAL"] * (fate.kept is not None)
        assert all(content.startswith(fate.kept or "") for _, content in responses)
        assert booked(attempt) == bill(name, protocol, fate)
    if name in LATER_GOOD:
        calls = [faults.times[met(name, protocol, role)] for role in ROLES]
        assert [len(times) for times in calls] == [len(failed), len(failed), len(passing.attempts)]
        assert all(later - earlier >= fate.wait for earlier, later in (times for times in calls if len(times) == 2))


@both
async def test_answer_without_usage_is_whole(services: Services, database: Database, owner: str, protocol: str) -> None:
    """One call, an answer, and usage that is marked as an estimate."""
    books = await books_of(services, database, owner, prompt(REFUSED, named("usage_missing", protocol)))
    (row,) = await cypher(
        database, "MATCH (:Subtask {id: $id})-[:ATTEMPTED]->(a) RETURN a {.*} AS a", id=books.subtasks[0]["id"]
    )
    attempt = row["a"]
    assert (books.task["status"], books.answer, faults_of(books)) == ("SUCCEEDED", HELLO, [])
    assert (attempt["status"], attempt["usageEstimated"]) == ("SUCCEEDED", True)
    assert min(attempt["inputTokens"], attempt["outputTokens"]) > 0


@both
@pytest.mark.parametrize("strategy", ["CHUNK", "FILE"])
@pytest.mark.parametrize("aggregation", ["CONCAT", "REDUCE"])
async def test_overflow_is_asked_again_in_smaller_pieces(
    services: Services,
    database: Database,
    faults: FaultServer,
    owner: str,
    protocol: str,
    strategy: str,
    aggregation: str,
) -> None:
    """A model whose window is smaller than we think answers about all of the text, each piece once."""
    words = [f"word{i}" for i in range(240)]
    model = named("small_window", protocol)
    config = NewTaskConfig(model=f"{model}/m", aggregation=aggregation, retries=TWICE, chunk_tokens=400)
    new = NewTask(instruction="Look.", strategy=strategy, items=(" ".join(words), "short"), config=config)
    before = faults.calls[f"small_window/{protocol}"]
    books = await books_of(services, database, owner, new)
    asked = [subtask for subtask in books.subtasks if subtask["status"] == "SUCCEEDED"]
    refused = [subtask for subtask in books.subtasks if subtask["status"] == "FAILED"]
    assert (books.task["status"], faults_of(books)) == ("SUCCEEDED", [])
    assert {subtask["errorCode"] for subtask in refused} == {"CONTEXT_OVERFLOW"}
    assert any(subtask["key"].count(">") > 1 for subtask in asked)
    assert [len(subtask["attempts"]) for subtask in books.subtasks] == [1] * len(books.subtasks)
    assert faults.calls[f"small_window/{protocol}"] - before == len(books.subtasks)
    answered = " ".join(subtask["prompt"] for subtask in asked if subtask["kind"] == "part")
    assert all(answered.count(word + " ") + answered.count(word + "\n") == 1 for word in words)
    assert "smaller pieces" in books.task["note"]


@both
async def test_retry_leaves_what_was_replaced(
    services: Services, database: Database, faults: FaultServer, owner: str, protocol: str
) -> None:
    """A retried task asks the piece that failed, not the part that was too long."""
    config = NewTaskConfig(model=f"{named('half_refused', protocol)}/m", max_parallel=1)
    new = NewTask(instruction="Look.", strategy="CHUNK", items=("some words of a text " * 40,), config=config)
    task_id = await services.backend.tasks.create_task(owner, new)
    assert await finished(database, task_id, PATIENCE_SECONDS) == "PARTIAL"
    await services.backend.tasks.retry_task(owner, task_id)
    assert await finished(database, task_id, PATIENCE_SECONDS) == "SUCCEEDED"
    books = await read_books(database, task_id)
    assert [(one["key"], len(one["attempts"])) for one in books.subtasks] == [
        ("part:0/1", 1),
        ("part:0/1>0/2", 2),
        ("part:0/1>1/2", 1),
    ]
    assert (books.answer, faults.calls[f"{HALF_REFUSED}/{protocol}"]) == (f"{HELLO}\n\n{HELLO}", 4)
    statement = "MATCH (s:Subtask)-[:REPLACES]->({id: $id}) RETURN s.key AS key ORDER BY key"
    rows = await cypher(database, statement, id=books.subtasks[0]["id"])
    assert [row["key"] for row in rows] == ["part:0/1>0/2", "part:0/1>1/2"]


# --- the same from a second, independent server -------------------------------------------------

MOCKED = {
    "401": REFUSED,
    "403": REFUSED,
    "404": REFUSED,
    "500": unavailable(),
    "502": unavailable(),
    "503": unavailable(),
    "529": unavailable(),
    "rate_limit": limited(0.5),
    "disconnect": unavailable(""),
    "truncate": unavailable(""),
    "corrupt": unavailable(""),
    "slow_first_token": silent(),
    "stall": silent(""),
    "context_overflow": TOO_LONG,
}


CHUNKS = 8
"""So many events into a stream there is text, on both protocols."""


def break_once(llmock: LLMock, fault: str) -> None:
    """Let the next call meet the fault; those after it are answered."""
    match fault:
        case "rate_limit":
            llmock.rate_limit(retry_after=0.5)
        case "disconnect" | "truncate" | "corrupt":
            getattr(llmock, fault)(after_chunks=CHUNKS)
        case "stall":
            llmock.stall(after_chunks=CHUNKS, seconds=20.0)
        case "slow_first_token":
            llmock.slow_first_token(20.0)
        case "context_overflow":
            llmock.context_overflow()
        case _:
            llmock.fail(int(fault))


@both
@pytest.mark.parametrize("fault", MOCKED)
async def test_llmock_fault_has_its_fate(
    connection: Connection,
    database: Database,
    llmock: LLMock,
    owner: str,
    tmp_path: Path,
    protocol: str,
    fault: str,
) -> None:
    """One bad call: the same model is asked again where that may help, else the other one; two calls in all."""
    fate = MOCKED[fault]
    url = llmock.base_url(protocol)
    windows = {"one": WINDOW, "two": WINDOW * 2}
    first, second = (provider(url, name, protocol=protocol, context_window=size) for name, size in windows.items())
    said = {key: first[key] | second[key] for key in ("providers", "api_keys", "defaults")}
    break_once(llmock, fault)
    llmock.reply(" ".join(f"word{i}" for i in range(40)), times=None)
    async with running(connection, tmp_path, said) as services:
        books = await books_of(services, database, owner, prompt(fate, "one", "two"))
    assert said_of(books) == [(fate.status, fate.code), ("SUCCEEDED", None)]
    assert [attempt["model"] for attempt in books.attempts] == ["one/m", "one/m" if fate.again else "two/m"]
    kept = [response["status"] for attempt in books.attempts for response in attempt["responses"]]
    assert kept == (["PARTIAL", "COMPLETE"] if fate.kept is not None else ["COMPLETE"])
    assert (books.task["status"], faults_of(books), len(llmock.requests)) == ("SUCCEEDED", [], 2)
