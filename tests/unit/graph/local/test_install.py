"""Installing: what is there is kept, what is damaged is fetched again, what cannot be had is said.

The jars come from a Maven cache in a folder: nothing is downloaded.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from threading import Event

import pytest

from service.errors import SetupError
from service.graph.local.artifacts import Artifact, Lock
from service.graph.local.install import install, installation_in, is_complete

CONTENT = b"a jar"


class Counting:
    """Progress that remembers."""

    def __init__(self) -> None:
        self.events: list[tuple[str, int]] = []

    def note(self, text: str) -> None:
        """A line."""

    def begin(self, what: str, total: int) -> None:
        """The size to come."""
        self.events.append(("begin", total))

    def advance(self, size: int) -> None:
        """A jar is there."""
        self.events.append(("advance", size))

    def end(self) -> None:
        """Done."""
        self.events.append(("end", 0))


def artifact(name: str, content: bytes = CONTENT) -> Artifact:
    """A jar with this content."""
    return Artifact("server", "org.example", name, "1", len(content), hashlib.sha256(content).hexdigest())


def lock_of(*names: str) -> Lock:
    """A lock of jars that all have the same content."""
    return Lock("1.0", tuple(artifact(name) for name in names), "0123456789abcdef")


@pytest.fixture
def maven(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Maven cache of our own, with no repository beyond it."""
    settings = tmp_path / "jgo.conf"
    settings.write_text("[repositories]\nnone = file:///nowhere\n", encoding="utf-8")
    monkeypatch.setenv("JGO_CONFIG_FILE", str(settings))
    monkeypatch.setenv("M2_REPO", str(tmp_path / "m2"))
    return tmp_path / "m2"


def put(maven: Path, name: str, content: bytes = CONTENT) -> None:
    """Put a jar into the Maven cache."""
    file = maven / "org" / "example" / name / "1" / f"{name}-1.jar"
    file.parent.mkdir(parents=True)
    file.write_bytes(content)


def test_install_takes_what_the_maven_cache_has(tmp_path: Path, maven: Path) -> None:
    """Each jar is linked, not copied; sizes are reported; the second time there is nothing to do."""
    put(maven, "a")
    put(maven, "b")
    progress = Counting()
    done = install(tmp_path / "cache", progress, lock=lock_of("a", "b"))
    assert is_complete(done)
    assert progress.events == [("begin", 10), ("advance", 5), ("advance", 5), ("end", 0)]
    assert done.class_path[0].stat().st_nlink == 2
    again = Counting()
    install(tmp_path / "cache", again, lock=lock_of("a", "b"))
    assert again.events == []


def test_install_goes_on_where_it_broke_off(tmp_path: Path, maven: Path) -> None:
    """What was fetched stays when another jar cannot be had, and is not fetched again."""
    put(maven, "a")
    lock = lock_of("a", "b")
    with pytest.raises(SetupError, match=r"org\.example:b:1"):
        install(tmp_path / "cache", lock=lock, pauses=(0.0,))
    assert not is_complete(installation_in(tmp_path / "cache", lock))
    put(maven, "b")
    progress = Counting()
    install(tmp_path / "cache", progress, lock=lock)
    assert progress.events[0] == ("begin", 5)


@pytest.mark.parametrize("damage", [b"", b"a ja", b"a jar and more"])
def test_damaged_jar_is_fetched_again(tmp_path: Path, maven: Path, damage: bytes) -> None:
    """A jar of another size is noticed at the next start and put right."""
    put(maven, "a")
    done = install(tmp_path / "cache", lock=lock_of("a"))
    jar = done.class_path[0]
    jar.unlink()
    jar.write_bytes(damage)
    install(tmp_path / "cache", lock=lock_of("a"))
    assert jar.read_bytes() == CONTENT


def test_wrong_checksum_is_refused(tmp_path: Path, maven: Path) -> None:
    """A jar that is not the locked one is never installed."""
    put(maven, "a", b"A JAR")
    with pytest.raises(SetupError, match=r"org\.example:a:1"):
        install(tmp_path / "cache", lock=lock_of("a"), pauses=(0.0,))
    assert not list((tmp_path / "cache").rglob("a-1.jar"))


def test_stopped_install_says_so(tmp_path: Path, maven: Path) -> None:
    """An installation that was broken off ends with one sentence."""
    put(maven, "a")
    stop = Event()
    stop.set()
    with pytest.raises(SetupError, match="broken off"):
        install(tmp_path / "cache", lock=lock_of("a"), stop=stop)


def test_cache_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    """A file in the place of the folder gives one sentence with a remedy."""
    (tmp_path / "cache").write_text("")
    with pytest.raises(SetupError, match="ANTIPHON_CACHE_DIR"):
        install(tmp_path / "cache", lock=lock_of("a"))
