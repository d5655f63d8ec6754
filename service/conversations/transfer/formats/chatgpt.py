"""ChatGPT's export: a zip with `conversations.json`, or with `conversations-000.json` and more, or one of those files.

A conversation is a tree (`mapping`) with a root that says nothing, hidden messages, and the leaf that the person saw
last (`current_node`). No schema is published; https://github.com/mitkury/chatgpt-export-parser describes it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from service.conversations.transfer.assembling import (
    HIDDEN,
    assembled,
    each_member,
    ending,
    extras,
    left_out,
    message_each,
    others,
    short,
)
from service.conversations.transfer.bundles import Bundle, Member
from service.conversations.transfer.formats.chatgpt_content import Content, content_of
from service.conversations.transfer.parsing import Read, content_key, entries, fields, json_whole, mapping, ms, text
from service.conversations.transfer.remarks import Remarks
from service.conversations.transfer.shapes import MOST_LOOKED_AT, json_members, shape
from service.conversations.transfer.transcripts import (
    Attachment,
    Notice,
    NoticeKind,
    Speaker,
    ToolCall,
    Transcript,
    TranscriptMessage,
    Unreadable,
    Wholeness,
)

LISTS = {"item.mapping": "item", "conversations.item.mapping": "conversations.item"}
_WHERE = ("item.", "conversations.item.", "")
_TELLING = ("title", "create_time", "conversation_id", "current_node", "id")
_FILE = re.compile(r"conversations([-_ ]?\(?\d+\)?)?\.json", re.IGNORECASE)
_BESIDE = re.compile(r"message_feedback\.json|conversation_asset_file_names\.json")
_SPEAKERS = {
    "user": Speaker.USER,
    "assistant": Speaker.ASSISTANT,
    "tool": Speaker.TOOL,
    "function": Speaker.TOOL,
    "system": Speaker.SYSTEM,
    "developer": Speaker.SYSTEM,
}
_TO_PEOPLE = ("", "all", "assistant", "user")
_CUT_OFF = ("interrupted", "max_tokens", "client_stopped")
_KNOWN = (
    "id",
    "conversation_id",
    "title",
    "create_time",
    "update_time",
    "mapping",
    "current_node",
    "default_model_slug",
)
_NOISE = ("moderation_results", "safe_urls", "blocked_urls")


def recognizes(bundle: Bundle) -> bool:
    """Whether a file has the tree."""
    return any(_is_ours(member) for member in json_members(bundle)[:MOST_LOOKED_AT])


def _is_ours(member: Member) -> bool:
    keys = shape(member)
    return any(f"{where}mapping" in keys and any(where + key in keys for key in _TELLING) for where in _WHERE)


def read(bundle: Bundle) -> Read:
    """The conversations of all the files."""
    found = list(filter(_is_ours, json_members(bundle)))
    named = [one for one in json_members(bundle) if _FILE.fullmatch(one.base) and one not in found]
    members = sorted((*found, *named), key=lambda member: member.order)
    beside, known = bundle.matching(_BESIDE.pattern), _Beside()
    for member in beside:
        yield from known.learn(member)
    for member in members:
        yield from each_member(member, LISTS, lambda place, record: _conversation(place, record, known))
    yield from left_out(bundle, [*members, *beside])


class _Beside:
    """What other files say of messages: what the person thought of them, and the names of what was attached."""

    def __init__(self) -> None:
        self.ratings: dict[str, Any] = {}
        self._names: dict[str, str] = {}

    def learn(self, member: Member) -> Read:
        """Read one of these files."""
        try:
            given = json_whole(member)
        except Unreadable as error:
            yield Notice(NoticeKind.SKIPPED, member.name, str(error))
            return
        for rating in map(fields, entries(given)):
            if isinstance(rating.get("id"), str):
                self.ratings[rating["id"]] = others(rating, ("id", "conversation_id", "user_id"))
        for file, name in fields(given).items():
            if isinstance(name, str) and name:
                self._names[file.rsplit(".", 1)[0]] = name

    def named(self, attachment: Attachment) -> Attachment:
        """An attachment with the name that the person gave it, where that is known."""
        return replace(attachment, name=self._names.get(attachment.name, attachment.name))


def _conversation(place: str, record: Any, beside: _Beside) -> Iterator[Transcript | Notice]:
    conversation = mapping(record, "the conversation")
    if "mapping" not in conversation:
        raise Unreadable("it has no mapping, so that it holds no messages.")
    nodes = mapping(conversation["mapping"], "mapping")
    key = text(conversation.get("conversation_id")) or text(conversation.get("id"))
    key = key or content_key(conversation.get("title"), conversation.get("create_time"), list(nodes))
    remarks = Remarks(f"{place} ({short(key)})")
    tree = _Tree(nodes, text(conversation.get("default_model_slug")), beside, remarks)
    messages = list(message_each(tree.nodes(), tree.message, remarks))
    yield from assembled(
        remarks,
        key,
        messages,
        title=text(conversation.get("title")),
        created_ms=ms(conversation.get("create_time")),
        updated_ms=ms(conversation.get("update_time")),
        head=text(conversation.get("current_node")),
        extras={**others(conversation, (*_KNOWN, *_NOISE)), **extras(instructions=tree.instructions)},
    )


class _Tree:
    """The nodes of one conversation, and what is gathered while they are read."""

    def __init__(self, nodes: Mapping[str, Any], model: str | None, beside: _Beside, remarks: Remarks) -> None:
        self._nodes = nodes
        self._model = model
        self._beside = beside
        self._remarks = remarks
        self._parents = {
            child: key
            for key, node in nodes.items()
            for child in entries(fields(node).get("children"))
            if isinstance(child, str)
        }
        self._leads_on = {*self._parents.values(), *(text(fields(node).get("parent")) for node in nodes.values())}
        self.instructions: list[Any] = []
        """What the person or the tool told the model in every conversation, each once."""

    def nodes(self) -> Iterator[tuple[str, str | None, Any]]:
        """Each node with its parent's key. Where nothing says which is whose parent, each follows the one before."""
        linked = self._parents or any(text(fields(node).get("parent")) for node in self._nodes.values())
        before: str | None = None
        for key, node in self._nodes.items():
            parent = text(fields(node).get("parent")) or self._parents.get(key) if linked else before
            yield key, parent, node
            before = key

    def message(self, key: str, parent: str | None, node: Any) -> Iterator[TranscriptMessage]:
        """The message of a node; an empty hidden one where it has none."""
        message = mapping(node, "the node").get("message")
        if message is None:
            yield TranscriptMessage(key=key, parent=parent, speaker=Speaker.SYSTEM, content="", extras=HIDDEN)
            return
        message = mapping(message, "message")
        about = fields(message.get("metadata"))
        content = content_of(message.get("content"), about, self._remarks)
        told = content.instructions or about.get("user_context_message_data")
        if told:
            self._tell(told)
        yield self._spoken(key, parent, message, content)

    def _tell(self, told: Any) -> None:
        if told not in self.instructions:
            self.instructions.append(told)
            self._remarks.aside(told)

    def _spoken(self, key: str, parent: str | None, message: dict[str, Any], content: Content) -> TranscriptMessage:
        author, about = fields(message.get("author")), fields(message.get("metadata"))
        speaker = self._remarks.speaker(_SPEAKERS, text(author.get("role")))
        hidden = bool(about.get("is_visually_hidden_from_conversation"))
        if content.is_setting or (hidden and speaker is Speaker.USER):
            speaker = Speaker.SYSTEM  # it is not what the person wrote there
        hidden = hidden or (speaker is Speaker.SYSTEM and not content.text)
        recipient = text(message.get("recipient")) or "all"
        calls = speaker is Speaker.ASSISTANT and recipient not in _TO_PEOPLE
        if calls and recipient.startswith("canmore."):
            self._remarks.add(
                NoticeKind.CHANGED,
                "version of a canvas was kept in the call of the tool that wrote it",
                "versions of canvases were kept in the calls of the tool that wrote them",
            )
        finish, wholeness = None, Wholeness.COMPLETE
        if speaker is Speaker.ASSISTANT:
            finish, wholeness = self._end(key, message, content, calls)
        return TranscriptMessage(
            key=key,
            parent=parent,
            speaker=speaker,
            content="" if calls else content.text,
            created_ms=ms(message.get("create_time")),
            model=(text(about.get("model_slug")) or self._model) if speaker is Speaker.ASSISTANT else None,
            reasoning=content.reasoning,
            wholeness=wholeness,
            finish_reason=ending(finish),
            tool_calls=[ToolCall(None, recipient, content.text or "{}")] if calls else [],
            tool_name=text(author.get("name")) if speaker is Speaker.TOOL else None,
            is_error=content.failed and speaker is Speaker.TOOL,
            attachments=[self._beside.named(one) for one in _attachments(about, content)],
            extras={
                **extras(hidden=hidden, feedback=self._beside.ratings.get(text(message.get("id")) or key)),
                **_aside(message, content, speaker),
            },
        )

    def _end(self, key: str, message: dict[str, Any], content: Content, calls: bool) -> tuple[str | None, Wholeness]:
        """Why an answer ended, and how. `end_turn: false` says that it goes on, which a leaf does not."""
        finish = text(fields(fields(message.get("metadata")).get("finish_details")).get("type"))
        if content.failed and not content.text:
            return finish, Wholeness.FAILED
        going_on = message.get("end_turn") is False and not calls and key not in self._leads_on
        cut_off = message.get("status") in ("in_progress", "finished_partial_completion") or finish in _CUT_OFF
        if content.failed or cut_off or (going_on and bool(content.text)):
            return finish or "interrupted", Wholeness.PARTIAL
        return finish, Wholeness.COMPLETE


def _aside(message: Mapping[str, Any], content: Content, speaker: Speaker) -> dict[str, Any]:
    """What a person may miss of a message, and has no other place."""
    author, about = fields(message.get("author")), fields(message.get("metadata"))
    channel, weight = message.get("channel"), message.get("weight")
    return extras(
        author=author.get("name") if speaker is not Speaker.TOOL else None,
        role=author.get("role") if speaker is Speaker.SYSTEM and author.get("role") != "system" else None,
        about=author.get("metadata"),
        channel=channel if channel != "final" else None,
        weight=weight if weight != 1 and content.text else None,
        language=content.language,
        references=content.references,
        media=content.media,
        gizmo=about.get("gizmo_id"),
        voice=about.get("voice_mode_message"),
        thinkingEffort=about.get("thinking_effort"),
        shared=about.get("shared_conversation_id"),
    )


def _attachments(about: Mapping[str, Any], content: Content) -> list[Attachment]:
    found: dict[str, Attachment] = {}
    for attached in map(fields, entries(about.get("attachments"))):
        name, size = text(attached.get("name")) or text(attached.get("id")), attached.get("size")
        kind = text(attached.get("mime_type")) or text(attached.get("mimeType"))
        if name:
            size = size if isinstance(size, int) and size >= 0 else None
            found[text(attached.get("id")) or name] = Attachment(name, kind, size)
    for shown in content.assets:
        if shown.name not in found:
            found[shown.name] = shown
    return list(found.values())
