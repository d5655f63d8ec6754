"""What the graph says of the machine's conversation, held against its memory.

Owns the reading. Knows nothing of what was done.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tests.support.machine.memory import PROMPT, RESPONSE, Link, Stood

if TYPE_CHECKING:
    from tests.support.machine.player import Player

Json = dict[str, Any]
ALL = """query($id: ID!, $after: String) {
  conversation(id: $id) {
    defaultBranch { id }
    branches(first: 100) { edges { node { id name isDefault depth head { id } } } }
    pinnedMessages(first: 100) { edges { node { id } } }
    roots(first: 100) { edges { node { id } } }
  }
  outline(conversationId: $id, first: 500, after: $after) {
    totalCount otherBranchesCount nodes { messageId parentIds role depth childCount branchIds }
  }
}"""
PAST = """query($id: ID!, $moment: DateTime!, $first: Int!, $after: String) { conversation(id: $id) {
  asOf(point: {moment: $moment}) { branches(first: $first, after: $after) {
    edges { node { branchId name head { id } } } pageInfo { hasNextPage endCursor } } } } }"""
SIBLINGS = """query($id: ID!) { node(id: $id) { ... on Message {
  siblingIndex siblingCount siblings(first: 100) { edges { node { id } } } } } }"""
PLACES = "query($ids: [ID!]!) { nodes(ids: $ids) { id ... on Message { parents { edges { node { id } } } } } }"
PARTS = """query($id: ID!) { node(id: $id) { ... on Message { children { edges { node { id __typename } } } } } }"""


def ids(connection: Json) -> list[str]:
    """The ids of a page."""
    return [edge["node"]["id"] for edge in connection["edges"]]


def compare(machine: Player, door: int) -> None:
    """Branches, heads, pins, first messages and the whole tree."""
    chat = machine.chat
    said = machine.ask(door, ALL, id=chat.id)
    conversation, outline = said["conversation"], said["outline"]
    nodes = [edge["node"] for edge in conversation["branches"]["edges"]]
    assert {it["id"]: (it["name"], it["head"]["id"]) for it in nodes} == chat.branches
    assert [it["id"] for it in nodes if it["isDefault"]] == [conversation["defaultBranch"]["id"]] == [chat.default]
    assert {it["id"]: it["depth"] for it in nodes} == {id: chat.said[chat.head(id)].depth for id in chat.branches}
    assert sorted(ids(conversation["pinnedMessages"])) == sorted(chat.pinned)
    assert sorted(ids(conversation["roots"])) == sorted(it.id for it in chat.said.values() if not it.parents)
    assert {it["messageId"]: _told(it) for it in outline["nodes"]} == {id: _wanted(machine, id) for id in chat.said}
    aside = len(chat.said) - len(chat.above([chat.head(chat.default)]))
    assert (outline["totalCount"], outline["otherBranchesCount"]) == (len(chat.said), aside)


def _told(node: Json) -> Any:
    return node["parentIds"], node["role"], node["depth"], node["childCount"], sorted(node["branchIds"])


def _wanted(machine: Player, id: str) -> Any:
    said, chat = machine.chat.said[id], machine.chat
    role = "USER" if said.kind == PROMPT else "ASSISTANT"
    heads = sorted(branch for branch, (_, head) in chat.branches.items() if head == id)
    return list(said.parents), role, said.depth, chat.child_count(id), heads


def past(machine: Player, door: int, moment: str, limit: int) -> Stood:
    """The branches as they stood."""
    found: Stood = {}
    after = None
    while True:
        said = machine.ask(door, PAST, id=machine.chat.id, moment=moment, first=limit, after=after)
        page = said["conversation"]["asOf"]["branches"]
        for edge in page["edges"]:
            node = edge["node"]
            found[node["branchId"]] = (node["name"], (node["head"] or {"id": ""})["id"])
        if not page["pageInfo"]["hasNextPage"]:
            return found
        after = page["pageInfo"]["endCursor"]


def path(
    machine: Player, door: int, branch: str, limit: int, *, backward: bool, between: Callable[[], None] | None
) -> list[str]:
    """A branch's path, oldest first; once, between two pages, somebody adds to it."""
    found: list[str] = []
    place: Json = {"last": limit} if backward else {"first": limit, "last": None}
    while True:
        said = machine.ask(door, "Messages", conversationId=machine.chat.id, branch=branch, **place)["conversation"][
            "messages"
        ]
        found = [*ids(said), *found] if backward else [*found, *ids(said)]
        info = said["pageInfo"]
        if not info["hasPreviousPage" if backward else "hasNextPage"]:
            return found
        place |= {"before": info["startCursor"]} if backward else {"after": info["endCursor"]}
        if between is not None:
            between()
            between = None


def history(machine: Player, door: int, message: str, limit: int, *, down: bool) -> list[str]:
    """The history of a message, itself first."""
    found: list[str] = []
    place: Json = {"nodeId": message, "direction": "DESCENDANTS" if down else "ANCESTORS", "first": limit}
    while True:
        said = machine.ask(door, "History", **place)["history"]
        found += ids(said)
        if not said["pageInfo"]["hasNextPage"]:
            return found
        place["after"] = said["pageInfo"]["endCursor"]


def siblings(machine: Player, door: int, message: str) -> tuple[list[str], int, int]:
    """What stands beside a message, its place there and their number."""
    said = machine.ask(door, SIBLINGS, id=message)["node"]
    return ids(said["siblings"]), said["siblingIndex"], said["siblingCount"]


def links(machine: Player, door: int, message: str) -> dict[str, Link]:
    """The links of a message, whichever way they lead."""
    said = machine.ask(door, "Links", messageId=message, first=100)["node"]["links"]
    nodes = [edge["node"] for edge in said["edges"]]
    return {it["id"]: (it["fromId"], it["toId"], it["kind"]) for it in nodes}


def adopt_pair(machine: Player, door: int, branch: str, first: Json, second: Json | None, when: str) -> None:
    """Two prompts of a branch, the second sent while the first was answered: where they stand is looked at."""
    chat = machine.chat
    one = first["promptEdge"]["node"]["id"]
    answers = [edge["node"]["id"] for edge in machine.ask(door, PARTS, id=one)["node"]["children"]["edges"]]
    chat.prompt(one, [chat.head(branch)], branch)
    if second is None:
        chat.answer(first["answerId"], one)
        return
    two = prompt_of(machine, door, second)
    (above,) = ids(machine.ask(door, PLACES, ids=[two])["nodes"][0]["parents"])
    _place_first(machine, branch, first, one, above, [id for id in answers if id != two], when)
    chat.prompt(two, [above], branch)
    chat.answer(second["answerId"], two)


def prompt_of(machine: Player, door: int, sent: Json) -> str:
    """The prompt of a task that waited."""
    text = "query($id: ID!) { node(id: $id) { ... on Task { prompt { id } } } }"
    return machine.ask(door, text, id=sent["task"]["id"])["node"]["prompt"]["id"]


def _place_first(
    machine: Player, branch: str, first: Json, one: str, above: str, answers: list[str], when: str
) -> None:
    """The answer to the first prompt: before the second, beside it, or cut."""
    chat = machine.chat
    allowed = {
        "CONTINUE": {one, first["answerId"]},
        "WAIT": {first["answerId"]},
        "REJECT": {first["answerId"]},
        "INTERRUPT": {one, *answers},
    }
    assert above in allowed[when], f"{when}: the second prompt stands below {above}"
    for id in answers:
        chat.add(id, RESPONSE, [one])
    chat.go_on(branch, above)
