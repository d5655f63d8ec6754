"""What a call was sent, made again from what the graph keeps of it, and held against the hash of what was sent.

Owns what stands around the path: words on the format, repairs, and what replays change. One context is made again at a
time: it may be as long as a model's window. Knows nothing of how contexts are chosen.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from service.answers.formats import format_instruction
from service.chat import ChatMessage, ModelConfig, Tool
from service.conversations.context.assembling import ContextItem, ContextWish, Saw
from service.conversations.context.contexts import Contexts
from service.conversations.context.paths import EVERYTHING, PathMessage
from service.conversations.context.spoken import chat_message, sha256_of
from service.errors import Conflict
from service.graph.paths import Paths
from service.models.registry import Models
from service.records import ContextPolicy, ItemKind, Role, SawAs, SummaryForm
from service.tasks.kept_settings import parse_format, parse_tools
from service.tasks.replayed import parse_replayed
from service.tasks.summary_tasks import Asks, SummaryTasks

UNKNOWN = ModelConfig("unknown", "unknown", "unknown", EVERYTHING, EVERYTHING)
"""In place of a model that is not configured any more: its tokens are estimated."""
MOST_REPLAYS = 20
"""Replays of replays that are followed back to what was asked first."""


@dataclass(frozen=True, slots=True)
class SentContext:
    """What a call was sent, oldest first. `is_same`: whether it is byte for byte what was sent; None where no hash of
    that was kept. `saw`: what of the conversation it was made from; `replays`: how many replays lie before it."""

    items: tuple[ContextItem, ...]
    tools: tuple[Tool, ...]
    sha256: str | None
    is_same: bool | None
    saw: tuple[Saw, ...] = ()
    replays: int = 0
    model: str | None = None

    @property
    def messages(self) -> tuple[ChatMessage, ...]:
        """The messages as the model got them."""
        return tuple(item.message for item in self.items)

    @property
    def has_format(self) -> bool:
        """Whether the model was told in words what its answer must be."""
        return any(item.kind is ItemKind.FORMAT for item in self.items)

    @property
    def said(self) -> tuple[ContextItem, ...]:
        """All of it but these words, which belong to a call and not to what it is about."""
        return tuple(item for item in self.items if item.kind is not ItemKind.FORMAT)


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
            before = await self._before(owner, kept)
            items = (*_format(kept), *await self._said(owner, kept, before), *_repair(kept))
            tools = parse_tools(kept["tools"]) if kept["kind"] == "direct" else ()
            messages = tuple(item.message for item in items)
            sha256 = await asyncio.to_thread(sha256_of, messages, tools)
        was = kept["sha256"]
        saw = (
            *(Saw(row["id"], SawAs(row["as"])) for row in kept["saw"]),
            *(Saw(row["id"], SawAs.SUMMARY) for row in kept["summaries"]),
        )
        return SentContext(items, tools, was, None if was is None else was == sha256, saw, len(before), kept["model"])

    async def _before(self, owner: str, kept: dict[str, Any]) -> list[dict[str, Any]]:
        """What is kept of the attempts that this one replays, the one that replays nothing last."""
        found: list[dict[str, Any]] = []
        while (replayed := parse_replayed(kept["task"])) is not None and len(found) <= MOST_REPLAYS:
            before = await self._paths.read_attempt_context(owner, replayed.attempt_id)
            if before is None:
                break
            found.append(kept := before)
        return found

    async def _said(self, owner: str, kept: dict[str, Any], before: list[dict[str, Any]]) -> tuple[ContextItem, ...]:
        """What was sent between the words on the format and a repair; nothing of what is there no more."""
        first, *later = [*before[::-1], kept]
        if parse_replayed(first["task"]) is not None:
            return ()
        items = await self._path(owner, first)
        for this, former in zip(later, [first, *later], strict=False):
            replayed = parse_replayed(this["task"])
            items = replayed.changed((*items, *_repair(former))) if replayed else items
        return items

    async def _path(self, owner: str, kept: dict[str, Any]) -> tuple[ContextItem, ...]:
        prompt = kept["prompt"]
        if kept["kind"] == "summary":
            return (await self._of_summary(kept),)
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
        return (await self._contexts.rebuild(wish, begins, saw, kept["summaries"])).items

    async def _of_summary(self, kept: dict[str, Any]) -> ContextItem:
        """The prompt of a summary, with what it was made of."""
        prompt, model = kept["prompt"], self._model(kept["model"])
        form = SummaryForm(kept["summaryForm"] or SummaryForm.TEXT)
        asks = Asks(kept["taskId"], kept["subtaskId"], prompt["content"], kept["maxOutputTokens"] or 0, form)
        asked = await self._summaries.asked(asks, model)
        return ContextItem(ItemKind.PROMPT, ChatMessage(Role.USER, asked.content), prompt["id"])

    def _model(self, name: str | None) -> ModelConfig:
        return self._models.find(name) if name in self._models.names() else UNKNOWN


def require_same(sent: SentContext | None) -> SentContext:
    """The context, which can be sent again. Raises `Conflict` with the reason where it cannot."""
    if sent is None or sent.is_same is False:
        raise Conflict(
            "What this call was sent cannot be made again: something of it was deleted.",
            remedy="Ask its prompt anew with regenerate.",
        )
    if sent.is_same is None:
        raise Conflict("Of this call no hash was kept of what it was sent.", remedy="Use regenerate.")
    if sent.replays >= MOST_REPLAYS:
        raise Conflict(
            f"This is a replay of a replay, {MOST_REPLAYS} times over.", remedy="Replay one of those before it."
        )
    return sent


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
