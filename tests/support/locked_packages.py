"""Packages that a page of ours needs beside those of `.venv`, from their lock; installed once, in the cache folder."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import time
from pathlib import Path

from service.commands.packages import PIP, pip_environment
from service.folders import cache_folder
from service.locks import FileLock

_LOCKS = Path(__file__).parents[1] / "clients"


def locked_packages(name: str) -> Path:
    """The folder to put on Python's path, with what `tests/clients/NAME.txt` has."""
    lock = _LOCKS / f"{name}.txt"
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    key = hashlib.sha256(lock.read_bytes() + version.encode()).hexdigest()[:16]
    folder = cache_folder() / f"{name}-{key}"
    folder.mkdir(parents=True, exist_ok=True)
    alone = FileLock(folder / "installing.lock")
    while not (folder / "installed").exists():
        if alone.acquire():
            try:
                _install(lock, folder)
            finally:
                alone.release()
        time.sleep(0.1)
    return folder / "packages"


def _install(lock: Path, folder: Path) -> None:
    python = Path(sys.executable)
    target = ("--quiet", "--upgrade", "--target", str(folder / "packages"))
    command = [python, *PIP, "install", "--require-hashes", "--no-deps", *target, "-r", lock]
    done = subprocess.run(command, env=pip_environment(python), capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"pip could not install {lock.name}:\n{done.stderr}"
    (folder / "installed").touch()
