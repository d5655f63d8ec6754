"""How a run of the tests was begun, which what the tests start must not inherit."""

from __future__ import annotations

import os
import signal

from service.folders import user_config_folder

_IGNORED = "TESTS_OF_ANTIPHON_IGNORED_SIGNALS"
_NAMES = ("SIGHUP", "SIGINT", "SIGQUIT", "SIGTERM")


def keep_ignored_signals_to_ourselves() -> None:
    """Go on ignoring what `nohup`, or a shell script's `&`, ignores, by a handler: a program that is started gets none.

    It would inherit that a signal is ignored. Workers, which are such programs, are told by the environment.
    """
    told = os.environ.get(_IGNORED, "").split()
    numbers = [getattr(signal, name) for name in _NAMES if hasattr(signal, name)]
    ignored = [number for number in numbers if signal.getsignal(number) is signal.SIG_IGN or str(int(number)) in told]
    for number in ignored:
        signal.signal(number, _do_nothing)
    os.environ[_IGNORED] = " ".join(str(int(number)) for number in ignored)


def have_a_home(folder: str) -> None:
    """Make `folder` the home of a user who has none."""
    if user_config_folder() is None:
        os.environ["HOME"] = folder


def _do_nothing(number: int, frame: object) -> None:
    pass
