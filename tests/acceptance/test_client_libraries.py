"""The shipped operations in client libraries: Relay's compiler takes them, Apollo pages by them, urql mixes nothing."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from service.app import create_app
from service.commands.server import serving
from service.graph.database import Connection
from service.resources import resource
from tests.support.front import MakeConfig, Service
from tests.support.node import run
from tests.support.relay import SCALARS, compile_modules
from tests.support.scripted_provider import ScriptedProvider, openai_stream

OPERATIONS = resource("schema", "operations")
PROGRAMS = Path(__file__).parents[1] / "clients"
STATUS = "query($id: ID!) { task(id: $id) { taskStatus } }"
MESSAGES = "query($id: ID!) { conversation(id: $id) { messages(first: 200) { nodes { id } } } }"
SCRIPTED = """
defaults: {model: scripted/m}
api_keys: {scripted: none}
providers:
  scripted:
    protocol: openai
    base_url: URL
    models: {m: {family: test, context_window: 8192, max_output_tokens: 1024, tokenizer: bytes}}
"""
WEATHER = {"name": "weather", "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}}
CALLS = [["call_0", '{"city": "Oslo"}'], ["call_0", '{"city": "Bergen"}']]


async def send(service: Service, conversation: str, **new: Any) -> None:
    """Send a prompt, and wait for its answer."""
    sent = await service.ask("SendPrompt", input={"conversationId": conversation} | new)
    async with asyncio.timeout(60):
        while await status(service, sent["sendPrompt"]["task"]["id"]) != "SUCCEEDED":
            await asyncio.sleep(0.02)


async def status(service: Service, task: str) -> str:
    """The state of a task."""
    return (await service.post(STATUS, id=task))["data"]["task"]["taskStatus"]


async def new_conversation(service: Service, title: str) -> str:
    """The id of a new conversation."""
    made = await service.ask("CreateConversation", input={"title": title})
    return made["createConversation"]["conversation"]["id"]


async def runs(folder: Path, name: str, service: Service, **values: str) -> None:
    """Run a program of `tests/clients` to its end; it complains of nothing."""
    (folder / name).write_text((PROGRAMS / name).read_text())
    said, errors = await run(folder, name, URL=f"{service.url}/graphql", OPERATIONS=str(OPERATIONS), **values)
    assert not errors, errors
    assert said.endswith("#done\n"), said


def as_module(name: str) -> str:
    """A shipped operation in a tag: named as Relay wants it, each of its lists a `@connection`."""
    text = (OPERATIONS / f"{name}.graphql").read_text()
    kind = re.match(r"\w+", text)
    assert kind
    named = text.replace(f" {name}", f" {name}{kind[0].capitalize()}", 1)
    lists = re.compile(r"(\w+)(\([^)]*\b(?:first|last):[^)]*\))(?= \{\s+edges )")
    tag = lists.sub(rf'\1\2 @connection(key: "{name}_\1")', named)
    return f"import {{ graphql }} from 'relay-runtime';\n\ngraphql`{tag}`;\n"


def test_relay_compiles_every_shipped_operation(tmp_path: Path) -> None:
    """With their lists as connections that page, and every scalar known."""
    names = [path.stem for path in OPERATIONS.glob("*.graphql")]
    modules = {f"{name}.ts": as_module(name) for name in names}
    paged = [name for name in names if re.search(r"\bedges \{", (OPERATIONS / f"{name}.graphql").read_text())]
    assert [name for name in paged if "@connection" not in modules[f"{name}.ts"]] == []
    config = {"src": "./src", "schema": "./schema.graphql", "language": "typescript", "eagerEsModules": True}
    said = compile_modules(tmp_path, json.dumps(config | SCALARS), modules)
    assert f"{len(names)} operation text" in said


async def test_apollo_pages_by_shipped_operations_both_ways(node_folder: Path, service: Service) -> None:
    """From the beginning, from the end, and from the middle both ways: everything once, in order."""
    conversations = [await new_conversation(service, f"Paged {number}") for number in range(5)]
    for number in range(7):
        await send(service, conversations[-1], content=f"Turn {number}.")
    chat = (await service.post(MESSAGES, id=conversations[-1]))["data"]["conversation"]
    values = {
        "CONVERSATION": conversations[-1],
        "CONVERSATIONS": json.dumps(conversations[::-1]),
        "MESSAGES": json.dumps([message["id"] for message in chat["messages"]["nodes"]]),
    }
    await runs(node_folder, "operations.apollo.js", service, **values)


@pytest.fixture
async def calling(connection: Connection, make_config: MakeConfig) -> AsyncIterator[tuple[Service, ScriptedProvider]]:
    """A service whose model says what the test tells it to, and that model."""
    async with ScriptedProvider() as provider:
        config = make_config(SCRIPTED.replace("URL", provider.url))
        app = create_app(config, connection=connection)
        async with serving(app, config, port=0) as url, httpx.AsyncClient(base_url=url, timeout=30) as http:
            yield Service(url, app, http), provider


async def test_tool_calls_of_two_turns_stay_apart_in_urql(
    node_folder: Path, calling: tuple[Service, ScriptedProvider]
) -> None:
    """Though the model numbers those of each turn from `call_0`."""
    service, provider = calling
    conversation, config = await new_conversation(service, "Weather"), {"tools": [WEATHER]}
    for id, arguments in CALLS:
        provider.say(*openai_stream("", [(id, "weather", arguments)]))
        provider.say(*openai_stream("Rain."))
        await send(service, conversation, content="What is the weather?", config=config)
        results = [{"toolCallId": id, "content": "rain"}]
        await send(service, conversation, toolResults=results, config=config)
    values = {"CONVERSATION": conversation, "CALLS": json.dumps(CALLS)}
    await runs(node_folder, "tool_calls.urql.js", service, **values)
