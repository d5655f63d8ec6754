"""Random kills: a task at work, `kill -9` at any moment of its life, a new start, and the books must balance.

`scripts/soak --runs 100` plays a hundred rounds on one data folder. All that is random in a round comes from its
seed, which is printed; `scripts/soak --runs 1 --seed SEED` draws the same round again. `--what frozen`,
`--what conversation`, `--what refresh` and `--what erasure` are other games: see `frozen.py`, `machine/`,
`refresh_soak.py` and `forgetting.py`.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from service.commands.client import Client
from service.commands.loops import run
from service.commands.serving import find_running
from service.conversations.events import event_number
from service.errors import AntiphonError, GraphUnavailable, ServiceError
from service.graph.checks import Finding, run_checks
from service.graph.database import Connection, Database
from service.graph.local.home import home_at, read_password, read_state
from service.graph.local.process import end_servers, find_process
from service.graph.local.readiness import address_of
from service.records import TaskStatus
from tests.support.books import Books, faults_of, read_books
from tests.support.forgetting import play_forgettings
from tests.support.frozen import draw_frozen, play_frozen
from tests.support.machine.playing import play_conversations
from tests.support.patience import patiently
from tests.support.refresh_soak import play_stories
from tests.support.service_process import ServiceProcess
from tests.support.services import cypher, provider, quiet_port, status_of
from tests.support.slow_provider import SlowProvider

OWNER = "soak"
SUBTASKS = 30
AT_ONCE = 6
CALL_SECONDS = 0.1
LEASE_SECONDS = 4.0
ROUND_SECONDS = 300.0
POLL_SECONDS = 0.02
KEEP_UP_SECONDS = 0.1
SERVICE, NEO4J, FROZEN = "service", "neo4j", "frozen"
CONVERSATION, REFRESH, ERASURE = "conversation", "refresh", "erasure"
VICTIMS = {SERVICE: [(SERVICE,)], NEO4J: [(NEO4J,)], "both": [(SERVICE, NEO4J), (NEO4J, SERVICE)]}
STRETCHES = {"create": 0.3, "work": 0.45, "end": 0.25}
"""Where in a task's life it is hit, and how often: from the mutation on, during the calls, from the last answer on."""
AWAY = (ServiceError, GraphUnavailable)


@dataclass(frozen=True, slots=True)
class Kill:
    """Who is killed, one after the other, `gap` seconds apart."""

    victims: tuple[str, ...]
    gap: float


@dataclass(frozen=True, slots=True)
class Round:
    """What is done in one round; all of it is drawn from the seed.

    The first kill comes `delay` seconds after the stretch began, in `work` after so many `calls`. The second, if
    there is one, comes `restart` seconds after it.
    """

    seed: int
    strategy: str
    aggregation: str
    stretch: str
    calls: int
    delay: float
    kills: tuple[Kill, ...]
    restart: float

    @property
    def input(self) -> dict[str, Any]:
        """The task."""
        lines = [f"{self.seed:06}/{i}: some words on a line of their own, about this." for i in range(SUBTASKS)]
        given = {"list": lines} if self.strategy == "FILE" else {"text": "\n\n".join(lines)}
        config = {"maxParallel": AT_ONCE, "aggregation": self.aggregation, "chunkTokens": 20, "chunkOverlap": 0}
        task = {
            "instruction": f"Look at {self.seed}.",
            "strategy": {"builtIn": self.strategy},
            "input": given,
            "config": config,
        }
        return task | {"idempotencyKey": f"soak-{self.seed}"}


def draw(seed: int, what: str | None = None) -> Round:
    """The round of a seed. `what` is killed; without it, drawn as well."""
    chance = random.Random(seed)
    stretch = chance.choices(list(STRETCHES), list(STRETCHES.values()))[0]
    length = {"create": 0.4, "work": CALL_SECONDS, "end": 0.2}[stretch]
    twice = chance.random() < 0.3
    return Round(
        seed=seed,
        strategy=chance.choice(["FILE", "CHUNK"]),
        aggregation=chance.choice(["LIST", "CONCAT", "REDUCE"]),
        stretch=stretch,
        calls=chance.randint(1, SUBTASKS),
        delay=chance.uniform(0, length),
        kills=tuple(_draw_kill(chance, what) for _ in range(1 + twice)),
        restart=chance.uniform(0, 8),
    )


def _draw_kill(chance: random.Random, what: str | None) -> Kill:
    victims = chance.choice(VICTIMS[what or chance.choice(list(VICTIMS))])
    return Kill(victims, chance.choice([0.0, chance.uniform(0, 0.5)]))


class Provider(SlowProvider):
    """A provider in this process: what it was asked, what it answered, and which calls are open, by whole prompt."""

    def __init__(self) -> None:
        super().__init__(CALL_SECONDS)
        self.asked: Counter[str] = Counter()
        self.now: Counter[str] = Counter()
        self.answers: dict[str, list[str]] = {}

    def begin(self, prompt: str) -> None:
        """A call has come."""
        super().begin(prompt)
        self.asked[prompt] += 1
        self.now[prompt] += 1

    def answer(self, prompt: str) -> str:
        """An answer like no other."""
        said = f"Answer {self.calls}.{len(self.answers)} to: {prompt[:60]}"
        self.answers.setdefault(prompt, []).append(said)
        return said

    def end(self, prompt: str) -> None:
        """A call is over."""
        super().end(prompt)
        self.now[prompt] -= 1

    def forget(self) -> None:
        """Begin the next round."""
        self.asked.clear()
        self.answers.clear()

    def open_prompts(self) -> set[str]:
        """What is being asked at this moment."""
        return {prompt for prompt, count in self.now.items() if count > 0}


@dataclass(slots=True)
class Told:
    """What came of a round."""

    round: Round
    faults: list[str] = field(default_factory=list[str])
    outcomes: Counter[str] = field(default_factory=Counter[str])
    kills: Counter[str] = field(default_factory=Counter[str])
    calls: int = 0
    cut: set[str] = field(default_factory=set[str])
    seconds: float = 0.0

    def line(self) -> str:
        """One line about it."""
        kills = ", ".join(f"{'+'.join(kill.victims)}" for kill in self.round.kills)
        where = f"{self.round.stretch} {self.round.calls}" if self.round.stretch == "work" else self.round.stretch
        said = "; ".join(self.faults) or "balanced"
        return (
            f"seed {self.round.seed}: {self.round.strategy} {self.round.aggregation}, killed {kills} at {where}: "
            f"{self.calls} calls, {self.outcomes['INTERRUPTED']} interrupted, {self.seconds:.1f} s, {said}"
        )


class Soak:
    """A service with a Neo4j of its own on a data folder, and its provider. Both are started again when they die."""

    def __init__(self, folder: Path, base_url: str, seen: Provider) -> None:
        bolt, http = quiet_port(), quiet_port()
        # It is killed as often as it is used: what is compiled thoroughly is compiled in vain.
        less = ["-XX:TieredStopAtLevel=1"]
        embedded = {"heap": "384m", "page_cache": "64m", "bolt_port": bolt, "http_port": http, "java_options": less}
        settings = provider(base_url) | {"executor": {"lease_seconds": LEASE_SECONDS}}
        self.service = ServiceProcess(None, folder, settings | {"storage": {"neo4j": {"embedded": embedded}}}, OWNER)
        self.seen = seen
        self._home = home_at(folder / "neo4j")
        self._database: Database | None = None
        self._log_read = 0

    async def keep_up(self) -> None:
        """Start the service again whenever it has ended."""
        while True:
            if self.service.process is None or self.service.process.poll() is not None:
                self.service.begin()
            await asyncio.sleep(KEEP_UP_SECONDS)

    async def ready(self) -> None:
        """Wait until the service and its graph are there."""
        while await self.service.ready() != 200:
            await asyncio.sleep(POLL_SECONDS)

    async def close(self) -> None:
        """End the service and its Neo4j."""
        if self._database is not None:
            await self._database.close()
        await self.service.kill()
        await end_servers(self._home, timeout=10)

    @property
    def database(self) -> Database:
        """The graph; it is on the same port after every start."""
        if self._database is None:
            state, password = read_state(self._home), read_password(self._home)
            assert state is not None
            address = address_of(state.ports, password or "")
            self._database = Database(Connection(address.bolt, address.username, address.password))
        return self._database

    async def play(self, drawn: Round) -> Told:
        """One round."""
        told, began = Told(drawn), time.monotonic()
        self.seen.forget()
        await self.ready()
        try:
            async with asyncio.timeout(ROUND_SECONDS):
                await self._play(told)
        except TimeoutError:
            told.faults.append(f"it did not end in {ROUND_SECONDS} s: {self.service.log()[-2000:]}")
        except AntiphonError as error:
            told.faults.append(f"{type(error).__name__}: {error}")
        told.faults += self._log_faults()
        told.seconds = time.monotonic() - began
        return told

    async def _play(self, told: Told) -> None:
        before = self.seen.calls
        async with asyncio.TaskGroup() as group:
            living = group.create_task(self._live(told.round))
            await self._hit(told, before)
        told.calls = self.seen.calls - before
        task_id, cursors = living.result()
        books = await patiently(read_books, self.database, task_id)
        told.outcomes = books.outcomes()
        told.faults += faults_of(books) + _promises(books, told, self.seen)
        if [event_number(cursor) for cursor in cursors] != [event["seq"] for event in books.events]:
            told.faults.append("who watched did not see each event once, in order")
        told.faults += await patiently(self._rest)

    async def _live(self, drawn: Round) -> tuple[str, list[str]]:
        """The life of the task as its client sees it: its id, and the cursors of the events that it watched."""
        task_id = await self._create(drawn)
        cursors = await self._watch(task_id)
        while (status := await patiently(status_of, self.database, task_id)) is None or not status.is_final:
            await asyncio.sleep(POLL_SECONDS)
        return task_id, cursors

    async def _create(self, drawn: Round) -> str:
        while True:
            with suppress(*AWAY):
                async with self._client() as client:
                    return (await client.execute("CreateTask", input=drawn.input))["task"]["id"]
            await asyncio.sleep(POLL_SECONDS)

    async def _watch(self, task_id: str) -> list[str]:
        """Watch a task to its end, and come back with the last cursor whenever the service is gone."""
        cursors: list[str] = []
        while True:
            with suppress(*AWAY):
                async with self._client() as client:
                    after = cursors[-1] if cursors else None
                    async with aclosing(client.subscribe("TaskEvents", taskId=task_id, after=after)) as events:
                        async for event in events:
                            cursors.append(event["cursor"])
                            if event["__typename"] == "TaskChanged" and TaskStatus(event["taskStatus"]).is_final:
                                return cursors
            await asyncio.sleep(POLL_SECONDS)

    @asynccontextmanager
    async def _client(self) -> AsyncIterator[Client]:
        running = find_running(self.service.folder)
        if running is None:
            raise ServiceError("The service is not there.")
        async with Client(running.url, OWNER) as client:
            yield client

    async def broken_promises(self) -> list[str]:
        """What `antiphon check` finds at the end."""
        await self.ready()
        findings = await patiently(self._findings)
        return [f"{it.name}: {it.count} {list(it.ids)} {it.error or ''}" for it in findings if it.is_broken or it.error]

    async def _findings(self) -> list[Finding]:
        return [finding async for finding in run_checks(self.database)]

    async def _hit(self, told: Told, before: int) -> None:
        drawn = told.round
        wanted = {"create": 0, "work": drawn.calls, "end": SUBTASKS + (drawn.aggregation == "REDUCE")}[drawn.stretch]
        while self.seen.calls - before - (self.seen.open if drawn.stretch == "end" else 0) < wanted:
            await asyncio.sleep(0.002)
        await asyncio.sleep(drawn.delay)
        for number, kill in enumerate(drawn.kills):
            if number:
                await asyncio.sleep(drawn.restart)
            for victim in kill.victims:
                self._kill(victim, told)
                await asyncio.sleep(kill.gap)

    def _kill(self, victim: str, told: Told) -> None:
        if victim == SERVICE:
            pid = self.service.process.pid if self.service.process and self.service.process.poll() is None else None
        else:
            state = read_state(self._home)
            pid = state.pid if state and find_process(self._home, state) else None
        if pid is None:
            told.kills[f"{victim}, dead already"] += 1
            return
        os.kill(pid, signal.SIGKILL)
        told.kills[victim] += 1
        if victim == SERVICE:
            told.cut |= self.seen.open_prompts()

    def _log_faults(self) -> list[str]:
        """Errors in the service's log that nobody expected."""
        log = self.service.log()
        new, self._log_read = log[self._log_read :], len(log)
        return [f"the log has {new.count('Traceback')} tracebacks"] if "Traceback" in new else []

    async def _rest(self) -> list[str]:
        """Faults of the graph as a whole: between rounds nothing is under way."""
        (row,) = await cypher(
            self.database,
            "RETURN COUNT { MATCH (:Task {unfinished: true}) } AS tasks, "
            "COUNT { MATCH (:Attempt {status: 'RUNNING'}) } AS attempts, "
            "COUNT { MATCH (:Task) } - COUNT { MATCH (:Conversation) } AS made",
        )
        return [f"{count} {name} too many" for name, count in row.items() if count]


def _promises(books: Books, told: Told, seen: Provider) -> list[str]:
    """What must hold between what the provider saw and what the graph holds; empty where it does."""
    faults: list[str] = []
    expected = SUBTASKS + (told.round.aggregation == "REDUCE")
    if (books.task["status"], books.statuses()) != ("SUCCEEDED", {"SUCCEEDED": expected}):
        faults.append(f"the task is {books.task['status']}, its subtasks are {dict(books.statuses())}")
    if set(books.outcomes()) - {"SUCCEEDED", "INTERRUPTED"}:
        faults.append(f"attempts are {dict(books.outcomes())}")
    if not told.kills[SERVICE] and (told.calls, books.outcomes()["INTERRUPTED"]) != (expected, 0):
        faults.append(f"{told.calls} calls for {expected} subtasks, and the service lived")
    by_prompt = {subtask["prompt"]: subtask for subtask in books.subtasks}
    if len(by_prompt) != len(books.subtasks) or set(seen.asked) - set(by_prompt):
        faults.append("what was asked is not what the graph has as prompts")
    for prompt, subtask in by_prompt.items():
        faults += [f"{subtask['key']}: {fault}" for fault in _prompt_faults(prompt, subtask, told, seen)]
    return faults


def _prompt_faults(prompt: str, subtask: dict[str, Any], told: Told, seen: Provider) -> list[str]:
    faults: list[str] = []
    said = [r["content"] for a in subtask["attempts"] for r in a["responses"] if r["status"] == "COMPLETE"]
    statuses = [attempt["status"] for attempt in subtask["attempts"]]
    if len(said) != 1 or said[0] not in seen.answers.get(prompt, []):
        faults.append(f"{said} are kept, {seen.answers.get(prompt)} were given")
    if seen.asked[prompt] > len(statuses):
        faults.append(f"{seen.asked[prompt]} calls, and {len(statuses)} attempts")
    if prompt in told.cut and "INTERRUPTED" not in statuses:
        faults.append("its call was cut, and no attempt is INTERRUPTED")
    return faults


@asynccontextmanager
async def soaking(folder: Path) -> AsyncIterator[Soak]:
    """A service that is kept up on this data folder, to play rounds with."""
    seen = Provider()
    server = await asyncio.start_server(seen.serve, "127.0.0.1", 0)
    soak = Soak(folder, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1", seen)
    keeping = asyncio.create_task(soak.keep_up())
    try:
        yield soak
    finally:
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)
        await soak.close()
        server.close()


async def play(folder: Path, rounds: Iterable[Round]) -> list[Told]:
    """Rounds on one data folder, each told as it ends. SIGTERM makes the round that is played the last."""
    played: list[Told] = []
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    async with soaking(folder) as soak:
        for drawn in rounds:
            if ended.is_set():
                break
            told = await soak.play(drawn)
            played.append(told)
            print(told.line(), flush=True)
        if played and (broken := await soak.broken_promises()):
            played[-1].faults += broken
            print("\n".join(broken), flush=True)
    return played


def summary(rounds: list[Told], seconds: float) -> str:
    """All rounds in a few lines."""
    kills, outcomes = (
        sum((told.kills for told in rounds), Counter()),
        sum((told.outcomes for told in rounds), Counter()),
    )
    stretches = Counter(told.round.stretch for told in rounds)
    bad = [told for told in rounds if told.faults]
    return "\n".join(
        (
            f"{len(rounds)} rounds in {seconds:.0f} s; the load is {os.getloadavg()[0]:.1f}",
            "kills          " + ", ".join(f"{count} {name}" for name, count in kills.items()),
            "first kill at  " + ", ".join(f"{count} {name}" for name, count in stretches.items()),
            f"calls          {sum(told.calls for told in rounds)}",
            "attempts       " + ", ".join(f"{count} {name}" for name, count in outcomes.items()),
            f"not balanced   {[told.round.seed for told in bad] or 'none'}",
        )
    )


def main() -> int:
    """Play rounds; 1 where one did not balance."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0], prog="scripts/soak")
    parser.add_argument("--runs", type=int, default=10, help="how many rounds")
    parser.add_argument("--seed", type=int, default=None, help="of the first round; the next ones count on")
    games = [*VICTIMS, FROZEN, CONVERSATION, REFRESH, ERASURE]
    parser.add_argument("--what", choices=games, default=None, help="what is done")
    said = parser.parse_args()
    first = random.randrange(1_000_000) if said.seed is None else said.seed
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="antiphon-soak-", ignore_cleanup_errors=True) as folder:
        if said.what == FROZEN:
            told = run(play_frozen(Path(folder), [draw_frozen(first + i) for i in range(said.runs)]))
            return int(any(one.faults for one in told))
        if said.what == CONVERSATION:
            run(play_conversations(Path(folder), [first + i for i in range(said.runs)]))
            return 0
        if said.what == REFRESH:
            return int(bool(run(play_stories(Path(folder), first, said.runs))))
        if said.what == ERASURE:
            return int(run(play_forgettings(Path(folder), [first + i for i in range(said.runs)])))
        rounds = run(play(Path(folder), [draw(first + i, said.what) for i in range(said.runs)]))
        print(summary(rounds, time.monotonic() - began))
        if bad := any(told.faults for told in rounds):
            log = Path(tempfile.gettempdir()) / f"antiphon-soak-{first}.log"
            log.write_bytes((Path(folder) / "service.log").read_bytes())
            print(f"The service's log is {log}.")
    return int(bad)


if __name__ == "__main__":
    sys.exit(main())
