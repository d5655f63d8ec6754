"""ShareGPT's and FastChat's conversations, Alpaca's instructions, and pairs of chosen and rejected answers.

One record is one conversation; JSON lists and JSON Lines.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, cast

import orjson

from service.conversations.transfer.bundles import Bundle
from service.conversations.transfer.contents import Content, attachment_of, content_of
from service.conversations.transfer.drafts import SPEAKERS, Draft, Keys, enclosed, extras, spoken
from service.conversations.transfer.glimpses import Glimpse, looks, records, telling, unread
from service.conversations.transfer.html_text import html_text, is_html
from service.conversations.transfer.parsing import Read, each, entries, json_text, ms, text
from service.conversations.transfer.transcripts import NoticeKind, Speaker, TranscriptMessage, Unreadable

_LISTS = ("conversations", "conversation", "items", "dialog", "dialogue")
_WHO = ("from", "role", "speaker", "user")
_WHAT = ("value", "content", "text", "markdown", "html")
_KNOWN = (
    *_LISTS,
    *("id", "title", "system", "system_prompt", "chosen", "rejected", "prompt", "instruction", "input", "output"),
    *("response", "history", "images", "create_time"),
)


def recognizes(bundle: Bundle) -> bool:
    """Whether a file has records with `from` and `value`, `instruction` and `output`, or `chosen` and `rejected`."""
    return looks(bundle, _is_shared)


def _is_shared(seen: Glimpse) -> bool:
    turns = any(
        seen.has(f"{name}.item.{who}", f"{name}.item.{what}") for name in _LISTS for who in _WHO for what in _WHAT
    )
    return (
        turns
        or seen.has("conversations.item.value")
        or seen.has("instruction", "output")
        or seen.has("chosen", "rejected")
        or seen.has("from", "value")
    )


def read(bundle: Bundle) -> Read:
    """The conversations of all the files."""
    members = telling(bundle, _is_shared)
    reader = _Reader()
    for member in members:
        yield from each(records(member), reader.read)
    yield from unread(bundle, members)


@dataclass(slots=True)
class _Reader:
    keys: Keys = field(default_factory=Keys)

    def read(self, place: str, value: Any) -> Read:
        """The conversation of a record."""
        about = enclosed(value, "conversations")
        draft = Draft(place)
        tip = _turns(draft, None, _opening(about))
        head: str | None = None
        for name in ("chosen", "rejected"):
            turns = _as_turns(about.get(name), "gpt")
            end = _turns(draft, tip if not _repeats(draft, turns) else None, turns, {"preferred": name == "chosen"})
            head = end if name == "chosen" and turns else head
        _images(draft, about)
        if not draft.messages:
            raise Unreadable("It has no conversation: a list `conversations` was expected.")
        more = {str(name): given for name, given in about.items() if name not in _KNOWN}
        yield from draft.finish(
            self.keys.key(text(about.get("id")), [about.get(name) for name in _KNOWN[:-1]]),
            title=text(about.get("title")),
            created_ms=ms(about.get("create_time")),
            head=head,
            extras=extras(**more),
        )


def _opening(about: dict[str, Any]) -> list[Any]:
    """The turns of a record, in whichever field they are."""
    system = text(about.get("system")) or text(about.get("system_prompt"))
    opening: list[Any] = [{"from": "system", "value": system}] if system else []
    for pair in entries(about.get("history")):
        asked, answer = ([*entries(pair), None, None])[:2]
        opening += [{"from": "human", "value": asked}, {"from": "gpt", "value": answer}]
    named = next((name for name in _LISTS if isinstance(about.get(name), list)), "")
    opening += entries(about.get(named))
    opening += _as_turns(about.get("prompt"), "human")
    if "instruction" in about or "output" in about:
        asked = "\n\n".join(filter(None, (spoken(about.get("instruction")), spoken(about.get("input")))))
        opening += [{"from": "human", "value": asked}] if asked else []
        opening += _as_turns(about.get("output", about.get("response")), "gpt")
    return opening


def _as_turns(value: Any, who: str) -> list[Any]:
    if isinstance(value, list):
        return cast("list[Any]", value)
    if isinstance(value, dict):
        return [{"from": who, **cast("dict[str, Any]", value)}]
    return [{"from": who, "value": value}] if text(value) else []


def _repeats(draft: Draft, turns: list[Any]) -> bool:
    """Whether an answer is given with all that stands before it."""
    first = next(iter(draft.messages.values()), None)
    if first is None or not turns or not isinstance(turns[0], dict):
        return False
    speaker, content, _ = _turn(cast("dict[str, Any]", turns[0]))
    return len(turns) > 1 and (speaker, content.text) == (first.speaker, first.content)


def _turns(draft: Draft, tip: str | None, turns: list[Any], about: dict[str, Any] | None = None) -> str | None:
    for value in turns:
        if not isinstance(value, dict):
            draft.skipped("message is not as expected, and was", "messages are not as expected, and were")
            continue
        turn = cast("dict[str, Any]", value)
        speaker, content, who = _turn(turn)
        if not who:
            before = draft.messages.get(tip or "")
            speaker = Speaker.ASSISTANT if before and before.speaker is Speaker.USER else Speaker.USER
            who = speaker.value.lower()
            draft.remark(
                NoticeKind.CHANGED, "message names no speaker, and got one", "messages name no speakers, and got them"
            )
        if any(is_html(one) for one in content.texts):
            content.texts = [html_text(one) if is_html(one) else one for one in content.texts]
            draft.remark(
                NoticeKind.CHANGED, "message was HTML, and is plain text", "messages were HTML, and are plain text"
            )
        there = _there(draft, tip, speaker, content) if about is not None else None
        if there is not None:
            tip = there
            continue
        unknown = who not in SPEAKERS
        if unknown:
            draft.remark(
                NoticeKind.CHANGED,
                "message has a role that is not known, and is a system message",
                "messages have roles that are not known, and are system messages",
            )
        message = TranscriptMessage(
            key=f"m{len(draft.messages) + 1}",
            parent=tip,
            speaker=speaker,
            content="",
            tool_name=text(turn.get("name")) if speaker is Speaker.TOOL else None,
            tool_call_id=text(turn.get("tool_call_id")),
            reasoning=text(turn.get("reasoning_content")) or text(turn.get("reasoning")),
            extras={
                **(about or {}),
                **extras(role=who if unknown else None, weight=turn.get("weight"), loss=turn.get("loss")),
            },
        )
        tip = draft.say(message, content)
    return tip


def _there(draft: Draft, tip: str | None, speaker: Speaker, content: Content) -> str | None:
    """The message below `tip` that says the same already."""
    for key, message in draft.messages.items():
        if message.parent == tip and (message.speaker, message.content) == (speaker, content.text):
            return key
    return None


def _turn(turn: dict[str, Any]) -> tuple[Speaker, Content, str]:
    who = next((found for name in _WHO if (found := text(turn.get(name)))), "").lower()
    said = next((turn[name] for name in _WHAT if turn.get(name) is not None), None)
    if who == "function_call" and isinstance(said, str):
        with suppress(orjson.JSONDecodeError):
            content = Content()
            content.add_calls(_calls(orjson.loads(said)))
            if content.calls:
                return Speaker.ASSISTANT, content, who
    content = content_of(said)
    content.add_calls(entries(turn.get("tool_calls")))
    return SPEAKERS.get(who, Speaker.SYSTEM), content, who


def _calls(value: Any) -> list[Any]:
    return cast("list[Any]", value) if isinstance(value, list) else [value]


def _images(draft: Draft, about: dict[str, Any]) -> None:
    """Images of a record, with its first prompt."""
    given: Any = about.get("images") or about.get("image") or []
    values = cast("list[Any]", given) if isinstance(given, list) else [given]
    names = [{"type": "image", "name": json_text(one).rsplit("/", 1)[-1]} for one in values if one]
    first = next((message for message in draft.messages.values() if message.speaker is Speaker.USER), None)
    if first is not None and names:
        attached = [*first.attachments, *map(attachment_of, names)]
        draft.messages[first.key] = replace(first, attachments=attached)
