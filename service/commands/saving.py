"""A file that is there whole or not at all: it is written beside its place, and put there when it is done.

Knows nothing of what is in it.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import AsyncIterator, Callable, Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from service.errors import InvalidInput


async def save(pieces: AsyncIterator[bytes], target: Path, *, force: bool, tell: Callable[[int], None]) -> int:
    """Write the pieces to a file; how many bytes that is. `tell` is given those so far. Whatever ends it early leaves
    nothing behind.

    Raises `InvalidInput` where the file is there already and `force` is not, and where it cannot be written.
    """
    require_free(target, force=force)
    try:
        with _opened(target, force=force) as stream:
            return await _fill(stream.write, pieces, tell)
    except OSError as error:
        raise InvalidInput(f"{target} cannot be written: {error.strerror}.", remedy="Name another place.") from None


@contextmanager
def _opened(target: Path, *, force: bool) -> Generator[BinaryIO]:
    """Where the bytes are written; what is written there is the file when the body has ended well."""
    if target.exists() and not target.is_file():
        # A device or a pipe, which has no place beside it.
        with target.open("wb") as stream:
            yield stream
        return
    number, name = tempfile.mkstemp(prefix=f".{target.name[:100]}.", suffix=".part", dir=target.parent)
    partial = Path(name)
    try:
        with os.fdopen(number, "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        _put(partial, target, force=force)
    finally:
        partial.unlink(missing_ok=True)


def require_free(target: Path, *, force: bool) -> None:
    """Raises `InvalidInput` for a folder, and for a file that is there already, unless that is to be replaced."""
    if target.is_dir():
        raise InvalidInput(f"{target} is a folder.", remedy="Name a file.")
    if target.is_file() and not force:
        raise InvalidInput(f"{target} is there already.", remedy="Name another file, or say --force.")


async def _fill(write: Callable[[bytes], int], pieces: AsyncIterator[bytes], tell: Callable[[int], None]) -> int:
    size = 0
    async for piece in pieces:
        write(piece)
        size += len(piece)
        tell(size)
    return size


def _put(partial: Path, target: Path, *, force: bool) -> None:
    if not force:
        with suppress(OSError):
            # Unlike a renaming this fails where somebody else has made the file meanwhile.
            os.link(partial, target)
            return
        require_free(target, force=False)
    partial.replace(target)
