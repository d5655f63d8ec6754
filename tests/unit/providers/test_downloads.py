"""Large files from the web: gone on with, started anew where they are others, and refused in words that help."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.errors import SetupError
from service.providers.downloads import fetch, sha256_of, size_of
from tests.support.file_server import FileServer, serving_files
from tests.support.services import quiet_port

CONTENT = random.Random(7).randbytes(3_000_000)
OTHER = random.Random(8).randbytes(2_000_000)


@pytest.fixture
def hub() -> Iterator[FileServer]:
    """A server with a file, and addresses that lead to it."""
    files: dict[str, bytes | str] = {"/file": CONTENT, "/moved": "/file", "/round": "/round"}
    with serving_files(files) as server:
        yield server


def got(url: str, partial: Path, pauses: tuple[float, ...] = (0.0, 0.0)) -> int:
    """Fetch it; the bytes that were told of."""
    told: list[int] = []
    fetch(url, partial, told.append, pauses)
    return sum(told)


def test_a_transfer_that_breaks_off_is_gone_on_with(hub: FileServer, tmp_path: Path) -> None:
    """In the same run, from where it was; what is told adds up each time to what is there."""
    hub.breaks = [1_000_000, 500_000]
    got(f"{hub.url}/moved", tmp_path / "part")
    assert (tmp_path / "part").read_bytes() == CONTENT
    ranges = [wish for path, wish in hub.asked if path == "/file"]
    assert ranges[0] is None
    assert len(ranges) == 3
    assert list(tmp_path.iterdir()) == [tmp_path / "part"]


def test_a_later_run_goes_on_from_what_is_there(hub: FileServer, tmp_path: Path) -> None:
    """After whatever ended the first; all that is there already costs one question."""
    hub.breaks = [1_000_000]
    with pytest.raises(SetupError, match=r"broke off after 1 MB .* The same command goes on from there"):
        got(f"{hub.url}/file", tmp_path / "part", pauses=())
    assert got(f"{hub.url}/file", tmp_path / "part") == len(CONTENT)
    assert hub.asked[-1] == ("/file", "bytes=1000000-")
    assert got(f"{hub.url}/file", tmp_path / "part") == 0
    assert (tmp_path / "part").read_bytes() == CONTENT


@pytest.mark.parametrize("change", ["mark", "address", "ranges"])
def test_what_is_another_file_by_now_is_fetched_anew(hub: FileServer, tmp_path: Path, change: str) -> None:
    """No file is made of two: another version, another address, a server that gives no parts."""
    hub.breaks = [1_000_000]
    with pytest.raises(SetupError):
        got(f"{hub.url}/file", tmp_path / "part", pauses=())
    hub.files |= {"/file": OTHER, "/elsewhere": OTHER}
    hub.mark, hub.takes_ranges = ('"two"', True) if change == "mark" else ('"one"', change != "ranges")
    got(f"{hub.url}/{'elsewhere' if change == 'address' else 'file'}", tmp_path / "part")
    assert (tmp_path / "part").read_bytes() == OTHER


@pytest.mark.parametrize(("path", "told"), [("/none", "answers 404"), ("/round", "from address to address")])
def test_what_is_not_there_says_so(hub: FileServer, tmp_path: Path, path: str, told: str) -> None:
    """Nothing is left behind."""
    with pytest.raises(SetupError, match=told):
        got(hub.url + path, tmp_path / "part")
    assert list(tmp_path.iterdir()) == []


def test_a_host_that_is_not_there_is_not_asked_again(tmp_path: Path) -> None:
    """Nothing came, so there is nothing to go on with."""
    with pytest.raises(SetupError, match=r"127\.0\.0\.1 cannot be reached .* Check the network"):
        got(f"http://127.0.0.1:{quiet_port()}/file", tmp_path / "part", pauses=(600.0,))


def test_a_full_disk_says_what_to_do(hub: FileServer) -> None:
    """And not that the network is bad."""
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("there is no /dev/full here")
    with pytest.raises(SetupError, match=r"The disk of /dev is full\. Make room, or name another folder"):
        got(f"{hub.url}/file", full)


def test_sizes_and_checksums_are_told_before(hub: FileServer, tmp_path: Path) -> None:
    """As far as the server knows them."""
    assert (size_of(f"{hub.url}/moved"), size_of(f"{hub.url}/none")) == (len(CONTENT), None)
    (tmp_path / "file").write_bytes(b"abc")
    assert sha256_of(tmp_path / "file").startswith("ba7816bf8f01cfea")
