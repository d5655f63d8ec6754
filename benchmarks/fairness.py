"""What a caller's trivial query takes while others ask for as much as they may: by each attack, and all together.

Run as `python -m benchmarks.fairness [ATTACK …]`. The service, the attackers and the caller who measures are processes
of their own.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from typing import Any

from benchmarks import attackers
from benchmarks.attackers import AT_ONCE, ATTACKS, Target, attacked
from benchmarks.bench import figure, load, neo4j
from service.app import create_app
from service.commands.server import run, serving
from service.config import load_config
from service.graph.database import Connection, Database
from service.graph.migrations import migrate
from service.graph.store import Store
from service.graph.writer import Writer
from service.records import new_id
from service.signals import Signals

OWNER = "local"
SECONDS = 8.0
CONVERSATIONS, MESSAGES = 100, 195
LONG, LONG_BYTES = 200, 1_250_000
NOTHING = "{ __typename }"
TITLE = '{ conversation(id: "%s") { title } }'


def main() -> None:
    """Print one JSON line a figure."""
    folder = Path(tempfile.mkdtemp(prefix="antiphon-bench-"))
    (folder / "config.yaml").write_text("defaults: {model: echo/echo}\n")
    os.environ["ANTIPHON_DATA_DIR"] = str(folder)
    run(_measured(sys.argv[1:]))


async def _measured(names: list[str]) -> None:
    async with AsyncExitStack() as stack:
        connection = await stack.enter_async_context(neo4j())
        conversation = await _fill(connection)
        await asyncio.to_thread(_with_service, connection, conversation, names)


async def _fill(connection: Connection) -> str:
    """Many messages in many conversations, and a conversation of long ones: its id."""
    database = Database(connection)
    await migrate(database)
    writer = Writer(database)
    store = Store(database, writer, Signals())
    await asyncio.gather(*(_conversation(store, MESSAGES, "A short message.") for _ in range(CONVERSATIONS)))
    conversation = await _conversation(store, LONG, "A line of a long message.\n" * (LONG_BYTES // 26))
    await writer.close()
    await database.close()
    return conversation


async def _conversation(store: Store, messages: int, text: str) -> str:
    id = new_id()
    new = {"conversationId": id, "ownerId": OWNER, "title": "Benchmark", "metadata": None}
    await store.create_conversation(new | {"idempotencyKey": None, "requestHash": ""})
    for number in range(messages):
        kind = ("Prompt", "Response")[number % 2]
        more: dict[str, Any] = {"role": "USER"} if kind == "Prompt" else {"status": "COMPLETE", "finishReason": "stop"}
        said = {"title": f"Message {number}", "content": text} | more
        await store.append_message(
            {"conversationId": id, "ownerId": OWNER, "id": new_id(), "kind": kind, "properties": said}
        )
    return id


def _with_service(connection: Connection, conversation: str, names: list[str]) -> None:
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_serve, args=(connection, there), daemon=True)
    process.start()
    target = Target(here.recv().removeprefix("http://"), conversation)
    try:
        _compare(target, names)
    finally:
        here.send("stop")
        process.join(10)


def _serve(connection: Connection, pipe: Pipe) -> None:
    async def served() -> None:
        config = load_config(Path(os.environ["ANTIPHON_DATA_DIR"]) / "config.yaml")
        async with serving(create_app(config, connection=connection), config, port=0) as url:
            pipe.send(url)
            await asyncio.to_thread(pipe.recv)

    run(served())


def _compare(target: Target, names: list[str]) -> None:
    """The quiet, the attacks, and what a machine does that is merely busy."""
    attackers.measure(target, TITLE % target.conversation, 2)
    quiet = _both(target, "quiet", {})
    _both(target, "busy_machine", quiet, *[attackers.burn] * AT_ONCE)
    for name, attack in ATTACKS.items():
        if not names or name in names:
            _both(target, name, quiet, attack)
    if not names:
        _both(target, "all_together", quiet, *ATTACKS.values())


def _both(target: Target, name: str, quiet: dict[str, float], *attacks: attackers.Attack) -> dict[str, float]:
    """A query of nothing, and one of a title, each under an attack: their p99, by name."""
    found: dict[str, float] = {}
    for what, query in (("nothing", NOTHING), ("title", TITLE % target.conversation)):
        with attacked(target, *attacks):
            time.sleep(2 if attacks else 0)
            times, failed = attackers.measure(target, query, SECONDS)
        p50, found[what], worst = (attackers.part(times, share) for share in (0.5, 0.99, 1))
        over = {"over_quiet": round(found[what] - quiet[what], 1)} if quiet else {}
        more = {"p50": round(p50, 1), "worst": round(worst, 1), "requests": len(times), "failed": failed}
        more["load"] = load()
        figure(f"{what}_p99_under_{name}", found[what], "ms", **over, **more)
    return found


if __name__ == "__main__":
    main()
