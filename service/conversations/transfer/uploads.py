"""Files that are to be imported, on this service's disk, until they are: `imports/` in the data folder.

Owns that a file is whole before it is read, that what broke off goes on where it stopped, and that the disk does not
fill up. A file is its owner's alone. Knows nothing of what is in it.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import orjson

from service.errors import Conflict, InvalidInput, LimitExceeded, NotFound
from service.records import new_id

RESERVE = 2**30
"""Bytes of the disk that stay free: Neo4j writes there, too."""
MOST_OF_AN_OWNER = 10
OLD_SECONDS = 24 * 3600.0
NAME_CHARACTERS = 300


@dataclass(frozen=True, slots=True)
class UploadState:
    """A file that comes in: how many of its bytes are here."""

    id: str
    owner: str
    name: str
    bytes: int
    received: int

    @property
    def is_whole(self) -> bool:
        """Whether all of it is here."""
        return self.received == self.bytes


class Uploads:
    """The folder of such files. Its methods touch the disk in threads."""

    def __init__(self, folder: Path, most_bytes: int) -> None:
        self.folder = folder
        self._most = most_bytes

    async def begin(self, owner: str, name: str, size: int) -> UploadState:
        """Make room for a file. Raises `InvalidInput` with the field, `LimitExceeded`."""
        if size < 1:
            raise InvalidInput("The file is empty.", field="bytes", remedy="Send a file with something in it.")
        if size > self._most:
            raise LimitExceeded(
                f"The file has {size} bytes, more than {self._most}.",
                field="bytes",
                remedy="Divide it, or raise storage.max_import_bytes.",
            )
        return await asyncio.to_thread(self._begin, owner, name.strip()[-NAME_CHARACTERS:] or "file", size)

    def _begin(self, owner: str, name: str, size: int) -> UploadState:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        known = self._all()
        mine = [state for state in known if state.owner == owner]
        if len(mine) >= MOST_OF_AN_OWNER:
            raise LimitExceeded(
                f"You have {len(mine)} files that are not imported yet.", remedy="Import them, or wait a day."
            )
        # What others have begun to send will come, too.
        promised = sum(state.bytes - state.received for state in known)
        if shutil.disk_usage(self.folder).free < size + promised + RESERVE:
            raise LimitExceeded("The disk of the service has no room for this file.", remedy="Tell its operator.")
        state = UploadState(new_id(), owner, name, size, 0)
        self._path(state.id).touch(0o600)
        self._note(state.id).write_bytes(orjson.dumps({"owner": owner, "name": name, "bytes": size}))
        return state

    async def read(self, owner: str, id: str) -> UploadState:
        """How far a file is. Raises `NotFound` for what is not there, or is another's."""
        state = await asyncio.to_thread(self._state, id)
        if state is None or state.owner != owner:
            raise NotFound("There is no such upload.", field="uploadId", remedy="Begin one with createUpload.")
        return state

    async def append(self, owner: str, id: str, offset: int, pieces: AsyncIterator[bytes]) -> UploadState:
        """Write what comes behind the first `offset` bytes; how far the file is then.

        Raises `NotFound`, `Conflict` where the file is not `offset` bytes long, `LimitExceeded` for more than was said.
        """
        state = await self.read(owner, id)
        if offset != state.received:
            raise Conflict(
                f"{state.received} bytes are here, not {offset}.", field="offset", remedy="Go on from there."
            )
        with self._path(id).open("r+b", buffering=0) as file:
            file.seek(offset)
            async for piece in pieces:
                offset += len(piece)
                if offset > state.bytes:
                    raise LimitExceeded(f"These are more than the {state.bytes} bytes that were said.", field="bytes")
                await asyncio.to_thread(file.write, piece)
        return await self.read(owner, id)

    def path(self, id: str) -> Path:
        """Where a file is."""
        return self._path(id)

    async def forget(self, id: str) -> None:
        """Delete a file."""
        await asyncio.to_thread(self._forget, id)

    async def sweep(self, keep: set[str]) -> None:
        """Delete what is older than a day, but for these."""
        await asyncio.to_thread(self._sweep, keep)

    def _sweep(self, keep: set[str]) -> None:
        for state in self._all():
            with suppress(OSError):
                if state.id not in keep and self._path(state.id).stat().st_mtime < time.time() - OLD_SECONDS:
                    self._forget(state.id)

    def _forget(self, id: str) -> None:
        for path in (self._note(id), self._path(id)):
            path.unlink(missing_ok=True)

    def _all(self) -> list[UploadState]:
        found = [self._state(path.stem) for path in self.folder.glob("*.json")]
        return [state for state in found if state is not None]

    def _state(self, id: str) -> UploadState | None:
        if not id or set(id) - set("0123456789abcdef-"):
            return None
        try:
            said = orjson.loads(self._note(id).read_bytes())
            return UploadState(id, said["owner"], said["name"], said["bytes"], os.path.getsize(self._path(id)))
        except (OSError, orjson.JSONDecodeError, KeyError):
            return None

    def _path(self, id: str) -> Path:
        return self.folder / f"{id}.part"

    def _note(self, id: str) -> Path:
        return self.folder / f"{id}.json"
