"""Imports as GraphQL types: the file that is sent first, what is made of it, and how far that is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from enum import StrEnum
from typing import Any, cast

import orjson
import strawberry
from starlette.datastructures import UploadFile
from strawberry import UNSET
from strawberry.file_uploads import Upload

from service.api.graphql.choices import chosen
from service.api.graphql.context import Context, Info
from service.api.graphql.nodes import Node
from service.api.graphql.scalars import BigInt, DateTime
from service.conversations.transfer.transcripts import NoticeKind
from service.conversations.transfer.uploads import UploadState
from service.errors import InvalidInput
from service.graph.imports import Row

strawberry.enum(NoticeKind, name="ImportNoticeKind")
PIECE = 1_048_576


@strawberry.enum
class ImportStatus(StrEnum):
    """How far an import is, or how it ended."""

    RUNNING = "RUNNING"
    """It waits for its turn, or is under way. What is whole is found already."""

    SUCCEEDED = "SUCCEEDED"
    """All conversations of the file are here."""

    PARTIAL = "PARTIAL"
    """Some are here, some are not: `notices` and `error` say which and why."""

    FAILED = "FAILED"
    """None is here: `error` says why."""

    CANCELLED = "CANCELLED"
    """Somebody ended it; what was whole by then is here."""


@strawberry.type
class ImportNotice:
    """What did not go in as it was."""

    notice_kind: NoticeKind
    """What became of it."""

    place: str
    """Where in the file it is: file, record, field."""

    text: str
    """What it is about. It quotes no text of a conversation."""


@strawberry.type
class Import(Node):
    """A file of conversations that is brought in, and what came of it."""

    import_status: ImportStatus
    """How far it is."""

    name: str
    """The file's name."""

    format: str | None
    """The format that it has, such as `chatgpt`; null until that is known."""

    bytes: BigInt
    """Of the file."""

    read_bytes: BigInt
    """How many of them were read; of an archive, as it is unpacked."""

    conversation_count: int
    """How many conversations are new."""

    extended_count: int
    """How many were here already, and have new messages."""

    known_count: int
    """How many were here already, as they are in the file."""

    skipped_count: int
    """How many were not imported."""

    message_count: int
    """How many messages are new."""

    strategy_count: int
    """How many kept plans are new, each version by itself. Only a graph file of an owner brings them."""

    notices: list[ImportNotice]
    """What did not go in as it was: the first thousand."""

    notice_count: int
    """How many notices there are."""

    error: str | None
    """Why it is not whole."""

    created_at: DateTime
    """When it was asked for."""

    finished_at: DateTime | None
    """When it ended."""


@strawberry.type
class PendingUpload:
    """A file that is sent in pieces, before it is imported."""

    upload_id: strawberry.ID
    """Its id, for `importConversations`."""

    name: str
    """Its name."""

    bytes: BigInt
    """How many bytes it has."""

    received_bytes: BigInt
    """How many of them are here."""

    url: str
    """Where to PUT them, as a path on this service, with `?offset=` the number of the first. It takes the key of the
    caller that GraphQL takes."""


@strawberry.input
class CreateUploadInput:
    """A file that will be sent."""

    name: str
    """Its name, for people."""

    bytes: BigInt
    """How many bytes it has."""


@strawberry.type
class CreateUploadPayload:
    """The place for a file."""

    upload: PendingUpload
    """Where to send it."""


@strawberry.input(one_of=True)
class ImportFileInput:
    """The file that is imported: a small one with the operation, a large one before it."""

    upload: Upload | None = UNSET
    """The file itself, beside the operation (GraphQL multipart request)."""

    upload_id: strawberry.ID | None = UNSET
    """The id of one that was sent in pieces: see `createUpload`."""


@strawberry.input
class ImportConversationsInput:
    """Conversations of another tool, or of another Antiphon, to be brought in."""

    file: ImportFileInput
    """The file."""

    format: str | None = None
    """The format, where it should not be recognized by what is in the file."""

    idempotency_key: str | None = None
    """The same key does it once: sending it twice is safe."""


@strawberry.type
class ImportConversationsPayload:
    """An import that has begun."""

    import_: Import = strawberry.field(name="import")
    """The import."""


@strawberry.input
class CancelImportInput:
    """An import that should not go on."""

    import_id: strawberry.ID
    """The import's id."""


@strawberry.type
class CancelImportPayload:
    """An import that does not go on."""

    import_: Import = strawberry.field(name="import")
    """The import."""


async def create_upload(info: Info, input: CreateUploadInput) -> CreateUploadPayload:
    """Make room for a file that is sent in pieces."""
    uploads = info.context.begin_write().importing.uploads
    state = await uploads.begin(info.context.caller, input.name, input.bytes)
    return CreateUploadPayload(upload=_pending(state))


async def import_conversations(info: Info, input: ImportConversationsInput) -> ImportConversationsPayload:
    """Begin to import a file."""
    importing, owner = info.context.begin_write().importing, info.context.caller
    id = chosen(input.file.upload_id)
    state = await _sent(info.context, input.file.upload) if id is None else await importing.uploads.read(owner, id)
    begun = await importing.import_conversations(owner, state, input.format, input.idempotency_key)
    return ImportConversationsPayload(import_=await _import(info, begun))


async def cancel_import(info: Info, id: str) -> CancelImportPayload:
    """End an import."""
    await info.context.begin_write().importing.cancel_import(info.context.caller, id)
    return CancelImportPayload(import_=await _import(info, id))


async def read_import(info: Info, id: str) -> Import | None:
    """An import of the caller's."""
    row = await info.context.backend.importing.read_import(info.context.caller, id)
    return None if row is None else _of(row)


async def _import(info: Info, id: str) -> Import:
    found = await read_import(info, id)
    assert found is not None, "it was there a moment ago"
    return found


async def _sent(context: Context, upload: object) -> UploadState:
    """A file that came with the operation, as one that came before it."""
    if not isinstance(upload, UploadFile) or not upload.size:
        raise InvalidInput(
            "This upload is no file, or an empty one.",
            field="input.file.upload",
            remedy="Send a GraphQL multipart request with a file that has something in it.",
        )
    uploads = context.backend.importing.uploads
    state = await uploads.begin(context.caller, upload.filename or "file", upload.size)
    await upload.seek(0)
    return await uploads.append(context.caller, state.id, 0, _pieces(upload))


async def _pieces(upload: UploadFile) -> AsyncIterator[bytes]:
    while piece := await upload.read(PIECE):
        yield piece


def _pending(state: UploadState) -> PendingUpload:
    return PendingUpload(
        upload_id=strawberry.ID(state.id),
        name=state.name,
        bytes=cast(BigInt, state.bytes),
        received_bytes=cast(BigInt, state.received),
        url=f"/uploads/{state.id}",
    )


def _of(row: Row) -> Import:
    same: dict[str, Any] = {name: row.get(name) for name in ("name", "format", "bytes", "error")}
    same |= {f"{name[:-1]}_count": row[name] for name in ("conversations", "messages")}
    same |= {f"{name}_count": row[name] for name in ("extended", "known", "skipped")}
    return Import(
        id=strawberry.ID(row["id"]),
        import_status=ImportStatus(row["status"]),
        read_bytes=row["readBytes"],
        notices=[_notice(text) for text in row["notices"]],
        notice_count=row["noticed"],
        strategy_count=row.get("plans", 0),
        created_at=row["createdAt"],
        finished_at=row["finishedAt"],
        **same,
    )


def _notice(text: str) -> ImportNotice:
    said = orjson.loads(text)
    return ImportNotice(notice_kind=NoticeKind(said["kind"]), place=said["place"], text=said["text"])
