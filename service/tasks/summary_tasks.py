"""The tasks that make summaries: what they ask, which model, and what is written of them.

Owns the bounds of a summary's length. Knows nothing of when one is wanted.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from service.chat import ChatMessage, ModelConfig
from service.conversations.context.assembling import Ahead, Saw
from service.conversations.context.stretches import Stretch
from service.errors import ContextOverflow
from service.graph.store import Store
from service.graph.summaries import Summaries
from service.models.registry import Models
from service.records import (
    ContextPolicy,
    Role,
    SawAs,
    StrategyName,
    SummaryForm,
    SummaryKind,
    derived_id,
    new_id,
    subtask_id,
)
from service.strategies.none import KEY
from service.tasks.aheads import Aheads, Noted
from service.tasks.material import TaskWork
from service.tasks.orders import Order, Orders
from service.tasks.prompts import MARGIN_TOKENS, ComposedPrompt, answer_room
from service.tasks.requests import NewTask
from service.tasks.running import Executor
from service.tasks.settings import NewTaskConfig
from service.tasks.summary_prompts import labels_of, render_summary

TYPE = "summary"
ROLE = "summarizer"
ASKED_SHARE, CUT_SHARE = 12, 4
"""A twelfth of what is covered is asked for, at a quarter it is cut: all levels together are a tenth of a history."""
LEAST_TOKENS = 64
REASONING_TOKENS = 4096
"""What a model that reasons may have besides its answer."""
WORDS_OF_TOKENS = 0.75
TRIES = 2
CHARACTERS_A_TOKEN = 3
"""At the least: what has no more is not counted again."""


@dataclass(frozen=True, slots=True)
class Asks:
    """What a subtask asks that summarizes: of its task the instruction, the form, and the tokens that are kept for the
    answer."""

    task_id: str
    subtask_id: str
    instruction: str
    answer_tokens: int
    form: SummaryForm = SummaryForm.TEXT


@dataclass(frozen=True, slots=True)
class Asked:
    """The whole prompt of a summary, and the labels that an answer in claims may name."""

    content: str
    labels: tuple[str, ...]


class SummaryTasks:
    """Writes tasks that summarize, and composes what they ask."""

    def __init__(self, store: Store, summaries: Summaries, orders: Orders, models: Models) -> None:
        self._store = store
        self._summaries = summaries
        self._orders = orders
        self._models = models
        self.aheads = Aheads()

    def note(self, task: TaskWork, model: ModelConfig, ahead: Ahead) -> None:
        """See `prompts.Summarized`."""
        self.aheads.note(task.id, Noted(task.owner_id, task.conversation_id, model.key, ahead))

    def model_of(self, noted: Noted) -> str:
        """The model that makes summaries: that of the role `summarizer` where there is one, else the chat's own."""
        role = self._models.config.agents.get(ROLE)
        return role.model if role else noted.model

    async def make(self, executor: Executor, noted: Noted, stretch: Stretch) -> str | None:
        """Write the task of a stretch and begin to run it; its id, or None where somebody else has."""
        task_id = new_id()
        model = self._models.find(self.model_of(noted))
        order = await self._orders.make(noted.owner_id, _wish(model, stretch), ())
        row = task_row(task_id, order, f"Summary of {stretch.messages} messages") | {
            "ownerId": noted.owner_id,
            "conversationId": noted.conversation_id,
            "kind": SummaryKind.STRETCH.value,
            "form": None,
            "deletesBranch": None,
            "level": stretch.level,
            "members": list(stretch.members),
            "endsAt": stretch.ends_at,
            "coveredTokens": stretch.tokens,
            "requestHash": hashlib.sha256("\x1f".join(stretch.members).encode()).hexdigest(),
            "idempotencyKey": None,
            **executor.lease(),
        }
        if not await self._store.create_summary(noted.conversation_id, row):
            return None
        executor.submit(task_id)
        return task_id

    async def compose(self, task: TaskWork, work: dict[str, Any], model: ModelConfig) -> ComposedPrompt:
        """See `prompts.Summarized`."""
        asks = Asks(task.id, work["id"], task.prompt, answer_room(task.settings, model), task.summary_form)
        asked = await self.asked(asks, model)
        return ComposedPrompt(
            id=task.prompt_id,
            title="",
            content=None,
            messages=(ChatMessage(Role.USER, asked.content),),
            spans=(),
            uses=(),
            saw=(Saw(task.prompt_id, SawAs.VERBATIM),),
            bound=(task.covered_tokens or 0) // 2 if task.summary is SummaryKind.STRETCH else None,
            labels=asked.labels,
        )

    async def asked(self, asks: Asks, model: ModelConfig) -> Asked:
        """The whole prompt of a summary. Raises `ContextOverflow`."""
        members = await self._summaries.read_summary_members(asks.subtask_id)
        labels = labels_of(members) if asks.form is SummaryForm.STRUCTURED else ()
        room = model.context_window - asks.answer_tokens - MARGIN_TOKENS
        for characters in (room * CHARACTERS_A_TOKEN, room, room // 4):
            content = render_summary(asks.instruction, members, asks.task_id, characters, labels)
            if await self._models.fits(content, room, model):
                return Asked(content, labels)
        raise ContextOverflow(f"What is to be summarized does not fit into the window of {model.key}.")


def task_row(task_id: str, order: Order, title: str) -> dict[str, Any]:
    """What is written of every task that summarizes."""
    ids = {"taskId": task_id, "promptId": derived_id(task_id, "prompt"), "subtaskId": subtask_id(task_id, KEY)}
    return {**ids, "key": KEY, **order.row(task_id, title, None)}


def _wish(model: ModelConfig, stretch: Stretch) -> NewTask:
    words = int(max(stretch.tokens // ASKED_SHARE, LEAST_TOKENS) * WORDS_OF_TOKENS)
    config = NewTaskConfig(
        model=model.key,
        fallback_models=(),
        context=ContextPolicy.NONE.value,
        max_output_tokens=most_output(stretch.tokens // CUT_SHARE, model),
        retries={"maxAttempts": TRIES},
    )
    return NewTask(type=TYPE, strategy=StrategyName.NONE, instruction=f"Use at most {words} words.", config=config)


def most_output(tokens: int, model: ModelConfig) -> int:
    """The longest answer that a model may give for a summary of so many tokens."""
    reasoning = REASONING_TOKENS if "reasoning" in model.features else 0
    return min(max(tokens, LEAST_TOKENS) + reasoning, model.max_output_tokens, model.context_window // 2)
