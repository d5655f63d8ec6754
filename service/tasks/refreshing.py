"""The same job over newer versions: what a task read is read anew, and only what changed is asked.

Owns what a refreshed task reads, and what is written of it. That answers are taken over is in `reusing.py`; which parts
of a text stay in `strategies/recutting.py`.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson

from service.errors import Conflict, InvalidInput, NotFound
from service.graph.drafts import is_much
from service.graph.store import Store, Write
from service.records import Role, StrategyName, derived_id, new_id
from service.tasks.documents import document_rows
from service.tasks.foreseeing import Foreseeing, Foreseen
from service.tasks.material import task_work
from service.tasks.repeats import Repeats
from service.tasks.requests import check_key, hash_values, same_task
from service.tasks.running import Executor
from service.tasks.settings import NewTaskConfig
from service.tasks.sources import NewFile, NewSource, check_text, read_sources

Row = dict[str, Any]
MOST_INLINE = 500
"""So many documents are written with the task itself."""


@dataclass(frozen=True, slots=True)
class Refresh:
    """A task to be done again over newer versions.

    Of `files` those with the name of one that it read take its place, others are added; with `whole` they are all that
    is read, else `removed` are the names of what is not read any more. `text` and `items` take the place of all that
    was read. Without any, it reads what its documents say now.
    """

    task_id: str
    text: str | None = None
    items: tuple[str, ...] | None = None
    files: tuple[NewFile, ...] | None = None
    whole: bool = False
    removed: tuple[str, ...] = ()
    dry_run: bool = False
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class Refreshed:
    """The new task, or what it would ask."""

    task_id: str | None = None
    foreseen: Foreseen | None = None


class Refreshing:
    """The use case of refreshing."""

    def __init__(self, store: Store, repeats: Repeats, foreseeing: Foreseeing, executor: Executor) -> None:
        self._store = store
        self._repeats = repeats
        self._foreseeing = foreseeing
        self._executor = executor

    async def refresh_task(self, owner: str, new: Refresh) -> Refreshed:
        """Do a task again over newer versions of what it read, or say what that would ask.

        Raises `InvalidInput` with the field, `NotFound`, `Conflict` where the task has not ended or the key was used
        for another request.
        """
        key, task_id = check_key(new.idempotency_key), new_id()
        given = await asyncio.to_thread(_given, task_id, new)
        request_hash = hash_values("refresh", _said(new, given), NewTaskConfig())
        if key and not new.dry_run and (known := await self._store.read_keyed_task(owner, key)) is not None:
            return Refreshed(same_task(known, request_hash))
        was = await self._store.read_refreshed(owner, check_text(new.task_id, "input.taskId"))
        if was is None:
            raise NotFound("There is no such task.", field="input.taskId")
        _check(was)
        was["readings"] = _newest(was["readings"])
        readings = _readings(new, was["readings"], given)
        content = await self._content(was, readings, given)
        row = await self._repeats.refresh_row(task_id, new.task_id, content) | {"taskId": task_id}
        if new.dry_run:
            return Refreshed(foreseen=await self._foresee(owner, was, row, readings, given, new.task_id))
        row |= self._place(owner, was, task_id, key, request_hash)
        if not await self._write(owner, new.task_id, was, row, readings, given):
            again = await self._store.read_keyed_task(owner, key) if key else None
            if again is None:
                raise NotFound("There is no such task.", field="input.taskId")
            return Refreshed(same_task(again, request_hash))
        self._executor.submit(task_id)
        return Refreshed(task_id)

    async def _write(
        self, owner: str, former_id: str, was: Row, row: Row, readings: Sequence[Row], given: Sequence[NewSource]
    ) -> bool:
        task_id, place = row["taskId"], was["conversationId"]
        sources = [source.row(index) for index, source in enumerate(given)]
        if is_much(sources):
            await self._store.draft_sources(owner, derived_id(task_id, "draft"), sources)
            sources = []
        documents = document_rows(place, [_as_source(reading) for reading in readings if reading["isGiven"]])
        direct, prompt_is_new = row["strategy"] == StrategyName.NONE, row["promptId"] != was["promptId"]
        tie = {
            "taskId": task_id,
            "ownerId": owner,
            "formerId": former_id,
            "before": _digest([(one["name"], one["was"]) for one in was["readings"]]),
            "after": _digest([(one["name"], one["sha256"]) for one in readings]),
            "sources": sources,
            "readings": [
                {"index": index, **{name: one[name] for name in ("name", "mediaType", "sha256")}}
                for index, one in enumerate(readings)
            ],
            "direct": direct,
            "isNew": prompt_is_new,
            "documentsLeft": True if len(documents) > MOST_INLINE else None,
        }
        writes: list[Write] = []
        if prompt_is_new:
            writes.append(("revise_message", _revised(owner, was, row)))
        writes.append(("ask_again", {name: value for name, value in row.items() if name != "content"}))
        writes.append(("refresh_task", tie))
        whose = {"taskId": task_id, "ownerId": owner, "conversationId": place}
        if documents and not tie["documentsLeft"]:
            more = {"documents": documents, "isLast": True, "causeKey": row["idempotencyKey"]}
            writes.append(("keep_documents", whose | more))
        written = await self._store.ask_again(place, writes)
        asked = written[1 if prompt_is_new else 0]
        if asked is None or asked["id"] != task_id:
            return False
        if tie["documentsLeft"]:
            await self._store.keep_documents(whose | {"idempotencyKey": row["idempotencyKey"]}, documents)
        return True

    async def _foresee(
        self, owner: str, was: Row, row: Row, readings: Sequence[Row], given: Sequence[NewSource], former_id: str
    ) -> Foreseen:
        texts = {source.sha256: source.text for source in given}
        sources = [
            {
                "index": index,
                "name": one["name"],
                "mediaType": one["mediaType"],
                "length": one["length"],
                "sha256": one["sha256"],
                "sourceId": one["sourceId"] or one["sha256"],
            }
            for index, one in enumerate(readings)
        ]
        said = {"id": row["taskId"], "ownerId": owner, "conversationId": was["conversationId"], "refreshes": former_id}
        asked = {"role": Role.USER.value, "promptId": was["promptId"], "content": row["content"]}
        task = task_work({**row, **row["settings"], **said, **asked, "sources": sources})
        return await self._foreseeing.foresee(task, texts)

    async def _content(self, was: Row, readings: Sequence[Row], given: Sequence[NewSource]) -> list[NewSource] | None:
        """What stands in the prompt itself, where the task asks it as it is."""
        if was["strategy"] != StrategyName.NONE:
            return None
        texts = {source.sha256: source.text for source in given}
        for one in readings:
            if one["sha256"] not in texts:
                texts[one["sha256"]] = await self._store.load_source_text(one["sourceId"])
        # Each under its own name: two files may have the same text.
        return [replace(_as_source(one), text=texts[one["sha256"]]) for one in readings]

    def _place(self, owner: str, was: Row, task_id: str, key: str | None, request_hash: str) -> Row:
        is_same = was["strategy"] != StrategyName.NONE or was["readings"] == []
        return {
            "ownerId": owner,
            "taskId": task_id,
            "firstId": task_id,
            "conversationId": was["conversationId"],
            "promptId": was["promptId"] if is_same else derived_id(task_id, "prompt"),
            "originalId": None,
            "regeneratesId": was["answerId"],
            "branchId": was["branchId"],
            "key": key,
            "idempotencyKey": key,
            "causeKey": None,
            "aside": False,
            "requestHash": request_hash,
            **self._executor.lease(),
        }


def _newest(readings: Sequence[Row]) -> list[Row]:
    """What was read, each as its document says it now; of a name that several texts had, as it was."""
    texts = Counter(name for name, _ in {(one["name"], one["was"]["sha256"]) for one in readings})
    return [
        {"name": one["name"], "mediaType": one["mediaType"], "was": one["was"]["sha256"]}
        | ((texts[one["name"]] == 1 and one["now"]) or one["was"])
        for one in readings
    ]


def _check(was: Row) -> None:
    if was["unfinished"]:
        raise Conflict(
            f"The task is {was['status']}.",
            field="input.taskId",
            remedy="Refresh it when it has ended, or cancel it before.",
        )
    if was["isSummary"] or was["isReplay"] or not was["readings"]:
        raise InvalidInput(
            "This task read nothing that could be newer.",
            field="input.taskId",
            remedy="Refresh a task that reads a text, a list or files.",
        )


def _given(task_id: str, new: Refresh) -> tuple[NewSource, ...]:
    if new.text is None and new.items is None and new.files is None:
        return ()
    if new.files == () and new.removed:
        return ()
    return read_sources(task_id, new.text, new.items, new.files)


def _said(new: Refresh, given: Sequence[NewSource]) -> list[object]:
    return [new.task_id, [[one.name, one.sha256] for one in given], new.whole, list(new.removed)]


def _readings(new: Refresh, was: Sequence[Row], given: Sequence[NewSource]) -> list[Row]:
    """What the new task reads, in order: `{name, mediaType, sha256, sourceId, length, isGiven}`."""
    fresh = [_reading(source) for source in given]
    if new.whole or new.text is not None or new.items is not None:
        return fresh
    names = {one["name"] for one in was}
    for name in new.removed:
        if name not in names:
            raise InvalidInput(f"The task read nothing that is called {name!r}.", field="input.removed")
    by_name = {one["name"]: one for one in fresh}
    kept = [by_name.pop(one["name"], one | {"isGiven": False}) for one in was if one["name"] not in new.removed]
    read = [*kept, *by_name.values()]
    if not read:
        raise InvalidInput("Nothing is left to read.", field="input.removed", remedy="Leave something to read.")
    return read


def _reading(source: NewSource) -> Row:
    said = {"name": source.name, "mediaType": source.media_type, "sha256": source.sha256, "sourceId": None}
    return said | {"length": len(source.text), "isGiven": True}


def _as_source(reading: Row) -> NewSource:
    return NewSource("", reading["name"], reading["mediaType"], "", 0, reading["sha256"])


def _revised(owner: str, was: Row, row: Row) -> Row:
    """The row of `revise_message`: the prompt with newer texts, beside the one that was asked. No branch moves yet."""
    return {
        "conversationId": was["conversationId"],
        "ownerId": owner,
        "messageId": was["promptId"],
        "id": row["promptId"],
        "kind": "Prompt",
        "content": row["content"],
        "title": row["promptTitle"],
        "properties": {"role": Role.USER.value},
        "branchId": None,
        "newBranch": None,
        "mostAbove": 0,
        "key": row["key"],
        "requestHash": row["requestHash"],
    }


def _digest(read: Sequence[tuple[str, str]]) -> str:
    return hashlib.sha256(orjson.dumps(read)).hexdigest()
