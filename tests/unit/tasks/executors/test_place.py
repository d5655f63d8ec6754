"""The data folder when a service wants to be the one on it, and the name that it has there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from service.commands.serving import take_place
from service.errors import SetupError
from service.tasks.executors.instance import hold_instance


async def test_a_file_in_place_of_the_data_folder_is_named(tmp_path: Path) -> None:
    """With the remedy, and not as an error that nobody expected."""
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(SetupError, match=r"file cannot be used: .* ANTIPHON_DATA_DIR"):
        await take_place(file)
    with pytest.raises(SetupError, match=r"file cannot be used: .* ANTIPHON_DATA_DIR"):
        hold_instance(file / "instances")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a device that is always full")
async def test_a_full_disk_is_named(tmp_path: Path) -> None:
    """The lock holds the pid, which must be written."""
    (tmp_path / "service.lock").symlink_to("/dev/full")
    with pytest.raises(SetupError, match="cannot be used"):
        await take_place(tmp_path)


def test_a_damaged_name_is_made_anew(tmp_path: Path) -> None:
    """A file system that lost a file's content leaves anything there."""
    (tmp_path / "instance-0").write_bytes(b"\xff\xfe")
    instance = hold_instance(tmp_path)
    instance.release()
    again = hold_instance(tmp_path)
    again.release()
    assert len(instance.name) == 36
    assert again.name == instance.name
