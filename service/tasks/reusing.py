"""Answers that are there already: a request that was answered before is not made again.

Owns what makes two requests the same, and how a subtask takes an answer in place of a call. Knows nothing of why a
task reuses, nor of what is asked next.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import orjson

from service.chat import ChatMessage, ModelConfig
from service.conversations.context.spoken import sha256_of
from service.errors import Conflict, ContextOverflow, InvalidInput
from service.graph.patience import patiently
from service.graph.store import Store
from service.models.registry import Models
from service.records import ResponseFormat, accepted_response_id
from service.tasks.material import TaskWork, form_of, models_of, tools_of
from service.tasks.prompts import ComposedPrompt, Prompts, answer_room

Row = dict[str, Any]
KINDS = frozenset({"direct", "part", "reduce", "plan", "step"})
"""What may take an answer; a summary and what is asked of a merge is made for its place."""
AT_ONCE = 25
"""Prompts that are composed before others have their turn."""


@dataclass(frozen=True, slots=True)
class Request:
    """What a subtask would send, to one of its models."""

    work: Row
    model: ModelConfig
    prompt: ComposedPrompt
    sha256: str


def may_reuse(task: TaskWork, kind: str) -> bool:
    """Whether what the subtask sends is a request that another may make again."""
    return kind in KINDS and task.replayed is None


def request_sha256(
    task: TaskWork,
    work: Mapping[str, Any],
    model: ModelConfig,
    messages: Sequence[ChatMessage],
    known: str | None = None,
) -> str:
    """The hash of a request: messages, tools, model, settings and format. `known` is that of messages and tools."""
    said = known or sha256_of(messages, tools_of(task, work))
    form: ResponseFormat = form_of(task, work)
    room = min(answer_room(task.settings, model), model.max_output_tokens)
    how = [model.key, task.settings.temperature, room, form.kind.value, form.schema]
    return hashlib.sha256(orjson.dumps([said, how], option=orjson.OPT_SORT_KEYS)).hexdigest()


class Reusing:
    """Finds answers and gives them to subtasks."""

    def __init__(self, store: Store, models: Models, prompts: Prompts) -> None:
        self._store = store
        self._models = models
        self._prompts = prompts
        self._under_way: dict[tuple[str, str], asyncio.Event] = {}

    async def requests(self, task: TaskWork, works: Sequence[Row]) -> list[Request]:
        """What these subtasks would send, each to every model that it may ask, in order.

        What cannot be composed is left out: it is told when the subtask is run.
        """
        made: list[Request] = []
        for number, work in enumerate(works):
            if number % AT_ONCE == AT_ONCE - 1:
                await asyncio.sleep(0)
            for name in models_of(task, work):
                model = self._models.find(name)
                try:
                    prompt = await self._prompts.compose(task, work, model)
                except (ContextOverflow, InvalidInput, Conflict):
                    continue
                made.append(Request(work, model, prompt, request_sha256(task, work, model, prompt.messages)))
        return made

    async def find(self, task: TaskWork, requests: Sequence[Request]) -> dict[str, tuple[Request, Row]]:
        """The answers that are there, each with its request, by the ids of the subtasks: `{responseId,
        conversationId, tokens}`."""
        hashes = list(dict.fromkeys(request.sha256 for request in requests))
        found = await self._store.read_reusable(task.owner_id, task.conversation_id, hashes)
        taken: dict[str, tuple[Request, Row]] = {}
        for request in requests:
            if request.sha256 in found:
                taken.setdefault(request.work["id"], (request, found[request.sha256]))
        return taken

    async def answers_for(self, task: TaskWork, works: Sequence[Row], *, anywhere: bool = False) -> list[Row]:
        """What is written of those of these subtasks that take an answer of their own conversation: rows of
        `reuse_answers`. Also of those that would say one again, where it is from `anywhere`."""
        wanted = [work for work in works if may_reuse(task, work["kind"]) and (anywhere or work["kind"] != "direct")]
        found = await self.find(task, await self.requests(task, wanted))
        return [_taken(request, answer) for request, answer in found.values() if anywhere or _is_here(task, answer)]

    @asynccontextmanager
    async def taking(self, task: TaskWork, work: Row, holder: str) -> AsyncGenerator[bool]:
        """Give a subtask the answer that is there for it; False where there is none, and it is to be asked for within.

        Of equal requests that come at once one is asked: the others wait for what comes of it.
        """
        if not task.settings.reuse or not may_reuse(task, work["kind"]):
            yield False
            return
        requests = await patiently(lambda: self.requests(task, [work]))
        async with self._alone((task.owner_id, requests[0].sha256 if requests else work["id"])):
            yield await patiently(lambda: self._take(task, work, requests, holder))

    @asynccontextmanager
    async def _alone(self, request: tuple[str, str]) -> AsyncGenerator[None]:
        """While nobody else in this process makes the same request."""
        while (under_way := self._under_way.get(request)) is not None:
            await under_way.wait()
        ended = self._under_way[request] = asyncio.Event()
        try:
            yield
        finally:
            del self._under_way[request]
            ended.set()

    async def _take(self, task: TaskWork, work: Row, requests: Sequence[Request], holder: str) -> bool:
        found = await self.find(task, requests)
        if not found:
            return False
        ((request, answer),) = found.values()
        same = {"taskId": task.id, "leaseOwner": holder}
        if _is_here(task, answer) and work["kind"] != "direct":
            row = same | {"reused": [_taken(request, answer)]}
            return bool(await self._store.reuse_answers(task.conversation_id, row))
        return await self._store.repeat_answer(task.conversation_id, same | _repeated(task, request, answer))


def _is_here(task: TaskWork, answer: Row) -> bool:
    return answer["conversationId"] == task.conversation_id


def _taken(request: Request, answer: Row) -> Row:
    said = {"subtaskId": request.work["id"], "requestSha256": request.sha256}
    return said | {"responseId": answer["responseId"], "tokens": answer["tokens"]}


def _repeated(task: TaskWork, request: Request, answer: Row) -> Row:
    work, prompt = request.work, request.prompt
    spans = [
        {"sourceId": task.sources[span.source_id]["sourceId"], "start": span.start, "end": span.end}
        for span in prompt.spans
    ]
    return _taken(request, answer) | {
        "acceptedId": accepted_response_id(task.id, work["id"], work["kind"]),
        "promptId": prompt.id,
        "content": prompt.content,
        "title": prompt.title,
        "spans": spans,
        "uses": list(prompt.uses),
        "saw": [{"id": seen.id, "as": seen.kind.value} for seen in prompt.saw],
    }


Taking = Callable[[TaskWork, Row, str], AbstractAsyncContextManager[bool]]
"""Gives a subtask the answer that is there for it, see `Reusing.taking`."""
