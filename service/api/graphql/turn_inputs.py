"""What mutations of turns take: messages that are said in another way, and further answers."""

from __future__ import annotations

import strawberry
from strawberry import UNSET

from service.api.graphql.choices import chosen, require_true
from service.api.graphql.settings import TaskConfigInput
from service.tasks.merging import Merge
from service.tasks.replays import Replay
from service.tasks.revisions import Revision
from service.tasks.system_prompts import NewSystemPrompt
from service.tasks.turns import Regeneration


@strawberry.input
class ReviseMessageInput:
    """A message in place of another. The other one stays as it is; the new one stands beside it."""

    message_id: strawberry.ID
    """The message: a prompt or a response."""

    content: str
    """What it is to say."""

    branch: strawberry.ID | None = None
    """A branch that holds the message, by its id: it moves to the new one. What stood below the old one stays in the
    conversation, and other branches where they are. Left out, no branch moves."""

    new_branch: str | None = None
    """The name of a branch that is made at the new message."""

    ask: bool = False
    """Whether the prompt is answered."""

    config: TaskConfigInput | None = None
    """How it is answered; what is left out is as it was asked before."""

    idempotency_key: str | None = None
    """The same key makes the same message: sending it twice is safe."""

    def record(self) -> Revision:
        """As the use case takes it."""
        return Revision(
            message_id=self.message_id,
            content=self.content,
            branch_id=self.branch,
            new_branch=self.new_branch,
            ask=self.ask,
            config=(self.config or TaskConfigInput()).record(),
            idempotency_key=self.idempotency_key,
        )


@strawberry.input(one_of=True)
class SystemPromptInput:
    """What the model is told before all else."""

    content: str | None = UNSET
    """A text."""

    task_type: str | None = UNSET
    """The instruction of a task type of the configuration."""

    none: bool | None = UNSET
    """`true`: there is none."""

    def record(self) -> NewSystemPrompt:
        """As the use case takes it."""
        require_true(self.none, "input.systemPrompt.none")
        return NewSystemPrompt(chosen(self.content), chosen(self.task_type))


@strawberry.input
class SetSystemPromptInput:
    """Another system prompt for a conversation. What was said under the old one stays as it is."""

    conversation_id: strawberry.ID
    """The conversation's id."""

    system_prompt: SystemPromptInput
    """The system prompt."""

    idempotency_key: str | None = None
    """The same key sets it once: sending it twice is safe."""


@strawberry.input
class MergeBranchesInput:
    """Branches to be merged into another: a prompt continues all of them, and its branch moves."""

    into: strawberry.ID
    """The branch that is gone on with, by its id."""

    from_: list[strawberry.ID] = strawberry.field(name="from")
    """The branches that are merged into it, 8 at most. They stay where they are."""

    instruction: str | None = None
    """What is asked; left out, to bring together what was said."""

    reconcile: bool = False
    """Whether it is asked first where the branches disagree; the answer then settles just that: `mergeConflicts`."""

    config: TaskConfigInput | None = None
    """How it is answered."""

    idempotency_key: str | None = None
    """The same key merges once: sending it twice is safe."""

    def record(self) -> Merge:
        """As the use case takes it."""
        return Merge(
            into=self.into,
            sides=tuple(self.from_),
            instruction=self.instruction,
            reconcile=self.reconcile,
            config=(self.config or TaskConfigInput()).record(),
            idempotency_key=self.idempotency_key,
        )


@strawberry.input
class RegenerateInput:
    """Further answers to the prompt of a response. None of them is told of the others."""

    response_id: strawberry.ID
    """The response."""

    models: list[str] | None = None
    """An answer of each of these models, 10 at most."""

    n: int | None = None
    """So many answers, 10 at most; one by default."""

    branch: strawberry.ID | None = None
    """The branch, by its id, that moves to the first answer where its newest message is the response; the default
    branch where it is left out. No other moves."""

    config: TaskConfigInput | None = None
    """How it is answered; what is left out is as it was asked before."""

    idempotency_key: str | None = None
    """The same key makes the same answers: sending it twice is safe."""

    def record(self) -> Regeneration:
        """As the use case takes it."""
        return Regeneration(
            response_id=self.response_id,
            models=tuple(self.models or ()),
            n=self.n,
            branch_id=self.branch,
            config=(self.config or TaskConfigInput()).record(),
            idempotency_key=self.idempotency_key,
        )


@strawberry.input(one_of=True)
class SentInput:
    """A call that was made."""

    attempt_id: strawberry.ID | None = UNSET
    """The attempt."""

    response_id: strawberry.ID | None = UNSET
    """The attempt that gave this response."""


@strawberry.input
class InsteadInput:
    """Another text for a message of a context."""

    message_id: strawberry.ID
    """The message; the prompt itself may be one."""

    content: str
    """What the model is sent for it."""


@strawberry.input
class ReplayInput:
    """What a model was sent, to be sent again: byte for byte, or with something changed. The conversation stays as it
    is, and no branch moves."""

    of: SentInput
    """The call that is made again."""

    without: list[strawberry.ID] | None = None
    """Messages that are left out, by their ids: 100 at most. A call of a tool goes with its results."""

    instead: list[InsteadInput] | None = None
    """Other texts for messages, 100 at most."""

    config: TaskConfigInput | None = None
    """How it is answered; what is left out is as it was asked before, by the model that was asked then."""

    idempotency_key: str | None = None
    """The same key makes the same answer: sending it twice is safe."""

    def record(self) -> Replay:
        """As the use case takes it."""
        return Replay(
            attempt_id=chosen(self.of.attempt_id),
            response_id=chosen(self.of.response_id),
            without=tuple(self.without or ()),
            instead=tuple((it.message_id, it.content) for it in self.instead or ()),
            config=(self.config or TaskConfigInput()).record(),
            idempotency_key=self.idempotency_key,
        )
