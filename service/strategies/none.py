"""The strategy NONE: the task's own prompt, asked as it is."""

from __future__ import annotations

from dataclasses import replace

from service.records import Aggregation, Span, SubtaskStatus
from service.strategies.interface import Ask, Asks, Finish, Plan, TaskState

KEY = "prompt"
PROMPT = Ask(KEY, "Prompt", kind="direct")
"""What is asked, where the task has no sources."""


def plan(state: TaskState) -> Plan:
    """Ask the task's prompt as it is, with the whole of its sources; the response is the task's answer."""
    status = {done.key: done.status for done in state.subtasks}.get(KEY)
    if (status is None or not status.is_final) and state.halted is None:
        return Asks((_ask(state),))
    if status is SubtaskStatus.SUCCEEDED:
        return Finish((KEY,), Aggregation.CONCAT)
    end = status.lower() if status is not None and status.is_final else "not finished"
    note = f"The prompt was not answered: {end}."
    return Finish((), Aggregation.CONCAT, note=f"{state.halted} {note}" if state.halted else note)


def _ask(state: TaskState) -> Ask:
    spans = tuple(Span(source.id, 0, len(source.text)) for source in state.sources)
    return replace(PROMPT, spans=spans)
