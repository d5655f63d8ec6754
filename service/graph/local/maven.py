"""One jar out of a Maven repository, through jgo; the only importer of jgo.

Knows nothing of which jars are needed. jgo's own settings (mirrors, the Maven cache) are honoured; a jar that
the user's Maven cache holds already is linked, not fetched, and nothing is written there.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from jgo.config import GlobalSettings
from jgo.maven import Artifact as MavenArtifact
from jgo.maven import MavenContext, PythonResolver

from service.graph.local.artifacts import Artifact, is_intact

_TIMEOUT_SECONDS = 30


class Damaged(Exception):
    """What arrived is not what the lock file says."""


class Repository:
    """Where jars come from; `scratch` takes what is under way. Safe to use from several threads."""

    def __init__(self, scratch: Path) -> None:
        settings = _load_settings(scratch)
        remote = settings.repositories or None
        resolver = PythonResolver()
        self._remote = MavenContext(resolver, scratch, remote_repos=remote, timeout=_TIMEOUT_SECONDS)
        near = [settings.repo_cache] if settings.repo_cache.is_dir() else None
        self._near = MavenContext(resolver, scratch, near, remote, _TIMEOUT_SECONDS, offline=True)

    def fetch(self, artifact: Artifact, target: Path) -> None:
        """Put the checked jar at `target`, in one step.

        Raises OSError or RuntimeError (jgo's) when it cannot be had, Damaged when its bytes are wrong.
        """
        try:
            self._take(self._near, artifact, target)
        except (Damaged, RuntimeError):
            self._take(self._remote, artifact, target)

    def _take(self, context: MavenContext, artifact: Artifact, target: Path) -> None:
        component = context.project(artifact.group_id, artifact.artifact_id).at_version(artifact.version)
        wanted = component.artifact(artifact.classifier)
        _forget(wanted)
        found = wanted.resolve()
        if not is_intact(found, artifact):
            raise Damaged(f"{artifact} arrived damaged.")
        if found == wanted.cached_path:
            found.replace(target)
        else:
            _link(found, target)


def _load_settings(scratch: Path) -> GlobalSettings:
    try:
        return GlobalSettings.load()
    except RuntimeError:
        # The user has no home: jgo's files are not there, and no Maven cache but one that is named.
        return GlobalSettings(cache_dir=scratch, repo_cache=Path(os.environ.get("M2_REPO") or scratch))


def _forget(wanted: MavenArtifact) -> None:
    # jgo writes in place, so a transfer that broke off would be taken for the whole file.
    if wanted.cached_path:
        wanted.cached_path.unlink(missing_ok=True)


def _link(source: Path, target: Path) -> None:
    partial = target.with_suffix(".partial")
    partial.unlink(missing_ok=True)
    try:
        os.link(source, partial)
    except OSError:
        shutil.copyfile(source, partial)
    partial.replace(target)
