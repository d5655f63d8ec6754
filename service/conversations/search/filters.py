"""What may be searched for: modes, kinds, and filters; and how a filter is said to each index.

Owns what an index filters by itself, and what is looked at afterwards. Pure: it reads nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from service.conversations.feedback import AnnotationFilter
from service.conversations.search.keys import conversation_key, day_key, day_of, kind_key, owner_key

Row = dict[str, Any]

_END_OF_TIME = 253402300799000
_LAST_DAY = 99_991_231


class SearchMode(StrEnum):
    """How is searched."""

    FULL_TEXT = "FULL_TEXT"
    """By words alone."""

    VECTOR = "VECTOR"
    """By meaning alone."""

    HYBRID = "HYBRID"
    """By both: what either finds, best where both do."""


class SearchKind(StrEnum):
    """What is found."""

    PROMPT = "PROMPT"
    """What was asked, also in the system's or a tool's name."""

    RESPONSE = "RESPONSE"
    """What came back."""

    SUMMARY = "SUMMARY"
    """Summaries of conversations."""

    SOURCE = "SOURCE"
    """Texts that tasks were given."""


INDEX_KINDS: dict[SearchKind, tuple[str, ...]] = {
    SearchKind.PROMPT: ("USER", "SYSTEM", "TOOL"),
    SearchKind.RESPONSE: ("ASSISTANT",),
    SearchKind.SUMMARY: ("SUMMARY",),
    SearchKind.SOURCE: ("SOURCE",),
}
_ALL_KINDS = tuple(name for names in INDEX_KINDS.values() for name in names)


@dataclass(frozen=True, slots=True)
class SearchFilter:
    """What may be found. Moments are ms since 1970: `since` itself, and what is before `until`."""

    conversation_id: str | None = None
    branch_id: str | None = None
    kinds: tuple[SearchKind, ...] = ()
    role: str | None = None
    model: str | None = None
    task_type: str | None = None
    since: int | None = None
    until: int | None = None
    annotation: AnnotationFilter | None = None

    @property
    def index_kinds(self) -> tuple[str, ...] | None:
        """The kinds of passages, as the indexes have them; None where all are wanted."""
        if not self.kinds and self.role is None:
            return None
        kinds = [name for kind in self.kinds or INDEX_KINDS for name in INDEX_KINDS[kind]]
        return tuple(name for name in kinds if self.role in (None, name))

    @property
    def days(self) -> tuple[int, int] | None:
        """The first and the last day, as the indexes have them."""
        if self.since is None and self.until is None:
            return None
        return day_of(self.since or 0), day_of(min(self.until or _END_OF_TIME, _END_OF_TIME))


@dataclass(frozen=True, slots=True)
class Question:
    """What is searched for, how, and where."""

    text: str
    mode: SearchMode = SearchMode.HYBRID
    filter: SearchFilter = SearchFilter()


def must(owner: str, wanted: SearchFilter) -> str:
    """What a query of the index of words begins with: the keys that must be there. They do not score."""
    clauses = [f"+keys:{owner_key(owner)}"]
    if wanted.index_kinds is not None:
        clauses.append(f"+keys:({' '.join(map(kind_key, wanted.index_kinds)) or 'none'})")
    if wanted.conversation_id is not None:
        clauses.append(f"+keys:({conversation_key(wanted.conversation_id)} {kind_key('SOURCE')})")
    if wanted.days is not None:
        low, high = wanted.days
        clauses.append(f"+keys:[{day_key(low)} TO {day_key(high)}]")
    return " ".join(f"{clause}^0" for clause in clauses)


def within(wanted: SearchFilter) -> list[Row | None]:
    """What the index of vectors is asked for: sources are in no conversation, and are asked for by themselves."""
    kinds, days, conversation = wanted.index_kinds, wanted.days, wanted.conversation_id
    if kinds is None and days is None and conversation is None:
        return [None]
    low, high = days or (0, _LAST_DAY)
    rest: Row = {"kinds": list(kinds or _ALL_KINDS), "from": low, "until": high}
    places = (None,) if conversation is None else (conversation, "")
    return [{"conversationId": place, **rest} for place in places]


def looked_at(wanted: SearchFilter) -> Row:
    """What is looked at afterwards, as `read_found.cypher` takes it."""
    return {
        "from": wanted.since,
        "until": wanted.until,
        "annotation": _annotated(wanted.annotation) if wanted.annotation else None,
        "model": wanted.model,
        "taskType": wanted.task_type,
        "conversationId": wanted.conversation_id,
    }


def _annotated(wanted: AnnotationFilter) -> Row:
    bounds = {"minRating": wanted.least, "maxRating": wanted.most}
    return {"label": wanted.label, "annotator": wanted.annotator, **bounds}
