"""What comes of a prompt or a task: its text, where it stands, what it took."""

from __future__ import annotations

from dataclasses import dataclass

from antiphon.errors import TaskFailed
from antiphon.operations import Task, TaskProgress

FINAL = frozenset({"SUCCEEDED", "PARTIAL", "FAILED", "CANCELLED"})


@dataclass(frozen=True)
class Answer:
    """A task that ended, with its answer. `print(answer)` prints the text; `task` is all that is known."""

    task: Task

    def __str__(self) -> str:
        """The text."""
        return self.text

    @property
    def text(self) -> str:
        """The answer's text; empty where there is none."""
        return self.task.answer.content if self.task.answer else ""

    @property
    def id(self) -> str:
        """The id of the answer, or of the task where it has none."""
        return self.task.answer.id if self.task.answer else self.task.id

    @property
    def task_id(self) -> str:
        """The task's id: for `retry`, `cancel` and `wait`."""
        return self.task.id

    @property
    def conversation_id(self) -> str:
        """The id of the conversation that it is in."""
        return self.task.conversation.id

    @property
    def status(self) -> str:
        """SUCCEEDED, PARTIAL, FAILED or CANCELLED."""
        return self.task.task_status

    @property
    def note(self) -> str | None:
        """What a reader should know: what is missing from a PARTIAL answer, for instance."""
        return self.task.note or (self.task.answer.note if self.task.answer else None)

    @property
    def model(self) -> str:
        """`provider/name` of the model that the task asked for."""
        return self.task.config.model

    @property
    def progress(self) -> TaskProgress:
        """How many subtasks there are, and how they ended."""
        return self.task.progress

    @property
    def tokens(self) -> int:
        """Tokens that were read and written, in all calls."""
        return self.task.metrics.input_tokens + self.task.metrics.output_tokens

    @property
    def cost_usd(self) -> float | None:
        """What the calls cost, of those with a known price; None where no price is known."""
        return self.task.metrics.cost_usd

    def raise_for_status(self) -> Answer:
        """Itself. Raises `TaskFailed` where the task failed or was cancelled."""
        if self.status in ("FAILED", "CANCELLED"):
            raise TaskFailed(self.task)
        return self
