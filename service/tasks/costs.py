"""What a call has cost, as far as it is known: what the provider said, and our estimate of what it did not say.

Pure. A call that was refused cost nothing. One that was sent and cut before anything came of it is of unknown cost:
what was sent is estimated, and what was generated stays unknown. Knows nothing of how tokens are counted.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from service.chat import ChatMessage, Usage
from service.conversations.context.spoken import message_text, request_text
from service.errors import ProviderError, ProviderRejected, RateLimited
from service.providers.prices import cost_usd
from service.records import Role
from service.tasks.budgets import Spend, Wish

if TYPE_CHECKING:
    from service.tasks.jobs import Call


def is_free(call: Call) -> bool:
    """Whether the call cost nothing: it never left, or was refused before anything was generated."""
    if call.completion is not None or call.has_received or call.so_far.has_begun:
        return False
    refused = isinstance(call.error, ProviderRejected | RateLimited)
    ours = not isinstance(call.error, ProviderError | asyncio.CancelledError)
    return refused or ours or not call.so_far.may_cost


def is_silent(call: Call) -> bool:
    """Whether nothing that was generated is known of a call that may have cost something."""
    known = call.completion is not None or call.has_received or call.so_far.uncounted
    return not known and not call.so_far.usage.output_tokens


def sent_text(call: Call) -> str | None:
    """The text that was sent, where the provider did not say how many tokens it has."""
    if call.so_far.usage.input_tokens is not None:
        return None
    return request_text(call.messages, call.job.tools)


def received_text(call: Call) -> str | None:
    """What was generated and the provider has not counted; None where it counted all."""
    if call.so_far.uncounted:
        return "".join(call.so_far.uncounted)
    if call.so_far.usage.output_tokens is not None:
        return None
    said = "".join((*call.thoughts, *call.pieces))
    return message_text(ChatMessage(Role.ASSISTANT, said, call.completion.tool_calls if call.completion else ()))


def settle(call: Call, sent: int | None, received: int | None) -> None:
    """Keep what the call used and cost. `sent` and `received` are our counts of what the provider did not count."""
    said = call.so_far.usage
    known = None if is_silent(call) else (said.output_tokens or 0) + (received or 0)
    call.usage = replace(said, input_tokens=said.input_tokens if sent is None else sent, output_tokens=known)
    call.usage_estimated = sent is not None or known is None or bool(received)
    call.cost_usd = _cost(call, said)


def wish_of(call: Call, most: int) -> Wish:
    """What the call may use at most, with an answer of `most` tokens."""
    prompt = cost_usd(call.model, Usage(call.prompt_tokens, 0)) or 0.0
    whole = cost_usd(call.model, Usage(call.prompt_tokens, most)) or 0.0
    return Wish(Spend(call.prompt_tokens, prompt), Spend(most, whole - prompt), most)


def used_of(call: Call) -> tuple[Spend, Spend]:
    """What the call has used of its task's budget, and what of that nobody knows: there, all that it might have."""
    usage = call.usage
    if not call.is_unknown:
        return Spend((usage.input_tokens or 0) + (usage.output_tokens or 0), call.cost_usd or 0.0), Spend()
    longest = replace(usage, output_tokens=call.most_answer)
    used = Spend((usage.input_tokens or 0) + call.most_answer, cost_usd(call.model, longest) or 0.0)
    said = call.so_far.usage.input_tokens
    return used, used - Spend(said or 0, call.cost_usd or 0.0)


def _cost(call: Call, said: Usage) -> float | None:
    """Of a call that was silent, what is known to have been read is paid for at least."""
    if call.usage.output_tokens is None and said.input_tokens is not None:
        return cost_usd(call.model, replace(call.usage, output_tokens=0))
    return cost_usd(call.model, call.usage)
