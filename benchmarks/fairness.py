"""What a trivial query takes while others ask for as much as they may: by each attack, and all together. It is asked by
the owner in whose name they ask (`own`), and by another (`other`).

Run as `python -m benchmarks.fairness [ATTACK …]`. The service, the attackers and the caller who measures are processes
of their own.
"""

from __future__ import annotations

import asyncio
import json
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
from benchmarks.attackers import AT_ONCE, ATTACKS, Caller, Target, attacked
from benchmarks.bench import figure, load, neo4j
from benchmarks.floods import FLOODS
from service.app import create_app
from service.commands.loops import run
from service.commands.server import serving
from service.config import load_config
from service.graph.database import Connection, Database
from service.graph.migrations import migrate
from service.graph.store import Store
from service.graph.writer import Writer
from service.records import new_id
from service.signals import Signals

OWNERS = {"the-key-of-one": "one", "the-key-of-another": "another"}
SECONDS = 12.0
SETTLE_SECONDS = 15.0
"""What has just been started compiles itself."""
CONVERSATIONS, MESSAGES = 100, 195
LONG, LONG_BYTES = 200, 1_250_000


def main() -> None:
    """Print one JSON line a figure."""
    folder = Path(tempfile.mkdtemp(prefix="antiphon-bench-"))
    settings = {"defaults": {"model": "echo/echo"}, "server": {"api_keys": OWNERS}}
    (folder / "config.yaml").write_text(json.dumps(settings))
    os.environ["ANTIPHON_DATA_DIR"] = str(folder)
    run(_measured(sys.argv[1:]))


async def _measured(names: list[str]) -> None:
    async with AsyncExitStack() as stack:
        connection = await stack.enter_async_context(neo4j())
        callers = await _fill(connection)
        await asyncio.to_thread(_with_service, connection, callers, names)


async def _fill(connection: Connection) -> list[Caller]:
    """Many messages in many conversations, and one of long ones, all of one owner; and a conversation of another."""
    database = Database(connection)
    await migrate(database)
    writer = Writer(database)
    store = Store(database, writer, Signals())
    one, another = OWNERS.values()
    await asyncio.gather(*(_conversation(store, one, MESSAGES, "A short message.") for _ in range(CONVERSATIONS)))
    long = await _conversation(store, one, LONG, "A line of a long message.\n" * (LONG_BYTES // 26))
    conversations = long, await _conversation(store, another, 2, "A short message.")
    await writer.close()
    await database.close()
    return [Caller(key, conversation) for key, conversation in zip(OWNERS, conversations, strict=True)]


async def _conversation(store: Store, owner: str, messages: int, text: str) -> str:
    id = new_id()
    new = {"conversationId": id, "ownerId": owner, "title": "Benchmark", "metadata": None}
    await store.create_conversation(new | {"idempotencyKey": None, "requestHash": ""})
    for number in range(messages):
        kind = ("Prompt", "Response")[number % 2]
        more: dict[str, Any] = {"role": "USER"} if kind == "Prompt" else {"status": "COMPLETE", "finishReason": "stop"}
        said = {"title": f"Message {number}", "content": text} | more
        await store.append_message(
            {"conversationId": id, "ownerId": owner, "id": new_id(), "kind": kind, "properties": said}
        )
    return id


def _with_service(connection: Connection, callers: list[Caller], names: list[str]) -> None:
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_serve, args=(connection, there), daemon=True)
    process.start()
    target = Target(here.recv().removeprefix("http://"), *callers)
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
    attackers.measure(target, SETTLE_SECONDS)
    quiet = _under(target, "quiet", {})
    _under(target, "busy_machine", quiet, *[attackers.burn] * AT_ONCE)
    for name, attack in (ATTACKS | FLOODS).items():
        if not names or name in names:
            _under(target, name, quiet, attack)
    if not names or "all_together" in names:
        _under(target, "all_together", quiet, *ATTACKS.values())


def _under(target: Target, name: str, quiet: dict[str, float], *attacks: attackers.Attack) -> dict[str, float]:
    """What small requests take under attacks: their p99, by name."""
    found: dict[str, float] = {}
    with attacked(target, *attacks):
        time.sleep(2 if attacks else 0)
        measured = attackers.measure(target, SECONDS)
    for what, times in measured.items():
        p50, found[what], worst = map(times.part, (0.5, 0.99, 1))
        over = {"over_quiet": round(found[what] - quiet[what], 1)} if quiet else {}
        more = {"p50": round(p50, 1), "worst": round(worst, 1), "requests": len(times.of), "failed": times.failed}
        figure(f"{what}_p99_under_{name}", found[what], "ms", **over, **more, load=load())
    return found


if __name__ == "__main__":
    main()
