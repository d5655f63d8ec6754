"""What is read of summaries: those that stand above a window, and what of a path has none yet.

Owns the shape of rows. Knows nothing of what is chosen of them.
"""

from __future__ import annotations

from collections.abc import Sequence

from service.graph.database import Database, Row
from service.graph.queries import query


class Summaries:
    """Reads summaries."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def read_summaries_above(self, owner_id: str, ids: Sequence[str], span: int) -> Row:
        """A page of the path above some messages, with them, `span` depths of it: `{summaries, above, bound}`.

        `summaries` are those that end there, each `{id, content, level, messages, o200k, cl100k, endsAt, endsDepth,
        beginsDepth, above, parts}`; `above` are the messages right above, here of the page and there of a summary.
        """
        found = await self._database.run(query("read_summaries_above"), ids=list(ids), ownerId=owner_id, span=span)
        return found[0]

    async def read_summaries(self, owner_id: str, ids: Sequence[str]) -> list[Row]:
        """The summaries of these ids, in no order: what `read_summaries_above` says of each but for its beginning."""
        return (await self._database.run(query("read_summaries"), ids=list(ids), ownerId=owner_id))[0]["rows"]

    async def read_unsummarized(self, owner_id: str, ids: Sequence[str], span: int, model: str) -> list[Row]:
        """A page of the path above some messages, with them, for who plans summaries by this model; no texts.

        Each is `{id, depth, role, length, o200k, cl100k, parents, forks, isCovered, summaries}`, the last `{id, level,
        tokens, messages, above, isCovered}`.
        """
        found = await self._database.run(
            query("read_unsummarized"), ids=list(ids), ownerId=owner_id, span=span, model=model
        )
        return found[0]["messages"]

    async def read_summary_members(self, subtask_id: str) -> list[Row]:
        """What a summary is to be made of, in order: `{id, role, content, toolCalls, toolCallId, toolName, isError}`,
        with `messages` where it is a summary itself (role `SUMMARY`)."""
        return (await self._database.run(query("read_summary_members"), subtaskId=subtask_id))[0]["members"]
