"""Whenever the exchange of the data is cut off, the next start ends it, and never with nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.graph.local.home import Home
from service.graph.local.swapping import put_in_place, settle


def filled(folder: Path, text: str) -> Path:
    """A folder with a file of this text."""
    folder.mkdir()
    (folder / "store").write_text(text)
    return folder


@pytest.mark.parametrize(
    ("there", "left"),
    [
        (("data",), "data"),
        (("data", "data.old"), "data"),
        (("data", "data.compacted"), "data.compacted"),
        (("data.old", "data.compacted"), "data.compacted"),
        (("data", "data.old", "data.compacted"), "data.compacted"),
    ],
)
def test_what_was_cut_off_is_ended(tmp_path: Path, there: tuple[str, ...], left: str) -> None:
    """What is whole stays, and it alone."""
    for name in there:
        filled(tmp_path / name, name)
    settle(Home(tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == ["data"]
    assert (tmp_path / "data" / "store").read_text() == left


def test_new_data_take_the_place_of_the_old(tmp_path: Path) -> None:
    """Once they are whole."""
    filled(tmp_path / "data", "old")
    put_in_place(Home(tmp_path), filled(tmp_path / "beside", "new"))
    assert [path.name for path in tmp_path.iterdir()] == ["data"]
    assert (tmp_path / "data" / "store").read_text() == "new"
