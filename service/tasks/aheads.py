"""What may be summarized before it is needed, of tasks that run here: noted when a context is made, taken when its task
has ended. Bounded; what is forgotten is noted again by the next task."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from service.conversations.context.assembling import Ahead

MOST_NOTED = 10_000


@dataclass(frozen=True, slots=True)
class Noted:
    """What is above the window of a task's model."""

    owner_id: str
    conversation_id: str
    model: str
    ahead: Ahead


class Aheads:
    """Notes by task."""

    def __init__(self) -> None:
        self._noted: OrderedDict[str, Noted] = OrderedDict()

    def note(self, task_id: str, noted: Noted) -> None:
        """Keep the note of a task; a former one is replaced."""
        self._noted[task_id] = noted
        if len(self._noted) > MOST_NOTED:
            self._noted.popitem(last=False)

    def take(self, task_id: str) -> Noted | None:
        """The note of a task, which is then forgotten."""
        return self._noted.pop(task_id, None)
