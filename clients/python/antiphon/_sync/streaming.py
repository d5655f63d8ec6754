# Generated from _async/streaming.py by scripts/generate-client; change that one.
"""An answer as it is generated, piece by piece, to its end; and how it is given up."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from antiphon import operations as its
from antiphon._sync.connection import Connection
from antiphon.answers import Answer
from antiphon.errors import AntiphonError
from antiphon.leaving import remember
from antiphon.operations import CreateTaskInput, SendPromptInput, Task
from antiphon.records import Document
from antiphon.texts import Piece, ShownText
from antiphon.wire import SHORT_SECONDS


class Stream:
    """The pieces of one answer: iterate over it. Each piece is a `str`; joined they are the answer.

    Only where a call broke off and another one answered otherwise, a piece with `restarted` begins anew. `text` is
    always the text as it stands; `answer` is there when the stream has ended.
    """

    def __init__(self, connection: Connection, new: SendPromptInput) -> None:
        self._state = _State()
        # The pieces do not know the stream: who leaves a loop early lets go of it, and it ends there and then.
        self._pieces = _read(connection, new, self._state)
        remember(self._pieces)

    @property
    def text(self) -> str:
        """The text so far."""
        return self._state.text.shown

    @property
    def task_id(self) -> str | None:
        """The task's id, from the first piece on."""
        return self._state.task_id

    @property
    def answer(self) -> Answer | None:
        """The whole answer, from the end on."""
        return self._state.answer

    def __iter__(self) -> Iterator[Piece]:
        """Itself."""
        return self

    def __next__(self) -> Piece:
        """The next piece. Raises `TaskFailed` and the other errors of `ask`."""
        return self._pieces.__next__()

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Closes it."""
        self.close()

    def close(self) -> None:
        """Leave it; what was not read to its end is cancelled."""
        self._pieces.close()

    def read(self) -> Answer:
        """Read it to its end; the answer."""
        for _ in self:
            pass
        assert self.answer is not None
        return self.answer


@dataclass
class _State:
    """What is known of a stream so far."""

    text: ShownText = field(default_factory=ShownText)
    task_id: str | None = None
    answer: Answer | None = None


def _read(connection: Connection, new: SendPromptInput, state: _State) -> Generator[Piece, None]:
    sent = begin(connection, its.SEND_PROMPT, new)
    state.task_id = task_id = str(sent["task"]["id"])
    try:
        with closing(_deltas(connection, task_id, sent["answerId"], state.text)) as pieces:
            for piece in pieces:
                yield piece
        # The pieces end with the task; the answer in the graph is what counts.
        answer = Answer(read_task(connection, task_id)).raise_for_status()
    except BaseException as error:
        if not isinstance(error, Exception):
            give_up(connection, task_id)
        raise
    state.answer = answer
    if last := state.text.end(answer.text):
        yield last


def _deltas(connection: Connection, task_id: str, answer_id: str, text: ShownText) -> Generator[Piece, None]:
    with closing(connection.follow(its.RESPONSE_DELTAS, begun=True, taskId=task_id)) as values:
        for delta in values:
            if delta["responseId"] != answer_id or delta["lagged"]:
                continue
            if piece := text.take(delta["position"], delta["text"]):
                yield piece


def read_task(connection: Connection, task_id: str) -> Task:
    """All of a task. The service may be away for a moment, as when it is started anew."""
    value: Any = connection.execute_again(its.TASK, begun=True, id=task_id, first=50, after=None, subtaskStatus=None)
    return Task.model_validate(value)


def begin(connection: Connection, document: Document, new: SendPromptInput | CreateTaskInput) -> Any:
    """Begin a task; who leaves before its id is known wants it no more. Its key says which one that is."""
    try:
        return connection.execute_again(document, input=new)
    except BaseException as error:
        if not isinstance(error, Exception):
            with suppress(AntiphonError):
                sent: Any = connection.execute(document, timeout=SHORT_SECONDS, input=new)
                give_up(connection, sent["task"]["id"])
        raise


def give_up(connection: Connection, task_id: str) -> None:
    """Cancel a task whose answer nobody waits for, without keeping anybody waiting."""
    with suppress(AntiphonError):
        connection.execute(its.CANCEL_TASK, timeout=SHORT_SECONDS, input={"taskId": task_id})
