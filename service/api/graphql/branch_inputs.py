"""What mutations of branches take."""

from __future__ import annotations

import strawberry

from service.api.graphql.choices import ExpectedHeadInput
from service.conversations.branches import MovedBranch, NewBranch
from service.conversations.pruning import BranchMessages


@strawberry.input
class CreateBranchInput:
    """A new branch."""

    conversation_id: strawberry.ID
    """The conversation's id."""

    name: str
    """What it is called: 1 to 100 characters in one line, and no other branch of the conversation has it."""

    message_id: strawberry.ID | None = None
    """The message that it points at; the newest one of the default branch where it is left out."""

    make_default: bool | None = False
    """Whether it is the default branch from now on."""

    idempotency_key: str | None = None
    """The same key makes the same branch: sending it twice is safe."""

    def record(self) -> NewBranch:
        """As the use case takes it."""
        where = (self.conversation_id, self.name, self.message_id)
        return NewBranch(*where, bool(self.make_default), self.idempotency_key)


@strawberry.input
class RenameBranchInput:
    """Another name for a branch."""

    branch_id: strawberry.ID
    """The branch's id."""

    name: str
    """What it is called from now on."""

    idempotency_key: str | None = None
    """The same key does it once: sending it twice is safe."""


@strawberry.input
class SetDefaultBranchInput:
    """The branch that is meant where none is named."""

    branch_id: strawberry.ID
    """The branch's id."""

    idempotency_key: str | None = None
    """The same key does it once: sending it twice is safe."""


@strawberry.input
class MoveBranchInput:
    """Another message for a branch."""

    branch_id: strawberry.ID
    """The branch's id."""

    message_id: strawberry.ID
    """The message that it points at from now on: of its conversation, and not of a subtask."""

    expected_head: ExpectedHeadInput | None = None
    """Where you saw the branch: `CONFLICT` where it has moved since."""

    idempotency_key: str | None = None
    """The same key does it once: sending it twice is safe."""

    def record(self) -> MovedBranch:
        """As the use case takes it."""
        expected = None if self.expected_head is None else self.expected_head.record().message_id or ""
        return MovedBranch(self.branch_id, self.message_id, expected, self.idempotency_key)


@strawberry.input
class DeleteBranchInput:
    """A branch to be deleted."""

    branch_id: strawberry.ID
    """The branch's id."""

    messages: BranchMessages = BranchMessages.KEEP
    """What becomes of the messages that no other branch reaches."""

    summarize: bool = False
    """Leave a summary of it behind, of what it has since it parted from the default branch: see
    `Conversation.summaries`.

    The branch is deleted when its summary is written (the payload has the task), and together with that. It stays where
    the task fails, or somebody has gone on with it meanwhile. With `PRUNE` it is refused.
    """

    dry_run: bool = False
    """Change nothing, and say what `PRUNE` would delete."""

    idempotency_key: str | None = None
    """The same key does it once: sending it twice is safe."""
