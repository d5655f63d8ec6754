"""What the Python client's `Antiphon.start()` runs: a service that ends when no script uses it any more.

    python -P -m service.commands.lending where    what a client must know of this machine, as JSON
    python -P -m service.commands.lending settings the configuration with its secrets, as JSON, for `get_config()`
    python -P -m service.commands.lending serve    the service

It is for programs, which read it from a pipe; people have `antiphon serve` and `antiphon config show`. Each script
that uses the service holds a shared lock on `users.lock` in the data folder.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any

from service.config import Config, load_config
from service.errors import AntiphonError, InvalidInput
from service.locks import FileLock

LOCK_FILE = "users.lock"
LOOK_SECONDS = 0.5


def main(arguments: list[str]) -> int:
    """Do what is asked; the exit code. Errors are one line."""
    try:
        config = load_config()
        match arguments:
            case ["where"]:
                print(json.dumps(where(config)))
            case ["settings"]:
                print(json.dumps(settings(config)))
            case ["serve"]:
                return lend(config)
            case _:
                raise InvalidInput("Say where, settings or serve.")
    except AntiphonError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def where(config: Config) -> dict[str, Any]:
    """Where the data are, which service runs on them or is about to, and the token for it."""
    from service.commands.serving import find_running, token_for

    folder = config.storage.data_folder
    running = find_running(folder)
    found = {"url": running.url, "pid": running.pid} if running else None
    is_taken = FileLock(folder / "service.lock").holder() is not None
    return {"dataFolder": str(folder), "running": found, "isTaken": is_taken, "token": token_for(config)}


def settings(config: Config) -> dict[str, Any]:
    """What the user configured: keys of providers, where things are kept, what tasks use by default."""
    uri = config.neo4j.uri
    storage = {"path": str(config.storage.data_folder), "neo4j": str(uri) if uri else None}
    return {
        "apiKeys": {name: key.get_secret_value() for name, key in config.settings.api_keys.items()},
        "storage": storage,
        "defaults": config.settings.defaults.model_dump(mode="json"),
        "agents": {name: role.model_dump(mode="json") for name, role in config.settings.agents.items()},
    }


def lend(config: Config) -> int:
    """Run the service until nobody holds the lock, or it is told to end."""
    from service.commands.serve import serve

    watch = threading.Thread(
        target=end_when_unused, args=(config.storage.data_folder,), name="antiphon-users", daemon=True
    )
    watch.start()
    return serve(port=0)


def end_when_unused(folder: Path) -> None:
    """Wait until the lock is free, keep it, and tell this process to end: whoever comes then waits until it is gone.

    Where the system has no such locks, whoever started it ends it.
    """
    try:
        import fcntl
    except ImportError:
        return
    file = os.open(folder / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o600)
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            time.sleep(LOOK_SECONDS)
        else:
            os.kill(os.getpid(), signal.SIGTERM)
            return


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
