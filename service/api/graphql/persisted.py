"""Which text a request means that sends a hash or an id in its place.

Owns the texts that callers had kept (Apollo's automatic persisted queries, version 1) and the rule of trusted ones.
It knows no protocol: HTTP and WebSocket ask alike.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, cast

from graphql import GraphQLError

from service.api.graphql.documents import LONGEST_KEPT

MOST_BYTES = 16 * 1024 * 1024
"""What kept texts may take together."""

LEAST_BYTES = 1024
"""What a text counts for at least, for what is kept beside it: so there are 16,384 texts at most."""

LONGEST = 64 * 1024
"""Bytes of a text that is sent. What takes more has values written into it."""

NOT_FOUND = "PersistedQueryNotFound"
"""The words that clients wait for: they send the text then."""

NOT_SUPPORTED = "PersistedQueryNotSupported"
"""The words after which clients send texts alone."""

IDS = ("documentId", "doc_id", "id")
"""What a request may call the id of a document: GraphQL over HTTP, and two habits of Relay's clients."""


class Wanted(NamedTuple):
    """What a request says of the text that it means."""

    text: str | None
    document_id: str | None
    extensions: Mapping[str, Any] | None


class Refused(Exception):
    """An operation that is not looked at, with what its caller is told. `status` is that of a plain HTTP answer."""

    def __init__(self, status: int, code: str, message: str, remedy: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.error = GraphQLError(message, extensions={"code": code, "remedy": remedy, "retryable": False})


def document_id_of(said: Mapping[str, Any]) -> str | None:
    """The id of a document in what a request says; what has a text needs none. Raises `Refused`."""
    name = next((name for name in IDS if said.get(name) is not None), None)
    if name is None or said.get("query"):
        return None
    if not isinstance(said[name], str):
        raise Refused(400, "INVALID_REQUEST", f"`{name}` must be a string, if it is there.")
    return said[name]


@dataclass(frozen=True, slots=True)
class Trusted:
    """The documents that were known beforehand, by id and by SHA-256, and whether there are no others."""

    texts: Mapping[str, str] = field(default_factory=dict[str, str])
    only: bool = False


class Persisted:
    """Finds the texts that requests mean."""

    def __init__(self, trusted: Trusted, longest: int = LONGEST) -> None:
        self._longest = longest
        self._trusted, self._only = trusted.texts, trusted.only
        self._allowed = frozenset(trusted.texts.values())
        self._kept = Kept()

    def text_of(self, caller: str, wanted: Wanted) -> str | None:
        """The text that a caller means, if any. Raises `Refused`."""
        if _is_longer(wanted.text or "", self._longest):
            raise _too_long(self._longest)
        text = self._find(caller, wanted)
        if self._only and text and text not in self._allowed:
            raise _untrusted()
        return text

    def _find(self, caller: str, wanted: Wanted) -> str | None:
        asked = (wanted.extensions or {}).get("persistedQuery")
        if asked is None:
            return wanted.text if wanted.document_id is None else self._known(caller, wanted.document_id)
        hash = _hash_of(asked)
        if not wanted.text:
            return self._known(caller, hash)
        if hash != sha256(wanted.text):
            raise Refused(400, "INVALID_REQUEST", "`extensions.persistedQuery.sha256Hash` is not that of `query`.")
        if not self._only:
            self._kept.put(caller, hash, wanted.text)
        return wanted.text

    def _known(self, caller: str, id: str) -> str:
        hash = id.removeprefix("sha256:")
        text = self._trusted.get(id) or self._trusted.get(hash) or self._kept.get(caller, hash)
        if text is not None:
            return text
        if self._only:
            raise _untrusted()
        raise Refused(200, "PERSISTED_QUERY_NOT_FOUND", NOT_FOUND, "Send `query` with the hash.")


class Kept:
    """Texts by owner and hash; where they are too many, who has most gives up what it used least lately.

    Each owner has texts of its own, so that none learns what others send, and none can push out what others keep.
    """

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most, self._bytes = most_bytes, 0
        self._shelves: dict[str, _Shelf] = {}

    def get(self, owner: str, hash: str) -> str | None:
        """A text of an owner's."""
        texts = self._shelves[owner].texts if owner in self._shelves else {}
        text = texts.pop(hash, None)
        if text is not None:
            texts[hash] = text
        return text

    def put(self, owner: str, hash: str, text: str) -> None:
        """Keep a text. What is as long as one with a value written into it is not sent again, and not kept."""
        if len(text) > LONGEST_KEPT or self.get(owner, hash) is not None:
            return
        shelf = self._shelves.setdefault(owner, _Shelf())
        shelf.texts[hash] = text
        self._count(shelf, _cost(text))
        while self._bytes > self._most:
            self._drop()

    def _drop(self) -> None:
        owner, shelf = max(self._shelves.items(), key=lambda item: item[1].bytes)
        self._count(shelf, -_cost(shelf.texts.pop(next(iter(shelf.texts)))))
        if not shelf.texts:
            del self._shelves[owner]

    def _count(self, shelf: _Shelf, cost: int) -> None:
        shelf.bytes += cost
        self._bytes += cost


@dataclass(slots=True)
class _Shelf:
    """An owner's texts, the one used last at the end."""

    texts: dict[str, str] = field(default_factory=dict[str, str])
    bytes: int = 0


def sha256(text: str) -> str:
    """The hash of a text, as clients write it."""
    return hashlib.sha256(text.encode()).hexdigest()


def _cost(text: str) -> int:
    return max(sys.getsizeof(text), LEAST_BYTES)


def _hash_of(asked: object) -> str:
    said = cast("Mapping[str, Any]", asked if isinstance(asked, Mapping) else {})
    if said.get("version", 1) != 1:
        remedy = "`extensions.persistedQuery.version` must be 1."
        raise Refused(200, "PERSISTED_QUERY_NOT_SUPPORTED", NOT_SUPPORTED, remedy)
    if not isinstance(said.get("sha256Hash"), str):
        raise Refused(400, "INVALID_REQUEST", "`extensions.persistedQuery` must be {version: 1, sha256Hash: string}.")
    return said["sha256Hash"]


def _is_longer(text: str, most: int) -> bool:
    # A character has four bytes at most; a text is encoded only where that does not say it.
    return len(text) * 4 > most and (len(text) > most or len(text.encode(errors="replace")) > most)


def _too_long(most: int) -> Refused:
    long = f"The text of the operation is larger than {most} bytes."
    return Refused(
        413, "LIMIT_EXCEEDED", long, "Send texts and lists as variables; the limit is server.limits.max_document_bytes."
    )


def _untrusted() -> Refused:
    return Refused(
        403,
        "UNTRUSTED_DOCUMENT",
        "This service runs trusted documents only, and this is none of them.",
        "Add it to the file that server.documents.file names, and start the service again.",
    )
