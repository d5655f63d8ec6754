"""A prompt that is asked to see what comes, on a branch of its own that goes with all that was asked on it.

Owns that nothing stays: the branch is deleted however the asking ends, and what an earlier command could not delete
goes with the next one. Knows nothing of what the answer means.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from service.commands.client import Client
from service.commands.following import View, follow_or_cancel
from service.commands.terminal import say
from service.errors import AntiphonError, Conflict

Json = dict[str, Any]

LEFT_OVER = timedelta(hours=1)
"""Whoever made a branch so long ago does not use it any more."""
GONE_SECONDS = 15.0
_TIME = "%Y%m%dT%H%M"
_NAME = re.compile(r"bisect-(\d{8}T\d{4})-[0-9a-f]{8}(-end)?")


class Probes:
    """Asks one prompt at places of a conversation."""

    def __init__(self, client: Client, conversation: str, wish: Json) -> None:
        self._client, self._conversation, self._wish = client, conversation, wish

    async def ask(self, message: str, view: View, interrupted: asyncio.Event) -> Json:
        """Ask it after a message, and leave nothing of it in the conversation; the task as it ended."""
        async with self._branch(message) as branch:
            wish = self._wish | {"conversationId": self._conversation, "branch": branch}
            task = (await self._client.execute("SendPrompt", input=wish))["task"]
            prompt: str = task["prompt"]["id"]
            task = await follow_or_cancel(self._client, task, view, interrupted)
        await self._wait_until_gone(prompt)
        return task

    @asynccontextmanager
    async def holding(self, message: str) -> AsyncGenerator[None]:
        """Keep a message that no branch may reach: what is deleted below it would take it along."""
        async with self._branch(message, end=True):
            yield

    async def clear(self) -> None:
        """Delete what commands left that were killed."""
        from service.commands.naming import all_branches

        for branch in await all_branches(self._client, self._conversation):
            made = _NAME.fullmatch(branch["name"])
            if made and datetime.now(UTC) - datetime.strptime(made[1], _TIME).replace(tzinfo=UTC) > LEFT_OVER:
                await self._delete(branch["id"], end=made[2] is not None)

    @asynccontextmanager
    async def _branch(self, message: str, *, end: bool = False) -> AsyncGenerator[str]:
        name = f"bisect-{datetime.now(UTC).strftime(_TIME)}-{uuid4().hex[:8]}" + "-end" * end
        new = {"conversationId": self._conversation, "name": name, "messageId": message}
        branch = (await self._client.execute("CreateBranch", input=new))["branch"]["id"]
        try:
            yield branch
        finally:
            try:
                await self._delete(branch, end=end)
            except (AntiphonError, TimeoutError) as error:
                say(f"The branch {name} could not be deleted: {error} The next bisect here deletes it.")

    async def _delete(self, branch: str, *, end: bool) -> None:
        wish = {"branchId": branch, "messages": "KEEP" if end else "PRUNE"}
        async with asyncio.timeout(GONE_SECONDS):
            while True:
                try:
                    await self._client.execute("DeleteBranch", input=wish)
                    return
                except Conflict:
                    # What was cancelled is still being written down.
                    await asyncio.sleep(0.2)

    async def _wait_until_gone(self, prompt: str) -> None:
        """Messages go in pieces, behind the branch."""
        try:
            async with asyncio.timeout(GONE_SECONDS):
                while await self._client.execute("Node", id=prompt) is not None:  # noqa: ASYNC110
                    await asyncio.sleep(0.05)
        except TimeoutError:
            say("The prompt of a probe is not deleted yet; the service goes on with that.")
