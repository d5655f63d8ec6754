"""What a task reads: texts, lists and files from a caller, checked and decoded into sources.

Owns what counts as readable text. Knows nothing of the graph; refuses before anything is written.
"""

from __future__ import annotations

import codecs
import hashlib
import mimetypes
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from service.errors import InvalidInput
from service.records import derived_id

PIECE = 512 * 1024
"""Characters or bytes that are converted at once: nobody else has a turn meanwhile, in a thread neither."""
NAME_CHARACTERS = 1000
MEDIA_TYPE_CHARACTERS = 255
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file as the caller sent it. `name` is for people and never opened."""

    name: str
    content: bytes | str
    media_type: str | None = None


@dataclass(frozen=True, slots=True)
class NewSource:
    """A text to be read under a name. `size` is its bytes as they were sent, `sha256` that of the text in UTF-8."""

    id: str
    name: str
    media_type: str
    text: str
    size: int
    sha256: str

    def row(self, index: int) -> dict[str, object]:
        """The reading of it as the graph keeps it; `source` is the text, which may be there already."""
        source = {
            "id": self.id,
            "mediaType": self.media_type,
            "text": self.text,
            "length": len(self.text),
            "bytes": self.size,
            "sha256": self.sha256,
        }
        return {"index": index, "name": self.name, "source": source}


def read_sources(
    task_id: str, text: str | None, items: tuple[str, ...] | None, files: tuple[NewFile, ...] | None
) -> tuple[NewSource, ...]:
    """The sources of a task: its one text, its list or its files. Raises `InvalidInput` that names the field."""
    given = [name for name, value in (("text", text), ("list", items), ("files", files)) if value is not None]
    if len(given) > 1:
        raise InvalidInput(
            f"input has {' and '.join(given)}; a task reads one of them.", field=f"input.input.{given[1]}"
        )
    if text is not None:
        return (_source(task_id, 0, NewFile("text", text, "text/plain"), "input.input.text"),)
    if items is not None:
        if not items:
            raise InvalidInput("The list is empty.", field="input.input.list", remedy="Send at least one item.")
        new = (NewFile(f"item {i + 1}", item, "text/plain") for i, item in enumerate(items))
        return tuple(_source(task_id, i, item, f"input.input.list[{i}]") for i, item in enumerate(new))
    if files is not None:
        if not files:
            raise InvalidInput("There are no files.", field="input.input.files", remedy="Send at least one file.")
        return tuple(_source(task_id, i, file, f"input.input.files[{i}]") for i, file in enumerate(files))
    return ()


def reading_id(task_id: str, index: int) -> str:
    """What the text that a task reads at that place is called in spans: the same text may be read twice."""
    return derived_id(task_id, "source", index)


def check_text(text: str, field: str) -> str:
    """The text itself; `InvalidInput` where it cannot be written as UTF-8 or holds a NUL character."""
    if "\x00" in text:
        raise InvalidInput("The text holds a NUL character.", field=field, remedy="Send text, not binary data.")
    for start in range(0, len(text), PIECE):
        try:
            text[start : start + PIECE].encode()
        except UnicodeEncodeError as error:
            raise InvalidInput(
                f"The text holds half a surrogate pair at character {start + error.start}.",
                field=field,
                remedy="Send valid Unicode.",
            ) from error
    return text


def _source(task_id: str, index: int, file: NewFile, field: str) -> NewSource:
    name = check_text(file.name, f"{field}.name").strip()
    if not name:
        raise InvalidInput("The file has no name.", field=f"{field}.name", remedy="Give it one.")
    if len(name) > NAME_CHARACTERS:
        raise InvalidInput(f"A file's name has {NAME_CHARACTERS} characters at most.", field=f"{field}.name")
    if len(check_text(file.media_type or "", f"{field}.mediaType")) > MEDIA_TYPE_CHARACTERS:
        raise InvalidInput("This is no media type.", field=f"{field}.mediaType")
    content = file.content
    # What an editor puts at the beginning is no part of a text.
    is_text = isinstance(content, str)
    text = check_text(content, field).removeprefix("\ufeff") if is_text else _decode(content, name, field)
    if not text or text.isspace():
        raise InvalidInput(f"{name!r} is empty.", field=field, remedy="Leave it out, or send one with text in it.")
    size, sha256 = _measure(text)
    return NewSource(
        id=reading_id(task_id, index),
        name=name,
        media_type=_media_type(file, name),
        text=text,
        size=size + 3 * (len(content) - len(text)) if is_text else len(content),
        sha256=sha256,
    )


def _measure(text: str) -> tuple[int, str]:
    """The bytes of a text in UTF-8, and their SHA-256."""
    size, digest = 0, hashlib.sha256()
    for start in range(0, len(text), PIECE):
        piece = text[start : start + PIECE].encode()
        size += len(piece)
        digest.update(piece)
    return size, digest.hexdigest()


def _decode(raw: bytes, name: str, field: str) -> str:
    encoding = next((encoding for bom, encoding in _BOMS if raw.startswith(bom)), "utf-8")
    try:
        text = "".join(codecs.iterdecode(_pieces(raw), encoding))
    except UnicodeDecodeError as error:
        raise InvalidInput(
            f"{name!r} is not text: byte {_wrong_byte(raw, encoding)} is not valid {encoding}.",
            field=field,
            remedy="Send UTF-8 text; binary files are not read.",
        ) from error
    if "\x00" in text:
        raise InvalidInput(
            f"{name!r} is binary data.", field=field, remedy="Send UTF-8 text; binary files are not read."
        )
    return text


def _pieces(raw: bytes) -> Iterator[bytes]:
    return (raw[start : start + PIECE] for start in range(0, len(raw), PIECE))


def _wrong_byte(raw: bytes, encoding: str) -> int:
    """Where bytes are no text, counted from their beginning and not from that of a piece."""
    try:
        raw.decode(encoding)
    except UnicodeDecodeError as error:
        return error.start
    return 0


def _media_type(file: NewFile, name: str) -> str:
    if file.media_type and file.media_type != "application/octet-stream":
        return file.media_type
    return mimetypes.guess_type(PurePosixPath(name).name)[0] or "text/plain"
