"""What Playwright's reporters write of tests that failed: each with its error, its place, and no lists of names."""

from __future__ import annotations

import re

from service.strategies.failures.findings import Finding, Found, Frame, Severity, harmless, one
from service.strategies.failures.lines import Lines
from service.strategies.failures.stacks import frame_on

_NAME = r"\[([^\]\n]{1,60})\] [›>] (\S{1,300}):(\d{1,7}):\d{1,7} [›>] (.{1,300}?)"
_TITLE = re.compile(rf"\s{{2,4}}\d{{1,5}}\) {_NAME}(?: ─{{2,}}|\s*$)")
_LISTED = re.compile(rf"\s{{1,6}}(?:[✘✗x×]\s{{1,4}}\d{{1,5}} )?{_NAME}(?: \(.{{1,20}}\)| ─{{2,}}|\s*$)")
_AGAIN = re.compile(r"\s{4}(?:Retry #\d|attachment #|Error Context:|─{3,})")
_RAISED = re.compile(r"\s{4}(?:([A-Z]\w{0,100}): )?(\S.*)")
_PLACE = re.compile(r"\s{4,10}at (?:.{1,200} \()?(\S{1,300}?):(\d{1,7}):\d{1,7}\)?$")
_TOTAL = re.compile(r"\s{2}\d{1,7} (failed|flaky|interrupted)$")
_LONGEST = 300


def test(lines: Lines, index: int) -> Found | None:
    """A failed test, to where the next begins; lines that only list it say nothing new."""
    if not lines.mentions(") ["):
        return None
    title = _TITLE.match(lines[index])
    if title:
        return _failed(lines, index, title)
    if _TOTAL.match(lines[index]):
        return harmless(index, _end_of_list(lines, index))
    return harmless(index) if _LISTED.match(lines[index]) else None


def _end_of_list(lines: Lines, index: int) -> int:
    last = index
    while _LISTED.match(lines.get(last + 1)):
        last += 1
    return last


def _failed(lines: Lines, index: int, title: re.Match[str]) -> Found:
    last = index
    for number in range(index + 1, min(len(lines), index + _LONGEST)):
        line = lines[number]
        if line.strip() and not line.startswith("    "):
            break
        last = number if line.strip() else last
    rows = [lines[number] for number in range(index + 1, last + 1)]
    head = next((m for row in rows if not _AGAIN.match(row) and (m := _RAISED.match(row))), None)
    frames = [Frame(m[1], int(m[2]), title[4]) for row in rows if (m := _PLACE.match(row)) and frame_on(row)]
    own = [frame for frame in frames if "node_modules" not in frame.path]
    placed = own or frames or [Frame(title[2], int(title[3]), title[4])]
    name, message = (head[1] or "", head[2]) if head else ("", title[4])
    said = [row.strip() for row in rows if row.strip().startswith(("Expected", "Received", "Locator:"))]
    message = "; ".join([message, *said[:3]])
    test = f"{title[2]} › {title[4]}"
    return one(Finding("Playwright failure", name, message, Severity.FAILURE, index, last, tuple(placed), test=test))
