"""A provider with no network: it answers with the last thing that was said to it. For tests, demos and load."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator

from service.chat import ChatRequest, Completion, ProviderConfig, StreamItem, TextDelta, ToolCall, Usage
from service.providers.options import Options, read_options
from service.records import Role


class EchoOptions(Options):
    """`delay_ms`: how long an answer takes. `prefix`: what stands before the echo."""

    delay_ms: float = 0
    prefix: str = ""


class EchoProvider:
    """Answers with the last message of the user or of a tool, as one delta; a token is four characters.

    Last lines of a user's message that say `call NAME {…}`, NAME being a tool that was given, are tool calls and not
    echoed; arguments that are left out are `{}`.
    """

    def __init__(self, config: ProviderConfig) -> None:
        self.config = config
        options = read_options(config, EchoOptions)
        self._delay = options.delay_ms / 1000
        self._prefix = options.prefix

    async def stream(self, request: ChatRequest) -> AsyncGenerator[StreamItem, None]:
        """The echo, then the `Completion`."""
        if self._delay:
            await asyncio.sleep(self._delay)
        said, calls = _answer(request)
        text = self._prefix + said
        if text or not calls:
            yield TextDelta(text)
        usage = Usage(_tokens(sum(len(m.content) for m in request.messages)), _tokens(len(text)), 0)
        yield Completion("tool_calls" if calls else "stop", usage, request.model.name, calls)

    async def aclose(self) -> None:
        """Nothing to close."""


def _answer(request: ChatRequest) -> tuple[str, tuple[ToolCall, ...]]:
    last = next((m for m in reversed(request.messages) if m.role in (Role.USER, Role.TOOL)), None)
    if last is None:
        return "", ()
    if last.role is Role.TOOL or not request.tools:
        return last.content, ()
    lines, calls = last.content.rstrip().split("\n"), list[ToolCall]()
    names = {tool.name for tool in request.tools}
    while lines and (call := _call(lines[-1], names)):
        lines.pop()
        calls.insert(0, call)
    return ("\n".join(lines), tuple(calls)) if calls else (last.content, ())


def _call(line: str, names: set[str]) -> ToolCall | None:
    word, _, rest = line.strip().partition(" ")
    name, _, arguments = rest.strip().partition(" ")
    if word != "call" or name not in names:
        return None
    return ToolCall(f"call_{os.urandom(12).hex()}", name, arguments.strip() or "{}")


def _tokens(characters: int) -> int:
    return -(-characters // 4)
