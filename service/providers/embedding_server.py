"""The process of the local embedding model: texts come by stdin, vectors go by stdout, until its parent is gone.

Run by path; imports nothing of the service but its tokenizer, by path too, so that it starts fast and stays small.
Each line is a JSON object. The first says what is loaded: `{jar, onnx, tokenizer, window}`; it is answered with
`{ready: dimensions}`. Then `{id, text, query}` is answered with `{id, vector}` (little-endian floats, base64) or `{id,
error}`, in any order. What is searched for has a thread of its own, so that it waits for no other text; the thread of
all others yields to everything else on the machine. A text is run by itself: in one run with others it would get
another vector, for what is rounded depends on them.
"""

from __future__ import annotations

import base64
import contextlib
import importlib
import importlib.util
import json
import os
import queue
import signal
import sys
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TextIO

_YIELDING = 10
"""How nice the thread of what is not searched for is; from 0, like all others, to 19."""

Embed = Callable[[str], bytes]


def main() -> None:
    """Serves until stdin ends."""
    settings: dict[str, Any] = json.loads(sys.stdin.readline())
    _leave_signals_to_the_service()
    answers = _Answers()
    embed, dimensions = _load(settings)
    # Two threads may run one session at once; each run computes in the thread that asks for it.
    queries, others = (_worker(embed, answers, is_patient=patient) for patient in (False, True))
    answers.say({"ready": dimensions})
    for line in sys.stdin:
        wish: dict[str, Any] = json.loads(line)
        (queries if wish["query"] else others).put(wish)
    os._exit(0)


class _Answers:
    """Our stdout: what a library prints from C must not stand between two lines of it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._file: TextIO = os.fdopen(os.dup(1), "w", encoding="ascii")
        os.dup2(2, 1)

    def say(self, answer: dict[str, Any]) -> None:
        """One line."""
        with self._lock, contextlib.suppress(BrokenPipeError):
            print(json.dumps(answer), file=self._file, flush=True)


def _leave_signals_to_the_service() -> None:
    """Ctrl-C and the end of the terminal are for the service, which ends us when it is ready."""
    for name in ("SIGINT", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)


def _worker(embed: Embed, answers: _Answers, *, is_patient: bool) -> queue.SimpleQueue[dict[str, Any]]:
    wishes: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()

    def work() -> None:
        if is_patient and sys.platform == "linux":  # elsewhere it would be the whole process
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _YIELDING)
        while True:
            wish = wishes.get()
            answers.say({"id": wish["id"], **_answer(embed, wish["text"])})

    threading.Thread(target=work, daemon=True).start()
    return wishes


def _answer(embed: Embed, text: str) -> dict[str, Any]:
    try:
        return {"vector": base64.b64encode(embed(text)).decode()}
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}


def _load(settings: dict[str, Any]) -> tuple[Embed, int]:
    np: Any = importlib.import_module("numpy")
    with zipfile.ZipFile(settings["jar"]) as jar:
        tokenizer = _tokenizer()(json.loads(jar.read(settings["tokenizer"]))["model"]["vocab"])
        session = _session(jar.read(settings["onnx"]))
    dimensions = session.get_outputs()[0].shape[-1]
    window: int = settings["window"]

    def embed(text: str) -> bytes:
        ids = np.array([tokenizer.encode(text, window)], dtype=np.int64)
        inputs = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        # The mean of what stands at each token, as the model was trained, at length one.
        vector = session.run(None, inputs)[0][0].mean(axis=0)
        return (vector / np.linalg.norm(vector)).astype("<f4").tobytes()

    embed("warm")
    return embed, dimensions


def _session(model: bytes) -> Any:
    onnx: Any = importlib.import_module("onnxruntime")
    with contextlib.suppress(AttributeError):
        onnx.disable_telemetry_events()
    options = onnx.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnx.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def _tokenizer() -> Any:
    file = Path(__file__).with_name("wordpiece.py")
    spec = importlib.util.spec_from_file_location("wordpiece", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.WordPiece


if __name__ == "__main__":
    main()
