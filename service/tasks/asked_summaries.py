"""Summaries that somebody asks for: of a branch, or up to a message, as long and about what the caller wants.

Owns what goes in: what a context would hold of the path, so that what does not fit goes in as the summaries that are
there. Such a summary stands in no context. Knows nothing of how a task is run.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from service.answers.claims import CLAIMS_FORMAT, CLAIMS_WORDS
from service.chat import ChatMessage, ModelConfig
from service.conversations.context.assembling import ContextItem, ContextWish
from service.conversations.context.contexts import Contexts
from service.errors import InvalidInput, NotFound
from service.graph.store import Store
from service.models.registry import Models
from service.records import ContextPolicy, ItemKind, Role, StrategyName, SummaryForm, SummaryKind, SummaryLength, new_id
from service.tasks.orders import Orders
from service.tasks.places import check_place, why_nowhere
from service.tasks.prompts import prompt_room
from service.tasks.requests import NewTask, check_key, hash_values, same_task
from service.tasks.running import Executor
from service.tasks.settings import NewTaskConfig
from service.tasks.sources import check_text
from service.tasks.summary_tasks import TYPE, WORDS_OF_TOKENS, task_row

LENGTHS = {SummaryLength.SHORT: 150, SummaryLength.MEDIUM: 400, SummaryLength.LONG: 1200}
"""Tokens of a summary."""
MOST_TOKENS = 32_000
FRAME_TOKENS = 512
"""The instruction of the task type, and the words around the texts."""


@dataclass(frozen=True, slots=True)
class NewSummary:
    """What a caller wants to be summarized: a branch (the default one), or what leads to a message; from another on.

    `after_id` leaves out all up to a message. `deletes_branch`: the branch goes when the summary is written.
    `stands_for` is the hash of the request that this is made of, where it is another.
    """

    conversation_id: str
    branch_id: str | None = None
    from_id: str | None = None
    to_id: str | None = None
    length: SummaryLength = SummaryLength.MEDIUM
    max_tokens: int | None = None
    instruction: str | None = None
    form: SummaryForm = SummaryForm.TEXT
    config: NewTaskConfig = field(default_factory=NewTaskConfig)
    idempotency_key: str | None = None
    after_id: str | None = None
    deletes_branch: bool = False
    stands_for: str | None = None


class AskedSummaries:
    """The use case of summarizing a conversation."""

    def __init__(self, store: Store, contexts: Contexts, orders: Orders, models: Models) -> None:
        self._store = store
        self._contexts = contexts
        self._orders = orders
        self._models = models

    async def summarize(self, executor: Executor, owner: str, new: NewSummary) -> str:
        """Write the task of a summary and begin to run it; its id. The same key gives the same task.

        Raises `InvalidInput` with the field, `NotFound`, `Conflict` where the key was used for another request.
        """
        key, tokens = check_key(new.idempotency_key), _tokens(new)
        request_hash = new.stands_for or _hash(new)
        if key and (known := await self._store.read_keyed_task(owner, key)):
            return same_task(known, request_hash)
        end = await self._end(owner, new)
        wish = _wish(new, tokens)
        order = await self._orders.make(owner, wish, ())
        model = self._models.find(order.settings.model)
        room = prompt_room(order.settings, model) - FRAME_TOKENS
        members = await self._members(owner, new, end, (room, model))
        task_id = new_id()
        row = task_row(task_id, order, f"Summary of {len(members)} messages") | {
            "ownerId": owner,
            "conversationId": new.conversation_id,
            "kind": SummaryKind.ASKED.value,
            "form": new.form.value,
            "deletesBranch": new.branch_id if new.deletes_branch else None,
            "level": 1 if all(item.kind is ItemKind.MESSAGE for item in members) else 2,
            "members": [item.id for item in members],
            "endsAt": end,
            "coveredTokens": sum(item.tokens for item in members),
            "requestHash": request_hash,
            "idempotencyKey": key,
            **executor.lease(),
        }
        if not await self._store.create_summary(new.conversation_id, row):
            raise InvalidInput("What was to be summarized was deleted meanwhile.", field="input", remedy="Try again.")
        executor.submit(task_id)
        return task_id

    async def _end(self, owner: str, new: NewSummary) -> str:
        place = NewTask(conversation_id=new.conversation_id, parent_id=new.to_id, branch_id=new.branch_id)
        check_place(place)
        found = await self._store.read_place(owner, new.conversation_id, new.to_id, new.branch_id)
        if found is not None and new.to_id is not None and not found["hasParent"]:
            raise NotFound("There is no such message in this conversation.", field="input.toMessageId")
        if found is None or not found["hasBranch"]:
            raise await why_nowhere(self._store, owner, place)
        end = new.to_id or found["headId"]
        if end is None:
            raise InvalidInput("The conversation has no messages yet.", field="input.conversationId")
        return end

    async def _members(
        self, owner: str, new: NewSummary, end: str, fitting: tuple[int, ModelConfig]
    ) -> list[ContextItem]:
        room, model = fitting
        wish = ContextWish(
            owner_id=owner,
            conversation_id=new.conversation_id,
            prompt_id="",
            asked=ChatMessage(Role.USER, ""),
            policy=ContextPolicy.SUMMARIZED,
            room=room * 3 // 4,
            model=model,
            ends=(end,),
        )
        context = await self._contexts.build(wish)
        members = [item for item in context.items if item.kind in (ItemKind.SUMMARY, ItemKind.MESSAGE)]
        ids = [item.id for item in members]
        if new.from_id is not None and new.from_id not in ids:
            raise InvalidInput(
                "This message is not on the path, or too far up for the window of the model.",
                field="input.fromMessageId",
                remedy="Name one that leads to the last one, or a model with a larger window.",
            )
        if new.after_id is not None and new.after_id not in ids:
            raise InvalidInput(
                "What only this branch has does not fit into the window of the model.",
                field="input.summarize",
                remedy="Have it summarized with `summarizeConversation` by a model with a larger window.",
            )
        members = members[ids.index(new.from_id) if new.from_id is not None else 0 :]
        members = members[ids.index(new.after_id) + 1 if new.after_id is not None else 0 :]
        if not members:
            raise InvalidInput(
                "The last message does not fit into the window of the model.", field="input.config.model"
            )
        return members


def _tokens(new: NewSummary) -> int:
    if new.max_tokens is not None and not 16 <= new.max_tokens <= MOST_TOKENS:
        raise InvalidInput(f"A summary has 16 to {MOST_TOKENS} tokens.", field="input.maxTokens")
    return new.max_tokens or LENGTHS[new.length]


def _wish(new: NewSummary, tokens: int) -> NewTask:
    instruction = check_text(new.instruction or "", "input.instruction").strip()
    words = f"Use at most {int(tokens * WORDS_OF_TOKENS)} words."
    shape = CLAIMS_WORDS if new.form is SummaryForm.STRUCTURED else ""
    told = "\n\n".join(filter(None, [words, shape, instruction]))
    return NewTask(
        type=TYPE,
        strategy=StrategyName.NONE,
        instruction=told,
        config=replace(_form(new), context=ContextPolicy.NONE.value),
    )


def _form(new: NewSummary) -> NewTaskConfig:
    if new.form is SummaryForm.TEXT:
        return new.config
    if new.config.response_format is not None:
        raise InvalidInput(
            "A structured summary has a form of its own.",
            field="input.config.responseFormat",
            remedy="Leave it out, or ask for the form TEXT.",
        )
    return replace(new.config, response_format=CLAIMS_FORMAT)


def _hash(new: NewSummary) -> str:
    asked: list[object] = [new.conversation_id, new.branch_id, new.from_id, new.to_id]
    asked += [new.length, new.max_tokens, new.instruction]
    # What older requests could not say is left out where it is not said: their hashes stay as they are.
    asked += [new.form] if new.form is not SummaryForm.TEXT else []
    return hash_values("summarizeConversation", asked, new.config)
