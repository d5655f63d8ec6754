"""Files on their way in: whole, in order, their owner's, and never more than the disk has room for."""

from __future__ import annotations

import shutil
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from service.conversations.transfer.uploads import MOST_OF_AN_OWNER, RESERVE, Uploads
from service.errors import Conflict, InvalidInput, LimitExceeded, NotFound


async def sent(*pieces: bytes) -> AsyncGenerator[bytes]:
    """What a client sends."""
    for piece in pieces:
        yield piece


@pytest.fixture
def uploads(tmp_path: Path) -> Uploads:
    """A folder that may hold files of 2 GiB."""
    return Uploads(tmp_path / "imports", 2**31)


async def test_pieces_come_one_after_the_other(uploads: Uploads) -> None:
    """A piece at another place is refused, and nothing is lost by that."""
    id = (await uploads.begin("ann", "a.json", 6)).id
    assert (await uploads.append("ann", id, 0, sent(b"ab", b"cd"))).received == 4
    for offset in (0, 5):
        with pytest.raises(Conflict):
            await uploads.append("ann", id, offset, sent(b"x"))
    assert (await uploads.append("ann", id, 4, sent(b"ef"))).is_whole
    assert uploads.path(id).read_bytes() == b"abcdef"


async def test_more_than_was_said_is_refused(uploads: Uploads) -> None:
    """Nothing is written behind the end."""
    id = (await uploads.begin("ann", "a.json", 3)).id
    with pytest.raises(LimitExceeded):
        await uploads.append("ann", id, 0, sent(b"abc", b"d"))
    assert uploads.path(id).read_bytes() == b"abc"


@pytest.mark.parametrize("id", ["", "..", "../../etc/passwd", "0193", "x" * 300, "\x00"])
async def test_what_is_no_upload_is_not_found(uploads: Uploads, id: str) -> None:
    """Whatever its id says, no file beside the folder is looked at."""
    await uploads.begin("ann", "a.json", 3)
    with pytest.raises(NotFound):
        await uploads.read("ann", id)


@pytest.mark.parametrize(("size", "error"), [(0, InvalidInput), (-1, InvalidInput), (2**31 + 1, LimitExceeded)])
async def test_a_size_that_cannot_be_is_refused(uploads: Uploads, size: int, error: type[Exception]) -> None:
    """It names the field."""
    with pytest.raises(error) as told:
        await uploads.begin("ann", "a.json", size)
    assert getattr(told.value, "field", None) == "bytes"


async def test_an_owner_has_few_at_once(uploads: Uploads) -> None:
    """Others are not touched by that; who gives one up has room again."""
    ids = [(await uploads.begin("ann", "a.json", 3)).id for _ in range(MOST_OF_AN_OWNER)]
    with pytest.raises(LimitExceeded):
        await uploads.begin("ann", "a.json", 3)
    await uploads.begin("bob", "b.json", 3)
    await uploads.forget(ids[0])
    await uploads.begin("ann", "a.json", 3)


async def test_what_is_promised_counts_as_used(uploads: Uploads, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files that are still to come do not fill the disk together."""
    free = RESERVE + 1000
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(free * 2, free, free))  # pyright: ignore
    await uploads.begin("ann", "a.json", 600)
    with pytest.raises(LimitExceeded, match="no room"):
        await uploads.begin("bob", "b.json", 600)
    await uploads.begin("bob", "b.json", 400)
