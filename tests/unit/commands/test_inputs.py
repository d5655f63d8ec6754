"""What a task reads of what the command line names: files, folders, patterns, standard input; and what is skipped."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from service.commands.folders import find_files
from service.commands.inputs import Json, read_files, read_input, report
from service.errors import InvalidInput

PNG = b"\x89PNG\r\n\x1a\n"


def grow(root: Path, *names: str) -> None:
    """Files of a word each, with the folders that they need."""
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(f"text of {name}")


def names_of(found: list[str], root: Path) -> list[str]:
    """Paths without the folder above them."""
    return [str(Path(path).relative_to(root)) for path in found]


def named(said: Json) -> list[str]:
    """The names of the files that are sent."""
    return [Path(file["name"]).name for file in said["files"]]


def test_a_folder_is_read_without_what_is_hidden_or_of_tools(tmp_path: Path) -> None:
    """In order, and the rest is told."""
    grow(tmp_path, "b.py", "a.py", "in/c.py", ".env", ".git/config", "node_modules/x.js", "env/pyvenv.cfg", "env/y.py")
    found = find_files(str(tmp_path))
    assert names_of(found.files, tmp_path) == ["a.py", "b.py", "in/c.py"]
    assert names_of(found.left_out, tmp_path) == [".env", ".git", "env", "node_modules"]


def test_a_folder_is_read_as_git_sees_it(tmp_path: Path) -> None:
    """Rules of folders above count, nearer ones have the last word, and the folder itself was named."""
    grow(tmp_path, ".git/config", "src/a.py", "src/a.log", "src/kept.log", "build/out.txt", "src/build/x.txt")
    (tmp_path / ".gitignore").write_text("*.log\nbuild/\n")
    (tmp_path / "src" / ".gitignore").write_text("!kept.log\n")
    assert names_of(find_files(str(tmp_path / "src")).files, tmp_path) == ["src/a.py", "src/kept.log"]
    assert names_of(find_files(str(tmp_path)).files, tmp_path) == ["src/a.py", "src/kept.log"]
    assert names_of(find_files(str(tmp_path / "build")).files, tmp_path) == ["build/out.txt"]


def test_a_line_that_is_no_rule_takes_no_other_away(tmp_path: Path) -> None:
    """What the others hide may be secret."""
    grow(tmp_path, ".git/config", "a.txt", "secret.txt")
    (tmp_path / ".gitignore").write_bytes(b"\xef\xbb\xbfsecret.txt\r\n!\r\nfoo[\r\n\xff\r\n")
    assert names_of(find_files(str(tmp_path)).files, tmp_path) == ["a.txt"]


def test_links_to_folders_are_not_entered(tmp_path: Path) -> None:
    """They may lead back; those to files are read."""
    grow(tmp_path, "in/a.txt")
    (tmp_path / "in" / "up").symlink_to(tmp_path)
    (tmp_path / "in" / "b.txt").symlink_to(tmp_path / "in" / "a.txt")
    assert names_of(find_files(str(tmp_path)).files, tmp_path) == ["in/a.txt", "in/b.txt"]


def test_a_pattern_that_the_shell_left_is_followed(tmp_path: Path) -> None:
    """Through folders, without hidden ones; a file whose name looks like one is a file."""
    grow(tmp_path, "src/b.py", "src/in/a.py", "src/.hidden/c.py", "src/d.txt", "page[1].py")
    assert named(read_input([str(tmp_path / "src" / "**" / "*.py")])) == ["b.py", "a.py"]
    assert named(read_input([str(tmp_path / "page[1].py")])) == ["page[1].py"]
    with pytest.raises(InvalidInput, match="fits no file"):
        read_input([str(tmp_path / "*.rs")])


def test_what_is_skipped_is_told_with_the_reason(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The rest is read; other encodings are named."""
    grow(tmp_path, "a.txt")
    (tmp_path / "empty.txt").touch()
    (tmp_path / "logo.png").write_bytes(PNG)
    (tmp_path / "latin.txt").write_bytes("café".encode("cp1252"))
    (tmp_path / "nowhere.txt").symlink_to(tmp_path / "gone")
    assert named(read_input([str(tmp_path)])) == ["a.txt", "latin.txt"]
    said = capsys.readouterr().err
    for line in (
        "reading 2 files",
        "latin.txt: read as cp1252",
        "logo.png: an image (PNG)",
        "nowhere.txt: broken link",
    ):
        assert line in said


def test_strict_refuses_what_would_be_skipped(tmp_path: Path) -> None:
    """And names it; where nothing is left that is no different."""
    grow(tmp_path, "a.txt")
    (tmp_path / "b.png").write_bytes(PNG)
    for names, strict in (([str(tmp_path)], True), ([str(tmp_path / "b.png")], False)):
        with pytest.raises(InvalidInput, match=r"b\.png is not read: an image"):
            read_input(names, strict=strict)


def test_a_file_without_an_end_is_too_large(tmp_path: Path) -> None:
    """Nor is a huge one read as a whole to be refused."""
    (tmp_path / "huge.log").touch()
    os.truncate(tmp_path / "huge.log", 1 << 40)
    for name in (str(tmp_path / "huge.log"), "/dev/zero"):
        with pytest.raises(InvalidInput, match="too large"):
            read_input([name])


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    """With its name."""
    with pytest.raises(InvalidInput, match="no files to read"):
        read_input([str(tmp_path)])


def test_a_file_that_is_found_twice_is_read_once(tmp_path: Path) -> None:
    """One that is named twice was meant twice."""
    grow(tmp_path, "a.txt")
    file = str(tmp_path / "a.txt")
    assert named(read_input([file, str(tmp_path)])) == ["a.txt"]
    assert named(read_input([file, file])) == ["a.txt", "a.txt"]


def test_many_are_told_in_few_lines(tmp_path: Path) -> None:
    """The first of them, and how many more there are of which kind."""
    for number in range(30):
        (tmp_path / f"{number:02}.png").write_bytes(PNG)
    lines = list(report(read_files([str(tmp_path)])))
    assert len(lines) == 14
    assert lines[-1] == "… and 18 more (18 an image)"
