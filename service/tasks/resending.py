"""What is sent for a replay: what another call was sent, but for what is to be changed of it.

Owns that nothing is sent which cannot be made again, nor what is too long for its model. Knows nothing of how a
context is made again, nor of what may be changed.
"""

from __future__ import annotations

from collections.abc import Sequence

from service.chat import ChatMessage, ModelConfig
from service.conversations.context.spoken import request_text
from service.errors import ContextOverflow
from service.models.registry import Models
from service.strategies.interface import TaskSettings
from service.tasks.material import TaskWork
from service.tasks.prompts import ComposedPrompt, prompt_room
from service.tasks.rebuilding import Rebuilding, require_same
from service.tasks.replayed import Replayed


class Resending:
    """Composes the prompts of replays."""

    def __init__(self, rebuilding: Rebuilding, models: Models) -> None:
        self._rebuilding = rebuilding
        self._models = models

    async def compose(self, task: TaskWork, replayed: Replayed, model: ModelConfig) -> ComposedPrompt:
        """What is sent. Raises `Conflict` where it is gone, `ContextOverflow` where the model has no room for it."""
        sent = require_same(await self._rebuilding.context_of(task.owner_id, replayed.attempt_id))
        items = replayed.changed(sent.said)
        messages = tuple(item.message for item in items)
        if sent.model != model.key:
            await check_window(messages, task.settings, model, self._models)
        saw = replayed.saw(sent.saw, items, task.prompt_id)
        return ComposedPrompt(task.prompt_id, "", None, messages, (), (), saw, has_format=sent.has_format)


async def check_window(
    messages: Sequence[ChatMessage], settings: TaskSettings, model: ModelConfig, models: Models
) -> None:
    """Raises `ContextOverflow` where what was sent to another model is too long for this one."""
    room = prompt_room(settings, model)
    if not await models.fits(request_text(messages, settings.tools), room, model):
        raise ContextOverflow(
            f"What was sent does not fit into the {model.context_window} tokens of {model.key}, beside its answer. "
            "Name a model with a larger window, or leave messages out."
        )
