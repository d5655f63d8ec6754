"""Claude Code's sessions: JSON Lines in `~/.claude/projects`, a file a session; sub-agents in files of their own.

A line is a part of an answer: the parts of one answer share `message.id`. A resumed session repeats the lines of the
one before it; both are read as one conversation, a tree. A sub-agent's lines are a conversation of their own.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from service.conversations.transfer.bundles import Bundle, Member
from service.conversations.transfer.drafts import Draft, extras, record
from service.conversations.transfer.formats.claude_code_lines import Thread, add_answer, add_prompt
from service.conversations.transfer.glimpses import Glimpse, looks, telling, unread
from service.conversations.transfer.parsing import Read, fields, json_lines, ms, text
from service.conversations.transfer.transcripts import NoticeKind, Unreadable

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
        # Where a file breaks off is said when it is read.
        with suppress(Unreadable):
            session.look()
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
                    # What a person named it, stays.
                    self.titles[of] = self.titles.get(of, title) if name == "aiTitle" else title


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


class _Tree:
    def __init__(self, sessions: list[_Session], titles: dict[str, str]) -> None:
        self._sessions = sessions
        self._titles = titles
        self._ids: list[str] = []
        self._threads: dict[str, Thread] = {}
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

    def _thread(self, side: str, session: _Session) -> Thread:
        place = session.member.name if not side else f"{session.member.name}: sub-agent {side}"
        return self._threads.setdefault(side, Thread(Draft(place)))

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

    def _parent(self, thread: Thread, session: _Session, line: dict[str, Any], key: str) -> str | None:
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

    def _add(self, thread: Thread, line: dict[str, Any], kind: str | None, key: str, parent: str | None) -> None:
        if kind == "assistant":
            add_answer(thread, line, key, parent)
        elif kind == "user":
            add_prompt(thread, line, key, parent)
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
