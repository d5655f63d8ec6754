"""Lines of Claude Code's sessions as messages: answers of several lines, prompts, and results of tools."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from service.conversations.transfer.contents import Content, content_of
from service.conversations.transfer.drafts import HIDDEN, Draft, extras, record
from service.conversations.transfer.parsing import count, fields, ms, text
from service.conversations.transfer.transcripts import Speaker, TranscriptMessage, Wholeness

_INTERRUPTED = "[Request interrupted by user"
_PARTIAL = {"max_tokens", "model_context_window_exceeded"}


@dataclass(slots=True)
class Thread:
    """A conversation: the session's own, or a sub-agent's."""

    draft: Draft
    last: str | None = None
    answers: dict[str, str] = field(default_factory=dict[str, str])
    """The key of an answer by its `message.id`."""
    results: dict[str, str] = field(default_factory=dict[str, str])
    """The key of the last result below an answer."""
    about: dict[str, Any] = field(default_factory=dict[str, Any])
    times: list[int] = field(default_factory=list[int])


def add_answer(thread: Thread, line: dict[str, Any], key: str, parent: str | None) -> None:
    """Add a line of an answer: the first is a message, the others grow it."""
    message = record(line.get("message"), "message")
    content = content_of(message.get("content"))
    usage = fields(message.get("usage"))
    model = text(message.get("model"))
    failed = line.get("isApiErrorMessage") is True
    reason = text(message.get("stop_reason"))
    part = TranscriptMessage(
        key=key,
        parent=parent,
        speaker=Speaker.ASSISTANT,
        content="",
        created_ms=ms(line.get("timestamp")),
        model=None if model == "<synthetic>" else model,
        wholeness=Wholeness.FAILED if failed else Wholeness.PARTIAL if reason in _PARTIAL else Wholeness.COMPLETE,
        finish_reason=reason,
        input_tokens=_sum(usage, "input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens"),
        output_tokens=count(usage.get("output_tokens")),
        extras=extras(cachedTokens=usage.get("cache_read_input_tokens"), requestId=line.get("requestId")),
    )
    id = text(message.get("id"))
    first = thread.draft.messages.get(thread.answers.get(id or "", ""))
    if first is None:
        thread.answers[id or key] = thread.draft.say(part, content)
        return
    thread.draft.pass_over(key, first.key)
    thread.draft.messages[first.key] = _grown(first, part, content)


def _grown(first: TranscriptMessage, part: TranscriptMessage, content: Content) -> TranscriptMessage:
    """An answer with one more of its lines."""
    known = {call.id for call in first.tool_calls}
    return replace(
        first,
        content=Content(texts=[first.content, content.text]).text,
        reasoning=Content(thoughts=[first.reasoning or "", content.reasoning or ""]).reasoning,
        tool_calls=[*first.tool_calls, *(call for call in content.calls if call.id is None or call.id not in known)],
        attachments=[*first.attachments, *content.attachments],
        wholeness=first.wholeness if part.wholeness is Wholeness.COMPLETE else part.wholeness,
        finish_reason=part.finish_reason or first.finish_reason,
        output_tokens=max(first.output_tokens or 0, part.output_tokens or 0) or None,
    )


def add_prompt(thread: Thread, line: dict[str, Any], key: str, parent: str | None) -> None:
    """Add a line of the user's turn: words, results of tools, or what the tool says in the user's name."""
    message = fields(line.get("message"))
    content = content_of(message.get("content"))
    if not content.results and content.text.startswith(_INTERRUPTED):
        _interrupt(thread, parent)
        thread.draft.pass_over(key, parent)
        return
    summary, meta = line.get("isCompactSummary") is True, line.get("isMeta") is True
    if content.results:
        parent = _below_other_results(thread, parent, content)
    about = {"compactSummary": True} if summary else HIDDEN if meta else {}
    last = thread.draft.say(
        TranscriptMessage(
            key=key,
            parent=parent,
            speaker=Speaker.SYSTEM if summary or meta else Speaker.USER,
            content="",
            created_ms=ms(line.get("timestamp")),
            extras={**about, **extras(permissionMode=line.get("permissionMode"))},
        ),
        content,
    )
    if content.results and (answer := _answer_above(thread, parent)) is not None:
        thread.results[answer.key] = last


def _answer_above(thread: Thread, key: str | None) -> TranscriptMessage | None:
    """The answer that results below a key are of."""
    found = thread.draft.above(key)
    for _ in range(1_000):
        if found is None or found.speaker is not Speaker.TOOL:
            return found
        found = thread.draft.above(found.parent)
    return None


def _below_other_results(thread: Thread, parent: str | None, content: Content) -> str | None:
    """Results of calls that were made together follow one another: they are no fork."""
    answer = _answer_above(thread, parent)
    if answer is None or thread.draft.above(parent) is not answer:
        return parent
    before = thread.results.get(answer.key)
    given = {result.call_id for result in content.results}
    if before is None or None in given or not given <= {call.id for call in answer.tool_calls}:
        return parent
    found = thread.draft.above(before)
    for _ in range(1_000):
        if found is None or found.key == answer.key:
            return before
        if found.tool_call_id in given:
            return parent
        found = thread.draft.above(found.parent)
    return parent


def _interrupt(thread: Thread, parent: str | None) -> None:
    answer = _answer_above(thread, parent)
    if answer is not None and answer.speaker is Speaker.ASSISTANT:
        thread.draft.messages[answer.key] = replace(
            answer, wholeness=Wholeness.PARTIAL, finish_reason=answer.finish_reason or "interrupted"
        )


def _sum(usage: dict[str, Any], *names: str) -> int | None:
    found = [number for name in names if (number := count(usage.get(name))) is not None]
    return sum(found) if found else None
