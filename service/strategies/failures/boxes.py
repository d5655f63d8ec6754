"""What Terraform and OpenTofu say: in boxes, plain, or as JSON; and what other tools draw a frame around."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import cast

from service.strategies.failures.findings import Finding, Found, Frame, Severity, one
from service.strategies.failures.lines import Lines

_HEAD = re.compile(r"(.{0,200}?)(│ |(?<![^\s:|\]])(?=(?:Error|Warning): ))(Error|Warning): (\S.*)$")
_PLACE = re.compile(r"\s*on (\S.{0,400}?) line (\d{1,7})(?:, in (.{1,300}?))?:?$")
_WITH = re.compile(r"\s*with (\S{1,300}?),?$")
_CODE = re.compile(r"\s*\d{1,7}: \s*(?!(?:resource|data|module|variable|output|provider) )([\w.-]{1,100})\s*[={]?")
_LABELS = re.compile(r"\"([^\"]*)\"")
_INDEX = re.compile(r"\[[^\]]*\]")
_BOX = re.compile(r"(?:│|[|]) ?(.*)$")
_LONGEST = 400
_SEARCHED = 8


def terraform(lines: Lines, index: int) -> Found | None:
    """An error or a warning, from the top of its box to the bottom; without a box, to where its explanation ends."""
    head = _HEAD.match(lines[index][:1000])
    if head is None:
        return None
    if head[2]:
        return _boxed(lines, index, head)
    return None if head[1].strip() else _plain(lines, index, head)


def of_record(said: Mapping[str, object]) -> Finding | None:
    """A diagnostic as `validate -json` and `plan -json` have it."""
    level = said.get("severity")
    if level not in ("error", "warning"):
        return None
    place, snippet = _map(said.get("range")), _map(said.get("snippet"))
    line = _map(place.get("start")).get("line")
    code = _CODE.match(f"1: {snippet.get('code') or ''}")
    where = str(snippet.get("context") or said.get("address") or "")
    path = str(place.get("filename") or "")
    frames = (_frame(path, line if isinstance(line, int) else 0, where, code[1] if code else ""),)
    summary, detail = str(said.get("summary") or ""), str(said.get("detail") or "")
    return _finding(str(level).capitalize(), summary, detail, frames if path or where else ())


def _map(value: object) -> Mapping[str, object]:
    return cast(Mapping[str, object], value) if isinstance(value, dict) else {}


def _boxed(lines: Lines, index: int, head: re.Match[str]) -> Found:
    column = len(head[1])
    top = lines.get(index - 1)
    first = index - 1 if top[column:].startswith("╷") or top.strip() == "╷" else index
    last, said = index, list[str]()
    while last - index < _LONGEST and (row := _row(lines.get(last + 1), column)) is not None:
        last += 1
        if row is _BOTTOM:
            break
        said.append(row)
    found = _told(head, said)
    return one(replace(found, first=first, last=last), range(index, last + 1))


_BOTTOM = "╵"


def _row(line: str, column: int) -> str | None:
    """The line without the side of its box; the bottom; None where the line is of no box."""
    rest = line[column:]
    if rest.startswith("╵") or line.strip() == "╵":
        return _BOTTOM
    match = _BOX.match(rest)
    return match[1] if match and not _HEAD.match(line[:1000]) else None


def _plain(lines: Lines, index: int, head: re.Match[str]) -> Found | None:
    """Without a box it is Terraform's where a place, or the address of a resource, stands below an empty line."""
    if lines.get(index + 1).strip() or not any(
        _PLACE.match(lines.get(index + ahead)) or _WITH.match(lines.get(index + ahead)) for ahead in (2, 3)
    ):
        return None
    last, number, said = index, index + 1, list[str]()
    gaps = 0
    while number < len(lines) and number - index < _LONGEST:
        line = lines[number]
        if _HEAD.match(line[:1000]):
            break
        gaps += not line.strip()
        if gaps > 2:
            break
        said.append(line)
        last = number if line.strip() else last
        number += 1
    return one(replace(_told(head, said), first=index, last=last))


def _told(head: re.Match[str], said: Sequence[str]) -> Finding:
    place = next((match for line in said[:_SEARCHED] if (match := _PLACE.match(line))), None)
    address = next((match[1] for line in said[:_SEARCHED] if (match := _WITH.match(line))), "")
    code = next((match[1] for line in said if (match := _CODE.match(line))), "")
    frames: tuple[Frame, ...] = ()
    if place:
        frames = (_frame(place[1], int(place[2]), place[3] or address, code),)
    elif address:
        frames = (_frame("", 0, address, ""),)
    words = [line.strip() for line in said if line.strip() and not _is_place(line)]
    return _finding(head[3], head[4].strip(), " ".join(words)[:400], frames)


def _is_place(line: str) -> bool:
    return any(pattern.match(line) for pattern in (_PLACE, _WITH, _CODE)) or line.strip().startswith("├")


def _frame(path: str, line: int, where: str, code: str) -> Frame:
    """Its function is what it is about, as `aws_vpc.main cidr`: the same for all instances of a resource."""
    labels = ".".join(_LABELS.findall(where)) or _INDEX.sub("", where)
    return Frame(path, line, f"{labels} {code}".strip())


def _finding(word: str, headline: str, detail: str, frames: tuple[Frame, ...]) -> Finding:
    severity = Severity.WARNING if word == "Warning" else Severity.FATAL
    # What Terraform has in quotes is names, which tell errors apart, not values.
    message = f"{headline}: {detail}" if detail else headline
    kind = f"Terraform {word.lower()}"
    return Finding(kind, "", message.replace('"', ""), severity, 0, 0, frames)
