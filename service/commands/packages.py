"""How pip is run so that what it installs lands in one environment, whatever the person has set for pip elsewhere.

Of the person's settings, in variables and in files, those are kept that say how packages are reached: mirrors, proxies,
certificates. The others (`user`, `target`, `prefix`, `dry-run`, constraints) are for other environments. The standard
library alone: `scripts/make-environment` uses it before there is anything else.
"""

from __future__ import annotations

import ast
import importlib.util
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

PIP = ("-m", "pip", "--disable-pip-version-check", "--no-input")

_KEPT = frozenset(
    {
        *("index-url", "extra-index-url", "find-links", "no-index", "trusted-host", "keyring-provider"),
        *("proxy", "cert", "client-cert", "timeout", "default-timeout", "retries", "resume-retries"),
        *("cache-dir", "no-cache-dir", "use-feature", "use-deprecated"),
        *("progress-bar", "no-color", "quiet", "verbose"),
    }
)
_OTHERS = frozenset(
    {"PYTHONPATH", "PYTHONHOME", "PYTHONPLATLIBDIR", "PYTHONINSPECT", "__PYVENV_LAUNCHER__", "PIP_PYTHON"}
)
"""Variables that make a Python another one."""


def install_command(package: str) -> str:
    """How a person installs a package into the environment that we run in: one that uv made has no pip."""
    if importlib.util.find_spec("pip") is None:
        return f"uv pip install --python {sys.executable} --no-deps {package}"
    return f"{sys.executable} -m pip install --no-deps {package}"


def python_environment(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The variables without those that make a Python another one."""
    return {name: value for name, value in environ.items() if name not in _OTHERS}


def pip_environment(python: Path, environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The variables to run this Python's pip with. Raises `ValueError` where pip cannot read its settings: why."""
    ours = {name: value for name, value in python_environment(environ).items() if not name.upper().startswith("PIP_")}
    # `config list` has a `--user` of its own, by which it would show the settings of one file alone.
    asked = {**ours, **{name: value for name, value in environ.items() if _is_kept(name)}, "PIP_USER": "0"}
    listed = subprocess.run(
        [python, *PIP, "config", "list"], env=asked, capture_output=True, text=True, errors="replace"
    )
    if listed.returncode:
        raise ValueError(" ".join(listed.stderr.split()))
    return {**ours, **kept_settings(listed.stdout), "PIP_CONFIG_FILE": os.devnull}


def _is_kept(variable: str) -> bool:
    key = variable.removeprefix("PIP_").lower().replace("_", "-")
    return variable.startswith("PIP_") and (key in _KEPT or key == "config-file")


def kept_settings(listed: str) -> dict[str, str]:
    """Of what `pip config list` says, the settings that are kept, as variables; what is said last is right."""
    rows = (line.partition("=") for line in listed.splitlines())
    said = {(name.partition(".")[0], name.rpartition(".")[2]): value for name, _, value in rows}
    # As pip does: what is for all commands, then for this one, then what the environment says.
    found: dict[str, str] = {}
    for section in ("global", "install", ":env:"):
        for (where, key), value in said.items():
            if where == section and key in _KEPT:
                found["PIP_" + key.upper().replace("-", "_")] = _text(value)
    return found


def _text(value: str) -> str:
    try:
        return " ".join(str(ast.literal_eval(value)).split("\n"))
    except (ValueError, SyntaxError):
        return value
