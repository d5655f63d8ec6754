"""One subscription over all of the caller's conversations, over HTTP: from the cursor of the list on."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import Any

from tests.acceptance.test_streams import sse
from tests.support.front import Service
from tests.support.services import finished


async def changes(service: Service, after: str | None, wanted: set[str]) -> dict[str, dict[str, Any]]:
    """The newest of what is told of each conversation, until each of these was."""
    found: dict[str, dict[str, Any]] = {}
    async with asyncio.timeout(60):
        stream = sse(service, "ConversationsChanged", after=after)
        async with aclosing(stream) as payloads:  # pyright: ignore[reportArgumentType]
            async for payload in payloads:
                told = payload["data"]["conversationsChanged"]
                found[told["deletedId"] or told["conversation"]["id"]] = told
                if wanted <= found.keys():
                    break
    return found


async def test_a_list_is_kept_up_to_date(service: Service) -> None:
    """What is made, renamed and answered after the list was read is told, whatever it was that changed."""
    old = (await service.ask("CreateConversation", input={}))["createConversation"]["conversation"]["id"]
    cursor = (await service.ask("Viewer"))["viewer"]["conversationsCursor"]
    task = (await service.ask("SendPrompt", input={"content": "Is anybody there?"}))["sendPrompt"]["task"]
    await finished(service.services.database, task["id"])
    await service.ask("RenameConversation", input={"conversationId": old, "title": "Renamed"})
    found = await changes(service, cursor, {old, task["conversation"]["id"]})
    assert found[old]["conversation"]["title"] == "Renamed"
    later = await changes(service, found[old]["cursor"], {old})
    assert later[old]["seq"] == found[old]["seq"]


async def test_who_begins_now_is_told_what_comes(service: Service) -> None:
    """Without a cursor: what changes from now on."""
    told = asyncio.create_task(changes(service, None, set("x")))
    await asyncio.sleep(0)
    told.cancel()
    made = (await service.ask("CreateConversation", input={}))["createConversation"]["conversation"]["id"]
    watching = asyncio.create_task(changes(service, None, {made}))
    await service.ask("RenameConversation", input={"conversationId": made, "title": "Later"})
    assert made in await watching


async def test_who_shows_a_list_is_told_what_was_deleted(service: Service) -> None:
    """By its id; the conversation itself is not there any more."""
    made = (await service.ask("CreateConversation", input={}))["createConversation"]["conversation"]["id"]
    cursor = (await service.ask("Viewer"))["viewer"]["conversationsCursor"]
    await service.ask("DeleteConversation", input={"conversationId": made})
    async with asyncio.timeout(60):
        while (found := await changes(service, cursor, {made}))[made]["deletedId"] is None:
            cursor = found[made]["cursor"]
    assert found[made]["conversation"] is None
