"""Standard input as material: whether it is for this command, and how long it is waited for.

In a shell's pipe somebody will write, however late: it is read to its end. A command that another program starts often
has a pipe that nobody will ever write to or close; that one is waited for a moment. A file that somebody else has
begun to read (`while read line; do …; done < list`) is theirs.
"""

from __future__ import annotations

import os
import select
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

from service.commands.streams import say_plainly
from service.commands.texts import Read, Unreadable, read_text
from service.errors import InvalidInput

NOTICE_SECONDS = 2.0
"""After so long a person is told what is waited for."""
SILENT_SECONDS = 5.0
"""How long a pipe is waited for that no other command of the same line can write to."""
MOST_BYTES = 256 * 1024 * 1024
_PIECE = 1 << 20
_STDIN = 0
_ACCESS = 0o3


def read_piped(wanted: bool | None = None) -> Read | None:
    """What was piped in, or None. `wanted`: True waits for it to its end, False leaves it alone, None looks first.

    Raises `InvalidInput` where it is no text.
    """
    if wanted is False or (wanted is None and not _is_ours()):
        return None
    raw = _read_all()
    if not raw.strip():
        if wanted:
            raise InvalidInput("Standard input is empty.", remedy="Pipe something in, or name a file.")
        return None
    return read_bytes(raw)


def read_bytes(raw: bytes) -> Read:
    """The bytes of standard input as text. Raises `InvalidInput`."""
    try:
        return read_text(raw)
    except Unreadable as reason:
        raise InvalidInput(
            f"Standard input is {reason}, and no text is found in it.", remedy="Pipe in text, or use --no-stdin."
        ) from None


def _is_ours() -> bool:
    """Whether standard input has something for this command; waits where that can not be known yet."""
    try:
        mode = os.fstat(_STDIN).st_mode
        if stat.S_ISREG(mode):
            return _is_at_its_beginning()
    except OSError:
        return False
    if not (stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)):
        # A terminal, or a device such as /dev/null.
        return False
    return _comes(endless=stat.S_ISFIFO(mode) and _has_a_writer_beside_us())


def _is_at_its_beginning() -> bool:
    size, place = os.fstat(_STDIN).st_size, os.lseek(_STDIN, 0, os.SEEK_CUR)
    if place and place < size:
        say_plainly("note: standard input is not read: somebody else has begun to (--stdin reads the rest)")
    return place == 0 and size > 0


def _comes(*, endless: bool) -> bool:
    """Whether something comes in, or the end."""
    if _is_readable(NOTICE_SECONDS):
        return True
    say_plainly("waiting for standard input (--no-stdin goes on without it) …")
    if endless:
        return _is_readable(None)
    if _is_readable(SILENT_SECONDS - NOTICE_SECONDS):
        return True
    say_plainly(f"note: nothing came in {SILENT_SECONDS:g} s; going on without standard input (--stdin waits for it)")
    return False


def _is_readable(seconds: float | None) -> bool:
    poll = select.poll()
    poll.register(_STDIN, select.POLLIN | select.POLLHUP | select.POLLERR)
    return bool(poll.poll(None if seconds is None else seconds * 1000))


def _read_all() -> bytes:
    pieces: list[bytes] = []
    size = 0
    try:
        while piece := os.read(_STDIN, _PIECE):
            pieces.append(piece)
            size += len(piece)
            if size > MOST_BYTES:
                raise InvalidInput(
                    f"Standard input has more than {MOST_BYTES >> 20} MiB.", remedy="Pipe in a part of it."
                )
    except OSError:
        # Open for writing alone, as nohup leaves it.
        return b""
    return b"".join(pieces)


def _has_a_writer_beside_us() -> bool:
    """Whether a process that did not start us can write to our pipe: the command before us in a shell's line.

    Where that cannot be known it is taken to be so.
    """
    proc = Path("/proc")
    try:
        pipe = os.readlink(proc / "self" / "fd" / str(_STDIN))
        ancestors = set(_ancestors(proc))
        processes = [one for one in proc.iterdir() if one.name.isdigit() and int(one.name) not in ancestors]
    except (OSError, ValueError):
        return True
    return any(_writes(process, pipe) for process in processes)


def _ancestors(proc: Path) -> Iterator[int]:
    """This process, its parent, and so on."""
    number = os.getpid()
    while number > 0:
        yield number
        number = int(_stat(proc / str(number))[1])


def _stat(process: Path) -> list[str]:
    """State, parent, group and so on; the command's name before them stands in brackets and may hold anything."""
    return (process / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()


def _writes(process: Path, pipe: str) -> bool:
    try:
        try:
            return any(_leads_to(process, number, pipe) for number in os.listdir(process / "fd"))
        except PermissionError:
            # Another user's, as of `sudo … |`: it stands in our line, or has nothing to do with us.
            return int(_stat(process)[2]) == os.getpgrp()
    except OSError:
        return False


def _leads_to(process: Path, number: str, pipe: str) -> bool:
    try:
        if os.readlink(process / "fd" / number) != pipe:
            return False
        said = (process / "fdinfo" / number).read_text(encoding="utf-8")
    except OSError:
        return False
    flags = next(line.split()[1] for line in said.splitlines() if line.startswith("flags:"))
    return int(flags, 8) & _ACCESS != os.O_RDONLY


def is_terminal() -> bool:
    """Whether a person types what standard input has."""
    try:
        return sys.stdin.isatty()
    except ValueError:
        return False
