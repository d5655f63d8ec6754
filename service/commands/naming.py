"""Which conversation, branch, message, document or task is meant: `last`, a title, a number, the beginning of an id."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

from service.commands.arguments import LAST, looks_like_id
from service.commands.client import Client, nodes_of
from service.errors import InvalidInput, NotFound

Json = dict[str, Any]

ID_LENGTH = 36
_NEWEST = 200
_NAMED = 8
_DIGITS = 10
"""A number in GraphQL has nine digits and a bit."""


async def conversation_id(client: Client, said: str) -> str:
    """The id of a conversation that is named so. Raises `InvalidInput` where none or several are meant."""
    if said != LAST:
        return await whole_id(client, said) if looks_like_id(said) else await _titled(client, said)
    newest = nodes_of(await client.execute("Conversations", first=1, orderBy="UPDATED"))
    if not newest:
        raise InvalidInput("There is no conversation to go on with.", remedy="Leave out -c to begin one.")
    return newest[0]["id"]


async def whole_id(client: Client, said: str) -> str:
    """The id that begins so, of the newest conversations and tasks; what is whole or no id is left as it is.

    Raises `InvalidInput` where several begin so.
    """
    if len(said) >= ID_LENGTH or said == LAST or not looks_like_id(said):
        return said
    conversations = nodes_of(await client.execute("Conversations", first=_NEWEST, orderBy="UPDATED"))
    tasks = nodes_of(await client.execute("Tasks", first=_NEWEST))
    found = sorted({one["id"] for one in [*conversations, *tasks] if one["id"].startswith(said.lower())})
    if len(found) > 1:
        named = ", ".join(found[:3])
        raise InvalidInput(f"{said} is the beginning of {len(found)} ids: {named}.", remedy="Write more of it.")
    return found[0] if found else said


async def branch_named(client: Client, conversation: str, said: str) -> Json:
    """The branch of a conversation with this name, or this id. Raises `NotFound`, which names those that there are."""
    if found := await client.execute("Branch", conversationId=conversation, name=said):
        return found
    known = await all_branches(client, conversation)
    for branch in known:
        if branch["id"] == said:
            return branch
    names = _some([branch["name"] for branch in known])
    raise NotFound(f"There is no branch {said!r}.", remedy=f"There are: {names}.")


async def all_branches(client: Client, conversation: str, *, shares: bool = False) -> list[Json]:
    """The branches of a conversation, oldest first; with `shares` what each has of its own. Raises `NotFound`."""
    return await _all(client, "Branches", "branches", conversation, shares=shares)


async def message_id(client: Client, conversation: str, said: str) -> str:
    """The id of the message with this number in a conversation, or with this id. Raises `NotFound`."""
    if not numbered(said):
        return said
    number = said.removeprefix("#")
    found = await client.execute("NumberedMessage", conversationId=conversation, seq=int(number))
    if found is None:
        raise NotFound(
            f"There is no message {number} in this conversation.", remedy="`antiphon history` has the numbers."
        )
    return found["id"]


async def document_id(client: Client, conversation: str, said: str) -> str:
    """The id of the document of a conversation that has this name, or this id; a file may be named without its folder.

    Raises `NotFound`, which names some, and `InvalidInput` where several are meant.
    """
    known = await _all(client, "Documents", "documents", conversation)
    named = {document["name"]: document["id"] for document in known}
    if said in named or said in named.values():
        return named.get(said, said)
    found = [name for name in named if PurePath(name).name == said]
    if len(found) > 1:
        raise InvalidInput(f"{len(found)} documents end so: {', '.join(found[:3])}.", remedy="Say the whole name.")
    if found:
        return named[found[0]]
    none = "It has none: what tasks read there becomes its documents."
    raise NotFound(
        f"There is no document {said!r} in this conversation.",
        remedy=f"There are: {_some(list(named))}." if named else none,
    )


async def newest_response(client: Client, conversation: str) -> str:
    """The id of the newest response of the default branch. Raises `NotFound`."""
    found = nodes_of((await client.execute("Messages", conversationId=conversation))["messages"])
    newest = [message["id"] for message in found if message["__typename"] == "Response"]
    if not newest:
        raise NotFound("There is no answer yet.")
    return newest[-1]


def numbered(said: str) -> bool:
    """Whether a message is named by its number in `history`."""
    number = said.removeprefix("#")
    return number.isascii() and number.isdigit() and len(number) < _DIGITS


async def _all(client: Client, operation: str, field: str, conversation: str, **more: Any) -> list[Json]:
    """All nodes of a list of a conversation, page by page. Raises `NotFound`."""
    found: list[Json] = []
    after: str | None = None
    while True:
        read = await client.execute(operation, conversationId=conversation, first=_NEWEST, after=after, **more)
        if read is None:
            raise NotFound(f"There is no conversation {conversation}.", remedy="List them with: antiphon conversations")
        found += nodes_of(read[field])
        if not read[field]["pageInfo"]["hasNextPage"]:
            return found
        after = read[field]["pageInfo"]["endCursor"]


def _some(names: list[str]) -> str:
    """The first of these names."""
    return ", ".join(names[:_NAMED]) + (", …" if len(names) > _NAMED else "")


async def _titled(client: Client, said: str) -> str:
    """The conversation with this title, or with the only one that begins so; what is neither is left as it is."""
    wanted = said.strip().casefold()
    titles = {
        it["id"]: it["title"].casefold()
        for it in nodes_of(await client.execute("Conversations", first=_NEWEST, orderBy="UPDATED"))
    }
    found = [id for id, title in titles.items() if title == wanted]
    found = found or [id for id, title in titles.items() if wanted and title.startswith(wanted)]
    if len(found) > 1:
        named = ", ".join(found[:3])
        raise InvalidInput(f"{len(found)} conversations are called {said!r}: {named}.", remedy="Say the id.")
    return found[0] if found else said
