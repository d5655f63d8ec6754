"""Claude Code's sessions: JSON Lines in `~/.claude/projects`, a file a session; sub-agents in files of their own.

A line is a part of an answer: the parts of one answer share `message.id`. A resumed session repeats the lines of the
one before it; both are read as one conversation, a tree. A sub-agent's lines are a conversation of their own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from service.conversations.transfer.bundles import Bundle, Member
from service.conversations.transfer.contents import Content, content_of
from service.conversations.transfer.drafts import HIDDEN, Draft, extras, fields, record
from service.conversations.transfer.glimpses import Glimpse, looks, telling, unread
from service.conversations.transfer.parsing import Read, count, json_lines, ms, text
from service.conversations.transfer.transcripts import NoticeKind, Speaker, TranscriptMessage, Unreadable, Wholeness

_INTERRUPTED = "[Request interrupted by user"
_PARTIAL = {"max_tokens", "model_context_window_exceeded"}
_TITLES = ("customTitle", "aiTitle", "summary")


def recognizes(bundle: Bundle) -> bool:
    """Whether a file has the lines of a session."""
    return looks(bundle, _is_session)


def _is_session(seen: Glimpse) -> bool:
    return (seen.has("sessionId", "type") and seen.any("uuid", "parentUuid", "aiTitle", "customTitle", "snapshot")) or (
        seen.has("leafUuid", "summary")
    )


def read(bundle: Bundle) -> Read:
    """The conversations of all the files."""
    members = telling(bundle, _is_session)
    sessions = [_Session(member) for member in members]
    titles: dict[str, str] = {}
    for session in sessions:
        try:
            session.look()
        except Unreadable as error:
            session.broken = error
        titles.update(session.titles)
    for together in _grouped(sessions):
        yield from _Tree(together, titles).read()
    yield from unread(bundle, members)


@dataclass(slots=True, eq=False)
class _Session:
    """A file. `uuids` are those of its lines; `titles` are by the line, or the session, that they are of."""

    member: Member
    uuids: set[str] = field(default_factory=set[str])
    ids: set[str] = field(default_factory=set[str])
    titles: dict[str, str] = field(default_factory=dict[str, str])
    began: str = "9"
    broken: Unreadable | None = None

    def look(self) -> None:
        for _, line in json_lines(self.member):
            about = fields(line)
            if uuid := text(about.get("uuid")):
                self.uuids.add(uuid)
                self.ids.update(filter(None, (text(about.get("sessionId")),)))
                self.began = min(self.began, text(about.get("timestamp")) or "9")
            for name in _TITLES:
                of = text(about.get("leafUuid")) if name == "summary" else text(about.get("sessionId"))
                if of and (title := text(about.get(name))):
                    self.titles[of] = title


def _grouped(sessions: list[_Session]) -> Iterator[list[_Session]]:
    """Files that share lines or are of one session together, the oldest first."""
    owner: dict[str, list[_Session]] = {}
    groups: list[list[_Session]] = []
    for session in sorted(sessions, key=lambda session: session.began):
        keys = session.uuids | session.ids
        shared = {id(owner[key]) for key in keys if key in owner}
        group = [*(one for others in groups if id(others) in shared for one in others), session]
        groups = [*(others for others in groups if id(others) not in shared), group]
        for one in group:
            owner.update(dict.fromkeys(one.uuids | one.ids, group))
    yield from groups


@dataclass(slots=True)
class _Thread:
    """A conversation: the session's own, or a sub-agent's."""

    draft: Draft
    last: str | None = None
    answers: dict[str, str] = field(default_factory=dict[str, str])
    """The key of an answer by its `message.id`."""
    results: dict[str, str] = field(default_factory=dict[str, str])
    """The key of the last result below an answer."""
    about: dict[str, Any] = field(default_factory=dict[str, Any])
    times: list[int] = field(default_factory=list[int])


class _Tree:
    def __init__(self, sessions: list[_Session], titles: dict[str, str]) -> None:
        self._sessions = sessions
        self._titles = titles
        self._ids: list[str] = []
        self._threads: dict[str, _Thread] = {}
        self._sides: dict[str, str] = {}
        self._title: str | None = None

    def read(self) -> Read:
        for session in self._sessions:
            name = session.member.base.rsplit(".", 1)[0]
            try:
                self._file(session, name)
            except Unreadable as error:
                self._thread("", session).draft.skipped(
                    f"rest of a file ({error}) was", f"rests of files ({error}) were"
                )
        key = self._ids[0] if self._ids else self._sessions[0].member.base
        for side, thread in self._threads.items():
            if not side and len(self._threads) > 1 and not thread.draft.messages:
                yield from thread.draft.notices()
                continue
            about = extras(**thread.about, sessions=self._ids[1:], subagent=side, parentSession=key if side else None)
            title = self._title or next(filter(None, map(self._titles.get, self._ids)), None)
            yield from thread.draft.finish(
                f"{key}/{side}" if side else key,
                title=None if side else title,
                created_ms=min(thread.times, default=None),
                updated_ms=max(thread.times, default=None),
                head=thread.last if thread.last in thread.draft.messages else None,
                extras=about,
            )

    def _file(self, session: _Session, name: str) -> None:
        for number, line in json_lines(session.member):
            where = f"line {number} of {session.member.base}"
            thread = self._thread("", session)
            if isinstance(line, Unreadable):
                thread.draft.skipped("line is no JSON, and was", "lines are no JSON, and were", first=where)
                continue
            try:
                self._line(session, record(line, "the line"), number)
            except (Unreadable, TypeError, ValueError, AttributeError, LookupError):
                thread.draft.skipped(
                    "line is not as expected, and was", "lines are not as expected, and were", first=where
                )
        if not self._ids:
            self._ids.append(name)

    def _thread(self, side: str, session: _Session) -> _Thread:
        place = session.member.name if not side else f"{session.member.name}: sub-agent {side}"
        return self._threads.setdefault(side, _Thread(Draft(place)))

    def _side(self, line: dict[str, Any], key: str) -> str:
        """Which sub-agent a line is of: the empty text for the session itself."""
        if line.get("isSidechain") is not True:
            return ""
        above = self._sides.get(text(line.get("parentUuid")) or "")
        self._sides[key] = side = text(line.get("agentId")) or above or key
        return side

    def _line(self, session: _Session, line: dict[str, Any], number: int) -> None:
        kind = text(line.get("type"))
        uuid = text(line.get("uuid"))
        key = uuid or f"line-{number}"
        if uuid is None and kind not in ("user", "assistant"):
            self._title = self._title or (
                self._titles.get(text(line.get("leafUuid")) or "") if self._mine(line) else None
            )
            return
        self._session_id(line)
        thread = self._thread(self._side(line, key), session)
        for name in ("cwd", "gitBranch", "version", "agentId", "slug"):
            if name not in thread.about and (value := text(line.get(name))):
                thread.about[name] = value
        if (created := ms(line.get("timestamp"))) is not None:
            thread.times.append(created)
        if thread.draft.knows(key):
            return
        self._add(thread, line, kind, key, self._parent(thread, session, line, key))
        thread.last = key if key in thread.draft.messages else thread.last

    def _session_id(self, line: dict[str, Any]) -> None:
        if (id := text(line.get("sessionId"))) and id not in self._ids:
            self._ids.append(id)

    def _mine(self, line: dict[str, Any]) -> bool:
        leaf = text(line.get("leafUuid"))
        return leaf is not None and any(leaf in session.uuids for session in self._sessions)

    def _parent(self, thread: _Thread, session: _Session, line: dict[str, Any], key: str) -> str | None:
        """What stands above. Where the tool names a line that it never wrote, the one before it is meant."""
        named = text(line.get("parentUuid")) or text(line.get("logicalParentUuid"))
        if named is None:
            return None if "parentUuid" in line or line.get("type") == "system" else thread.last
        if named == key or not any(named in one.uuids for one in self._sessions):
            if thread.last is not None:
                thread.draft.remark(
                    NoticeKind.CHANGED,
                    "message stood below a line that is in no file, and was put below the line before it",
                    "messages stood below lines that are in no file, and were put below the lines before them",
                )
            return thread.last
        return named

    def _add(self, thread: _Thread, line: dict[str, Any], kind: str | None, key: str, parent: str | None) -> None:
        if kind == "assistant":
            _answer(thread, line, key, parent)
        elif kind == "user":
            _prompt(thread, line, key, parent)
        else:
            thread.draft.pass_over(key, parent)
            if kind == "attachment":
                thread.draft.skipped("piece of the tool's context was", "pieces of the tool's context were")
            elif line.get("subtype") == "compact_boundary":
                thread.draft.remark(
                    NoticeKind.ASIDE, "compaction is kept as its summary", "compactions are kept as their summaries"
                )
            elif kind == "system":
                thread.draft.skipped("remark of the tool (system) was", "remarks of the tool (system) were")
            elif kind != "progress":
                thread.draft.skipped("line of another kind was", "lines of other kinds were")


def _answer(thread: _Thread, line: dict[str, Any], key: str, parent: str | None) -> None:
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


def _prompt(thread: _Thread, line: dict[str, Any], key: str, parent: str | None) -> None:
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


def _answer_above(thread: _Thread, key: str | None) -> TranscriptMessage | None:
    """The answer that results below a key are of."""
    found = thread.draft.above(key)
    for _ in range(1_000):
        if found is None or found.speaker is not Speaker.TOOL:
            return found
        found = thread.draft.above(found.parent)
    return None


def _below_other_results(thread: _Thread, parent: str | None, content: Content) -> str | None:
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


def _interrupt(thread: _Thread, parent: str | None) -> None:
    answer = _answer_above(thread, parent)
    if answer is not None and answer.speaker is Speaker.ASSISTANT:
        thread.draft.messages[answer.key] = replace(
            answer, wholeness=Wholeness.PARTIAL, finish_reason=answer.finish_reason or "interrupted"
        )


def _sum(usage: dict[str, Any], *names: str) -> int | None:
    found = [number for name in names if (number := count(usage.get(name))) is not None]
    return sum(found) if found else None
