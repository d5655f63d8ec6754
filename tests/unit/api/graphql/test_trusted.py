"""The file of trusted documents: the forms that compilers write, and what is said of a file that is wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from service.api.graphql.persisted import Trusted, sha256
from service.api.graphql.trusted import export_documents, read_trusted
from service.config import load_config
from service.errors import ConfigurationError
from service.resources import read_resource

TEXT = "query Models { models { id } }"
MANIFEST = {
    "format": "apollo-persisted-query-manifest",
    "version": 1,
    "operations": [{"id": "one", "name": "Models", "type": "query", "body": TEXT}],
}


def read(folder: Path, text: str | None, only: bool = True) -> Trusted:
    """What a file with this text comes to."""
    file = folder / "documents.json"
    if text is not None:
        file.write_text(text, encoding="utf-8")
    config = folder / "config.yaml"
    config.write_text(f"server:\n  documents:\n    file: {file}\n    only: {str(only).lower()}\n")
    return read_trusted(load_config(config, {}))


@pytest.mark.parametrize("said", [{"one": TEXT}, MANIFEST, {"one": TEXT, "same": TEXT}])
def test_the_usual_forms_are_understood(tmp_path: Path, said: dict[str, Any]) -> None:
    """A map of texts and Apollo's manifest; each text is known by its SHA-256 too."""
    trusted = read(tmp_path, json.dumps(said))
    assert trusted.texts["one"] == trusted.texts[sha256(TEXT)] == TEXT
    assert trusted.only


def test_without_a_file_there_are_none(tmp_path: Path) -> None:
    """And every operation may be run."""
    (tmp_path / "config.yaml").write_text("logging: {level: INFO}")
    assert read_trusted(load_config(tmp_path / "config.yaml", {})) == Trusted()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (None, ["cannot be read"]),
        ("{\n  'a': 1}", ["line 2, column 3", "not JSON"]),
        ("[]", ["no documents"]),
        ("{}", ["no documents"]),
        ('{"a": 5}', ["'a'", "must be a GraphQL document"]),
        ('{"a": "query {"}', ["'a'", "Syntax Error", "line 1, column 8"]),
        ('{"a": "{ a }", "a": "{ b }"}', ["'a' is there twice"]),
        ('{"": "{ a }"}', ["has no id"]),
        (json.dumps(MANIFEST | {"operations": [{"id": "a", "body": "{ a }"}, {"body": "{ a }"}]}), ["operations[1]"]),
        (json.dumps(MANIFEST | {"operations": [{"id": "a", "body": t} for t in ("{ a }", "{ b }")]}), ["another"]),
        (json.dumps(MANIFEST | {"operations": "x"}), ["no documents"]),
    ],
)
def test_a_wrong_file_is_named_with_the_place(tmp_path: Path, text: str | None, words: list[str]) -> None:
    """The setting's place, the file, and where in it."""
    with pytest.raises(ConfigurationError) as caught:
        read(tmp_path, text)
    for word in (f"{tmp_path / 'config.yaml'}:3: server.documents.file", str(tmp_path / "documents.json"), *words):
        assert word in str(caught.value)


def test_only_needs_a_file(tmp_path: Path) -> None:
    """Else nothing could be run."""
    (tmp_path / "config.yaml").write_text("server: {documents: {only: true}}")
    with pytest.raises(ConfigurationError, match=r"server\.documents\.only: needs server\.documents\.file"):
        load_config(tmp_path / "config.yaml", {})


def test_the_shipped_operations_are_such_a_file(tmp_path: Path) -> None:
    """With it the commands go on where only trusted documents are run."""
    text = read_resource("schema", "operations", "Models.graphql")
    assert read(tmp_path, export_documents()).texts[sha256(text)] == text
