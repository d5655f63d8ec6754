"""Large files from the web: into a file beside the place where they will stand, gone on with after any interruption.

Knows nothing of what is in them. Everything here blocks.
"""

from __future__ import annotations

import errno
import hashlib
import json
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import httpx

from service.errors import SetupError
from service.proxies import proxy_for, target_of

Advance = Callable[[int], None]

PAUSES_SECONDS = (1.0, 3.0, 6.0)
"""After which a transfer that broke off is gone on with."""
_TIMEOUT = httpx.Timeout(60.0, connect=10.0)
_HOPS = 6
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def fetch(url: str, partial: Path, advance: Advance, pauses: Sequence[float] = PAUSES_SECONDS) -> None:
    """Fetch a file to `partial`; what is there of it already is not fetched again. `advance` is told of the bytes.

    Raises `SetupError` where it cannot be had; what was fetched stays.
    """
    with writing(partial):
        for pause in (*pauses, None):
            before = _size(partial)
            try:
                return _fetch(url, partial, advance)
            except httpx.TransportError as error:
                # Where nothing came there is nobody, and it is not tried again.
                if pause is None or _size(partial) == before:
                    raise _broken(url, _size(partial) - before, error) from error
                time.sleep(pause)


def size_of(url: str) -> int | None:
    """The size of what is at an address, where its server says it."""
    try:
        with _opened(url, {"range": "bytes=0-0"}) as answer:
            whole = answer.headers.get("content-range", "").rpartition("/")[2] or answer.headers.get("content-length")
    except (httpx.HTTPError, SetupError):
        return None
    return int(whole) if whole and whole.isdigit() and answer.is_success else None


def sha256_of(file: Path) -> str:
    """The checksum of a file."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


@contextmanager
def writing(file: Path) -> Generator[None]:
    """What is written goes into this file. Raises `SetupError`, with the remedy, where that cannot be."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise SetupError(
                f"The disk of {file.parent} is full.",
                remedy="Make room, or name another folder with ANTIPHON_CACHE_DIR. The same command goes on from here.",
            ) from error
        raise SetupError(
            f"{file} cannot be written: {error.strerror}.",
            remedy="Check the folder's rights, or name another one with ANTIPHON_CACHE_DIR.",
        ) from error


def _fetch(url: str, partial: Path, advance: Advance) -> None:
    note = partial.with_name(f"{partial.name}.json")
    have, mark = _earlier(url, partial, note)
    wish = {"range": f"bytes={have}-"} | ({"if-range": mark} if mark else {}) if have else {}
    with _opened(url, wish) as answer:
        if answer.status_code == 416 and have:
            return  # All of it is there.
        if answer.status_code not in (200, 206):
            raise SetupError(f"{url} answers {answer.status_code}.", remedy="Check the address.")
        goes_on = answer.status_code == 206 and have > 0
        note.write_text(json.dumps({"url": url, "mark": _mark(answer)}), encoding="utf-8")
        with partial.open("ab" if goes_on else "wb") as file:
            advance(have if goes_on else 0)
            for piece in answer.iter_bytes():
                file.write(piece)
                advance(len(piece))
    note.unlink(missing_ok=True)


def _earlier(url: str, partial: Path, note: Path) -> tuple[int, str | None]:
    """How much is there of an earlier transfer, and the mark of what it was of; nothing where that was another."""
    if not partial.exists():
        return 0, None
    try:
        said = json.loads(note.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        # Put there by somebody who knows what it is: a checksum will tell.
        return partial.stat().st_size, None
    return (partial.stat().st_size, said.get("mark")) if said.get("url") == url else (0, None)


def _mark(answer: httpx.Response) -> str | None:
    """A strong validator, by which a server knows whether it still has the same."""
    mark = answer.headers.get("etag")
    return mark if mark and not mark.startswith("W/") else answer.headers.get("last-modified")


@contextmanager
def _opened(url: str, headers: dict[str, str]) -> Generator[httpx.Response]:
    """The answer to a request, over redirects, each by the proxy for its host; never from https to http."""
    for _ in range(_HOPS):
        proxy = proxy_for(target_of(url))
        plain = {"accept-encoding": "identity"}
        with (
            httpx.Client(trust_env=False, proxy=proxy.url if proxy else None, timeout=_TIMEOUT) as http,
            http.stream("GET", url, headers=plain | headers) as answer,
        ):
            if not answer.has_redirect_location:
                yield answer
                return
            there = urljoin(url, answer.headers["location"])
        if urlsplit(url).scheme == "https" != urlsplit(there).scheme:
            raise SetupError(f"{url} leads to an address that is not encrypted.", remedy="Name another address.")
        url = there
    raise SetupError(f"{url} leads from address to address without end.", remedy="Name another address.")


def _broken(url: str, came: int, error: httpx.TransportError) -> SetupError:
    host = urlsplit(url).hostname
    if not came:
        return SetupError(f"{host} cannot be reached ({error}).", remedy="Check the network and the proxy's settings.")
    return SetupError(
        f"The transfer from {host} broke off after {came / 1e6:.0f} MB ({error}).",
        remedy="The same command goes on from there.",
    )


def _size(file: Path) -> int:
    return file.stat().st_size if file.exists() else 0
