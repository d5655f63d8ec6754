"""A service for a script or a notebook: the one that runs on this machine, or one that is started as a child process.

Whoever uses it holds a lock on a file of the data folder together with the others. A service that was started in this
way looks after that lock and ends when nobody holds it, also where its users were killed.
"""

from __future__ import annotations

import json
import logging
import os
import subprocess
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, cast

from antiphon.errors import StartFailed
from antiphon.machine import ask_machine, command, environment, last_words

logger = logging.getLogger("antiphon")

LOCK_FILE, LOG_FILE = "users.lock", "lent-service.log"
_LOOK_SECONDS = 0.1
_END_SECONDS = 30.0


@dataclass
class Lease:
    """The use of a service on this machine."""

    url: str
    token: str | None = field(repr=False)
    lock: BinaryIO | None = None
    child: subprocess.Popen[bytes] | None = None

    def release(self) -> None:
        """Use it no more. Where nobody else does, a service that was started for scripts ends; this waits for it."""
        lock, self.lock = self.lock, None
        if self.child is not None and (lock is None or _is_alone(lock)):
            # The lock is kept until it is gone: who comes meanwhile waits, and starts the next one.
            self.child.terminate()
            with suppress(subprocess.TimeoutExpired):
                self.child.wait(_END_SECONDS)
        self.child = None
        if lock is not None:
            lock.close()


def start_lease(timeout: float) -> Lease:
    """The use of the service that is named, that runs, or that is started now. Raises `StartFailed`."""
    named = os.environ.get("ANTIPHON_URL")
    if named:
        return Lease(named, os.environ.get("ANTIPHON_TOKEN"))
    ends = time.monotonic() + timeout
    here = ask_machine("where")
    folder = Path(here["dataFolder"])
    lock = _hold(folder)
    try:
        return _find_or_start(folder, lock, ends)
    except BaseException:
        if lock:
            lock.close()
        raise


def _find_or_start(folder: Path, lock: BinaryIO | None, ends: float) -> Lease:
    while True:
        # Only now, with the lock held, does a service that is found stay.
        here = ask_machine("where")
        if running := here["running"]:
            return Lease(running["url"], here["token"], lock)
        if not here["isTaken"]:
            started = _start(folder, ends)
            if started is not None:
                return Lease(started[0], here["token"], lock, started[1])
        if time.monotonic() > ends:
            raise StartFailed(f"Another service holds {folder}, and does not answer.", remedy="Look at it, or end it.")
        time.sleep(_LOOK_SECONDS)


def _start(folder: Path, ends: float) -> tuple[str, subprocess.Popen[bytes]] | None:
    """Start a service; its address, and it. None where another process was quicker: use that one."""
    log = folder / f"{LOG_FILE}.{os.getpid()}"
    logger.info("Starting a service on %s; its log is %s", folder, log)
    with log.open("wb") as output:
        child = subprocess.Popen(
            command("serve"),
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            # Ctrl-C is for the script; the service ends when nobody uses it.
            start_new_session=True,
        )
    with _ended_unless_kept(child):
        while time.monotonic() < ends:
            said = _announced(folder)
            if said and said["pid"] == child.pid:
                log.replace(folder / LOG_FILE)
                return str(said["url"]), child
            if child.poll() is not None:
                return _failed(log)
            time.sleep(_LOOK_SECONDS)
        raise StartFailed("The service did not start in time.", remedy=f"Its log is {log}; pass a longer timeout=…")


def _failed(log: Path) -> None:
    """Nothing, where another process was quicker. Raises `StartFailed`, with the reason."""
    said = log.read_text("utf-8", "replace")
    log.unlink()
    here = ask_machine("where")
    if not here["isTaken"] and not here["running"]:
        raise StartFailed(f"The service did not start: {last_words(said)}")


@contextmanager
def _ended_unless_kept(child: subprocess.Popen[bytes]) -> Generator[None]:
    try:
        yield
    except BaseException:
        child.terminate()
        raise


def _announced(folder: Path) -> dict[str, Any] | None:
    """What the service of a data folder says of itself in `service.json`."""
    try:
        return cast("dict[str, Any]", json.loads((folder / "service.json").read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return None


def _hold(folder: Path) -> BinaryIO | None:
    """Hold the lock together with all other users; None where the system has no such locks."""
    try:
        import fcntl
    except ImportError:
        return None
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = os.fdopen(os.open(folder / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o600), "r+b", buffering=0)
    # Waits for a service that is ending; then it is gone, and the next one can be started.
    fcntl.flock(file, fcntl.LOCK_SH)
    return file


def _is_alone(lock: BinaryIO) -> bool:
    """Whether nobody else holds the lock."""
    import fcntl

    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
