"""Feedback: what somebody thinks of a message, as a rating, a label, a comment, or all of them.

Owns what an annotation may say, and which are the same: an annotator has one of a message. Knows nothing of who may
annotate: the annotators of an owner are names that the owner gives.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from service.conversations.changes import Changing, change, check_key, check_text
from service.conversations.listings import OWNER_ANNOTATIONS
from service.cursors import Page, PageRequest
from service.errors import InvalidInput, NotFound
from service.graph.reader import Reader
from service.graph.store import Store
from service.records import new_id

Row = dict[str, Any]

LOWEST, HIGHEST = -1.0, 1.0
LABEL_CHARACTERS = 50
COMMENT_CHARACTERS = 4_000
ANNOTATOR_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class NewAnnotation:
    """What an annotator (None: the caller) thinks of a message; what is None is not said, or not any more."""

    message_id: str
    rating: float | None = None
    label: str | None = None
    comment: str | None = None
    annotator: str | None = None
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class AnnotationFilter:
    """Which annotations are wanted; None is any. A rating from `least` to `most`."""

    label: str | None = None
    annotator: str | None = None
    conversation_id: str | None = None
    least: float | None = None
    most: float | None = None


class Feedback:
    """The use cases of annotations. What belongs to another owner is as if it were not there."""

    def __init__(self, reader: Reader, store: Store) -> None:
        self._reader = reader
        self._store = store

    async def annotate(self, owner: str, new: NewAnnotation) -> str:
        """Annotate a message, or change what its annotator said of it; the id of the annotation.

        Raises `InvalidInput` with the field, `NotFound`, `Conflict`.
        """
        annotator = owner if new.annotator is None else new.annotator
        _check(new, annotator)
        messages = await self._reader.read_messages(owner, [new.message_id])
        if new.message_id not in messages:
            raise NotFound("There is no such message.", field="input.messageId")
        asked: Row = {"messageId": new.message_id, "annotator": annotator, "label": new.label, "comment": new.comment}
        asked["rating"] = None if new.rating is None else new.rating + 0.0
        what = Changing(owner, messages[new.message_id]["conversationId"], new.idempotency_key)
        return (await change(self._store, "annotate", what, asked, {"annotationId": new_id()}))["id"]

    async def withdraw_annotation(self, owner: str, annotation_id: str, key: str | None = None) -> str:
        """Withdraw an annotation; its message's id. Raises `InvalidInput` with the field, `NotFound`, `Conflict`."""
        check_key(key)
        found = await self._reader.read_annotations(owner, [annotation_id])
        there = found.get(annotation_id) or await self._withdrawn(owner, key)
        if there is None:
            raise NotFound("There is no such annotation.", field="input.annotationId")
        what = Changing(owner, there["conversationId"], key)
        try:
            await change(self._store, "withdraw_annotation", what, {"annotationId": annotation_id})
        except NotFound:
            # Somebody else was faster.
            raise NotFound("There is no such annotation.", field="input.annotationId") from None
        return there["messageId"]

    async def list_annotations(self, owner: str, which: AnnotationFilter, page: PageRequest) -> Page:
        """A page of the owner's annotations, newest first. Raises `InvalidInput` for a filter that cannot match."""
        if which.least is not None and which.most is not None and which.least > which.most:
            raise InvalidInput("The lowest rating is above the highest.", field="filter.minRating")
        wanted: Row = {"label": which.label, "annotator": which.annotator, "conversationId": which.conversation_id}
        wanted |= {"least": which.least, "most": which.most}
        rows = await self._reader.read_owner_annotations(owner, wanted, OWNER_ANNOTATIONS.bounds(page))
        return OWNER_ANNOTATIONS.page(rows, page)

    async def _withdrawn(self, owner: str, key: str | None) -> Row | None:
        """The place of the annotation that a request with this key has withdrawn already."""
        for known in await self._reader.read_keyed_change(owner, key) if key else ():
            if known["ids"]:
                return {"conversationId": known["conversationId"], "messageId": known["ids"][0]}
        return None


def _check(new: NewAnnotation, annotator: str) -> None:
    if new.rating is None and new.label is None and new.comment is None:
        remedy = "Give a rating, a label or a comment; withdrawAnnotation takes back what was said."
        raise InvalidInput("This annotation says nothing.", field="input.rating", remedy=remedy)
    if new.rating is not None and not (math.isfinite(new.rating) and LOWEST <= new.rating <= HIGHEST):
        remedy = "Of five stars, three are 0: (stars - 3) / 2."
        raise InvalidInput("A rating is from -1 (bad) to 1 (good).", field="input.rating", remedy=remedy)
    if new.label is not None:
        _check_word(new.label, LABEL_CHARACTERS, "A label", "input.label")
    if new.comment is not None and not (new.comment.strip() and len(new.comment) <= COMMENT_CHARACTERS):
        raise InvalidInput(f"A comment has 1 to {COMMENT_CHARACTERS:,} characters.", field="input.comment")
    check_text(new.comment or "", "input.comment")
    _check_word(annotator, ANNOTATOR_CHARACTERS, "An annotator's name", "input.annotator")


def _check_word(said: str, most: int, what: str, field: str) -> None:
    if not 1 <= len(said) <= most:
        raise InvalidInput(f"{what} has 1 to {most} characters.", field=field)
    if said != said.strip() or not said.isprintable():
        raise InvalidInput(f"{what} is words on one line.", field=field, remedy="Take away what surrounds them.")
    check_text(said, field)
