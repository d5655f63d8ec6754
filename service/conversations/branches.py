"""Branches: names for places in a conversation, as in git. To make one, to move it or to delete it copies nothing.

Owns what stands in the way of a change. The statements look behind the conversation's lock and say what is wrong.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from service.conversations.branch_names import check_branch_name, same_name
from service.conversations.changes import Changing, change
from service.conversations.pruning import BranchMessages, Counting, Prunable, Pruner
from service.errors import AntiphonError, Conflict, InvalidInput, LimitExceeded, NotFound
from service.graph.reader import Reader
from service.graph.store import Store, main_branch
from service.records import new_id

Row = dict[str, Any]

MOST_BRANCHES = 1000
"""Branches of one conversation: what is asked of all of them at once stays small."""


@dataclass(frozen=True, slots=True)
class NewBranch:
    """What a caller wants a branch to be. `message_id` None: where the default branch is."""

    conversation_id: str
    name: str
    message_id: str | None = None
    make_default: bool = False
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class MovedBranch:
    """Where a branch is to point. `expected_head`: where its caller saw it, empty without a message, None anywhere."""

    branch_id: str
    message_id: str
    expected_head: str | None = None
    idempotency_key: str | None = None


class Branches:
    """The use cases of branches. Every one can be sent twice with its key, and is done once."""

    def __init__(self, reader: Reader, store: Store, pruner: Pruner, counting: Counting) -> None:
        self._reader = reader
        self._store = store
        self._pruner = pruner
        self._counting = counting

    async def create_branch(self, owner: str, new: NewBranch) -> str:
        """Make a branch; its id. Raises `InvalidInput` with the field, `NotFound`, `Conflict`, `LimitExceeded`."""
        asked = {
            "name": check_branch_name(new.name, "input.name"),
            "messageId": new.message_id,
            "makeDefault": new.make_default,
        }
        made = {"branchId": new_id(), "mainBranchId": main_branch(new.conversation_id), "most": MOST_BRANCHES}
        what = Changing(owner, new.conversation_id, new.idempotency_key)
        return _done(await change(self._store, "create_branch", what, asked, made), new.name)["id"]

    async def rename_branch(self, owner: str, branch_id: str, name: str, key: str | None = None) -> None:
        """Give a branch another name. Raises `InvalidInput` with the field, `NotFound`, `Conflict`."""
        asked = {"branchId": branch_id, "name": check_branch_name(name, "input.name")}
        what = await self._place(owner, branch_id, key)
        _done(await change(self._store, "rename_branch", what, asked), name)

    async def set_default_branch(self, owner: str, branch_id: str, key: str | None = None) -> str:
        """Make a branch the one that is meant where none is named; its conversation. Raises `NotFound`, `Conflict`."""
        what = await self._place(owner, branch_id, key)
        made = {"mainBranchId": main_branch(what.conversation_id)}
        _done(await change(self._store, "set_default_branch", what, {"branchId": branch_id}, made))
        return what.conversation_id

    async def move_branch(self, owner: str, move: MovedBranch) -> None:
        """Point a branch at another message. Raises `NotFound`, `InvalidInput`, `Conflict` where it has moved."""
        asked = {"branchId": move.branch_id, "messageId": move.message_id, "expectedHead": move.expected_head}
        what = await self._place(owner, move.branch_id, move.idempotency_key)
        _done(await change(self._store, "move_branch", what, asked))

    async def delete_branch(self, owner: str, branch_id: str, key: str | None = None, *, prune: bool = False) -> str:
        """Delete a branch; its conversation. With `prune`, the messages that only it reaches go, too, after this.

        Raises `NotFound`, `Conflict` for the default one, or where a task answers there whose prompt would go.
        """
        what = await self._place(owner, branch_id, key)
        asked = {"branchId": branch_id} | ({"messages": BranchMessages.PRUNE.value} if prune else {})
        made = {"mainBranchId": main_branch(what.conversation_id), "pruningId": new_id() if prune else None}
        _done(await change(self._store, "delete_branch", what, asked, made))
        self._pruner.wake()
        return what.conversation_id

    async def require_deletable(self, owner: str, branch_id: str) -> str | None:
        """The conversation of a branch that could be deleted now; None where there is no such branch any more.

        Raises `Conflict` for the default one, or where a task answers there.
        """
        branch = (await self._reader.read_branches(owner, [branch_id])).get(branch_id)
        if branch is None:
            return None
        _require_no_default(branch)
        place = (await self._reader.read_branch_places(owner, [branch_id])).get(branch_id)
        if place and place["isBusy"]:
            raise _problems("", None)["BUSY"]
        return branch["conversationId"]

    async def count_prunable(self, owner: str, branch_id: str) -> tuple[str, Prunable]:
        """The conversation of a branch, and what would be deleted with it.

        Raises `NotFound`, `Conflict` for the default one.
        """
        found = (await self._reader.read_branches(owner, [branch_id])).get(branch_id)
        if found is None:
            raise _no_branch()
        _require_no_default(found)
        conversation = found["conversationId"]
        return conversation, await self._counting.count(owner, conversation, branch_id)

    async def find(self, owner: str, conversation_id: str, name: str) -> str | None:
        """The id of the branch of that name."""
        return await self._reader.read_named_branch(owner, conversation_id, same_name(name))

    async def _place(self, owner: str, branch_id: str, key: str | None) -> Changing:
        """The conversation that a branch is in, or was before the same request changed it. Raises `NotFound`."""
        found = (await self._reader.read_branches(owner, [branch_id])).get(branch_id)
        if found is None and key is not None:
            found = next(iter(await self._reader.read_keyed_change(owner, key)), None)
        if found is None:
            raise _no_branch()
        return Changing(owner, found["conversationId"], key)


def _require_no_default(branch: Row) -> None:
    """Raises `Conflict` for the default branch of its conversation, by a row of `read_branches`."""
    if branch["id"] == (branch["defaultBranchId"] or main_branch(branch["conversationId"])):
        raise _problems("", None)["IS_DEFAULT"]


def _done(written: Row, name: str = "") -> Row:
    """What was written. Raises what stood in its way."""
    if written["problem"] is not None:
        raise _problems(name, written.get("headId"))[written["problem"]]
    return written


def _problems(name: str, head: str | None) -> dict[str, AntiphonError]:
    return {
        "EMPTY": Conflict(
            "The conversation has no messages yet, and a branch points at one.",
            field="input.conversationId",
            remedy="Send a prompt first.",
        ),
        "NO_MESSAGE": NotFound("There is no such message in this conversation.", field="input.messageId"),
        "NOT_OF_THE_CHAT": InvalidInput(
            "This message was written for a subtask, so it is not part of the chat.",
            field="input.messageId",
            remedy="Take the task's prompt or answer.",
        ),
        "NAME_TAKEN": Conflict(
            f"The conversation has a branch {name.strip()!r} already.",
            field="input.name",
            remedy="Take another name, or rename that one.",
        ),
        "TOO_MANY": LimitExceeded(
            f"A conversation has {MOST_BRANCHES} branches at most.",
            field="input.conversationId",
            remedy="Delete one first: its messages can be kept.",
        ),
        "NO_BRANCH": _no_branch(),
        "MOVED": Conflict(
            f"The branch has moved: it is {f'at the message {head}' if head else 'without a message'}.",
            field="input.expectedHead",
            remedy="Read what was added, and send it again with that as expectedHead.",
        ),
        "BUSY": Conflict(
            "A task answers on this branch, or waits there.",
            field="input.branchId",
            remedy="Cancel the task or wait for its end, or delete the branch and keep its messages.",
        ),
        "IS_DEFAULT": Conflict(
            "The default branch cannot be deleted.",
            field="input.branchId",
            remedy="Make another branch the default first, with setDefaultBranch.",
        ),
    }


def _no_branch() -> NotFound:
    return NotFound("There is no such branch.", field="input.branchId")
