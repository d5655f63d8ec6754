"""The page of HTML that Google Takeout makes of "My Activity": cells, each with a line of what was done, its time, and
what came back.

Owns that the page is read as a stream. Gives activities as the JSON of the same log has them.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from service.conversations.transfer.bundles import Member
from service.conversations.transfer.html_text import Markdown
from service.conversations.transfer.transcripts import Unreadable

_CELL, _HEAD, _BODY = "outer-cell", "header-cell", "mdl-typography--body-1"
_CHUNK = 262_144
_LONGEST_TAG = 4 * 2**20
_PRODUCTS = (b"Gemini", b"Bard")
# A line with a time, in whatever language: 9:15:00 and a year.
_MOMENT = re.compile(r"(?=.*\b\d{1,2}[:.]\d{2}[:.]\d{2})(?=.*\b(?:19|20)\d{2}\b).+")
_LONGEST_MOMENT = 80
_ENGLISH = re.compile(
    r"(?:([A-Z][a-z]{2})[a-z]* (\d{1,2})|(\d{1,2}) ([A-Z][a-z]{2})[a-z]*),? (\d{4}),? (\d{1,2}):(\d{2}):(\d{2})"
    r"\s*([AaPp][Mm])?\s*(\S*)"
)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_ZONES = {
    **{"UTC": 0, "GMT": 0, "Z": 0, "BST": 60, "CET": 60, "CEST": 120, "EET": 120, "EEST": 180, "IST": 330, "JST": 540},
    **{"EST": -300, "EDT": -240, "CST": -360, "CDT": -300, "MST": -420, "MDT": -360, "PST": -480, "PDT": -420},
}
_OFFSET = re.compile(r"(?:GMT|UTC)?([+\-−])(\d{1,2}):?(\d{2})?")
_FILES = re.compile(r"Attached \d+ files?\.")
_FILE_LINE = re.compile(r"- +(.+)")


def is_page(member: Member) -> bool:
    """Whether a file is such a page of Gemini's. Its first 64 kB may be nothing but style, so that its name counts."""
    try:
        start = member.sample()
    except Unreadable:
        return False
    if b"<html" not in start[:1_000].lower() or b"mdl-" not in start:
        return False
    if _CELL.encode() in start:
        return any(product in start for product in _PRODUCTS)
    return any(product.decode() in member.name for product in _PRODUCTS) or "activity" in member.base.lower()


def activities_of_page(member: Member) -> Iterator[dict[str, Any]]:
    """The activities of a page, as JSON would have them."""
    page = _Page()
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    with member.open() as stream:
        while chunk := stream.read(_CHUNK):
            page.feed(decoder.decode(chunk))
            yield from page.take()
            if len(page.rawdata) > _LONGEST_TAG:
                raise Unreadable(f"{member.name} holds a tag or comment of HTML that does not end.")
    page.close()
    yield from page.take(last=True)


class _Page(Markdown):
    """A page, cell by cell. Where a cell begins, the one before is done."""

    def __init__(self) -> None:
        super().__init__()
        self._done: list[dict[str, Any]] = []
        self._header = ""
        self._lines: list[str] = []
        self._files: list[str] = []
        self._lists_files = False
        self._moment: str | None = None
        self._part = ""
        self._depth = 0

    def take(self, last: bool = False) -> list[dict[str, Any]]:
        """What is done."""
        if last:
            self._end()
        done, self._done = self._done, []
        return done

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """See `HTMLParser`."""
        classes = (dict(attrs).get("class") or "") if tag == "div" else ""
        if _CELL in classes:
            self._end()
        elif _HEAD in classes or (_BODY in classes and "text-right" not in classes and not self._lines):
            self._turn(_HEAD if _HEAD in classes else _BODY)
        elif tag == "div" and self._part:
            self._depth += 1
        if self._part == _BODY and self._moment is None and tag == "br":
            self._line_done()
            return
        if self._part:
            super().handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        """See `HTMLParser`."""
        if tag == "div" and self._part:
            self._depth -= 1
            if self._depth < 0:
                self._turn("")
                return
        if self._part:
            super().handle_endtag(tag)

    def handle_data(self, data: str) -> None:
        """See `HTMLParser`."""
        if self._part:
            super().handle_data(data)

    def _turn(self, part: str) -> None:
        """Another part begins: what was gathered belongs to the one before."""
        if self._part == _HEAD:
            self._header = self.text()
        elif self._part == _BODY and self._moment is None:
            self._line_done()
        elif self._part == _BODY:
            self._lines.append(self.text())
        self._part, self._depth = part, 0
        self._out.clear()

    def _line_done(self) -> None:
        line = self.text().replace("\u202f", " ").replace("\xa0", " ")
        self._out.clear()
        if len(line) <= _LONGEST_MOMENT and _MOMENT.fullmatch(line) and self._lines:
            self._moment = line
        elif _FILES.fullmatch(line) and self._lines:
            self._lists_files = True
        elif self._lists_files and (file := _FILE_LINE.fullmatch(line)):
            self._files.append(file[1])
        elif line or self._lines:
            self._lines.append(line)

    def _end(self) -> None:
        self._turn("")
        if self._lines:
            answer = self._lines.pop() if self._moment and len(self._lines) > 1 else ""
            self._done.append(
                {
                    "header": self._header,
                    "title": "\n".join(self._lines).strip(),
                    "time": _time(self._moment or ""),
                    "answers": [answer],
                    "files": self._files,
                }
            )
        self._header, self._lines, self._files, self._moment, self._lists_files = "", [], [], None, False


def _time(line: str) -> float | None:
    """An English time as seconds; None for one that is written in another way."""
    found = _ENGLISH.search(line)
    if not found:
        return None
    month, day = (found[1], found[2]) if found[1] else (found[4], found[3])
    hour = int(found[6])
    if found[9]:
        hour = hour % 12 + (12 if found[9].lower() == "pm" else 0)
    zone = _zone(found[10])
    if month not in _MONTHS or zone is None:
        return None
    try:
        moment = datetime(
            int(found[5]), _MONTHS.index(month) + 1, int(day), hour, int(found[7]), int(found[8]), tzinfo=zone
        )
    except ValueError:
        return None
    return moment.timestamp()


def _zone(name: str) -> timezone | None:
    if name in _ZONES or not name:
        return timezone(timedelta(minutes=_ZONES.get(name, 0)))
    offset = _OFFSET.fullmatch(name)
    if not offset:
        return UTC if name.isalpha() else None
    minutes = int(offset[2]) * 60 + int(offset[3] or 0)
    if minutes >= 24 * 60:
        return None
    return timezone(timedelta(minutes=minutes if offset[1] == "+" else -minutes))
