"""OpenAI's chats: JSON Lines for fine-tuning, batches, completions, and items of the Responses API.

One record is one conversation. A preferred answer and one that is not are siblings.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any, cast

from service.conversations.transfer.bundles import Bundle
from service.conversations.transfer.contents import Content, content_of
from service.conversations.transfer.drafts import SPEAKERS, Draft, Keys, enclosed, extras
from service.conversations.transfer.formats.openai_items import is_item, item
from service.conversations.transfer.glimpses import Glimpse, glimpse, looks, records, telling, unread
from service.conversations.transfer.parsing import Read, count, each, entries, fields, ms, text
from service.conversations.transfer.transcripts import (
    NoticeKind,
    Speaker,
    TranscriptMessage,
    Unreadable,
    Wholeness,
)

_PARTIAL = ("length", "content_filter", "max_output_tokens")
_KNOWN = ("messages", "input", "output", "body", "response", "choices", "preferred_output", "non_preferred_output")
_READ = (*_KNOWN, "instructions", "usage", "object", "created", "created_at", "custom_id", "id", "title")
_ROLES = ("messages.item.role", "input.messages.item.role", "body.messages.item.role", "choices.item.message.role")


def recognizes(bundle: Bundle) -> bool:
    """Whether a file holds chats, batches or items."""
    return looks(bundle, _is_chat)


def _is_chat(seen: Glimpse) -> bool:
    return (
        seen.any(*_ROLES, "response.body.choices", "preferred_output", "response.body.output")
        or seen.has("role", "content")
        or seen.has("item.role", "item.content")
        or (seen.has("custom_id", "body") or seen.says("object", "response", "list", "chat.completion"))
        or seen.any("input.item.role", "body.input", "output.item.content.item.text")
        or seen.says("type", "function_call", "function_call_output")
    )


def read(bundle: Bundle) -> Read:
    """The conversations of all the files; requests of a batch together with their answers, by `custom_id`."""
    members = telling(bundle, _is_chat)
    answers: dict[str, dict[str, Any]] = {}
    for member in members:
        if len(members) > 1 and glimpse(member).has("custom_id"):
            for _, value in records(member):
                answer = fields(value)
                if (id := text(answer.get("custom_id"))) and "response" in answer:
                    answers[id] = answer
    asked: set[str] = set()
    reader = _Reader(answers, asked)
    later: list[tuple[str, Any]] = []
    for member in members:
        whole = _lone_messages(records(member))
        for place, value in whole:
            if answers and "response" in fields(value):
                later.append((place, value))
            else:
                yield from each([(place, value)], reader.read)
    yield from each((pair for pair in later if text(fields(pair[1]).get("custom_id")) not in asked), reader.read)
    yield from unread(bundle, members)


def _lone_messages(given: Iterable[tuple[str, Any]]) -> Iterable[tuple[str, Any]]:
    """Records as they are; messages that stand alone, one a record, as one conversation."""
    lone: list[Any] = []
    first: str | None = None
    for place, value in given:
        about = fields(value)
        if ("role" in about and "content" in about) or (is_item(about) and "messages" not in about):
            lone.append(value)
            first = first or place
        else:
            yield place, value
    if first is not None:
        yield first, lone


@dataclass(slots=True)
class _Reader:
    answers: dict[str, dict[str, Any]]
    asked: set[str]
    keys: Keys = field(default_factory=Keys)

    def read(self, place: str, value: Any) -> Read:
        """The conversation of a record."""
        draft = Draft(place)
        about = enclosed(value, "messages")
        outer = about
        id = text(about.get("custom_id"))
        if isinstance(about.get("body"), dict):
            about = fields(about.get("body"))
        self.asked.update(filter(None, (id,)))
        answer = self.answers.get(id or "", outer)
        answer = fields(fields(answer.get("response")).get("body")) if "response" in answer else about
        tip = self._asked(draft, about)
        _answered(draft, tip, answer, text(about.get("model")))
        for name in ("preferred_output", "non_preferred_output"):
            branch = tip
            for message in entries(about.get(name)):
                branch = chat_message(draft, branch, message, {"preferred": name == "preferred_output"})
        if not draft.messages and not any(name in outer for name in _KNOWN):
            raise Unreadable("It has no messages.")
        more = {name: given for name, given in about.items() if name not in _READ}
        error = fields(self.answers.get(id or "", outer)).get("error")
        key = id or text(about.get("id")) or text(about.get("conversation_id"))
        yield from draft.finish(
            self.keys.key(key, _plain(about), _plain(answer)),
            head=_preferred(draft),
            title=text(about.get("title")),
            created_ms=ms(answer.get("created_at")) or ms(answer.get("created")),
            extras=extras(**{str(name): given for name, given in more.items()}, error=error),
        )

    def _asked(self, draft: Draft, about: dict[str, Any]) -> str | None:
        tip: str | None = None
        if instructions := text(about.get("instructions")):
            tip = chat_message(draft, tip, {"role": "system", "content": instructions})
        given = about.get("input")
        inner = fields(given)
        asked: Any = about.get("messages") or inner.get("messages") or given or []
        if isinstance(asked, str):
            asked = [{"role": "user", "content": asked}]
        for message in entries(asked):
            tip = chat_message(draft, tip, message)
        return tip


def _preferred(draft: Draft) -> str | None:
    """The last message of the answer that is preferred, where there is one."""
    return next((key for key, message in reversed(draft.messages.items()) if message.extras.get("preferred")), None)


def _plain(value: dict[str, Any]) -> list[Any]:
    return [value.get(name) for name in _KNOWN]


def _answered(draft: Draft, tip: str | None, answer: dict[str, Any], model: str | None) -> None:
    usage = fields(answer.get("usage"))
    about: dict[str, Any] = {
        "model": text(answer.get("model")) or model,
        "input_tokens": count(usage.get("prompt_tokens", usage.get("input_tokens"))),
        "output_tokens": count(usage.get("completion_tokens", usage.get("output_tokens"))),
        "created_ms": ms(answer.get("created_at")) or ms(answer.get("created")),
    }
    for choice in entries(answer.get("choices")):
        reason = text(fields(choice).get("finish_reason"))
        key = chat_message(draft, tip, fields(choice).get("message"))
        _add(draft, key, **about, finish_reason=reason, wholeness=_whole(reason))
    for value in entries(answer.get("output")):
        tip = chat_message(draft, tip, value)
        reason = text(fields(answer.get("incomplete_details")).get("reason"))
        _add(draft, tip, model=about["model"], finish_reason=reason, wholeness=_whole(reason))
    if entries(answer.get("output")):
        _add(draft, tip, **{name: about[name] for name in ("input_tokens", "output_tokens", "created_ms")})


def _whole(reason: str | None) -> Wholeness:
    return Wholeness.PARTIAL if reason in _PARTIAL else Wholeness.COMPLETE


def _add(draft: Draft, key: str | None, **about: Any) -> None:
    if (message := draft.messages.get(key or "")) is not None and message.speaker is Speaker.ASSISTANT:
        draft.messages[message.key] = replace(message, **about)


def chat_message(draft: Draft, parent: str | None, value: Any, about: dict[str, Any] | None = None) -> str | None:
    """Add a message of a chat, or an item; gives its key, or its parent's where it says nothing."""
    message = fields(value)
    key = f"m{len(draft.messages) + 1}"
    if not message:
        draft.skipped("message is not as expected, and was", "messages are not as expected, and were")
        return parent
    if is_item(message) and not ("role" in message and message.get("type") != "message"):
        found = item(message, key, parent)
        return draft.say(*found) if found else parent
    role = (text(message.get("role")) or "").lower()
    if role not in SPEAKERS:
        draft.remark(
            NoticeKind.CHANGED,
            "message has a role that is not known, and is a system message",
            "messages have roles that are not known, and are system messages",
        )
    return draft.say(
        TranscriptMessage(
            key=key,
            parent=parent,
            speaker=SPEAKERS.get(role, Speaker.SYSTEM),
            content="",
            created_ms=ms(message.get("created_at")) or ms(message.get("timestamp")),
            model=text(message.get("model")),
            reasoning=text(message.get("reasoning_content")) or text(message.get("reasoning")),
            tool_call_id=text(message.get("tool_call_id")),
            tool_name=text(message.get("name")) if role in ("tool", "function") else None,
            extras={
                **(about or {}),
                **extras(
                    role=None if role in SPEAKERS else role,
                    name=message.get("name") if role not in ("tool", "function") else None,
                    weight=message.get("weight"),
                    annotations=message.get("annotations"),
                ),
            },
        ),
        _content(message),
    )


def _content(message: dict[str, Any]) -> Content:
    content = content_of(message.get("content"))
    for name in ("refusal", "audio"):
        said = message.get(name)
        if isinstance(said, str) or (
            isinstance(said, dict) and (said := cast("dict[str, Any]", said).get("transcript"))
        ):
            content.texts.extend(filter(None, (text(said),)))
    content.add_calls([*entries(message.get("tool_calls")), message.get("function_call")])
    return content
