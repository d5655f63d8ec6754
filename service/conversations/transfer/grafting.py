"""Grafting: the rows of the graph that a transcript becomes. Pure: a transcript in, rows and notices out.

Owns how another tool's tree becomes ours, where a prompt continues a message and a response responds to one prompt:

- A message that says nothing and was hidden is left out; what is below it goes on from what is above it.
- Answers that follow each other without a prompt between them are one response.
- A tool's result belongs to a call above it. Where there is none, it is what the system says.
- A message whose parent is not there, or is below itself, begins a path of its own.

The same transcript gives the same ids for the same owner, and no ids of anybody else's. Knows nothing of files.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from service.conversations.titles import title_of
from service.conversations.transfer.cleaning import clean
from service.conversations.transfer.transcripts import (
    Notice,
    NoticeKind,
    Speaker,
    Transcript,
    TranscriptMessage,
    Unreadable,
    Wholeness,
)
from service.conversations.transfer.trees import Tree, says_nothing
from service.records import derived_id, hashed_id

Row = dict[str, Any]

CONVERSATION_TITLE = 500
MOST_CHARACTERS = 4_000_000
"""Of one message; what is longer is cut, and that is told."""
MOST_ASIDE = 65_536
"""Bytes of what is kept as metadata, of a message or a conversation."""
OPEN_CALLS = 200


@dataclass(frozen=True, slots=True)
class Grafted:
    """A conversation as rows. Each of `messages` is behind what it stands below; `head` is the id of the one that the
    branch `main` points at, `branches` are others."""

    conversation: Row
    messages: Sequence[Row]
    head: str | None
    branches: Sequence[Row]
    notices: Sequence[Notice]


@dataclass(slots=True)
class _Standing:
    """What stands at a message of the transcript: the row above what follows it, and the calls that are open."""

    row: Row | None = None
    parts: tuple[TranscriptMessage, ...] = ()
    """Answers that are one response, where it is one."""
    above: _Standing | None = None
    """Of a response: what it responds to."""
    open_calls: tuple[tuple[str, str, str], ...] = ()
    """`(call id, tool, response id)` of calls without a result, the oldest first."""


def graft(transcript: Transcript, owner: str, format: str) -> Grafted:
    """The rows of a transcript. Raises `Unreadable` where there is no message in it."""
    return _Grafting(clean(transcript), owner, format).graft()


class _Grafting:
    def __init__(self, transcript: Transcript, owner: str, format: str) -> None:
        self._transcript = transcript
        self._format = format
        self._id = hashed_id(transcript.created_ms or 0, "import", owner, format, transcript.key)
        self._rows: dict[str, Row] = {}
        self._said: Counter[tuple[NoticeKind, str]] = Counter()
        self._system: Row | None = None

    def graft(self) -> Grafted:
        tree = Tree(self._transcript, self._say)
        if not tree.messages:
            raise Unreadable("there is no message in it that says anything.")
        order = list(tree.in_order())
        standing: dict[str | None, _Standing] = {None: _Standing()}
        for key in order:
            above = standing[tree.parents[key]]
            standing[key] = self._place(tree, key, above)
        if not self._rows and self._system is None:
            raise Unreadable("there is no message in it that says anything.")
        messages = [self._system, *self._rows.values()] if self._system else list(self._rows.values())
        leaves = [key for key in order if key not in tree.children]
        head = self._head(self._transcript.head, standing) or next(
            (id for key in reversed(leaves) if (id := self._head(key, standing))), None
        )
        branches = [
            {"name": name, "messageId": id, "id": derived_id(self._id, "imported branch", name)}
            for name, key in self._transcript.branches.items()
            if name != "main" and (id := self._head(key, standing))
        ]
        return Grafted(self._conversation(), messages, head, branches, self._notices())

    def _place(self, tree: Tree, key: str, above: _Standing) -> _Standing:
        message = tree.messages[key]
        if says_nothing(message):
            return above
        match message.speaker:
            case Speaker.ASSISTANT:
                return self._answer(tree, message, above)
            case Speaker.TOOL:
                return self._result(message, above)
            case Speaker.SYSTEM if self._is_system_prompt(tree, above):
                self._system = self._row(message, None, "Prompt", role="SYSTEM")
                self._system["isSystemPrompt"] = True
                return _Standing()
            case _:
                return self._prompt(message, above, message.speaker.value)

    def _is_system_prompt(self, tree: Tree, above: _Standing) -> bool:
        return above.row is None and self._system is None and not self._rows and len(tree.roots()) == 1

    def _prompt(self, message: TranscriptMessage, above: _Standing, role: str, **more: Any) -> _Standing:
        row = self._row(message, above.row, "Prompt", role=role, **more)
        self._rows[row["id"]] = row
        return _Standing(row, open_calls=above.open_calls)

    def _answer(self, tree: Tree, message: TranscriptMessage, above: _Standing) -> _Standing:
        if above.parts and above.above is not None:
            parts, base = (*above.parts, message), above.above
        else:
            parts, base = (message,), above if above.row else self._beginning()
        if not tree.stands_for_itself(message.key):
            return _Standing(None, parts, base, base.open_calls)
        row = self._response(parts, base)
        self._rows[row["id"]] = row
        calls = [(call["toolCallId"], call["name"], row["id"]) for call in row["calls"]]
        return _Standing(row, parts, base, (*base.open_calls, *calls)[-OPEN_CALLS:])

    def _beginning(self) -> _Standing:
        """What an answer responds to that nobody asked for: a greeting."""
        key = "\x00beginning"
        row = self._row(TranscriptMessage(key=key, parent=None, speaker=Speaker.SYSTEM, content=""), None, "Prompt")
        row["properties"] |= {"role": "SYSTEM", "title": "(the beginning)"}
        del row["properties"]["foreignId"]
        self._say(NoticeKind.CHANGED, "an answer that begins the conversation has an empty system message above it")
        return _Standing(self._rows.setdefault(row["id"], row))

    def _response(self, parts: Sequence[TranscriptMessage], base: _Standing) -> Row:
        last = parts[-1]
        row = self._row(last, base.row, "Response")
        calls = [call for part in parts for call in part.tool_calls]
        row["calls"] = self._calls(row["id"], calls)
        content = _joined(part.content for part in parts)
        row["properties"] |= {
            "content": self._cut(content),
            "reasoning": _joined(part.reasoning or "" for part in parts) or None,
            "status": str(last.wholeness),
            "finishReason": _finish_reason(last.finish_reason, bool(calls)),
            "model": next((part.model for part in reversed(parts) if part.model), None),
            "title": title_of(content) or _title_of_calls(row["calls"]) or _title_without_words(last),
        }
        if len(parts) > 1:
            self._say(NoticeKind.CHANGED, "answers that follow each other are one response")
        if last.wholeness is not Wholeness.COMPLETE:
            row["properties"]["note"] = "It was like this where it was imported from."
        return row

    def _calls(self, response_id: str, calls: Sequence[Any]) -> list[Row]:
        rows: list[Row] = []
        known: set[str] = set()
        for index, call in enumerate(calls):
            id = call.id or f"call_{index}"
            if id in known:
                id = f"{id}_{index}"
            known.add(id)
            name = (call.name or "tool")[:200]
            arguments = self._cut(call.arguments)
            rows.append({"index": index, "toolCallId": id, "name": name, "arguments": arguments})
        return rows

    def _result(self, message: TranscriptMessage, above: _Standing) -> _Standing:
        call = _call_of(message, above.open_calls)
        if call is None and above.parts and above.row is not None and message.tool_call_id is None:
            call = self._call_without_words(message, above.row)
        if call is None:
            self._say(NoticeKind.CHANGED, "a tool's result without a call is kept as a message of the system")
            return self._prompt(message, above, "SYSTEM")
        id, name, response_id = call
        more = {"toolCallId": id, "toolName": name, "isError": message.is_error or None}
        standing = self._prompt(message, above, "TOOL", **more)
        if standing.row is not None:
            standing.row["resultOf"] = response_id
        standing.open_calls = tuple(it for it in above.open_calls if it != call)
        return standing

    def _call_without_words(self, message: TranscriptMessage, response: Row) -> tuple[str, str, str]:
        """The call that a tool must have had: it is added to the answer before its result."""
        index, name = len(response["calls"]), message.tool_name or "tool"
        call = {"index": index, "toolCallId": f"call_{index}_{message.key}"[:200], "name": name, "arguments": "{}"}
        response["calls"].append(call)
        response["properties"]["finishReason"] = "tool_calls"
        self._say(NoticeKind.CHANGED, "a tool's result whose call is not told has one without arguments")
        return str(call["toolCallId"]), name, response["id"]

    def _row(self, message: TranscriptMessage, above: Row | None, kind: str, **properties: Any) -> Row:
        content = self._cut(message.content)
        return {
            "id": derived_id(self._id, "message", message.key),
            "conversationId": self._id,
            "kind": kind,
            "parentId": above["id"] if above else None,
            "link": "RESPONDS_TO" if kind == "Response" else "CONTINUES",
            "depth": above["depth"] + 1 if above else 0,
            "at": message.created_ms or self._transcript.created_ms,
            "calls": [],
            "resultOf": None,
            "isSystemPrompt": False,
            "properties": {
                "content": content,
                "title": title_of(content) or _title_without_words(message),
                "foreignId": message.key[:500],
                "foreign": self._aside(_foreign(message), "what a message had besides its text"),
                **properties,
            },
        }

    def _conversation(self) -> Row:
        transcript = self._transcript
        first = next((row for row in self._rows.values() if row["properties"].get("role") == "USER"), None)
        title = (transcript.title or "").strip()[:CONVERSATION_TITLE]
        aside = self._aside(dict(transcript.extras), "what a conversation had besides its messages")
        kept: Any = orjson.loads(aside) if aside else {}
        imported = {"format": self._format, "id": transcript.key[:500], **kept}
        return {
            "conversationId": self._id,
            "title": title or (first["properties"]["title"] if first else "Imported conversation"),
            "metadata": orjson.dumps({"imported": imported}, option=orjson.OPT_SORT_KEYS).decode(),
            "createdAt": transcript.created_ms,
            "updatedAt": transcript.updated_ms
            or max((row["at"] or 0 for row in self._rows.values()), default=0)
            or transcript.created_ms,
        }

    def _cut(self, text: str) -> str:
        if len(text) > MOST_CHARACTERS:
            self._say(NoticeKind.CHANGED, f"a text was cut after {MOST_CHARACTERS} characters")
        return text[:MOST_CHARACTERS]

    def _aside(self, extras: Row, what: str) -> str | None:
        if not extras:
            return None
        try:
            said = orjson.dumps(extras, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS, default=str).decode()
        except (TypeError, ValueError):
            said = ""
        if not said or len(said) > MOST_ASIDE:
            self._say(NoticeKind.SKIPPED, f"{what} is more than {MOST_ASIDE} bytes")
            return None
        return said

    def _head(self, key: str | None, standing: dict[str | None, _Standing]) -> str | None:
        row = standing[key].row if key in standing else None
        return row["id"] if row and row["id"] in self._rows else None

    def _say(self, kind: NoticeKind, text: str) -> None:
        self._said[kind, text] += 1

    def _notices(self) -> list[Notice]:
        place = self._transcript.place
        own = [Notice(kind, place, f"{count} ×: {text}.") for (kind, text), count in self._said.items()]
        return [*self._transcript.notices, *own]


def _call_of(message: TranscriptMessage, calls: Sequence[tuple[str, str, str]]) -> tuple[str, str, str] | None:
    if message.tool_call_id is not None:
        return next((call for call in reversed(calls) if call[0] == message.tool_call_id), None)
    newest = [call for call in calls if call[2] == calls[-1][2]]
    named = [call for call in newest if call[1] == message.tool_name]
    return next(iter(named or ([] if message.tool_name and len(newest) > 1 else newest)), None)


def _foreign(message: TranscriptMessage) -> Row:
    attached = [{"name": it.name, "mediaType": it.media_type, "bytes": it.bytes} for it in message.attachments]
    usage = {
        "inputTokens": message.input_tokens,
        "outputTokens": message.output_tokens,
        "costUsd": message.cost_usd,
    }
    used = {name: value for name, value in usage.items() if value is not None}
    return {**({"attachments": attached} if attached else {}), **({"usage": used} if used else {}), **message.extras}


def _finish_reason(said: str | None, has_calls: bool) -> str:
    """Why it stopped, in the words of the graph: an answer with calls is of one that ended with them, or was cut."""
    if said in ("length", "content_filter"):
        return said
    if has_calls:
        return "tool_calls"
    return "stop" if said in (None, "", "tool_calls") else said


def _joined(texts: Iterable[str]) -> str:
    return "\n\n".join(text for text in texts if text.strip())


def _title_of_calls(calls: Sequence[Row]) -> str:
    return title_of(", ".join(call["name"] for call in calls[:3]))


def _title_without_words(message: TranscriptMessage) -> str:
    named = title_of(", ".join(it.name for it in message.attachments[:3]))
    return named or f"({message.speaker.value.lower()})"
