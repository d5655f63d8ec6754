"""`antiphon demo`: the whole path in one go, on the embedded Neo4j and the local model.

A task over a few of this project's own files, a question that continues from its answer, the conversation as a
tree, and where to look at it.
"""

from __future__ import annotations

import asyncio
import sys
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from service.commands.client import Client, Upload
from service.commands.following import exit_code, follow_or_cancel, interruptions
from service.commands.neo4j import show_login
from service.commands.serving import (
    find_running,
    listening_on,
    neo4j_address,
    start_service,
    take_place,
    token_for,
)
from service.commands.setup import install_weights
from service.commands.terminal import LiveTask, PlainText, print_tree, say, write
from service.commands.trees import read_tree
from service.config import Config, load_config
from service.errors import AntiphonError
from service.graph.local import progress_on
from service.resources import read_resource, resource

Json = dict[str, Any]

MODEL = "local/smollm2"
FILES = (
    ("cypher", "queries", "conversations", "read_conversation_head.cypher"),
    ("cypher", "queries", "tasks", "renew_leases.cypher"),
    ("schema", "operations", "CreateConversation.graphql"),
    ("schema", "operations", "ResponseDeltas.graphql"),
)
INSTRUCTION = "Say in two sentences what this file is for."
QUESTION = "Which of these files would you read first, and why? Answer in two sentences."
ANSWER_TOKENS = 56
_ARCHIVE_SECONDS = 90.0


async def run_demo(keep: bool) -> int:
    """Set up what is missing, run the demo, and say where to look; the exit code."""
    config = load_config()
    if MODEL in [model.key for model in config.models()]:
        install_weights()
    async with AsyncExitStack() as stack:
        url = await _service(config, stack)
        client = await stack.enter_async_context(Client(url, token_for(config)))
        # Over all of it: otherwise Ctrl-C between two steps would reach the server in this process first.
        interrupted = stack.enter_context(interruptions())
        code = await _converse(client, interrupted)
        await _show_places(config, client)
        if keep and not interrupted.is_set():
            say("\nAll of it stays up until Ctrl-C.")
            await interrupted.wait()
            say("Stopping …")
        await _finish_archive(interrupted)
    return code


async def _service(config: Config, stack: AsyncExitStack) -> str:
    """The address of the service that runs already, or of one that is started for the demo."""
    running = find_running(config.storage.data_folder)
    if running:
        say(f"Using the service that runs already: {running.url}")
        return running.url
    place = await take_place(config.storage.data_folder)
    stack.callback(place.leave)
    say("Starting Antiphon.")
    service = start_service(listening_on(config, "127.0.0.1", 0), progress_on(), brief=True)
    started = await stack.enter_async_context(service)
    place.announce(started.url)
    return started.url


async def _converse(client: Client, interrupted: asyncio.Event) -> int:
    config: Json = {"model": MODEL, "maxOutputTokens": ANSWER_TOKENS}
    files = [resource(*parts) for parts in FILES]
    say(f"\n1. A task over {len(files)} files, one prompt a file: {INSTRUCTION}")
    wish = {
        "title": "Antiphon's demo",
        "instruction": INSTRUCTION,
        "strategy": {"builtIn": "FILE"},
        "input": {"files": [_file(path) for path in files]},
        "config": config,
    }
    task = (await client.execute("CreateTask", input=wish))["task"]
    with LiveTask("files") as view:
        task = await follow_or_cancel(client, task, view, interrupted)
    if interrupted.is_set() or not task["answer"]:
        say(f"{task['taskStatus']}: {task['error'] or 'there is no answer'}")
        return exit_code(task)
    write(f"\n{task['answer']['content'].strip()}\n")

    conversation = task["conversation"]["id"]
    say(f"\n2. A question that continues from this answer: {QUESTION}\n")
    wish = {"content": QUESTION, "conversationId": conversation, "config": config}
    reply = (await client.execute("SendPrompt", input=wish))["task"]
    reply = await follow_or_cancel(client, reply, PlainText(), interrupted)
    write("\n")
    say("\n3. The conversation, as the graph holds it:\n")
    print_tree(await read_tree(client, conversation, first=20))
    _say_commands(conversation)
    return max(exit_code(task), exit_code(reply))


async def _finish_archive(interrupted: asyncio.Event) -> None:
    """Let Neo4j's class archive be made, if it is being made: the next start takes half the time with it."""
    making = [task for task in asyncio.all_tasks() if task.get_name() == "neo4j-archive" and not task.done()]
    if making and not interrupted.is_set():
        say("\nMaking the next start faster; this is done once, and Ctrl-C skips it.")
        skipping = asyncio.create_task(interrupted.wait())
        await asyncio.wait([*making, skipping], return_when=asyncio.FIRST_COMPLETED, timeout=_ARCHIVE_SECONDS)
        skipping.cancel()


def _file(path: Path) -> Json:
    return {"name": path.name, "content": {"upload": Upload(path.name, path.read_bytes())}}


def _say_commands(conversation: str) -> None:
    say("\nTo see it as a graph, run these two in Neo4j Browser:\n")
    say(f":param conversationId => '{conversation}'\n")
    say(read_resource("cypher", "browser", "conversation.cypher"))


async def _show_places(config: Config, client: Client) -> None:
    print(f"GraphQL        {client.graphql}")
    try:
        show_login(await neo4j_address(config))
    except AntiphonError as error:
        say(str(error))
    sys.stdout.flush()
