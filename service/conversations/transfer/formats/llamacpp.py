"""The export of llama.cpp's web page: `conv` and the tree of its `messages`, one conversation or a list of them.

Pages of a later day write JSON Lines instead, which begin with a session: `pi.py` reads those.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import orjson

from service.conversations.transfer.assembling import each_file
from service.conversations.transfer.bundles import Bundle
from service.conversations.transfer.contents import Content, attachment_of, content_of
from service.conversations.transfer.drafts import SPEAKERS, Draft, extras, record
from service.conversations.transfer.parsing import (
    BROKEN,
    Read,
    content_key,
    entries,
    fields,
    json_text,
    listing,
    mapping,
    ms,
    text,
)
from service.conversations.transfer.shapes import is_shaped, shaped
from service.conversations.transfer.transcripts import NoticeKind, Speaker, TranscriptMessage

LISTS = {"item.conv": "item"}
_SHAPES = ("conv.currNode", "item.conv.currNode", "messages.item.convId", "item.messages.item.convId")


def recognizes(bundle: Bundle) -> bool:
    """Whether a file has a conversation with its current message, or messages that name their conversation."""
    return is_shaped(bundle, _SHAPES)


def read(bundle: Bundle) -> Read:
    """The conversations of all the files."""
    return each_file(bundle, shaped(bundle, _SHAPES), LISTS, _conversation)


def content_of_page(about: dict[str, Any], draft: Draft) -> Content:
    """What a message of the page says, with the texts that came with it, its calls and its attachments."""
    content = content_of(about.get("content"))
    calls = about.get("toolCalls")
    if isinstance(calls, str):
        with suppress(ValueError):
            calls = orjson.loads(calls)
    content.add_calls(entries(calls))
    for one in filter(None, map(fields, entries(about.get("extra")))):
        body, name = text(one.get("content")), text(one.get("name"))
        if body and not text(one.get("base64Url")):
            content.texts.append(f'<attachment name="{name or "text"}">\n{body}\n</attachment>')
            draft.remark(
                NoticeKind.CHANGED,
                "attachment's text was put behind the message that it came with",
                "attachments' texts were put behind the messages that they came with",
            )
        else:
            content.attachments.append(attachment_of(one))
    return content


def _conversation(place: str, whole: Any) -> Read:
    outer = mapping(whole, "the conversation")
    about = fields(outer.get("conv"))
    listed = listing(outer.get("messages"), "messages")
    draft = Draft(place)
    for number, said in enumerate(listed, start=1):
        try:
            _message(draft, record(said, "the message"), number)
        except BROKEN:
            draft.skipped("message is not as expected, and was", "messages are not as expected, and were")
    head = draft.above(text(about.get("currNode")))
    yield from draft.finish(
        text(about.get("id")) or content_key(about.get("name"), json_text(listed[:1])),
        title=text(about.get("name")),
        updated_ms=ms(about.get("lastModified")),
        head=head.key if head else None,
        extras=extras(**{name: value for name, value in about.items() if name not in _KNOWN}),
    )


_KNOWN = frozenset({"id", "name", "lastModified", "currNode"})


def _message(draft: Draft, about: dict[str, Any], number: int) -> None:
    key, parent = text(about.get("id")) or f"message-{number}", text(about.get("parent"))
    if about.get("type") == "root":
        # Of the tree: it says nothing.
        draft.pass_over(key, None)
        return
    draft.say(
        TranscriptMessage(
            key=key,
            parent=parent,
            speaker=SPEAKERS.get((text(about.get("role")) or "").lower(), Speaker.SYSTEM),
            content="",
            created_ms=ms(about.get("timestamp")),
            model=text(about.get("model")),
            reasoning=text(about.get("reasoningContent")) or text(about.get("thinking")),
            tool_call_id=text(about.get("toolCallId")),
            extras=extras(timings=about.get("timings")),
        ),
        content_of_page(about, draft),
    )
