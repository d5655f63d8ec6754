"""A conversation as a tree: turns one below the other, a fork as branches, a task's subtasks under its prompt."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from rich.tree import Tree

from service.commands.client import Client, nodes_of
from service.commands.terminal import clean, label, shorten
from service.errors import NotFound

Json = dict[str, Any]

PAGE = 100
MOST_MESSAGES = 1000
MOST_TASKS = 50


@dataclass(frozen=True, slots=True)
class Turns:
    """The turns of a conversation: its messages, a list for each beginning, and its tasks with their subtasks.

    `marked` is what was asked for, `older` whether there are turns before these.
    """

    conversation: Json
    beginnings: list[list[Json]]
    tasks: list[Json]
    marked: str
    older: bool

    def as_json(self) -> Json:
        """As one JSON object: messages in the order of time, each with the ids of its parents."""
        messages = [message for beginning in self.beginnings for message in beginning]
        flat = [
            message | {"parents": [parent["id"] for parent in nodes_of(message["parents"])]} for message in messages
        ]
        said = {key: self.conversation[key] for key in ("id", "title")}
        return said | {"olderTurns": self.older, "messages": flat, "tasks": self.tasks}


@dataclass(frozen=True, slots=True)
class _Places:
    """The messages of a conversation by parent, and its tasks by the prompt that they answer."""

    children: dict[str, list[Json]]
    tasks: dict[str, Json]
    marked: str
    ids: bool


async def read_turns(client: Client, id: str, first: int) -> Turns:
    """A conversation with its `first` newest turns; `id` may name something inside it."""
    conversation = await client.execute("Messages", conversationId=await _conversation_of(client, id), last=first)
    path = conversation["messages"]
    older = path["pageInfo"]["hasPreviousPage"]
    if not path["edges"]:
        return Turns(conversation, [], [], id, older)
    tops = [nodes_of(path)[0]["id"]]
    if not older:
        tops += [root for root in await _roots(client, conversation["id"]) if root not in tops]
    tasks, *beginnings = await asyncio.gather(
        _tasks(client, conversation["id"]), *(_messages(client, top) for top in tops)
    )
    return Turns(conversation, list(beginnings), tasks, id, older)


def grow_tree(turns: Turns, *, ids: bool = False) -> Tree:
    """The tree of a conversation; with `ids` each message and subtask has its own beside it."""
    tree = Tree(label("conversation", turns.conversation["title"], turns.conversation["id"]), highlight=False)
    if not turns.beginnings:
        tree.add("no messages yet")
    if turns.older:
        tree.add("… older turns")
    asked = {task["prompt"]["id"]: task for task in turns.tasks}
    for messages in turns.beginnings:
        beginning = tree if len(turns.beginnings) == 1 else tree.add(label("branch", ""))
        _grow(beginning, messages[0], _Places(_by_parent(messages), asked, turns.marked, ids))
    return tree


async def read_tree(client: Client, id: str, first: int) -> Tree:
    """The tree of a conversation with its `first` newest turns."""
    return grow_tree(await read_turns(client, id, first))


async def _conversation_of(client: Client, id: str) -> str:
    node = await client.execute("Node", id=id)
    if node and node["__typename"] in ("Subtask", "Attempt"):
        node = await client.execute("Node", id=(node.get("task") or node.get("subtask"))["id"])
    if node and node["__typename"] == "Conversation":
        return node["id"]
    if node and node.get("conversation"):
        return node["conversation"]["id"]
    raise NotFound(f"There is no conversation or message {id}.", remedy="List them with: antiphon conversations")


async def _roots(client: Client, conversation_id: str) -> list[str]:
    """The first messages: more than one where the first prompt was asked otherwise."""
    page = await client.execute("Roots", conversationId=conversation_id)
    return [node["id"] for node in nodes_of(page["roots"])]


async def _messages(client: Client, root: str) -> list[Json]:
    messages: list[Json] = []
    after = None
    while len(messages) < MOST_MESSAGES:
        page = await client.execute("HistoryTree", nodeId=root, first=PAGE, after=after)
        messages += nodes_of(page)
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    return messages


async def _tasks(client: Client, conversation_id: str) -> list[Json]:
    page = await client.execute("Tasks", conversationId=conversation_id, first=MOST_TASKS)
    return await asyncio.gather(*(client.execute("Task", id=task["id"]) for task in nodes_of(page)))


def _by_parent(messages: list[Json]) -> dict[str, list[Json]]:
    known = {message["id"] for message in messages}
    children: dict[str, list[Json]] = defaultdict(list)
    for message in messages:
        # A merge has several parents: it stands below the first that is shown.
        parent = next((it["id"] for it in nodes_of(message["parents"]) if it["id"] in known), None)
        if parent:
            children[parent].append(message)
    return children


def _grow(tree: Tree, message: Json, turns: _Places) -> None:
    """Add a message and what follows: below it while there is one way on, as branches where there are more."""
    here: Json | None = message
    while here:
        node = tree.add(_label(here, turns))
        _add_subtasks(node, turns.tasks.get(here["id"]), ids=turns.ids)
        following = turns.children.get(here["id"], [])
        if len(following) > 1:
            for child in following:
                _grow(node.add(label("branch", "")), child, turns)
        here = following[0] if len(following) == 1 else None


def _label(message: Json, turns: _Places) -> Any:
    task = turns.tasks.get(message["id"])
    notes = [f"{task['strategy']} {task['taskStatus']}  task {task['id']}"] if task and _is_told(task) else []
    if message.get("responseStatus") not in (None, "COMPLETE"):
        notes.append(message["responseStatus"])
    notes += [f"calls {call['name']} {shorten(call['arguments'])}" for call in message.get("toolCalls") or ()]
    if message.get("isError"):
        notes.append("the tool failed")
    if turns.marked in (message["id"], task["id"] if task else None):
        notes.append("◀")
    if turns.ids:
        notes.append(message["id"])
    return label(_kind(message), message["content"], " ".join(notes))


def _is_told(task: Json) -> bool:
    """Whether a task is more than a prompt and its answer."""
    return task["strategy"] != "NONE" or task["taskStatus"] != "SUCCEEDED"


def _kind(message: Json) -> str:
    if message["__typename"] == "Response":
        return "response"
    return f"result of {clean(message['toolName'])}" if message.get("toolName") else "prompt  "


def _add_subtasks(node: Tree, task: Json | None, *, ids: bool) -> None:
    if task is None:
        return
    if task["error"]:
        node.add(label("error", task["error"]))
    if task["strategy"] == "NONE":
        return
    for subtask in nodes_of(task["subtasks"]):
        said: str = subtask["response"]["content"] if subtask["response"] else subtask["error"] or ""
        state = "" if subtask["subtaskStatus"] == "SUCCEEDED" else subtask["subtaskStatus"]
        notes = [state, subtask["id"] if ids else ""]
        node.add(label(clean(subtask["title"]), said, " ".join(filter(None, notes))))
    hidden = task["progress"]["total"] - len(task["subtasks"]["edges"])
    if hidden > 0:
        node.add(f"… and {hidden} more subtasks")
