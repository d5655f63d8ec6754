"""What `create_task` refuses before anything is written, and what it makes of the same request twice."""

from __future__ import annotations

import asyncio
import codecs
import math
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from service.errors import Conflict, InvalidInput, NotFound
from service.graph.database import Connection, Database
from service.records import TaskStatus, new_id
from service.services import Services
from service.tasks.creating import NewFile, NewPrompt, NewTask, NewTaskConfig
from service.tasks.kept_plans import NewStrategy
from tests.support.services import cypher, file_task, files, run_task, running, status_of

NODES_OF = """
RETURN COUNT { MATCH (c:Conversation {ownerId: $owner}) } AS conversations,
  COUNT { MATCH (t:Task {ownerId: $owner}) } AS tasks,
  COUNT { MATCH (s:Source {ownerId: $owner}) } AS sources,
  COUNT { MATCH (m:Message {title: $owner}) } AS messages
"""
NOTHING = {"conversations": 0, "tasks": 0, "sources": 0, "messages": 0}


@pytest.fixture(scope="module")
async def services(
    connection: Connection, database: Database, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Services]:
    """A service over the echo model, with a small model `tiny/m`."""
    model = {"family": "tiny", "context_window": 600, "max_output_tokens": 100, "tokenizer": "bytes"}
    free = {"protocol": "openai", "base_url": "http://127.0.0.1:9", "models": {"m": model}}
    settings = {"providers": {"tiny": {"protocol": "echo", "models": {"m": model}}, "free": free}}
    async with running(connection, tmp_path_factory.mktemp("service"), settings) as services:
        yield services


def one_file(content: bytes | str, name: str = "a.txt") -> NewTask:
    """A FILE task about one file."""
    return NewTask(instruction="Look.", strategy="FILE", files=(NewFile(name, content),))


def configured(**config: Any) -> NewTask:
    """A task with these settings."""
    return NewTask(instruction="Look.", strategy="CHUNK", text="text", config=NewTaskConfig(**config))


def asked(**more: Any) -> NewTask:
    """A task of one prompt."""
    return NewTask(**{"instruction": "Look."} | more)


INVALID: dict[str, tuple[NewTask, str]] = {
    "no instruction": (NewTask(), "input.instruction"),
    "empty instruction": (asked(instruction=""), "input.instruction"),
    "blank instruction": (asked(instruction=" \n\t"), "input.instruction"),
    "half a surrogate pair": (asked(instruction="a\ud800b"), "input.instruction"),
    "nul in the instruction": (asked(instruction="a\x00b"), "input.instruction"),
    "half a surrogate pair in the title": (asked(title="a\ud800b"), "input.title"),
    "blank title": (asked(title="  "), "input.title"),
    "empty file": (one_file(b""), "input.input.files[0]"),
    "white space file": (one_file(b" \n\t "), "input.input.files[0]"),
    "bom and nothing else": (one_file(codecs.BOM_UTF8), "input.input.files[0]"),
    "png": (one_file(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"), "input.input.files[0]"),
    "nul": (one_file(b"text\x00text"), "input.input.files[0]"),
    "invalid utf-8": (one_file(b"caf\xe9"), "input.input.files[0]"),
    "half a surrogate pair in a file": (one_file("a\udfffb"), "input.input.files[0]"),
    "file without a name": (one_file("text", " "), "input.input.files[0].name"),
    "nul in a file's name": (one_file("text", "a\x00b"), "input.input.files[0].name"),
    "very long file name": (one_file("text", "a" * 5000), "input.input.files[0].name"),
    "half a surrogate pair in a media type": (
        NewTask(instruction="x", strategy="FILE", files=(NewFile("a", "text", "text/\ud800"),)),
        "input.input.files[0].mediaType",
    ),
    "no files": (asked(strategy="FILE", files=()), "input.input.files"),
    "no files at all": (asked(strategy="FILE"), "input.input"),
    "empty list": (asked(strategy="FILE", items=()), "input.input.list"),
    "empty item": (asked(strategy="FILE", items=("a", "")), "input.input.list[1]"),
    "empty text": (asked(strategy="CHUNK", text=""), "input.input.text"),
    "text and list": (asked(strategy="CHUNK", text="a", items=("b",)), "input.input.list"),
    "unknown type": (asked(type="nonsense"), "input.type"),
    "unknown strategy": (asked(strategy="NONSENSE"), "input.strategy.named"),
    "empty strategy": (asked(strategy=""), "input.strategy.named"),
    "unknown model": (configured(model="openai/nonsense"), "input.config.model"),
    "unknown fallback model": (configured(fallback_models=("nonsense/m",)), "input.config.fallbackModels[0]"),
    "unknown role": (configured(role="nonsense"), "input.config.role"),
    "unknown aggregation": (configured(aggregation="NONSENSE"), "input.config.aggregation"),
    "unknown onFailure": (configured(on_failure="NONSENSE"), "input.config.onFailure"),
    "nothing at once": (configured(max_parallel=0), "input.config.maxParallel"),
    "less than nothing at once": (configured(max_parallel=-1), "input.config.maxParallel"),
    "too much at once": (configured(max_parallel=5000), "input.config.maxParallel"),
    "chunks of nothing": (configured(chunk_tokens=0), "input.config.chunkTokens"),
    "overlap as large as the chunk": (configured(chunk_tokens=10, chunk_overlap=10), "input.config.chunkOverlap"),
    "overlap of less than nothing": (configured(chunk_overlap=-1), "input.config.chunkOverlap"),
    "too hot": (configured(temperature=3.0), "input.config.temperature"),
    "no temperature": (configured(temperature=math.nan), "input.config.temperature"),
    "no answer": (configured(max_output_tokens=0), "input.config.maxOutputTokens"),
    "too long an answer": (configured(max_output_tokens=2**40), "input.config.maxOutputTokens"),
    "more than 64 bits": (configured(chunk_tokens=2**70), "input.config.chunkTokens"),
    "no time": (configured(timeouts={"total": 0}), "input.config.timeouts.total"),
    "time that is no number": (configured(timeouts={"connect": math.nan}), "input.config.timeouts.connect"),
    "time without end": (configured(timeouts={"firstToken": math.inf}), "input.config.timeouts.firstToken"),
    "unknown timeout": (configured(timeouts={"nonsense": 1}), "input.config.timeouts.nonsense"),
    "no attempts": (configured(retries={"maxAttempts": 0}), "input.config.retries.maxAttempts"),
    "half an attempt": (configured(retries={"maxAttempts": 1.5}), "input.config.retries.maxAttempts"),
    "retries that are no number": (configured(retries={"totalSeconds": math.nan}), "input.config.retries.totalSeconds"),
    "budget in an unknown price": (configured(model="free/m", budget={"costUsd": 1.0}), "input.config.budget.costUsd"),
    "step of a model in an unknown price": (
        asked(
            plan={"steps": [{"id": "a", "prompt": "x", "model": "free/m"}]},
            config=NewTaskConfig(model="echo/echo", budget={"costUsd": 1.0}),
        ),
        "input.config.budget.costUsd",
    ),
    "budget of nothing": (configured(budget={"tokens": 0}), "input.config.budget.tokens"),
    "budget of more than 64 bits": (configured(budget={"tokens": 2**70}), "input.config.budget.tokens"),
    "deadline before the beginning": (configured(deadline_seconds=-1.0), "input.config.deadlineSeconds"),
    "no cases": (configured(max_cases=0), "input.config.maxCases"),
    "too many steps": (configured(max_steps=10_000), "input.config.maxSteps"),
    "unknown response format": (configured(response_format="YAML"), "input.config.responseFormat"),
    "budget without end": (configured(budget={"costUsd": math.inf}), "input.config.budget.costUsd"),
    "schema that is no json": (configured(response_format={"a": math.nan}), "input.config.responseFormat"),
    "schema with half a surrogate pair": (configured(response_format={"a": "\ud800"}), "input.config.responseFormat"),
    "too long a prompt": (asked(text="word " * 1000, config=NewTaskConfig(model="tiny/m")), "input.input"),
    "too long an instruction": (
        NewTask(instruction="word " * 1000, config=NewTaskConfig(model="tiny/m")),
        "input.instruction",
    ),
    "no room for a chunk": (
        NewTask(instruction="words " * 300, strategy="CHUNK", text="text", config=NewTaskConfig(model="tiny/m")),
        "input.instruction",
    ),
    "an answer as long as the window": (
        NewTask(
            type="summarize",
            text="text",
            config=NewTaskConfig(model="echo/echo", max_output_tokens=1_000_000),
        ),
        "input.config.maxOutputTokens",
    ),
    "very long idempotency key": (asked(idempotency_key="k" * 256), "input.idempotencyKey"),
    "empty idempotency key": (asked(idempotency_key=""), "input.idempotencyKey"),
    "parent without a conversation": (asked(parent_id="x"), "input.parent"),
    "beginning without a conversation": (asked(root=True), "input.parent"),
    "half a surrogate pair in an id": (asked(conversation_id="\ud800"), "input.conversationId"),
}


@pytest.mark.parametrize("case", INVALID)
async def test_invalid_input_is_refused_before_anything_is_written(
    services: Services, database: Database, owner: str, case: str
) -> None:
    """`InvalidInput` names the field, and the graph has nothing of it."""
    new, field = INVALID[case]
    with pytest.raises(InvalidInput) as refused:
        await services.backend.tasks.create_task(owner, new)
    assert refused.value.field == field
    assert await cypher(database, NODES_OF, owner=owner) == [NOTHING]


async def test_empty_prompt_is_refused(services: Services, owner: str) -> None:
    """`send_prompt` has the same floor."""
    with pytest.raises(InvalidInput):
        await services.backend.tasks.send_prompt(owner, NewPrompt(" "))


async def place_of(database: Database, task_id: str) -> dict[str, Any]:
    """A task's conversation and prompt."""
    statement = "MATCH (c)-[:HAS_TASK]->(:Task {id: $id})-[:ASKED]->(p) RETURN c.id AS conversation, p.id AS prompt"
    return (await cypher(database, statement, id=task_id))[0]


async def test_conversation_of_another_owner_is_not_found(services: Services, database: Database, owner: str) -> None:
    """It is as if it were not there, and nothing is added to it."""
    theirs = await place_of(database, await run_task(services, database, owner, asked()))
    for conversation in (theirs["conversation"], new_id()):
        with pytest.raises(NotFound):
            await services.backend.tasks.create_task(f"{owner}-2", asked(conversation_id=conversation))
    assert await cypher(database, NODES_OF, owner=f"{owner}-2") == [NOTHING]


async def test_parent_in_another_conversation_is_not_found(services: Services, database: Database, owner: str) -> None:
    """A message continues one of its own conversation."""
    one = await place_of(database, await run_task(services, database, owner, asked()))
    two = await place_of(database, await run_task(services, database, owner, asked()))
    new = asked(conversation_id=one["conversation"], parent_id=two["prompt"])
    with pytest.raises(NotFound) as refused:
        await services.backend.tasks.create_task(owner, new)
    assert refused.value.field == "input.parent.messageId"


async def test_title_is_for_a_new_conversation(services: Services, database: Database, owner: str) -> None:
    """A title beside a conversation that is there is a mistake, and said so."""
    place = await place_of(database, await run_task(services, database, owner, asked()))
    with pytest.raises(InvalidInput) as refused:
        await services.backend.tasks.create_task(owner, asked(conversation_id=place["conversation"], title="t"))
    assert refused.value.field == "input.title"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
async def test_text_with_a_byte_order_mark_is_read(
    services: Services, database: Database, owner: str, encoding: str
) -> None:
    """UTF-16 of Windows and friends is text; the mark is not part of it."""
    task_id = await run_task(services, database, owner, one_file("Grüße.".encode(encoding)))
    rows = await cypher(database, "MATCH (:Task {id: $id})-[:READS]->(s) RETURN s.text AS text", id=task_id)
    assert rows == [{"text": "Grüße."}]


# --- idempotency --------------------------------------------------------------------------------


async def test_same_key_twice_is_one_task(services: Services, database: Database, owner: str) -> None:
    """The second call gets the first one's task, also when it is over."""
    first = await run_task(services, database, owner, asked(idempotency_key="k"))
    assert await services.backend.tasks.create_task(owner, asked(idempotency_key="k")) == first
    assert (await cypher(database, NODES_OF, owner=owner))[0]["tasks"] == 1


async def test_same_key_at_once_from_two_services_is_one_task(
    services: Services, connection: Connection, database: Database, tmp_path: Path, owner: str
) -> None:
    """Forty calls at once, half of them through another service: one task, one conversation, run once."""
    async with running(connection, tmp_path) as other:
        both = (services.backend.tasks, other.backend.tasks)
        made = await asyncio.gather(*(both[i % 2].create_task(owner, asked(idempotency_key="k")) for i in range(40)))
    said = (await cypher(database, NODES_OF, owner=owner))[0]
    assert len(set(made)) == 1
    assert (said["tasks"], said["conversations"]) == (1, 1)


async def test_same_key_for_another_request_is_a_conflict(services: Services, database: Database, owner: str) -> None:
    """A key means one request for good."""
    await run_task(services, database, owner, asked(idempotency_key="k"))
    with pytest.raises(Conflict):
        await services.backend.tasks.create_task(owner, asked(instruction="Other.", idempotency_key="k"))


async def test_the_order_in_an_object_makes_no_other_request(services: Services, owner: str) -> None:
    """JSON objects have no order: the same values are the same request."""
    schema = {"type": "object", "properties": {"a": {"type": "string"}}}
    turned = {"properties": {"a": {"type": "string"}}, "type": "object"}
    made = [
        await services.backend.tasks.create_task(
            owner, asked(config=NewTaskConfig(response_format=said), idempotency_key="k")
        )
        for said in (schema, turned)
    ]
    assert made[0] == made[1]


async def test_a_request_that_was_right_once_is_the_same_task(services: Services, owner: str) -> None:
    """What was made under a key is given again, though the plan that it named wants more by now."""
    new = NewTask(kept="mine", config=NewTaskConfig(model="echo/echo"), idempotency_key="k")
    made = list[str]()
    for prompt in ("Say something.", "{{input}}"):
        await services.backend.plans.save_strategy(
            owner, NewStrategy("mine", {"steps": [{"id": "a", "prompt": prompt}]})
        )
        made.append(await services.backend.tasks.create_task(owner, new))
    assert made[0] == made[1]


async def test_same_key_of_another_owner_is_another_task(services: Services, owner: str) -> None:
    """Keys belong to their owner."""
    keyed = asked(idempotency_key="k")
    one, two = [await services.backend.tasks.create_task(who, keyed) for who in (owner, f"{owner}-2")]
    assert one != two


# --- cancelling what is not running -------------------------------------------------------------


async def test_finished_task_stays_finished(services: Services, database: Database, owner: str) -> None:
    """Cancelling it, twice, changes nothing."""
    task_id = await run_task(services, database, owner, file_task(2))
    await services.backend.tasks.cancel_task(owner, task_id)
    await services.backend.tasks.cancel_task(owner, task_id)
    assert await status_of(database, task_id) is TaskStatus.SUCCEEDED


async def test_task_of_another_owner_is_not_found(services: Services, database: Database, owner: str) -> None:
    """It cannot be cancelled, and is not."""
    task_id = await services.backend.tasks.create_task(owner, NewTask(instruction="x", files=files(1)))
    with pytest.raises(NotFound):
        await services.backend.tasks.cancel_task(f"{owner}-2", task_id)
    assert await status_of(database, task_id) is not TaskStatus.CANCELLED
