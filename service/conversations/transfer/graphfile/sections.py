"""One conversation on its way into a file: rows of the graph as nodes and ties.

Owns what belongs to the moment: what is tied to something newer than that is not tied in the file. Asks nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from service.conversations.transfer.graphfile.items import End, Item, Node, Row, Tie

_LATE = frozenset({"AWAITS", "INTERRUPTED", "REFRESHES", "REPLAYS_ATTEMPT", "LEFT"})
_PLANS = frozenset({"FOLLOWED", "MADE"})
_ONCE_ASKED = frozenset(
    {"startedAt", "finishedAt", "error", "errorCode", "tokens", "ownerId", "requestSha256", "reusedAt"}
)
Out = list[Any]
"""`[type, kind, id, properties, node, conversationId, seq]` of a tie and its other end."""


class Section:
    """What is known of a conversation while it is read. `is_tied` says of a message of another conversation whether a
    tie to it is written with this one."""

    def __init__(self, id_: str, as_of: int, is_tied: Callable[[str, int], bool]) -> None:
        self.id, self.as_of = id_, as_of
        self.end = End("Conversation", id_)
        self._is_tied = is_tied
        self.shared: set[End] = set()
        self._summaries: set[str] = set()
        self._made: list[tuple[str, str]] = []
        self.plans: set[str] = set()
        self.late: list[Item] = []

    def is_new(self, source_id: str) -> bool:
        """Whether a source is not in the file yet."""
        return End("Source", source_id) not in self.shared

    def row(self, row: Row, *, parent: str | None = None, above: tuple[str, End] | None = None) -> Iterator[Item]:
        """A node and its ties: to the conversation as its `parent`, from what is `above` it, and to what is older."""
        start = End(row["as"], row["node"]["id"])
        yield from self._brought(row["out"])
        yield Node(row["as"], row["node"])
        if parent:
            yield Tie(parent, start, self.end, {})
        if above:
            yield Tie(above[0], above[1], start, {})
        for out in row["out"]:
            yield from self._out(start, out, row["node"].get("seq"))

    def incoming(self, row: Row) -> Iterator[Item]:
        """What a message is tied to from the other side."""
        end = End(row["as"], row["node"]["id"])
        for type_, kind, id_, properties, _, conversation_id, seq in row["in"]:
            start = End(kind, id_)
            if type_ != "REFERENCES" or (conversation_id == self.id and seq < row["node"]["seq"]):
                yield Tie(type_, start, end, properties)
            elif self._is_tied(conversation_id, seq):
                yield Tie(type_, start, end, properties, conversation_id)

    def leaf(self, kind: str, properties: Row, type_: str, end: End) -> list[Item]:
        """A node with one tie."""
        return [Node(kind, properties), Tie(type_, End(kind, properties["id"]), end, {})]

    def summary(self, row: Row) -> Iterator[Item]:
        """A summary with its claims; what of it rests on other summaries comes later."""
        self._summaries.add(row["node"]["id"])
        yield from self.row(row)
        summary = End("Summary", row["node"]["id"])
        self.late.append(Tie("SUMMARIZED", End("Task", row["taskId"]), summary, {}))
        above = ("CLAIMS", summary)
        for claim in row["claims"]:
            yield from self.row(claim, above=above)

    def task(self, row: Row, then: Row | None) -> Iterator[Item]:
        """A task with its runs; `then` is what it was at the moment, where it had not ended."""
        ended = {} if row["endSeq"] is None else {"endSeq": row["endSeq"]}
        row = row | {"node": then or row["node"] | ended}
        yield from self.row(row, above=("HAS_TASK", self.end))
        above = ("HAD_RUN", End("Task", row["node"]["id"]))
        for run in row["runs"]:
            yield from self.row(run, above=above)

    def subtask(self, row: Row) -> Iterator[Item]:
        """A subtask with its calls; one that was asked after the moment had not been asked then."""
        if any(out[0] == "ASKED" and out[6] > self.as_of for out in row["out"]):
            node = {name: value for name, value in row["node"].items() if name not in _ONCE_ASKED}
            row = row | {"node": node | {"status": "PENDING"}, "attempts": []}
        yield from self.row(row, above=("HAS_SUBTASK", End("Task", row["node"]["taskId"])))
        above = ("ATTEMPTED", End("Subtask", row["node"]["id"]))
        for attempt in row["attempts"]:
            yield from self.row(attempt, above=above)

    def strategies(self, rows: list[Row]) -> list[Item]:
        """Kept plans; who made one is said where it was made in this conversation."""
        items: list[Item] = []
        made = {plan for _, plan in self._made}
        for row in rows:
            start = End("Strategy", row["node"]["id"])
            items.append(Node("Strategy", row["node"]))
            for type_, kind, id_, properties, _, conversation_id, seq in row["out"]:
                is_here = conversation_id == self.id and seq <= self.as_of and start.id in made
                if is_here or type_ == "SUPERSEDES":
                    items.append(Tie(type_, start, End(kind, id_), properties))
                    if type_ == "MADE_FROM":
                        makers = [End("Task", task) for task, plan in self._made if plan == start.id]
                        items += [Tie("MADE", maker, start, {}) for maker in makers]
        return items

    def _brought(self, outs: list[Out]) -> Iterator[Item]:
        """Small shared nodes that a row brings with it."""
        for _, kind, id_, _, node, *_ in outs:
            if node is not None and (end := End(kind, id_)) not in self.shared:
                self.shared.add(end)
                yield Node(kind, node)

    def _out(self, start: End, out: Out, seq: int | None) -> Iterator[Item]:
        type_, kind, id_, properties, _, conversation_id, other = out
        tie = Tie(type_, start, End(kind, id_), properties)
        if kind == "Summary":
            # Of summaries that rest on others the ties come last: then all are there that were at the moment.
            if start.kind in ("Summary", "Claim"):
                self.late.append(tie)
            elif id_ in self._summaries:
                yield tie
        elif type_ in _PLANS:
            self.plans.add(id_)
            if type_ == "MADE":
                self._made.append((start.id, id_))
            else:
                self.late.append(tie)
        elif type_ in _LATE:
            self.late.append(tie)
        elif kind not in ("Prompt", "Response"):
            yield tie
        elif conversation_id != self.id:
            if self._is_tied(conversation_id, other):
                yield tie._replace(across=conversation_id)
        elif other <= self.as_of and (type_ != "REFERENCES" or seq is None or other < seq):
            yield tie
