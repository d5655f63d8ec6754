"""What is read of places before anything is written there: of a conversation, a branch, a message, the task of a key.

Owns which branch is meant where none is named. Knows nothing of what is written.
"""

from __future__ import annotations

from functools import lru_cache

from service.graph.database import Row
from service.graph.leases import Leases
from service.graph.queries import query
from service.records import derived_id


@lru_cache(maxsize=4096)
def main_branch(conversation_id: str) -> str:
    """The id of a conversation's main branch; nothing for what is no id of ours, and so no conversation's."""
    try:
        return derived_id(conversation_id, "branch", "main")
    except ValueError:
        return ""


class Places(Leases):
    """The reads of those who are about to write."""

    async def read_turn(self, owner_id: str, message_id: str) -> Row | None:
        """A message of the owner, the prompt of its turn, and the task that asked it; see `read_turn.cypher`."""
        rows = await self._database.run(query("read_turn"), ownerId=owner_id, messageId=message_id)
        return rows[0]["turn"] if rows else None

    async def read_place(
        self, owner_id: str, conversation_id: str, message_id: str | None, branch_id: str | None
    ) -> Row | None:
        """`{hasParent, hasBranch, headId}` where the conversation is the owner's: whether the message is in it, and the
        head of the branch, of the default branch where `branch_id` is None."""
        rows = await self._database.run(
            query("read_place"),
            ownerId=owner_id,
            conversationId=conversation_id,
            messageId=message_id,
            branchId=branch_id,
            mainBranchId=main_branch(conversation_id),
        )
        return rows[0] if rows else None

    async def read_replayed(self, owner_id: str, attempt_id: str) -> Row | None:
        """An attempt of the owner as one that is sent again; see `read_replayed.cypher`."""
        rows = await self._database.run(query("read_replayed"), ownerId=owner_id, attemptId=attempt_id)
        return rows[0]["replayed"] if rows else None

    async def read_keyed_task(self, owner_id: str, key: str) -> Row | None:
        """`{id, requestHash}` of the task that an idempotency key made."""
        rows = await self._database.run(query("read_keyed_task"), ownerId=owner_id, idempotencyKey=key)
        return rows[0] if rows else None

    async def read_open_calls(
        self, owner_id: str, conversation_id: str, message_id: str | None, key: str | None, branch_id: str | None = None
    ) -> Row | None:
        """The message that a prompt would continue from: `message_id`, else the newest of the branch, or of the default
        branch where `branch_id` is None. None where there is no such conversation, or branch in it.

        `{message: {id, content, toolCalls}, known: {id, requestHash}}`; `known` is the task of the idempotency key.
        """
        rows = await self._database.run(
            query("read_open_calls"),
            ownerId=owner_id,
            conversationId=conversation_id,
            branchId=branch_id,
            mainBranchId=main_branch(conversation_id),
            messageId=message_id,
            idempotencyKey=key,
        )
        return rows[0] if rows else None

    async def read_task_place(self, owner_id: str, task_id: str) -> Row | None:
        """`{conversationId, status}` of an owner's task."""
        rows = await self._database.run(query("read_task_place"), ownerId=owner_id, taskId=task_id)
        return rows[0] if rows else None
