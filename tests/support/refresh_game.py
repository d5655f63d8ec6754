"""Plays stories of what a task reads on a real service, and holds each refresh against three models.

- The answer is that of a run from nothing, with a model whose answer is a function of what it is asked.
- The calls are those of the parts that changed and of all above them, counted by what each prompt is made of.
- What is stale is what read something else than the newest of its tasks.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from service.graph.database import Database
from service.records import new_id
from service.services import Services
from service.tasks.creating import NewFile, NewTask, NewTaskConfig
from service.tasks.foreseeing import Foreseen
from service.tasks.refreshing import Refresh
from tests.support.planning_provider import PlanningProvider
from tests.support.refresh_stories import Files, Story
from tests.support.services import cypher, finished, provider

Identity = str | tuple[Any, ...]
PARTS = """MATCH (:Task {id: $id})-[:HAS_SUBTASK]->(s:Subtask {kind: 'part'})-[c:COVERS]->(:Source)
RETURN c.start AS start, c.end AS end ORDER BY start"""
END = """MATCH (t:Task {id: $id}) OPTIONAL MATCH (t)-[:RESULTED_IN]->(r:Response)
RETURN t.status AS status, r.content AS text, r.id AS answer,
  COUNT { (t)-[:HAS_SUBTASK]->()-[:ATTEMPTED]->() } AS calls,
  COUNT { (t)-[:HAS_SUBTASK]->()-[:REUSED]->() } AS reused"""
_ANSWERS = re.compile(r"<answer title=\"[^\"]*\">\n(.*?)\n</answer>", re.DOTALL)
_WORDS = re.compile(r"\bW\d+\b")
_CASE = re.compile(r"Case \d+ of \d+: (.*)\nKind: (.*)\n")
_FUNCTIONS = re.compile(r"In the functions, innermost first: .*")
_QUOTED = re.compile(r"(?:is|are) reported\n(.*)", re.DOTALL)


class Model:
    """Answers by what it is asked, and knows what each of its answers is made of."""

    def __init__(self) -> None:
        self._made_of: dict[str, Identity] = {}

    def answer(self, prompt: str) -> str:
        """The answer to a prompt; of words that are to be found all that stand there."""
        if "STEADY." in prompt:
            return "steady"
        if _WORDS.search(prompt):
            return " ".join(_WORDS.findall(prompt))
        said = _case(prompt) or prompt
        digest = hashlib.sha256(said.encode()).hexdigest()
        answer = digest[: 8 + int(digest[:2], 16) % 40]
        self._made_of[answer] = self.identity(prompt)
        return answer

    def identity(self, prompt: str) -> Identity:
        """What a prompt is about: itself, or what the answers that it combines are about, whatever they are called."""
        answers = _ANSWERS.findall(prompt)
        return tuple(self._made_of.get(one, one) for one in answers) if answers else prompt


def _case(prompt: str) -> str | None:
    """An error and the code that is quoted for it, without how often and where it occurs."""
    if (match := _CASE.search(prompt)) is None:
        return None
    functions, quoted = _FUNCTIONS.search(prompt), _QUOTED.search(prompt)
    return f"{match[1]} {match[2]} {functions and functions[0]} {quoted and quoted[1]}"


def settings(seen: PlanningProvider) -> dict[str, Any]:
    """Of a service over the model: its window is small, so that few answers make a tree of several levels.

    It has another window in which code has room beside an error.
    """
    said = provider(seen.url, context_window=700, max_output_tokens=100)
    models = said["providers"]["slow"]["models"]
    models["wide"] = models["m"] | {"context_window": 8000}
    return said


@dataclass(repr=False)
class Game:
    """A service to play on, and what was counted: stories, changes and calls."""

    services: Services
    database: Database
    seen: PlanningProvider
    model: Model
    counted: Counter[str] = field(default_factory=Counter[str])

    async def play(self, story: Story) -> None:
        """One story, from its beginning. AssertionError where a law is broken."""
        await _Play(self, story, f"refresh-{new_id()}").run()
        self.counted["stories"] += 1


@dataclass(repr=False)
class _Play:
    game: Game
    story: Story
    owner: str
    tasks: list[str] = field(default_factory=list[str])
    known: set[Identity] = field(default_factory=set[Identity])
    asked: set[str] = field(default_factory=set[str])
    wanted: Sequence[str] = ()

    async def run(self) -> None:
        first, *later = self.story.states
        end, asked = await self._from_nothing(self.owner, first)
        self.tasks.append(end["task"])
        self._learn(asked, asked)
        for state in later:
            await self._refresh(state)
            await self._look()

    async def _refresh(self, state: Files) -> None:
        refreshing, new = self.game.services.backend.refreshing, self._wish(state)
        foreseen = (await refreshing.refresh_task(self.owner, Refresh(**new, dry_run=True))).foreseen
        assert foreseen is not None
        before = len(self.game.seen.requests)
        task = (await refreshing.refresh_task(self.owner, Refresh(**new))).task_id
        assert task is not None
        end = await self._end(task)
        asked = self.game.seen.prompts[before:]
        anew, wanted = await self._from_nothing(f"{self.owner}-anew", state)
        assert (end["status"], end["calls"]) == ("SUCCEEDED", len(asked)), end
        assert _essence(self.story, end["text"]) == _essence(self.story, anew["text"])
        if self.story.strategy == "CHUNK":
            await self._check_parts(state, task, asked)
        else:
            self._check_calls(asked, wanted)
        self._check_foreseen(foreseen, end)
        self.game.counted["changes"] += 1
        self.game.counted["calls"] += len(asked)
        self.game.counted["taken over"] += end["reused"]
        self.game.counted["exact"] += foreseen.is_exact
        self.tasks.append(task)
        self._learn(asked, wanted)

    def _check_foreseen(self, foreseen: Foreseen, end: dict[str, Any]) -> None:
        """Just that was asked; less where an answer came out as it was before, which spares what stands above it."""
        assert foreseen.calls + foreseen.reused == end["calls"] + end["reused"] or not foreseen.is_exact
        if "STEADY" in str(self.story.plan):
            assert foreseen.calls >= end["calls"]
        elif foreseen.is_exact:
            assert foreseen.calls == end["calls"]

    def _check_calls(self, asked: Sequence[str], wanted: Sequence[str]) -> None:
        """Asked is what a run from nothing asks and nobody asked before, each once."""
        if self.story.strategy == "ERROR":
            cases = {_case(prompt) for prompt in self.wanted} - {None}
            new = {prompt for prompt in wanted if _case(prompt) not in cases} - self.asked
            assert Counter(asked) == Counter(new), (asked, new)
        else:
            identity = self.game.model.identity
            assert Counter(map(identity, asked)) == Counter({identity(prompt) for prompt in wanted} - self.known)

    async def _check_parts(self, state: Files, task: str, asked: Sequence[str]) -> None:
        """The parts cover the text, and those that lie before the first or behind the last change are not asked."""
        ((_, text),) = state
        ((_, was),) = self.story.states[len(self.tasks) - 1]
        parts, before = await self._parts(task), await self._parts(self.tasks[-1])
        assert "".join(text[start:end] for start, end in parts) == text
        head = next((at for at, (a, b) in enumerate(zip(text, was, strict=False)) if a != b), min(len(text), len(was)))
        room = min(len(text), len(was)) - head
        pairs = zip(text[::-1], was[::-1], strict=False)
        tail = next((at for at, (a, b) in enumerate(pairs) if a != b or at == room), room)
        untouched = sum(end <= head or start >= len(was) - tail for start, end in before)
        new_parts = [prompt for prompt in asked if "<answer" not in prompt]
        # White space that no part has any more goes with a part beside it.
        assert len(new_parts) <= max(0, len(parts) - untouched) + 1
        if text == was:
            assert not asked

    async def _parts(self, task: str) -> list[tuple[int, int]]:
        return [(row["start"], row["end"]) for row in await cypher(self.game.database, PARTS, id=task)]

    async def _look(self) -> None:
        """What read something else than the newest task is stale, and so is its answer; what did not is fresh."""
        find = self.game.services.backend.staleness.find
        of_tasks = await find(self.owner, [("task", task) for task in self.tasks])
        now = self.story.states[len(self.tasks) - 1]
        expected = [state != now for state in self.story.states[: len(self.tasks)]]
        assert [bool(reasons) for reasons in of_tasks] == expected

    async def _from_nothing(self, owner: str, state: Files) -> tuple[dict[str, Any], list[str]]:
        before = len(self.game.seen.requests)
        story = self.story
        read: dict[str, Any] = (
            {"text": state[0][1]} if story.is_text else {"files": tuple(NewFile(*file) for file in state)}
        )
        new = NewTask(
            instruction="Look.",
            strategy=None if story.plan else story.strategy,
            plan=story.plan,
            config=NewTaskConfig(**story.config),
            **read,
        )
        task = await self.game.services.backend.tasks.create_task(owner, new)
        return await self._end(task), self.game.seen.prompts[before:]

    async def _end(self, task: str) -> dict[str, Any]:
        await finished(self.game.database, task)
        return (await cypher(self.game.database, END, id=task))[0] | {"task": task}

    def _wish(self, state: Files) -> dict[str, Any]:
        """All files, or only those that are other ones where that says the same."""
        former = self.tasks[-1]
        if self.story.is_text:
            return {"task_id": former, "text": state[0][1]}
        was = self.story.states[len(self.tasks) - 1]
        names, now = [name for name, _ in was], [name for name, _ in state]
        new = tuple(NewFile(*file) for file in state if file not in was)
        kept = [name for name in names if name in now]
        if new and len({*names}) == len(names) and now == [*kept, *(name for name in now if name not in names)]:
            return {"task_id": former, "files": new, "removed": tuple(name for name in names if name not in now)}
        return {"task_id": former, "files": tuple(NewFile(*file) for file in state), "whole": True}

    def _learn(self, asked: Sequence[str], wanted: Sequence[str]) -> None:
        self.known |= {self.game.model.identity(prompt) for prompt in asked}
        self.asked |= set(asked)
        self.wanted = wanted


def _essence(story: Story, text: str | None) -> str | None:
    """What must be the same in both answers: of a text that is cut, the words that were found."""
    return " ".join(_WORDS.findall(text or "")) if story.is_text else text
