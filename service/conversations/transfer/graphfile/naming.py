"""The ids that things of a file have in the graph: their own, or others that are made of the owner and of those.

Owns that references in properties follow. An id that is somebody else's already is never taken, and never matched.
"""

from __future__ import annotations

from service.conversations.transfer.graphfile.items import Row
from service.graph.places import main_branch
from service.records import derived_id, subtask_id

_ONE = frozenset(
    {
        "id",
        "conversationId",
        "taskId",
        "defaultBranchId",
        "messageId",
        "subjectId",
        "formerHeadId",
        "branchId",
        "deletesBranch",
        "movesBranch",
        "replayOf",
        "fromId",
        "toId",
    }
)
_UUID = 36


def other_id(owner: str, id_: str, number: int) -> str:
    """The id itself for 0, else one that is made of it and of the owner."""
    return derived_id(id_, "imported", owner, number) if number else id_


class Names:
    """The ids of one conversation's file. `number` says which of several: 0 leaves them as they are."""

    def __init__(self, owner: str, conversation_id: str, number: int) -> None:
        self.owner, self._number = owner, number
        self._conversation_id = conversation_id
        self._other: dict[str, str] = {}
        if number:
            # The default branch and subtasks are found by ids that are made of others.
            self._other[main_branch(conversation_id)] = main_branch(self.of(conversation_id))

    @property
    def are_kept(self) -> bool:
        """Whether all ids stay as they are."""
        return not self._number and not self._other

    @property
    def main_branch(self) -> str:
        """The id of the branch that is meant where none is named."""
        return main_branch(self.of(self._conversation_id))

    def of(self, id_: str) -> str:
        """The id in the graph."""
        if not self._number and not self._other:
            return id_
        return self._other.get(id_) or (other_id(self.owner, id_, self._number) if len(id_) == _UUID else id_)

    def rename(self, id_: str) -> None:
        """Give something another id: that one is taken."""
        self._other[id_] = self.fresh(id_)

    def fresh(self, id_: str, number: int = 1) -> str:
        """Another id, for what has a taken one."""
        return other_id(self.owner, id_, self._number + number)

    def force(self, id_: str, other: str) -> None:
        """Something has this id in the graph."""
        self._other[id_] = other

    def notice_subtask(self, said: Row) -> None:
        """A subtask is asked again under an id that is made of its task's."""
        if self._number and said["id"] == subtask_id(said["taskId"], said["key"]):
            self._other[said["id"]] = subtask_id(self.of(said["taskId"]), said["key"])

    def said(self, properties: Row) -> Row:
        """Properties, where ids are those in the graph."""
        if self.are_kept:
            return properties
        found = {
            name: self.of(value) if name in _ONE and _is_id(value) else value for name, value in properties.items()
        }
        if "ids" in found:
            found["ids"] = [self.of(one) if _is_id(one) else one for one in found["ids"]]
        return found


def _is_id(value: object) -> bool:
    return isinstance(value, str) and len(value) == _UUID and value.count("-") == 4 and value.islower()
