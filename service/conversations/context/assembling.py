"""What is sent, put together: the system prompt, pinned messages, the path from where the window begins, the prompt.

Pure. Owns the order of these, what is noted of what was seen, and the words between. Knows nothing of how it is read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from service.chat import ChatMessage, ModelConfig
from service.conversations.context.order import Side, in_order
from service.conversations.context.paths import MESSAGE_TOKENS, PathAbove, PathMessage, note_tokens
from service.conversations.context.spoken import chat_message, pair_results
from service.errors import ContextOverflow
from service.records import ContextPolicy, ItemKind, Role, SawAs

CONFLICTS = "conflicts:"
"""Before the id of a merge: the note on where its sides disagree."""
PINNED_NOTE = "[Pinned messages from earlier in this conversation. What was said last follows them.]"


@dataclass(frozen=True, slots=True)
class ContextWish:
    """What a context is wanted for. `room`: the tokens that its path may have.

    `ends` is what a prompt that is not written would continue from; None for one that is in the graph.
    """

    owner_id: str
    conversation_id: str
    prompt_id: str
    asked: ChatMessage
    policy: ContextPolicy
    room: int
    model: ModelConfig
    ends: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Saw:
    """A message or a summary that a context was made from. VERBATIM: the oldest of those that are sent as they are."""

    id: str
    kind: SawAs


@dataclass(frozen=True, slots=True)
class ContextItem:
    """One message as it is sent. `id` is that of the graph's message or summary; `tokens` 0 where nobody counted."""

    kind: ItemKind
    message: ChatMessage
    id: str | None = None
    tokens: int = 0


@dataclass(frozen=True, slots=True)
class Ahead:
    """What is above a window, or will be after its next cut: the newest messages there, and the room of the path."""

    frontier: tuple[str, ...]
    room: int


@dataclass(frozen=True, slots=True)
class Context:
    """What is sent, oldest first and the prompt last. `is_whole`: nothing of the path is left out.

    `messages` are the items as a model gets them. `tokens` are those of all but the prompt, `text_tokens` the same
    without what a chat template puts around each message: what is counted of a text by itself. `ahead` is what may be
    summarized before it is needed.
    """

    items: tuple[ContextItem, ...]
    messages: tuple[ChatMessage, ...]
    saw: tuple[Saw, ...]
    is_whole: bool
    tokens: int
    text_tokens: int
    ahead: Ahead | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """A summary as it is sent. `ends_at` is the newest message that it covers, `ends_depth` the depth of that."""

    id: str
    message: ChatMessage
    tokens: int
    ends_at: str
    ends_depth: int


@dataclass(frozen=True, slots=True)
class Chosen:
    """What of a path is sent: all from the depth `begins` on (None: nothing), and of what is before it, `pinned` and
    `summaries`, oldest first."""

    begins: int | None
    pinned: Sequence[PathMessage] = ()
    summaries: Sequence[Shown] = ()


def assembled(wish: ContextWish, above: PathAbove, chosen: Chosen) -> Context:
    """The context of what was chosen of a path. Raises `ContextOverflow`."""
    sent = {} if chosen.begins is None else above.from_depth(chosen.begins)
    told = [told for it in _order(above, sent) for told in _told(it, above, sent)]
    path = pair_results([*told, *_conflicts(wish.prompt_id, above.prompt_conflicts), (wish.prompt_id, wish.asked)])
    if not path or path[-1][0] != wish.prompt_id:
        raise ContextOverflow(f"The tools' results and their calls are longer than the window of {wish.model.key}.")
    above_prompt = [
        *(_standing(ItemKind.SYSTEM, message) for message in above.system),
        *(ContextItem(ItemKind.SUMMARY, one.message, one.id, one.tokens) for one in chosen.summaries),
        *_pinned(chosen.pinned),
        *(_item(id_, message, sent) for id_, message in path[:-1]),
    ]
    items = (*above_prompt, ContextItem(ItemKind.PROMPT, wish.asked, wish.prompt_id))
    return Context(
        items=items,
        messages=tuple(item.message for item in items),
        saw=_saw(wish, above, chosen, sent),
        is_whole=above.is_whole and len(sent) == len(above.messages),
        tokens=sum(item.tokens for item in above_prompt),
        text_tokens=sum(max(0, item.tokens - MESSAGE_TOKENS) for item in above_prompt),
    )


def _saw(wish: ContextWish, above: PathAbove, chosen: Chosen, sent: Mapping[str, PathMessage]) -> tuple[Saw, ...]:
    oldest = [id_ for id_, message in sent.items() if not any(up in sent for up in message.parents)]
    return (
        *(Saw(message.id, SawAs.SYSTEM) for message in above.system),
        *(Saw(one.id, SawAs.SUMMARY) for one in chosen.summaries),
        *(Saw(message.id, SawAs.PINNED) for message in chosen.pinned),
        *(Saw(id_, SawAs.VERBATIM) for id_ in sorted(oldest) or [wish.prompt_id]),
    )


def _standing(kind: ItemKind, message: PathMessage) -> ContextItem:
    said = chat_message(dict(message.row) | {"toolCallId": None, "toolCalls": None, "isError": None})
    # The result of a tool stands here without its call, so it is told as what somebody showed.
    role = Role.USER if said.role is Role.TOOL else said.role
    return ContextItem(kind, replace(said, role=role), message.id, message.tokens or 0)


def _pinned(messages: Sequence[PathMessage]) -> Iterator[ContextItem]:
    if messages:
        yield _note(ChatMessage(Role.USER, PINNED_NOTE))
    for message in sorted(messages, key=lambda message: (message.depth, message.id)):
        yield _standing(ItemKind.PINNED, message)


def _note(message: ChatMessage) -> ContextItem:
    # Two characters a token are more than any of these takes.
    return ContextItem(ItemKind.NOTE, message, None, len(message.content) // 2)


def _item(id: str, message: ChatMessage, sent: Mapping[str, PathMessage]) -> ContextItem:
    if id.startswith(CONFLICTS):
        return ContextItem(ItemKind.NOTE, message, None, note_tokens(message.content))
    known = sent.get(id)
    if known is None:
        return _note(message)
    beside = note_tokens(known.row.get("conflicts") or "")
    if known.row["role"] == Role.TOOL:
        # What stands before a result that is told in words.
        beside -= note_tokens(message.content.removesuffix(known.row["content"]))
    return ContextItem(ItemKind.MESSAGE, message, id, known.tokens - beside if known.tokens else 0)


def _order(above: PathAbove, sent: Mapping[str, PathMessage]) -> list[str | Side]:
    """The messages that are sent, oldest first, and where the sides of merges begin."""
    if len({message.depth for message in sent.values()}) == len(sent):
        return [message.id for message in sorted(sent.values(), key=lambda message: message.depth)]
    depth = max(message.depth for message in sent.values()) + 1
    prompt = PathMessage(above.prompt_id, depth, above.prompt_parents, None, {})
    return in_order(above.prompt_id, {**sent, above.prompt_id: prompt})[:-1]


def _told(it: str | Side, above: PathAbove, sent: Mapping[str, PathMessage]) -> Iterator[tuple[str, ChatMessage]]:
    """A message as it is sent; where a side of merged branches begins, a note that says so."""
    if isinstance(it, str):
        yield from _conflicts(it, sent[it].row.get("conflicts"))
        yield it, chat_message(sent[it].row)
        return
    named = above.prompt_sides if it.merge == above.prompt_id else sent[it.merge].row.get("sides") or ()
    name = f", “{named[it.number]}”," if it.number < len(named) and named[it.number] else ""
    note = f"[Side {it.number + 1}{name} of the branches that are merged below begins here.]"
    yield f"side:{it.merge}:{it.number}", ChatMessage(Role.USER, note)


def _conflicts(merge: str, text: str | None) -> Iterator[tuple[str, ChatMessage]]:
    """Before a merge: where its sides disagree, if it was asked."""
    if text:
        yield CONFLICTS + merge, ChatMessage(Role.USER, text)
