"""What a task reads, of what the command line names: files, folders, patterns and standard input, as texts.

Says on standard error what was skipped and why, and what was read in another encoding. Sends nothing.
"""

from __future__ import annotations

import glob
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from service.commands.client import Upload
from service.commands.folders import find_files, is_of_tools
from service.commands.standard_input import is_terminal, read_piped
from service.commands.terminal import clean, say
from service.commands.texts import Read, Unreadable, read_text
from service.errors import InvalidInput

Json = dict[str, Any]

STDIN = "-"
MOST_FOUND = 1000
"""Files in folders and patterns together: each may be a prompt that is paid for."""
MOST_BYTES = 32 * 1024 * 1024
"""What the service takes in one request, if it is not told otherwise (`server.limits.max_body_bytes`)."""
_MOST_LINES = 12
_MOST_NAMES = 5


@dataclass(slots=True)
class Reading:
    """What is read, what was skipped and why, and what a person should know of it."""

    files: list[Json] = field(default_factory=list[Json])
    skipped: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    notes: list[str] = field(default_factory=list[str])
    left_out: list[str] = field(default_factory=list[str])
    searched: bool = False

    def take(self, name: str, raw: bytes) -> None:
        """Add a file, or note why not."""
        try:
            if len(raw) > MOST_BYTES:
                raise Unreadable(f"too large (more than {MOST_BYTES >> 20} MiB)")
            self.add(name, read_text(raw))
        except Unreadable as reason:
            self.skipped.append((name, str(reason)))

    def add(self, name: str, read: Read) -> None:
        """Add a text under a name."""
        if read.note:
            self.notes.append(f"{name}: {read.note}")
        upload = Upload(_as_text(Path(name).name or name), read.text.encode(errors="replace"))
        self.files.append({"name": _as_text(name), "content": {"upload": upload}})


def read_input(names: list[str], *, strict: bool = False, stdin: bool | None = None) -> Json:
    """`CreateTaskInput.input` of what the command line names. Raises `InvalidInput`, which names the file."""
    if not names or names == [STDIN]:
        return {"text": _piped_text(True if names else stdin)}
    reading = read_files(names)
    refused = bool(reading.skipped) and (strict or not reading.files)
    if not refused or len(reading.skipped) > 1:
        for line in report(reading):
            say(line)
    if refused:
        raise _refused(reading, strict)
    if not reading.files:
        raise InvalidInput(
            f"There are no files to read in {', '.join(names)}.",
            remedy="Name others; a hidden one by its name.",
        )
    return {"files": reading.files}


def read_files(names: list[str]) -> Reading:
    """All that is named, in order; what is found in folders and patterns is sorted, and read once."""
    reading = Reading()
    known: set[str] = set()
    found = 0
    for name in names:
        if name == STDIN:
            reading.add("stdin", read_piped(True) or Read(""))
            continue
        for path in _paths(name, reading):
            place = os.path.realpath(path)
            if path != name:
                found += 1
                if place in known:
                    continue
            known.add(place)
            _check_number(found, name)
            _read_one(path, reading, named=path == name)
    return reading


def report(reading: Reading) -> Iterator[str]:
    """What a person should know of what was read, in a few lines."""
    if reading.searched:
        yield f"reading {_files(len(reading.files))}"
    yield from _shortened(reading.notes)
    yield from _shortened([f"skipped {name}: {reason}" for name, reason in reading.skipped], reading.skipped)
    if reading.left_out:
        shown = ", ".join(clean(name) for name in reading.left_out[:_MOST_NAMES])
        more = len(reading.left_out) - _MOST_NAMES
        yield f"left out (hidden, ignored by Git, or made by tools): {shown}" + f" and {more} more" * (more > 0)


def _shortened(lines: list[str], skipped: list[tuple[str, str]] | None = None) -> Iterator[str]:
    yield from lines[:_MOST_LINES]
    rest = len(lines) - _MOST_LINES
    if rest > 0:
        reasons = Counter(reason.partition(" (")[0] for _, reason in (skipped or [])[_MOST_LINES:])
        why = ", ".join(f"{count} {reason}" for reason, count in reasons.most_common())
        yield f"… and {rest} more" + f" ({why})" * bool(why)


def _paths(name: str, reading: Reading) -> list[str]:
    """The files that a name stands for: itself, what is in its folder, or what its pattern fits."""
    if os.path.isdir(name):
        reading.searched = True
        try:
            found = find_files(name)
        except OSError as error:
            raise _unreadable(name, error) from None
        reading.left_out += found.left_out
        return found.files
    if os.path.lexists(name) or not glob.has_magic(name):
        return [name]
    reading.searched = True
    fitting = sorted(path for path in glob.glob(name, recursive=True) if os.path.isfile(path))
    meant = [path for path in fitting if not is_of_tools(path)]
    if not meant:
        raise InvalidInput(f"{name} fits no file.", remedy="Correct the pattern: ** stands for any folders.")
    return meant


def paths_of(name: str) -> list[str]:
    """The files that a name stands for just now. Raises `InvalidInput`."""
    return _paths(name, Reading())


def _check_number(found: int, name: str) -> None:
    if found > MOST_FOUND:
        raise InvalidInput(
            f"{name} holds more than {MOST_FOUND} files.",
            remedy="Name a smaller folder, or a pattern such as 'src/**/*.py'.",
        )


def _read_one(path: str, reading: Reading, *, named: bool) -> None:
    """Read a file. One that was named must be there; one that was found may be anything."""
    if not named and not os.path.isfile(path):
        reading.skipped.append((path, "broken link" if os.path.islink(path) else "no file"))
        return
    try:
        raw = read_file(path)
    except InvalidInput:
        if named:
            raise
        reading.skipped.append((path, "may not be read"))
    else:
        reading.take(path, raw)


def read_file(name: str) -> bytes:
    """The bytes of a file that the command line names, of one that is too large one more than are taken.

    Raises `InvalidInput`, which says why it cannot be read.
    """
    try:
        with open(name, "rb") as file:
            return file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        raise InvalidInput(f"{name}: there is no such file.", remedy="Check the name.") from None
    except IsADirectoryError:
        raise InvalidInput(f"{name} is a folder.", remedy=f"Name its files, such as {Path(name) / '*'}") from None
    except OSError as error:
        raise _unreadable(name, error) from None


def _unreadable(name: str, error: OSError) -> InvalidInput:
    return InvalidInput(f"{name} cannot be read: {error.strerror}.", remedy="Check its rights.")


def _piped_text(wanted: bool | None) -> str:
    if wanted is not True and is_terminal():
        raise InvalidInput("There is nothing to read.", remedy="Name files or folders, or pipe text in.")
    read = read_piped(wanted)
    if read is None:
        raise InvalidInput("Nothing was piped in.", remedy="Name files or folders, or pipe text in.")
    if read.note:
        say(f"standard input: {read.note}")
    return read.text


def _refused(reading: Reading, strict: bool) -> InvalidInput:
    (name, reason), more = reading.skipped[0], len(reading.skipped) - 1
    said = f"{name} is not read: {reason}" + f" (and {more} more)" * (more > 0)
    remedy = "Leave it out, or do without --strict." if strict else "Name a file with text in it."
    return InvalidInput(f"{said}.", remedy=remedy)


def add_material(prompt: str | None, stdin: bool | None) -> str:
    """What is asked: the prompt, and below it what was piped in; each may be all of it. Raises `InvalidInput`."""
    if prompt == STDIN:
        prompt, stdin = None, True
    read = read_piped(stdin)
    if read and read.note:
        say(f"standard input: {read.note}")
    if prompt and read:
        lines = read.text.count("\n") + (not read.text.endswith("\n"))
        say(f"with {lines} line{'s' * (lines != 1)} of standard input")
        # Marked as a task's prompt marks what it is about.
        text = read.text.strip("\n")
        return f"{prompt.rstrip()}\n\n<material>\n{text}\n</material>"
    if prompt or read:
        return prompt or (read.text if read else "")
    raise InvalidInput("There is nothing to ask.", remedy='Say it, as in: antiphon ask "Hello"')


def _as_text(name: str) -> str:
    """A file's name without what is no UTF-8: only this machine could read that."""
    return os.fsencode(name).decode("utf-8", "replace")


def _files(number: int) -> str:
    return f"{number} file{'s' * (number != 1)}"
