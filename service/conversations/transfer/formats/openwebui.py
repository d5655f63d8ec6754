"""Open WebUI's export: a list of chats, or one of them. Each holds its messages by id, as a tree.

What an answer consists of stands in `output`; older ones have only `content`, with thoughts and tools as HTML in it
(`<details type="reasoning">`). The oldest have a flat list of messages.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from service.conversations.transfer.assembling import (
    assembled,
    chained,
    each_file,
    extras,
    instructed,
    message_each,
    others,
    short,
)
from service.conversations.transfer.bundles import Bundle
from service.conversations.transfer.formats.openwebui_details import take_apart
from service.conversations.transfer.parsing import (
    Read,
    content_key,
    count,
    entries,
    fields,
    json_text,
    mapping,
    ms,
    text,
)
from service.conversations.transfer.pieces import Pieces
from service.conversations.transfer.remarks import Remarks
from service.conversations.transfer.shapes import is_shaped, shaped
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

LISTS = {"item.chat": "item", "item.history": "item", "chats.item.chat": "chats.item"}
_CHATS = ("history.messages", "messages.item.role")
_SHAPES = (
    *(f"{where}.{chat}" for where in ("item.chat", "chats.item.chat", "chat") for chat in _CHATS),
    *("item.history.messages", "history.messages", "item.chat.history", "chat.history"),
)
_SPEAKERS = {"user": Speaker.USER, "assistant": Speaker.ASSISTANT, "tool": Speaker.TOOL, "system": Speaker.SYSTEM}
_KNOWN = (
    "id",
    "user_id",
    "title",
    "chat",
    "created_at",
    "updated_at",
    "timestamp",
    "history",
    "messages",
    "models",
    "system",
)


def recognizes(bundle: Bundle) -> bool:
    """Whether a file holds chats as Open WebUI keeps them."""
    return is_shaped(bundle, _SHAPES)


def read(bundle: Bundle) -> Read:
    """The chats of all the files."""
    return each_file(bundle, shaped(bundle, _SHAPES), LISTS, _chat)


def _chat(place: str, record: Any) -> Iterator[Transcript | Notice]:
    outer = mapping(record, "the chat")
    chat = mapping(outer["chat"], "chat") if "chat" in outer else outer
    history = fields(chat.get("history"))
    key = text(outer.get("id")) or text(chat.get("id"))
    key = key or content_key(outer.get("title") or chat.get("title"), chat.get("timestamp"))
    remarks = Remarks(f"{place} ({short(key)})")
    listed = chat.get("messages")
    if isinstance(history.get("messages"), dict):
        linked = _tree(history["messages"])
    elif isinstance(listed, list):
        linked = _list(entries(listed))
    else:
        raise Unreadable("it has neither history.messages nor messages.")
    models = entries(chat.get("models"))
    told = text(chat.get("system")) or text(fields(chat.get("params")).get("system"))

    def message(key: str, parent: str | None, said: Any) -> Iterator[TranscriptMessage]:
        return _message(key, parent, mapping(said, "the message"), models, remarks)

    yield from assembled(
        remarks,
        key,
        instructed(told, message_each(linked, message, remarks)),
        title=text(outer.get("title")) or text(chat.get("title")),
        created_ms=ms(outer.get("created_at")) or ms(chat.get("timestamp")),
        updated_ms=ms(outer.get("updated_at")),
        head=text(history.get("currentId")),
        extras={**others(chat, _KNOWN), **others(outer, _KNOWN), **extras(models=models)},
    )


def _tree(messages: Mapping[str, Any]) -> Iterator[tuple[str, str | None, Any]]:
    """Messages with their parents. The list of children is often not whole; it counts where the parent is not named."""
    parents = {
        child: key
        for key, said in messages.items()
        for child in entries(fields(said).get("childrenIds"))
        if isinstance(child, str)
    }
    for key, said in messages.items():
        named = "parentId" in fields(said)
        yield key, text(fields(said).get("parentId")) if named else parents.get(key), said


def _list(messages: list[Any]) -> Iterator[tuple[str, str | None, Any]]:
    """Messages of which each follows the one before, where they do not say otherwise."""
    if all(text(fields(said).get("id")) for said in messages):
        before: str | None = None
        for said in messages:
            key = str(said["id"])
            yield key, text(said.get("parentId")) if "parentId" in said else before, said
            before = key
        return
    contents = ((fields(said).get("role"), fields(said).get("content")) for said in messages)
    for (key, parent), said in zip(chained(contents), messages, strict=True):
        yield key, parent, said


def _message(
    key: str, parent: str | None, said: Mapping[str, Any], models: list[Any], remarks: Remarks
) -> Iterator[TranscriptMessage]:
    speaker = remarks.speaker(_SPEAKERS, _role(said))
    answer = speaker is Speaker.ASSISTANT
    pieces, aside = Pieces(), list[Any]()
    content = _content(said.get("content"))
    if answer and entries(said.get("output")):
        for item in map(fields, entries(said.get("output"))):
            _add(item, pieces, aside, remarks)
    if answer and not pieces.text and not pieces.has_tools:
        pieces = take_apart(content)
    elif not answer:
        pieces.say(content)
    usage, error = fields(said.get("usage")) or fields(said.get("info")), said.get("error")
    named = text(models[0]) if len(models) == 1 else None
    whole = TranscriptMessage(
        key=key,
        parent=parent,
        speaker=speaker,
        content="",
        created_ms=ms(said.get("timestamp")),
        model=(text(said.get("model")) or named) if answer else None,
        wholeness=_wholeness(said, bool(pieces.text), bool(error)) if answer else Wholeness.COMPLETE,
        attachments=list(_attachments(said)),
        input_tokens=_first(usage, "prompt_tokens", "input_tokens", "prompt_eval_count"),
        output_tokens=_first(usage, "completion_tokens", "output_tokens", "eval_count"),
        cost_usd=_cost(usage),
        extras=extras(
            error=fields(error).get("content") or error,
            references=[page for source in entries(said.get("sources")) for page in _pages(fields(source))],
            statusHistory=said.get("statusHistory"),
            feedback=said.get("annotation"),
            merged=fields(said.get("merged")).get("content"),
            codeExecutions=said.get("code_executions"),
            output=aside,
        ),
    )
    yield from pieces.messages(whole) if answer else [pieces.single(whole)]


def _role(said: Mapping[str, Any]) -> str:
    """Who says a message. An answer that broke off may have lost its role, and has what only answers have."""
    answers = bool({"output", "done", "usage", "model", "modelName"} & said.keys())
    return text(said.get("role")) or ("assistant" if answers else "user")


def _wholeness(said: Mapping[str, Any], says: bool, failed: bool) -> Wholeness:
    if failed:
        return Wholeness.PARTIAL if says else Wholeness.FAILED
    return Wholeness.PARTIAL if said.get("done") is False else Wholeness.COMPLETE


def _add(item: Mapping[str, Any], pieces: Pieces, aside: list[Any], remarks: Remarks) -> None:
    call = text(item.get("call_id")) or text(item.get("id"))
    match item.get("type"):
        case "message":
            pieces.say(_content(item.get("content")))
        case "reasoning":
            pieces.think(_content(item.get("content")) or _content(item.get("summary")))
        case "function_call":
            pieces.call(ToolCall(call, text(item.get("name")) or "tool", json_text(item.get("arguments") or "{}")))
        case "function_call_output":
            failed = item.get("status") in ("failed", "incomplete")
            pieces.result(_content(item.get("output")), call, text(item.get("name")), failed)
        case "open_webui:code_interpreter":
            pieces.call(
                ToolCall(call, "code_interpreter", json_text(extras(lang=item.get("lang"), code=item.get("code"))))
            )
            if item.get("output") is not None:
                pieces.result(json_text(item["output"]), call, "code_interpreter")
        case _:
            aside.append(item)
            remarks.add(
                NoticeKind.ASIDE,
                "part of an answer is of a kind that is not known, and was kept as metadata",
                "parts of answers are of kinds that are not known, and were kept as metadata",
            )


def _content(content: Any) -> str:
    """The text of a message, or of its parts."""
    if isinstance(content, str):
        return content
    texts = (text(part) or text(fields(part).get("text")) for part in entries(content))
    return "\n\n".join(filter(None, texts))


def _attachments(said: Mapping[str, Any]) -> Iterator[Attachment]:
    for file in map(fields, entries(said.get("files"))):
        about = fields(fields(file.get("file")).get("meta"))
        name = text(file.get("name")) or text(about.get("name")) or text(file.get("url")) or text(file.get("id"))
        if name and name.startswith("data:"):
            name = "image" if file.get("type") == "image" else "file"
        kind = text(about.get("content_type")) or text(file.get("content_type"))
        kind = kind or ("image/*" if file.get("type") == "image" else None)
        if name:
            yield Attachment(name, kind, count(about.get("size")) or count(file.get("size")))
    for part in map(fields, entries(said.get("content"))):
        if part.get("type") in ("image_url", "input_image", "image"):
            yield Attachment("image", "image/*")


def _pages(source: Mapping[str, Any]) -> list[dict[str, Any]]:
    about = fields(source.get("source"))
    pages = [extras(title=text(about.get("name")), url=text(about.get("url")))]
    for page in map(fields, entries(source.get("metadata"))):
        pages.append(extras(title=text(page.get("name")) or text(page.get("title")), url=text(page.get("source"))))
    return [page for number, page in enumerate(pages) if page and page not in pages[:number]]


def _first(usage: Mapping[str, Any], *names: str) -> int | None:
    return next((found for name in names if (found := count(usage.get(name))) is not None), None)


def _cost(usage: Mapping[str, Any]) -> float | None:
    cost = usage.get("cost") if "cost" in usage else usage.get("total_cost")
    return float(cost) if isinstance(cost, int | float) and not isinstance(cost, bool) and 0 <= cost < 1e9 else None
