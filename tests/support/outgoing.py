"""Conversations in memory, as writers of formats are given those of the graph."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from service.conversations.transfer.export_trees import Tree
from service.conversations.transfer.outgoing import Head, Outgoing
from service.conversations.transfer.transcripts import Speaker
from service.conversations.transfer.writers import EXPORTS
from service.graph.export_reads import ExportedMessage, Places, Span, Spread

Row = dict[str, Any]
CONVERSATION = str(UUID(int=7))


@dataclass(frozen=True)
class Said:
    """One message: who says what, after which ones (by their places)."""

    speaker: Speaker
    text: str
    after: tuple[int, ...] = ()
    more: Row = field(default_factory=dict[str, Any])


class Memory:
    """Answers as `graph/export_reads.py` does."""

    def __init__(self, messages: Sequence[Said], tools: Sequence[Row] = ()) -> None:
        self.rows = {number_of(place): row_of(place, said) for place, said in enumerate(messages)}
        self._tools = list(tools)

    async def read_exported_places(self, owner: str, spans: Sequence[Span]) -> Spread[Places]:
        """Nothing: the tree is made at once."""
        return []

    async def read_exported_messages(self, owner: str, spans: Sequence[Span]) -> Spread[list[ExportedMessage]]:
        """Messages by their numbers."""
        return [
            (span.conversation_id, [self.rows[seq] for seq in range(span.first, span.last + 1) if seq in self.rows])
            for span in spans
        ]

    async def read_exported_tools(self, owner: str, ids: Sequence[str]) -> list[Row]:
        """All."""
        return self._tools


def number_of(place: int) -> int:
    """The number of the message at a place: there are gaps."""
    return 3 * place + 1


def id_of(place: int) -> str:
    """The id of the message at a place."""
    return str(UUID(int=1000 + place))


def row_of(place: int, said: Said) -> ExportedMessage:
    """What is read of a message."""
    is_response = said.speaker is Speaker.ASSISTANT
    nothing: Row = dict.fromkeys(ExportedMessage._fields)
    known: Row = {
        "seq": number_of(place),
        "role": None if is_response else said.speaker.value,
        "is_response": is_response,
    }
    known |= {"content": said.text, "at": 1_700_000_000_000 + place, "status": "COMPLETE" if is_response else None}
    return ExportedMessage(**(nothing | known | {"calls": [], "links": [], "annotations": []} | said.more))


def outgoing(messages: Sequence[Said], heads: Sequence[Head] = (), **more: Any) -> Outgoing:
    """A conversation of these messages; the newest is the head of `main` where no heads are said."""
    tree = Tree()
    for place, said in enumerate(messages):
        tree.add(number_of(place), id_of(place), len(said.text), [number_of(one) for one in said.after])
    known = {
        "id": CONVERSATION,
        "title": "A title",
        "heads": heads or ([Head("main", len(messages) - 1, is_default=True)] if messages else []),
        "order": range(len(messages)),
        "created_ms": 1_700_000_000_000,
        "updated_ms": 1_700_000_000_999,
    }
    tools = more.pop("tools", ())
    return Outgoing(owner="owner", tree=tree, reader=Memory(messages, tools), **known | more)


def one_path(messages: Sequence[Said]) -> list[Said]:
    """These messages one after the other."""
    return [Said(it.speaker, it.text, (place - 1,) if place else (), it.more) for place, it in enumerate(messages)]


async def written(kind: str, *going: Outgoing) -> bytes:
    """What a format makes of conversations."""

    async def many() -> AsyncIterator[Outgoing]:
        for one in going:
            yield one

    return b"".join([piece async for piece in EXPORTS[kind].write(many())])


# What is in real texts and breaks what is careless: marks of every format, ends of lines, control characters, scripts.
_HARD = st.sampled_from(
    [
        *("\r", "\n", "\r\n", "\n\n", "```", "````\n", "~~~", "# h\n", "> ", "---\n", "* ", "1. ", "    ", "\t", "| a"),
        *("<script>", "</div>", "<!--", "-->", "]]>", "&#13;", "&amp;", '"', "'", "\\", "<a href=javascript:x>"),
        *("\x00", "\x1b[31m", "\u202e", "\u2028", "](javascript:x)", "[a](", "=1+1", "![x](http://x/y)", "http://a.b"),
        *("é", "漢", "🙂"),
    ]
)
texts = st.lists(st.one_of(_HARD, st.text(max_size=8)), max_size=12).map("".join)
"""Texts of messages."""


@st.composite
def trees(draw: st.DrawFn, most: int = 12) -> list[Said]:
    """Conversations with forks and merges: prompts after answers, answers after prompts."""
    made: list[Said] = []
    for place in range(draw(st.integers(1, most))):
        text = draw(texts)
        prompts = [it for it in range(place) if made[it].speaker is Speaker.USER]
        answers = [it for it in range(place) if made[it].speaker is Speaker.ASSISTANT]
        if prompts and draw(st.booleans()):
            made.append(Said(Speaker.ASSISTANT, text, (draw(st.sampled_from(prompts)),)))
        else:
            after = draw(st.lists(st.sampled_from(answers), max_size=3, unique=True)) if answers else []
            made.append(Said(Speaker.USER, text, tuple(after)))
    return made
