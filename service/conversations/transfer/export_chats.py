"""The chats of conversations that are exported: their trees, and of those that are short their texts with them.

Owns how much is read at once. Short conversations are read several to a statement; of a long one the tree is read
first, and its texts while it is written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Protocol

from service.conversations.transfer.ahead import ahead
from service.conversations.transfer.export_trees import Tree
from service.graph.export_reads import ExportedMessage, Place, Places, Span, Spread
from service.graph.owned_reads import Rows

PLACES = 5_000
"""Numbers whose places are read at once."""
TOGETHER, CHARACTERS = 500, 2_000_000
"""Messages, and characters of them, that are read at once."""
Numbered = dict[int, ExportedMessage]


class ExportReader(Protocol):
    """What is needed of `graph/export_reads.py`."""

    async def read_exported_places(self, owner: str, spans: Sequence[Span]) -> Spread[Places]:
        """The places of each stretch, with the id of its conversation."""
        ...

    async def read_exported_messages(self, owner: str, spans: Sequence[Span]) -> Spread[list[ExportedMessage]]:
        """The messages of each stretch, with the id of its conversation."""
        ...

    async def read_exported_tools(self, owner: str, ids: Sequence[str]) -> Rows:
        """The tools that responses called."""
        ...


@dataclass(slots=True)
class Chat:
    """The tree of a conversation's chat, and the place of its system prompt. `texts`, where they were read with it, are
    its messages by their numbers, and the system prompt."""

    tree: Tree = field(default_factory=Tree)
    system: Place | None = None
    texts: Numbered | None = None


def together(upto: Mapping[str, int]) -> Iterator[dict[str, int]]:
    """Conversations, each with its newest number, in groups: short ones of `TOGETHER` messages in all at most."""
    group = dict[str, int]()
    size = 0
    for id, newest in upto.items():
        if group and size + newest + 1 > TOGETHER:
            yield group
            group, size = {}, 0
        group[id] = newest
        size += newest + 1
    if group:
        yield group


async def read_chats(reader: ExportReader, owner: str, upto: Mapping[str, int]) -> dict[str, Chat]:
    """The chats of a group, of messages up to the newest number of each."""
    chats = {id: Chat() for id in upto}

    async def read(spans: Sequence[Span]) -> Spread[Places]:
        return await reader.read_exported_places(owner, spans)

    async with aclosing(ahead(_pages(upto), read, most=2)) as pages:
        async for page in pages:
            for id, places in page:
                chat = chats[id]
                chat.system = places.system
                for place in places.chat:
                    chat.tree.add(*place)
    await _read_texts(reader, owner, chats)
    return chats


async def read_numbers(reader: ExportReader, owner: str, id: str, seqs: Sequence[int]) -> Numbered:
    """Messages of a conversation by their numbers; one that is gone is left out."""
    found = await reader.read_exported_messages(owner, list(_spans(id, seqs)))
    return {message.seq: message for _, messages in found for message in messages}


def _pages(upto: Mapping[str, int]) -> Iterator[list[Span]]:
    """A group at once; a long conversation a stretch at a time."""
    if len(upto) > 1:
        yield [Span(id, 0, newest) for id, newest in upto.items()]
        return
    for id, newest in upto.items():
        for first in range(0, newest + 1, PLACES):
            yield [Span(id, first, min(first + PLACES - 1, newest))]


async def _read_texts(reader: ExportReader, owner: str, chats: Mapping[str, Chat]) -> None:
    """Add the texts, unless they are too much to be read at once."""
    if sum(len(chat.tree) for chat in chats.values()) > TOGETHER:
        return
    if sum(_characters(chat) for chat in chats.values()) > CHARACTERS:
        return
    wanted = {id: [chat.system.seq] if chat.system else [] for id, chat in chats.items()}
    for id, chat in chats.items():
        wanted[id] += [chat.tree.seq(index) for index in range(len(chat.tree))]
        chat.texts = {}
    spans = [span for id, seqs in wanted.items() for span in _spans(id, seqs)]
    for id, messages in await reader.read_exported_messages(owner, spans):
        texts = chats[id].texts
        assert texts is not None
        texts.update((message.seq, message) for message in messages)


def _characters(chat: Chat) -> int:
    return sum(map(chat.tree.length, range(len(chat.tree)))) + (chat.system.length if chat.system else 0)


def _spans(id: str, seqs: Sequence[int]) -> Iterator[Span]:
    """These numbers, in any order, as stretches that hold nothing else."""
    first = last = None
    for seq in seqs:
        if last is not None and seq == last + 1:
            last = seq
            continue
        if first is not None and last is not None:
            yield Span(id, first, last)
        first = last = seq
    if first is not None and last is not None:
        yield Span(id, first, last)
