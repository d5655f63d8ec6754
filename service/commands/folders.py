"""The files in a folder that a person means: no hidden ones, none that Git ignores, none that tools put there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pathspec import GitIgnoreSpec

_OF_TOOLS = frozenset({"node_modules", "bower_components", "__pycache__", "site-packages"})
_MARKS_OF_TOOLS = ("pyvenv.cfg", "CACHEDIR.TAG")


@dataclass(slots=True)
class Found:
    """What is in a folder: the files, in order, and the names of what was left out by a rule."""

    files: list[str] = field(default_factory=list[str])
    left_out: list[str] = field(default_factory=list[str])


@dataclass(frozen=True, slots=True)
class _Rules:
    """A `.gitignore` and the folder in which it stands."""

    folder: Path
    spec: GitIgnoreSpec

    def says(self, path: Path, is_folder: bool) -> bool | None:
        """Whether it ignores a path, or None where it does not speak of it."""
        try:
            name = path.relative_to(self.folder).as_posix()
        except ValueError:
            return None
        return self.spec.check_file(name + "/" * is_folder).include


def find_files(folder: str) -> Found:
    """The files below a folder, named as the folder was; folders behind symbolic links are not entered."""
    found = Found()
    _walk(Path(folder), _rules_above(Path(folder)), found)
    return found


def is_of_tools(path: str) -> bool:
    """Whether a path leads through a hidden folder or one that tools fill, or is a hidden file."""
    parts = [part for part in Path(path).parts if part not in (".", "..")]
    return any(part.startswith(".") or part in _OF_TOOLS for part in parts)


def _walk(folder: Path, rules: list[_Rules], found: Found) -> None:
    rules = rules + list(_rules_in(folder))
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        path, is_folder = folder / entry.name, entry.is_dir(follow_symlinks=False)
        if _is_left_out(path, is_folder, rules):
            found.left_out.append(str(path) + "/" * is_folder)
        elif is_folder:
            _walk_into(path, rules, found)
        elif not entry.is_dir():
            found.files.append(str(path))


def _walk_into(path: Path, rules: list[_Rules], found: Found) -> None:
    try:
        _walk(path, rules, found)
    except OSError:
        found.left_out.append(f"{path}/")


def _is_left_out(path: Path, is_folder: bool, rules: list[_Rules]) -> bool:
    if path.name.startswith(".") or path.name in _OF_TOOLS:
        return True
    if is_folder and any((path / mark).exists() for mark in _MARKS_OF_TOOLS):
        return True
    return _is_ignored(path, is_folder, rules)


def _is_ignored(path: Path, is_folder: bool, rules: list[_Rules]) -> bool:
    """As Git does: the rules that stand nearest have the last word."""
    whole = Path(os.path.abspath(path))
    said = (one.says(whole, is_folder) for one in reversed(rules))
    return next((one for one in said if one is not None), False)


def _rules_in(folder: Path) -> Iterator[_Rules]:
    try:
        lines = (folder / ".gitignore").read_text(encoding="utf-8-sig", errors="replace").splitlines()
    except OSError:
        return
    yield _Rules(Path(os.path.abspath(folder)), GitIgnoreSpec.from_lines(filter(_is_rule, lines)))


def _is_rule(line: str) -> bool:
    """Whether a line is a rule at all. One that is none must not take the others away, which may hide secrets."""
    try:
        GitIgnoreSpec.from_lines([line])
    except ValueError:
        return False
    return True


def _rules_above(folder: Path) -> list[_Rules]:
    """The rules of the repository around a folder; none where they ignore the folder itself: it was named."""
    whole = Path(os.path.abspath(folder))
    if (whole / ".git").exists():
        return []
    above: list[_Rules] = []
    for parent in whole.parents:
        above[:0] = _rules_in(parent)
        if (parent / ".git").exists():
            return [] if _is_ignored(whole, True, above) else above
    return []
