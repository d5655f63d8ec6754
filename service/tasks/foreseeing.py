"""What a task would ask, before it is written: it is planned as it would be, and nobody is called.

An answer that is not there yet is taken to be about as long as the one before it. So what is asked is known exactly;
what answers will be made of is, unless a plan goes on from words that nobody knows yet.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from service.chat import Usage
from service.graph.reader import Reader
from service.graph.store import Store, SubtaskState
from service.models.registry import Models
from service.providers.prices import cost_usd
from service.records import SubtaskStatus
from service.strategies.interface import Finish
from service.tasks.finishing import Look
from service.tasks.material import Material, TaskWork
from service.tasks.planning import Planner, work_of
from service.tasks.reusing import Request, Reusing

Row = dict[str, Any]
USUAL_TOKENS = 200
"""An answer of which there was none before is taken to have so many."""
TITLES = 100


@dataclass(slots=True)
class Foreseen:
    """What would be asked. Tokens are counted of what is known, and taken from former answers for the rest."""

    calls: int = 0
    reused: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: float | None = 0.0
    is_exact: bool = True
    titles: list[str] = field(default_factory=list[str])


class Foreseeing:
    """Plays tasks."""

    def __init__(
        self, store: Store, reader: Reader, models: Models, material: Material, planner: Planner, reusing: Reusing
    ) -> None:
        self._store = store
        self._material = material
        self._reader = reader
        self._models = models
        self._planner = planner
        self._reusing = reusing

    async def foresee(self, task: TaskWork, texts: Mapping[str, str]) -> Foreseen:
        """What the task would ask. `texts` are those that are not written yet, by what its sources are called."""
        self._material.lend(texts)
        states = await self._store.read_subtask_states(task.refreshes) if task.refreshes else []
        play = _Play(self, task, {state.key: state.tokens for state in states if state.tokens})
        await play.run()
        return play.foreseen

    async def plan(self, task: TaskWork, play: _Play) -> list[Row]:
        """The subtasks that come next; none at the end."""
        look = Look(play.states, 0, None)
        said = await self._planner.ask(task, look, play.read)
        return [] if isinstance(said, Finish) else self._planner.rows(task, said, {one.key for one in play.states})

    async def take(self, task: TaskWork, rows: list[Row], play: _Play) -> list[Row]:
        """Those of these subtasks that would take an answer, and the texts of these."""
        taken = await self._planner.reusable(task, rows, set(play.done), play.answers, anywhere=True)
        texts = await self._reader.read_message_contents(task.owner_id, [row["responseId"] for row in taken])
        for row in taken:
            play.texts[row["subtaskId"]] = {"id": row["responseId"], "text": texts.get(row["responseId"], "")}
        return taken

    async def request(self, task: TaskWork, row: Row, play: _Play) -> Request | None:
        """What would be asked first; None where it cannot be composed."""
        answers = {one["id"]: play.answer(one["id"]) for one in _placed(row)}
        return next(iter(await self._reusing.requests(task, [work_of(row, answers)])), None)

    async def tokens(self, request: Request) -> int:
        """The tokens of its prompt."""
        text = "\n".join(message.content for message in request.prompt.messages)
        return await self._models.count(text, request.model)


class _Play:
    """How far the play is: the subtasks that have ended in it, and the answers that are known."""

    def __init__(self, stage: Foreseeing, task: TaskWork, sizes: dict[str, int]) -> None:
        self.foreseen = Foreseen()
        self.states: list[SubtaskState] = []
        self.done: dict[str, SubtaskState] = {}
        self.texts: dict[str, Row] = {}
        self._stage = stage
        self._task = task
        self._sizes = sizes
        self._same: dict[str, str] = {}
        self._sent: dict[str, int] = {}
        self._usual = sum(sizes.values()) // len(sizes) if sizes else USUAL_TOKENS

    async def run(self) -> None:
        while rows := await self._stage.plan(self._task, self):
            while rows:
                ready = [row for row in rows if all(one["id"] in self.done for one in row["dependsOn"])]
                if not ready:
                    return
                await self._end(ready)
                rows = [row for row in rows if row["id"] not in self.done]

    async def read(self, ids: Sequence[str]) -> list[Row]:
        """The answers that are known, as a strategy reads them."""
        known = [self.answer(id_) for id_ in ids if id_ in self.texts]
        if len(known) < len(ids):
            self.foreseen.is_exact = False
        return known

    async def answers(self, ids: Sequence[str]) -> list[Row]:
        """The answers that are known, as they go into prompts."""
        return [self.answer(id_) for id_ in ids if id_ in self.texts]

    def answer(self, id_: str) -> Row:
        """An answer; one that nobody knows yet is as long as it may be about."""
        state = self.done[id_]
        said = self.texts.get(id_) or {"id": "", "text": "word " * state.tokens}
        return {"subtaskId": id_, "key": state.key, "title": state.title, **said}

    async def _end(self, rows: list[Row]) -> None:
        known = [row for row in rows if all(one["id"] in self.texts for one in _placed(row))]
        taken = {row["subtaskId"]: row for row in await self._stage.take(self._task, known, self)}
        self.foreseen.reused += len(taken)
        for row in rows:
            found = taken.get(row["id"])
            tokens = found["tokens"] if found else self._sizes.get(row["key"], self._usual)
            if found is None:
                tokens = await self._ask(row, tokens)
            sha = found["requestSha256"] if found else ""
            state = SubtaskState(row["id"], row["key"], SubtaskStatus.SUCCEEDED, tokens, row["title"], None, None, sha)
            self.states.append(state)
            self.done[row["id"]] = state

    async def _ask(self, row: Row, tokens: int) -> int:
        """Count a call of which the answer has so many tokens; of equal ones the first, which the others have, too."""
        request = await self._stage.request(self._task, row, self)
        if request is None:
            self.foreseen.is_exact = False
            return tokens
        self._same[row["id"]] = same = self._about(row, request)
        if same in self._sent:
            self.foreseen.reused += 1
            return self._sent[same]
        self._sent[same] = tokens
        await self._call(row, request, tokens)
        return tokens

    def _about(self, row: Row, request: Request) -> str:
        """What tells a request from others, also where the words of answers in it are not known yet."""
        made_of = [self._same.get(one["id"], "") for one in _placed(row)]
        return f"{request.sha256} {' '.join(made_of)}"

    async def _call(self, row: Row, request: Request, tokens: int) -> None:
        so_far, sent = self.foreseen, await self._stage.tokens(request)
        so_far.calls += 1
        so_far.input_tokens += sent
        so_far.output_tokens += tokens
        usd = cost_usd(request.model, Usage(sent, tokens))
        so_far.cost_usd = None if usd is None or so_far.cost_usd is None else so_far.cost_usd + usd
        if len(so_far.titles) < TITLES:
            so_far.titles.append(row["title"])


def _placed(row: Row) -> list[Row]:
    return [one for one in row["dependsOn"] if one["place"] is not None]
