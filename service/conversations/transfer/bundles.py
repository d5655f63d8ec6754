"""What is imported, as files: one file, a zip, a tar, or a gzipped one, with all its members by name.

Owns that nothing is written to the disk, and that nothing larger than allowed is read, whatever an archive says of
itself. Knows nothing of formats.
"""

from __future__ import annotations

import gzip
import io
import re
import tarfile
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from service.conversations.transfer.transcripts import Unreadable

LARGEST = 64 * 2**30
_taken = 0


def taken() -> int:
    """How many bytes this process has read of members: what archives hold is counted as it is unpacked."""
    return _taken


MOST_MEMBERS = 200_000
SAMPLE = 65_536


@dataclass(frozen=True, slots=True)
class Member:
    """A file of a bundle. `name` is its path there, for people and for recognizing; it is never opened on the disk."""

    name: str
    size: int
    opened: Callable[[], BinaryIO]

    @property
    def base(self) -> str:
        """Its name without folders."""
        return self.name.rsplit("/", 1)[-1]

    @property
    def order(self) -> list[tuple[int, str]]:
        """A key that sorts files by their names, `a-2` before `a-10`."""
        return natural(self.name)

    def open(self) -> BinaryIO:
        """Its bytes, as a stream that the caller closes. Raises `Unreadable` where it is broken or locked."""
        try:
            return cast(BinaryIO, _Bounded(self.opened(), self.name))
        except (OSError, RuntimeError, NotImplementedError, zipfile.BadZipFile, tarfile.TarError) as error:
            raise Unreadable(f"{self.name} cannot be opened: {error}.") from error

    def sample(self) -> bytes:
        """Its first 64 kB. They are not counted as read: who asks what it is reads them again and again."""
        global _taken
        before = _taken
        with self.open() as stream:
            some = stream.read(SAMPLE)
        _taken = before
        return some


@dataclass(frozen=True, slots=True)
class Bundle:
    """The files that are imported together. `name` is what the person gave."""

    name: str
    members: Sequence[Member]

    @property
    def size(self) -> int:
        """How many bytes are likely to be read of it: of what is no picture."""
        text = [
            member.size for member in self.members if re.search(r"(\.(json[lc]?|html?|txt)|/[^.]*)$", f"/{member.base}")
        ]
        return sum(text or [member.size for member in self.members])

    def matching(self, pattern: str) -> list[Member]:
        """Members whose name without folders fits a regular expression, sorted by name (numbers as numbers)."""
        found = [member for member in self.members if re.fullmatch(pattern, member.base)]
        return sorted(found, key=lambda member: member.order)


def natural(name: str) -> list[tuple[int, str]]:
    """A key that sorts `a-2` before `a-10`."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", name)]


def open_bundle(path: Path, name: str | None = None) -> Bundle:
    """The files in what was given. Raises `Unreadable` where it is empty, or an archive that cannot be read."""
    name = name or path.name
    with path.open("rb") as file:
        start = file.read(512)
    if not start:
        raise Unreadable(f"{name} is empty.")
    try:
        if start.startswith((b"PK\x03\x04", b"PK\x05\x06")):
            members = list(_zipped(path))
        elif start.startswith(b"\x1f\x8b") or start[257:262] == b"ustar":
            members = list(_tarred(path, name))
        else:
            members = [Member(name, path.stat().st_size, lambda: path.open("rb"))]
    except (OSError, EOFError, RuntimeError, zipfile.BadZipFile, tarfile.TarError) as error:
        raise Unreadable(f"{name} is an archive that cannot be read: {error}. Was it cut off?") from error
    if not members:
        raise Unreadable(f"{name} holds no files.")
    return Bundle(name, members)


def _zipped(path: Path) -> Iterator[Member]:
    archive = zipfile.ZipFile(path)
    entries = [entry for entry in archive.infolist() if not entry.is_dir() and not _is_litter(entry.filename)]
    if len(entries) > MOST_MEMBERS:
        raise Unreadable(f"{path.name} holds {len(entries)} files, more than {MOST_MEMBERS}.")
    for entry in entries:
        yield Member(entry.filename, entry.file_size, lambda entry=entry: _unzip(archive, entry))


def _unzip(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> BinaryIO:
    if entry.flag_bits & 1:
        raise Unreadable(f"{entry.filename} is locked by a password. Unpack it, and import what is in it.")
    return archive.open(entry)  # pyright: ignore[reportReturnType]


def _tarred(path: Path, name: str) -> Iterator[Member]:
    if not tarfile.is_tarfile(path):
        # A single file, gzipped; how large it is, is known when it is read.
        inner = re.sub(r"\.gz(ip)?$", "", name)
        yield Member(inner, path.stat().st_size, lambda: cast(BinaryIO, gzip.open(path)))  # noqa: SIM115
        return
    with tarfile.open(path) as archive:
        for count, entry in enumerate(archive):
            if count >= MOST_MEMBERS:
                raise Unreadable(f"{name} holds more than {MOST_MEMBERS} files.")
            if entry.isfile() and not _is_litter(entry.name):
                yield Member(entry.name, entry.size, lambda inner=entry.name: _untar(path, inner))


def _untar(path: Path, inner: str) -> BinaryIO:
    archive = tarfile.open(path)  # noqa: SIM115 - it lives as long as the stream that is read from it
    stream = archive.extractfile(inner)
    if stream is None:
        raise Unreadable(f"{inner} is no file.")
    return stream  # pyright: ignore[reportReturnType]


def _is_litter(name: str) -> bool:
    return "__MACOSX/" in name or name.rsplit("/", 1)[-1].startswith("._") or name.endswith(".DS_Store")


class _Bounded(io.RawIOBase):
    """A stream that ends with an error where there is more in it than may be read; a byte order mark is left out."""

    def __init__(self, inner: BinaryIO, name: str) -> None:
        self._inner = inner
        self._name = name
        self._left = LARGEST
        mark = self._take(3)
        self._ahead = b"" if mark == b"\xef\xbb\xbf" else mark

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        """Up to `size` bytes; all that is left for -1."""
        if size is None or size < 0:  # pyright: ignore[reportUnnecessaryComparison]
            return b"".join(iter(lambda: self.read(1_048_576), b""))
        some, self._ahead = self._ahead[:size], self._ahead[size:]
        return some + self._take(size - len(some)) if len(some) < size else some

    def readinto(self, buffer: bytearray) -> int:  # pyright: ignore[reportIncompatibleMethodOverride]
        some = self.read(len(buffer))
        buffer[: len(some)] = some
        return len(some)

    def close(self) -> None:
        if not self.closed:
            self._inner.close()
        super().close()

    def _take(self, size: int) -> bytes:
        try:
            some = self._inner.read(size)
        except (OSError, EOFError, RuntimeError, zipfile.BadZipFile, tarfile.TarError, gzip.BadGzipFile) as error:
            raise Unreadable(f"{self._name} cannot be read to its end: {error}.") from error
        except Exception as error:  # zlib.error has no common parent
            raise Unreadable(f"{self._name} is packed wrongly: {error}.") from error
        global _taken
        _taken += len(some)
        self._left -= len(some)
        if self._left < 0:
            raise Unreadable(f"{self._name} holds more than {LARGEST} bytes.")
        return some
