"""The graph of `docs/notebooks/example.graph.jsonl`: a festival of choirs is planned, in some conversations.

A service plays it over made-up models, twenty times as fast as it is told: all times and durations of the file are
stretched, so that what hangs together in time stays so. It is played anew where the form of the file changes
(`RENEW_NOTEBOOKS=graph scripts/notebooks`), with new ids.
"""

from __future__ import annotations

import json
import time
import zlib
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

from service.conversations.branches import NewBranch
from service.graph.database import Connection
from service.services import Services
from service.tasks.requests import NewPrompt, NewTask
from service.tasks.revisions import Revision
from service.tasks.settings import NewTaskConfig
from service.tasks.sources import NewFile
from service.tasks.turns import Regeneration
from tests.support.example_texts import CHATS, HALL, LAW, PLAN, PROGRAMME, SEATS, answer_to, report
from tests.support.graph_files import exported, read, written
from tests.support.scripted_provider import Said, ScriptedProvider, openai_delta
from tests.support.services import MODEL, cypher, finished, running

Json = dict[str, Any]

FASTER = 20
BEGIN = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
"""A Monday."""
PAUSES = {"acme": 0.02, "home": 0.008}
"""Seconds before each piece of an answer, by provider."""
PRICES = {"large": (15, 75), "small": (3, 15), "tiny": (0.4, 1.6)}
"""USD per million tokens: read, written."""
_TURN = """MATCH (t:Task {id: $id})-[:ASKED]->(p) OPTIONAL MATCH (t)-[:RESULTED_IN]->(r)
RETURN p.id AS prompt, r.id AS answer, t.conversationId AS place"""


class Models:
    """Answers as the texts have it: some reports come in a form that fails."""

    def __init__(self) -> None:
        self._failed: set[str] = set()

    def __call__(self, request: Json) -> Said:
        """The answer to a request."""
        asked = "\n".join(str(it["content"]) for it in request["messages"])
        last = str(request["messages"][-1]["content"])
        alone = last.count("Report of the choir") == 1
        if alone and "water damage" in last:
            return 400, {"error": {"message": "The file cannot be read."}}
        if alone and "by telegram" in last and request["model"] == "small":
            return 503, {"error": {"message": "The model is overloaded."}}
        if alone and "late at night" in last and last not in self._failed:
            self._failed.add(last)
            return 503, {"error": {"message": "The model is overloaded."}}
        return _stream(answer_to(last), asked, request["model"])


def _stream(text: str, asked: str, model: str) -> list[Json | str]:
    """In pieces: a larger model writes smaller ones, so it takes longer."""
    chance = zlib.crc32(asked.encode()) % 5
    size = {"large": 14, "small": 24, "tiny": 24}[model] + 2 * chance
    pieces = [text[at : at + size] for at in range(0, len(text), size)]
    usage = {"prompt_tokens": len(asked) // 4, "completion_tokens": max(1, len(text) // 4)}
    events: list[Json | str] = [openai_delta(content=piece) for piece in pieces]
    return [*events, openai_delta(finish="stop"), {"choices": [], "usage": usage}, "[DONE]"]


@dataclass
class Player:
    """Plays one step after the other, and notes when each was begun, and when that is told to have been."""

    services: Services
    owner: str
    ids: dict[str, str] = field(default_factory=dict[str, str])
    begun: list[tuple[float, datetime]] = field(default_factory=list[tuple[float, datetime]])

    def at(self, day: int, hour: float) -> None:
        """What comes now is told to be on that day, at that hour."""
        self.begun.append((time.time(), BEGIN + timedelta(days=day, hours=hour - 9)))

    async def say(self, chat: str, name: str, content: str, model: str, **more: Any) -> None:
        """A prompt of a chat, with its answer."""
        new = NewPrompt(content, self.ids.get(chat), config=NewTaskConfig(model=model), **more)
        await self._end(chat, name, await self.services.backend.tasks.send_prompt(self.owner, new))

    async def run(self, chat: str, name: str, instruction: str, strategy: str, model: str, **more: Any) -> None:
        """A task over files."""
        files = tuple(NewFile(title, text) for title, text in more.pop("files").items())
        plan = more.pop("plan", None)
        config = NewTaskConfig(model=model, **more)
        task: Json = {"conversation_id": self.ids.get(chat), "title": name, "files": files, "config": config}
        how: Json = {"plan": plan} if plan else {"strategy": strategy}
        new = NewTask(instruction=instruction, **how, **task)
        await self._end(chat, name, await self.services.backend.tasks.create_task(self.owner, new))

    async def branch(self, chat: str, name: str, message: str) -> str:
        """A branch from a message."""
        return await self.services.backend.branches.create_branch(
            self.owner, NewBranch(self.ids[chat], name, self.ids[message])
        )

    async def again(self, chat: str, name: str, answer: str, model: str) -> None:
        """Another answer, of another model."""
        wish = Regeneration(self.ids[answer], config=NewTaskConfig(model=model))
        (task, *_) = await self.services.backend.turns.regenerate(self.owner, wish)
        await self._end(chat, name, task)

    async def revise(self, chat: str, name: str, prompt: str, content: str) -> None:
        """The same in other words, on the same branch."""
        revised = await self.services.backend.turns.revise_message(
            self.owner, Revision(self.ids[prompt], content, ask=True)
        )
        assert revised.task_id is not None
        await self._end(chat, name, revised.task_id)

    async def _end(self, chat: str, name: str, task: str) -> None:
        await finished(self.services.database, task)
        (row,) = await cypher(self.services.database, _TURN, id=task)
        self.ids |= {chat: row["place"], f"p {name}": row["prompt"]}
        if row["answer"]:
            self.ids[f"r {name}"] = row["answer"]


async def play(connection: Connection, folder: Path, owner: str) -> bytes:
    """Play all of it; the file."""
    async with AsyncExitStack() as stack:
        models = Models()
        urls: dict[str, str] = {
            name: (await stack.enter_async_context(ScriptedProvider(models, pause=pause))).url
            for name, pause in PAUSES.items()
        }
        services = await stack.enter_async_context(running(connection, folder, _settings(urls)))
        player = Player(services, owner)
        await _chat(player)
        await _reports(player)
        await _hall(player)
        await _programme(player)
        return written(stretched(read(await exported(services.database, owner)), player.begun))


def _settings(urls: Mapping[str, str]) -> Json:
    has = {"acme": ("large", "small"), "home": ("tiny",)}
    providers = {
        name: {"protocol": "openai", "base_url": url, "models": {it: _model(it) for it in has[name]}}
        for name, url in urls.items()
    }
    return {
        "providers": providers,
        "api_keys": dict.fromkeys(urls, "none"),
        "defaults": {"model": "acme/small", "retries": {"max_attempts": 2, "total_seconds": 30}},
    }


def _model(name: str) -> Json:
    read_, written_ = PRICES[name]
    return MODEL | {"context_window": 32_768, "prices": {"input": read_, "output": written_}}


async def _chat(player: Player) -> None:
    """A thread with a branch, an answer that was asked again, and a prompt in other words."""
    said = CHATS
    player.at(0, 9.25)
    await player.say("history", "from", said["from"], "acme/large", title="Where antiphons come from")
    player.at(0, 9.5)
    await player.say("history", "west", said["west"], "acme/large")
    player.at(0, 10)
    await player.say("history", "choirs", said["choirs"], "home/tiny")
    player.at(0, 10.1)
    await player.again("history", "choirs, again", "r choirs", "acme/small")
    player.at(0, 10.5)
    await player.say("history", "open", said["open"], "acme/large")
    player.at(0, 10.75)
    await player.revise("history", "open, better", "p open", said["open, better"])
    player.at(1, 14)
    doubts = await player.branch("history", "doubts", "r west")
    await player.say("history", "certain", said["certain"], "acme/large", branch_id=doubts)
    player.at(1, 14.25)
    await player.say("history", "sources", said["sources"], "acme/large", branch_id=doubts)
    player.at(3, 16)
    await player.say("psalm", "psalm", said["psalm"], "home/tiny", title="What a psalm is")


async def _reports(player: Player) -> None:
    """Eight reports are read, of which some fail; then five of them, and all again, where answers are reused."""
    reports = {f"choir-{number}.txt": report(number) for number in range(1, 9)}
    some: Json = {"max_parallel": 4, "aggregation": "REDUCE", "fallback_models": ("acme/large",)}
    player.at(2, 9)
    await player.run(
        "reports", "Read the reports", "What does this report say?", "FILE", "acme/small", files=reports, **some
    )
    player.at(2, 9.5)
    await player.say("reports", "help", CHATS["help"], "acme/large")
    five = {name: reports[name] for name in ("choir-1.txt", "choir-2.txt", "choir-5.txt", "choir-6.txt", "choir-8.txt")}
    player.at(4, 11)
    await player.run(
        "needs",
        "What the choirs need",
        "What does this choir need?",
        "FILE",
        "home/tiny",
        files=five,
        max_parallel=2,
        aggregation="REDUCE",
    )
    player.at(8, 9)
    await player.run(
        "again",
        "Read them again",
        "What does this report say?",
        "FILE",
        "acme/small",
        files=reports,
        reuse=True,
        **some,
    )


async def _hall(player: Player) -> None:
    """Three conversations read about the hall."""
    player.at(3, 10)
    await player.run(
        "hall",
        "The hall in short",
        "Say it in one sentence.",
        "CHUNK",
        "acme/small",
        files={"hall.md": HALL, "law.md": LAW},
        chunk_tokens=260,
        max_parallel=3,
        aggregation="REDUCE",
    )
    player.at(7, 15)
    await player.run(
        "evening",
        "How long we may sing",
        "Until when may we sing in the hall?",
        "NONE",
        "acme/large",
        files={"hall.md": HALL, "law.md": LAW},
    )
    player.at(9, 10)
    await player.run(
        "seats",
        "Where to sit",
        "Where do people sit?",
        "FILE",
        "home/tiny",
        files={"hall.md": HALL, "seats.csv": SEATS},
        max_parallel=2,
        aggregation="REDUCE",
    )


async def _programme(player: Player) -> None:
    """A plan whose last step uses the answers of the others."""
    player.at(10, 13)
    await player.run(
        "programme",
        "The programme",
        "Write the programme of the evening.",
        "DYNAMIC",
        "acme/small",
        files={"programme.txt": PROGRAMME},
        plan=PLAN,
        max_parallel=3,
    )


def stretched(lines: Sequence[Json], begun: Sequence[tuple[float, datetime]]) -> list[Json]:
    """The file as if each step had been begun when it is told to have been, and had lasted so much longer."""

    def told(text: str) -> str:
        moment = datetime.fromisoformat(text)
        real, at = next((it for it in reversed(begun) if it[0] <= moment.timestamp() + 0.002), begun[0])
        later = at + timedelta(seconds=max(0.0, moment.timestamp() - real) * FASTER)
        return later.isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def walk(value: Any, name: str = "") -> Any:
        if isinstance(value, dict):
            said = cast(Json, value)
            if said.keys() == {"datetime"}:
                return {"datetime": told(said["datetime"])}
            return {key: walk(it, key) for key, it in said.items()}
        if isinstance(value, list):
            return [walk(it) for it in cast("list[Any]", value)]
        if name.endswith("Ms") and isinstance(value, int):
            return value * FASTER
        return value

    end = (begun[-1][1] + timedelta(hours=1)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    head = {**lines[0], "madeAt": end, "owner": "local"}
    return json.loads(json.dumps([head, *(walk(line) for line in lines[1:])]))
