"""What a task reads, as GraphQL inputs: a text, a list of texts, or files, inline or uploaded."""

from __future__ import annotations

import builtins
from collections.abc import AsyncIterator, Mapping
from typing import Any, cast

import strawberry
from starlette.datastructures import UploadFile
from strawberry import UNSET
from strawberry.file_uploads import Upload
from strawberry.types import get_object_definition

from service.api.graphql.choices import chosen
from service.api.graphql.pace import pace
from service.errors import InvalidInput
from service.tasks.creating import NewFile


@strawberry.input(one_of=True)
class FileContentInput:
    """A file's content."""

    text: str | None = UNSET
    """Its text, inline."""

    upload: Upload | None = UNSET
    """The file itself, beside the operation (GraphQL multipart request)."""


@strawberry.input
class FileInput:
    """A file that a task reads."""

    content: FileContentInput
    """What is in it."""

    name: str | None = None
    """For people, never opened; an upload's own file name where it is left out."""

    media_type: str | None = None
    """Of the content; guessed from the name where it is left out."""

    async def record(self, field: str) -> NewFile:
        """As the use case takes it. Raises `InvalidInput` that names the field, which is this one or in it."""
        name, media_type = self.name, self.media_type
        content: str | bytes | None = chosen(self.content.text)
        if content is None:
            upload = cast(object, self.content.upload)
            if not isinstance(upload, UploadFile):
                raise InvalidInput(
                    "This upload is no file.",
                    field=f"{field}.content.upload",
                    remedy="Send a GraphQL multipart request.",
                )
            # A file may be in several places.
            await upload.seek(0)
            content = await upload.read()
            name, media_type = name or upload.filename, media_type or upload.content_type
        if not name:
            raise InvalidInput("The file has no name.", field=f"{field}.name", remedy="Give it one.")
        return NewFile(name=name, content=content, media_type=media_type)


@strawberry.input(one_of=True)
class TaskInput:
    """What a task reads."""

    text: str | None = UNSET
    """One text."""

    list: builtins.list[str] | None = UNSET
    """Texts, each of them a source by itself."""

    files: builtins.list[FileInput] | None = UNSET
    """Files, each of them a source by itself."""

    async def new_files(self) -> tuple[NewFile, ...] | None:
        """The files as the use case takes them; None where something else was chosen."""
        files = chosen(self.files)
        return None if files is None else tuple([file async for file in _records(files)])


async def _records(files: builtins.list[FileInput]) -> AsyncIterator[NewFile]:
    for index, file in enumerate(files):
        if pace().is_spent:
            await pace().turn()
        yield await file.record(f"input.input.files[{index}]")


def _file(kind: type[FileInput], given: Mapping[str, Any], _: object) -> FileInput:
    """A file of its input, which GraphQL has checked. Thousands may come at once, and Strawberry takes 34 µs each."""
    content = given["content"]
    chosen = FileContentInput(text=content.get("text", UNSET), upload=content.get("upload", UNSET))
    return kind(content=chosen, name=given.get("name"), media_type=given.get("mediaType"))


_definition = get_object_definition(FileInput, strict=True)
_definition.from_input = _file
