"""Imports: begun, looked at, cancelled, and gone on with by whoever has their files.

Owns whose turn it is: an owner has one import under way, all together have two. How one is done is in `arriving.py`.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from service.conversations.changes import check_key, used_key
from service.conversations.search.pace import Pace
from service.conversations.sweeping import sweep_on
from service.conversations.transfer.arriving import Arriving
from service.conversations.transfer.bundles import Bundle, open_bundle
from service.conversations.transfer.graph_arriving import FORMAT, GraphArriving, is_graph_file
from service.conversations.transfer.graphfile.importing import sweep_deliveries
from service.conversations.transfer.transcripts import Unreadable
from service.conversations.transfer.uploads import Uploads, UploadState
from service.errors import Conflict, InvalidInput, NotFound
from service.graph.deliveries import Deliveries
from service.graph.imports import Imports

Row = dict[str, Any]

AT_ONCE = 2
SWEEP_SECONDS = 300.0
_log = logging.getLogger(__name__)


class Importing:
    """The use cases of imports, and what runs them."""

    def __init__(self, imports: Imports, deliveries: Deliveries, uploads: Uploads, pace: Pace) -> None:
        self._imports = imports
        self._deliveries = deliveries
        self.uploads = uploads
        self._pace = pace
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._owners: dict[str, asyncio.Lock] = {}
        self._running: dict[str, asyncio.Task[None]] = {}
        self._arriving: dict[str, Arriving | GraphArriving] = {}

    async def import_conversations(
        self, owner: str, upload: UploadState, format: str | None = None, key: str | None = None
    ) -> str:
        """Begin to import a file; the id of the import. The same key begins one.

        Raises `InvalidInput` with the field, `Conflict` for a file that is not whole, or a key of another request.
        """
        check_key(key)
        _check_format(format)
        if not upload.is_whole:
            raise Conflict(
                f"{upload.received} of {upload.bytes} bytes are here.",
                field="uploadId",
                remedy="Send the rest, then import it.",
            )
        digest = hashlib.sha256(f"{upload.name}\n{upload.bytes}\n{format or ''}".encode()).hexdigest()
        row: Row = {
            "importId": upload.id,
            "ownerId": owner,
            "name": upload.name,
            "bytes": upload.bytes,
            "format": format,
            "folder": str(self.uploads.folder),
            "idempotencyKey": key,
            "requestHash": digest,
        }
        begun = await self._imports.begin_import(row)
        if begun is None or begun["requestHash"] != digest:
            raise used_key()
        if begun["id"] != upload.id:
            await self.uploads.forget(upload.id)
        else:
            self._start({"id": upload.id, "checkpoint": 0, **row})
        return begun["id"]

    async def read_import(self, owner: str, id: str) -> Row | None:
        """An import of the owner's; None where there is no such one."""
        return next(iter(await self._imports.read_imports(owner, [id])), None)

    async def cancel_import(self, owner: str, id: str) -> None:
        """End an import: what is whole stays. Raises `NotFound`, and `Conflict` where it is over."""
        row = await self.read_import(owner, id)
        if row is None:
            raise NotFound("There is no such import.", field="importId")
        if row["status"] != "RUNNING":
            raise Conflict(f"This import is over: it is {row['status']}.", field="importId")
        await self._imports.cancel_import(id)
        if (arriving := self._arriving.get(id)) is not None:
            arriving.is_wanted = False

    async def run(self) -> None:
        """Go on with what a former process left, and look after the folder, for as long as the service runs."""
        await sweep_on("Looking after imports", self._look, SWEEP_SECONDS)

    async def _look(self) -> None:
        for row in await self._imports.read_running_imports(str(self.uploads.folder)):
            self._start(row, resumed=True)
        await self.uploads.sweep(set(self._running))
        await self._imports.delete_old_arrivals()
        await sweep_deliveries(self._deliveries)

    async def stop(self) -> None:
        """Leave what is under way: it is gone on with at the next start."""
        running = list(self._running.values())
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    def _start(self, row: Row, *, resumed: bool = False) -> None:
        if row["id"] not in self._running:
            task = asyncio.create_task(self._import(row, resumed), name="antiphon-import")
            self._running[row["id"]] = task
            task.add_done_callback(lambda _: self._running.pop(row["id"], None))

    async def _import(self, row: Row, resumed: bool) -> None:
        owner = self._owners.setdefault(row["ownerId"], asyncio.Lock())
        async with owner, self._turns:
            arriving = await self._arriving_of(row, resumed)
            self._arriving[row["id"]] = arriving
            try:
                await arriving.run()
            except Exception:
                _log.exception("The import %s was broken off.", row["id"])
                await arriving.fail("It was broken off by an error of the service. Its log says which.")
            finally:
                self._arriving.pop(row["id"], None)
            await self.uploads.forget(row["id"])

    async def _arriving_of(self, row: Row, resumed: bool) -> Arriving | GraphArriving:
        path = self.uploads.path(row["id"])
        own = await asyncio.to_thread(_own_bundle, path, row)
        if own is not None:
            return GraphArriving(self._imports, self._deliveries, row, own, self._pace)
        return Arriving(self._imports, row, str(path), self._pace, resumed=resumed)


def _own_bundle(path: Path, row: Row) -> Bundle | None:
    """A file of our own format, or one that is said to be; None for what a reader of another format is to look at."""
    try:
        bundle = open_bundle(path, row["name"])
        return bundle if row["format"] == FORMAT or (row["format"] is None and is_graph_file(bundle)) else None
    except (OSError, Unreadable):
        return None


def _check_format(format: str | None) -> None:
    # Readers run in a process of their own: this one loads them only where a name is to be looked up.
    from service.conversations.transfer.formats import FORMATS

    if format is not None and format not in FORMATS and format != FORMAT:
        known: Sequence[str] = [FORMAT, *sorted(FORMATS)]
        raise InvalidInput(
            f"There is no format {format[:50]!r}.",
            field="format",
            remedy=f"Leave it out, or say one of: {', '.join(known)}.",
        )
