"""The responses of a task while it runs, in whichever process: piece by piece those that are generated here, and each
of the others as a whole when it is written.

Owns the one reader a task that looks for those others in the graph, however many follow the task. Knows nothing of who
runs it, which may change on the way.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Generator
from contextlib import aclosing, contextmanager
from functools import partial

from service.conversations.deltas import Delta, Deltas, LiveResponse
from service.conversations.heads import Heads, until_there
from service.errors import NotFound
from service.graph.reader import Reader, Rows
from service.records import ResponseStatus, TaskStatus, accepted_response_id

PAGE = 50
"""Responses whose texts are read together."""
PATIENCE = 100
"""Looks, ten milliseconds apart, whether the quickest follower has read what it was told."""


class Responses:
    """What is generated in tasks, for whoever follows them."""

    def __init__(self, reader: Reader, heads: Heads, deltas: Deltas) -> None:
        self._reader = reader
        self._heads = heads
        self._deltas = deltas
        self._readers: dict[tuple[str, str], _Elsewhere] = {}

    async def follow(self, owner: str, task_id: str) -> AsyncIterator[Delta]:
        """A task's responses from now on, until it is over. Raises `NotFound`, and `Lagged` as `Deltas` does."""
        task = await self._reader.read_task_head(owner, task_id)
        if task is None:
            raise NotFound("There is no such task.", field="taskId")
        if TaskStatus(task["status"]).is_final:
            return
        with self._elsewhere(owner, task_id, task["conversationId"]) as elsewhere:
            deltas = self._deltas.follow(task_id, elsewhere.is_over)
            async with aclosing(deltas):  # pyright: ignore[reportArgumentType]
                async for delta in deltas:
                    yield delta

    @contextmanager
    def _elsewhere(self, owner: str, task_id: str, conversation_id: str) -> Generator[_Elsewhere]:
        key = owner, task_id
        reader = self._readers.get(key)
        if reader is None or reader.has_stopped:
            reader = self._readers[key] = _Elsewhere(self._reader, self._heads, self._deltas, (*key, conversation_id))
        reader.followers += 1
        try:
            yield reader
        finally:
            reader.followers -= 1
            if not reader.followers:
                reader.stop()
                if self._readers.get(key) is reader:
                    del self._readers[key]


class _Elsewhere:
    """Tells those who follow one task of what is written of it by others, and that it is over."""

    def __init__(self, reader: Reader, heads: Heads, deltas: Deltas, which: tuple[str, str, str]) -> None:
        self.followers = 0
        self._reader, self._heads, self._deltas = reader, heads, deltas
        self._owner, self._task_id, self._conversation_id = which
        self._reading = asyncio.create_task(self._read(), name="antiphon-responses")
        self._reading.add_done_callback(lambda _: deltas.wake(self._task_id))

    @property
    def has_stopped(self) -> bool:
        """Whether it reads no more."""
        return self._reading.done()

    def is_over(self) -> bool:
        """Whether all has been told. Raises what the graph refused with."""
        if not self._reading.done() or self._reading.cancelled():
            return False
        self._reading.result()
        return True

    def stop(self) -> None:
        """Read no more."""
        self._reading.cancel()

    async def _read(self) -> None:
        seq = upto = await self._head()
        over = False
        with self._heads.watch(self._owner, self._conversation_id) as head:
            while upto is not None and seq is not None:
                status, rows = await self._written(seq, upto)
                await self._tell(rows)
                if len(rows) == PAGE:
                    seq = rows[-1]["seq"]
                    continue
                if over or status is None:
                    return
                seq, over = upto, status.is_final
                # What was written before the task ended is below the head of now.
                upto = await self._head() if over else await head.beyond(seq)

    async def _head(self) -> int | None:
        return await until_there(partial(self._heads.read, self._owner, self._conversation_id))

    async def _written(self, after: int, upto: int) -> tuple[TaskStatus | None, Rows]:
        page = {"conversationId": self._conversation_id, "after": after, "upto": upto, "limit": PAGE}
        found = await until_there(partial(self._reader.read_written_responses, self._owner, self._task_id, **page))
        return (None, []) if found is None else (TaskStatus(found["status"]), found["rows"])

    async def _tell(self, rows: Rows) -> None:
        others = [row for row in rows if not self._deltas.was_told(self._task_id, (row["subtaskId"], row["attempt"]))]
        if not others:
            return
        ids = [row["id"] for row in others]
        texts = await until_there(partial(self._reader.read_message_contents, self._owner, ids))
        for row in others:
            if row["id"] in texts:
                self._deltas.tell(self._task_id, _whole(self._task_id, row, texts[row["id"]]))
        for _ in range(PATIENCE):
            if self._deltas.unread(self._task_id) < PAGE:
                break
            await asyncio.sleep(0.01)


def _whole(task_id: str, row: dict[str, object], text: str) -> LiveResponse:
    id = accepted_response_id(task_id, str(row["subtaskId"]), str(row["kind"]))
    live = LiveResponse(str(row["subtaskId"]), int(str(row["attempt"])), id)
    live.add(text)
    live.status = ResponseStatus(str(row["status"] or ResponseStatus.COMPLETE))
    live.finish_reason = None if row["finishReason"] is None else str(row["finishReason"])
    return live
