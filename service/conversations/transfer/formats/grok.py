"""Grok's export: a zip with `prod-grok-backend.json`, which lists conversations, each with its responses.

A response is what somebody said, the person too. Times are as MongoDB writes them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

import orjson

from service.conversations.transfer.assembling import (
    assembled,
    each_file,
    extras,
    message_each,
    others,
    short,
)
from service.conversations.transfer.bundles import Bundle
from service.conversations.transfer.parsing import Read, content_key, entries, fields, listing, mapping, ms, text
from service.conversations.transfer.remarks import Remarks
from service.conversations.transfer.shapes import is_shaped, shaped
from service.conversations.transfer.transcripts import (
    Attachment,
    Notice,
    NoticeKind,
    Speaker,
    Transcript,
    TranscriptMessage,
    Wholeness,
)

LISTS = {"conversations.item.responses": "conversations.item", "item.responses": "item"}
_SHAPES = ("conversations.item.responses.item.response", "item.responses.item.response")
_SPEAKERS = {"human": Speaker.USER, "user": Speaker.USER, "assistant": Speaker.ASSISTANT, "grok": Speaker.ASSISTANT}
_KNOWN = ("id", "title", "create_time", "modify_time", "user_id", "leaf_response_id")
# A citation in a text: it names a card, and the card an address.
_CARD = re.compile(
    r'<grok:render\b[^<>]{0,500}?card_id="([^"<>]{0,500})"[^<>]{0,500}>.{0,2000}?</grok:render>', re.DOTALL
)


def recognizes(bundle: Bundle) -> bool:
    """Whether a file lists responses as Grok does."""
    return is_shaped(bundle, _SHAPES)


def read(bundle: Bundle) -> Read:
    """The conversations of all the files."""
    return each_file(bundle, shaped(bundle, _SHAPES), LISTS, _conversation)


def _conversation(place: str, record: Any) -> Iterator[Transcript | Notice]:
    whole = mapping(record, "the conversation")
    listed = [fields(one).get("response") for one in listing(whole.get("responses"), "responses")]
    about = fields(whole.get("conversation"))
    key = _id(about.get("id")) or content_key(about.get("title"), about.get("create_time"))
    remarks = Remarks(f"{place} ({short(key)})")

    def message(key: str, parent: str | None, said: Any) -> Iterator[TranscriptMessage]:
        yield _message(key, parent, mapping(said, "the response"), remarks)

    yield from assembled(
        remarks,
        key,
        message_each(_linked(listed), message, remarks),
        title=text(about.get("title")),
        created_ms=_time(about.get("create_time")),
        updated_ms=_time(about.get("modify_time")),
        head=_id(about.get("leaf_response_id")),
        extras=others(about, _KNOWN),
    )


def _linked(listed: list[Any]) -> Iterator[tuple[str, str | None, Any]]:
    """Responses with their parents. Where only answers say theirs, what the person said follows the one before."""
    people = [said for said in map(fields, listed) if _SPEAKERS.get(_sender(said)) is Speaker.USER][1:]
    tree = any(map(_parent, listed))
    loose = not tree or (bool(people) and not any(map(_parent, people)))
    before: str | None = None
    for number, said in enumerate(listed, start=1):
        key = _id(fields(said).get("_id")) or content_key(number, before or "")
        yield key, _parent(said) or (before if loose else None), said
        before = key


def _parent(said: Any) -> str | None:
    return _id(fields(said).get("parent_response_id"))


def _sender(said: Mapping[str, Any]) -> str:
    return (text(said.get("sender")) or "").lower()


def _message(key: str, parent: str | None, said: Mapping[str, Any], remarks: Remarks) -> TranscriptMessage:
    speaker = remarks.speaker(_SPEAKERS, _sender(said))
    answer = speaker is Speaker.ASSISTANT
    content = _readable(text(said.get("message")) or "", said, remarks)
    failed = bool(said.get("error"))
    wholeness = Wholeness.COMPLETE
    if answer and (said.get("partial") is True or failed):
        wholeness = Wholeness.PARTIAL if content else Wholeness.FAILED
    return TranscriptMessage(
        key=key,
        parent=parent,
        speaker=speaker,
        content=content,
        created_ms=_time(said.get("create_time")),
        model=text(said.get("model")) if answer else None,
        reasoning=_thoughts(said) or None,
        wholeness=wholeness,
        attachments=list(_attachments(said)),
        extras=extras(
            error=said.get("error"),
            references=list(_pages(said)),
            posts=said.get("xposts") or said.get("xpost_ids"),
            query=said.get("query"),
            mode=fields(fields(said.get("metadata")).get("request_metadata")).get("mode"),
        ),
    )


def _thoughts(said: Mapping[str, Any]) -> str:
    """What the model thought: its own trace, and those of the agents that it had."""
    traces = [text(said.get("thinking_trace"))]
    for trace in entries(said.get("agent_thinking_traces")):
        traces.append(text(trace) or text(fields(trace).get("thinking_trace")) or text(fields(trace).get("text")))
    return "\n\n".join(filter(None, traces))


def _attachments(said: Mapping[str, Any]) -> Iterator[Attachment]:
    known: set[str] = set()
    for kind in ("file_attachments", "image_attachments", "generated_image_urls", "image_edit_uris"):
        for one in entries(said.get(kind)):
            about = fields(one)
            name = text(one) or text(about.get("file_name")) or text(about.get("fileName")) or text(about.get("url"))
            name = (name or _id(about.get("file_metadata_id")) or "").split("?", 1)[0].rstrip("/").rsplit("/", 1)[-1]
            if name and name not in known:
                known.add(name)
                media = text(about.get("mime_type")) or text(about.get("mimeType"))
                yield Attachment(name, media or ("image/*" if "image" in kind else None))


def _pages(said: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    known: set[str] = set()
    for kind in ("cited_web_search_results", "web_search_results"):
        for page in map(fields, entries(said.get(kind))):
            url = text(page.get("url"))
            if url and url not in known:
                known.add(url)
                yield extras(title=text(page.get("title")), url=url)


def _readable(words: str, said: Mapping[str, Any], remarks: Remarks) -> str:
    """A text with links in place of cards."""
    if "<grok:render" not in words:
        return words
    cards = dict(_cards(said))
    links = 0

    def link(card: re.Match[str]) -> str:
        nonlocal links
        url = cards.get(card[1])
        links += bool(url)
        return f" ([{url.split('/')[2] if url.count('/') > 1 else url}]({url}))" if url else ""

    words, count = _CARD.subn(link, words)
    remarks.add(NoticeKind.CHANGED, "citation was written as a link", "citations were written as links", links)
    remarks.add(
        NoticeKind.CHANGED,
        "card was taken out of a text",
        "cards were taken out of texts",
        count - links,
    )
    return words


def _cards(said: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for card in entries(said.get("card_attachments_json")):
        with suppress(orjson.JSONDecodeError):
            about = fields(orjson.loads(card) if isinstance(card, str) else card)
            name, url = text(about.get("id")), text(about.get("url"))
            if name and url:
                yield name, url


def _id(value: Any) -> str | None:
    return text(fields(value).get("$oid")) if isinstance(value, dict) else text(value)


def _time(value: Any) -> int | None:
    """A time as text, as a number, or as MongoDB writes it: `{"$date": {"$numberLong": "1735689600000"}}`."""
    for inner in ("$date", "$numberLong"):
        value = fields(value).get(inner, value) if isinstance(value, dict) else value
    return ms(value)
