"""Cleaning: every text of a transcript can be kept. Halves of surrogate pairs become U+FFFD, or their pair.

JSON may hold them (`"\\ud83d"`), UTF-8 cannot. Most transcripts are given back as they are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar, cast

from service.conversations.transfer.transcripts import Notice, NoticeKind, Transcript

_Kept = TypeVar("_Kept")
_HALF = re.compile("[\ud800-\udfff]")


def clean(transcript: Transcript) -> Transcript:
    """The transcript, with a notice where some of it had to be changed."""
    count = 0

    def cleaned(value: Any) -> Any:
        nonlocal count
        if isinstance(value, str):
            if not _HALF.search(value):
                return value
            count += 1
            return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        if isinstance(value, Mapping):
            some = cast("Mapping[Any, Any]", value)
            new = {cleaned(key): cleaned(item) for key, item in some.items()}
            return new if new != some else some
        if isinstance(value, list | tuple):
            many = cast("list[Any]", value)
            items = [cleaned(item) for item in many]
            return many if all(a is b for a, b in zip(items, many, strict=True)) else items
        if is_dataclass(value) and not isinstance(value, type):
            return _of(value)
        return value

    def _of(record: _Kept) -> _Kept:
        held: Any = record
        changed: dict[str, Any] = {}
        for part in fields(held):
            old = getattr(held, part.name)
            if type(old).__name__ not in ("NoneType", "int", "float", "bool") and (new := cleaned(old)) is not old:
                changed[part.name] = new
        return replace(held, **changed) if changed else record

    try:
        whole = _of(transcript)
    except RecursionError:
        # Values nested so deep are in no place that is kept.
        whole = replace(transcript, extras={}, messages=[replace(it, extras={}) for it in transcript.messages])
    if not count:
        return whole
    said = Notice(
        NoticeKind.CHANGED, transcript.place, f"{count} ×: a text held half a character, which is U+FFFD now."
    )
    return replace(whole, notices=[*whole.notices, said])
