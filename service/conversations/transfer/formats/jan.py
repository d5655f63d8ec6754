"""Jan's threads: a folder each, with `thread.json` and `messages.jsonl`. A thread is a line of messages."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from service.conversations.transfer.bundles import Bundle, Member
from service.conversations.transfer.contents import Content, Result, content_of
from service.conversations.transfer.drafts import SPEAKERS, Draft, extras, record
from service.conversations.transfer.glimpses import Glimpse, looks, telling, unread
from service.conversations.transfer.parsing import Read, count, entries, fields, json_lines, json_whole, ms, text
from service.conversations.transfer.transcripts import (
    Notice,
    NoticeKind,
    Speaker,
    TranscriptMessage,
    Unreadable,
    Wholeness,
)

_WHOLE = {
    "stopped": Wholeness.PARTIAL,
    "pending": Wholeness.PARTIAL,
    "incomplete": Wholeness.PARTIAL,
    "error": Wholeness.FAILED,
}


def recognizes(bundle: Bundle) -> bool:
    """Whether a file has the messages of a thread."""
    return looks(bundle, _is_thread)


def _is_thread(seen: Glimpse) -> bool:
    return seen.says("object", "thread.message") or seen.has("thread_id", "role", "content.item.text.value")


def read(bundle: Bundle) -> Read:
    """A conversation for each file of messages, with what `thread.json` beside it says of it."""
    members = telling(bundle, _is_thread)
    beside = {_folder(member): member for member in bundle.matching(r"thread\.json")}
    for member in members:
        about: dict[str, Any] = {}
        if _folder(member) in beside:
            try:
                about = record(json_whole(beside[_folder(member)]), "the thread")
            except Unreadable as error:
                yield Notice(NoticeKind.SKIPPED, beside[_folder(member)].name, str(error))
        yield from _thread(member, about)
    yield from unread(bundle, [*members, *beside.values()])


def _folder(member: Member) -> str:
    return member.name.rpartition("/")[0]


def _thread(member: Member, about: dict[str, Any]) -> Read:
    draft = Draft(member.name)
    threads: list[str] = []
    tip: str | None = None
    assistant = fields((entries(about.get("assistants")) or [None])[0])
    model = text(fields(assistant.get("model")).get("id")) or text(fields(about.get("model")).get("id"))
    if system := text(assistant.get("instructions")):
        tip = draft.add(TranscriptMessage(key="system", parent=None, speaker=Speaker.SYSTEM, content=system))
    try:
        for number, line in json_lines(member):
            try:
                message = record(line, "the line")
                threads += filter(None, (text(message.get("thread_id")),))
                tip = _message(draft, message, tip, number, model)
            except (Unreadable, TypeError, ValueError, AttributeError, LookupError):
                what = "line is not as expected, and was", "lines are not as expected, and were"
                draft.skipped(*what, first=f"line {number}")
    except Unreadable as error:
        draft.skipped(f"rest of the file ({error}) was", f"rests of the file ({error}) were")
    yield from draft.finish(
        text(about.get("id")) or next(iter(threads), None) or _folder(member).rpartition("/")[2] or member.base,
        title=text(about.get("title")) or text(fields(about.get("metadata")).get("title")),
        created_ms=ms(about.get("created")) or ms(about.get("created_at")),
        updated_ms=ms(about.get("updated")) or ms(about.get("updated_at")),
        head=tip,
        extras=extras(
            assistant=assistant.get("name"), favorite=about.get("isFavorite"), metadata=about.get("metadata")
        ),
    )


def _message(draft: Draft, message: dict[str, Any], tip: str | None, number: int, model: str | None) -> str:
    role = (text(message.get("role")) or "").lower()
    more = fields(message.get("metadata"))
    usage = fields(more.get("usage"))
    speaker = SPEAKERS.get(role, Speaker.SYSTEM)
    content = content_of(message.get("content"))
    content.texts = [one for one in content.texts if one]
    made = TranscriptMessage(
        key=text(message.get("id")) or f"line-{number}",
        parent=tip,
        speaker=speaker,
        content="",
        created_ms=ms(message.get("created_at")) or ms(message.get("created")),
        model=(text(more.get("modelId")) or text(more.get("model")) or model) if speaker is Speaker.ASSISTANT else None,
        wholeness=_WHOLE.get(text(message.get("status")) or "", Wholeness.COMPLETE),
        tool_call_id=text(message.get("tool_call_id")),
        input_tokens=count(usage.get("prompt_tokens", usage.get("inputTokens"))),
        output_tokens=count(usage.get("completion_tokens", usage.get("outputTokens"))),
        extras=extras(
            role=None if role in SPEAKERS else role,
            error=message.get("error_code") or more.get("error"),
            type=message.get("type") if message.get("type") != "text" else None,
        ),
    )
    given = [*entries(more.get("tool_calls")), *_called(message.get("content"))]
    before = _tools(draft, made, [fields(call) for call in given]) if given else tip
    content.attachments.extend(
        one
        for file in entries(message.get("attachments"))
        for one in content_of({**fields(file), "type": "file"}).attachments
    )
    return draft.say(replace(made, parent=before), content)


def _called(content: Any) -> list[Any]:
    """Calls in the content, which hold their results."""
    return [
        {
            "tool": {
                "id": block.get("tool_call_id"),
                "function": {"name": block.get("tool_name"), "arguments": block.get("input")},
            },
            "response": block.get("output"),
        }
        for block in map(fields, entries(content))
        if block.get("type") == "tool_call" and "tool_name" in block
    ]


def _tools(draft: Draft, message: TranscriptMessage, calls: list[dict[str, Any]]) -> str | None:
    """Add the calls of tools before an answer, and their results; gives the key of the last."""
    asked, given = Content(), Content()
    for call in calls:
        tool = fields(call.get("tool")) or call
        asked.add_calls([tool])
        response = call.get("response")
        if response is not None:
            inner = content_of(fields(response).get("content", response))
            failed = fields(response).get("isError") is True or bool(fields(response).get("error"))
            given.results.append(
                Result(text(tool.get("id")), text(fields(tool.get("function")).get("name")), failed, inner)
            )
    if not asked.calls:
        return message.parent
    blank = replace(message, extras={}, input_tokens=None, output_tokens=None, wholeness=Wholeness.COMPLETE)
    tip = draft.say(replace(blank, key=f"{message.key}#calls"), asked)
    if not given.results:
        return tip
    return draft.say(replace(blank, key=f"{message.key}#results", parent=tip, speaker=Speaker.TOOL), given)
