"""A message in place of another: what can be revised, and what is written of it.

Pure. Owns why a revision is refused. Whether its prompt is answered is in `turns.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from service.conversations.branch_names import check_branch_name, same_name
from service.conversations.titles import title_of
from service.errors import AntiphonError, Conflict, InvalidInput, NotFound
from service.records import ResponseStatus, Role, derived_id, new_id
from service.tasks.settings import NewTaskConfig
from service.tasks.sources import check_text

MOST_ABOVE = 20_000
"""So far above a branch's head a message can be revised on that branch: the way to it is looked at under a lock."""
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Revision:
    """A message in place of another. The branch `branch_id`, or a new one called `new_branch`, goes on from it.

    `ask` has a prompt answered, with `config`; what that leaves out is as it was asked the first time.
    """

    message_id: str
    content: str
    branch_id: str | None = None
    new_branch: str | None = None
    ask: bool = False
    config: NewTaskConfig = field(default_factory=NewTaskConfig)
    idempotency_key: str | None = None


def check_revision(new: Revision) -> None:
    """Raises `InvalidInput` for a revision that could be of no message."""
    if not new.content.strip():
        raise InvalidInput("The message is empty.", field="input.content", remedy="Write what it is to say.")
    check_text(new.branch_id or "", "input.branch")
    if new.config != NewTaskConfig() and not new.ask:
        raise InvalidInput("Nothing is asked.", field="input.config", remedy="Leave out config, or send ask: true.")
    if new.new_branch is None:
        return
    if new.branch_id is not None:
        raise InvalidInput("One branch moves, or one is made.", field="input.newBranch", remedy="Send one of the two.")
    check_branch_name(new.new_branch, "input.newBranch")


def check_revisable(new: Revision, turn: Row) -> None:
    """Raises `InvalidInput` where this message cannot be revised so."""
    check_of_chat(turn, "input.messageId")
    if new.ask and turn["kind"] == "Response":
        raise InvalidInput("Only a prompt is answered.", field="input.ask", remedy="Use regenerate for another answer.")
    if turn["role"] == Role.SYSTEM:
        raise InvalidInput(
            "This is the system prompt.", field="input.messageId", remedy="Use setSystemPrompt to give another."
        )
    if turn["role"] == Role.TOOL:
        raise InvalidInput(
            "The result of a tool is not revised: the others of its turn belong to it.",
            field="input.messageId",
            remedy="Answer the calls once more: sendPrompt with toolResults, and the response as parent.",
        )


def check_of_chat(turn: Row, field: str) -> None:
    """Raises `InvalidInput` for what was written for a piece of a task."""
    if turn["isInside"]:
        raise InvalidInput(
            "This is a piece of a task, and no message of the chat.",
            field=field,
            remedy="Name the task's own prompt or answer.",
        )


def revision_row(owner: str, new: Revision, turn: Row, key: str | None, task_id: str) -> Row:
    """The row of `revise_message`; `task_id` is that of the task that answers it."""
    id_ = derived_id(task_id, "prompt") if new.ask else new_id()
    properties: Row = (
        {"role": Role.USER.value} if turn["kind"] == "Prompt" else {"status": ResponseStatus.COMPLETE.value}
    )
    made = {"id": new_branch_id(id_), "name": same_name(new.new_branch)} if new.new_branch else None
    return {
        "conversationId": turn["conversationId"],
        "ownerId": owner,
        "messageId": new.message_id,
        "id": id_,
        "kind": turn["kind"],
        "content": new.content,
        "title": title_of(new.content),
        "properties": properties,
        "branchId": new.branch_id,
        "newBranch": made,
        "mostAbove": MOST_ABOVE,
        "key": key,
    }


def new_branch_id(message_id: str) -> str:
    """The id of a branch that is made with a message."""
    return derived_id(message_id, "branch")


def refusal_of(outcome: str) -> AntiphonError:
    """Why `revise_message` wrote nothing."""
    match outcome:
        case "NO_BRANCH":
            return NotFound("There is no such branch in this conversation.", field="input.branch")
        case "NAME_TAKEN":
            return Conflict("There is a branch of this name.", field="input.newBranch", remedy="Choose another name.")
        case "TOO_FAR":
            return InvalidInput(
                f"The message is more than {MOST_ABOVE} messages above the branch's newest.",
                field="input.branch",
                remedy="Send newBranch, so that another branch goes on from the revision.",
            )
        case "NOT_ON_BRANCH":
            return Conflict(
                "The message is not on this branch.",
                field="input.branch",
                remedy="Name a branch that holds it, or send newBranch.",
            )
        case _:
            return no_message("input.messageId")


def no_message(field: str) -> NotFound:
    """What is raised where a message is not there, or not the owner's."""
    return NotFound("There is no such message.", field=field)
