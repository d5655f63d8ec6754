"""The demo's service, in a process of its own: it can be killed, and it ends with the demo that started it.

It is `antiphon serve` on a Neo4j that is for a few minutes, not for days: that one starts sooner.
"""

from __future__ import annotations

import os
import signal
import sys
import threading

from service.commands.loops import run
from service.commands.serve import configure_logging, serve_until_stopped
from service.commands.serving import listening_on
from service.config import load_config


def _end_with_parent() -> None:
    # Standard input is a pipe that nobody writes to: it ends when the demo's process does, however that came.
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGTERM)


def main(port: int) -> None:
    """Serve on a port of this machine until SIGTERM."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    config = listening_on(load_config(), "127.0.0.1", port)
    configure_logging(config)
    run(serve_until_stopped(config, brief=True))


if __name__ == "__main__":
    try:
        main(int(sys.argv[1]))
    except Exception as error:
        # The demo shows the last lines of what is said here.
        sys.exit(f"error: {error}")
