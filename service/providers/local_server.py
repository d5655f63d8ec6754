"""The local model's process: llama.cpp's HTTP server, until its parent is gone.

Run by path or as `python -m service.providers.local_server`; imports nothing of the service, so that it
starts fast and from any folder. The first line of stdin is a JSON object of settings (the key travels there,
never in the arguments, which every user of the machine can read); the one line of stdout is its address.
When stdin ends, whoever started it is gone or done with it, and it ends too: `kill -9` leaves no orphan.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import sys
import threading
from pathlib import Path
from typing import Any, TextIO

# Small models ramble at llama.cpp's own 0.8; a request that says another has that.
_TEMPERATURE = 0.2


def main() -> None:
    """Serves until stdin ends."""
    settings: dict[str, Any] = json.loads(sys.stdin.readline())
    _leave_signals_to_the_service()
    threading.Thread(target=_end_with_parent, daemon=True).start()
    answer = _own_stdout()
    server = _serve(settings)
    print(server.listening_address, file=answer, flush=True)
    threading.Event().wait()


def _leave_signals_to_the_service() -> None:
    """Ctrl-C and the end of the terminal are for the service, which ends us when it is ready."""
    for name in ("SIGINT", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)


def _end_with_parent() -> None:
    while os.read(0, 4096):
        pass
    os._exit(0)


def _own_stdout() -> TextIO:
    # llama.cpp writes to stdout from C; our one line must not drown in it.
    own = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    return own


def _serve(settings: dict[str, Any]) -> Any:
    # An idle OpenMP thread that spins takes the core from its neighbours: 2.6 tokens/s instead of 86.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    xllamacpp: Any = importlib.import_module("xllamacpp")
    params = xllamacpp.CommonParams()
    params.model.path = settings["model_path"]
    params.model_alias = {Path(settings["model_path"]).stem}
    params.api_keys = [settings["api_key"]]
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.n_parallel = settings["n_parallel"]
    params.n_ctx = settings["n_ctx"]
    params.cpuparams.n_threads = settings["n_threads"]
    params.cpuparams_batch.n_threads = settings["n_threads"] + 1
    params.sampling.temp = _TEMPERATURE
    # It may put the text of one conversation into the slot of another (llama.cpp#27148). The slots keep their own.
    params.cache_ram_mib, params.cache_idle_slots = 0, False
    params.ui = False
    params.verbosity = 1
    return xllamacpp.Server(params)


if __name__ == "__main__":
    main()
