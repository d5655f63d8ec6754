"""The pi coding agent's sessions: JSON Lines in `~/.pi/agent/sessions`, a tree by `id` and `parentId`.

The first version is a plain sequence: there, an entry stands below the one before it. llama.cpp's web page exports its
chats in the same manner, several in a file, with the tree inside the messages.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from service.conversations.transfer.bundles import Bundle, Member
from service.conversations.transfer.contents import content_of
from service.conversations.transfer.drafts import HIDDEN, SPEAKERS, Draft, extras, record, spoken
from service.conversations.transfer.formats.llamacpp import content_of_page
from service.conversations.transfer.glimpses import Glimpse, looks, telling, unread
from service.conversations.transfer.parsing import Read, count, fields, json_lines, ms, text
from service.conversations.transfer.transcripts import NoticeKind, Speaker, TranscriptMessage, Unreadable, Wholeness

_WHOLE = {"aborted": Wholeness.PARTIAL, "length": Wholeness.PARTIAL, "error": Wholeness.FAILED}
_QUIET = ("model_change", "thinking_level_change", "label", "session_info", "session")


def recognizes(bundle: Bundle) -> bool:
    """Whether a file begins as a session does."""
    return looks(bundle, _is_session)


def _is_session(seen: Glimpse) -> bool:
    return (
        seen.says("type", "session")
        and not seen.has("payload")
        and (seen.has("id", "timestamp", "cwd") or seen.has("id", "harness"))
    )


def read(bundle: Bundle) -> Read:
    """A conversation for each file."""
    members = telling(bundle, _is_session)
    for member in members:
        yield from _session(member)
    yield from unread(bundle, members)


@dataclass(slots=True)
class _Session:
    draft: Draft
    about: dict[str, Any] = field(default_factory=dict[str, Any])
    name: str | None = None
    labels: dict[str, str] = field(default_factory=dict[str, str])
    last: str | None = None
    times: list[int] = field(default_factory=list[int])


def _session(member: Member) -> Read:
    session = _Session(Draft(member.name))
    try:
        for number, line in json_lines(member):
            try:
                entry = record(line, "the line")
                if entry.get("type") == "session" and session.about and session.draft.messages:
                    yield from _finished(session, member)
                    session = _Session(Draft(f"{member.name}: line {number}"))
                _entry(session, entry, number)
            except (Unreadable, TypeError, ValueError, AttributeError, LookupError):
                session.draft.skipped(
                    "line is not as expected, and was", "lines are not as expected, and were", first=f"line {number}"
                )
    except Unreadable as error:
        session.draft.skipped(f"rest of the file ({error}) was", f"rests of the file ({error}) were")
    yield from _finished(session, member)


def _finished(session: _Session, member: Member) -> Read:
    head = session.draft.above(text(session.about.get("currNode")) or session.last)
    labels = {label: found.key for target, label in session.labels.items() if (found := session.draft.above(target))}
    about = session.about
    yield from session.draft.finish(
        text(about.get("id")) or member.base.rsplit(".", 1)[0],
        title=session.name or text(about.get("name")),
        created_ms=ms(about.get("timestamp")) or min(session.times, default=None),
        updated_ms=max(session.times, default=None),
        head=head.key if head else None,
        branches=labels,
        extras=extras(
            cwd=about.get("cwd"),
            parentSession=about.get("parentSession") or about.get("branchedFrom"),
            model=about.get("modelId"),
        ),
    )


def _entry(session: _Session, entry: dict[str, Any], number: int) -> None:
    kind = text(entry.get("type")) or ""
    if kind == "session":
        session.about = {**entry, **session.about}
        return
    inner = fields(entry.get("message"))
    key = text(entry.get("id")) or text(inner.get("id")) or f"line-{number}"
    named = next((one[name] for one, name in ((entry, "parentId"), (inner, "parent")) if name in one), session.last)
    parent = text(named)
    if (created := ms(entry.get("timestamp"))) is not None:
        session.times.append(created)
    if kind == "message" and inner.get("type") == "root":
        session.draft.pass_over(key, None)
    elif kind in _ENTRIES:
        about = entry if kind != "message" else record(entry.get("message"), "message")
        _ENTRIES[kind](
            session,
            about,
            TranscriptMessage(
                key=key,
                parent=parent,
                speaker=Speaker.SYSTEM,
                content="",
                created_ms=created or ms(about.get("timestamp")),
            ),
        )
    else:
        session.draft.pass_over(key, parent)
        _quiet(session, entry, kind)
    session.last = key


def _quiet(session: _Session, entry: dict[str, Any], kind: str) -> None:
    if kind == "session_info":
        session.name = text(entry.get("name")) or session.name
    elif kind == "label":
        target = text(entry.get("targetId"))
        if target and (label := text(entry.get("label"))):
            session.labels[target] = label
        elif target:
            session.labels.pop(target, None)
    elif kind not in _QUIET:
        session.draft.skipped("entry of an extension was", "entries of extensions were")


def _message(session: _Session, about: dict[str, Any], message: TranscriptMessage) -> None:
    role = text(about.get("role")) or ""
    if role == "bashExecution":
        said = f"$ {spoken(about.get('command'))}\n{spoken(about.get('output'))}".rstrip()
        more = extras(
            exitCode=about.get("exitCode"), cancelled=about.get("cancelled"), truncated=about.get("truncated")
        )
        session.draft.add(replace(message, speaker=Speaker.USER, content=said, extras={"bash": True, **more}))
    elif role in ("custom", "hookMessage"):
        _custom(session, about, message)
    elif role in ("branchSummary", "compactionSummary"):
        _summary(session, about, message)
    else:
        _said(session, about, message, role)


def _said(session: _Session, about: dict[str, Any], message: TranscriptMessage, role: str) -> None:
    speaker = SPEAKERS.get(role.lower(), Speaker.SYSTEM)
    usage = fields(about.get("usage"))
    reason = text(about.get("stopReason"))
    inputs = [n for name in ("input", "cacheRead", "cacheWrite") if (n := count(usage.get(name))) is not None]
    cost = fields(usage.get("cost")).get("total")
    session.draft.say(
        replace(
            message,
            speaker=speaker,
            model=text(about.get("model")),
            reasoning=text(about.get("reasoning_content")) or text(about.get("reasoningContent")),
            finish_reason=reason,
            wholeness=_WHOLE.get(reason or "", Wholeness.COMPLETE),
            tool_call_id=text(about.get("toolCallId")) or text(about.get("tool_call_id")),
            tool_name=text(about.get("toolName")),
            is_error=about.get("isError") is True,
            input_tokens=sum(inputs) if inputs else None,
            output_tokens=count(usage.get("output")),
            cost_usd=float(cost) if isinstance(cost, int | float) and cost > 0 else None,
            extras=extras(
                provider=about.get("provider"), error=about.get("errorMessage"), cachedTokens=usage.get("cacheRead")
            ),
        ),
        content_of_page(about, session.draft),
    )


def _custom(session: _Session, about: dict[str, Any], message: TranscriptMessage) -> None:
    hidden = HIDDEN if about.get("display") is False else {}
    session.draft.say(
        replace(message, extras={**hidden, **extras(customType=about.get("customType"))}),
        content_of(about.get("content")),
    )


def _summary(session: _Session, about: dict[str, Any], message: TranscriptMessage) -> None:
    session.draft.remark(
        NoticeKind.ASIDE, "summary is kept as a system message", "summaries are kept as system messages"
    )
    more = extras(
        fromId=about.get("fromId"), firstKept=about.get("firstKeptEntryId"), tokensBefore=about.get("tokensBefore")
    )
    session.draft.say(replace(message, extras={"compactSummary": True, **more}), content_of(about.get("summary")))


_ENTRIES: dict[str, Callable[[_Session, dict[str, Any], TranscriptMessage], None]] = {
    "message": _message,
    "custom_message": _custom,
    "compaction": _summary,
    "branch_summary": _summary,
}
