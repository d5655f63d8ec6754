"""Automatic summaries: after an answer, what is above the window of its model is summarized in the background.

Owns when and how many at once, and the walk along the path that finds what has no summary yet. What a stretch is,
`stretches.py` says; a summary is made by a task like any other. Nobody waits for it, and what fails is left alone.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from service.conversations.context.stretches import Stretch, stretch_size
from service.errors import AntiphonError
from service.tasks.aheads import Aheads, Noted
from service.tasks.unsummarized import ReadsPath, unsummarized

AT_ONCE = 2
"""Summaries of a conversation that are made at once, and of all conversations twice as many."""
LEFT_FOR_THE_NEXT = 2
"""Stretches that are left for the next answer: a turn of two messages costs two summaries at most, whatever it closes.
Where there are more, as in a conversation that was imported, all are made one after the other."""
MOST_WAITING = 1000
"""Conversations that wait for their turn; one that is forgotten is noted again by its next answer."""
_log = logging.getLogger(__name__)

Make = Callable[[Noted, Stretch], Awaitable[str | None]]
"""Writes the task of a summary and begins to run it; its id, or None where somebody else has."""


@dataclass(slots=True)
class _Conversation:
    """What is under way in one conversation: the newest note, and the summaries that are being made."""

    noted: Noted
    tasks: set[str] = field(default_factory=set[str])
    planning: bool = False
    again: bool = True
    answered: bool = True
    """Whether there was an answer since it was planned last."""


class Summarizing:
    """Plans summaries and has them made. `ended` is called with each task that ended here."""

    def __init__(self, aheads: Aheads, reader: ReadsPath, model_of: Callable[[Noted], str], make: Make) -> None:
        self._aheads = aheads
        self._reader = reader
        self._model_of = model_of
        self._make = make
        self._conversations: OrderedDict[str, _Conversation] = OrderedDict()
        self._made: dict[str, str] = {}
        self._plans: set[asyncio.Task[None]] = set()
        self._stopped = False

    def ended(self, task_id: str) -> None:
        """A task has ended here: what it noted is looked into, or, where it made a summary, what comes after it."""
        noted = self._aheads.take(task_id)
        if noted is not None:
            known = self._conversations.setdefault(noted.conversation_id, _Conversation(noted))
            known.noted, known.again, known.answered = noted, True, True
            if len(self._conversations) > MOST_WAITING:
                self._forget()
        if (conversation := self._made.pop(task_id, None)) and (known := self._conversations.get(conversation)):
            known.tasks.discard(task_id)
            known.again = True
        if noted is not None or conversation is not None:
            self._go_on()

    async def settle(self) -> None:
        """Wait until nothing is planned any more; what is made by then goes on."""
        while self._plans:
            await asyncio.wait(self._plans)

    async def stop(self) -> None:
        """Plan nothing more. What is being made is gone on with at the next start."""
        self._stopped = True
        for plan in self._plans:
            plan.cancel()
        await asyncio.gather(*self._plans, return_exceptions=True)

    def _forget(self) -> None:
        idle = next((id_ for id_, known in self._conversations.items() if not known.tasks and not known.planning), None)
        if idle is not None:
            del self._conversations[idle]

    def _go_on(self) -> None:
        """Plan for whoever has waited longest, while there is room."""
        for id_, known in list(self._conversations.items()):
            if self._stopped or len(self._made) + len(self._plans) >= 2 * AT_ONCE:
                return
            if known.again and not known.planning and len(known.tasks) < AT_ONCE:
                known.planning, known.again = True, False
                plan = asyncio.create_task(self._plan(id_, known), name="antiphon-summaries")
                self._plans.add(plan)
                plan.add_done_callback(self._planned)

    def _planned(self, plan: asyncio.Task[None]) -> None:
        self._plans.discard(plan)
        self._go_on()

    async def _plan(self, conversation_id: str, known: _Conversation) -> None:
        try:
            await self._fill(conversation_id, known)
        except AntiphonError as error:
            _log.debug("Summaries could not be planned. %s", error)
        except Exception:
            _log.exception("Summaries could not be planned.")
        finally:
            known.planning = False
            if not known.tasks and not known.again:
                self._conversations.pop(conversation_id, None)

    async def _fill(self, conversation_id: str, known: _Conversation) -> None:
        noted, answered, known.answered = known.noted, known.answered, False
        size = stretch_size(noted.ahead.room)
        found = await unsummarized(self._reader, noted, self._model_of(noted), size)
        if not answered and len(found) - len(known.tasks) <= LEFT_FOR_THE_NEXT:
            return
        for stretch in found:
            if len(known.tasks) >= AT_ONCE:
                return
            if (task_id := await self._make(noted, stretch)) is not None:
                known.tasks.add(task_id)
                self._made[task_id] = conversation_id
