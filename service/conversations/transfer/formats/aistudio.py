"""Google AI Studio's prompts, as they lie in a person's Google Drive: one file each, often without an extension.

A prompt is a list of chunks: what the person said, what the model thought, what it answered. The name of the file is
its title. Nothing in it has an id.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from service.conversations.transfer.assembling import (
    assembled,
    chained,
    each_member,
    ending,
    extras,
    instructed,
    left_out,
    message_each,
    others,
    short,
)
from service.conversations.transfer.bundles import Bundle, Member
from service.conversations.transfer.parsing import (
    Read,
    content_key,
    count,
    entries,
    fields,
    json_text,
    listing,
    mapping,
    ms,
    text,
)
from service.conversations.transfer.remarks import Remarks
from service.conversations.transfer.shapes import is_shaped, shaped
from service.conversations.transfer.transcripts import (
    Attachment,
    Notice,
    Speaker,
    ToolCall,
    Transcript,
    TranscriptMessage,
    Wholeness,
)

_SHAPES = ("chunkedPrompt.chunks",)
_SPEAKERS = {"user": Speaker.USER, "model": Speaker.ASSISTANT}
_MEDIA = {"Image": "image/*", "Video": "video/*", "Audio": "audio/*"}


def recognizes(bundle: Bundle) -> bool:
    """Whether a file has chunks."""
    return is_shaped(bundle, _SHAPES)


def read(bundle: Bundle) -> Read:
    """The prompts of all the files."""
    members = shaped(bundle, _SHAPES)
    for member in members:
        yield from each_member(member, {}, lambda place, record, member=member: _prompt(place, record, member))
    yield from left_out(bundle, members)


def _prompt(place: str, record: Any, member: Member) -> Iterator[Transcript | Notice]:
    prompt = mapping(record, "the prompt")
    chunks = listing(mapping(prompt.get("chunkedPrompt"), "chunkedPrompt").get("chunks"), "chunkedPrompt.chunks")
    settings = fields(prompt.get("runSettings"))
    title = member.base.removesuffix(".json").removesuffix(".txt")
    key = content_key(title, json_text(chunks[:1]))
    remarks = Remarks(f"{place} ({short(key)})")
    told = _words(prompt.get("systemInstruction"))
    model = (text(settings.get("model")) or "").removeprefix("models/") or None

    def message(key: str, parent: str | None, chunk: Any) -> Iterator[TranscriptMessage]:
        yield _message(key, parent, mapping(chunk, "the chunk"), model, remarks)

    contents = [_identity(fields(chunk)) for chunk in chunks]
    linked = ((key, parent, chunk) for (key, parent), chunk in zip(chained(contents, key), chunks, strict=True))
    times = [moment for chunk in chunks if (moment := ms(fields(chunk).get("createTime")))]
    yield from assembled(
        remarks,
        key,
        instructed(told, message_each(linked, message, remarks)),
        title=title or None,
        created_ms=min(times, default=None),
        updated_ms=max(times, default=None),
        extras={
            **others(prompt, ("chunkedPrompt", "systemInstruction", "pendingInputs")),
            **extras(
                notSent=[words for one in entries(_pending(prompt)) if (words := text(fields(one).get("text")))],
            ),
        },
    )


def _pending(prompt: Mapping[str, Any]) -> Any:
    return prompt.get("pendingInputs") or fields(prompt.get("chunkedPrompt")).get("pendingInputs")


def _identity(chunk: Mapping[str, Any]) -> tuple[Any, ...]:
    return chunk.get("role"), chunk.get("text"), chunk.get("isThought"), chunk.get("createTime")


def _message(
    key: str, parent: str | None, chunk: Mapping[str, Any], model: str | None, remarks: Remarks
) -> TranscriptMessage:
    speaker = remarks.speaker(_SPEAKERS, text(chunk.get("role")))
    answer = speaker is Speaker.ASSISTANT
    thought = answer and chunk.get("isThought") is True
    said = text(chunk.get("text")) or _words(chunk.get("parts"), thought) or ""
    finish, error = text(chunk.get("finishReason")), chunk.get("errorMessage")
    wholeness = Wholeness.COMPLETE
    if answer and (error or finish not in (None, "STOP", "FINISH_REASON_UNSPECIFIED")):
        wholeness = Wholeness.PARTIAL if said else Wholeness.FAILED
    call, result = fields(chunk.get("executableCode")), fields(chunk.get("codeExecutionResult"))
    asked = fields(chunk.get("functionCall"))
    calls = [ToolCall(None, "code_execution", json_text(call))] if call else []
    if asked:
        calls.append(
            ToolCall(text(asked.get("id")), text(asked.get("name")) or "tool", json_text(asked.get("args") or {}))
        )
    return TranscriptMessage(
        key=key,
        parent=parent,
        speaker=Speaker.TOOL if result else speaker,
        content=text(result.get("output")) or "" if result else "" if thought else said,
        created_ms=ms(chunk.get("createTime")),
        model=model if answer and not result else None,
        reasoning=(said if thought else _words(chunk.get("parts"), thoughts=True) if answer else None) or None,
        wholeness=Wholeness.COMPLETE if result else wholeness,
        finish_reason=ending(finish) if answer else None,
        tool_calls=calls,
        tool_name="code_execution" if result else None,
        is_error=bool(result) and result.get("outcome") not in (None, "OUTCOME_OK"),
        attachments=list(_attachments(chunk)),
        output_tokens=count(chunk.get("tokenCount")) if answer else None,
        extras=extras(
            error=error,
            references=[extras(title=text(page.get("title")), url=text(page.get("uri"))) for page in _pages(chunk)],
            edited=chunk.get("isEdited"),
            branchParent=chunk.get("branchParent"),
            branchChildren=chunk.get("branchChildren"),
        ),
    )


def _words(value: Any, thoughts: bool = False) -> str | None:
    """The text of an instruction or of parts: a text, `{"text": …}`, or the parts that are thoughts, or are none."""
    about = fields(value)
    parts = entries(value) or entries(about.get("parts"))
    found = (
        text(part) or text(fields(part).get("text")) for part in parts if bool(fields(part).get("thought")) == thoughts
    )
    return text(value) or text(about.get("text")) or "\n\n".join(filter(None, found)) or None


def _pages(chunk: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    grounding = fields(chunk.get("grounding"))
    yield from map(fields, (*entries(grounding.get("groundingSources")), *entries(grounding.get("sources"))))


def _attachments(chunk: Mapping[str, Any]) -> Iterator[Attachment]:
    """What came with a chunk: files in the Drive, by their ids there, and files that stand in it."""
    for name, value in chunk.items():
        about = fields(value)
        kind = next((media for word, media in _MEDIA.items() if word in name), None)
        if name.startswith("drive") and text(about.get("id")):
            yield Attachment(str(about["id"]), kind)
        elif name.startswith("inline") and about:
            yield Attachment(text(about.get("name")) or name, text(about.get("mimeType")) or kind)
        elif name == "youtubeVideo" and text(about.get("id")):
            yield Attachment(f"https://www.youtube.com/watch?v={about['id']}", "video/*")
