"""Tasks of the strategy DYNAMIC that are played to their end, as the orchestration does, without one."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from service.records import Aggregation, SubtaskStatus
from service.strategies.dynamic import plan
from service.strategies.interface import Ask, Asks, DoneSubtask, Finish, Read, TaskState
from tests.support.plans import Json, steps
from tests.support.task_states import FAILED, OK, state

Answers = Callable[[Ask], str | None]
ROOM = 10_000


def planned(*made: Json, **more: Any) -> str:
    """A plan as a model writes it."""
    return json.dumps(steps(*made, **more))


def task(plan: str | None = None, *texts: str, **settings: Any) -> TaskState:
    """A task with a plan, or one that is to be made, over one short text."""
    return replace(state(texts or ("Once upon a time.",), room=ROOM, **settings), plan=plan)


@dataclass
class Played:
    """A task as it was played: its waves, every ask by key, how each ended, and the end."""

    waves: list[list[str]] = field(default_factory=list[list[str]])
    asks: dict[str, Ask] = field(default_factory=dict[str, Ask])
    status: dict[str, SubtaskStatus] = field(default_factory=dict[str, SubtaskStatus])
    finish: Finish = field(default_factory=lambda: Finish((), Aggregation.NONE))
    plan: str | None = None


def play(task: TaskState, answer: Answers | dict[str, str]) -> Played:
    """Run a task as the orchestration does: an answer that is None failed, and what depends on it is skipped."""
    say = answer if callable(answer) else lambda ask: answer.get(ask.key, f"Answer of {ask.key}.")
    played, texts = Played(plan=task.plan), dict[str, str]()
    while True:
        said = plan(task)
        assert plan(task) == said, "the same state gives the same plan"
        if isinstance(said, Read):
            assert set(said.keys) <= set(texts), "only what was answered is read"
            task = replace(task, answers={**task.answers, **{key: texts[key] for key in said.keys}})
            continue
        if isinstance(said, Finish):
            played.finish = said
            return played
        if said.plan is not None:
            played.plan, task = said.plan, replace(task, plan=said.plan)
        played.waves.append([ask.key for ask in said.asks])
        assert len(played.waves) < 50
        run_wave(said, played, texts, say)
        subtasks = tuple(DoneSubtask(key, status, len(texts.get(key, ""))) for key, status in played.status.items())
        # What was read is forgotten between two looks, as it is by the planner.
        task = replace(task, subtasks=subtasks, answers={})


def run_wave(asks: Asks, played: Played, texts: dict[str, str], say: Answers) -> None:
    """End every ask of a wave."""
    for ask in asks.asks:
        assert ask.key not in played.status, "what has ended is not asked again"
        assert set(ask.uses) <= set(ask.depends_on)
        # The orchestration waits for ever for what it does not know.
        assert all(need in played.status for need in ask.depends_on), ask
        played.asks[ask.key] = ask
        if not all(played.status[need] is OK for need in ask.depends_on):
            played.status[ask.key] = SubtaskStatus.SKIPPED
        elif (text := say(ask)) is None:
            played.status[ask.key] = FAILED
        else:
            played.status[ask.key], texts[ask.key] = OK, text
