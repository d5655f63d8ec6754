"""What the generated modules are made of: a record of an answer, a document to send, a file beside it."""

from __future__ import annotations

from dataclasses import dataclass, field

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel


class Record(BaseModel):
    """A part of an answer. What a newer service says beside it is left out."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        validate_by_name=True,
        frozen=True,
        extra="ignore",
        protected_namespaces=(),
        # An import is quick: what reads an answer is made when the first such answer comes.
        defer_build=True,
    )


@dataclass(frozen=True, slots=True)
class Document:
    """An operation as it is sent: its name, the one field that it asks for, its text."""

    name: str
    root: str
    text: str


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that is sent beside an operation. `content` is in memory, and never in a message of an error."""

    name: str
    content: bytes = field(repr=False)
