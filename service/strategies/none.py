"""The strategy NONE: the task's own prompt, asked as it is."""

from __future__ import annotations

from dataclasses import replace

from service.answers.conflicts import CONFLICTS_FORMAT
from service.records import Aggregation, Span, SubtaskStatus
from service.strategies.interface import Ask, Asks, Finish, Plan, TaskState

KEY = "prompt"
PROMPT = Ask(KEY, "Prompt", kind="direct")
"""What is asked, where the task has no sources."""
CONFLICTS_KEY = "conflicts"
CONFLICTS = Ask(CONFLICTS_KEY, "Where the branches disagree", kind="conflicts", response_format=CONFLICTS_FORMAT)
"""What is asked before a merge is, where its sides are to be reconciled."""


def plan(state: TaskState) -> Plan:
    """Ask the task's prompt as it is, with the whole of its sources; the response is the task's answer.

    Where merged branches are to be reconciled, it is asked first where they disagree.
    """
    statuses = {done.key: done.status for done in state.subtasks}
    reconciles = state.settings.reconcile and statuses.get(CONFLICTS_KEY) is not SubtaskStatus.SUCCEEDED
    key, ask = (CONFLICTS_KEY, CONFLICTS) if reconciles else (KEY, _ask(state))
    status = statuses.get(key)
    if (status is None or not status.is_final) and state.halted is None:
        return Asks((ask,))
    if key == KEY and status is SubtaskStatus.SUCCEEDED:
        return Finish((KEY,), Aggregation.CONCAT)
    end = status.lower() if status is not None and status.is_final else "not finished"
    note = f"The prompt was not answered: {end}."
    return Finish((), Aggregation.CONCAT, note=f"{state.halted} {note}" if state.halted else note)


def _ask(state: TaskState) -> Ask:
    spans = tuple(Span(source.id, 0, len(source.text)) for source in state.sources)
    return replace(PROMPT, spans=spans, depends_on=(CONFLICTS_KEY,) if state.settings.reconcile else ())
