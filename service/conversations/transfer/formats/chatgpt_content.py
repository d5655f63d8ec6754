"""What a message of ChatGPT's export says: its content types, its pointers to media, and its marks of citations."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import orjson

from service.conversations.transfer.assembling import extras, joined
from service.conversations.transfer.parsing import count, entries, fields, json_text, text
from service.conversations.transfer.remarks import Remarks
from service.conversations.transfer.transcripts import Attachment, NoticeKind

# A citation is written with characters that no font has: start, kind, separator, what it refers to, end.
_START, _END, _APART = "\ue200", "\ue201", "\ue202"
_MARK = re.compile(f"{_START}([^{_START}{_END}]*){_END}?")
_SPANS = re.compile("[\ue203-\ue20f]")


@dataclass(slots=True)
class Content:
    """What a message says."""

    text: str = ""
    reasoning: str | None = None
    language: str | None = None
    failed: bool = False
    assets: list[Attachment] = field(default_factory=list[Attachment])
    media: list[Any] = field(default_factory=list[Any])
    """What is known of images that the model made: their prompts."""
    references: list[Any] = field(default_factory=list[Any])
    is_setting: bool = False
    """Nobody says it: it is told to the model in every conversation."""
    instructions: Any = None


def content_of(content: Any, about: Mapping[str, Any], remarks: Remarks) -> Content:
    """What a message says; `about` is its metadata."""
    if isinstance(content, str):
        said = Content(content)
    else:
        held = fields(content)
        kind = text(held.get("content_type")) or ""
        said = _KINDS[kind](held) if kind in _KINDS else _unknown(held, remarks)
    said.references = list(_references(about))
    if _START in said.text or "\ue203" in said.text:
        said.text = _readable(said.text, about, remarks)
    return said


def _text(content: dict[str, Any]) -> Content:
    said = Content(language=text(content.get("language")))
    texts: list[str] = []
    for part in entries(content.get("parts")):
        if isinstance(part, str):
            texts.append(part)
        else:
            texts.append(_part(fields(part), said))
    if not texts:
        texts = [text(content.get("text")) or text(content.get("result")) or ""]
    said.text = joined(part for part in texts if part)
    return said


def _part(part: dict[str, Any], said: Content) -> str:
    """The text of a part; what it shows goes to `said`."""
    if isinstance(part.get("asset_pointer"), str):
        said.assets.append(_asset(part))
        made = extras(**fields(part.get("metadata")))
        if made:
            said.media.append(made)
    for inner in ("audio_asset_pointer", "video_container_asset_pointer"):
        if "asset_pointer" in fields(part.get(inner)):
            said.assets.append(_asset(fields(part[inner])))
    return text(part.get("text")) or ""


def _asset(pointer: Mapping[str, Any]) -> Attachment:
    name = str(pointer["asset_pointer"]).rsplit("/", 1)[-1].split("?", 1)[0]
    kind = text(pointer.get("content_type")) or ""
    media = next((media for media in ("image", "audio", "video") if media in kind), None)
    form = text(pointer.get("format"))
    return Attachment(
        name, f"{media}/{form}" if media and form else media and f"{media}/*", count(pointer.get("size_bytes"))
    )


def _code(content: dict[str, Any]) -> Content:
    said = _text(content)
    language = said.language
    said.language = None if language in ("unknown", "") else language
    return said


def _result(content: dict[str, Any]) -> Content:
    return Content(joined(filter(None, (text(content.get("result")), text(content.get("summary"))))))


def _quote(content: dict[str, Any]) -> Content:
    head = " ".join(filter(None, (text(content.get("title")), text(content.get("url")) or text(content.get("domain")))))
    body = text(content.get("text")) or text(content.get("snippet"))
    return Content("\n".join(filter(None, (head, body))))


def _error(content: dict[str, Any]) -> Content:
    said = ": ".join(filter(None, (text(content.get("name")), text(content.get("text")))))
    return Content(said, failed=True)


def _thoughts(content: dict[str, Any]) -> Content:
    thoughts = [fields(thought) for thought in entries(content.get("thoughts"))]
    found = ("\n".join(filter(None, (_words(one.get("summary")), _words(one.get("content"))))) for one in thoughts)
    return Content(reasoning="\n\n".join(filter(None, found)) or None)


def _words(value: Any) -> str | None:
    texts = (text(fields(part).get("text")) for part in entries(value))
    return text(value) if isinstance(value, str) else " ".join(filter(None, texts)) or None


def _recap(content: dict[str, Any]) -> Content:
    return Content(reasoning=text(content.get("content")))


def _told(content: dict[str, Any]) -> Content:
    return Content(
        is_setting=True, instructions=extras(**{key: value for key, value in content.items() if key != "content_type"})
    )


def _screen(content: dict[str, Any]) -> Content:
    said = Content(text(content.get("text")) or "")
    _part(fields(content.get("screenshot")), said)
    return said


def _unknown(content: dict[str, Any], remarks: Remarks) -> Content:
    said = _text(content)
    rest = {key: value for key, value in content.items() if key not in ("content_type", "parts")}
    if not said.text and not said.assets and extras(**rest):
        said.text = json_text(extras(**content))
        remarks.add(
            NoticeKind.CHANGED,
            "message is of a kind that is not known, and was kept as JSON",
            "messages are of kinds that are not known, and were kept as JSON",
        )
    return said


_KINDS: dict[str, Callable[[dict[str, Any]], Content]] = {
    "text": _text,
    "multimodal_text": _text,
    "code": _code,
    "execution_output": _text,
    "tether_browsing_display": _result,
    "tether_browsing_code": _text,
    "tether_quote": _quote,
    "sonic_webpage": _quote,
    "system_error": _error,
    "thoughts": _thoughts,
    "reasoning_recap": _recap,
    "user_editable_context": _told,
    "model_editable_context": _told,
    "computer_output": _screen,
}


def _references(about: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The pages that a message cites, old ways and new: title and address."""
    cited = [fields(fields(one).get("metadata")) for one in entries(about.get("citations"))]
    for reference in map(fields, entries(about.get("content_references"))):
        cited += [fields(item) for item in entries(reference.get("items"))] or [reference]
        cited += [fields(item) for item in entries(reference.get("sources"))]
    cited += [fields(one) for one in entries(fields(about.get("_cite_metadata")).get("metadata_list"))]
    known: set[tuple[str | None, str | None]] = set()
    for one in cited:
        page = text(one.get("title")) or text(one.get("name")), text(one.get("url"))
        if page[1] and page not in known:
            known.add(page)
            yield extras(title=page[0], url=page[1])


def _readable(words: str, about: Mapping[str, Any], remarks: Remarks) -> str:
    """A text without marks: links in their place where the export says what they refer to."""
    links = 0
    for reference in map(fields, entries(about.get("content_references"))):
        mark = reference.get("matched_text")
        if isinstance(mark, str) and _START in mark and mark in words:
            link = _link(reference)
            words = words.replace(mark, link)
            links += bool(link)
    words, lost = _MARK.subn(_spoken, words)
    remarks.add(NoticeKind.CHANGED, "citation was written as a link", "citations were written as links", links)
    remarks.add(
        NoticeKind.CHANGED,
        "mark of a citation was taken out of a text",
        "marks of citations were taken out of texts",
        lost,
    )
    return _SPANS.sub("", words)


def _link(reference: Mapping[str, Any]) -> str:
    pages = [fields(item) for item in entries(reference.get("items"))]
    links = [f"[{text(page.get('title')) or page['url']}]({page['url']})" for page in pages if text(page.get("url"))]
    return text(reference.get("alt")) or (f"({', '.join(links)})" if links else text(reference.get("name")) or "")


def _spoken(mark: re.Match[str]) -> str:
    """What a mark shows by itself: the name of an entity, the words of a link."""
    kind, *values = mark[1].split(_APART)
    if kind == "entity" and values:
        with suppress(orjson.JSONDecodeError):
            named = entries(orjson.loads(values[0]))
            return next((name for name in named[1:2] if isinstance(name, str)), "")
    return values[0] if kind in ("url", "link_title") and values and not values[0].startswith("turn") else ""
