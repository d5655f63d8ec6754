"""Every analysis over a graph of one owner: how long each takes, and what it does to others who write meanwhile.

Run as `python -m benchmarks.analytics --messages 300000`. The graph has conversations of 1,000 messages with forks and
answers made in parts, a call for each response, and sources that conversations share.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import time
from pathlib import Path
from typing import Any

from benchmarks.bench import OWNER, figure, load, run, service
from benchmarks.generate import Filled, Wish, fill
from service.conversations.analytics.running import Analytics, all_analyses
from service.graph.analyses import Analyses
from service.records import new_id
from service.services import Services
from service.tasks.creating import NewPrompt

CALLS = (Path(__file__).parent / "statements" / "create_calls.cypher").read_text(encoding="utf-8")
MESSAGES, TIMES, SECONDS = 1_000, 3, 300.0
ALL_DAYS = "0"


class WithoutGds(Analyses):
    """A Neo4j that has no Graph Data Science, as far as it is asked."""

    async def has_gds(self) -> bool:
        """No."""
        return False


async def main(messages: int) -> None:
    """Fill a graph, and ask everything of it."""
    async with service({"defaults": {"model": "echo/echo"}}) as services:
        filled = await _filled(services, messages)
        figure("messages", len(filled) * MESSAGES, "messages", load=load())
        for kind in (Analyses, WithoutGds):
            asked = Analytics(kind(services.database), seconds=SECONDS, most=2)
            for name, analysis in all_analyses().items():
                if kind is Analyses or analysis.uses_gds:
                    given = {"days": ALL_DAYS} if any(one.name == "days" for one in analysis.parameters) else {}
                    await _measure(asked, name, given, kind is Analyses)
        await _beside(services)


async def _filled(services: Services, messages: int) -> list[Filled]:
    wish = Wish(MESSAGES, forks=20, decompositions=10, conversations=max(1, messages // MESSAGES), owner=OWNER)
    filled = await fill(services.database, wish)
    for number, one in enumerate(filled):
        await services.database.execute(CALLS, conversationId=one.id, number=number, bounded=False)
    return filled


async def _measure(asked: Analytics, name: str, given: dict[str, str], has_gds: bool) -> None:
    taken, rows = list[float](), 0
    for _ in range(TIMES):
        begun = time.monotonic()
        found = await asked.run(OWNER, name, given)
        taken.append((time.monotonic() - begun) * 1000)
        rows = len(found.rows)
    label = name if has_gds else f"{name}_without_gds"
    figure(label, statistics.median(taken), "ms", first=round(taken[0]), rows=rows, load=load())


async def _beside(services: Services) -> None:
    """A chat of another owner: how long a prompt takes alone, and beside two analyses that never pause."""
    alone = await _prompts(services)
    asked = Analytics(Analyses(services.database), seconds=SECONDS, most=2)

    async def keep_asking(owner: str) -> None:
        while True:
            await asked.run(owner, "spend_by_model", {"days": ALL_DAYS})

    busy = [asyncio.create_task(keep_asking(OWNER)), asyncio.create_task(keep_asking("another"))]
    try:
        beside = await _prompts(services)
    finally:
        for task in busy:
            task.cancel()
        await asyncio.gather(*busy, return_exceptions=True)
    figure("prompt_accepted", statistics.median(alone), "ms", beside=round(statistics.median(beside), 1))


async def _prompts(services: Services) -> list[float]:
    taken = list[float]()
    for _ in range(50):
        begun: Any = time.monotonic()
        await services.backend.tasks.send_prompt(f"other-{new_id()}", NewPrompt("Hello?"))
        taken.append((time.monotonic() - begun) * 1000)
    return taken


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=300_000)
    run(main(parser.parse_args().messages))
