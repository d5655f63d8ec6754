"""One answer as it comes, in whatever protocol: the loop over its events, and its end.

A protocol gives it what is its own, which is what an event says. It knows no shapes of bodies, and nothing of HTTP.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from dataclasses import replace
from typing import Protocol

from service.chat import Completion, ReasoningDelta, StreamItem, TextDelta
from service.errors import ProviderError
from service.providers.halves import Halves, without_halves
from service.providers.tool_calls import CUT, CallPieces
from service.providers.wire import Call

Deltas = list[TextDelta | ReasoningDelta]


class Answer(Protocol):
    """An answer as a protocol puts it together. What makes no sense is raised as a `ProviderError`."""

    @property
    def is_whole(self) -> bool:
        """Whether it has said why it ended: what may still come is no part of it."""
        ...

    @property
    def is_done(self) -> bool:
        """Whether it has said its goodbye: no event is waited for any more."""
        ...

    def take(self, data: bytes) -> Deltas:
        """The text, and the reasoning, of one event's data."""
        ...

    def whole(self, body: bytes) -> Deltas:
        """The text, and the reasoning, of an answer that came in one piece."""
        ...

    def completion(self) -> Completion:
        """The end of the answer; one that did not say that it ended has broken off."""
        ...


async def read_answer(call: Call, begin: Callable[[Call], Answer]) -> AsyncGenerator[StreamItem, None]:
    """Makes the call, and yields the answer as it comes; the last item is the `Completion`."""
    async with call:
        answer, halves = begin(call), Halves()
        if not call.is_stream:
            for item in (*answer.whole(without_halves(await call.body())), answer.completion()):
                yield item
            return
        while not (answer.is_done or call.is_over):
            try:
                events = await call.events()
            except ProviderError:
                if not answer.is_whole:
                    raise
                break  # only the goodbye is missing: the answer was paid for and is whole
            for event in events:
                for delta in answer.take(halves.joined(event.data)):
                    yield delta
        yield answer.completion()
        await call.drain()


def with_calls(call: Call, end: Completion, pieces: CallPieces) -> Completion:
    """The end of an answer with its tool calls. An answer that has some ended for their sake, whatever it says."""
    try:
        calls = pieces.calls(cut=end.finish_reason in CUT)
    except ValueError as error:
        raise call.broken(str(error)) from None
    finish = "tool_calls" if calls and end.finish_reason == "stop" else end.finish_reason
    return replace(end, finish_reason=finish, tool_calls=calls)
