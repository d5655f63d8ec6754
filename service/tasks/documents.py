"""Documents: what has a name in a conversation, and its versions, each a source.

Owns which names are a document's, and how a document is given a version without a task. What rests on an older version
is found in `conversations/staleness.py`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from service.conversations.changes import Changing, change
from service.errors import InvalidInput
from service.graph.store import Store
from service.records import derived_id
from service.tasks.material import TaskWork
from service.tasks.sources import NewFile, NewSource, read_sources

_UNNAMED = re.compile(r"text|item \d+")
"""What a text or an element of a list is called that has no name of its own."""


@dataclass(frozen=True, slots=True)
class NewVersion:
    """A newer text of a document, which has the name of the file."""

    conversation_id: str
    file: NewFile
    idempotency_key: str | None = None


def is_document(name: str) -> bool:
    """Whether what is read under this name is a version of a document."""
    return _UNNAMED.fullmatch(name) is None


def document_rows(conversation_id: str, sources: Sequence[NewSource]) -> list[dict[str, Any]]:
    """The documents that a task reads; a name that it gave to several texts is none's."""
    texts = Counter(name for name, _ in {(source.name, source.sha256) for source in sources})
    named = {source.name: source for source in sources if is_document(source.name) and texts[source.name] == 1}
    return [
        {"id": derived_id(conversation_id, "document", name), "name": name, "sha256": source.sha256}
        for name, source in named.items()
    ]


async def keep_documents(store: Store, task: TaskWork) -> None:
    """Keep what a task reads as documents, where its process died before that. Twice is safe."""
    readings = [NewSource(it["id"], it["name"], it["mediaType"], "", 0, it["sha256"]) for it in task.sources.values()]
    row = {"taskId": task.id, "ownerId": task.owner_id, "conversationId": task.conversation_id}
    await store.keep_documents(row, document_rows(task.conversation_id, readings))


async def add_document_version(store: Store, owner: str, new: NewVersion) -> str:
    """Give a document a version, or make it; its id. The same text again changes nothing.

    Raises `InvalidInput` with the field, `NotFound` for a conversation that is not the owner's, `Conflict`.
    """
    conversation_id = new.conversation_id
    try:
        (source,) = read_sources(conversation_id, None, None, (new.file,))
    except InvalidInput as error:
        raise InvalidInput(
            error.message, field=(error.field or "").replace("input.input.files[0]", "input.file"), remedy=error.remedy
        ) from error
    if not is_document(source.name):
        raise InvalidInput(
            f"{source.name!r} is what a text without a name is called.",
            field="input.file.name",
            remedy="Give the document a name of its own.",
        )
    source = replace(source, id=derived_id(conversation_id, "version", source.name, source.sha256))
    (row,) = document_rows(conversation_id, (source,))
    said = source.row(0)
    made = {"documentId": row["id"], "source": said["source"]}
    asked = {"name": source.name, "sha256": source.sha256}
    what = Changing(owner, conversation_id, new.idempotency_key)
    return (await change(store, "add_document_version", what, asked, made))["id"]
