"""Strategies over HTTP: they are chosen in four ways, plans are saved and listed, and nobody sees another's."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from service.records import new_id
from tests.support.front import Service, nodes

CREATE = """mutation C($input: CreateTaskInput!) {
  createTask(input: $input) {
    task {
      id strategy followed { id name }
      plan {
        steps { stepId title prompt dependsOn forEach role model responseFormat { kind jsonSchema } }
        answer aggregation
      }
    }
  }
}"""
GREET = {"steps": [{"id": "greet", "prompt": "Greet {{input}}"}]}
BOB = {"authorization": "Bearer token-of-bob"}


async def saved(service: Service, **more: Any) -> dict[str, Any]:
    """A plan that is kept under a name of its own."""
    new = {"name": f"greeting {new_id()}", "plan": GREET, "description": "Greets."} | more
    return (await service.ask("SaveStrategy", input=new))["saveStrategy"]["strategy"]


async def ended(service: Service, task_id: str) -> dict[str, Any]:
    """The task, once it is over, with its plan."""
    query = (
        "query T($id: ID!) { task(id: $id) { taskStatus finishedAt strategy followed { name } answer { content } } }"
    )
    async with asyncio.timeout(60):
        while (task := (await service.post(query, id=task_id))["data"]["task"])["finishedAt"] is None:
            await asyncio.sleep(0.05)
    return task


async def test_a_saved_plan_is_listed_and_followed(service: Service) -> None:
    """Under its name, without planning; then it says how often and how well it was used."""
    kept = await saved(service)
    assert (kept["plan"]["steps"][0]["stepId"], kept["useCount"], kept["successRate"]) == ("greet", 0, None)
    new = {"strategy": {"kept": kept["name"]}, "input": {"text": "Ann"}}
    created = (await service.post(CREATE, input=new))["data"]["createTask"]["task"]
    assert (created["strategy"], created["plan"], created["followed"]["id"]) == ("DYNAMIC", kept["plan"], kept["id"])
    task = await ended(service, created["id"])
    assert (task["taskStatus"], task["answer"]["content"]) == ("SUCCEEDED", "Greet Ann")
    assert task["followed"] == {"name": kept["name"]}
    (now,) = nodes((await service.ask("Strategies", strategy=kept["name"]))["strategies"])
    assert now == kept | {"useCount": 1, "successRate": 1.0}


async def test_a_plan_comes_back_as_it_was_sent(service: Service) -> None:
    """Each of its fields, with what the check made clear: the format of a list, and which steps are the answer."""
    schema = {"type": "object"}
    steps = [
        {"id": "people", "prompt": "List {{input}}", "title": "People"},
        {"id": "each", "prompt": "Describe {{item}}", "forEach": "people", "responseFormat": {"jsonSchema": schema}},
        {"id": "last", "prompt": "Sum up {{steps.each}}", "dependsOn": ["people"], "responseFormat": {"text": True}},
    ]
    plan = (await saved(service, plan={"steps": steps, "aggregation": "LIST"}))["plan"]
    assert (plan["answer"], plan["aggregation"]) == (["last"], "LIST")
    assert [(step["title"], step["dependsOn"], step["forEach"]) for step in plan["steps"]] == [
        ("People", [], None),
        (None, [], "people"),
        (None, ["people"], None),
    ]
    assert [step["responseFormat"] for step in plan["steps"]] == [
        {"kind": "JSON", "jsonSchema": None},
        {"kind": "JSON_SCHEMA", "jsonSchema": schema},
        {"kind": "TEXT", "jsonSchema": None},
    ]


async def test_a_strategy_is_chosen_in_four_ways(service: Service) -> None:
    """A built-in one, one by its name, a kept plan, and a plan; as a literal and in a variable."""
    name = (await saved(service))["name"]
    literals = [
        "{builtIn: FILE}",
        '{named: "FILE"}',
        f'{{kept: "{name}"}}',
        '{plan: {steps: [{id: "a", prompt: "Go."}]}}',
    ]
    wish = 'instruction: "Look.", input: {text: "Ann"}, strategy: %s'
    literal = f"mutation {{ createTask(input: {{{wish}}}) {{ task {{ strategy }} }} }}"
    answers = [await service.post(literal % text) for text in literals]
    assert [answer["data"]["createTask"]["task"]["strategy"] for answer in answers] == ["FILE"] * 2 + ["DYNAMIC"] * 2
    variables: list[object] = [{"builtIn": "FILE"}, {"named": "FILE"}, {"kept": name}, {"plan": GREET}]
    new = {"instruction": "Look.", "input": {"text": "Ann"}}
    answers = [await service.post(CREATE, input=new | {"strategy": strategy}) for strategy in variables]
    assert [answer["data"]["createTask"]["task"]["strategy"] for answer in answers] == ["FILE"] * 2 + ["DYNAMIC"] * 2


@pytest.mark.parametrize(
    ("strategy", "code", "field"),
    [
        ({"named": "GUESS"}, "INVALID_INPUT", "input.strategy.named"),
        ({"kept": "nobody's"}, "NOT_FOUND", "input.strategy.kept"),
        ({"kept": "FILE"}, "NOT_FOUND", "input.strategy.kept"),
        ({"plan": {"steps": []}}, "INVALID_INPUT", "input.strategy.plan"),
        ({"builtIn": "GUESS"}, "INVALID_REQUEST", "input.strategy.builtIn"),
        ({"names": "x"}, "INVALID_REQUEST", "input.strategy"),
        ({"builtIn": "FILE", "kept": "x"}, "INVALID_REQUEST", "input.strategy"),
        ({"builtIn": "FILE", "kept": None}, "INVALID_REQUEST", "input.strategy"),
        ({"kept": None}, "INVALID_REQUEST", "input.strategy.kept"),
        ({}, "INVALID_REQUEST", "input.strategy"),
        ({"plan": {"steps": [{"id": "a"}]}}, "INVALID_REQUEST", "input.strategy.plan.steps[0]"),
        (3, "INVALID_REQUEST", "input.strategy"),
    ],
)
async def test_what_is_no_strategy_is_refused(service: Service, strategy: object, code: str, field: str) -> None:
    """The error names the field: no choice, two choices, null, and what is not there."""
    new = {"instruction": "Look.", "strategy": strategy, "input": {"text": "Ann"}}
    error = (await service.post(CREATE, input=new))["errors"][0]["extensions"]
    assert (error["code"], error["field"]) == (code, field)


@pytest.mark.parametrize("strategy", ["{}", '{builtIn: FILE, kept: "x"}', "{kept: null}", "FILE", '"FILE"'])
async def test_what_is_no_choice_is_refused_in_a_text(service: Service, strategy: str) -> None:
    """Once, and by the name of the input."""
    wish = f'mutation {{ createTask(input: {{instruction: "x", strategy: {strategy}}}) {{ task {{ id }} }} }}'
    (error,) = (await service.post(wish))["errors"]
    assert error["extensions"]["code"] == "INVALID_REQUEST"
    assert "StrategyInput" in error["message"]


async def test_a_strategy_is_a_node(service: Service) -> None:
    """A plan that replaces another is a version of its own, and the one before it is still there."""
    first = await saved(service)
    new = {"name": first["name"], "plan": {"steps": [{"id": "a", "prompt": "Ask {{input}}"}]}}
    made = (await service.ask("SaveStrategy", input=new))["saveStrategy"]
    assert (first["version"], made["strategy"]["version"]) == (1, 2)
    listed = (await service.ask("Strategies", strategy=first["name"]))["strategies"]["edges"]
    assert [(edge["cursor"], edge["node"]["id"]) for edge in listed] == [
        (made["strategyEdge"]["cursor"], made["strategy"]["id"])
    ]
    both = "query B($id: ID!) { node(id: $id) { ... on Strategy { id previous { id version } madeBy { id } } } }"
    node = (await service.post(both, id=made["strategy"]["id"]))["data"]["node"]
    assert node == {"id": made["strategy"]["id"], "previous": {"id": first["id"], "version": 1}, "madeBy": None}
    built_in = (await service.ask("Node", id="FILE"))["node"]
    assert (built_in["__typename"], built_in["id"], built_in["version"]) == ("Strategy", "FILE", None)


async def test_built_in_strategies_are_listed_first(service: Service) -> None:
    """With no plan and no use count of their own."""
    await saved(service)
    listed = nodes((await service.ask("Strategies"))["strategies"])
    assert [it["name"] for it in listed[:5]] == ["NONE", "CHUNK", "FILE", "ERROR", "DYNAMIC"]
    assert [(it["plan"], it["useCount"]) for it in listed[:5]] == [(None, None)] * 5
    assert listed[5]["plan"] is not None


async def test_an_owner_sees_no_other_owners_plans(guarded: Service) -> None:
    """Neither in the list nor by name."""
    kept = await saved(guarded)
    query = "query N($name: String) { strategies(name: $name) { edges { node { name } } } }"
    wish = {"query": query, "variables": {"name": kept["name"]}}
    seen = [await guarded.http.post("/graphql", json=wish, headers=headers) for headers in ({}, BOB)]
    assert [len(answer.json()["data"]["strategies"]["edges"]) for answer in seen] == [1, 0]
    new = {"strategy": {"kept": kept["name"]}, "input": {"text": "Ann"}}
    seen = await guarded.http.post(
        "/graphql",
        json={"query": "query N($id: ID!) { node(id: $id) { id } }", "variables": {"id": kept["id"]}},
        headers=BOB,
    )
    assert seen.json()["data"] == {"node": None}
    answer = await guarded.http.post("/graphql", json={"query": CREATE, "variables": {"input": new}}, headers=BOB)
    assert answer.json()["errors"][0]["extensions"]["code"] == "NOT_FOUND"


async def test_a_plan_that_is_wrong_is_not_kept(service: Service) -> None:
    """The error says what is wrong with it."""
    save = "mutation S($input: SaveStrategyInput!) { saveStrategy(input: $input) { strategy { name } } }"
    circle = {"steps": [{"id": "a", "prompt": "{{steps.b}}"}, {"id": "b", "prompt": "{{steps.a}}"}]}
    answer = await service.post(save, input={"name": "round", "plan": circle})
    assert "in a circle: " in answer["errors"][0]["message"]
    assert answer["errors"][0]["extensions"]["field"] == "input.plan"
