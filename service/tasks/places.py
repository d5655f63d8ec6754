"""Where in a conversation a task is asked: after which message, on which branch, and what its caller saw there.

Owns what a place may be, and why one is refused. Knows nothing of what is asked.
"""

from __future__ import annotations

from typing import Any

from service.errors import AntiphonError, Conflict, InvalidInput, NotFound
from service.graph.store import Store
from service.records import WhenBusy
from service.tasks.requests import NewTask
from service.tasks.sources import check_text

MOST_WAITING = 100
"""Prompts that may wait for their turn on a branch."""


def check_place(new: NewTask) -> None:
    """Raises `InvalidInput` where the place of a new task is none that there could be."""
    ids = {"conversationId": new.conversation_id, "parent.messageId": new.parent_id, "branch": new.branch_id}
    if new.expected is not None:
        ids["expectedHead.messageId"] = new.expected.message_id
    for name, id_ in ids.items():
        check_text(id_ or "", f"input.{name}")
    _check_title(new)
    if new.when_busy is not WhenBusy.CONTINUE and (new.parent_id is not None or new.root):
        raise InvalidInput(
            "Who names the message to continue from waits for nobody.",
            field="input.whenBusy",
            remedy="Leave out whenBusy, or parent.",
        )
    if new.conversation_id is not None:
        return
    if new.branch_id is not None:
        raise _of_a_conversation("A branch", "input.branch")
    if new.parent_id is not None or new.root:
        raise _of_a_conversation("A parent", "input.parent")
    if new.expected is not None and new.expected.message_id is not None:
        raise _of_a_conversation("A head", "input.expectedHead")


def _of_a_conversation(what: str, field: str) -> InvalidInput:
    return InvalidInput(
        f"{what} is a place in a conversation that is there.",
        field=field,
        remedy="Name the conversation in conversationId.",
    )


def _check_title(new: NewTask) -> None:
    if new.title is None:
        return
    if new.conversation_id is not None:
        raise InvalidInput(
            "A task is for a conversation that is there or for a new one, not for both.",
            field="input.title",
            remedy="Leave out title or conversationId.",
        )
    if not new.title.strip():
        raise InvalidInput("The title is empty.", field="input.title", remedy="Leave it out, or write one.")
    check_text(new.title, "input.title")


def place_row(new: NewTask, parent_id: str | None) -> dict[str, Any]:
    """The place as it is written. `expectedHeads` is what the branch's head must be, under the conversation's lock."""
    heads = [] if new.expected is None else [new.expected.message_id]
    if new.branch_id is not None and (new.root or new.parent_id is not None):
        heads.append(None if new.root else new.parent_id)
    return {
        "branchId": new.branch_id,
        "parentId": parent_id,
        "root": new.root,
        # Results of tools answer a response, so nobody is answering there.
        "whenBusy": None if new.when_busy is WhenBusy.CONTINUE or new.tool_results else new.when_busy.value,
        "mostWaiting": MOST_WAITING,
        "sides": [{"branchId": it.branch_id, "messageId": it.message_id, "label": it.label} for it in new.sides],
        "sideLabel": new.side_label,
        "expectedHeads": [head for head in heads if head is not None],
        "expectsNone": None in heads,
    }


async def why_nowhere(store: Store, owner: str, new: NewTask) -> AntiphonError:
    """Why a task has no place: what it names is not there, or its branch is not where the caller saw it."""
    place = await store.read_place(owner, new.conversation_id or "", new.parent_id, new.branch_id)
    if place is None:
        return NotFound("There is no such conversation.", field="input.conversationId")
    if new.parent_id is not None and not place["hasParent"]:
        return NotFound("There is no such message in this conversation.", field="input.parent.messageId")
    if not place["hasBranch"]:
        return NotFound("There is no such branch in this conversation.", field="input.branch")
    at = f"at the message {place['headId']}" if place["headId"] else "without a message"
    if new.expected is not None and new.expected.message_id != place["headId"]:
        return Conflict(
            f"The branch has moved: it is {at}.",
            field="input.expectedHead",
            remedy="Read what was added, and send it again with that as expectedHead.",
        )
    if new.when_busy is WhenBusy.REJECT:
        return Conflict(
            "The branch still awaits an answer.",
            field="input.whenBusy",
            remedy="Send it again when the answer is there, or with whenBusy WAIT.",
        )
    if place["waiting"] >= MOST_WAITING:
        return Conflict(
            f"{MOST_WAITING} prompts wait on this branch already.",
            field="input.whenBusy",
            remedy="Wait until some are answered, or cancel some.",
        )
    if new.sides:
        return Conflict(
            "One of the branches has moved meanwhile.", field="input.from", remedy="Look at it, and merge again."
        )
    return Conflict(
        f"A branch continues from its newest message, and it is {at}.",
        field="input.parent" if new.branch_id is not None else "input.expectedHead",
        remedy="Leave out parent, or make a branch at that message with createBranch.",
    )
