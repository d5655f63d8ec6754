"""`TaskManager`: tasks in three words, `create_task`, `execute`, `wait_for_result`."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self, cast

from antiphon._async.client import AsyncAntiphon
from antiphon.answers import Answer
from antiphon.conversation_graph import ConversationGraph
from antiphon.errors import NotFound
from antiphon.operations import SubtaskNode
from antiphon.wishes import ConversationLike, conversation_id_of, new_key

_FINAL = frozenset({"SUCCEEDED", "FAILED", "CANCELLED", "SKIPPED"})
_OF_THE_TASK = ("strategy", "instruction", "title")


@dataclass(frozen=True)
class NewTask:
    """A task that was written down here and is not sent yet: `TaskManager.execute` sends it, and only once."""

    task_type: str | None
    input_data: object
    config: Mapping[str, Any]
    key: str = field(default_factory=new_key, repr=False)


@dataclass(frozen=True)
class SubtaskResult:
    """A subtask that ended: `print` it for its text; `subtask` is all of it."""

    subtask: SubtaskNode

    def __str__(self) -> str:
        """The text."""
        return self.text

    @property
    def text(self) -> str:
        """The text of its answer; empty where it has none."""
        return self.subtask.response.content if self.subtask.response else ""

    @property
    def status(self) -> str:
        """SUCCEEDED, FAILED, CANCELLED or SKIPPED."""
        return str(self.subtask.subtask_status)


class TaskManager:
    """Makes tasks and waits for them. Without a client it has one of its own, of ANTIPHON_URL and ANTIPHON_TOKEN."""

    def __init__(self, client: AsyncAntiphon | None = None) -> None:
        self._client = client or AsyncAntiphon()

    async def __aenter__(self) -> Self:
        """Itself."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Closes its client."""
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    def create_task(
        self,
        task_type: str | None = None,
        input_data: object = None,
        config: Mapping[str, Any] | None = None,
    ) -> NewTask:
        """Write a task down; nothing is sent yet.

        `input_data` is a text, a list of texts, a path or a list of paths, or a mapping of names to texts. A text
        without a task type and an instruction is the prompt itself. `config` has settings (`max_parallel`, `model`,
        `budget` …), and `strategy`, `instruction` and `title`.
        """
        return NewTask(task_type, input_data, dict(config or {}))

    async def execute(self, task: NewTask, conversation: ConversationGraph | ConversationLike | None = None) -> Answer:
        """Send a task and wait for its end; the same task again is the same answer. Raises `TaskFailed`.

        Without a conversation it is in a new one.
        """
        # A graph that is named is found, or made, at the service: not while others of this loop wait.
        conversation_id = await asyncio.to_thread(conversation_id_of, conversation)
        of_task = {name: task.config[name] for name in _OF_THE_TASK if name in task.config}
        config = {name: value for name, value in task.config.items() if name not in _OF_THE_TASK}
        if task.task_type is None and "instruction" not in of_task and isinstance(task.input_data, str):
            wishes: dict[str, Any] = of_task | {"instruction": task.input_data}
        else:
            wishes = of_task | material(task.input_data)
        return await self._client.run(
            **wishes,
            type=task.task_type,
            config=config,
            conversation=conversation_id,
            key=task.key,
        )

    async def wait_for_result(self, subtask_id: str, timeout: float | None = None) -> SubtaskResult | Answer:
        """Wait for the end of one subtask, by its id, or of a whole task. Raises `NotFound`, `TimeoutError`."""
        async with asyncio.timeout(timeout):
            subtask = await self._client.operations.subtask(subtask_id)
            if subtask is None or subtask.task is None:
                return await self._client.wait(subtask_id)
            if subtask.subtask_status not in _FINAL:
                await self._wait(subtask.task.id, subtask_id)
                subtask = await self._client.operations.subtask(subtask_id)
        if subtask is None:
            raise NotFound(f"Subtask {subtask_id} was deleted.", field="subtask_id")
        return SubtaskResult(subtask)

    async def _wait(self, task_id: str, subtask_id: str) -> None:
        async with aclosing(self._client.events(task_id)) as events:
            async for event in events:
                if event.subtask_id == subtask_id and event.subtask_status in _FINAL:
                    return


def material(data: object) -> dict[str, Any]:
    """What `run` takes, of a text, texts, a path, paths, or a mapping of names to texts."""
    if data is None:
        return {}
    if isinstance(data, str):
        return {"text": data}
    if isinstance(data, os.PathLike):
        return {"files": [cast("os.PathLike[str]", data)]}
    if isinstance(data, Mapping):
        return {"files": list(cast("Mapping[str, str | bytes]", data).items())}
    if isinstance(data, Sequence):
        parts = cast("Sequence[object]", data)
        return {"items" if all(isinstance(it, str) for it in parts) else "files": list(parts)}
    return {"text": str(data)}
