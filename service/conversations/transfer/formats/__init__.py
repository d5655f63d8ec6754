"""The formats of other tools: each is a module with a reader, a writer, or both, listed here by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from service.conversations.transfer.bundles import Bundle
from service.conversations.transfer.formats import (
    agent_memory,
    aistudio,
    chatbotui,
    chatgpt,
    claude,
    claude_code,
    codex,
    gemini,
    grok,
    jan,
    langchain,
    langgraph,
    librechat,
    llamacpp,
    lmstudio,
    openai,
    openwebui,
    pi,
    sharegpt,
)
from service.conversations.transfer.parsing import Read
from service.conversations.transfer.transcripts import Unreadable


@dataclass(frozen=True, slots=True)
class Format:
    """A format that can be imported.

    `recognizes` looks at names and at the first 64 kB of some members, never at all bytes, and says whether a bundle
    is of this format; it raises nothing, whatever the bytes. `read` gives transcripts, and notices of what it left out.
    """

    name: str
    """Such as `chatgpt`; part of the ids of what is imported, so it never changes."""
    title: str
    """For people."""
    recognizes: Callable[[Bundle], bool]
    read: Callable[[Bundle], Read]


FORMATS: dict[str, Format] = {
    known.name: known
    for known in (
        Format("chatgpt", "ChatGPT", chatgpt.recognizes, chatgpt.read),
        Format("claude", "Claude", claude.recognizes, claude.read),
        Format("grok", "Grok", grok.recognizes, grok.read),
        Format("openwebui", "Open WebUI", openwebui.recognizes, openwebui.read),
        Format("librechat", "LibreChat", librechat.recognizes, librechat.read),
        Format("chatbotui", "Chatbot UI", chatbotui.recognizes, chatbotui.read),
        Format("aistudio", "Google AI Studio", aistudio.recognizes, aistudio.read),
        Format("gemini", "Gemini (Google Takeout)", gemini.recognizes, gemini.read),
        Format("claude_code", "Claude Code", claude_code.recognizes, claude_code.read),
        Format("codex", "Codex", codex.recognizes, codex.read),
        Format("pi", "pi", pi.recognizes, pi.read),
        Format("lmstudio", "LM Studio", lmstudio.recognizes, lmstudio.read),
        Format("jan", "Jan", jan.recognizes, jan.read),
        Format("agent_memory", "agent memory in Neo4j", agent_memory.recognizes, agent_memory.read),
        Format("llamacpp", "llama.cpp's page", llamacpp.recognizes, llamacpp.read),
        Format("langgraph", "LangGraph", langgraph.recognizes, langgraph.read),
        Format("langchain", "LangChain", langchain.recognizes, langchain.read),
        Format("sharegpt", "ShareGPT", sharegpt.recognizes, sharegpt.read),
        Format("openai", "OpenAI chat", openai.recognizes, openai.read),
    )
}
"""By name, in the order in which they are tried: the more telling first."""


def recognize(bundle: Bundle) -> Format:
    """The format of a bundle. Raises `Unreadable`, which says why none can be told, or lists those that there are."""
    for known in FORMATS.values():
        if known.recognizes(bundle):
            return known
    for member in list(bundle.members)[:5]:
        member.sample()  # one that is locked or broken says so
        if member.base.lower().endswith((".zip", ".tgz", ".tar.gz")):
            raise Unreadable(
                f"{bundle.name} holds another archive, {member.base}. Unpack it, and import what is in it."
            )
    names = ", ".join(known.title for known in FORMATS.values())
    held = ", ".join(member.base for member in list(bundle.members)[:5])
    inside = "" if held == bundle.name else f" (with {held})"
    raise Unreadable(
        f"{bundle.name}{inside} is of no format that can be imported. Those are: {names}, and what "
        "`antiphon export --format graph` writes."
    )
