"""Exports: from a caller's wish to the bytes of a file.

Owns whose conversations these are, which path is meant, what the file is called, how many are made at once, and that
they give way to others. Knows formats only as what `writers/` lists, and nothing of HTTP.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Generator, Sequence
from contextlib import aclosing, contextmanager
from dataclasses import dataclass, field

from service.clock import now_ms
from service.conversations.listings import CONVERSATIONS
from service.conversations.transfer.departing import Departing
from service.conversations.transfer.export_chats import ExportReader
from service.conversations.transfer.names import file_name
from service.conversations.transfer.outgoing import Outgoing
from service.conversations.transfer.tickets import VALID_MS, Ticket, Tickets, Wish
from service.conversations.transfer.whole_graphs import GRAPHS, GraphFormat, write_graphs
from service.conversations.transfer.writers import EXPORTS, ExportFormat
from service.conversations.transfer.writers.pieces import Pieces, larger
from service.conversations.transfer.writers.zipped import zipped
from service.cursors import PageRequest
from service.errors import InvalidInput, LimitExceeded, NotFound
from service.graph.graph_reads import GraphReads
from service.graph.reader import Reader

AT_ONCE, AT_ONCE_OF_ONE = 8, 2
"""Exports that are made at once, of all owners and of one."""
MOST_NAMED = 100
"""Conversations that may be named in one wish: all can be had without names."""
_LISTED = 100


@dataclass(frozen=True, slots=True)
class Export:
    """A file that can be fetched: what it is called, its media type, the last part of its address, and what its format
    has no place for."""

    file_name: str
    media_type: str
    ticket: str
    until_ms: int
    notices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Exporting:
    """The use cases of exports. What belongs to another owner is as if it were not there."""

    reader: Reader
    texts: ExportReader
    graphs: GraphReads
    tickets: Tickets = field(default_factory=Tickets)
    _under_way: Counter[str] = field(default_factory=Counter[str])

    @property
    def _departing(self) -> Departing:
        return Departing(self.reader, self.texts)

    async def export(self, owner: str, wish: Wish) -> Export:
        """Make an address for what is wanted. Raises `NotFound`, `InvalidInput` with the field."""
        kind = _format(wish.format)
        await self._require(owner, wish)
        until = now_ms() + VALID_MS
        name, media_type = await self._named(owner, wish, kind)
        return Export(name, media_type, self.tickets.issue(Ticket(owner, wish, until)), until, kind.losses)

    async def describe(self, owner: str, wish: Wish) -> tuple[str, str]:
        """The name and the media type of the file. Raises `NotFound`, `InvalidInput`."""
        await self._require(owner, wish)
        return await self._named(owner, wish, _format(wish.format))

    @property
    def are_under_way(self) -> bool:
        """Whether somebody waits for a file."""
        return bool(self._under_way)

    @contextmanager
    def place(self, owner: str) -> Generator[None]:
        """A place among those that are made. Raises `LimitExceeded` where there is none."""
        if self._under_way[owner] >= AT_ONCE_OF_ONE or self._under_way.total() >= AT_ONCE:
            raise LimitExceeded("Too many exports are made at once.", remedy="Wait for one to end, and try again.")
        self._under_way[owner] += 1
        try:
            yield
        finally:
            self._under_way[owner] -= 1
            if not self._under_way[owner]:
                del self._under_way[owner]

    async def write(self, owner: str, wish: Wish) -> AsyncGenerator[bytes]:
        """The bytes of the file, in pieces of some size. Raises `NotFound`, `GraphError`."""
        async with aclosing(larger(self._pieces(owner, wish))) as gathered:
            async for piece in gathered:
                yield piece

    def _pieces(self, owner: str, wish: Wish) -> Pieces:
        kind = _format(wish.format)
        if isinstance(kind, GraphFormat):
            return write_graphs(self.graphs, owner, wish.ids, kind)
        many = self._conversations(owner, wish)
        if kind.is_for_several or not _is_several(wish):
            return kind.write(many)
        return zipped(many, kind.write, lambda going: _name_of(going, kind))

    async def find_end(self, owner: str, conversation_id: str, name: str) -> str:
        """The id of the branch of that name. Raises `NotFound`."""
        found = await self.reader.read_named_branch(owner, conversation_id, name)
        if found is None:
            raise NotFound("There is no branch of that name.", field="input.path.branchName")
        return found

    async def _require(self, owner: str, wish: Wish) -> None:
        if wish.ids is None:
            return
        if len(wish.ids) > MOST_NAMED:
            raise InvalidInput(
                f"At most {MOST_NAMED} conversations can be named.",
                field="input.conversationIds",
                remedy="Leave them out to export all, or export some at a time.",
            )
        if not wish.ids:
            raise InvalidInput(
                "No conversation is named.", field="input.conversationIds", remedy="Leave it out to export all."
            )
        found = await self.reader.read_conversations(owner, wish.ids)
        for id in wish.ids:
            if id not in found:
                raise NotFound("There is no such conversation.", field="input.conversationId")
        if wish.end is not None:
            if wish.format in GRAPHS:
                raise InvalidInput(
                    "A file of a graph holds a whole conversation.", field="input.path", remedy="Leave out the path."
                )
            await self._departing.end_of(owner, wish.ids[0], wish.end)

    async def _named(self, owner: str, wish: Wish, kind: ExportFormat | GraphFormat) -> tuple[str, str]:
        if not _is_several(wish):
            assert wish.ids
            (row,) = (await self.reader.read_conversations(owner, wish.ids)).values()
            return file_name(row["title"], row["id"], kind.extension, wish.end_name), kind.media_type
        if isinstance(kind, GraphFormat) or kind.is_for_several:
            return f"conversations.{kind.extension}", kind.media_type
        return f"conversations-{kind.name}.zip", "application/zip"

    async def _conversations(self, owner: str, wish: Wish) -> AsyncIterator[Outgoing]:
        async for ids in self._listed(owner, wish):
            async with aclosing(self._departing.read_all(owner, ids, wish)) as read:
                async for going in read:
                    yield going

    async def _listed(self, owner: str, wish: Wish) -> AsyncIterator[Sequence[str]]:
        if wish.ids is not None:
            yield wish.ids
            return
        page = PageRequest(_LISTED)
        while True:
            bounds = CONVERSATIONS.bounds(page)
            which = {"title": None, "createdFrom": None, "createdBefore": None}
            found = CONVERSATIONS.page(await self.reader.read_owner_conversations(owner, bounds, **which), page)
            yield [row["id"] for row in found.rows]
            if not found.has_next:
                return
            page = PageRequest(_LISTED, after=found.cursor(len(found.rows) - 1))


def _format(name: str) -> ExportFormat | GraphFormat:
    kind = EXPORTS.get(name) or GRAPHS.get(name)
    if kind is None:
        known = ", ".join([*EXPORTS, *GRAPHS])
        raise InvalidInput(f"There is no format {name!r}.", field="input.format", remedy=f"It is one of: {known}.")
    return kind


def _is_several(wish: Wish) -> bool:
    return wish.ids is None or len(wish.ids) > 1


def _name_of(going: Outgoing, kind: ExportFormat) -> str:
    return file_name(going.title, going.id, kind.extension)
