"""New data take the place of the old ones whole or not at all, wherever the exchange is killed."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from service.graph.local.home import Home, home_at
from service.graph.local.swapping import put_in_place, settle

FILES = ("store/nodes", "store/texts", "transactions/log")
TOUCHING = {"os.rename", "os.remove", "os.rmdir"}


def write(folder: Path, said: str) -> None:
    """Data of a graph."""
    for name in FILES:
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(said)


def read(folder: Path) -> list[str]:
    """What the data say."""
    return [(folder / name).read_text() for name in FILES]


def killed_at(step: int, run: Callable[[], None]) -> bool:
    """Run in a process that is killed before it touches the disk for the nth time; whether it was."""
    pid = os.fork()
    if pid == 0:
        left = [step]

        def hook(event: str, _: object) -> None:
            if event in TOUCHING:
                left[0] -= 1
                if left[0] < 0:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(hook)
        run()
        os._exit(0)
    return os.WIFSIGNALED(os.waitpid(pid, 0)[1])


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_an_exchange_that_is_killed_is_ended_by_the_next(tmp_path: Path) -> None:
    """Killed before each step of it, and killed again in the middle of what ends it: the data are whole, and alone."""
    seen: set[str] = set()
    step, killed = 0, True
    while killed:
        home: Home = home_at(tmp_path / str(step))
        write(home.folder / "data", "old")
        write(home.folder / "beside" / "data", "new")
        killed = killed_at(step, lambda home=home: put_in_place(home, home.folder / "beside" / "data"))
        killed_at(step % 5, lambda home=home: settle(home))
        settle(home)
        found = read(home.folder / "data")
        assert len(set(found)) == 1
        assert not [it for it in home.folder.iterdir() if it.name not in ("data", "beside")]
        seen.add(found[0])
        step += 1
    assert (seen, step > len(FILES)) == ({"old", "new"}, True)
