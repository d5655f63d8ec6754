"""What mutations of branches answer with."""

from __future__ import annotations

import strawberry

from service.api.graphql.branch_inputs import DeleteBranchInput
from service.api.graphql.branches import Branch
from service.api.graphql.connections import Edge, one_edge
from service.api.graphql.context import Info
from service.api.graphql.conversations import Conversation
from service.api.graphql.scalars import BigInt
from service.api.graphql.tasks import Task
from service.conversations.listings import BRANCHES
from service.conversations.pruning import BranchMessages, Prunable
from service.errors import InvalidInput


@strawberry.type
class CreateBranchPayload:
    """A new branch."""

    branch: Branch | None
    """The branch."""

    @strawberry.field
    def branch_edge(self) -> Edge[Branch] | None:
        """The branch, for the conversation's list `branches`."""
        return None if self.branch is None else one_edge(self.branch, BRANCHES.order.cursor(self.branch.row))


@strawberry.type
class RenameBranchPayload:
    """A branch with another name."""

    branch: Branch | None
    """The branch, as it is now."""


@strawberry.type
class SetDefaultBranchPayload:
    """A conversation with another default branch."""

    conversation: Conversation | None
    """The conversation, as it is now."""


@strawberry.type
class MoveBranchPayload:
    """A branch at another message."""

    branch: Branch | None
    """The branch, as it is now."""


@strawberry.type
class PrunableMessages:
    """What would be deleted for good."""

    messages: int
    """How many messages, those of subtasks counted."""

    tasks: int
    """How many tasks."""

    attempts: int
    """How many calls; what they cost stays in `usage`."""

    tokens: BigInt
    """The tokens that these calls read and wrote."""

    cost_usd: float
    """What they cost, as far as that is known."""

    is_complete: bool
    """False where there is more: counting ends after some ten thousand messages."""


@strawberry.type
class DeleteBranchPayload:
    """A branch that is gone, or with `dryRun` one that is still there."""

    deleted_id: strawberry.ID
    """The id that it had; with `dryRun`, or while it is summarized, has."""

    conversation: Conversation | None
    """The conversation that it was in."""

    prunable: PrunableMessages | None = None
    """With `dryRun`: what `PRUNE` would delete; nothing for `KEEP`. Null otherwise."""

    task: Task | None = None
    """With `summarize`: the task that writes the summary, with which the branch goes. Null where it has nothing of its
    own, and is gone already."""


async def delete_branch(info: Info, input: DeleteBranchInput) -> DeleteBranchPayload:
    """Delete a branch, or say what would be deleted with it."""
    prune, caller = input.messages is BranchMessages.PRUNE, info.context.caller
    backend, found, task = info.context.begin_write(), None, None
    branches = backend.branches
    if input.summarize and prune:
        raise InvalidInput(
            "A summary is of messages that are there, and PRUNE deletes them.",
            field="input.summarize",
            remedy="Delete the branch with messages: KEEP, or without a summary.",
        )
    if input.summarize and not input.dry_run:
        left = await backend.leaving.leave(caller, input.branch_id, input.idempotency_key)
        id, task = left.conversation_id, await info.context.load.tasks.load(left.task_id) if left.task_id else None
    elif input.dry_run:
        id, counted = await branches.count_prunable(caller, input.branch_id)
        found = _prunable(counted if prune else Prunable())
    else:
        id = await branches.delete_branch(caller, input.branch_id, input.idempotency_key, prune=prune)
    conversation = await info.context.load.conversations.load(id)
    return DeleteBranchPayload(deleted_id=input.branch_id, conversation=conversation, prunable=found, task=task)


def _prunable(found: Prunable) -> PrunableMessages:
    """What was counted."""
    return PrunableMessages(
        messages=found.messages,
        tasks=found.tasks,
        attempts=found.attempts,
        tokens=BigInt(found.tokens),
        cost_usd=found.usd,
        is_complete=found.is_complete,
    )
