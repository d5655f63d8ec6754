"""Asks the service's own code, in a process of its own, what only it knows of this machine.

The client imports nothing of the service: its package is called `service`, as a script's own neighbour may be.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, cast

from antiphon.errors import ServiceNotInstalled, StartFailed

MODULE = "service.commands.lending"
_NOT_INSTALLED = 3
_PROBE = (
    f"import importlib.util, sys\nsys.exit(0 if importlib.util.find_spec('service.commands') else {_NOT_INSTALLED})"
)
ANSWER_SECONDS = 60.0


def ask_machine(what: str) -> dict[str, Any]:
    """What `service.commands.lending WHAT` says. Raises `ServiceNotInstalled`, or `StartFailed` with its reason."""
    ran = subprocess.run(
        command(what), env=environment(), stdin=subprocess.DEVNULL, capture_output=True, timeout=ANSWER_SECONDS
    )
    if ran.returncode == 0:
        return cast("dict[str, Any]", json.loads(ran.stdout))
    if not is_installed():
        raise not_installed()
    raise StartFailed(last_words(ran.stderr.decode("utf-8", "replace")))


def is_installed() -> bool:
    """Whether the service's distribution is installed beside the client."""
    command = [sys.executable, "-P", "-c", _PROBE]
    ran = subprocess.run(command, env=environment(), stdin=subprocess.DEVNULL, capture_output=True)
    return ran.returncode == 0


def not_installed() -> ServiceNotInstalled:
    """The error of a client without a service."""
    return ServiceNotInstalled(
        "Only the client (antiphon-client) is installed here, and it cannot start a service.",
        remedy="Install the service in this environment too, or name one that runs elsewhere with ANTIPHON_URL.",
    )


def command(what: str) -> list[str]:
    """How the service's module is run; `-P` keeps the script's own folder out of its imports."""
    return [sys.executable, "-P", "-m", MODULE, what]


def environment() -> dict[str, str]:
    """The environment of a child. In a checkout, where nothing is installed, the service stands beside `clients/`."""
    environ = dict(os.environ)
    for checkout in Path(__file__).resolve().parents[3:4]:
        if (checkout / "service" / "cli.py").is_file() and (checkout / "clients" / "python").is_dir():
            before = environ.get("PYTHONPATH")
            environ["PYTHONPATH"] = os.pathsep.join([str(checkout), *([before] if before else [])])
    return environ


def last_words(said: str) -> str:
    """The reason in what a command wrote: its `error:` line, else its last lines."""
    lines = [line.strip() for line in said.strip().splitlines() if line.strip()]
    errors = [line.removeprefix("error:").strip() for line in lines if line.startswith("error:")]
    return errors[-1] if errors else " ".join(lines[-3:]) or "The service said nothing."
