"""The life of the local model's process: started when it is needed, again when it died, and ended with us.

Everything here blocks and may be called from any thread; `local.py` keeps it off the event loop.
"""

from __future__ import annotations

import contextlib
import json
import secrets
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import httpx

from service.errors import ProviderTimeout, ProviderUnavailable, SetupError

_CHILD = Path(__file__).with_name("local_server.py")
_STOP_SECONDS = 3.0
_KEPT_LINES = 12


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where the running model listens, and the key that it wants."""

    url: str
    api_key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """What the model's process is started with. `n_ctx` is shared by the `n_parallel` slots (tokens)."""

    model_path: Path
    n_ctx: int
    n_parallel: int
    n_threads: int
    start_seconds: float


class LocalProcess:
    """At most one running server, however many ask for it at once."""

    def __init__(self, name: str, settings: ServerSettings) -> None:
        self._name = name
        self._settings = settings
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._endpoint: Endpoint | None = None
        self._closed = False

    @property
    def running(self) -> Endpoint | None:
        """Where it listens, or None when it must be started first. Does not block."""
        process = self._process
        return self._endpoint if process and process.poll() is None else None

    @property
    def slots(self) -> int:
        """How many answers it gives at once."""
        return self._settings.n_parallel

    @property
    def pid(self) -> int | None:
        """The process's id, while there is one."""
        return self._process.pid if self._process else None

    def endpoint(self) -> Endpoint:
        """Where it listens; it is started if it is not running. Blocks for about a second then.

        Raises `SetupError` when it cannot start, `ProviderTimeout` when it does not in time.
        """
        with self._lock:
            if self._closed:
                raise ProviderUnavailable(f"{self._name} has been closed.")
            if endpoint := self.running:
                return endpoint
            self._end()
            self._endpoint = self._start()
            return self._endpoint

    def stop(self) -> None:
        """Ends the process for good."""
        with self._lock:
            self._closed = True
            self._end()

    def _start(self) -> Endpoint:
        key = secrets.token_urlsafe(32)
        process = subprocess.Popen(
            [sys.executable, "-P", str(_CHILD)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self._process = process
        started = time.monotonic()
        watchdog = threading.Timer(self._settings.start_seconds, process.kill)
        watchdog.start()
        try:
            return Endpoint(self._first_words(process, key, started), key)
        except BaseException:
            self._end()
            raise
        finally:
            watchdog.cancel()

    def _first_words(self, process: subprocess.Popen[bytes], key: str, started: float) -> str:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        noise = keep_last_lines(process.stderr)
        with contextlib.suppress(BrokenPipeError):  # it died at once: its own words say why
            process.stdin.write(json.dumps({**_as_json(self._settings), "api_key": key}).encode() + b"\n")
            process.stdin.flush()
        url = process.stdout.readline().decode().strip()
        if url and _is_healthy(url, process):
            return url
        process.wait()
        if time.monotonic() - started >= self._settings.start_seconds:
            took = round(self._settings.start_seconds * 1000)
            raise ProviderTimeout(f"{self._name} did not start within {took} ms (start timeout).")
        raise SetupError(f"{self._name}: the local model did not start: {noise()}")

    def _end(self) -> None:
        process, self._process, self._endpoint = self._process, None, None
        if process is None:
            return
        for pipe in (process.stdin, process.stdout):
            with contextlib.suppress(BrokenPipeError):
                pipe.close() if pipe else None
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _as_json(settings: ServerSettings) -> dict[str, object]:
    return {
        "model_path": str(settings.model_path),
        "n_ctx": settings.n_ctx,
        "n_parallel": settings.n_parallel,
        "n_threads": settings.n_threads,
    }


def _is_healthy(url: str, process: subprocess.Popen[bytes]) -> bool:
    with httpx.Client(trust_env=False, verify=False, timeout=5.0) as client:
        while process.poll() is None:
            with contextlib.suppress(httpx.HTTPError):
                if client.get(f"{url}/health").status_code == 200:
                    return True
            time.sleep(0.02)
    return False


def keep_last_lines(stream: IO[bytes]) -> Callable[[], str]:
    """Drains `stream` in a thread of its own; the result joins it and gives the last lines as one."""
    lines: deque[bytes] = deque(maxlen=_KEPT_LINES)

    def drain() -> None:
        with stream:
            lines.extend(stream)

    thread = threading.Thread(target=drain, name="local-model-log", daemon=True)
    thread.start()

    def last_lines() -> str:
        thread.join(1.0)
        return " ".join(b" ".join(lines).decode("utf-8", "replace").split())[-600:] or "it said nothing."

    return last_lines
