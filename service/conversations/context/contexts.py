"""What a prompt is answered from: the path above it, as much of it as its policy and the model's window allow.

Owns the policies, and what is noted of what was seen. What is read costs what is sent, not the history. Calls no
provider, writes no message. Knows nothing of tasks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from service.chat import ChatMessage, ModelConfig
from service.conversations.context.counts import Counts
from service.conversations.context.order import Side, in_order
from service.conversations.context.paths import MOST_DEPTHS, PathAbove, PathMessage, PathReader
from service.conversations.context.spoken import chat_message, pair_results
from service.conversations.context.window import Level, Window
from service.errors import ContextOverflow
from service.records import ContextPolicy, ItemKind, Role, SawAs

NOTE_TOKENS = 24
"""What a note takes in a window, at most."""


@dataclass(frozen=True, slots=True)
class ContextWish:
    """What a context is wanted for: a prompt that is in the graph. `room`: the tokens that its path may have."""

    owner_id: str
    prompt_id: str
    asked: ChatMessage
    policy: ContextPolicy
    room: int
    model: ModelConfig


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
class Context:
    """What is sent, oldest first and the prompt last. `is_whole`: nothing of the path is left out."""

    items: tuple[ContextItem, ...]
    saw: tuple[Saw, ...]
    is_whole: bool

    @property
    def tokens(self) -> int:
        """The tokens of all but the prompt."""
        return sum(item.tokens for item in self.items if item.kind is not ItemKind.PROMPT)

    @property
    def messages(self) -> tuple[ChatMessage, ...]:
        """The messages as a model gets them."""
        return tuple(item.message for item in self.items)


class Contexts:
    """Makes contexts."""

    def __init__(self, reader: PathReader, counts: Counts) -> None:
        self._reader = reader
        self._counts = counts

    async def build(self, wish: ContextWish) -> Context:
        """The context of a prompt. Raises `ContextOverflow` where its policy, or what must not be parted, wants more
        than fits."""
        above = PathAbove(wish.owner_id, wish.prompt_id, wish.model, max(wish.room, 0))
        if wish.policy is ContextPolicy.NONE and wish.asked.role is not Role.TOOL:
            return assembled(wish, above, None)
        window = await self._read(wish, above)
        begins = window.begins_at()
        _check(wish, above, window, begins)
        return assembled(wish, above, begins)

    async def _read(self, wish: ContextWish, above: PathAbove) -> Window:
        levels = await above.read(self._reader, self._counts, 0)
        least = await self._call_of(wish, above, levels) if wish.asked.role is Role.TOOL else None
        if wish.policy is ContextPolicy.NONE:
            return Window(0, least=least)
        window = Window(above.room, _former(above, wish.policy), least)
        window.take(levels)
        window.is_whole = above.is_whole
        while window.wants_more:
            window.take(await above.read(self._reader, self._counts, _depths_wanted(window, above.room)))
            window.is_whole = above.is_whole
        return window

    async def _call_of(self, wish: ContextWish, above: PathAbove, levels: list[Level]) -> int | None:
        """The depth of the answer whose calls the prompt, and the results right above it, are results of."""
        id_ = above.prompt_parents[0] if above.prompt_parents else None
        while id_ is not None:
            if id_ not in above.messages:
                if above.is_whole:
                    return None
                levels += await above.read(self._reader, self._counts, 0)
                continue
            message = above.messages[id_]
            if message.row["role"] != Role.TOOL:
                return message.depth
            id_ = message.parents[0] if message.parents else None
        return None


def _former(above: PathAbove, policy: ContextPolicy) -> int | None:
    """The depth at which the window of the answer above began; only where windows are cut."""
    if policy is ContextPolicy.FULL:
        return None
    return min((seen["depth"] for seen in above.saw if seen["as"] == SawAs.VERBATIM), default=None)


def _depths_wanted(window: Window, room: int) -> int:
    """How many more depths are likely to fill the room, as long as those were that were read."""
    if not window.depths or not window.tokens:
        return MOST_DEPTHS
    return 1 + int((room - window.tokens) / (window.tokens / window.depths))


def _check(wish: ContextWish, above: PathAbove, window: Window, begins: int | None) -> None:
    """Raises `ContextOverflow`."""
    if wish.policy is ContextPolicy.FULL and not (window.is_whole and window.tokens <= above.room):
        raise ContextOverflow(
            f"The conversation above this prompt does not fit into the {wish.model.context_window} tokens of "
            f"{wish.model.key}, and its context is FULL. Use the context RECENT or SUMMARIZED, or another model."
        )
    lost = wish.asked.role is Role.TOOL and begins is not None and not _is_there(above, begins)
    if lost:
        raise ContextOverflow(f"The tools' results and their calls are longer than the window of {wish.model.key}.")


def _is_there(above: PathAbove, begins: int) -> bool:
    """Whether all that is sent was read, and is no longer than every window."""
    sent = above.from_depth(begins).values()
    sizes = [message.tokens for message in sent]
    return None not in sizes and sum(size or 0 for size in sizes) <= above.room


def assembled(wish: ContextWish, above: PathAbove, begins: int | None) -> Context:
    """The context of what was read, from a depth on (None: nothing). Raises `ContextOverflow`."""
    sent = {} if begins is None else above.from_depth(begins)
    told = [_told(it, sent) for it in _order(above, sent)]
    path = pair_results([*told, (wish.prompt_id, wish.asked)])
    if not path or path[-1][0] != wish.prompt_id:
        raise ContextOverflow(f"The tools' results and their calls are longer than the window of {wish.model.key}.")
    oldest = [id_ for id_, message in sent.items() if not any(up in sent for up in message.parents)]
    saw = tuple(Saw(id_, SawAs.VERBATIM) for id_ in sorted(oldest) or [wish.prompt_id])
    items = tuple(_item(id_, message, sent) for id_, message in path[:-1])
    is_whole = above.is_whole and len(sent) == len(above.messages)
    return Context((*items, ContextItem(ItemKind.PROMPT, wish.asked, wish.prompt_id)), saw, is_whole)


def _item(id: str, message: ChatMessage, sent: Mapping[str, PathMessage]) -> ContextItem:
    known = sent.get(id)
    if known is None:
        return ContextItem(ItemKind.NOTE, message, None, NOTE_TOKENS)
    return ContextItem(ItemKind.MESSAGE, message, id, known.tokens or 0)


def _order(above: PathAbove, sent: Mapping[str, PathMessage]) -> list[str | Side]:
    if len({message.depth for message in sent.values()}) == len(sent):
        return [message.id for message in sorted(sent.values(), key=lambda message: message.depth)]
    depth = max(message.depth for message in sent.values()) + 1
    prompt = PathMessage(above.prompt_id, depth, above.prompt_parents, None, {})
    return in_order(above.prompt_id, {**sent, above.prompt_id: prompt})[:-1]


def _told(it: str | Side, sent: Mapping[str, PathMessage]) -> tuple[str, ChatMessage]:
    """A message as it is sent; where a side of merged branches begins, a note that says so."""
    if isinstance(it, str):
        return it, chat_message(dict(sent[it].row))
    note = f"[Side {it.number + 1} of the branches that are merged below begins here.]"
    return f"side:{it.merge}:{it.number}", ChatMessage(Role.USER, note)
