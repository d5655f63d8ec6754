"""Google Takeout's "My Activity" of Gemini Apps: JSON, or a page of HTML.

It is a log of single prompts, newest first, each with its answers as HTML. It does not say which belong to one
conversation. Here those do that follow one another within half an hour; where a link names a conversation, that counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from service.conversations.transfer.assembling import assembled, extras, left_out, short
from service.conversations.transfer.bundles import Bundle, Member
from service.conversations.transfer.formats.gemini_page import activities_of_page, is_page
from service.conversations.transfer.html_text import html_text
from service.conversations.transfer.parsing import (
    BROKEN,
    Read,
    content_key,
    entries,
    fields,
    json_items,
    mapping,
    ms,
    text,
)
from service.conversations.transfer.remarks import Remarks
from service.conversations.transfer.shapes import MOST_LOOKED_AT, json_members, shape
from service.conversations.transfer.transcripts import (
    Attachment,
    Notice,
    NoticeKind,
    Speaker,
    TranscriptMessage,
    Unreadable,
)

TOGETHER_MS = 30 * 60 * 1000
"""How far apart prompts may be that are taken for one conversation."""
_LONGEST_TITLE = 80
_KEYS = {"item.header", "item.title", "item.time"}
_PRODUCTS = ("Gemini", "Bard")
_PROMPTED = re.compile(r"(?:Prompted|Asked|Said)[:\s]\s*", re.IGNORECASE)
_CONVERSATION = re.compile(r"gemini\.google\.com/(?:u/\d+/)?app/([0-9a-zA-Z_-]{6,64})")


@dataclass(frozen=True, slots=True)
class Activity:
    """A prompt and its answers; or an answer alone, such as a canvas that was made."""

    prompt: str | None
    title: str
    answers: list[str]
    moment: int | None
    conversation: str | None
    attachments: list[Attachment]
    about: dict[str, Any]


@dataclass(slots=True)
class _Left:
    """What is passed over in a file."""

    others: int = 0
    no_prompts: int = 0
    broken: int = 0
    group: list[Activity] = field(default_factory=list[Activity])

    def notices(self, place: str) -> list[Notice]:
        """How much was passed over, and why."""
        remarks, kind = Remarks(place), NoticeKind.SKIPPED
        other = "activity of another product stays out", "activities of other products stay out"
        no_prompt = "activity is no prompt, and stays out", "activities are no prompts, and stay out"
        remarks.add(kind, *other, self.others)
        remarks.add(kind, *no_prompt, self.no_prompts)
        remarks.add(kind, "activity is not as expected", "activities are not as expected", self.broken)
        return remarks.notices()


def recognizes(bundle: Bundle) -> bool:
    """Whether a file is a log of Gemini's, as JSON or as a page."""
    looked_at = json_members(bundle)[:MOST_LOOKED_AT]
    return any(_is_log(member) for member in looked_at) or any(map(is_page, _pages(bundle)[:MOST_LOOKED_AT]))


def _is_log(member: Member) -> bool:
    if not shape(member) >= _KEYS:
        return False
    try:
        return any(product.encode() in member.sample() for product in _PRODUCTS)
    except Unreadable:
        return False


def _pages(bundle: Bundle) -> list[Member]:
    return [member for member in bundle.members if member.base.lower().endswith((".html", ".htm"))]


def read(bundle: Bundle) -> Read:
    """The conversations of all the logs."""
    logs = [member for member in json_members(bundle) if shape(member) >= _KEYS]
    pages = [member for member in _pages(bundle) if is_page(member)]
    for member in sorted((*logs, *pages), key=lambda member: member.order):
        entries = activities_of_page(member) if member in pages else json_items(member, "item")
        yield from _conversations(member, entries)
    yield from left_out(bundle, [*logs, *pages])


def _conversations(member: Member, listed: Iterable[Any]) -> Read:
    left, number = _Left(), 0
    named: dict[str, list[Activity]] = {}
    try:
        for activity in _activities(listed, left):
            if activity.conversation:
                named.setdefault(activity.conversation, []).append(activity)
            elif left.group and not _together(left.group[-1], activity):
                number += 1
                yield from _transcript(f"{member.name}: conversation {number}", left.group)
                left.group = [activity]
            else:
                left.group.append(activity)
    except Unreadable as error:
        yield Notice(NoticeKind.SKIPPED, member.name, str(error))
    for group in (left.group, *named.values()):
        if group:
            number += 1
            yield from _transcript(f"{member.name}: conversation {number}", group)
    yield from left.notices(member.name)


def _activities(listed: Iterable[Any], left: _Left) -> Iterator[Activity]:
    for record in listed:
        try:
            if isinstance(record, Unreadable):
                raise record
            activity = _activity(mapping(record, "the activity"), left)
        except BROKEN:
            left.broken += 1
        else:
            if activity:
                yield activity


def _activity(record: dict[str, Any], left: _Left) -> Activity | None:
    products = [text(record.get("header")), *map(text, entries(record.get("products")))]
    if not any(product in (name or "") for name in products for product in _PRODUCTS):
        left.others += 1
        return None
    title = text(record.get("title")) or ""
    answers = [
        html_text(words) for one in entries(record.get("safeHtmlItem")) if (words := text(fields(one).get("html")))
    ]
    answers += [words for words in map(text, entries(record.get("answers"))) if words]
    prompted = _PROMPTED.match(title)
    if not prompted and not answers:
        left.no_prompts += 1
        return None
    made = title.startswith(("Created ", "Used "))
    linked = _CONVERSATION.search(text(record.get("titleUrl")) or "")
    return Activity(
        prompt=title[prompted.end() :] if prompted else None if made else title,
        title=title,
        answers=list(filter(None, answers)),
        moment=ms(record.get("time")),
        conversation=linked[1] if linked else None,
        attachments=_attachments(record),
        about=extras(
            subtitles=record.get("subtitles"),
            activity=title if made else None,
            # In other languages than English the words before a prompt are not known.
            wholeTitle=not prompted and not made,
        ),
    )


def _attachments(record: dict[str, Any]) -> list[Attachment]:
    names = [text(one) or text(fields(one).get("name")) for one in entries(record.get("attachedFiles"))]
    names += [text(record.get("imageFile"))]
    names += [text(one.get("url")) for one in map(fields, entries(record.get("subtitles"))) if _is_file(one)]
    names += map(text, entries(record.get("files")))
    return [Attachment(name) for number, name in enumerate(names) if name and name not in names[:number]]


def _is_file(subtitle: dict[str, Any]) -> bool:
    return "://" not in (text(subtitle.get("url")) or "://")


def _together(one: Activity, other: Activity) -> bool:
    return one.moment is not None and other.moment is not None and abs(one.moment - other.moment) <= TOGETHER_MS


def _transcript(place: str, group: list[Activity]) -> Read:
    # Newest first, or as it comes where there are no times.
    ordered = [one for _, one in sorted(enumerate(group), key=lambda one: (one[1].moment or 0, -one[0]))]
    first = ordered[0]
    key = first.conversation or content_key(first.moment, first.title)
    remarks = Remarks(f"{place} ({short(key)})")
    if not first.conversation:
        remarks.add(
            NoticeKind.CHANGED,
            "prompt was taken for a conversation: the file does not say what belongs together",
            "prompts that follow one another within half an hour were taken for a conversation: the file does not say "
            "what belongs together",
            len(ordered),
        )
    whole = sum("wholeTitle" in activity.about for activity in ordered)
    remarks.add(
        NoticeKind.CHANGED,
        "prompt may begin with words of the log: its language is not known",
        "prompts may begin with words of the log: its language is not known",
        whole,
    )
    moments = [activity.moment for activity in ordered if activity.moment]
    title = " ".join((first.prompt or first.title).split())
    yield from assembled(
        remarks,
        key,
        _messages(ordered),
        title=title if len(title) <= _LONGEST_TITLE else title[: _LONGEST_TITLE - 1] + "…",
        created_ms=min(moments, default=None),
        updated_ms=max(moments, default=None),
    )


def _messages(ordered: list[Activity]) -> Iterator[TranscriptMessage]:
    """Prompts and answers, each below the one before. Answers to one prompt are siblings; it goes on below the last."""
    above: str | None = None
    for activity in ordered:
        key = content_key(activity.moment, activity.title)
        about = {name: value for name, value in activity.about.items() if name != "wholeTitle"}
        if activity.prompt is not None:
            yield TranscriptMessage(
                key=key,
                parent=above,
                speaker=Speaker.USER,
                content=activity.prompt,
                created_ms=activity.moment,
                attachments=activity.attachments,
                extras=about,
            )
            above = key
        parent = above
        for number, answer in enumerate(activity.answers, start=1):
            above = f"{key}#{number}"
            yield TranscriptMessage(
                key=above,
                parent=parent,
                speaker=Speaker.ASSISTANT,
                content=answer,
                created_ms=activity.moment,
                extras=about if activity.prompt is None else {},
            )
