"""Automatic summaries on the real graph, with a summarizer that says what a test wants."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest

from service.graph.database import Connection
from service.records import SummaryForm, TaskStatus
from service.services import Services
from service.tasks.asked_summaries import NewSummary
from service.tasks.creating import NewPrompt
from tests.support.scripted_provider import Json, ScriptedProvider, openai_stream
from tests.support.services import cypher, finished, provider, running

pytestmark = pytest.mark.usefixtures("promises")

WINDOW = {"context_window": 2400, "max_output_tokens": 300}
LONG = "word " * 40
SUMMARIES = """
MATCH (s:Summary {conversationId: $id})<-[:SUMMARIZED]-(t)
RETURN s.level AS level, s.messages AS messages, s.content AS content, t.status AS status,
  COUNT { (s)-[:SUMMARIZES]->() } AS members, s.coveredTokens AS tokens ORDER BY s.level, s.id
"""
TASKS = """
MATCH (t:Task {conversationId: $id}) WHERE t.summaryKind = 'STRETCH'
RETURN t.id AS id, t.status AS status, t.error AS error, t.unfinished AS unfinished
"""


def is_summary(request: Json) -> bool:
    """Whether a request is one for a summary."""
    return any("Nothing in it is said to you" in message["content"] for message in request["messages"])


class Model:
    """A model that answers at length, and summarizes as `say` does; what it was asked is kept."""

    def __init__(self) -> None:
        self.say = "They spoke of words."
        self.chats: list[Json] = []
        self.summaries: list[Json] = []

    def __call__(self, request: Json) -> Any:
        """What it says to a request."""
        if is_summary(request):
            self.summaries.append(request)
            return [*openai_stream(self.say)]
        self.chats.append(request)
        return [*openai_stream(f"Answer to {request['messages'][-1]['content'][:12]}: {LONG}")]


@pytest.fixture
def model() -> Model:
    """A model of a test's own."""
    return Model()


@pytest.fixture
async def services(connection: Connection, model: Model, tmp_path: Any) -> AsyncIterator[Services]:
    """A service over that model."""
    async with (
        ScriptedProvider(model) as heard,
        running(connection, tmp_path, provider(f"{heard.url}/v1", **WINDOW)) as services,
    ):
        yield services


async def chat(services: Services, owner: str, turns: int, conversation: str | None = None, first: int = 0) -> str:
    """So many turns of a conversation, each followed by the summaries that come of it; its id."""
    for number in range(first, first + turns):
        new = NewPrompt(content=f"Question {number}. {LONG}", conversation_id=conversation)
        task_id = await services.backend.tasks.send_prompt(owner, new)
        await finished(services.database, task_id)
        row = await services.store.read_task_place(owner, task_id)
        assert row is not None
        conversation = row["conversationId"]
        await summarized(services, conversation)
    assert conversation is not None
    return conversation


async def summarized(services: Services, conversation: str) -> None:
    """Wait until no more summaries are made."""
    while True:
        while not services.executor.is_idle:
            rows = await cypher(services.database, TASKS, id=conversation)
            for row in rows:
                await finished(services.database, row["id"])
            await services.summarizing.settle()
        await services.summarizing.settle()
        if services.executor.is_idle:
            return


def texts(request: Json) -> list[str]:
    """What was sent, message by message; what is of one role stands together."""
    return [message["content"] for message in request["messages"]]


def questions(request: Json) -> list[int]:
    """Which questions were sent word for word."""
    return [int(number) for text in texts(request) for number in re.findall(r"Question (\d+)\. word", text)]


async def test_what_does_not_fit_is_summarized_and_stands_in_the_context(
    services: Services, model: Model, owner: str
) -> None:
    """In place of what is not sent word for word, marked as that: no message is left out, and none is told twice."""
    conversation = await chat(services, owner, 24)
    rows = await cypher(services.database, SUMMARIES, id=conversation)
    assert {row["status"] for row in rows} == {"SUCCEEDED"}
    assert [row["messages"] for row in rows if row["level"] == 1] == [6] * len(rows)
    for number, request in enumerate(model.chats):
        said = "\n".join(texts(request))
        covered = sum(map(int, re.findall(r"\[Summary of (\d+) earlier messages", said)))
        assert covered // 2 == questions(request)[0]
        assert questions(request) == list(range(covered // 2, number + 1))
    assert len(model.summaries) == len(rows)
    assert covered >= 24


async def test_prefix_stays_while_the_window_goes_on(services: Services, model: Model, owner: str) -> None:
    """Between two cuts the same summaries are sent, and the beginning of the context is the same bytes."""
    await chat(services, owner, 24)
    beginnings = [texts(request)[0] for request in model.chats]
    assert len(set(beginnings)) <= len(beginnings) // 2
    assert sorted(beginnings, key=beginnings.index) == beginnings


async def test_a_turn_costs_two_summaries_at_most(services: Services, model: Model, owner: str) -> None:
    """Also where it closes more; what is left is made with the next answer, and nothing is left for good."""
    conversation, each = None, list[int]()
    for number in range(30):
        before = len(model.summaries)
        conversation = await chat(services, owner, 1, conversation, number)
        each.append(len(model.summaries) - before)
    assert max(each) <= 2
    rows = await cypher(services.database, SUMMARIES, id=conversation)
    covered = sum(row["messages"] for row in rows if row["level"] == 1)
    assert covered >= 60 - 2 * 12


async def test_nobody_waits_for_a_summary(services: Services, model: Model, owner: str) -> None:
    """The newest window is never less than it is without summaries, after a cut."""
    conversation = await chat(services, owner, 24)
    with_summaries = min(len(questions(request)) for request in model.chats[12:])
    model.chats.clear()
    model.say = ""
    await chat(services, owner, 24)
    without = min(len(questions(request)) for request in model.chats[12:])
    assert with_summaries >= without
    assert conversation


async def test_what_was_sent_is_made_again_from_the_graph(services: Services, owner: str) -> None:
    """Byte for byte: of answers that had summaries, and of summaries."""
    conversation = await chat(services, owner, 24)
    statement = "MATCH ({id: $id})-[:HAS_TASK]->()-[:HAS_SUBTASK]->()-[:ATTEMPTED]->(a) RETURN a.id AS id"
    attempts = await cypher(services.database, statement, id=conversation)
    contexts = [await services.backend.rebuilding.context_of(owner, row["id"]) for row in attempts]
    assert [context and context.is_same for context in contexts] == [True] * len(attempts)
    assert len(attempts) > 24


async def test_claims_stand_on_summaries_of_what_does_not_fit(services: Services, model: Model, owner: str) -> None:
    """Of a conversation that is longer than the window; a label of neither kind that was not shown is refused."""
    conversation = await chat(services, owner, 24)
    model.summaries.clear()
    empty: Json = {"decisions": [], "openQuestions": []}
    model.say = json.dumps(empty | {"facts": [{"text": "Words.", "messages": ["s1", "m99"]}]})
    new = NewSummary(conversation, form=SummaryForm.STRUCTURED)
    task_id = await services.backend.summarize(owner, new)
    assert await finished(services.database, task_id) is TaskStatus.FAILED
    labels = re.findall(r"^\[\w+ ([ms]\d+) ", texts(model.summaries[0])[-1], re.MULTILINE)
    assert [label[0] for label in labels] == sorted([label[0] for label in labels], reverse=True)
    model.say = json.dumps(empty | {"facts": [{"text": "Words.", "messages": ["s1", labels[-1]]}]})
    task_id = await services.backend.summarize(owner, new)
    assert await finished(services.database, task_id) is TaskStatus.SUCCEEDED
    (id_,) = (await services.backend.reader.read_task_summaries(owner, [task_id])).values()
    (claim,) = (await services.backend.reader.read_claims(owner, [id_]))[id_]
    assert (len(claim["messages"]), len(claim["summaries"])) == (1, 1)


@pytest.mark.parametrize("answer", ["", "too long " * 200])
async def test_summarizer_that_is_of_no_use_is_left_alone(
    services: Services, model: Model, owner: str, answer: str
) -> None:
    """It is asked twice for a stretch; then what is sent is what is sent without summaries, and no task waits."""
    model.say = answer
    conversation = await chat(services, owner, 20)
    assert await cypher(services.database, SUMMARIES, id=conversation) == []
    rows = await cypher(services.database, TASKS, id=conversation)
    assert {(row["status"], row["unfinished"]) for row in rows} == {("FAILED", None)}
    assert len(model.summaries) == 2 * len(rows)
    assert not any("[Summary of" in text for request in model.chats for text in texts(request))
    assert all(questions(request)[-1] == number for number, request in enumerate(model.chats))
