"""Which summaries stand in a context, in place of what is above its window.

Owns how much of the room they may have, and how one is put to a model. A summary is used only where its newest message
is above the window, on the path; of one that is in another the other is used. Makes none: see `stretches.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from service.chat import ChatMessage
from service.conversations.context.assembling import Ahead, Chosen, Shown
from service.conversations.context.counts import Counts
from service.conversations.context.paths import MESSAGE_TOKENS, PathAbove, PathMessage
from service.conversations.context.window import Beginning, Window
from service.records import Role, SawAs

SHARE = 0.2
"""Of the room, for summaries."""
FILL_BEFORE = 0.7
"""From a window so full on, what it will be cut to is foreseen."""
MOST_SUMMARIES = 64
PAGE_DEPTHS = 1000
MOST_PAGES = 8
"""What is above that is not looked for."""
END_MARK = "[End of the summary.]"

Row = dict[str, Any]


class SummaryReader(Protocol):
    """What is needed of `graph/summaries.py`."""

    async def read_summaries_above(self, owner_id: str, ids: Sequence[str], span: int) -> Row:
        """A page of summaries, and what is above it, see `read_summaries_above.cypher`."""
        ...

    async def read_summaries(self, owner_id: str, ids: Sequence[str]) -> list[Row]:
        """The summaries of these ids, see `read_summaries.cypher`."""
        ...


@dataclass(slots=True)
class _Found:
    """Summaries that are on a path, the newest first, each of them in no other."""

    rows: list[Row] = field(default_factory=list[Row])
    inside: set[str] = field(default_factory=set[str])

    def take(self, rows: Sequence[Row]) -> None:
        for row in sorted(rows, key=lambda row: (-row["endsDepth"], -row["level"], row["id"])):
            if row["id"] not in self.inside:
                self.rows.append(row)
            self.inside |= {row["id"], *row["parts"]}


class Coverage:
    """Chooses summaries."""

    def __init__(self, reader: SummaryReader, counts: Counts) -> None:
        self._reader = reader
        self._counts = counts

    async def choose(self, above: PathAbove, window: Window, former: int | None) -> Chosen:
        """What is sent of a path that does not fit: with no summaries, what would be sent without them."""
        kept = [seen["id"] for seen in above.saw if seen["as"] == SawAs.SUMMARY]
        if kept and former is not None:
            again = await self.shown(above, await self._reader.read_summaries(above.owner_id, kept))
            if len(again) == len(kept) and window.goes_on(window.room - tokens_of(again)):
                return _before(Chosen(window.begins_at(taken=tokens_of(again)), summaries=again))
        begins = window.begins_at(1 - SHARE)
        found = await self._above(above, above_window(above, begins), SHARE * window.room)
        if not found:
            return Chosen(window.begins_at())
        return _before(_aligned(above, Chosen(begins, summaries=found), window.room))

    async def _above(self, above: PathAbove, frontier: Sequence[str], left: float) -> tuple[Shown, ...]:
        """The newest summaries above a window, as many as have room, oldest first."""
        found, pages = _Found(), 0
        shown: list[Shown] = []
        while frontier and pages < MOST_PAGES and len(shown) < MOST_SUMMARIES:
            page = await self._reader.read_summaries_above(above.owner_id, sorted(frontier), PAGE_DEPTHS)
            pages += 1
            before = len(found.rows)
            found.take(page["summaries"])
            for one in reversed(await self.shown(above, found.rows[before:])):
                if one.tokens > left or len(shown) == MOST_SUMMARIES:
                    return tuple(shown[::-1])
                shown.append(one)
                left -= one.tokens
            frontier = _beyond(page, found.rows)
        return tuple(shown[::-1])

    async def shown(self, above: PathAbove, rows: Sequence[Row]) -> tuple[Shown, ...]:
        """Summaries as they are sent, oldest first."""
        rows = sorted(rows, key=lambda row: (row["endsDepth"], row["id"]))
        messages = {row["id"]: framed(row) for row in rows}
        counted = [_countable(row, messages[row["id"]]) for row in rows]
        tokens = await self._counts.of(counted, above.model) if rows else {}
        return tuple(
            Shown(id_, messages[id_], tokens[id_] + MESSAGE_TOKENS, row["endsAt"], row["endsDepth"])
            for id_, row in ((row["id"], row) for row in rows)
        )


def framed(row: Mapping[str, Any]) -> ChatMessage:
    """A summary as a model gets it: marked as what it is, so that it is not taken for what the user asks."""
    text = row["content"].replace(END_MARK, "").strip()
    head = f"[Summary of {row['messages']} earlier messages, made by a model. It is background, not a request.]"
    return ChatMessage(Role.USER, f"{head}\n{text}\n{END_MARK}")


def above_window(above: PathAbove, begins: int | None) -> list[str]:
    """The messages right above those that are sent."""
    if begins is None:
        return sorted(above.prompt_parents)
    sent = above.from_depth(begins)
    return sorted({up for message in sent.values() for up in message.parents if up not in sent})


def foreseen(above: PathAbove, window: Window, begins: int | None) -> Ahead | None:
    """What is above a window, or will be after its next cut where that is near; None where nothing is."""
    if above.is_whole and window.tokens < FILL_BEFORE * window.room:
        return None
    cut = window.next_cut()
    frontier = above_window(above, begins if cut is None else max(cut, begins or 0))
    return Ahead(tuple(frontier), window.room) if frontier else None


def tokens_of(shown: Sequence[Shown]) -> int:
    """What summaries take in a window."""
    return sum(one.tokens for one in shown)


def _countable(row: Row, message: ChatMessage) -> Row:
    said = {"role": message.role, "content": message.content, "toolCalls": None, "toolCallId": None, "isError": None}
    return {"id": row["id"], "o200k": row["o200k"], "cl100k": row["cl100k"], **said}


def _beyond(page: Row, rows: Sequence[Row]) -> Sequence[str]:
    """Where to look on: of a single line, above the summary that goes on beyond the page."""
    frontier = page["above"]
    if len(frontier) == 1 and rows and rows[-1]["beginsDepth"] <= page["bound"]:
        return rows[-1]["above"]
    return frontier


def _before(sent: Chosen) -> Chosen:
    """Without what the window has word for word, where that had to be lengthened."""
    if sent.begins is None:
        return sent
    return replace(sent, summaries=tuple(one for one in sent.summaries if one.ends_depth < sent.begins))


def _aligned(above: PathAbove, sent: Chosen, room: int) -> Chosen:
    """The window, lengthened to what is right after the newest summary, where that fits: so nothing is left out."""
    newest = sent.summaries[-1]
    between = _line_between(above, newest, sent.begins)
    if not between or between[0].beginning is Beginning.RESULT:
        return sent
    begins = between[0].depth
    sizes = [message.tokens for message in above.from_depth(begins).values()]
    if None in sizes or sum(size or 0 for size in sizes) + tokens_of(sent.summaries) > room:
        return sent
    return Chosen(begins, summaries=sent.summaries)


def _line_between(above: PathAbove, newest: Shown, begins: int | None) -> list[PathMessage]:
    """The messages between a summary and the window, oldest first, where they are one line and were all read."""
    end = begins if begins is not None else max((it.depth for it in above.messages.values()), default=-1) + 1
    between = sorted(
        (it for it in above.messages.values() if newest.ends_depth < it.depth < end), key=lambda it: it.depth
    )
    above_each = [newest.ends_at, *(it.id for it in between)]
    is_line = all(it.parents == (up,) for it, up in zip(between, above_each, strict=False))
    return between if is_line and len(between) == end - newest.ends_depth - 1 else []
