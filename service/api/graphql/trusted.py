"""The file of trusted documents: the forms that clients' compilers write, read and checked.

- `{"id": "text", …}`: Relay's `persisted.json`, GraphQL Code Generator's `persisted-documents.json`, or your own;
- `{"format": "apollo-persisted-query-manifest", "version": 1, "operations": [{"id": …, "body": …}, …]}`: Apollo's.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

from graphql import GraphQLError, parse

from service.api.graphql.persisted import Trusted, sha256
from service.config import Config
from service.errors import ConfigurationError
from service.resources import resource
from service.settings.layers import KeyPath

APOLLO = "apollo-persisted-query-manifest"
_FILE: KeyPath = ("server", "documents", "file")
_MOST_SHOWN = 20


def read_trusted(config: Config) -> Trusted:
    """The configured documents. Raises `ConfigurationError` with a line for each thing that is wrong."""
    settings = config.server.documents
    if settings.file is None:
        return Trusted()
    texts, wrong = read_file(settings.file)
    if wrong:
        lines = [str(config.layer.problem(_FILE, f"{settings.file}: {it}")) for it in wrong[:_MOST_SHOWN]]
        raise ConfigurationError("\n".join(lines))
    return Trusted(texts | {sha256(text): text for text in texts.values()}, settings.only)


def read_file(file: Path) -> tuple[dict[str, str], list[str]]:
    """The texts of a file by id, and what is wrong with it: each with its place."""
    try:
        said = json.loads(file.read_text(encoding="utf-8-sig"), object_pairs_hook=_without_doubles)
    except OSError as error:
        return {}, [f"cannot be read ({error.strerror})."]
    except UnicodeDecodeError:
        return {}, ["is not UTF-8."]
    except json.JSONDecodeError as error:
        return {}, [f"line {error.lineno}, column {error.colno}: is not JSON: {error.msg}."]
    except _Double as error:
        return {}, [f"the key {str(error)!r} is there twice."]
    entries = list(_entries(said))
    wrong = [f"{place}: {what}" for place, id, text in entries if (what := _fault(id, text))]
    wrong += [] if entries else ['has no documents: it must be {"id": "text", …} or a manifest of Apollo\'s.']
    return ({}, wrong) if wrong else _by_id(entries)


class _Double(Exception):
    """A key that is there twice in an object."""


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise _Double(key)
        found[key] = value
    return found


def _entries(said: Any) -> Iterator[tuple[str, Any, Any]]:
    """The place, the id and the text of each document."""
    documents = cast("dict[str, Any]", said if isinstance(said, dict) else {})
    if documents.get("format") != APOLLO:
        yield from ((f"{id[:100]!r}", id, text) for id, text in documents.items())
        return
    operations = documents.get("operations")
    for number, it in enumerate(cast("list[Any]", operations if isinstance(operations, list) else [])):
        one = cast("dict[str, Any]", it if isinstance(it, dict) else {})
        yield f"operations[{number}]", one.get("id"), one.get("body")


def _fault(id: object, text: object) -> str | None:
    if not isinstance(id, str) or not id:
        return "has no id."
    if not isinstance(text, str) or not text:
        return "its text must be a GraphQL document."
    try:
        parse(text, no_location=True)
    except GraphQLError as error:
        where = ", ".join(f"line {it.line}, column {it.column}" for it in error.locations or ())
        return f"{error.message.rstrip('.')} (in its text: {where})."
    return None


def export_documents() -> str:
    """The shipped operations, which the command line sends, as such a file."""
    files = sorted(resource("schema", "operations").glob("*.graphql"))
    texts = [file.read_text(encoding="utf-8") for file in files]
    return json.dumps({sha256(text): text for text in texts}, indent=2, ensure_ascii=False) + "\n"


def _by_id(entries: list[tuple[str, str, str]]) -> tuple[dict[str, str], list[str]]:
    texts: dict[str, str] = {}
    wrong: list[str] = []
    for place, id, text in entries:
        if texts.setdefault(id, text) != text:
            wrong.append(f"{place}: another document has the id {id[:100]!r}.")
    return texts, wrong
