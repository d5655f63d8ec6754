"""Plays what callers will want before one of them waits for it: tasks, from the mutation to their end.

The first task after a start took 5 to 10 s: a Neo4j that was just started plans each statement for the first time, with
code that its Java has not compiled yet. The play is on a stage (`graph/rehearsal.py`) whose transaction is undone, with
a provider, a model and templates of its own: nothing of it stays, and it holds nothing that a caller could wait for.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from service.chat import ModelConfig, ProviderConfig
from service.config import Config
from service.conversations.events import Events
from service.graph.database import Database
from service.graph.reader import Reader
from service.graph.rehearsal import Script, rehearsing, replay
from service.records import derived_id, new_id
from service.tasks.creating import NewFile, NewTask, NewTaskConfig, Tasks
from service.tasks.requests import NewPrompt

Play = Callable[[Database], Awaitable[None]]
"""What is done on a stage."""

OWNER = "antiphon-rehearsal"
ROUNDS = 20
QUICK_SECONDS = 0.2
"""A round that takes no longer is as quick as it will be."""
ENOUGH_SECONDS = 20.0
"""After which no more rounds begin, however slow the machine is."""
LONGEST_SECONDS = 60.0
"""How long one round may take; the first one plans every statement."""
_MODEL = ModelConfig("rehearsal", "echo", "echo", context_window=100_000, max_output_tokens=1000, tokenizer="bytes")


def rehearsal_config(config: Config) -> Config:
    """The configuration of a play: whatever it writes is its own, so that no caller waits for its locks."""
    prompt = config.task_types["prompt"]
    own = replace(prompt, instruction=f"{{# {new_id()} #}}{prompt.instruction}")
    return replace(
        config,
        providers={_MODEL.provider: ProviderConfig(_MODEL.provider, "echo", models=(_MODEL,))},
        defaults=replace(config.defaults, model=_MODEL.key),
        agents={},
        task_types={**config.task_types, "prompt": own},
    )


async def rehearse(database: Database, play: Play, is_idle: Callable[[], bool]) -> int:
    """Play rounds until they are quick, or a caller's work warms the server better; how many were played.

    Raises `GraphError` where the server has no stage for us, `TimeoutError` where a round takes too long.
    """
    script: Script = {}
    played, enough = 0, time.monotonic() + ENOUGH_SECONDS
    while played < ROUNDS and time.monotonic() < enough and is_idle():
        began = time.monotonic()
        async with asyncio.timeout(LONGEST_SECONDS):
            async with rehearsing(database, script) as stage:
                await play(stage)
            await replay(database, script)
        played += 1
        if time.monotonic() - began < QUICK_SECONDS:
            break
    return played


@dataclass(frozen=True, slots=True)
class Cast:
    """The parts, over a stage, that a play needs."""

    tasks: Tasks
    reader: Reader
    events: Events


async def play_tasks(cast: Cast) -> None:
    """A conversation of two prompts, and a task that has parts: each is followed to its end."""
    first = await cast.tasks.send_prompt(OWNER, NewPrompt(content=new_id()))
    conversation = await _follow(cast, first)
    await _follow(cast, await cast.tasks.send_prompt(OWNER, NewPrompt(new_id(), conversation)))
    files = tuple(NewFile(name, new_id()) for name in ("a.txt", "b.txt"))
    parts = NewTask(instruction=new_id(), strategy="FILE", files=files, config=NewTaskConfig(aggregation="LIST"))
    await _follow(cast, await cast.tasks.create_task(OWNER, parts))


async def _follow(cast: Cast, task: str) -> str:
    """Read a task as an operation does, and its events until it is over; the id of its conversation."""
    found = (await cast.reader.read_tasks(OWNER, [task]))[task]["conversationId"]
    await cast.reader.read_conversations(OWNER, [found])
    await cast.reader.read_messages(OWNER, [derived_id(task, "prompt")])
    async for _ in cast.events.task_events(OWNER, task):
        pass
    return found
