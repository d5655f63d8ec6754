"""The GraphQL cookbook tells the truth: its recipes are run from the top to the bottom, and give what it shows."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from service.app import create_app
from service.commands.server import serving
from service.graph.database import Connection
from tests.support.front import MakeConfig, Service, operation
from tests.support.node import NODE
from tests.support.pages import ROOT, blocks
from tests.support.recipes import Known, Recipe, recipes
from tests.support.scripted_provider import Said, ScriptedProvider, openai_stream

PAGE = (ROOT / "docs" / "graphql-cookbook.md").read_text()
FILE = {"messages": [{"role": "user", "content": "What is a psalm?"}, {"role": "assistant", "content": "A sung poem."}]}
PATIENCE = 60.0
CONFIG = """
api_keys: {{here: none}}
defaults: {{model: here/m}}
server: {{warm_up_seconds: 0}}
providers:
  here:
    protocol: openai
    base_url: {url}
    models:
      m: {{family: test, context_window: 8192, max_output_tokens: 1024, tokenizer: bytes,
        prices: {{input: 1, output: 2}}}}
"""
IN_NODE = """
const letters = (text) => ({textContent: text});
globalThis.document = {createElement: (name) => ({name, parts: [], append(...more) { this.parts.push(...more); }})};
const line = marked({text: "a 🎶 b c", marks: [{start: 4, end: 5}]});
const said = line.parts.map((part) => typeof part === "string" ? part : `[${part.textContent}]`).join("");
const seen = [];
await upload(new Blob(["0123456789".repeat(1_000_000)]), {url: process.argv[1]}, {}, (share) => seen.push(share));
let shown = "";
const show = ({position, text}) => { shown_expression; };
for (const [position, text] of [[0, "🎶 a"], [3, " b"], [0, "🎶 a b"], [5, "!"]]) show({position, text});
console.log(JSON.stringify({said, seen, shown}));
"""


def answer(request: dict[str, Any]) -> Said:
    """What the model of the page says."""
    asked = str(request["messages"][-1]["content"])
    return openai_stream("A call and its response, sung by two choirs." if "antiphon" in asked else "It says so.")


@pytest.fixture(scope="module")
async def provider() -> AsyncIterator[ScriptedProvider]:
    """Its model answers at once, or when it may."""
    async with ScriptedProvider(answer) as scripted:
        yield scripted


@pytest.fixture(scope="module")
async def cook(connection: Connection, make_config: MakeConfig, provider: ScriptedProvider) -> AsyncIterator[Service]:
    """A service of an owner who has nothing yet."""
    config = make_config(CONFIG.format(url=provider.url))
    app = create_app(config, connection=connection)
    async with serving(app, config, port=0) as url, httpx.AsyncClient(base_url=url, timeout=60) as http:
        yield Service(url, app, http)


def is_watched(recipe: Recipe) -> bool:
    """Whether its operation is a subscription."""
    return operation(recipe.operation).startswith("subscription")


async def run(service: Service, provider: ScriptedProvider, known: Known, recipe: Recipe) -> None:
    """Do it, until it gives what is shown: what is made in the background may take a moment."""
    asked = {"query": operation(recipe.operation), "variables": known.filled(recipe.variables)}
    if is_watched(recipe):
        return await watch(service, provider, known, recipe, asked)
    until = time.monotonic() + (PATIENCE if asked["query"].startswith("query") else 0)
    while True:
        seen = (await service.http.post("/graphql", json=asked)).json()
        why = known.why_unlike(recipe.answers[0], seen)
        assert "errors" in recipe.answers[0] or "errors" not in seen, (recipe.heading, seen)
        if why is None or time.monotonic() > until:
            break
        await asyncio.sleep(0.1)
    assert why is None, (recipe.heading, why)


def at_once(wanted: list[dict[str, Any]]) -> dict[str, Any]:
    """What comes in place of pieces of a text where the model was quicker than who subscribed: all in one."""
    names = [next(iter(one["data"])) for one in wanted]
    pieces = [one["data"][name] for one, name in zip(wanted, names, strict=True)]
    if any("text" not in piece for piece in pieces):
        return wanted[0]
    whole = {key: value for piece in pieces for key, value in piece.items()}
    return {"data": {names[0]: whole | {"text": "".join(piece["text"] for piece in pieces)}}}


async def watch(
    service: Service, provider: ScriptedProvider, known: Known, recipe: Recipe, asked: dict[str, Any]
) -> None:
    """Subscribe, let the model answer, and wait for what is shown, in this order; more may come in between."""
    wanted = list(recipe.answers)
    async with (
        asyncio.timeout(PATIENCE),
        service.http.stream("POST", "/graphql", json=asked, headers={"accept": "text/event-stream"}) as stream,
    ):
        provider.go.set()
        async for line in stream.aiter_lines():
            if line.startswith("data:") and (said := line[5:].strip()):
                seen = json.loads(said)
                if known.why_unlike(wanted[0], seen) is None:
                    wanted.pop(0)
                if not wanted or known.why_unlike(at_once(wanted), seen) is None:
                    return
    raise AssertionError((recipe.heading, "did not come", wanted, known.ids))


async def put(service: Service, known: Known) -> None:
    """What the page's `upload` does, without a browser."""
    content = json.dumps(FILE).encode()
    assert (await service.http.put(known.ids["upload url"], content=content)).json()["receivedBytes"] == len(content)


async def test_recipes_give_what_they_show(cook: Service, provider: ScriptedProvider) -> None:
    """Each in its turn, with the ids of those before."""
    known, all_of_it = Known(), list(recipes(PAGE))
    assert len(all_of_it) > 20
    for recipe, following in zip(all_of_it, [*all_of_it[1:], None], strict=True):
        if following is not None and following.operation == "ResponseDeltas":
            provider.go.clear()
        await run(cook, provider, known, recipe)
        if recipe.operation == "CreateUpload":
            await put(cook, known)
    file = await cook.http.get(known.ids["export url"])
    assert "sung by two choirs" in file.text


async def test_snippets_of_the_page_run(cook: Service) -> None:
    """In Node, with as much of a page as they need: an emoji moves no mark, a large file goes in pieces."""
    size = 10_000_000
    made = await cook.ask("CreateUpload", input={"name": "large.json", "bytes": size})
    url = cook.url + made["createUpload"]["upload"]["url"]
    (expression,) = re.findall(r"`(shown = [^`]+)`", PAGE)
    program = "\n".join([*blocks("js", PAGE), IN_NODE.replace("shown_expression", expression)])
    process = await asyncio.create_subprocess_exec(
        *(str(NODE), "--input-type=module", "-e", program, url),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    assert process.returncode == 0, err.decode()
    said = json.loads(out)
    assert said["said"] == "a 🎶 [b] c"
    assert said["shown"] == "🎶 a b!"
    assert said["seen"][-1] == 1
    assert len(said["seen"]) == 2
    state = (await cook.http.get(url)).json()
    assert state["receivedBytes"] == size


def test_no_page_counts_an_emoji_as_two() -> None:
    """`position` counts characters, and a text of JavaScript counts units of 16 bits."""
    pages = [*(ROOT / "docs").rglob("*.md"), *(ROOT / "tests" / "clients").glob("*.js")]
    assert [page.name for page in pages if re.search(r"\w\.slice\(0, position\)", page.read_text())] == []


def test_page_names_operations_that_are_there() -> None:
    """And every code that the table of errors explains is one that the page about GraphQL has."""
    for name in re.findall(r"\[`(\w+)`\]\(\.\./schema/operations/\w+\.graphql\)", PAGE):
        assert operation(name)
    codes = set(re.findall(r"^\| `([A-Z_]+)` \|", PAGE, re.MULTILINE))
    assert codes <= set(re.findall(r"`([A-Z_]+)`", (ROOT / "docs" / "graphql.md").read_text()))
