"""What a prompt is answered from: the path above it, as much of it as its policy and the model's window allow.

Owns the policies, and what is noted of what was seen. What is read costs what is sent, not the history. Calls no
provider, writes no message. Knows nothing of tasks.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace

from service.conversations.context.assembling import Chosen, Context, ContextWish, assembled
from service.conversations.context.counts import Counts
from service.conversations.context.coverage import Coverage, foreseen, tokens_of
from service.conversations.context.paths import MOST_DEPTHS, NEVER_FITS, PathAbove, PathMessage, PathReader, Row
from service.conversations.context.window import Level, Window
from service.errors import ContextOverflow
from service.records import ContextPolicy, Role, SawAs

MOST_REMEMBERED = 10_000
"""Answers that are remembered to which pinned messages are above others, which never changes."""

ASSEMBLED_ON_THE_LOOP = 200
"""Messages up to which a context is put together at once."""


class Contexts:
    """Makes contexts."""

    def __init__(self, reader: PathReader, counts: Counts, coverage: Coverage | None = None) -> None:
        self._reader = reader
        self._counts = counts
        self._coverage = coverage
        self._pins_above: OrderedDict[tuple[frozenset[str], frozenset[str]], frozenset[str]] = OrderedDict()

    async def build(self, wish: ContextWish) -> Context:
        """The context of a prompt. Raises `ContextOverflow` where its policy, or what must not be left out, wants more
        than fits."""
        above = path_above(wish)
        window = await self._read(wish, above)
        chosen = await self._chosen(wish, above, window)
        if above.pinned and not window.all_fits and wish.policy is not ContextPolicy.NONE:
            chosen = _beside_pins(wish, window, await self._pins_of_path(above), chosen)
        _check(wish, above, window, chosen.begins)
        context = await _assembled(wish, above, chosen)
        if wish.policy is not ContextPolicy.SUMMARIZED:
            return context
        return replace(context, ahead=foreseen(above, window, chosen.begins))

    async def _chosen(self, wish: ContextWish, above: PathAbove, window: Window) -> Chosen:
        """Where the window begins, and the summaries before it."""
        if self._coverage is None or window.all_fits or wish.policy is not ContextPolicy.SUMMARIZED:
            return Chosen(window.begins_at())
        return await self._coverage.choose(above, window, _former(above, wish.policy))

    async def rebuild(
        self, wish: ContextWish, begins: int, saw: Sequence[PathMessage], summaries: Sequence[Row] = ()
    ) -> Context:
        """What was sent before: all of the path from a depth on, and what stood before it, as `saw` has it."""
        above = path_above(wish)
        await above.read(self._reader, self._counts, 0)
        while not above.is_whole and min((it.depth for it in above.messages.values()), default=begins + 1) > begins:
            await above.read(self._reader, self._counts, MOST_DEPTHS)
        above.system = [seen for seen in saw if seen.row["as"] == SawAs.SYSTEM]
        pinned = [seen for seen in saw if seen.row["as"] == SawAs.PINNED]
        shown = await self._coverage.shown(above, summaries) if self._coverage else ()
        return await _assembled(wish, above, Chosen(begins, pinned, shown))

    async def _read(self, wish: ContextWish, above: PathAbove) -> Window:
        levels = await above.read(self._reader, self._counts, 0)
        room = above.room - sum(message.tokens or NEVER_FITS for message in above.system)
        least = await self._call_of(wish, above, levels) if wish.asked.role is Role.TOOL else None
        if wish.policy is ContextPolicy.NONE:
            return Window(0, least=least)
        window = Window(max(room, 0), _former(above, wish.policy), least)
        window.take(levels)
        window.is_whole = above.is_whole
        while window.wants_more:
            window.take(await above.read(self._reader, self._counts, _depths_wanted(window, room)))
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

    async def _pins_of_path(self, above: PathAbove) -> list[PathMessage]:
        """The pinned messages that are above the prompt; those that were read are."""
        far = {pin.id: pin for pin in above.pinned if pin.id not in above.messages}
        found: frozenset[str] = frozenset()
        if far and above.frontier:
            key = frozenset(above.frontier), frozenset(far)
            known = self._pins_above.get(key)
            if known is None:
                lowest = min(pin.depth for pin in far.values())
                ids = await self._reader.read_pinned_above(above.owner_id, sorted(above.frontier), lowest)
                known = self._pins_above[key] = frozenset(far) & {*ids, *above.frontier}
                if len(self._pins_above) > MOST_REMEMBERED:
                    self._pins_above.popitem(last=False)
            found = known
        return [pin for pin in above.pinned if pin.id in above.messages or pin.id in found]


async def _assembled(wish: ContextWish, above: PathAbove, chosen: Chosen) -> Context:
    """Beside the event loop where it takes long: nothing more is read by then."""
    if len(above.messages) <= ASSEMBLED_ON_THE_LOOP:
        return assembled(wish, above, chosen)
    return await asyncio.to_thread(assembled, wish, above, chosen)


def path_above(wish: ContextWish) -> PathAbove:
    """The path that a context is wanted of; nothing of it is read yet."""
    room = max(wish.room, 0)
    return PathAbove(wish.owner_id, wish.conversation_id, wish.prompt_id, wish.model, room, wish.ends)


def _beside_pins(wish: ContextWish, window: Window, pins: Sequence[PathMessage], chosen: Chosen) -> Chosen:
    """The same beside the pinned messages that are before the window. Raises `ContextOverflow`."""
    begins, taken = chosen.begins, tokens_of(chosen.summaries)
    other = taken
    while True:
        before = [pin for pin in pins if begins is None or pin.depth < begins]
        needed = other + sum(NEVER_FITS if pin.tokens is None else pin.tokens for pin in before)
        if needed > wish.room and chosen.summaries:
            return _beside_pins(wish, window, pins, Chosen(window.begins_at()))
        if needed > wish.room:
            raise ContextOverflow(
                f"The {len(before)} pinned messages above this prompt do not fit into the "
                f"{wish.model.context_window} tokens of {wish.model.key}. Unpin some of them, or choose another model."
            )
        if needed <= taken:
            return Chosen(begins, before, chosen.summaries)
        taken = needed
        begins = _later(window.begins_at(taken=taken), chosen)


def _later(begins: int | None, chosen: Chosen) -> int | None:
    """Where a window begins, but not in what summaries stand for."""
    if begins is None or chosen.begins is None or not chosen.summaries:
        return begins
    return max(begins, chosen.begins)


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
    if above.room < 0:
        raise ContextOverflow(
            f"The list of where the merged branches disagree does not fit into the {wish.model.context_window} tokens "
            f"of {wish.model.key}. Choose another model, or merge them without reconcile."
        )
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
