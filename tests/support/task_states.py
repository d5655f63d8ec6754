"""Task states for the tests of strategies, and a stand-in for the executor that runs one to its end."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from dataclasses import replace

from service.errors import ContextOverflow
from service.records import SubtaskStatus
from service.strategies.interface import Ask, Asks, DoneSubtask, Finish, Plan, SourceText, TaskSettings, TaskState

OK, FAILED = SubtaskStatus.SUCCEEDED, SubtaskStatus.FAILED


def source(number: int, text: str, name: str | None = None) -> SourceText:
    """A plain-text source with an id that can be foreseen."""
    return SourceText(str(uuid.UUID(int=number)), name or f"file{number}.txt", "text/plain", text)


def state(texts: Iterable[str] = (), *, room: int = 100, done: Iterable[DoneSubtask] = (), **settings) -> TaskState:
    """A task over the texts, counted in characters."""
    return TaskState(
        task_id=str(uuid.UUID(int=7)),
        settings=TaskSettings(model="echo/echo", **settings),
        sources=tuple(source(number, text) for number, text in enumerate(texts)),
        subtasks=tuple(done),
        room=room,
        answer_room=50,
        count=len,
    )


def done(key: str, status: SubtaskStatus = OK, tokens: int = 10) -> DoneSubtask:
    """A subtask that was asked before."""
    return DoneSubtask(key, status, tokens if status is OK else 0)


def too_long(key: str) -> DoneSubtask:
    """A subtask whose prompt was longer than the model's window."""
    return DoneSubtask(key, FAILED, code=ContextOverflow.code)


def longer_than(characters: int) -> Callable[[Ask], bool]:
    """A model that takes so many characters, or answers of ten tokens, in a prompt and no more."""
    return lambda ask: 10 * len(ask.uses) + sum(span.end - span.start for span in ask.spans) > characters


def answered(
    before: TaskState,
    plan: Asks,
    fails: Callable[[str], bool] = lambda key: False,
    tokens: int = 10,
    overflows: Callable[[Ask], bool] = lambda ask: False,
) -> TaskState:
    """The state after all that was asked has ended; what is final already stays as it is."""
    known = {one.key: one for one in before.subtasks}
    for ask in plan.asks:
        if ask.key not in known or not known[ask.key].status.is_final:
            ended = done(ask.key, FAILED if fails(ask.key) else OK, tokens)
            known[ask.key] = too_long(ask.key) if overflows(ask) else ended
    return replace(before, subtasks=tuple(known.values()))


def run(
    strategy: Callable[[TaskState], Plan],
    task: TaskState,
    fails: Callable[[str], bool] = lambda key: False,
    tokens: int = 10,
    overflows: Callable[[Ask], bool] = lambda ask: False,
) -> tuple[list[Asks], Finish, TaskState]:
    """The waves that the strategy asks for, how it finishes, and the state at the end."""
    waves: list[Asks] = []
    while isinstance(plan := strategy(task), Asks):
        assert strategy(task) == plan, "the same state gives the same plan"
        waves.append(plan)
        task = answered(task, plan, fails, tokens, overflows)
        assert len(waves) < 50
    return waves, plan, task


def keys(plan: Asks) -> list[str]:
    """The keys of what is asked."""
    return [ask.key for ask in plan.asks]
