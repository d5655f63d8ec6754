"""What a prompt would be sent with, before anything is sent: under the policy that it would have, and under each other.

Owns how a preview is put together. Writes nothing, calls no provider.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace

from service.chat import ChatMessage, ModelConfig
from service.conversations.context.assembling import Context, ContextWish
from service.conversations.context.contexts import Contexts
from service.conversations.context.paths import MESSAGE_TOKENS
from service.conversations.context.spoken import tools_text
from service.errors import ContextOverflow
from service.graph.store import Store
from service.models.registry import Models
from service.records import ContextPolicy, Role
from service.strategies.interface import TaskSettings
from service.tasks.places import check_place, why_nowhere
from service.tasks.prompts import answer_room, prompt_room
from service.tasks.requests import NewTask
from service.tasks.settings import resolve_settings


@dataclass(frozen=True, slots=True)
class PolicyPreview:
    """What one policy would send. `context` None: it would fail, and `error` says why."""

    policy: ContextPolicy
    context: Context | None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Preview:
    """What would be sent, in tokens of the model: `prompt_tokens` with the tools, `answer_tokens` kept free."""

    model: ModelConfig
    prompt_tokens: int
    answer_tokens: int
    policies: tuple[PolicyPreview, ...]
    chosen: PolicyPreview


class Previews:
    """Makes previews."""

    def __init__(self, store: Store, contexts: Contexts, models: Models) -> None:
        self._store = store
        self._contexts = contexts
        self._models = models
        self._turn = asyncio.Semaphore(1)

    async def preview(self, owner: str, new: NewTask) -> Preview:
        """What a prompt with the text `new.instruction`, which may be empty, would be sent with.

        Raises `InvalidInput` with the field, `NotFound` for a place that is not the owner's, `Conflict`.
        """
        check_place(new)
        await self._models.look_again(*filter(None, [new.config.model]))
        settings = resolve_settings(self._models.config, self._models.config.task_types["prompt"], new.config)
        model = self._models.find(settings.model)
        asked = ChatMessage(Role.USER, new.instruction or "")
        tokens = await self._models.count(asked.content, model) + MESSAGE_TOKENS
        if settings.tools:
            tokens += await self._models.count(tools_text(settings.tools), model)
        wish = ContextWish(
            owner_id=owner,
            conversation_id=new.conversation_id or "",
            prompt_id="",
            asked=asked,
            policy=settings.context,
            room=prompt_room(settings, model) - tokens,
            model=model,
            ends=await self._ends(owner, new),
        )
        async with self._turn:
            policies = tuple([await self._policy(wish, policy) for policy in ContextPolicy])
        return Preview(model, tokens, answer_room(settings, model), policies, _chosen(policies, settings))

    async def _ends(self, owner: str, new: NewTask) -> tuple[str, ...]:
        if new.conversation_id is None or new.root:
            return ()
        place = await self._store.read_place(owner, new.conversation_id, new.parent_id, new.branch_id)
        if place is None or not place["hasBranch"] or (new.parent_id is not None and not place["hasParent"]):
            raise await why_nowhere(self._store, owner, new)
        end = new.parent_id or place["headId"]
        return (end,) if end else ()

    async def _policy(self, wish: ContextWish, policy: ContextPolicy) -> PolicyPreview:
        try:
            return PolicyPreview(policy, await self._contexts.build(replace(wish, policy=policy)))
        except ContextOverflow as error:
            return PolicyPreview(policy, None, str(error))


def _chosen(policies: tuple[PolicyPreview, ...], settings: TaskSettings) -> PolicyPreview:
    return next(found for found in policies if found.policy is settings.context)
