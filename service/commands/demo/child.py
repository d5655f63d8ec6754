"""The demo's service, in a process of its own: it can be killed, and it ends with the demo that started it."""

from __future__ import annotations

import os
import runpy
import signal
import sys
import threading


def _end_with_parent() -> None:
    # Standard input is a pipe that nobody writes to: it ends when the demo's process does, however that came.
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    threading.Thread(target=_end_with_parent, daemon=True).start()
    sys.argv[1:1] = ["serve"]
    runpy.run_module("service.cli", run_name="__main__")
