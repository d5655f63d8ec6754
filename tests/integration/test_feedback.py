"""Annotations on the real server: what is there once, what is told of it, what is counted, and what a page costs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.conversations.branches import NewBranch
from service.conversations.catalog import NewConversation
from service.conversations.feedback import AnnotationFilter, NewAnnotation
from service.conversations.listings import ANNOTATIONS
from service.conversations.usage import UsageDimension, UsageFilter
from service.cursors import PageRequest
from service.errors import Conflict, NotFound
from service.graph.checks import read_checks
from service.graph.database import Connection, Database
from service.graph.queries import query
from service.records import answer_id, new_id
from service.services import Services
from service.tasks.creating import NewPrompt
from tests.support.services import cypher, file_task, finished, run_task, running

CHECK = next(check for check in read_checks() if check.name == "annotation_is_of_one_message")
Row = dict[str, Any]


@pytest.fixture(scope="module")
async def services(connection: Connection, database: Database, tmp_path_factory: Any) -> AsyncIterator[Services]:
    """A service over the echo model."""
    folder: Path = tmp_path_factory.mktemp("feedback")
    async with running(connection, folder) as services:
        yield services


async def chat(services: Services, owner: str, count: int = 1) -> tuple[str, list[str]]:
    """A conversation of so many messages; its id and theirs."""
    id = await services.backend.conversations.create_conversation(owner, NewConversation())
    ids = [new_id() for _ in range(count)]
    for number, message in enumerate(ids):
        row = {"id": message, "conversationId": id, "ownerId": owner, "kind": ("Prompt", "Response")[number % 2]}
        await services.store.append_message(row | {"properties": {"content": str(number), "title": str(number)}})
    return id, ids


async def said_of(services: Services, owner: str, ids: Sequence[str], page: PageRequest | None = None) -> list[Row]:
    """The annotations of messages."""
    bounds = ANNOTATIONS.order.bounds(page or PageRequest(100))
    found = await services.backend.reader.read_message_annotations(owner, ids, bounds)
    return [row for id in ids for row in found.get(id, ())]


async def told(services: Services, owner: str, id: str, after: str, count: int) -> list[tuple[Any, ...]]:
    """The next events of a conversation."""
    found: list[tuple[Any, ...]] = []
    async with asyncio.timeout(30):
        async with aclosing(services.backend.events.conversation_events(owner, id, after)) as events:  # pyright: ignore[reportArgumentType]
            async for happening in events:
                row = happening.row
                found.append((row["type"], row["action"], row["subjectId"], row["ids"], row["idempotencyKey"]))
                if len(found) == count:
                    return found
    return found


async def test_an_annotator_has_one_annotation_and_changes_it(services: Services, owner: str) -> None:
    """Under its id; what is not said again is taken back, and each change is told."""
    id, (message,) = await chat(services, owner)
    after, annotate = await services.backend.events.now(owner, id), services.backend.feedback.annotate
    first = await annotate(owner, NewAnnotation(message, 1, "good", "Just so."))
    assert await annotate(owner, NewAnnotation(message, 1, "good", "Just so.")) == first
    assert await annotate(owner, NewAnnotation(message, -0.5, "wrong")) == first
    other = await annotate(owner, NewAnnotation(message, comment="Hm.", annotator="judge"))
    assert [
        (row["id"], row["annotator"], row["rating"], row["label"], row["comment"])
        for row in await said_of(services, owner, [message])
    ] == [(first, owner, -0.5, "wrong", None), (other, "judge", None, None, "Hm.")]
    assert await told(services, owner, id, after, 3) == [
        ("ANNOTATION", "MADE", first, [message], None),
        ("ANNOTATION", "CHANGED", first, [message], None),
        ("ANNOTATION", "MADE", other, [message], None),
    ]


async def test_many_at_once_make_one_an_annotator(services: Services, database: Database, owner: str) -> None:
    """Two annotators, and each sends several in one moment: the graph has two, and says the same as an answer did."""
    _, (message, other) = await chat(services, owner, 2)
    wishes = [NewAnnotation(m, n / 20, annotator=f"a{n % 2}") for n in range(20) for m in (message, other)]
    ids = await asyncio.gather(*(services.backend.feedback.annotate(owner, wish) for wish in wishes))
    found = await said_of(services, owner, [message, other])
    assert sorted(row["id"] for row in found) == sorted(set(ids))
    assert len(found) == 4
    (checked,) = await cypher(database, CHECK.text)
    assert checked["count"] == 0


async def test_a_key_does_it_once(services: Services, owner: str) -> None:
    """Also when it was changed or withdrawn since; for another wish the key is used."""
    id, (message,) = await chat(services, owner)
    feedback = services.backend.feedback
    wish = NewAnnotation(message, 1, idempotency_key="k")
    after = await services.backend.events.now(owner, id)
    made = [await feedback.annotate(owner, wish) for _ in range(2)]
    await feedback.annotate(owner, NewAnnotation(message, 0))
    made.append(await feedback.annotate(owner, wish))
    assert {row["rating"] for row in await said_of(services, owner, [message])} == {0}
    with pytest.raises(Conflict):
        await feedback.annotate(owner, replace(wish, rating=-1))
    gone = [await feedback.withdraw_annotation(owner, made[0], "w") for _ in range(2)]
    made.append(await feedback.annotate(owner, wish))
    assert (set(made), gone) == ({made[0]}, [message, message])
    assert await said_of(services, owner, [message]) == []
    with pytest.raises(NotFound):
        await feedback.withdraw_annotation(owner, made[0])
    assert [row[1] for row in await told(services, owner, id, after, 3)] == ["MADE", "CHANGED", "DELETED"]


async def test_withdrawing_at_once_is_done_once(services: Services, owner: str) -> None:
    """The others are told that there is none."""
    _, (message,) = await chat(services, owner)
    feedback = services.backend.feedback
    id = await feedback.annotate(owner, NewAnnotation(message, 1))
    done = await asyncio.gather(*(feedback.withdraw_annotation(owner, id) for _ in range(8)), return_exceptions=True)
    assert done.count(message) == 1
    assert sum(isinstance(one, NotFound) for one in done) == 7


async def test_another_owners_messages_are_not_there(services: Services, owner: str) -> None:
    """To be annotated, read, listed, counted, or to have an annotation withdrawn."""
    conversation, (message,) = await chat(services, owner)
    feedback, reader, stranger = services.backend.feedback, services.backend.reader, "stranger-" + owner
    id = await feedback.annotate(owner, NewAnnotation(message, 1, "good"))
    with pytest.raises(NotFound) as raised:
        await feedback.annotate(stranger, NewAnnotation(message, 1))
    assert raised.value.field == "input.messageId"
    with pytest.raises(NotFound):
        await feedback.withdraw_annotation(stranger, id)
    assert await reader.read_annotations(stranger, [id]) == {}
    assert await reader.read_node_kinds(stranger, [id]) == {}
    assert await said_of(services, stranger, [message]) == []
    for which in (AnnotationFilter(), AnnotationFilter(label="good"), AnnotationFilter(conversation_id=conversation)):
        assert (await feedback.list_annotations(stranger, which, PageRequest(9))).rows == []
    which = UsageFilter(conversation)
    assert await services.backend.usage.read_ratings(stranger, UsageDimension.MODEL, which) == {}


WISHES = st.tuples(
    st.sampled_from("ab"),
    st.integers(0, 1),
    st.sampled_from([None, -1.0, 0.0, 0.5, 1.0]),
    st.sampled_from([None, "x", "y"]),
    st.booleans(),
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(wishes=st.lists(WISHES, max_size=12))
async def test_the_graph_says_what_a_dictionary_would(services: Services, owner: str, wishes: list[Any]) -> None:
    """Whatever is annotated, changed and withdrawn: the pages, from either end, and every filter agree with it."""
    id, messages = await chat(services, owner, 2)
    feedback = services.backend.feedback
    known: dict[tuple[str, str], tuple[str, float | None, str | None]] = {}
    for annotator, place, rating, label, withdraws in wishes:
        key = (messages[place], annotator)
        if withdraws and key in known:
            await feedback.withdraw_annotation(owner, known.pop(key)[0])
        elif rating is not None or label is not None:
            wish = NewAnnotation(messages[place], rating, label, annotator=annotator)
            known[key] = await feedback.annotate(owner, wish), rating, label
    for page in (PageRequest(100), PageRequest(100, backward=True)):
        found = await said_of(services, owner, messages, page)
        assert {(row["messageId"], row["annotator"]): _said(row) for row in found} == known
    for label, least in ((None, None), ("x", None), (None, 0.5), ("y", 0.0)):
        which = AnnotationFilter(label, conversation_id=id, least=least)
        wanted = {it for it in known.values() if label in (None, it[2]) and _is_at_least(it[1], least)}
        for backward in (False, True):
            rows = (await feedback.list_annotations(owner, which, PageRequest(100, backward))).rows
            assert {_said(row) for row in rows} == wanted
            assert [row["id"] for row in rows] == sorted((row["id"] for row in rows), reverse=True)


def _said(row: Mapping[str, Any]) -> tuple[str, float | None, str | None]:
    return row["id"], row["rating"], row["label"]


def _is_at_least(rating: float | None, least: float | None) -> bool:
    return least is None or (rating is not None and rating >= least)


async def test_ratings_are_counted_where_the_calls_are(services: Services, database: Database, owner: str) -> None:
    """By model, task type and strategy; an answer that was put together counts once in each row of its calls."""
    one = await services.backend.tasks.send_prompt(owner, NewPrompt("Hello"))
    await finished(database, one)
    many = await run_task(services, database, owner, file_task(3))
    annotate = services.backend.feedback.annotate
    for message, rating, annotator in (
        (answer_id(one, "NONE"), 1.0, "a"),
        (answer_id(one, "NONE"), -0.5, "b"),
        (answer_id(one, "NONE"), None, "c"),
        (await _answer(database, many), 1.0, "a"),
    ):
        await annotate(owner, NewAnnotation(message, rating, "said", annotator=annotator))
    counted: dict[str, Any] = {}
    for dimension in UsageDimension:
        rows = await services.backend.usage.read_usage(owner, dimension, UsageFilter())
        found = await services.backend.usage.read_ratings(owner, dimension, UsageFilter())
        assert set(found) <= {row["key"] for row in rows}
        counted[dimension] = {key: _counts(row) for key, row in found.items()}
    assert list(counted[UsageDimension.MODEL].values()) == [(3, 2, 1, 0.5)]
    assert counted[UsageDimension.STRATEGY] == {"NONE": (2, 1, 1, 0.25), "FILE": (1, 1, 0, 1.0)}
    of_one = UsageFilter((await _conversation(database, one)), since=0)
    found = await services.backend.usage.read_ratings(owner, UsageDimension.STRATEGY, of_one)
    assert {key: row["ratings"] for key, row in found.items()} == {"NONE": 2}
    assert await services.backend.usage.read_ratings(owner, UsageDimension.DAY, UsageFilter(until=1)) == {}


async def test_annotations_go_with_their_messages(services: Services, database: Database, owner: str) -> None:
    """A branch that is deleted with its messages takes theirs along, and no other."""
    task = await services.backend.tasks.send_prompt(owner, NewPrompt("Keep this."))
    await finished(database, task)
    id = await _conversation(database, task)
    branch = await services.backend.branches.create_branch(owner, NewBranch(id, "aside"))
    other = await services.backend.tasks.send_prompt(owner, NewPrompt("Not this.", id, branch_id=branch))
    await finished(database, other)
    kept, gone = answer_id(task, "NONE"), answer_id(other, "NONE")
    for message in (kept, gone):
        await services.backend.feedback.annotate(owner, NewAnnotation(message, 1))
    await services.backend.branches.delete_branch(owner, branch, prune=True)
    async with asyncio.timeout(60):
        while gone in await services.backend.reader.read_messages(owner, [gone]):
            await asyncio.sleep(0.05)
    left = await services.backend.feedback.list_annotations(owner, AnnotationFilter(), PageRequest(9))
    assert [row["messageId"] for row in left.rows] == [kept]
    (checked,) = await cypher(database, CHECK.text)
    assert checked["count"] == 0


def _counts(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return row["ratings"], row["positive"], row["negative"], round(row["average"], 6)


async def _answer(database: Database, task: str) -> str:
    (row,) = await cypher(database, "MATCH (:Task {id: $id})-[:RESULTED_IN]->(r) RETURN r.id AS id", id=task)
    return row["id"]


async def _conversation(database: Database, task: str) -> str:
    (row,) = await cypher(database, "MATCH (t:Task {id: $id}) RETURN t.conversationId AS id", id=task)
    return row["id"]


async def test_a_page_of_many_annotations_costs_the_page(services: Services, database: Database, owner: str) -> None:
    """Of a message, of an owner, and of those with a label; from either end."""
    id, (message,) = await chat(services, owner)
    await cypher(
        database,
        """MATCH (m:Message {id: $message}) UNWIND range(1, 5000) AS n
        CREATE (:Annotation {id: $message + '-' + n, ownerId: $owner, conversationId: $id, messageId: $message,
          annotator: 'a' + n, label: 'l' + n % 2, rating: 1.0, createdAt: datetime()})-[:ON]->(m)""",
        writes=True,
        message=message,
        owner=owner,
        id=id,
    )
    which = {"label": None, "annotator": None, "conversationId": None, "least": None, "most": None}
    asked: list[tuple[str, Row]] = [
        ("read_message_annotations", {"batch": {"ids": [message]}}),
        ("read_owner_annotations", {"which": which}),
        ("read_owner_annotations", {"which": which | {"label": "l1"}}),
    ]
    for name, parameters in asked:
        for backward in (False, True):
            bounds = ANNOTATIONS.order.bounds(PageRequest(10, backward))
            async with database.driver.session() as session:
                text = "CYPHER 25 PROFILE " + query(name).text.partition("CYPHER 25")[2]
                result = await session.run(text, ownerId=owner, page=bounds, **parameters)  # pyright: ignore[reportArgumentType]
                profile = (await result.consume()).profile
            assert profile is not None
            assert _hits(profile) < 500, (name, backward)


def _hits(plan: dict[str, Any]) -> int:
    return plan.get("dbHits", 0) + sum(map(_hits, plan.get("children", ())))
