"""What summaries cost: of long conversations, when a message is added, and what a small window saves in a long chat.

Run as `python -m benchmarks.summaries`, with `--messages` for other lengths. The provider is in this process: as a
summarizer it answers with the beginning of what it is given, as long as it may be. Tokens are counted by o200k.
"""

from __future__ import annotations

import argparse
import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Sequence
from itertools import pairwise, takewhile
from typing import Any, ClassVar

from benchmarks.bench import FINAL, OWNER, figure, run, service, status_of
from benchmarks.generate import Wish, fill
from benchmarks.texts import Texts
from service.chat import ChatMessage, ChatRequest, Completion, ProviderConfig, TextDelta, Usage
from service.providers.opening import PROTOCOLS
from service.providers.tokens import count_batch
from service.records import ContextPolicy
from service.services import Services
from service.tasks.creating import NewPrompt, NewTaskConfig

WINDOW = 8_192
LENGTHS = [1_000, 10_000]
TOKENS = 100
ADDED, TURNS = 40, 200
SHARE, TOKEN_CHARACTERS = 12, 4
QUIET_LOOKS = 25
ASKED = "And now?"
POLICIES = (ContextPolicy.RECENT, ContextPolicy.SUMMARIZED)


class Listening:
    """Answers as a chat partner, and as who summarizes; keeps what it was sent as either."""

    asked: ClassVar[list[Sequence[ChatMessage]]] = []
    summarized: ClassVar[list[Sequence[ChatMessage]]] = []
    answer: ClassVar[str] = "Yes. "

    def __init__(self, config: ProviderConfig) -> None:
        self.config = config

    async def stream(self, request: ChatRequest) -> AsyncGenerator[TextDelta | Completion, None]:
        """See `Provider`."""
        last = request.messages[-1].content
        if last.startswith(ASKED):
            self.asked.append(request.messages)
            text = self.answer
        else:
            self.summarized.append(request.messages)
            text = last[: len(last) // SHARE]
        yield TextDelta(text)
        yield Completion("stop", Usage(count([last]), count([text])))

    async def aclose(self) -> None:
        """See `Provider`."""


def settings() -> dict[str, Any]:
    """The listening provider with one model of a small window."""
    model = {"family": "m", "context_window": WINDOW, "max_output_tokens": 1000, "tokenizer": "o200k"}
    provider = {"protocol": "listening", "models": {"m": model | {"features": ["streaming"]}}}
    return {
        "providers": {"listening": provider},
        "api_keys": {"listening": "none"},
        "defaults": {"model": "listening/m"},
    }


def count(texts: Sequence[str]) -> int:
    """The tokens of all together."""
    return sum(count_batch(texts, "o200k"))


def taken() -> tuple[int, int]:
    """The calls and the tokens that were sent to the summarizer since this was asked last."""
    calls, Listening.summarized = Listening.summarized, []
    return len(calls), count([message.content for messages in calls for message in messages])


async def ask(services: Services, conversation: str | None, policy: ContextPolicy, text: str = ASKED) -> str:
    """A prompt and its answer; the id of the conversation."""
    prompt = NewPrompt(text, conversation, config=NewTaskConfig(context=policy.value))
    task_id = await services.backend.tasks.send_prompt(OWNER, prompt)
    while await status_of(services, task_id) not in FINAL:
        await asyncio.sleep(0.002)
    row = await services.store.read_task_place(OWNER, task_id)
    assert row is not None
    return row["conversationId"]


async def settle() -> None:
    """Until nothing has been summarized for a while."""
    looks = deque([-1], maxlen=QUIET_LOOKS)
    while len(looks) < QUIET_LOOKS or looks[0] != looks[-1]:
        await asyncio.sleep(0.1)
        looks.append(len(Listening.summarized))


async def long_conversation(services: Services, messages: int) -> None:
    """What summarizing a conversation of so many messages takes, and each of some that are added."""
    (filled,) = await fill(services.database, Wish(messages=messages, tokens=TOKENS, owner=OWNER, seed=messages))
    taken()
    await ask(services, filled.id, ContextPolicy.SUMMARIZED)
    await settle()
    calls, tokens = taken()
    texts = Texts(messages, TOKENS)
    history = count([texts.next() for _ in range(messages)])
    per_message = {"calls_per_message": round(calls / messages, 4), "input_of_history": round(tokens / history, 3)}
    figure(f"summaries_of_{messages}_calls", calls, "calls", tokens=tokens, history=history, **per_message)
    each: list[int] = []
    for number in range(ADDED):
        await ask(services, filled.id, ContextPolicy.SUMMARIZED, f"{ASKED} {number} " + "What follows? " * TOKENS)
        await settle()
        each.append(taken()[0])
    figure(f"summaries_of_{messages}_when_added", sum(each) / ADDED, "calls a turn", most=max(each))


def shared(before: Sequence[ChatMessage], now: Sequence[ChatMessage]) -> int:
    """The tokens of what two calls begin with alike: what a provider's cache has of the second."""
    return count([a.content for a, _ in takewhile(lambda pair: pair[0] == pair[1], zip(now, before, strict=False))])


def slid(calls: Sequence[Sequence[ChatMessage]], room: int) -> list[list[ChatMessage]]:
    """What the same turns would send if the window was filled anew each time, from the newest message up."""
    history: list[ChatMessage] = []
    sent: list[list[ChatMessage]] = []
    for call in calls:
        history += [message for message in call[-2:] if len(call) > 1] if history else [call[-1]]
        sizes = [count([message.content]) for message in history]
        begin = len(history)
        while begin > 0 and sum(sizes[begin - 1 :]) <= room:
            begin -= 1
        sent.append(history[begin:])
    return sent


def cached(calls: Sequence[Sequence[ChatMessage]]) -> float:
    """The share of all input tokens that the call before began with."""
    total = sum(count([message.content for message in call]) for call in calls)
    return sum(shared(before, now) for before, now in pairwise(calls)) / total


async def chat(services: Services, policy: ContextPolicy) -> None:
    """Many turns in a small window: how much of the input a provider's cache has."""
    Listening.asked, Listening.answer = [], "This is what I think of it. " * 20
    conversation: str | None = None
    for number in range(TURNS):
        text = f"{ASKED} {number} " + "What do you think of it? " * 20
        conversation = await ask(services, conversation, policy, text)
        if policy is ContextPolicy.SUMMARIZED:
            await settle()
    calls = Listening.asked
    total = sum(count([message.content for message in call]) for call in calls)
    bare = slid(calls, max(count([message.content for message in call]) for call in calls))
    bare_total = sum(count([message.content for message in call]) for call in bare)
    of_sliding = {"sliding": round(cached(bare), 3), "sliding_tokens": bare_total, "against": "slid by a message"}
    figure(f"chat_{TURNS}_{policy.value.lower()}_cached", cached(calls), "of the input", tokens=total, **of_sliding)


async def main(lengths: list[int]) -> None:
    """The conversations of each length, then the chat by each policy."""
    PROTOCOLS["listening"] = Listening
    async with service(settings()) as services:
        await services.warm.wait()
        for messages in lengths:
            await long_conversation(services, messages)
        for policy in POLICIES:
            await chat(services, policy)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", nargs="*", type=int, default=LENGTHS)
    run(main(parser.parse_args().messages))
