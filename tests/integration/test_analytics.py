"""Analyses of a graph whose answers are known: each file, each for one owner, with Graph Data Science and without."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from service.conversations.analytics.running import Analytics, Found, all_analyses
from service.errors import GraphEnded, LimitExceeded
from service.graph.analyses import Analyses, statements
from service.graph.database import Connection, Database, Row
from service.graph.queries import parse
from service.records import new_id
from tests.support.analyzed import NASTY, Analyzed, analyzed, forget
from tests.support.services import cypher, running


class WithoutGds(Analyses):
    """A Neo4j that has no Graph Data Science, as far as it is asked."""

    async def has_gds(self) -> bool:
        """No."""
        return False


class Slow(Analyses):
    """Statements that last until they are let go."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.under_way, self.most = 0, 0
        self.go = asyncio.Event()

    async def read(self, name: str, seconds: float, parameters: Row) -> list[Row]:
        """No rows, later."""
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        await self.go.wait()
        self.under_way -= 1
        return []


@dataclass
class Asked:
    """Asks, and answers with names in place of ids."""

    made: Analyzed
    analytics: Analytics

    async def table(self, name: str, *columns: str, owner: str | None = None, **given: str) -> list[Any]:
        """These columns of the rows; one column is not a tuple."""
        found = await self.found(name, owner, **given)
        numbers = [[one.name for one in found.analysis.columns].index(column) for column in columns]
        rows = [tuple(self._named(row[number]) for number in numbers) for row in found.rows]
        return [row[0] for row in rows] if len(columns) == 1 else rows

    async def found(self, name: str, owner: str | None = None, **given: str) -> Found:
        """All that came of it."""
        return await self.analytics.run(owner or self.made.owner, name, given)

    def _named(self, cell: Any) -> Any:
        return tuple(map(self.made.name, cast("list[Any]", cell))) if isinstance(cell, list) else self.made.name(cell)


@pytest.fixture(scope="module")
async def asked(
    connection: Connection, database: Database, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Asked]:
    """One graph for all of these tests, made by a service over the echo model."""
    async with running(connection, tmp_path_factory.mktemp("service")) as services:
        made = await analyzed(services, database, f"owner-{new_id()}")
        yield Asked(made, Analytics(Analyses(database), seconds=30, most=2))
        await forget(database, made.owner)


@pytest.mark.parametrize("name", list(all_analyses()))
async def test_another_owner_sees_nothing(name: str, asked: Asked) -> None:
    """Neither with the defaults nor with the ids of what is not theirs; an empty graph is no error."""
    ids = asked.made.ids
    known = {"taskId": ids["tx"], "sourceId": ids["shared.txt"], "attemptId": ids["a3"], "conversationId": ids["chat"]}
    names = {one.name for one in all_analyses()[name].parameters}
    assert (await asked.found(name, "eve")).rows == []
    assert (await asked.found(name, "eve", **{it: known[it] for it in names & known.keys()})).rows == []


async def test_answers_lead_to_their_sources(asked: Asked) -> None:
    """In the order of the sources, with the responses between; and from a source up to all that rests on it."""
    task = asked.made.ids["tx"]
    rows = await asked.table("answer_sources", "source", "start", "line", taskId=task)
    assert rows == [("b.txt", 0, 1), ("c.txt", 0, 1), ("shared.txt", 0, 1)]
    assert [way[0] for way in await asked.table("answer_sources", "through", taskId=task)] == ["rx"] * 3
    rests = await asked.table("rests_on_source", "kind", "conversationId", sourceId=asked.made.ids["shared.txt"])
    kinds = ["Prompt", "Prompt", "Response", "Response", "Response", "Task"]
    assert sorted(kind for kind, place in rests if place == "x") == kinds
    assert sorted(kind for kind, place in rests if place == "y") == kinds
    rests = await asked.table("rests_on_source", "conversationId", sourceId=asked.made.ids["b.txt"])
    assert set(rests) == {"x"}


async def test_what_the_model_saw_is_told_in_its_order(asked: Asked) -> None:
    """The messages above, and the prompt; whatever a message holds is a text."""
    rows = await asked.table("what_the_model_saw", "as", "id", "text", attemptId=asked.made.ids["a3"])
    spoken = [(kind, id_) for kind, id_, _ in rows if kind != "SUMMARY"]
    assert spoken == [("VERBATIM", "p1"), ("VERBATIM", "r1"), ("VERBATIM", "p2"), ("VERBATIM", "r2"), ("PROMPT", "p3")]
    assert rows[-1][2] == NASTY
    assert [kind for kind, _, _ in rows].count("SUMMARY") == 1


async def test_branches_have_sides_sizes_and_costs(asked: Asked) -> None:
    """Where they part, what they have in common, and what no branch leads to."""
    chat = {"conversationId": asked.made.ids["chat"]}
    rows = await asked.table("branch_points", "messageId", "sideId", "messages", "branches", "costUsd", **chat)
    assert rows == [
        ("r1", "p2", 6, ("main",), 0.75),
        ("r1", "p4", 2, ("other",), 0.25),
        ("r2", "p3", 2, ("main",), 0.25),
        ("r2", "p5", 2, (), 0.25),
    ]
    rows = await asked.table("common_prefix", "messageId", "parts", "onlyA", "onlyB", **chat)
    assert rows == [("p1", False, 4, 2), ("r1", True, 4, 2)]
    assert await asked.table("common_prefix", "messageId", limit="1", **chat) == ["r1"]
    columns = ("branch", "longest", "alive", "dead", "deadEnds", "aliveUsd", "deadUsd")
    assert (await asked.table("dead_ends", "conversationId", *columns))[0] == ("chat", "main", 6, 8, 2, 1, 1.0, 0.25)


async def test_a_conversation_is_shown_as_of_a_moment(asked: Asked) -> None:
    """With its ends then."""
    chat = asked.made.ids["chat"]
    then = datetime.fromtimestamp(asked.made.at["r1"] / 1000, UTC).isoformat()
    rows = await asked.table("conversation_as_of", "messageId", "isEnd", conversationId=chat, at=then)
    assert rows == [("p1", False), ("r1", True)]
    rows = await asked.table("conversation_as_of", "messageId", "isEnd", "depth", conversationId=chat)
    assert [id_ for id_, is_end, _ in rows if is_end] == ["r3", "r4", "r5"]
    assert len(rows) == 10
    assert await asked.table("conversation_as_of", "seq", conversationId=chat, at="2001-01-01") == []


async def test_a_task_has_a_critical_path_and_reaches_a_parallelism(asked: Asked) -> None:
    """Of three files side by side and what combines them, from 0 to 5 s."""
    task = asked.made.ids["tx"]
    rows = await asked.table("critical_path", "step", "key", "waitedMs", "tookMs", "share", taskId=task)
    assert rows == [(1, "file:1", 500, 2500, 0.5), (2, "reduce:1:0", 500, 1500, 0.3)]
    rows = await asked.table("parallelism", "taskId", "asked", "reached", "average", "calls", "busyMs")
    assert ("tx", 8, 3, 1.4, 4, 5000) in rows
    assert next(row for row in rows if row[0] == "t1")[2] == 1


@pytest.mark.parametrize("has_gds", [True, False])
async def test_algorithms_give_the_same_with_and_without_gds(has_gds: bool, asked: Asked, database: Database) -> None:
    """PageRank, Louvain and WCC; what was done is said."""
    kind = Analyses if has_gds else WithoutGds
    both = Asked(asked.made, Analytics(kind(database), seconds=30, most=2))
    rows = await both.table("most_reused_responses", "conversationId", "score", "usedIn", "synthesizedIn")
    top = 0.15 + 0.85 * 0.15
    x, y = (0.15 + 0.85 * (0.15 + 0.85 * 0.15) / parts for parts in (3, 2))
    x, y = 0.15 + 0.85 * top / 3, 0.15 + 0.85 * top / 2
    wanted = [("x", top, 0, 1), ("y", top, 0, 1), *[("y", y, 1, 1)] * 2, *[("x", x, 1, 1)] * 3]
    assert [(a, pytest.approx(b, abs=1e-4), c, d) for a, b, c, d in rows] == wanted
    columns = ("community", "component", "componentSize", "conversationId")
    rows = await both.table("conversation_communities", *columns)
    assert [row[1:] for row in rows] == [("chat", 2, "chat"), ("chat", 2, "lone"), ("x", 2, "x"), ("x", 2, "y")]
    assert [row[0] for row in rows[:2]] == ["chat", "chat"]
    notes = (await both.found("most_reused_responses", limit="1", mostEdges="7")).notes
    assert ("no Graph Data Science" in "".join(notes)) is not has_gds
    assert "as many rows as limit allows (1)" in notes[-1]
    assert "no more than mostEdges (7)" in notes[-2]


async def test_gds_holds_nothing_afterwards(asked: Asked, database: Database) -> None:
    """Neither when it was done nor when the statement failed after it had made its graph."""
    analyses, name = Analyses(database), f"antiphon-{new_id()}"
    shared = {"ownerId": asked.made.owner, "mostEdges": 100, "projection": name}
    assert (await analyses.read("shared", 30, shared))[0]["nodeCount"] == 8
    with pytest.raises(Exception, match="already exists"):
        await analyses.read("shared", 30, shared)
    await asked.found("conversation_communities")
    rows = await cypher(database, "CALL gds.graph.list() YIELD graphName RETURN collect(graphName) AS names")
    assert rows == [{"names": []}]


async def test_calls_are_added_up(asked: Asked) -> None:
    """By model, day, strategy, provider, reason and hour; what has no price has none."""
    money = {"owner": f"{asked.made.owner}-money", "days": "0"}
    sums = ("calls", "inputTokens", "outputTokens", "costUsd", "unpricedCalls", "wastedCalls", "wastedUsd")
    assert await asked.table("spend_by_model", "model", *sums, **money) == [
        ("acme/one", 4, 3003, 61, 0.875, 0, 3, 0.375),
        ("acme/two", 1, 2000, 60, 0.75, 0, 0, 0.0),
        ("home/free", 1, 10, 20, None, 1, 0, 0.0),
    ]
    assert await asked.table("spend_by_day", "day", "calls", "costUsd", **money) == [
        ("2026-03-03", 2, 0.125),
        ("2026-03-02", 4, 1.5),
    ]
    days = await asked.table("spend_by_day", "day", timezone="America/New_York", **money)
    assert days == ["2026-03-02", "2026-03-01"]
    assert await asked.table("spend_by_strategy", "strategy", *sums, **money) == [
        ("CHUNK", 6, 5013, 141, 1.625, 1, 3, 0.375)
    ]
    assert await asked.table("wasted_spend", "provider", "reason", "tokens", "costUsd", "lostMs", **money) == [
        ("acme", "PROVIDER_UNAVAILABLE", 2007, 0.25, 300),
        ("acme", "ANSWER_NOT_USED", 7, 0.125, 600),
        ("acme", "RATE_LIMITED", 0, 0.0, 20),
    ]
    hours = await asked.table("latency_by_hour", "hour", "provider", "calls", "failed", "latencyMedianMs", **money)
    assert hours[-1] == ("2026-03-02T00:00:00.000Z", "acme", 4, 2, 100)
    assert await asked.table("spend_by_model", "model", owner=money["owner"], days="1") == []


async def test_fallbacks_say_why(asked: Asked) -> None:
    """The calls before, and the models that were passed over."""
    columns = ("subtaskId", "wanted", "model", "why", "calls", "lostMs", "lostUsd")
    rows = await asked.table("fallbacks", *columns, owner=f"{asked.made.owner}-money", days="0")
    why = ("acme/one: RATE_LIMITED", "acme/one: PROVIDER_UNAVAILABLE", "home/free: OPEN")
    assert ("smoney", "acme/one", "acme/two", why, 3, 320, 0.25) in rows


async def test_what_did_not_fit_is_told_with_its_summaries(asked: Asked) -> None:
    """One call saw a summary of two messages."""
    columns = ("calls", "summarizedCalls", "summaries", "levels", "coveredMessages", "coveredTokens", "summaryTokens")
    assert await asked.table("beyond_window", "conversationId", *columns) == [("chat", 1, 1, 1, 1, 2, 100, 10)]


async def test_similar_prompts_are_near_and_their_answers_agree_or_not(asked: Asked, database: Database) -> None:
    """By the vectors of their passages; those of another owner are not looked at, however near."""
    slot = {"owner": asked.made.owner, "other": "eve", **{it: asked.made.ids[it] for it in ("p1", "plone", "r1")}}
    (made,) = await cypher(database, _PASSAGES, writes=True, **slot)
    try:
        columns = ("promptId", "otherId", "score", "answersScore", "agree")
        rows = await asked.table("similar_prompts", *columns, leastScore="0.9")
        assert [(*row[:2], row[3], row[4]) for row in rows] == [("plone", "p1", 0.5, False)]
        assert rows[0][2] == pytest.approx(0.99, abs=0.02)
        assert await asked.table("similar_prompts", "agree", leastScore="0.9", agreeScore="0.4") == [True]
        assert await asked.table("similar_prompts", "agree", leastScore="1") == []
    finally:
        await cypher(database, _FORGET, writes=True, **made)


_PASSAGES = """OPTIONAL MATCH (old:VectorSlot {isCurrent: true})
WITH count(old) AS slots, coalesce(max(old.id), 'A') AS slot, coalesce(max(old.dimensions), 384) AS size
FOREACH (x IN CASE slots WHEN 0 THEN [1] END |
  MERGE (s:VectorSlot {id: 'A'}) SET s.isCurrent = true, s.dimensions = size)
WITH slots, slot, size
MATCH (answer:Message)-[:RESPONDS_TO]->(:Message {id: $plone})
UNWIND [[$p1, $owner, 'USER', [1.0, 0.0]], [$plone, $owner, 'USER', [1.0, 0.2]], [$plone, $other, 'USER', [1.0, 0.0]],
  [$r1, $owner, 'ASSISTANT', [1.0, 0.0]], [answer.id, $owner, 'ASSISTANT', [0.0, 1.0]]] AS one
MATCH (m:Message {id: one[0]})
CREATE (p:Passage {id: randomUUID(), ownerId: one[1], conversationId: m.conversationId, kind: one[2], day: 20261127,
  start: 0, end: 1, embeddedAs: 'a test'})-[:OF]->(m)
WITH slots, slot, p, one[3] + [x IN range(3, size) | 0.0] AS vector
FOREACH (x IN CASE slot WHEN 'A' THEN [1] END | SET p.vectorA = vector)
FOREACH (x IN CASE slot WHEN 'B' THEN [1] END | SET p.vectorB = vector)
RETURN collect(p.id) AS ids, slots"""
_FORGET = """MATCH (p:Passage) WHERE p.id IN $ids DETACH DELETE p
WITH DISTINCT 1 AS done OPTIONAL MATCH (s:VectorSlot {id: 'A'}) WHERE $slots = 0 AND s.model IS NULL DETACH DELETE s"""


async def test_too_long_is_a_limit_with_its_name(asked: Asked, database: Database) -> None:
    """And one that somebody else ended is not."""
    with pytest.raises(LimitExceeded, match=r"dead_ends took longer than 0\.001 s.*max_analytics_seconds"):
        await Analytics(_Ended(database), seconds=0.001, most=1).run("eve", "dead_ends", {})
    with pytest.raises(GraphEnded):
        await Analytics(_Ended(database), seconds=60, most=1).run("eve", "dead_ends", {})


class _Ended(Analyses):
    async def read(self, name: str, seconds: float, parameters: Row) -> list[Row]:
        await asyncio.sleep(0.01)
        raise GraphEnded("Neo4j ended what was under way before it was done.")


async def test_few_run_at_once_and_one_of_an_owner(database: Database) -> None:
    """Others wait, not for ever; one whose caller left has its place until it has ended."""
    slow = Slow(database)
    analytics = Analytics(slow, seconds=30, most=2, wait_seconds=0.2)
    runs = [asyncio.create_task(analytics.run(f"owner-{n % 3}", "dead_ends", {})) for n in range(6)]
    done = await asyncio.gather(*runs[2:], return_exceptions=True)
    assert all(isinstance(one, LimitExceeded) for one in done)
    runs[0].cancel()
    with pytest.raises(LimitExceeded, match="Another analysis of yours"):
        await analytics.run("owner-0", "dead_ends", {})
    with pytest.raises(LimitExceeded, match="Others' analyses"):
        await analytics.run("owner-9", "dead_ends", {})
    slow.go.set()
    assert (await runs[1]).rows == []
    assert (await analytics.run("owner-0", "dead_ends", {})).rows == []
    assert slow.most == 2


async def test_an_analysis_cannot_write(database: Database) -> None:
    """Neo4j does not let it."""
    writing = parse("writing", "// What writes.\nCYPHER 25\nCREATE (n:Harm {id: 'x'}) RETURN n.id AS id")
    with pytest.raises(Exception, match=r"[Ww]rit"):
        await database.look(writing, 5)
    assert set(all_analyses()) <= set(statements())
