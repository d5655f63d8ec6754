# Generated from _async/client.py by scripts/generate-client; change that one.
"""`Antiphon`: asking, streaming, running tasks over files, and looking at what was said."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import closing
from types import TracebackType
from typing import Any, Self

import httpx

from antiphon import operations as its
from antiphon._sync.connection import Connection
from antiphon._sync.looking import Looking
from antiphon._sync.streaming import Stream, begin, give_up, read_task
from antiphon.answers import Answer
from antiphon.errors import WaitTimeout
from antiphon.operations import (
    BudgetInput,
    ResponseDeltasResponseDelta,
    TaskEventsEvent,
    TaskProgress,
)
from antiphon.starting import Lease, start_lease
from antiphon.wishes import (
    ConversationLike,
    File,
    Strategy,
    TaskLike,
    material_of,
    prompt_input,
    task_id_of,
    task_input,
)


class Antiphon(Looking):
    """One service. `url` and `token` come from ANTIPHON_URL and ANTIPHON_TOKEN where they are left out.

    Use it with `with`, or `close` it. `timeout` is for one request, in seconds; a task may take as long as it
    likes unless a method is told otherwise. All methods raise `AntiphonError`.
    """

    def __init__(
        self,
        url: str | None = None,
        token: str | None = None,
        *,
        timeout: float = 60.0,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        super().__init__(Connection(url, token, timeout, transport))
        self._lease: Lease | None = None

    @classmethod
    def start(cls, *, timeout: float = 600.0) -> Self:
        """A client of the service that runs on this machine; where none runs, it is started as a child process.

        It ends when the last program that uses it in this way has closed its client or ended. The first start ever
        downloads Neo4j, hence the long `timeout`. Raises `StartFailed`; `ServiceNotInstalled` where only the client
        is installed.
        """
        lease = start_lease(timeout)
        client = cls(lease.url, lease.token)
        client._lease = lease
        return client

    @property
    def url(self) -> str:
        """The service's address."""
        return self._connection.url

    def __repr__(self) -> str:
        """Without the token."""
        return f"{type(self).__name__}({self.url!r})"

    def __getstate__(self) -> dict[str, Any]:
        """A copy does not hold a service that was started: it ends with the first one."""
        return self.__dict__ | {"_lease": None}

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Closes it."""
        self.close()

    def close(self) -> None:
        """Close the connections, and let go of a service that `start` began."""
        self._connection.close()
        lease, self._lease = self._lease, None
        if lease is not None:
            lease.release()

    def ask(
        self,
        prompt: str,
        *,
        conversation: ConversationLike | None = None,
        model: str | None = None,
        config: Mapping[str, Any] | None = None,
        parent: str | None = None,
        title: str | None = None,
        key: str | None = None,
        timeout: float | None = None,
    ) -> Answer:
        """Ask one prompt and wait for its answer. `conversation` is an id, or an answer to go on from.

        The same `key` (any text, such as a UUID) gives the same answer again, and asks nobody. Who interrupts it
        (Ctrl-C, a cancelled coroutine) cancels the task. Raises `TaskFailed`.
        """
        wishes = {"model": model, "config": config, "parent": parent, "title": title, "key": key}
        new = prompt_input(prompt, conversation, wishes)
        sent = begin(self._connection, its.SEND_PROMPT, new)
        return (self._wait(sent["task"]["id"], timeout)).raise_for_status()

    def stream(
        self,
        prompt: str,
        *,
        conversation: ConversationLike | None = None,
        model: str | None = None,
        config: Mapping[str, Any] | None = None,
        parent: str | None = None,
        title: str | None = None,
        key: str | None = None,
    ) -> Stream:
        """Ask one prompt; iterate over what this returns for the pieces of the answer as they are generated.

        Leaving the loop early, or Ctrl-C, cancels the task.
        """
        wishes = {"model": model, "config": config, "parent": parent, "title": title, "key": key}
        return Stream(self._connection, prompt_input(prompt, conversation, wishes))

    def run(
        self,
        files: Iterable[File] | File | None = None,
        *,
        text: str | None = None,
        items: Iterable[str] | None = None,
        instruction: str | None = None,
        strategy: Strategy | None = None,
        type: str | None = None,
        conversation: ConversationLike | None = None,
        model: str | None = None,
        config: Mapping[str, Any] | None = None,
        title: str | None = None,
        timeout: float | None = None,
        on_progress: Callable[[TaskProgress], object] | None = None,
        check: bool = True,
        key: str | None = None,
    ) -> Answer:
        """Run a task over files, a text or items, and wait for its end.

        A file is a path, or a tuple of a name and a text or bytes. Raises `TaskFailed`, unless `check` is false; a
        PARTIAL answer is returned, and its `note` says what is missing. The same `key` gives the same task again.
        """
        task_id = self.submit(
            files,
            text=text,
            items=items,
            instruction=instruction,
            strategy=strategy,
            type=type,
            conversation=conversation,
            model=model,
            config=config,
            title=title,
            key=key,
        )
        answer = self._wait(task_id, timeout, on_progress)
        return answer.raise_for_status() if check else answer

    def submit(
        self,
        files: Iterable[File] | File | None = None,
        *,
        text: str | None = None,
        items: Iterable[str] | None = None,
        conversation: ConversationLike | None = None,
        **wishes: Any,
    ) -> str:
        """Begin a task as `run` does, and do not wait: its id. `wait`, `events` and `cancel` take it."""
        new = task_input(material_of(files, text, items), conversation, wishes)
        return (begin(self._connection, its.CREATE_TASK, new))["task"]["id"]

    def wait(
        self,
        task: TaskLike,
        timeout: float | None = None,
        on_progress: Callable[[TaskProgress], object] | None = None,
    ) -> Answer:
        """Wait for the end of a task, however it ends. Raises `WaitTimeout`; then, as when interrupted, it goes on."""
        return self._follow(task_id_of(task), timeout, on_progress)

    def events(self, task: TaskLike, after: str | None = None) -> Generator[TaskEventsEvent, None]:
        """A task's changes from its beginning, or after a cursor, to its end; over broken connections, each once."""
        with closing(self._connection.follow(its.TASK_EVENTS, taskId=task_id_of(task), after=after)) as values:
            for value in values:
                yield TaskEventsEvent.model_validate(value)

    def deltas(self, task: TaskLike) -> Generator[ResponseDeltasResponseDelta, None]:
        """The texts of a task's responses as they are generated. After a broken connection texts begin again."""
        with closing(self._connection.follow(its.RESPONSE_DELTAS, taskId=task_id_of(task))) as values:
            for value in values:
                yield ResponseDeltasResponseDelta.model_validate(value)

    def retry(
        self,
        task: TaskLike,
        *,
        budget: BudgetInput | None = None,
        timeout: float | None = None,
        check: bool = True,
    ) -> Answer:
        """Run again what of a finished task did not succeed, and wait for its end. Raises `TaskFailed`."""
        id = task_id_of(task)
        self.operations.retry_task({"taskId": id, "budget": budget})
        answer = self._wait(id, timeout)
        return answer.raise_for_status() if check else answer

    def cancel(self, task: TaskLike) -> str:
        """Cancel a task: its calls are cut, what has not begun never will. Its status then; safe to do twice."""
        id = task_id_of(task)
        answer = self.operations.cancel_task({"taskId": id})
        return answer.task.task_status if answer.task else "CANCELLED"

    def _wait(
        self, task_id: str, timeout: float | None, on_progress: Callable[[TaskProgress], object] | None = None
    ) -> Answer:
        """Wait for the end of a task of our own; who gives up waiting wants it no more."""
        try:
            return self._follow(task_id, timeout, on_progress)
        except BaseException as error:
            if not isinstance(error, Exception):
                give_up(self._connection, task_id)
            raise

    def _follow(
        self, task_id: str, timeout: float | None, on_progress: Callable[[TaskProgress], object] | None
    ) -> Answer:
        ends = None if timeout is None else time.monotonic() + timeout
        values = self._connection.follow(its.TASK_EVENTS, ends=ends, begun=True, taskId=task_id, after=None)
        with closing(values):
            try:
                for value in values:
                    if on_progress and value.get("task"):
                        on_progress(TaskProgress.model_validate(value["task"]["progress"]))
            except TimeoutError:
                raise WaitTimeout(task_id, timeout or 0) from None
        return Answer(read_task(self._connection, task_id))
