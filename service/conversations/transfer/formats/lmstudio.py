"""LM Studio's conversations: a `*.conversation.json` each, a list of messages with versions.

A version is a sibling; what follows stands below the one that is selected. An answer may be of several steps, with
calls of tools among them: those are messages of their own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from service.conversations.transfer.bundles import Bundle
from service.conversations.transfer.contents import Content, content_of
from service.conversations.transfer.drafts import SPEAKERS, Draft, Keys, extras, record
from service.conversations.transfer.glimpses import Glimpse, looks, records, telling, unread
from service.conversations.transfer.parsing import Read, count, each, entries, fields, ms, text
from service.conversations.transfer.transcripts import Speaker, TranscriptMessage, Unreadable, Wholeness

_PARTIAL = ("userStopped", "maxPredictedTokensReached", "contextLengthReached", "modelUnloaded", "failed")
_SYSTEM = "llm.prediction.systemPrompt"
_DROPPED = ("debuginfoblock", "toolstatus", "status")


def recognizes(bundle: Bundle) -> bool:
    """Whether a file has messages with versions of which one is selected."""
    return looks(bundle, _is_conversation)


def _is_conversation(seen: Glimpse) -> bool:
    return seen.any("messages.item.versions", "messages.item.currentlySelected")


def read(bundle: Bundle) -> Read:
    """A conversation for each file."""
    members = telling(bundle, _is_conversation)
    reader = _Reader()
    for member in members:
        yield from each(records(member), reader.read)
    yield from unread(bundle, members)


@dataclass(slots=True)
class _Reader:
    keys: Keys = field(default_factory=Keys)

    def read(self, place: str, value: Any) -> Read:
        """The conversation of a file."""
        about = record(value, "the file")
        if not isinstance(about.get("messages"), list):
            raise Unreadable("messages is no list.")
        draft = Draft(place)
        tip: str | None = None
        if system := _system(about):
            tip = draft.add(TranscriptMessage(key="system", parent=None, speaker=Speaker.SYSTEM, content=system))
        for number, message in enumerate(entries(about.get("messages")), start=1):
            tip = _versions(draft, tip, fields(message), number)
        created = ms(about.get("createdAt"))
        name = text(about.get("name"))
        yield from draft.finish(
            self.keys.key(f"created-{about.get('createdAt')}" if created else None, name, about.get("messages")),
            title=name,
            created_ms=created,
            updated_ms=ms(about.get("assistantLastMessagedAt")) or ms(about.get("userLastMessagedAt")),
            head=tip,
            extras=extras(
                pinned=about.get("pinned"),
                model=fields(about.get("lastUsedModel")).get("identifier"),
                notes=about.get("notes"),
                plugins=about.get("plugins"),
            ),
        )


def _system(about: dict[str, Any]) -> str | None:
    config = entries(fields(about.get("perChatPredictionConfig")).get("fields"))
    found = (fields(one).get("value") for one in config if fields(one).get("key") == _SYSTEM)
    return next(filter(None, map(text, found)), None) or text(about.get("systemPrompt"))


def _versions(draft: Draft, tip: str | None, message: dict[str, Any], number: int) -> str | None:
    """Add all versions of a message; gives the key of the selected one."""
    versions = entries(message.get("versions")) or ([message] if "role" in message else [])
    ends: list[str | None] = []
    for place, version in enumerate(versions, start=1):
        about = fields(version)
        if not about:
            draft.skipped("message is not as expected, and was", "messages are not as expected, and were")
        ends.append(_version(draft, tip, about, f"m{number}v{place}") if about else None)
    if not versions:
        draft.skipped("message is not as expected, and was", "messages are not as expected, and were")
        return tip
    chosen = count(message.get("currentlySelected")) or 0
    found = ends[chosen] if chosen < len(ends) else None
    return found or next(filter(None, reversed(ends)), tip)


def _version(draft: Draft, tip: str | None, version: dict[str, Any], key: str) -> str | None:
    role = (text(version.get("role")) or ("assistant" if "steps" in version else "user")).lower()
    message = TranscriptMessage(key=key, parent=tip, speaker=SPEAKERS.get(role, Speaker.SYSTEM), content="")
    if not isinstance(version.get("steps"), list):
        return draft.say(message, content_of(version.get("content")))
    pieces = list(_pieces(entries(version["steps"]))) or [Content()]
    last = max((n for n, piece in enumerate(pieces) if not piece.results), default=0)
    about = _told(version)
    for number, piece in enumerate(pieces):
        more = about if number == last and not piece.results else {"model": about["model"]}
        part = replace(message, key=key if number == len(pieces) - 1 else f"{key}#{number + 1}", parent=tip)
        # The results in a piece are numbered by themselves, below its own key.
        tip = draft.say(replace(part, **more), piece)
    return tip


def _told(version: dict[str, Any]) -> dict[str, Any]:
    """What the steps of an answer say of it."""
    infos = [fields(fields(step).get("genInfo")) for step in entries(version.get("steps"))]
    infos = [info for info in infos if info] or [{}]
    stats = fields(infos[-1].get("stats"))
    reason = text(stats.get("stopReason")) or text(infos[-1].get("stopReason"))
    models = [text(info.get("indexedModelIdentifier")) or text(info.get("identifier")) for info in infos]
    outputs = [n for info in infos if (n := count(fields(info.get("stats")).get("predictedTokensCount"))) is not None]
    return {
        "model": next(filter(None, models), None) or text(fields(version.get("senderInfo")).get("senderName")),
        "finish_reason": reason,
        "wholeness": Wholeness.PARTIAL if reason in _PARTIAL else Wholeness.COMPLETE,
        "input_tokens": count(stats.get("promptTokensCount")),
        "output_tokens": sum(outputs) if outputs else None,
    }


def _pieces(steps: list[Any]) -> Iterator[Content]:
    """The parts of an answer, in order: what the model says up to the result of a tool, and that result."""
    said = Content()
    for step in map(fields, steps):
        if (text(step.get("type")) or "").lower() in _DROPPED:
            continue
        found = content_of(step.get("content"))
        if fields(step.get("style")).get("type") == "thinking":
            found.thoughts, found.texts = [*found.thoughts, *found.texts], []
        results, found.results = found.results, []
        for mine, more in zip(
            (said.texts, said.thoughts, said.calls, said.attachments, said.others),
            (found.texts, found.thoughts, found.calls, found.attachments, found.others),
            strict=True,
        ):
            mine.extend(more)  # pyright: ignore[reportArgumentType]
        if results:
            yield from (part for part in (said,) if part != Content())
            yield Content(results=results)
            said = Content()
    if said != Content():
        yield said
