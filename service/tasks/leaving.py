"""Leaving a branch: it is deleted once a summary of what it has is written. Where none is, the branch stays.

Owns what is summarized of it: what comes after the place where it parts from the default branch. Its messages stay.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from service.conversations.branches import Branches
from service.conversations.shares import read_shares
from service.errors import InvalidInput
from service.graph.reader import Reader
from service.graph.store import Store
from service.tasks.asked_summaries import NewSummary
from service.tasks.requests import check_key, hash_values, same_task
from service.tasks.settings import NewTaskConfig

Summarize = Callable[[str, NewSummary], Awaitable[str]]


@dataclass(frozen=True, slots=True)
class Left:
    """The conversation of a branch that is left, and the task that summarizes it: None where it has nothing to say."""

    conversation_id: str
    task_id: str | None


class Leaving:
    """The use case of deleting a branch that leaves a summary behind."""

    def __init__(self, reader: Reader, store: Store, branches: Branches, summarize: Summarize) -> None:
        self._reader = reader
        self._store = store
        self._branches = branches
        self._summarize = summarize

    async def leave(self, owner: str, branch_id: str, key: str | None = None) -> Left:
        """Have a branch summarized, and deleted with that; one that has nothing of its own is deleted at once.

        Raises `NotFound`, `InvalidInput` where it does not fit into a window, `Conflict` for the default branch, or
        where a task answers there.
        """
        request = hash_values("deleteBranch", [branch_id, "summarize"], NewTaskConfig())
        if check_key(key) and (known := await self._store.read_keyed_task(owner, key or "")):
            return await self._known(owner, same_task(known, request))
        conversation = await self._branches.require_deletable(owner, branch_id)
        if conversation is None:
            # The same request has deleted it at once.
            return Left(await self._branches.delete_branch(owner, branch_id, key), None)
        (share,) = await read_shares(self._reader, owner, [(conversation, branch_id)])
        if share.own == 0:
            return Left(await self._branches.delete_branch(owner, branch_id, key), None)
        if share.own is None:
            raise InvalidInput("The branch has too much of its own to be summarized at once.", field="input.summarize")
        new = NewSummary(
            conversation,
            branch_id=branch_id,
            after_id=share.forked_at,
            deletes_branch=True,
            idempotency_key=key,
            stands_for=request,
        )
        return Left(conversation, await self._summarize(owner, new))

    async def _known(self, owner: str, task_id: str) -> Left:
        row = await self._store.read_task_place(owner, task_id)
        assert row is not None
        return Left(row["conversationId"], task_id)
