"""What the tests of each file cost in seconds of a processor: `./antiphon test -p tests.support.cpu`.

Those of a file are what its process, all that this has started and what these have started used between its first test
and the next file's; that of a Neo4j that a file was the first to ask for is among them.
What goes on after whoever started it was killed is not.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import psutil
import pytest

ROWS = 60


class Cpu:
    """Counts in the process that runs tests."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self._file = "(collection)"
        self._before = 0.0

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """A test begins; where its file is another, the last one is done."""
        file = nodeid.partition("::")[0]
        if file != self._file:
            self.take()
            self._file = file

    def take(self) -> None:
        """Count what was used since it was counted last."""
        now = max(_used(), self._before)
        self.seconds[self._file] += now - self._before
        self._before = now

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Tell the process that began the run."""
        self.take()
        output: dict[str, Any] | None = getattr(session.config, "workeroutput", None)
        if output is not None:
            output["cpu"] = dict(self.seconds)


class Table:
    """Shows what was counted, by whom it may be."""

    def __init__(self, own: Cpu) -> None:
        self._own = own.seconds

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """A worker has ended."""
        for file, seconds in getattr(node, "workeroutput", {}).get("cpu", {}).items():
            self._own[file] += seconds

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """The files that took most."""
        terminalreporter.section(f"{sum(self._own.values()):.0f} s of a processor")
        for file, seconds in sorted(self._own.items(), key=lambda it: -it[1])[:ROWS]:
            terminalreporter.write_line(f"{seconds:8.1f} s  {file}")


def pytest_configure(config: pytest.Config) -> None:
    """Count, in each process that runs tests."""
    cpu = Cpu()
    config.pluginmanager.register(cpu, "cpu")
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Table(cpu), "cpu-table")


def _used() -> float:
    """What this process and all below it have used, those that have ended too."""
    this = psutil.Process()
    return sum(map(_used_by, [this, *this.children(recursive=True)]))


def _used_by(process: psutil.Process) -> float:
    try:
        return sum(process.cpu_times()[:4])
    except psutil.Error:
        return 0.0
