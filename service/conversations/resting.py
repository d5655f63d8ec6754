"""What rests on a message or a source, and goes with it: found wave by wave, to be counted or to be marked.

Owns the order in which is looked, and where what went on from a deleted message goes on instead. The rules are in
`read_resting.cypher`. What is marked has lost its label, so that nothing can be added to it: what rests on it is read
after that, and then there is nothing more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from service.graph.erasures import Erasures
from service.graph.places import main_branch

Row = dict[str, Any]

AT_ONCE = 200
MOST_COUNTED = 20_000


class Resting:
    """What goes with one thing. With a `receipt`, what is found is marked; without one nothing is changed."""

    def __init__(self, erasures: Erasures, *, joins: bool, receipt: str | None = None, most: int | None = None) -> None:
        self._erasures = erasures
        self._joins = joins
        self._receipt = receipt
        self._most = most
        self.found: dict[str, Row] = {}
        """What goes, by id: each row with `leads`, the message that stays in its place."""
        self._below: list[str] = []
        self._next: list[str] = []

    @property
    def is_complete(self) -> bool:
        """Whether all of it was found."""
        return not self._next and not self._below

    async def begin(self, row: Row) -> None:
        """Begin at a message or a source."""
        await self._take([row])

    async def resume(self, row: Row | None) -> None:
        """Go on where somebody stopped; `row` is where it began, unless that is marked."""
        known = await self._erasures.read_marked(self._receipt or "")
        self.found = {it["id"]: it | {"as": "", "parents": []} for it in known["marked"]}
        self.found |= {id: {"id": id, "as": "TASK", "leads": None} for id in known["tasks"]}
        self._next = [id for id in known["spreads"] if id in self.found]
        if row is not None and row["id"] not in self.found:
            await self._take([row])

    async def look(self) -> None:
        """Find all of it, or as much as is counted."""
        while not self.is_complete and (self._most is None or len(self.found) < self._most):
            if self._below:
                ids, self._below = self._below[:AT_ONCE], self._below[AT_ONCE:]
                rows = await self._erasures.read_below(ids)
                await self._take(rows, walked=True)
                edge = {id for row in rows for id in row["below"] if id not in self.found}
                parents = {row["id"] for row in rows if edge.intersection(row["below"])}
                self._below += sorted(parents)
            else:
                ids, self._next = self._next[:AT_ONCE], self._next[AT_ONCE:]
                await self._take(await self._erasures.read_resting(ids, joins=self._joins))
                if self._receipt:
                    await self._erasures.forget_spreads(self._receipt, ids)

    async def _take(self, rows: Iterable[Row], *, walked: bool = False) -> None:
        new = [row for row in {row["id"]: row for row in rows}.values() if row["id"] not in self.found]
        self.found |= {row["id"]: row for row in new}
        for row in new:
            row["leads"] = self._leads(row)
        if self._receipt:
            await self._mark(new)
        self._next += [row["id"] for row in new]
        if not walked and not self._joins:
            self._below += [row["id"] for row in new if row["as"] in ("PROMPT", "RESPONSE")]

    def _leads(self, row: Row) -> str | None:
        """The nearest message above that stays; None where none does."""
        seen: set[str] = set()
        while row.get("parents"):
            id = row["parents"][0]
            if id not in self.found:
                return id
            if id in seen:
                break
            seen.add(id)
            row = self.found[id]
            if "leads" in row and row["leads"] not in self.found:
                return row["leads"]
        return row.get("leads")

    async def _mark(self, rows: Sequence[Row]) -> None:
        of: dict[str, list[Row]] = defaultdict(list)
        for row in rows:
            if row["as"] not in ("SOURCE", "DOCUMENT"):
                of[row["conversationId"]].append(row)
        for conversation_id, some in of.items():
            for start in range(0, len(some), AT_ONCE):
                found = _kinds(some[start : start + AT_ONCE])
                found["messages"] = [{name: row[name] for name in ("id", "as", "leads")} for row in found["messages"]]
                await self._erasures.mark_erased(
                    self._receipt or "",
                    conversation_id,
                    found | {kind: [row["id"] for row in found[kind]] for kind in ("tasks", "summaries")},
                    joins=self._joins,
                )

    async def count(self, subject: Row) -> Row:
        """`{counts, cancels, sharedSources}` of what was found."""
        found = _kinds(list(self.found.values()))
        ids = {kind: [row["id"] for row in rows] for kind, rows in found.items()}
        counted = await self._erasures.count_resting(subject["id"], ids)
        kinds = [row["as"] for row in self.found.values()]
        counted["counts"] |= {
            "prompts": kinds.count("PROMPT"),
            "responses": kinds.count("RESPONSE"),
            "tasks": kinds.count("TASK"),
            "summaries": kinds.count("SUMMARY"),
            "branches": sum(self._goes(head) for head in counted["heads"]),
        }
        counted["counts"]["sources"] += kinds.count("SOURCE")
        counted["counts"]["documents"] += kinds.count("DOCUMENT")
        return counted

    def _goes(self, head: Row) -> bool:
        """Whether a branch points at nothing that stays, and is not the default one."""
        default = head["defaultId"] or main_branch(head["conversationId"])
        return head["branchId"] != default and self._leads(self.found[head["head"]]) is None


def _kinds(rows: Sequence[Row]) -> Row:
    return {
        "messages": [row for row in rows if row["as"] in ("PROMPT", "RESPONSE")],
        "tasks": [row for row in rows if row["as"] == "TASK"],
        "summaries": [row for row in rows if row["as"] == "SUMMARY"],
    }
