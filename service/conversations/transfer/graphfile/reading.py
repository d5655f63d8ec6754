"""Conversations as nodes and ties, a page at a time, whatever their size.

Owns the order (a tie comes after both of its ends) and the moment: of each conversation what was there when its turn
came. What several conversations share comes with each of them. Knows no format. Of one conversation it keeps the ids
of shared nodes and of summaries, and those ties whose other end comes later.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from typing import Any, NamedTuple

from service.conversations.transfer.ahead import ahead, eager
from service.conversations.transfer.graphfile.items import Begin, End, Item, Node, Row, Tie, Whole
from service.conversations.transfer.graphfile.plans import kept_plans
from service.conversations.transfer.graphfile.sections import Section
from service.errors import Conflict, NotFound
from service.graph.graph_reads import GraphReads

SUMMARY_KINDS = ("STRETCH", "ASKED")
_IN = "IN_CONVERSATION"
AHEAD = 3
"""Conversations that are begun while one is written."""
AT_ONCE = 100
"""Messages that are made items at once; between two of them others have their turn."""


class _Beginning(NamedTuple):
    """What a conversation is at its moment, where the rest of it is read, and its first messages."""

    row: Row
    place: Row
    messages: Row


class GraphReading:
    """Reads conversations of an owner for one file. `reaches_out`: with ties to conversations that are not in it."""

    def __init__(self, reads: GraphReads, owner: str, *, reaches_out: bool) -> None:
        self._reads = reads
        self._owner = owner
        self._reaches_out = reaches_out
        self._wanted: frozenset[str] | None = None
        self._done: dict[str, int] = {}

    async def conversations(self, ids: Sequence[str] | None) -> AsyncIterator[list[Item]]:
        """The items of these conversations; for None of all of the owner's, and then the owner's kept plans.

        Raises `NotFound` where there is no such one, `Conflict` where something of it is deleted meanwhile.
        """
        if ids is not None:
            self._wanted = frozenset(ids)
            async for items in self._each(list(dict.fromkeys(ids)), may_be_gone=False):
                yield items
            return
        after = ""
        while page := await self._reads.read_graph_conversations(self._owner, after):
            async for items in self._each(page, may_be_gone=True):
                yield items
            after = page[-1]
        async for items in kept_plans(self._reads, self._owner):
            yield items

    async def _each(self, ids: Sequence[str], *, may_be_gone: bool) -> AsyncIterator[list[Item]]:
        """The items of each; the next ones are begun while one is written."""
        async with aclosing(ahead(ids, self._begin, most=AHEAD)) as begun:
            async for id_, beginning in begun:
                if beginning is None and may_be_gone:
                    continue
                if beginning is None:
                    raise NotFound(f"There is no conversation {id_}.", field="conversationIds")
                async for items in self._conversation(id_, beginning):
                    yield items

    async def _begin(self, id_: str) -> tuple[str, _Beginning | None]:
        begun = await self._reads.begin_graph(self._owner, id_)
        if begun is None:
            return id_, None
        place: Row = {"conversationId": id_, "asOf": begun["asOf"]}
        return id_, _Beginning(begun, place, await self._reads.read_graph_messages(self._owner, place, -1))

    def _is_tied(self, conversation_id: str, seq: int) -> bool:
        """Whether a tie to a message of another conversation is written here: it came before, or it does not come."""
        if self._wanted is not None and conversation_id not in self._wanted:
            return self._reaches_out
        return seq <= self._done.get(conversation_id, -1)

    async def _conversation(self, id_: str, beginning: _Beginning) -> AsyncIterator[list[Item]]:
        begun = beginning.row
        if begun["isDeleting"]:
            raise _deleted(id_)
        section = Section(id_, begun["asOf"], self._is_tied)
        nodes = relationships = 0
        yield [Begin(id_, begun["asOf"]), Node("Conversation", begun["conversation"])]
        async for items in self._parts(section, beginning):
            nodes += sum(isinstance(item, Node) for item in items)
            relationships += sum(isinstance(item, Tie) for item in items)
            yield items
        if not await self._reads.end_graph(self._owner, id_, begun["asOf"]):
            raise _deleted(id_)
        self._done[id_] = begun["asOf"]
        yield [Whole(id_, nodes + 1, relationships)]

    async def _parts(self, section: Section, beginning: _Beginning) -> AsyncIterator[list[Item]]:
        begun, place = beginning.row, beginning.place
        yield [Node("Erasure", one) for one in begun["erasures"]]
        unfinished = {task["id"]: task for task in begun["unfinished"]}
        for part in (
            self._messages(section, beginning),
            self._branches(section, begun),
            self._documents(section, place) if begun["hasDocuments"] else None,
            self._summaries(section, place, set(unfinished)) if begun["hasSummaries"] else None,
            self._tasks(section, place, unfinished) if begun["hasTasks"] else None,
            self._changes(place) if begun["hasChanges"] else None,
            self._paid(section, place) if begun["hasPaid"] else None,
            self._late(section),
        ):
            if part is not None:
                async for items in part:
                    yield items

    async def _messages(self, section: Section, beginning: _Beginning) -> AsyncIterator[list[Item]]:
        async with aclosing(eager(self._message_pages(beginning))) as pages:
            async for rows in pages:
                yield await self._sources(section, (out for row in rows for out in row["out"]))
                for start in range(0, len(rows), AT_ONCE):
                    items: list[Item] = []
                    for row in rows[start : start + AT_ONCE]:
                        items += section.row(row, parent=_IN)
                        items += section.incoming(row)
                        message = End(row["as"], row["node"]["id"])
                        for annotation in row["annotations"]:
                            items += section.leaf("Annotation", annotation, "ON", message)
                    yield items

    async def _message_pages(self, beginning: _Beginning) -> AsyncIterator[list[Row]]:
        page = beginning.messages
        while page["rows"]:
            yield page["rows"]
            if page["isLast"]:
                return
            after = page["rows"][-1]["node"]["seq"]
            page = await self._reads.read_graph_messages(self._owner, beginning.place, after)

    async def _branches(self, section: Section, begun: Row) -> AsyncIterator[list[Item]]:
        items: list[Item] = []
        for row in begun["branches"]:
            items += section.leaf("Branch", row["branch"], "BRANCH_OF", section.end)
            if row["head"]:
                branch = End("Branch", row["branch"]["id"])
                items.append(Tie("HEAD", branch, End(row["headAs"], row["head"]), {}))
        yield items

    async def _documents(self, section: Section, place: Row) -> AsyncIterator[list[Item]]:
        after = ""
        while rows := await self._reads.read_graph_documents(self._owner, place, after):
            yield await self._sources(section, (out for row in rows for out in row["out"]))
            yield [item for row in rows for item in section.row(row, parent=_IN)]
            after = rows[-1]["node"]["id"]

    async def _summaries(self, section: Section, place: Row, unfinished: set[str]) -> AsyncIterator[list[Item]]:
        for kind in SUMMARY_KINDS:
            after = ""
            while rows := await self._reads.read_graph_summaries(self._owner, place, kind, after):
                items: list[Item] = []
                for row in rows:
                    ended = row["endSeq"]
                    if ended is not None and ended <= section.as_of and row["taskId"] not in unfinished:
                        items += section.summary(row)
                yield items
                after = rows[-1]["node"]["id"]

    async def _tasks(self, section: Section, place: Row, unfinished: dict[str, Row]) -> AsyncIterator[list[Item]]:
        after = ""
        while (page := await self._reads.read_graph_tasks(self._owner, place, list(unfinished), after))["last"]:
            yield await self._sources(section, (out for row in page["rows"] for out in row["out"]))
            items: list[Item] = []
            for row in page["rows"]:
                items += section.task(row, unfinished.get(row["node"]["id"]))
            yield items
            left = [{"id": row["node"]["id"], "after": -1} for row in page["rows"]]
            while left and (rows := await self._reads.read_graph_subtasks(left)):
                yield await self._sources(section, (out for row in rows for out in row["out"]))
                yield [item for row in rows for item in section.subtask(row)]
                last = rows[-1]["node"]
                at = next(i for i, task in enumerate(left) if task["id"] == last["taskId"])
                left = [{"id": last["taskId"], "after": last["index"]}, *left[at + 1 :]]
            after = page["last"]

    async def _changes(self, place: Row) -> AsyncIterator[list[Item]]:
        after = -1
        while rows := await self._reads.read_graph_changes(self._owner, place, after):
            yield [Node("Change", row) for row in rows]
            after = rows[-1]["seq"]

    async def _paid(self, section: Section, place: Row) -> AsyncIterator[list[Item]]:
        after = ""
        while rows := await self._reads.read_graph_paid(self._owner, place, after):
            yield [item for row in rows for item in section.row(row, above=("PAID", section.end))]
            after = rows[-1]["node"]["id"]

    async def _late(self, section: Section) -> AsyncIterator[list[Item]]:
        """Kept plans, and ties whose ends are all there now."""
        if section.plans:
            rows = await self._reads.read_graph_strategies(self._owner, sorted(section.plans))
            yield section.strategies(rows)
        yield list(section.late)

    async def _sources(self, section: Section, out: Any) -> list[Item]:
        """The sources that these are tied to and that are not in the file yet."""
        wanted = [id_ for id_ in dict.fromkeys(row[2] for row in out if row[1] == "Source") if section.is_new(id_)]
        items: list[Item] = []
        while wanted:
            rows = await self._reads.read_graph_sources(self._owner, wanted)
            items += [Node("Source", row) for row in rows]
            gone = {row["id"] for row in rows} or set(wanted)
            section.shared |= {End("Source", id_) for id_ in gone}
            wanted = [id_ for id_ in wanted if id_ not in gone]
        return items


def _deleted(conversation_id: str) -> Conflict:
    return Conflict(
        f"Something of the conversation {conversation_id} is being deleted: a file of it would not be whole.",
        remedy="Export it again in a moment.",
    )
