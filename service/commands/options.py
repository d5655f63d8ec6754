"""What the fields of the service's inputs are called on the command line, so that an error names what was typed.

Pure.
"""

from __future__ import annotations

import re

_OPTIONS = {
    "config.model": "-m/--model",
    "config.fallbackModels": "-f/--fallback",
    "config.maxParallel": "-p/--max-parallel",
    "config.maxOutputTokens": "--max-output-tokens",
    "config.aggregation": "-a/--aggregation",
    "config.deadlineSeconds": "--deadline",
    "config.budget.tokens": "--budget-tokens",
    "config.budget.costUsd": "--budget-usd",
    "budget.tokens": "--budget-tokens",
    "budget.costUsd": "--budget-usd",
    "instruction": "-i/--instruction",
    "type": "-t/--type",
    "strategy.kept": "--saved",
    "strategy.plan": "--plan",
    "strategy": "-s/--strategy",
    "conversationId": "-c/--conversation",
    "fromMessageId": "--from",
    "toMessageId": "--to",
    "maxTokens": "--length",
    "path": "--branch",
    "format": "--format",
    "since": "--since",
    "until": "--until",
    "parameters": "--param",
}
_WORDS = (
    ("Use the strategy CHUNK", 'Use `antiphon run -s chunk -i "…"`'),
    ("retry it with a budget (`retryTask`)", "retry it with a budget"),
    ("See `strategies`", "See `antiphon strategies`"),
)
"""What the service says to programs, and how a person does it."""

_PART = re.compile(r"[.\[]")


def option_of(field: str) -> str | None:
    """The option for a field such as `input.config.maxParallel`, or for what it is a part of; None where none is."""
    name = field.removeprefix("input.")
    while name:
        if name in _OPTIONS:
            return _OPTIONS[name]
        cuts = [match.start() for match in _PART.finditer(name)]
        name = name[: cuts[-1]] if cuts else ""
    return None


def in_commands(message: str) -> str:
    """The message with commands in place of what only a program can do."""
    for said, done in _WORDS:
        message = message.replace(said, done)
    return message


def in_options(message: str, field: str | None) -> str:
    """The message with the option in place of the field's name, or before it."""
    message = in_commands(message)
    option = option_of(field) if field else None
    if option is None or field is None:
        return message
    own = field.rpartition(".")[2]
    if message.startswith(f"{own} "):
        return option + message.removeprefix(own)
    # A name such as `maxParallel` is no word of a sentence; `model` may be one.
    named = re.sub(rf"(?<![\w.])(?:[\w.]+\.)?{re.escape(own)}(?!\w)", option, message, count=1)
    return named if not own.islower() and named != message else f"{option}: {message}"
