"""The installed jars in the user's cache folder: fetched once, checked, resumed, shared by all processes.

Knows the lock file and the folder's layout (`server/`, `gds/`, the marker `installed`); not how Neo4j is run.
"""

from __future__ import annotations

import errno
import shutil
import time
from collections.abc import Generator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from service.errors import SetupError
from service.graph.local.artifacts import Artifact, Lock, has_size, is_intact, shipped_lock
from service.graph.local.progress import SILENT, Progress
from service.locks import FileLock

if TYPE_CHECKING:
    from service.graph.local.maven import Repository

_MARKER = "installed"
_BROWSER = "neo4j-browser"
_THREADS = 24
_PAUSES_SECONDS = (0.5, 2.0, 5.0)
_FULL = (errno.ENOSPC, errno.EDQUOT)


@dataclass(frozen=True)
class Installation:
    """A complete set of jars in one folder."""

    folder: Path
    lock: Lock

    @property
    def class_path(self) -> list[Path]:
        """Every jar but that of Neo4j Browser, in the order of the lock file."""
        return [self.folder / artifact.path for artifact in self.lock.artifacts if artifact.artifact_id != _BROWSER]

    @property
    def browser(self) -> Path:
        """The jar of Neo4j Browser, as it was fetched."""
        (found,) = (artifact for artifact in self.lock.artifacts if artifact.artifact_id == _BROWSER)
        return self.folder / found.path

    @property
    def plugins(self) -> Path:
        """The folder in which Neo4j looks for procedures."""
        return self.folder / "gds"


def installation_in(cache: Path, lock: Lock | None = None) -> Installation:
    """Where this release's Neo4j is, or would be, below the cache folder."""
    lock = lock or shipped_lock()
    return Installation(cache / "neo4j" / f"{lock.neo4j}-{lock.digest[:12]}", lock)


def install(
    cache: Path,
    progress: Progress = SILENT,
    *,
    lock: Lock | None = None,
    stop: Event | None = None,
    pauses: Sequence[float] = _PAUSES_SECONDS,
) -> Installation:
    """Make sure that every jar is there, fetching what is missing; setting `stop` breaks it off.

    A failed transfer is tried again after each of the `pauses` (s). Raises SetupError naming what could not be
    had. Whatever was fetched stays, so a second call goes on.
    """
    installation = installation_in(cache, lock)
    if is_complete(installation):
        return installation
    work = _Work(installation, progress, stop or Event(), pauses)
    try:
        for part in ("server", "gds"):
            (installation.folder / part).mkdir(parents=True, exist_ok=True)
        with _alone(work):
            if not is_complete(installation):
                _complete(work)
    except OSError as error:
        raise _unwritable(error, installation.folder) from error
    return installation


@dataclass(frozen=True)
class _Work:
    installation: Installation
    progress: Progress
    stop: Event
    pauses: Sequence[float]

    def check(self) -> None:
        """Raise SetupError when it was broken off."""
        if self.stop.is_set():
            raise SetupError("The installation of Neo4j was broken off.", remedy="Start again: it goes on from there.")


def is_complete(installation: Installation) -> bool:
    """Whether a finished installation is there: its marker, and every jar with its size."""
    marker = installation.folder / _MARKER
    if not marker.is_file() or marker.read_text(encoding="utf-8") != installation.lock.digest:
        return False
    return all(has_size(installation.folder / a.path, a) for a in installation.lock.artifacts)


def _complete(work: _Work) -> None:
    folder, lock = work.installation.folder, work.installation.lock
    missing = [a for a in lock.artifacts if not is_intact(folder / a.path, a)]
    if missing:
        work.progress.note(f"Neo4j {lock.neo4j} goes into {folder}.")
        _fetch_all(work, missing)
    (folder / _MARKER).write_text(lock.digest, encoding="utf-8")


def _fetch_all(work: _Work, missing: list[Artifact]) -> None:
    # jgo takes a quarter of a second to import, which a start from a warm cache need not pay.
    from service.graph.local.maven import Repository

    scratch = work.installation.folder / "scratch"
    shutil.rmtree(scratch, ignore_errors=True)
    repository = Repository(scratch)
    # The large ones first, so that no long transfer is left alone at the end.
    queue = sorted(missing, key=lambda artifact: -artifact.size)
    label = f"Fetching {len(missing)} of {len(work.installation.lock.artifacts)} jars"
    work.progress.begin(label, sum(artifact.size for artifact in missing))
    with _pool(work.stop) as pool:
        try:
            for done in as_completed([pool.submit(_fetch, work, repository, a) for a in queue]):
                work.progress.advance(done.result().size)
        finally:
            work.progress.end()
    shutil.rmtree(scratch, ignore_errors=True)


@contextmanager
def _pool(stop: Event) -> Generator[ThreadPoolExecutor]:
    pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="neo4j-install")
    try:
        yield pool
    except BaseException:
        stop.set()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def _fetch(work: _Work, repository: Repository, artifact: Artifact) -> Artifact:
    target = work.installation.folder / artifact.path
    for pause in (*work.pauses, None):
        work.check()
        try:
            repository.fetch(artifact, target)
        except Exception as error:
            if _is_full(error):
                raise
            if pause is None:
                raise _unreachable(artifact, error) from error
            work.stop.wait(pause)
        else:
            break
    return artifact


@contextmanager
def _alone(work: _Work) -> Generator[None]:
    lock = FileLock(work.installation.folder / "lock")
    waiting = False
    while not lock.acquire():
        work.check()
        if not waiting:
            work.progress.note(f"Process {lock.holder()} is installing Neo4j; waiting for it.")
        waiting = True
        time.sleep(0.2)
    try:
        yield
    finally:
        lock.release()


def _is_full(error: BaseException) -> bool:
    return isinstance(error, OSError) and error.errno in _FULL


def _unreachable(artifact: Artifact, error: Exception) -> SetupError:
    reason = "arrived damaged" if type(error).__name__ == "Damaged" else "could not be downloaded"
    return SetupError(
        f"Neo4j is not installed: {artifact} {reason}.",
        remedy="Check the network and start again (what is there already is kept), "
        "or set NEO4J_URI to a Neo4j that you run.",
    )


def _unwritable(error: OSError, folder: Path) -> SetupError:
    if _is_full(error):
        return SetupError(
            f"The disk is full: Neo4j did not fit into {folder}.",
            remedy="Free about 400 MB, or name another folder with ANTIPHON_CACHE_DIR, and start again.",
        )
    return SetupError(
        f"Neo4j could not be installed in {folder}: {error.strerror or error}.",
        remedy="Name a folder that can be written with ANTIPHON_CACHE_DIR.",
    )
