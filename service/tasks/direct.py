"""The short way of a task that asks its own prompt and nothing else, which is most of them.

Owns what is known of such a task before anything is read: its one subtask, written with it, and its end, written with
the answer. So it is three writes and no read. Where it does not go as most do (its first call fails, it is cancelled,
retried, or taken over), it goes on as every other task. Knows nothing of how rows are written.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from service.clock import now_ms
from service.records import Role, StrategyName, TaskStatus, accepted_response_id
from service.strategies.none import PROMPT
from service.tasks.finishing import Outcome, end_row
from service.tasks.material import TaskWork, task_work
from service.tasks.planning import subtask_row

BEGINNING = (TaskStatus.PENDING, TaskStatus.PLANNING, TaskStatus.RUNNING)
"""The states that the task goes through when its first attempt is written."""


@dataclass(slots=True)
class DirectTask:
    """A task that was just made here: what it is, its subtask as it is written, and whether it is over by now.

    `waits`: its prompt is not asked before another task has ended.
    """

    task: TaskWork
    subtask: dict[str, Any]
    over: bool = False
    waits: bool = False

    @property
    def subtask_id(self) -> str:
        """The id of its one subtask."""
        return self.subtask["id"]

    def work(self) -> dict[str, Any]:
        """The subtask as the runner needs it: see `Store.load_subtask_work`."""
        fresh: dict[str, Any] = {"answers": [], "spans": [], "attempts": [], "retriedAfter": None, "readyAt": now_ms()}
        return self.subtask | fresh

    def end(self, holder: str) -> dict[str, Any]:
        """The row of its end, once its subtask has succeeded: the subtask's response is the task's answer."""
        answer = accepted_response_id(self.task.id, self.subtask_id, self.subtask["kind"])
        said = {"id": answer, "content": None, "title": None, "status": None, "note": None}
        return end_row(self.task.id, holder, Outcome(TaskStatus.SUCCEEDED)) | {"answer": said}


def direct_task(row: dict[str, Any]) -> DirectTask | None:
    """The task of a row of `create_task`; None where it has more to it than its prompt."""
    if (
        row["strategy"] != StrategyName.NONE
        or row["sources"]
        or row["settings"]["reconcile"]
        or row["settings"]["reuse"]
    ):
        return None
    asked = {"id": row["taskId"], "role": row.get("role") or Role.USER}
    task = task_work(row | row["settings"] | asked)
    return DirectTask(task, subtask_row(task, PROMPT, 0))
