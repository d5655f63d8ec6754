"""Runs pip with its progress in one place, and finds what an interrupted run of it left half unpacked.

In a terminal one line changes; elsewhere each step is a line. What pip itself says is shown where it fails, or where
it is asked for. The standard library alone: `scripts/make-environment` uses it before there is anything else.
"""

from __future__ import annotations

import csv
import os
import re
import select
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TextIO

_LOOK_SECONDS = 0.5
_COLLECTING = re.compile(r"(?:Collecting|Requirement already satisfied:?) ([A-Za-z0-9_.-]+)")
_UNPACKING = "Installing collected packages"


class Steps:
    """What is being done, on one line of a terminal, or on a line a step."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream: TextIO = stream or sys.stderr
        self._moves = self._stream.isatty() and os.environ.get("TERM") != "dumb"
        self._step = ""

    def show(self, step: str, detail: str = "") -> None:
        """The step, and how far it is: that is for a terminal alone."""
        if self._moves:
            width = shutil.get_terminal_size().columns - 1
            self._write(f"\r\x1b[K{f'{step} {detail}'.strip()[:width]}")
        elif step != self._step:
            self._write(f"{step} …\n")
        self._step = step

    def clear(self) -> None:
        """Take the line away."""
        if self._moves and self._step:
            self._write("\r\x1b[K")
        self._step = ""

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()


def run_pip(command: Sequence[str], environ: Mapping[str, str], total: int, *, verbose: bool = False) -> int:
    """Run `pip install` of `total` packages; its exit code. What it said is shown where it is not 0."""
    if verbose:
        return subprocess.run(command, stdout=sys.stderr, env=environ, close_fds=False).returncode
    steps, said = Steps(), list[str]()
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environ, close_fds=False, bufsize=0
    )
    # Ctrl-C reaches pip as well: what it is in the middle of, it ends or leaves to the next run.
    with process:
        try:
            _follow(process, Path(command[0]), steps, said, total)
        finally:
            steps.clear()
    if process.returncode:
        sys.stderr.write("".join(said))
    return process.returncode


def _follow(process: subprocess.Popen[bytes], python: Path, steps: Steps, said: list[str], total: int) -> None:
    assert process.stdout is not None
    seen, rest, unpacking = 0, b"", False
    while True:
        if not select.select([process.stdout], [], [], _LOOK_SECONDS)[0]:
            if unpacking:
                steps.show("unpacking", f"{min(total, _unpacked(python))} of {total} packages")
            continue
        piece = os.read(process.stdout.fileno(), 65536)
        *lines, rest = (rest + piece).split(b"\n")
        for line in [*lines, *([rest] if not piece and rest else [])]:
            text = line.decode(errors="replace")
            said.append(text + "\n")
            if match := _COLLECTING.match(text.strip()):
                seen += 1
                steps.show("downloading", f"{min(seen, total)} of {total} packages: {match[1]}")
            elif text.startswith(_UNPACKING):
                unpacking = True
                steps.show("unpacking")
        if not piece:
            return


def _unpacked(python: Path) -> int:
    return sum(1 for _ in python.parent.parent.glob("lib/python*/site-packages/*.dist-info/RECORD"))


def drop_broken(packages: Path) -> list[str]:
    """Forget the packages of a folder that are not there as their lists say, so that pip installs them; their names."""
    broken = [info for info in sorted(packages.glob("*.dist-info")) if not _is_whole(info)]
    for info in broken:
        shutil.rmtree(info)
    return [info.name.partition("-")[0] for info in broken]


def _is_whole(info: Path) -> bool:
    try:
        with (info / "RECORD").open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))
        return (info / "INSTALLER").exists() and _are_there(info.parent, rows)
    except (OSError, ValueError):
        return False


def _are_there(folder: Path, rows: Iterable[Sequence[str]]) -> bool:
    """Whether each file of a list is there with its size; those without a size are made later."""
    return all(os.stat(folder / row[0]).st_size == int(row[2]) for row in rows if len(row) > 2 and row[2])
