"""Which conversation or task a person means who wrote `last`, or the beginning of an id."""

from __future__ import annotations

from typing import Any

from service.commands.arguments import LAST, looks_like_id
from service.commands.client import Client, nodes_of
from service.errors import InvalidInput

Json = dict[str, Any]

ID_LENGTH = 36
_NEWEST = 200


async def conversation_id(client: Client, said: str) -> str:
    """The id of a conversation. Raises `InvalidInput` where none or several are meant."""
    if said != LAST:
        return await whole_id(client, said)
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
