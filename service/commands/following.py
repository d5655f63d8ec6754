"""A task as it is watched: its progress, its text as it is generated, and how Ctrl-C cancels it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, Protocol

from service.commands.client import Client
from service.commands.terminal import say
from service.errors import ServiceError
from service.records import SubtaskStatus, TaskStatus

Json = dict[str, Any]

PARTIAL, CANCELLED = 3, 130
_RECONNECTS = 5
_CANCEL_SECONDS = 15.0
_LOOK_SECONDS = 0.1
_LAST_TEXT_SECONDS = 3.0
_EXIT_CODES = {TaskStatus.SUCCEEDED: 0, TaskStatus.PARTIAL: PARTIAL, TaskStatus.CANCELLED: CANCELLED}


class View(Protocol):
    """Who shows a task while it runs."""

    def show_progress(self, done: int, total: int) -> None:
        """How many subtasks have ended, of those that are known."""
        ...

    def show_begin(self, what: str) -> None:
        """What is waited for now, as long as there is no text."""
        ...

    def show_text(self, delta: Json) -> None:
        """A piece of an answer: `responseId`, `text`, and `done` with the last."""
        ...


def exit_code(task: Json) -> int:
    """0 for a task that succeeded, 3 for one of which a part did, 130 for a cancelled one, else 1."""
    return _EXIT_CODES.get(TaskStatus(task["taskStatus"]), 1)


async def follow_or_cancel(client: Client, task: Json, view: View, interrupted: asyncio.Event) -> Json:
    """Watch a task to its end; the task then. It is cancelled when the person interrupts."""
    following = asyncio.create_task(follow(client, task["id"], view))
    waiting = asyncio.create_task(interrupted.wait())
    try:
        await asyncio.wait({following, waiting}, return_when=asyncio.FIRST_COMPLETED)
        if following.done():
            return await following
        await _cancel(client, task["id"])
        return await _end_of(client, task["id"])
    finally:
        following.cancel()
        waiting.cancel()


async def follow(client: Client, task_id: str, view: View) -> Json:
    """Watch a task to its end; the task then. Text that was missed on the way is in the task's answer."""
    texts = _Texts(view)
    reading = asyncio.create_task(texts.read(client, task_id))
    try:
        await _follow_events(client, task_id, view)
        # The last pieces of text may still be under way when the task is over.
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(texts.complete.wait(), timeout=_LAST_TEXT_SECONDS)
        return await client.execute("Task", id=task_id)
    finally:
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)


class _Texts:
    """The texts that are generated in a task; `complete` is set while none has more to come."""

    def __init__(self, view: View) -> None:
        self.complete = asyncio.Event()
        self.complete.set()
        self._open: set[str] = set()
        self._view = view

    async def read(self, client: Client, task_id: str) -> None:
        """Show what comes, as long as it comes: it is not what the task's end depends on."""
        try:
            async for delta in client.subscribe("ResponseDeltas", taskId=task_id):
                self._take(delta)
        finally:
            self.complete.set()

    def _take(self, delta: Json) -> None:
        self._view.show_text(delta)
        (self._open.discard if delta["done"] else self._open.add)(delta["responseId"])
        (self.complete.clear if self._open else self.complete.set)()


@contextmanager
def interruptions() -> Generator[asyncio.Event, None, None]:
    """An event that the first Ctrl-C (or SIGTERM) sets; the second ends the process.

    What is ignored stays so: a shell script that begins us in the background has its own Ctrl-C to itself.
    """
    event, loop = asyncio.Event(), asyncio.get_running_loop()
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    before = {number: handler for number, handler in handlers.items() if handler is not signal.SIG_IGN}

    def interrupt() -> None:
        if event.is_set():
            os._exit(CANCELLED)
        event.set()

    for number in before:
        loop.add_signal_handler(number, interrupt)
    try:
        yield event
    finally:
        for number, handler in before.items():
            loop.remove_signal_handler(number)
            signal.signal(number, handler)


async def _cancel(client: Client, task_id: str) -> None:
    say("\nCancelling the task (Ctrl-C again leaves at once) …" if sys.stderr.isatty() else "Cancelling the task.")
    await client.execute("CancelTask", input={"taskId": task_id})


async def _end_of(client: Client, task_id: str) -> Json:
    """A task that is being cancelled, when it has ended. Its events may be thousands, which nobody waits for now."""
    try:
        async with asyncio.timeout(_CANCEL_SECONDS):
            while True:
                task = await client.execute("Task", id=task_id)
                if TaskStatus(task["taskStatus"]).is_final:
                    return task
                await asyncio.sleep(_LOOK_SECONDS)
    except TimeoutError:
        remedy = f"See how it stands: antiphon task {task_id}"
        raise ServiceError("The task did not end.", remedy=remedy) from None


async def _follow_events(client: Client, task_id: str, view: View) -> None:
    """Go through a task's events to the last, over broken connections: the cursor says where to go on."""
    cursor, failures = None, 0
    while True:
        try:
            async for event in client.subscribe("TaskEvents", taskId=task_id, after=cursor):
                cursor, failures = event["cursor"], 0
                _show_progress(event, view)
            return
        except ServiceError:
            failures += 1
            if failures > _RECONNECTS:
                raise
            await asyncio.sleep(failures * 0.5)


def _show_progress(event: Json, view: View) -> None:
    if event.get("subtaskStatus") == SubtaskStatus.RUNNING:
        again = f", attempt {event['attempt']}" if (event["attempt"] or 1) > 1 else ""
        view.show_begin(f"the model reads the prompt{again}")
    if event["task"]:
        progress = event["task"]["progress"]
        view.show_progress(progress["done"], progress["total"])
