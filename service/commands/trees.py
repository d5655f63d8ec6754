"""What a conversation holds, for a drawing of it: its messages without texts, its branches, and its tasks that tell.

Owns how much is read: a page of messages from the end or below a number, however long the conversation is.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from service.commands.client import Client, nodes_of
from service.commands.naming import all_branches, branch_named, conversation_id
from service.errors import NotFound

Json = dict[str, Any]

_PAGE = 500
_DETAILS = 100
_MOST_TASKS = 50


@dataclass(frozen=True, slots=True)
class Wish:
    """What of a conversation is to be read: by `id` itself or something in it, so many messages, with their texts or
    not, below a number or all, of one branch or all."""

    id: str
    messages: int
    before: int | None = None
    branch: str | None = None
    texts: bool = False


@dataclass(frozen=True, slots=True)
class Held:
    """Messages of a conversation, oldest first, its branches, and its tasks by the id of the prompt that they answer.

    `marked` is what was asked for, `older` whether there are messages before these.
    """

    conversation: Json
    branches: list[Json]
    messages: list[Json]
    tasks: dict[str, Json]
    marked: str
    older: bool

    @property
    def parents(self) -> dict[str, list[str]]:
        """What each message continues from."""
        return {message["id"]: message["parents"] for message in self.messages}

    @property
    def default_head(self) -> str | None:
        """The newest message of the default branch."""
        heads = [branch["head"] for branch in self.branches if branch["isDefault"] and branch["head"]]
        return heads[0]["id"] if heads else None

    def as_json(self) -> Json:
        """As one JSON object."""
        said = {**self.conversation, "olderTurns": self.older, "branches": self.branches}
        return said | {"messages": self.messages, "tasks": list(self.tasks.values())}


async def read_history(client: Client, wish: Wish) -> Held:
    """What a drawing of a conversation needs. Raises `NotFound`."""
    id = await _conversation_of(client, await conversation_id(client, wish.id))
    branches = await all_branches(client, id)
    title = (await client.execute("Node", id=id))["title"]
    if wish.branch is None:
        rows, older = await _outlined(client, id, wish)
    else:
        rows, older = await _of_branch(client, id, wish)
    messages = await _with_details(client, rows, texts=wish.texts)
    tasks = await _tasks(client, id, {message["id"] for message in messages})
    return Held({"id": id, "title": title}, branches, messages, tasks, wish.id, older)


async def _conversation_of(client: Client, id: str) -> str:
    node = await client.execute("Node", id=id)
    if node and node["__typename"] in ("Subtask", "Attempt"):
        node = await client.execute("Node", id=(node.get("task") or node.get("subtask"))["id"])
    if node and node["__typename"] == "Conversation":
        return node["id"]
    if node and node.get("conversation"):
        return node["conversation"]["id"]
    raise NotFound(f"There is no conversation or message {id}.", remedy="List them with: antiphon conversations")


async def _outlined(client: Client, id: str, wish: Wish) -> tuple[list[Json], bool]:
    """The newest messages of all branches, and whether there are older ones."""
    rows: list[Json] = []
    page: Json = {"upTo": None if wish.before is None else wish.before - 1}
    while True:
        last = min(_PAGE, wish.messages - len(rows))
        found = await client.execute("Outline", conversationId=id, first=None, last=last, **page)
        rows = [it | {"id": it["messageId"], "parents": it["parentIds"]} for it in found["nodes"]] + rows
        if len(rows) >= wish.messages or not found["pageInfo"]["hasPreviousPage"]:
            return rows, found["pageInfo"]["hasPreviousPage"]
        page["before"] = found["pageInfo"]["startCursor"]


async def _of_branch(client: Client, id: str, wish: Wish) -> tuple[list[Json], bool]:
    """The newest messages of one branch, and whether there are older ones."""
    branch = await branch_named(client, id, wish.branch or "")
    rows: list[Json] = []
    before: str | None = None
    while True:
        last = min(_DETAILS, wish.messages - len(rows))
        found = (await client.execute("Messages", conversationId=id, branch=branch["id"], last=last, before=before))[
            "messages"
        ]
        rows = [{"id": it["id"], "branchIds": None} for it in nodes_of(found)] + rows
        if len(rows) >= wish.messages or not found["pageInfo"]["hasPreviousPage"]:
            return rows, found["pageInfo"]["hasPreviousPage"]
        before = found["pageInfo"]["startCursor"]


async def _with_details(client: Client, rows: Sequence[Json], *, texts: bool) -> list[Json]:
    """The messages with what is said beside them; one that was deleted meanwhile is left out."""
    messages: list[Json] = []
    for start in range(0, len(rows), _DETAILS):
        some = rows[start : start + _DETAILS]
        read = await client.execute("HistoryMessages", ids=[it["id"] for it in some], texts=texts)
        for row, found in zip(some, read, strict=True):
            if found is not None:
                parents = row.get("parents") or [it["id"] for it in nodes_of(found["parents"])]
                messages.append(found | {"parents": parents})
    return messages


async def _tasks(client: Client, id: str, shown: set[str]) -> dict[str, Json]:
    """The newest tasks that tell more than a prompt and its answer, by their prompt."""
    page = await client.execute("Tasks", conversationId=id, first=_MOST_TASKS)
    told = [it for it in nodes_of(page) if it["prompt"] and it["prompt"]["id"] in shown and _tells(it)]
    read = await asyncio.gather(*(client.execute("Task", id=it["id"]) for it in told))
    return {task["prompt"]["id"]: task for task in reversed(read) if task}


def _tells(task: Json) -> bool:
    return task["strategy"] != "NONE" or task["taskStatus"] != "SUCCEEDED"
