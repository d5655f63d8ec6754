"""What a call was sent, made again from what the graph keeps of it, and held against the hash of what was sent.

Owns what stands around the path: words on the format, and repairs. One context is made again at a time: it may be as
long as a model's window. Knows nothing of how contexts are chosen.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from service.answers.formats import format_instruction
from service.chat import ChatMessage, ModelConfig, Tool
from service.conversations.context.assembling import ContextItem, ContextWish
from service.conversations.context.contexts import Contexts
from service.conversations.context.paths import PathMessage
from service.conversations.context.spoken import chat_message, sha256_of
from service.graph.paths import Paths
from service.models.registry import Models
from service.records import ContextPolicy, ItemKind, Role, SawAs
from service.tasks.kept_settings import parse_format, parse_tools
from service.tasks.summary_tasks import Asks, SummaryTasks

EVERYTHING = 1 << 40
"""Tokens of a room that has no end."""
UNKNOWN = ModelConfig("unknown", "unknown", "unknown", EVERYTHING, EVERYTHING)
"""In place of a model that is not configured any more: its tokens are estimated."""


@dataclass(frozen=True, slots=True)
class SentContext:
    """What a call was sent, oldest first. `is_same`: whether it is byte for byte what was sent; None where no hash of
    that was kept."""

    items: tuple[ContextItem, ...]
    tools: tuple[Tool, ...]
    sha256: str | None
    is_same: bool | None

    @property
    def messages(self) -> tuple[ChatMessage, ...]:
        """The messages as the model got them."""
        return tuple(item.message for item in self.items)


class Rebuilding:
    """Makes contexts again."""

    def __init__(self, paths: Paths, contexts: Contexts, models: Models, summaries: SummaryTasks) -> None:
        self._paths = paths
        self._contexts = contexts
        self._models = models
        self._summaries = summaries
        self._turn = asyncio.Semaphore(1)

    async def context_of(self, owner: str, attempt_id: str) -> SentContext | None:
        """What an attempt was sent; None for one that is not the owner's."""
        async with self._turn:
            kept = await self._paths.read_attempt_context(owner, attempt_id)
            if kept is None:
                return None
            items = await self._items(owner, kept)
            tools = parse_tools(kept["tools"]) if kept["kind"] == "direct" else ()
            messages = tuple(item.message for item in items)
            sha256 = await asyncio.to_thread(sha256_of, messages, tools)
        was = kept["sha256"]
        return SentContext(items, tools, was, None if was is None else was == sha256)

    async def _items(self, owner: str, kept: dict[str, Any]) -> tuple[ContextItem, ...]:
        prompt = kept["prompt"]
        if kept["kind"] == "summary":
            return (await self._of_summary(kept), *_repair(kept))
        wish = ContextWish(
            owner_id=owner,
            conversation_id=kept["conversationId"],
            prompt_id=prompt["id"],
            asked=chat_message(prompt),
            policy=ContextPolicy.FULL,
            room=EVERYTHING,
            model=self._model(kept["model"]),
        )
        saw = [PathMessage(row["id"], row["depth"], (), None, row) for row in kept["saw"]]
        begins = min((seen.depth for seen in saw if seen.row["as"] == SawAs.VERBATIM), default=prompt["depth"])
        context = await self._contexts.rebuild(wish, begins, saw, kept["summaries"])
        return (*_format(kept), *context.items, *_repair(kept))

    async def _of_summary(self, kept: dict[str, Any]) -> ContextItem:
        """The prompt of a summary, with what it was made of."""
        prompt, model = kept["prompt"], self._model(kept["model"])
        asks = Asks(kept["taskId"], kept["subtaskId"], prompt["content"], kept["maxOutputTokens"] or 0)
        content = await self._summaries.content(asks, model)
        return ContextItem(ItemKind.PROMPT, ChatMessage(Role.USER, content), prompt["id"])

    def _model(self, name: str | None) -> ModelConfig:
        return self._models.find(name) if name in self._models.names() else UNKNOWN


def _format(kept: dict[str, Any]) -> list[ContextItem]:
    if not kept["formatInWords"]:
        return []
    form = parse_format(kept["own"]) or parse_format(kept["task"])
    return [ContextItem(ItemKind.FORMAT, ChatMessage(Role.SYSTEM, format_instruction(form)))] if form else []


def _repair(kept: dict[str, Any]) -> list[ContextItem]:
    """The answer that could not be used, where there was one, and what the model was told of it."""
    if kept["repair"] is None:
        return []
    refused = kept["refused"] or ""
    said = [ChatMessage(Role.ASSISTANT, refused)] if refused.strip() else []
    return [ContextItem(ItemKind.REPAIR, message) for message in (*said, ChatMessage(Role.USER, kept["repair"]))]
