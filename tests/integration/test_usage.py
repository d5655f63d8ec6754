"""Metrics and usage on the real server: known attempts, sums to the digit, and nobody else's."""

from __future__ import annotations

import random
from typing import Any

import pytest

from service.conversations.catalog import Conversations
from service.conversations.usage import Usage, UsageDimension, UsageFilter
from service.errors import InvalidInput, LimitExceeded, NotFound
from service.graph.database import Database
from service.graph.reader import Reader
from service.graph.store import Store
from service.graph.writer import Writer
from service.records import AttemptStatus, new_id
from service.signals import Signals
from tests.support.ledger import DAY_MS, MONDAY_MS, Made, MadeSubtask, MadeTask, measured, write_ledger

ADDED = (
    "attempts",
    "inputTokens",
    "outputTokens",
    "cachedTokens",
    "costUsd",
    "priced",
    "unpriced",
    "estimated",
    "wastedAttempts",
    "wastedTokens",
    "wastedCostUsd",
    "wastedPriced",
    "wastedUnpriced",
)
ANY = UsageFilter()


def known_task(owner: str, **more: Any) -> MadeTask:
    """Four subtasks: one done at once, one after two failures, one without a price, one cancelled with its answer."""
    done = Made(measures=measured(5, 100, 1000, 50, 0.5, timeToFirstTokenMs=10, cachedTokens=400))
    refused = Made("RATE_LIMITED", measures=measured(10, 20, 0, 0, None) | {"inputTokens": None, "outputTokens": None})
    broken = Made("FAILED", measures=measured(500, 300, 2000, 7, 0.25, timeToFirstTokenMs=30, usageEstimated=True))
    again = Made(measures=measured(900, 200, 2000, 60, 0.75, timeToFirstTokenMs=20, cachedTokens=0), model="acme/two")
    unpriced = Made(measures=measured(0, 400, 10, 20, None, timeToFirstTokenMs=40), model="home/free", at=MONDAY_MS + 1)
    unused = Made(measures=measured(1, 600, 3, 4, 0.125), at=MONDAY_MS + DAY_MS)
    running = Made("RUNNING", at=MONDAY_MS + DAY_MS)
    subtasks = (
        MadeSubtask((done,)),
        MadeSubtask((refused, broken, again)),
        MadeSubtask((unpriced,)),
        MadeSubtask((unused,), "CANCELLED"),
        MadeSubtask((running,), "RUNNING"),
    )
    return MadeTask(owner, subtasks, **more)


def use_case(database: Database, most_rows: int = 100) -> Usage:
    """The use case over the worker's graph."""
    reader = Reader(database)
    return Usage(reader, Conversations(reader, Store(database, Writer(database), Signals())), most_rows=most_rows)


@pytest.fixture
def usage(database: Database) -> Usage:
    """The use case."""
    return use_case(database)


async def read(usage: Usage, owner: str, dimension: UsageDimension, which: UsageFilter = ANY) -> dict[str, Any]:
    """The rows of a dimension by key."""
    return {row["key"]: row for row in await usage.read_usage(owner, dimension, which)}


async def test_metrics_of_a_task_are_the_sums_of_its_attempts(database: Database, owner: str) -> None:
    """Counts, tokens and USD of all attempts, and of those whose answer was not used."""
    task = known_task(owner)
    await write_ledger(database, task)
    metrics = (await Reader(database).read_metrics(owner, [task.id]))[task.id]
    assert metrics.pop("wasted") == {
        "attempts": 3,
        "inputTokens": 2003,
        "outputTokens": 11,
        "costUsd": 0.375,
        "priced": 2,
        "unpriced": 0,
    }
    assert metrics == {
        "attempts": 7,
        "succeeded": 4,
        "failed": 2,
        "queueMs": [1416, 5, 900, 900],
        "timeToFirstTokenMs": [100, 20, 40, 40],
        "latencyMs": [1620, 200, 600, 600],
        "inputTokens": 5013,
        "outputTokens": 141,
        "cachedTokens": 400,
        "costUsd": 1.625,
        "priced": 4,
        "unpriced": 1,
        "open": 1,
        "estimated": 1,
    }


async def test_metrics_of_tasks_and_subtasks_come_together(database: Database, owner: str) -> None:
    """One statement for both; what has no attempt is left out."""
    task, idle = known_task(owner), MadeTask(owner, ())
    await write_ledger(database, task, idle)
    second = task.subtasks[1].id
    found = await Reader(database).read_metrics(owner, [task.id, second, idle.id])
    assert set(found) == {task.id, second}
    assert [found[second][key] for key in ("attempts", "succeeded", "failed", "costUsd")] == [3, 1, 2, 1.0]


async def test_metrics_of_a_large_task_are_whole(database: Database, owner: str) -> None:
    """Percentiles are taken of all attempts: the nearest rank."""
    latencies = list(range(1, 1001))
    random.Random(7).shuffle(latencies)
    subtasks = tuple(MadeSubtask((Made(measures=measured(0, latency, 1, 1, 0.5)),)) for latency in latencies)
    task = MadeTask(owner, subtasks)
    await write_ledger(database, task)
    metrics = (await Reader(database).read_metrics(owner, [task.id]))[task.id]
    assert metrics["latencyMs"] == [500500, 500, 950, 1000]
    assert metrics["costUsd"] == 500.0


async def test_anothers_metrics_are_not_there(database: Database, owner: str) -> None:
    """Neither by the task's id nor by a subtask's."""
    task = known_task(f"another-{owner}")
    await write_ledger(database, task)
    assert await Reader(database).read_metrics(owner, [task.id, task.subtasks[0].id]) == {}


async def test_usage_by_model_adds_up_to_the_digit(database: Database, owner: str, usage: Usage) -> None:
    """Two tasks; the dearest model first."""
    await write_ledger(database, known_task(owner), known_task(owner))
    rows = await usage.read_usage(owner, UsageDimension.MODEL, ANY)
    assert [row["key"] for row in rows] == ["acme/one", "acme/two", "home/free"]
    assert rows[0] == {
        "key": "acme/one",
        "label": "acme/one",
        "tasks": 2,
        "attempts": 10,
        "averageLatencyMs": 255.0,
        "inputTokens": 6006,
        "outputTokens": 122,
        "cachedTokens": 800,
        "costUsd": 1.75,
        "priced": 6,
        "unpriced": 0,
        "open": 2,
        "estimated": 2,
        "wastedAttempts": 6,
        "wastedTokens": 4028,
        "wastedCostUsd": 0.75,
        "wastedPriced": 4,
        "wastedUnpriced": 0,
    }
    assert [rows[2][key] for key in ("attempts", "costUsd", "priced", "unpriced", "wastedAttempts")] == [2, 0, 0, 2, 0]


@pytest.mark.parametrize(
    ("dimension", "attempts"),
    [
        (UsageDimension.PROVIDER, {"acme": 7, "home": 2}),
        (UsageDimension.STRATEGY, {"FILE": 7, "CHUNK": 2}),
        (UsageDimension.TASK_TYPE, {"prompt": 7, "extract": 2}),
        (UsageDimension.DAY, {"2026-03-02": 7, "2026-03-03": 2}),
        (UsageDimension.PURPOSE, {"PART": 9}),
        (UsageDimension.OUTCOME, {"SUCCEEDED": 5, "FAILED": 1, "RATE_LIMITED": 1, "CANCELLED": 1, "RUNNING": 1}),
    ],
)
async def test_usage_counts_each_attempt_under_its_key(
    database: Database, owner: str, usage: Usage, dimension: UsageDimension, attempts: dict[str, int]
) -> None:
    """Whatever the dimension."""
    late = Made("CANCELLED", "home/free", MONDAY_MS + DAY_MS - 1)
    other = MadeTask(owner, (MadeSubtask((late, Made())),), type="extract", strategy="CHUNK")
    await write_ledger(database, known_task(owner), other)
    rows = await read(usage, owner, dimension)
    assert {key: row["attempts"] for key, row in rows.items()} == attempts


async def test_usage_by_conversation_names_them(database: Database, owner: str, usage: Usage) -> None:
    """The key is the id, the label the title; a conversation's tasks are counted together."""
    first, second = new_id(), new_id()
    tasks = [known_task(owner, conversation_id=id) for id in (first, first, second)]
    await write_ledger(database, *tasks)
    rows = await read(usage, owner, UsageDimension.CONVERSATION)
    assert {key: (row["label"], row["tasks"], row["costUsd"]) for key, row in rows.items()} == {
        first: (f"About {first}", 2, 3.25),
        second: (f"About {second}", 1, 1.625),
    }


async def test_usage_of_a_time_begins_with_it_and_ends_before_its_end(
    database: Database, owner: str, usage: Usage
) -> None:
    """`since` is inclusive, `until` exclusive, to the millisecond; so is it inside a conversation."""
    task = MadeTask(owner, tuple(MadeSubtask((Made(at=MONDAY_MS + at),)) for at in (-1, 0, 1, 999, 1000)))
    await write_ledger(database, task)
    for conversation in (None, task.conversation_id):
        which = UsageFilter(conversation, MONDAY_MS, MONDAY_MS + 1000)
        rows = await read(usage, owner, UsageDimension.PROVIDER, which)
        assert rows["acme"]["attempts"] == 3
    assert await read(usage, owner, UsageDimension.PROVIDER, UsageFilter(since=MONDAY_MS, until=MONDAY_MS)) == {}


async def test_usage_of_a_conversation_is_of_it_alone(database: Database, owner: str, usage: Usage) -> None:
    """Other conversations of the same owner are not counted."""
    task = known_task(owner)
    await write_ledger(database, task, known_task(owner))
    rows = await read(usage, owner, UsageDimension.STRATEGY, UsageFilter(task.conversation_id))
    assert rows["FILE"]["attempts"] == 7


async def test_anothers_attempts_are_not_counted(database: Database, owner: str, usage: Usage) -> None:
    """Two owners share models; each sees their own calls only, and no conversation of the other's."""
    another = known_task(f"another-{owner}")
    await write_ledger(database, another)
    for dimension in UsageDimension:
        assert await read(usage, owner, dimension) == {}
    with pytest.raises(NotFound):
        await read(usage, owner, UsageDimension.MODEL, UsageFilter(another.conversation_id))
    assert (
        await Reader(database).read_usage(
            owner, groupBy="MODEL", conversationId=another.conversation_id, since=0, until=2**42, limit=9
        )
        == []
    )


async def test_a_time_that_ends_before_it_begins_is_refused(owner: str, usage: Usage) -> None:
    """The caller mixed them up."""
    with pytest.raises(InvalidInput, match="before it begins"):
        await usage.read_usage(owner, UsageDimension.DAY, UsageFilter(since=2, until=1))


async def test_too_many_rows_are_refused(database: Database, owner: str) -> None:
    """Rather than cut, since sums over them would be wrong."""
    await write_ledger(database, known_task(owner))
    assert len(await use_case(database, 3).read_usage(owner, UsageDimension.MODEL, ANY)) == 3
    with pytest.raises(LimitExceeded):
        await use_case(database, 2).read_usage(owner, UsageDimension.MODEL, ANY)


def random_task(owner: str, conversations: list[str], dice: random.Random) -> MadeTask:
    """A task of any make, with costs that are sums of binary fractions: they add up in any order."""

    def attempt() -> Made:
        usd = dice.choice([None, dice.randint(0, 1000) / 1024])
        known = measured(dice.randint(0, 9), dice.randint(1, 999), dice.randint(0, 99), dice.randint(0, 99), usd)
        more = {"cachedTokens": dice.choice([None, 3]), "usageEstimated": dice.choice([None, True])}
        at = MONDAY_MS + dice.randint(0, 5 * DAY_MS)
        status, model = dice.choice(list(AttemptStatus)).value, dice.choice(["acme/one", "acme/two", "home/free"])
        return Made(status, model, at, dice.choice([known | more, {}]))

    def subtask() -> MadeSubtask:
        made = tuple(attempt() for _ in range(dice.randint(0, 3)))
        return MadeSubtask(made, dice.choice(["SUCCEEDED", "FAILED", "CANCELLED", "RUNNING"]))

    return MadeTask(
        owner,
        tuple(subtask() for _ in range(dice.randint(0, 5))),
        dice.choice(conversations),
        dice.choice(["prompt", "extract"]),
        dice.choice(["NONE", "FILE", "CHUNK"]),
    )


@pytest.mark.parametrize("number", range(4))
async def test_the_sum_over_any_dimension_is_the_total(
    database: Database, owner: str, usage: Usage, number: int
) -> None:
    """No attempt is lost or counted twice, whatever it is grouped by; the tasks' own metrics say the same."""
    dice = random.Random(number)
    conversations = [new_id() for _ in range(3)]
    tasks = [random_task(owner, conversations, dice) for _ in range(30)]
    await write_ledger(database, *tasks)
    metrics = list((await Reader(database).read_metrics(owner, [task.id for task in tasks])).values())
    flat = [
        one
        | {f"wasted{key[0].upper()}{key[1:]}": value for key, value in one["wasted"].items()}
        | {"wastedTokens": one["wasted"]["inputTokens"] + one["wasted"]["outputTokens"]}
        for one in metrics
    ]
    expected = {name: sum(one[name] for one in flat) for name in ADDED}
    assert expected["attempts"] == sum(len(subtask.attempts) for task in tasks for subtask in task.subtasks)
    for dimension in UsageDimension:
        rows = await usage.read_usage(owner, dimension, ANY)
        assert {name: sum(row[name] for row in rows) for name in ADDED} == expected, dimension
