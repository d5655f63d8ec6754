"""Codex's rollouts: JSON Lines in `~/.codex/sessions`, a file a session.

What was said stands there as items (`response_item`), and most of it once more as events (`event_msg`); older and newer
versions wrote only one of them. So an event counts where no item near it says the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from service.conversations.transfer.bundles import Bundle, Member
from service.conversations.transfer.contents import Content, content_of
from service.conversations.transfer.drafts import HIDDEN, Draft, extras, record
from service.conversations.transfer.formats.openai_items import SILENT, is_item, item
from service.conversations.transfer.glimpses import Glimpse, looks, telling, unread
from service.conversations.transfer.parsing import Read, count, fields, json_lines, ms, text
from service.conversations.transfer.transcripts import (
    NoticeKind,
    Speaker,
    TranscriptMessage,
    Unreadable,
    Wholeness,
)

_CONTEXT = (
    *("<environment_context>", "<user_instructions>", "# AGENTS.md instructions", "<INSTRUCTIONS>", "<permissions"),
    *("<collaboration_mode>", "<recommended_plugins>", "<hook_prompt", "<skill>", "<subagent_notification>"),
    *("<model_switch>", "<app-context>", "<apps_instructions>", "<skills_instructions>", "<plugins_instructions>"),
)
_ABORTED = "<turn_aborted>"
_EVENTS = {
    "user_message": Speaker.USER,
    "usermessage": Speaker.USER,
    "agent_message": Speaker.ASSISTANT,
    "agentmessage": Speaker.ASSISTANT,
    "plan": Speaker.ASSISTANT,
}
_THOUGHTS = ("agent_reasoning", "reasoning", "agent_reasoning_raw_content")
_ABOUT = ("cwd", "originator", "cli_version", "git", "forked_from_id", "parent_thread_id", "source", "agent_nickname")


def recognizes(bundle: Bundle) -> bool:
    """Whether a file has the lines of a rollout."""
    return looks(bundle, _is_rollout)


def _is_rollout(seen: Glimpse) -> bool:
    wrapped = seen.has("payload") and seen.says("type", "session_meta", "response_item", "event_msg", "turn_context")
    return wrapped or seen.has("id", "timestamp", "instructions") or seen.says("record_type", "state")


def read(bundle: Bundle) -> Read:
    """A conversation for each file."""
    members = telling(bundle, _is_rollout)
    for member in members:
        yield from _Rollout(member).read()
    yield from unread(bundle, members)


@dataclass(slots=True)
class _Step:
    """A line. `said` is what it says, with whom; None where it says nothing."""

    number: int
    kind: str
    payload: dict[str, Any]
    created: int | None
    said: tuple[TranscriptMessage, Content] | None = None
    is_event: bool = False


class _Rollout:
    def __init__(self, member: Member) -> None:
        self._member = member
        self._draft = Draft(member.name)
        self._tip: str | None = None
        self._model: str | None = None
        self._uncounted: str | None = None
        self._about: dict[str, Any] = {}

    def read(self) -> Read:
        steps = list(self._steps())
        told = _Told(steps)
        for step in steps:
            try:
                self._take(step, told)
            except (TypeError, ValueError, AttributeError, LookupError):
                self._wrong(step.number)
        times = [step.created for step in steps if step.created is not None]
        name = self._member.base.split(".", 1)[0]
        yield from self._draft.finish(
            text(self._about.get("id")) or name,
            title=text(self._about.get("title")),
            created_ms=min(times, default=None),
            updated_ms=max(times, default=None),
            head=self._tip,
            extras=extras(**{key: self._about.get(key) for key in _ABOUT}),
        )

    def _wrong(self, number: int) -> None:
        first = f"line {number}"
        self._draft.skipped("line is not as expected, and was", "lines are not as expected, and were", first=first)

    def _steps(self) -> Iterator[_Step]:
        try:
            for number, value in json_lines(self._member):
                try:
                    step = _step(number, record(value, "the line"))
                    step.said = _said(step, self._draft)
                    yield step
                except (Unreadable, TypeError, ValueError, AttributeError, LookupError):
                    self._wrong(number)
        except Unreadable as error:
            self._draft.skipped(f"rest of the file ({error}) was", f"rests of the file ({error}) were")

    def _take(self, step: _Step, told: _Told) -> None:
        kind = text(step.payload.get("type")) or ""
        if step.kind == "session_meta":
            self._about = {**step.payload, **self._about}
        elif step.kind == "turn_context":
            self._model = text(step.payload.get("model")) or self._model
        elif step.kind == "compacted":
            self._compact(step)
        elif step.kind == "event_msg" and step.said is None:
            self._event(step, kind)
        elif step.said is not None:
            if not (step.is_event and told.elsewhere(step)):
                self._say(step, *step.said)
        elif step.kind != "response_item" or kind not in SILENT:
            self._draft.skipped("line of another kind was", "lines of other kinds were")

    def _say(self, step: _Step, message: TranscriptMessage, content: Content) -> None:
        said = content.text.lstrip()
        if message.speaker is Speaker.USER and said.startswith(_ABORTED):
            self._abort("interrupted")
            return
        about = HIDDEN if message.extras.get("hidden") else message.extras
        assistant = message.speaker is Speaker.ASSISTANT
        self._tip = self._draft.say(
            replace(
                message,
                parent=self._tip,
                created_ms=step.created,
                model=self._model if assistant else None,
                extras=about,
            ),
            content,
        )
        if assistant:
            self._uncounted = self._tip

    def _compact(self, step: _Step) -> None:
        said = text(step.payload.get("message"))
        if said is None:
            self._draft.skipped(
                "compaction, whose summary is encrypted, was", "compactions, whose summaries are encrypted, were"
            )
            return
        message = TranscriptMessage(
            key=f"line-{step.number}", parent=None, speaker=Speaker.SYSTEM, content="", extras={"compactSummary": True}
        )
        self._say(step, message, content_of(said))

    def _event(self, step: _Step, kind: str) -> None:
        if kind == "token_count":
            self._count(step.payload)
        elif kind == "turn_aborted":
            self._abort(text(step.payload.get("reason")) or "interrupted")
        elif kind == "thread_rolled_back":
            self._roll_back(count(step.payload.get("num_turns")) or 0)
        elif kind == "thread_name_updated":
            self._about["title"] = step.payload.get("thread_name")
        elif kind in ("error", "stream_error"):
            self._draft.skipped("error of the tool was", "errors of the tool were")

    def _count(self, payload: dict[str, Any]) -> None:
        used = fields(fields(payload.get("info")).get("last_token_usage"))
        if self._uncounted is None or not used:
            return
        answer = self._draft.messages[self._uncounted]
        cached = extras(
            cachedTokens=used.get("cached_input_tokens"), reasoningTokens=used.get("reasoning_output_tokens")
        )
        self._draft.messages[answer.key] = replace(
            answer,
            input_tokens=count(used.get("input_tokens")),
            output_tokens=count(used.get("output_tokens")),
            extras={**answer.extras, **cached},
        )
        self._uncounted = None

    def _abort(self, reason: str) -> None:
        answer = self._draft.messages.get(self._tip or "")
        while answer is not None and answer.speaker is Speaker.TOOL:
            answer = self._draft.messages.get(answer.parent or "")
        if answer is not None and answer.speaker is Speaker.ASSISTANT:
            self._draft.messages[answer.key] = replace(answer, wholeness=Wholeness.PARTIAL, finish_reason=reason)

    def _roll_back(self, turns: int) -> None:
        """Go on above the prompts that the person took back: what follows is a fork."""
        while turns and self._tip is not None:
            message = self._draft.messages[self._tip]
            turns -= message.speaker is Speaker.USER
            self._tip = message.parent


def _step(number: int, line: dict[str, Any]) -> _Step:
    kind = text(line.get("type"))
    created = ms(line.get("timestamp"))
    payload = line.get("payload")
    if isinstance(payload, dict) and kind is not None:
        return _Step(number, kind, fields(payload), created)
    if is_item(line) or "role" in line:
        return _Step(number, "response_item", line, created)
    if kind is None and "id" in line and "timestamp" in line:
        return _Step(number, "session_meta", line, created)
    return _Step(number, "state" if "record_type" in line else kind or "", line, created)


def _said(step: _Step, draft: Draft) -> tuple[TranscriptMessage, Content] | None:
    key = f"line-{step.number}"
    if step.kind == "response_item":
        found = item(step.payload, key, None)
        if found is None:
            return None
        message, content = found
        if message.speaker is Speaker.USER and content.text.lstrip().startswith(_CONTEXT):
            message = replace(message, speaker=Speaker.SYSTEM, extras=HIDDEN)
            draft.remark(
                NoticeKind.CHANGED,
                "piece of context that the tool gave as the user's words is a system message",
                "pieces of context that the tool gave as the user's words are system messages",
            )
        return message, content
    if step.kind != "event_msg":
        return None
    about = step.payload
    if about.get("type") == "item_completed":
        about = fields(about.get("item"))
    kind = (text(about.get("type")) or "").lower()
    words = about.get("message") or about.get("text") or about.get("content") or about.get("summary_text")
    content = content_of(words)
    step.is_event = True
    if kind in _THOUGHTS:
        message = TranscriptMessage(key=key, parent=None, speaker=Speaker.ASSISTANT, content="")
        return message, Content(thoughts=[content.text])
    if kind not in _EVENTS or not content.text:
        step.is_event = False
        return None
    return TranscriptMessage(key=key, parent=None, speaker=_EVENTS[kind], content=""), content


class _Told:
    """What items say, for events that say it again."""

    def __init__(self, steps: list[_Step]) -> None:
        self._exact: set[tuple[str, str]] = set()
        self._near: dict[int, list[str]] = {}
        self._latest: set[tuple[str, str]] = set()
        before: dict[str, str] = {}
        for order in (steps, list(reversed(steps))):
            before.clear()
            for step in order:
                if step.said is None:
                    continue
                kind, words = _words(step.said)
                if not step.is_event:
                    self._exact.add((kind, words))
                    before[kind] = words
                elif kind in before:
                    self._near.setdefault(step.number, []).append(before[kind])

    def elsewhere(self, step: _Step) -> bool:
        """Whether an item says what this event says; or an event before it, in another form."""
        if step.said is None:
            return False
        kind, words = _words(step.said)
        if (kind, words) in self._exact or any(words in item for item in self._near.get(step.number, ())):
            return True
        completed = f"{kind} {step.payload.get('type') == 'item_completed'}"
        if (f"{kind} {step.payload.get('type') != 'item_completed'}", words) in self._latest:
            return True
        self._latest.add((completed, words))
        return False


def _words(said: tuple[TranscriptMessage, Content]) -> tuple[str, str]:
    message, content = said
    if content.thoughts and not content.texts:
        return "reasoning", " ".join((content.reasoning or "").split())
    return message.speaker.value, " ".join(content.text.split())
