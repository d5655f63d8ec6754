"""The life of the local embedding model's process: started at the first text, again when it died, ended with us.

What it is told and answers, `embedding_server.py` says. The event loop only hands texts over: the start, what is
written and what is read have threads of their own.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import importlib.util
import itertools
import subprocess
import sys
import threading
import time
from array import array
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import orjson

from service.errors import AntiphonError, ProviderTimeout, ProviderUnavailable, SetupError
from service.providers.local_process import keep_last_lines

_CHILD = Path(__file__).with_name("embedding_server.py")
_START_SECONDS = 60.0
_TEXT_SECONDS = 120.0
"""After so long without an answer the process is taken for dead."""
_STOP_SECONDS = 3.0
_PAUSE_SECONDS = 30.0
"""After a failed start, none is tried for so long: each caller would wait for it."""


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """The jar (it may have to be fetched first), the names of its two files, and the model's window in tokens."""

    jar: Callable[[], Path]
    onnx: str
    tokenizer: str
    window: int


class EmbeddingProcess:
    """At most one running model, however many ask for it at once."""

    def __init__(self, name: str, files: ModelFiles) -> None:
        self._name = name
        self._files = files
        self._numbers = itertools.count(1)
        self._waiting: dict[int, tuple[subprocess.Popen[bytes], asyncio.Future[list[float]]]] = {}
        self._starting: asyncio.Task[subprocess.Popen[bytes]] | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="embedding-texts")
        self._closed = False
        self._failed: tuple[float, AntiphonError] | None = None

    @property
    def pid(self) -> int | None:
        """The process's id, while there is one."""
        return self._process.pid if self._process else None

    async def embed(self, text: str, *, query: bool) -> list[float]:
        """The vector of a text. Raises `SetupError` when the model cannot run here, `ProviderError` when it fails."""
        process = await self._running()
        number = next(self._numbers)
        wish = orjson.dumps({"id": number, "query": query, "text": _sendable(text)}) + b"\n"
        loop = asyncio.get_running_loop()
        _, answer = self._waiting[number] = process, loop.create_future()
        try:
            async with asyncio.timeout(_TEXT_SECONDS):
                # In a thread of its own: a pipe may be full, and the threads of all may be busy with other things.
                await loop.run_in_executor(self._writer, _write, process, wish)
                return await answer
        except TimeoutError:
            process.kill()
            raise ProviderTimeout(f"{self._name} had no vector within {_TEXT_SECONDS:.0f} s.") from None
        finally:
            del self._waiting[number]

    async def close(self) -> None:
        """Ends the process for good."""
        self._closed = True
        if self._starting is not None:
            await asyncio.gather(self._starting, return_exceptions=True)
        if self._process is not None:
            await asyncio.to_thread(_end, self._process)
        self._writer.shutdown(wait=False)

    async def _running(self) -> subprocess.Popen[bytes]:
        if self._closed:
            raise ProviderUnavailable(f"{self._name} has been closed.")
        if self._process is not None and self._process.poll() is None:
            return self._process
        if self._failed is not None and time.monotonic() < self._failed[0] + _PAUSE_SECONDS:
            raise SetupError(self._failed[1].message, remedy=self._failed[1].remedy)
        if self._starting is None:
            self._starting = asyncio.create_task(self._start(), name="antiphon-embedding-model")
        # Who asks first may be cancelled; the others still want it.
        return await asyncio.shield(self._starting)

    async def _start(self) -> subprocess.Popen[bytes]:
        try:
            process = await asyncio.to_thread(self._spawn)
            self._process, self._failed = process, None
            loop = asyncio.get_running_loop()
            threading.Thread(target=self._read, args=(process, loop), name="embedding-model", daemon=True).start()
            return process
        except AntiphonError as error:
            self._failed = time.monotonic(), error
            raise
        finally:
            self._starting = None

    def _spawn(self) -> subprocess.Popen[bytes]:
        if importlib.util.find_spec("onnxruntime") is None:
            raise SetupError(
                f"{self._name}: onnxruntime is not installed; it may have no build for this platform.",
                remedy="Install it with `pip install onnxruntime`, or set search.embeddings to none or to a provider.",
            )
        jar = self._files.jar()
        pipe = subprocess.PIPE
        process = subprocess.Popen([sys.executable, "-P", str(_CHILD)], stdin=pipe, stdout=pipe, stderr=pipe)
        assert process.stderr is not None
        noise = keep_last_lines(process.stderr)
        watchdog = threading.Timer(_START_SECONDS, process.kill)
        watchdog.start()
        try:
            if self._greet(process, jar):
                return process
        except BaseException:
            process.kill()
            raise
        finally:
            watchdog.cancel()
        _end(process)
        raise SetupError(
            f"{self._name}: the embedding model did not start: {noise()}",
            remedy="Install its parts again (`pip install onnxruntime`), or set search.embeddings to none.",
        )

    def _greet(self, process: subprocess.Popen[bytes], jar: Path) -> bool:
        assert process.stdin is not None
        assert process.stdout is not None
        files = self._files
        said = {"jar": str(jar), "onnx": files.onnx, "tokenizer": files.tokenizer, "window": files.window}
        with contextlib.suppress(BrokenPipeError):  # it died at once: its own words say why
            process.stdin.write(orjson.dumps(said) + b"\n")
            process.stdin.flush()
        return b"ready" in process.stdout.readline()

    def _read(self, process: subprocess.Popen[bytes], loop: asyncio.AbstractEventLoop) -> None:
        assert process.stdout is not None
        with contextlib.suppress(RuntimeError, ValueError):  # the loop is closed, or the pipe
            for line in process.stdout:
                answer: dict[str, Any] = orjson.loads(line)
                loop.call_soon_threadsafe(self._arrived, answer["id"], _vector(answer), answer.get("error"))
            loop.call_soon_threadsafe(self._lost, process)
        _end(process)

    def _arrived(self, number: int, vector: list[float], error: str | None) -> None:
        _, waiting = self._waiting.get(number, (None, None))
        if waiting is None or waiting.done():
            return  # nobody wants it any more
        if error is None:
            waiting.set_result(vector)
        else:
            waiting.set_exception(ProviderUnavailable(f"{self._name} failed: {error}"))

    def _lost(self, process: subprocess.Popen[bytes]) -> None:
        """What was asked of this process has no answer; a new one is started by those that come after."""
        if self._process is process:
            self._process = None
        for asked, waiting in self._waiting.values():
            if asked is process and not waiting.done():
                waiting.set_exception(ProviderUnavailable(f"The process of {self._name} ended."))


def _write(process: subprocess.Popen[bytes], wish: bytes) -> None:
    assert process.stdin is not None
    with contextlib.suppress(OSError, ValueError):  # it is gone: whoever reads from it says so
        process.stdin.write(wish)
        process.stdin.flush()


def _end(process: subprocess.Popen[bytes]) -> None:
    pipes: tuple[IO[bytes] | None, ...] = (process.stdin, process.stdout)
    with contextlib.suppress(BrokenPipeError):
        pipes[0].close() if pipes[0] else None
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    pipes[1].close() if pipes[1] else None


def _sendable(text: str) -> str:
    """A lone surrogate has no UTF-8."""
    return text.encode("utf-8", "replace").decode()


def _vector(answer: dict[str, Any]) -> list[float]:
    numbers = array("f", base64.b64decode(answer.get("vector", "")))
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers.tolist()
