"""DYNAMIC through the real executor: plans that models make, plans that are kept, and what becomes of bad ones."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from service.cursors import PageRequest
from service.errors import Conflict, InvalidInput, NotFound
from service.graph.database import Connection, Database
from service.graph.saved import about, saved
from service.records import TaskStatus, new_id
from service.services import Services
from service.tasks.creating import NewFile, NewTask, NewTaskConfig
from service.tasks.kept_plans import NewStrategy, StrategyRow
from tests.support.planning_provider import PlanningProvider, planning_provider
from tests.support.services import cypher, finished, provider, run_task, running, status_of

PLANNING = "Make a plan of prompts"
INPUT = "Ann likes apples. Bob likes bananas."
FANNED = {
    "steps": [
        {"id": "people", "prompt": "LIST the people:\n{{input}}", "responseFormat": "JSON"},
        {"id": "likes", "forEach": "people", "prompt": "LIKES of {{item}}? {{input}}", "title": "Likes"},
        {"id": "report", "prompt": "REPORT for: {{instruction}}\n{{steps.likes}}"},
    ]
}
GO = {"steps": [{"id": "a", "prompt": "Go."}]}
SAID = {"LIST": '["Ann", "Bob {{input}}"]', "LIKES of Ann": "Apples.", "LIKES of Bob": "Bananas {{item}}."}


class Model:
    """What a scripted model says: plans in order, and answers by how a prompt begins."""

    def __init__(self, *plans: object, said: Mapping[str, str] = SAID) -> None:
        self._plans = [plan if isinstance(plan, str) else json.dumps(plan) for plan in plans]
        self._said = said

    def __call__(self, prompt: str) -> str:
        """The answer to a prompt."""
        if prompt.startswith(PLANNING):
            return self._plans.pop(0)
        return next((text for start, text in self._said.items() if prompt.startswith(start)), f"Answer to {prompt}")


@asynccontextmanager
async def asking(
    connection: Connection, folder: Path, model: Model, **more: Any
) -> AsyncIterator[tuple[Services, PlanningProvider]]:
    """A service whose only model is the scripted one."""
    async with planning_provider(model) as scripted:
        features = more.pop("features", ["streaming", "json_schema", "json_object"])
        settings = provider(scripted.url, "planner", **more)
        settings["providers"]["planner"]["models"]["m"]["features"] = features
        settings["agents"] = {"fast": {"model": "prefixed/m"}}
        prefixed = {"family": "test", "context_window": 8192, "max_output_tokens": 1024, "tokenizer": "bytes"}
        settings["providers"]["prefixed"] = {"protocol": "echo", "models": {"m": prefixed}}
        async with running(connection, folder, settings) as services:
            yield services, scripted


def dynamic(instruction: str | None = "Who likes what?", text: str | None = INPUT, **more: Any) -> NewTask:
    """A DYNAMIC task over a short text."""
    more.setdefault("strategy", None if {"kept", "plan"} & more.keys() else "DYNAMIC")
    return NewTask(instruction=instruction, text=text, **more)


async def look(database: Database, task_id: str) -> dict[str, Any]:
    """A task with its answer, its subtasks in order and the plan that it followed."""
    (row,) = await cypher(
        database,
        """
        MATCH (t:Task {id: $id})
        RETURN t.status AS status, t.error AS error, t.plan AS plan, t.note AS note,
          head(COLLECT { MATCH (t)-[:RESULTED_IN]->(r) RETURN r.content }) AS answer,
          head(COLLECT { MATCH (t)-[:FOLLOWED]->(s:Strategy)
            RETURN s {.name, .plan, .ownerId,
              madeBy: head(COLLECT { MATCH (s)<-[:MADE]-(m) RETURN m.id })} }) AS followed,
          COLLECT { MATCH (t)-[:HAS_SUBTASK]->(s) RETURN [s.key, s.status] ORDER BY s.index } AS subtasks,
          COLLECT { MATCH (t)-[:HAS_SUBTASK]->(s) WHERE s.error IS NOT NULL RETURN s.error ORDER BY s.index } AS errors
        """,
        id=task_id,
    )
    return row


async def listed(services: Services, owner: str, name: str | None = None) -> list[StrategyRow]:
    """The owner's kept plans."""
    page = await services.backend.plans.list_strategies(owner, PageRequest(100), name)
    return [row["strategy"] for row in page.rows if row["strategy"].plan is not None]


# --- plans that a model makes -------------------------------------------------------------------


async def test_a_models_plan_is_followed_and_kept(
    connection: Connection, database: Database, owner: str, tmp_path: Path
) -> None:
    """From the instruction over a list and its elements to a report; and the plan has a name that can be used again."""
    async with asking(connection, tmp_path, Model(FANNED)) as (services, scripted):
        task_id = await run_task(services, database, owner, dynamic())
        (kept,) = await listed(services, owner)
    task = await look(database, task_id)
    assert task["subtasks"] == [
        [key, "SUCCEEDED"]
        for key in ("plan:1", "step:people", "step:likes:0/2", "step:likes:1/2", "step:report")
    ]  # fmt: skip
    assert task["answer"] == "Answer to REPORT for: Who likes what?\nApples.\n\nBananas {{item}}."
    assert f"LIKES of Bob {{{{input}}}}? {INPUT}" in scripted.prompts
    assert [step["id"] for step in json.loads(task["plan"])["steps"]] == ["people", "likes", "report"]
    assert task["followed"] == {"name": kept.name, "plan": task["plan"], "madeBy": task_id, "ownerId": owner}
    assert (kept.made_by, kept.use_count, kept.success_rate) == (task_id, 1, 1.0)


async def test_an_answer_leads_to_its_sources(
    connection: Connection, database: Database, owner: str, tmp_path: Path
) -> None:
    """By the statement that is shipped for Neo4j Browser, over the steps in between."""
    async with asking(connection, tmp_path, Model(FANNED)) as (services, _):
        task_id = await run_task(services, database, owner, dynamic())
    nodes = "UNWIND nodes(way) AS n RETURN DISTINCT labels(n)[-1] AS label, n.text AS text"
    steps = about(saved("answer_to_sources"), task_id).replace("RETURN way LIMIT 15", nodes)
    found = await database.execute(steps)
    assert {row["label"] for row in found} == {"Prompt", "Response", "Source"}
    assert {row["text"] for row in found} - {None} == {INPUT}


async def test_the_planning_exchange_is_in_the_conversation(
    connection: Connection, database: Database, owner: str, tmp_path: Path
) -> None:
    """The planner's prompt is about the input's beginning, its answer is the plan, and later prompts use answers."""
    async with asking(connection, tmp_path, Model(FANNED)) as (services, _):
        task_id = await run_task(services, database, owner, dynamic())
    (row,) = await cypher(
        database,
        """
        MATCH (t:Task {id: $id})-[:ASKED]->(root), (t)-[:HAS_SUBTASK]->({key: 'plan:1'})-[:ASKED]->(p:Prompt)
        MATCH (t)-[:HAS_SUBTASK]->({key: 'step:report'})-[:ASKED]->(report:Prompt)
        MATCH (t)-[:HAS_SUBTASK]->({key: 'step:likes:1/2'})-[:ASKED]->(likes:Prompt)
        RETURN EXISTS { (p)-[:DECOMPOSES]->(root) } AS decomposes, p.content AS content,
          head(COLLECT { MATCH (p)<-[:RESPONDS_TO]-(r:Response) RETURN r.content }) AS plan,
          COLLECT { MATCH (p)-[a:ABOUT]->(s:Source) RETURN [a.start, a.end] } AS about,
          COUNT { (report)-[:USES]->(:Response) } AS used, COUNT { (likes)-[:USES]->(:Response) } AS listed,
          COUNT { (likes)-[:ABOUT]->(:Source) } AS read, COUNT { (report)-[:ABOUT]->(:Source) } AS readLater
        """,
        id=task_id,
    )
    content = row.pop("content")
    assert "Who likes what?" in content
    assert f"<text>\n{INPUT}\n</text>" in content
    assert json.loads(row.pop("plan")) == FANNED
    assert row == {
        "decomposes": True, "about": [[0, len(INPUT)]], "used": 2, "listed": 1, "read": 1, "readLater": 0,
    }  # fmt: skip


@pytest.mark.parametrize("features", [["streaming"], ["streaming", "json_schema", "json_object"]])
async def test_a_plan_is_asked_for_in_the_providers_schema_mode(
    connection: Connection, owner: str, database: Database, tmp_path: Path, features: list[str]
) -> None:
    """Where the model has one; a schema that it does not keep to is judged by the strategy alone."""
    wrong, right = {"steps": [{"id": "a"}]}, {"steps": [{"id": "a", "prompt": "{{input}}"}]}
    async with asking(connection, tmp_path, Model(wrong, right), features=features) as (services, scripted):
        task_id = await run_task(services, database, owner, dynamic())
    has_mode = "json_schema" in features
    sent = [request.get("response_format", {}).get("type") for request in scripted.requests]
    assert sent == ["json_schema" if has_mode else None] * 2 + [None]
    assert (await look(database, task_id))["subtasks"] == [
        ["plan:1", "SUCCEEDED"], ["plan:2", "SUCCEEDED"], ["step:a", "SUCCEEDED"],
    ]  # fmt: skip


async def test_a_bad_plan_is_mended(connection: Connection, database: Database, owner: str, tmp_path: Path) -> None:
    """The model is shown its plan and the exact error."""
    circle = {"steps": [{"id": "a", "prompt": "{{steps.b}}"}, {"id": "b", "prompt": "{{steps.a}}"}]}
    async with asking(connection, tmp_path, Model(circle, FANNED)) as (services, scripted):
        task_id = await run_task(services, database, owner, dynamic())
    assert (await look(database, task_id))["status"] == "SUCCEEDED"
    assert f"<plan>\n{json.dumps(circle)}\n</plan>" in scripted.prompts[1]
    assert "The steps wait for each other in a circle:" in scripted.prompts[1]


async def test_three_bad_plans_fail_the_task(
    connection: Connection, database: Database, owner: str, tmp_path: Path
) -> None:
    """It says why, nothing is kept; a retry asks anew."""
    bad = ["First I would read it.", {"steps": []}, {"steps": [{"id": "a", "prompt": "{{topic}}"}]}]
    async with asking(connection, tmp_path, Model(*bad, FANNED)) as (services, scripted):
        task_id = await run_task(services, database, owner, dynamic())
        task = await look(database, task_id)
        assert (task["status"], len(scripted.requests), task["answer"]) == ("FAILED", 3, None)
        assert "no plan that can be followed" in task["error"]
        assert 'Step "a": there is no placeholder {{topic}}' in task["error"]
        assert await listed(services, owner) == []
        await services.backend.tasks.retry_task(owner, task_id)
        assert await finished(database, task_id) is TaskStatus.SUCCEEDED


async def test_a_list_that_is_none_fails_what_needs_it_alone(
    connection: Connection, database: Database, owner: str, tmp_path: Path
) -> None:
    """The step fails with the reason, its followers are skipped, another branch is the answer."""
    plan = {"steps": [*FANNED["steps"], {"id": "other", "prompt": "OTHER"}]}
    said = {"LIST": '{"people": "Ann and Bob"}', "OTHER": "Something else."}
    async with asking(connection, tmp_path, Model(said=said)) as (services, _):
        task_id = await run_task(services, database, owner, dynamic(plan=plan))
    task = await look(database, task_id)
    assert task["status"] == "PARTIAL"
    assert dict(task["subtasks"]) == {
        "step:people": "SUCCEEDED", "step:likes": "FAILED", "step:report": "SKIPPED", "step:other": "SUCCEEDED",
    }  # fmt: skip
    assert "“Likes, 1 of 1” cannot be asked. The answer to fan out over is no JSON list." in task["errors"][0]
    assert task["answer"].endswith("Something else.")


async def test_a_prompt_that_is_too_long_names_its_step(
    connection: Connection, database: Database, owner: str, tmp_path: Path
) -> None:
    """Nothing is asked; 50 MB are not counted for it."""
    plan = {"steps": [{"id": "whole", "prompt": "{{input}}", "title": "The whole"}]}
    async with asking(connection, tmp_path, Model()) as (services, scripted):
        for size in (40_000, 2_000_000):
            task_id = await run_task(services, database, owner, dynamic(text="x" * size, plan=plan))
            (error,) = (await look(database, task_id))["errors"]
            assert "The prompt of “The whole” does not fit into the 8192 tokens of planner/m." in error
    assert scripted.requests == []


async def test_a_role_is_a_model(connection: Connection, database: Database, owner: str, tmp_path: Path) -> None:
    """A step that asks for a role is answered by the role's model, another by the task's."""
    plan = {
        "steps": [{"id": "a", "prompt": "By role: {{input}}", "role": "fast"}, {"id": "b", "prompt": "By the task."}]
    }
    async with asking(connection, tmp_path, Model(plan)) as (services, scripted):
        task_id = await run_task(services, database, owner, dynamic())
    rows = await cypher(
        database,
        """MATCH (:Task {id: $id})-[:HAS_SUBTASK]->(s)-[:ATTEMPTED]->()-[:USED]->(m)
           RETURN s.key AS key, m.id AS model ORDER BY s.index""",
        id=task_id,
    )
    assert [tuple(row.values()) for row in rows] == [
        ("plan:1", "planner/m"),
        ("step:a", "prefixed/m"),
        ("step:b", "planner/m"),
    ]
    assert '"role", which says who is asked: ' in scripted.prompts[0]


async def test_an_answer_step_keeps_the_tasks_format(
    connection: Connection, database: Database, owner: str, tmp_path: Path
) -> None:
    """What is wanted of the task is wanted of the step that makes its answer, and of no other."""
    plan = {
        "steps": [{"id": "a", "prompt": "TEXT"}, {"id": "b", "prompt": "OBJECT {{steps.a}}"}],
        "aggregation": "MERGE",
    }
    said = {"TEXT": "Some text.", "OBJECT": '{"found": true}'}
    config = NewTaskConfig(response_format="JSON")
    async with asking(connection, tmp_path, Model(said=said)) as (services, scripted):
        task_id = await run_task(services, database, owner, dynamic(plan=plan, config=config))
    assert json.loads((await look(database, task_id))["answer"]) == {"found": True}
    assert [request.get("response_format", {}).get("type") for request in scripted.requests] == [None, "json_object"]


async def test_a_task_of_its_own_type_is_planned_in_its_words(
    connection: Connection, database: Database, owner: str, tmp_path: Path
) -> None:
    """A task type that needs no instruction says itself what is to be done."""
    plan = {"steps": [{"id": "a", "prompt": "{{instruction}} {{input}}"}]}
    async with asking(connection, tmp_path, Model(plan)) as (services, scripted):
        await run_task(services, database, owner, dynamic(None, type="summarize"))
    assert all("Summarize the material below." in prompt for prompt in scripted.prompts)


async def test_a_restart_goes_on_with_the_plan_that_was_made(
    connection: Connection, database: Database, owner: str, tmp_path: Path
) -> None:
    """Whatever the configuration says by then: nobody is asked for another plan."""
    held = asyncio.Event()
    plan = {
        "steps": [{"id": "a", "prompt": "FIRST {{input}}", "role": "fast"}, {"id": "b", "prompt": "SECOND {{steps.a}}"}]
    }

    def answer(prompt: str) -> str:
        if prompt.startswith(PLANNING):
            return json.dumps(plan)
        held.set()
        raise ConnectionError

    async with planning_provider(answer) as scripted:
        settings = provider(scripted.url, "planner") | {"agents": {"fast": {"model": "planner/m"}}}
        async with running(connection, tmp_path, settings) as services:
            task_id = await services.backend.tasks.create_task(owner, dynamic())
            await held.wait()
    assert not (await status_of(database, task_id) or TaskStatus.FAILED).is_final
    async with planning_provider(Model()) as scripted, running(connection, tmp_path, provider(scripted.url, "planner")):
        assert await finished(database, task_id) is TaskStatus.SUCCEEDED
    assert scripted.prompts == [f"FIRST {INPUT}", f"SECOND Answer to FIRST {INPUT}"]


# --- plans that are kept ------------------------------------------------------------------------


async def test_a_kept_plan_runs_without_planning(
    connection: Connection, database: Database, owner: str, tmp_path: Path
) -> None:
    """The one that a model made, by its name; and it counts how often and how well it was followed."""
    async with asking(connection, tmp_path, Model(FANNED)) as (services, scripted):
        await run_task(services, database, owner, dynamic())
        (made,) = await listed(services, owner)
        task_id = await run_task(services, database, owner, dynamic("Again.", kept=made.name))
        (kept,) = await listed(services, owner, made.name)
    task = await look(database, task_id)
    assert task["subtasks"][0][0] == "step:people"
    assert task["followed"]["name"] == made.name
    assert sum(prompt.startswith(PLANNING) for prompt in scripted.prompts) == 1
    assert (kept.use_count, kept.success_rate) == (2, 1.0)


async def test_a_saved_plan_is_followed_and_replaced(
    connection: Connection, database: Database, owner: str, tmp_path: Path
) -> None:
    """A task keeps the plan that it began with; the name is the newest one's."""
    old, new = ({"steps": [{"id": "a", "prompt": word}]} for word in ("OLD {{instruction}}", "NEW {{input}}"))
    async with asking(connection, tmp_path, Model()) as (services, _):
        plans = services.backend.plans
        saved = await plans.save_strategy(owner, NewStrategy(" mine ", old, "What I like."))
        assert (saved.name, saved.description, saved.use_count, saved.success_rate) == ("mine", "What I like.", 0, None)
        first = await run_task(services, database, owner, dynamic(kept=" mine "))
        await plans.save_strategy(owner, NewStrategy("mine", new))
        second = await run_task(services, database, owner, dynamic(None, kept="mine"))
        (kept,) = await listed(services, owner)
    assert (await look(database, first))["answer"] == "Answer to OLD Who likes what?"
    assert (await look(database, second))["answer"] == f"Answer to NEW {INPUT}"
    assert "OLD" in (await look(database, first))["plan"]
    assert (kept.plan["steps"][0]["prompt"], kept.use_count, kept.made_by) == ("NEW {{input}}", 2, None)
    versions = """MATCH (s:Strategy {ownerId: $owner}) OPTIONAL MATCH (s)-[:SUPERSEDES]->(former)
        RETURN [s.version, s.currentName, former.version, COUNT { (s)<-[:FOLLOWED]-() }] AS said ORDER BY s.version"""
    kept_versions = [row["said"] for row in await cypher(database, versions, owner=owner)]
    assert kept_versions == [[1, None, None, 1], [2, "mine", 1, 1]]


async def test_a_plan_may_do_without_input_or_instruction(
    connection: Connection, database: Database, owner: str, tmp_path: Path
) -> None:
    """What a plan does not name is not asked for; what it names and is not there is refused."""
    async with asking(connection, tmp_path, Model()) as (services, _):
        task_id = await run_task(services, database, owner, dynamic(None, None, plan=GO))
        assert (await look(database, task_id))["answer"] == "Answer to Go."
        for prompt, field in (("{{input}}", "input.strategy.plan"), ("{{instruction}}", "input.instruction")):
            new = dynamic(None, None, plan={"steps": [{"id": "a", "prompt": prompt}]})
            with pytest.raises(InvalidInput) as refused:
                await services.backend.tasks.create_task(owner, new)
            assert refused.value.field == field


async def test_success_is_counted_of_what_ended(
    connection: Connection, database: Database, owner: str, tmp_path: Path
) -> None:
    """One of two succeeded: the list of the other was no list."""
    said = {"LIST": "no list"}
    async with asking(connection, tmp_path, Model(said=said)) as (services, _):
        await services.backend.plans.save_strategy(owner, NewStrategy("mine", GO))
        await run_task(services, database, owner, dynamic(kept="mine"))
        await services.backend.plans.save_strategy(owner, NewStrategy("mine", FANNED))
        once = NewTaskConfig(retries={"maxAttempts": 1})
        await run_task(services, database, owner, dynamic(kept="mine", config=once))
        (kept,) = await listed(services, owner)
    assert (kept.use_count, kept.success_rate) == (2, 0.5)


async def test_another_owners_plan_is_as_if_it_were_not_there(
    connection: Connection, database: Database, owner: str, tmp_path: Path
) -> None:
    """Not listed, not found, and its name is free."""
    async with asking(connection, tmp_path, Model()) as (services, _):
        await services.backend.plans.save_strategy(owner, NewStrategy("mine", GO))
        other = f"other-{new_id()}"
        assert await listed(services, other) == []
        with pytest.raises(NotFound, match="There is no strategy 'mine'"):
            await services.backend.tasks.create_task(other, dynamic(kept="mine"))
        await services.backend.plans.save_strategy(other, NewStrategy("mine", GO))
        assert len(await listed(services, owner)) == len(await listed(services, other)) == 1


async def test_saving_twice_is_saving_once(
    connection: Connection, database: Database, owner: str, tmp_path: Path
) -> None:
    """The same key with the same plan; with another one it is a conflict, under whatever name."""
    async with asking(connection, tmp_path, Model()) as (services, _):
        plans = services.backend.plans
        new = NewStrategy("mine", GO, idempotency_key="key")
        assert await asyncio.gather(*(plans.save_strategy(owner, new) for _ in range(8)))
        for name, prompt in (("mine", "Stop."), ("yours", "Go.")):
            other = NewStrategy(name, {"steps": [{"id": "a", "prompt": prompt}]}, idempotency_key="key")
            with pytest.raises(Conflict):
                await plans.save_strategy(owner, other)
        (kept,) = await listed(services, owner)
        assert (kept.name, kept.plan["steps"][0]["prompt"]) == ("mine", "Go.")


async def test_plans_that_are_saved_at_once_under_one_name_are_versions_of_it(
    connection: Connection, database: Database, owner: str, tmp_path: Path
) -> None:
    """Each caller is given its own, and none is told of a key that it did not send."""
    async with asking(connection, tmp_path, Model()) as (services, _):
        plans = services.backend.plans
        new = [NewStrategy("mine", {"steps": [{"id": "a", "prompt": f"Say {i // 2}."}]}) for i in range(12)]
        saved = await asyncio.gather(*(plans.save_strategy(owner, one) for one in new))
        (kept,) = await listed(services, owner)
    said = [one.plan["steps"][0]["prompt"] for one in saved if one.plan]
    assert said == [f"Say {i // 2}." for i in range(12)]
    assert kept.version == len({one.id for one in saved})
    assert {one.version for one in saved} == set(range(1, kept.version + 1))


async def test_a_plan_that_was_replaced_does_not_come_back(
    connection: Connection, database: Database, owner: str, tmp_path: Path
) -> None:
    """A request that is sent again after others have saved theirs under the name changes nothing."""
    first, second, third = (
        NewStrategy("mine", {"steps": [{"id": "a", "prompt": prompt}]}, idempotency_key=key)
        for prompt, key in (("One.", "k1"), ("Two.", "k2"), ("Three.", None))
    )
    async with asking(connection, tmp_path, Model()) as (services, _):
        for new in (first, second, first, third, second, first):
            await services.backend.plans.save_strategy(owner, new)
        (kept,) = await listed(services, owner)
    assert kept.plan["steps"][0]["prompt"] == "Three."


@pytest.mark.parametrize(
    ("name", "plan", "field"),
    [
        ("", FANNED, "input.name"),
        ("x" * 201, FANNED, "input.name"),
        ("two\nlines", FANNED, "input.name"),
        ("File", FANNED, "input.name"),
        ("mine", {"steps": []}, "input.plan"),
        ("mine", "steps", "input.plan"),
        ("mine", {"steps": [{"id": "a", "prompt": "{{steps.a}}"}]}, "input.plan"),
        ("mine", {"steps": [{"id": "a", "prompt": "Go.", "model": "no/model"}]}, "input.plan"),
    ],
)
async def test_what_cannot_be_kept_is_refused(
    connection: Connection, owner: str, tmp_path: Path, name: str, plan: object, field: str
) -> None:
    """The error names the field and what is wrong."""
    async with asking(connection, tmp_path, Model()) as (services, _):
        with pytest.raises(InvalidInput) as refused:
            await services.backend.plans.save_strategy(owner, NewStrategy(name, plan))
        assert refused.value.field == field
        assert await listed(services, owner) == []


async def test_several_files_are_put_in_under_their_names(
    connection: Connection, database: Database, owner: str, tmp_path: Path
) -> None:
    """So that a prompt can speak of one of them."""
    files = (NewFile("a.txt", "One."), NewFile("b.txt", "Two."))
    plan = {"steps": [{"id": "a", "prompt": "{{input}}"}]}
    async with asking(connection, tmp_path, Model()) as (services, scripted):
        await run_task(services, database, owner, NewTask(instruction="Look.", files=files, plan=plan))
    assert scripted.prompts == ["=== a.txt ===\nOne.\n\n=== b.txt ===\nTwo."]
