"""Two responses side by side, as a person reads it: the words that changed, what the calls took, what they were sent.

Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Json = dict[str, Any]

_MARKS = {"REMOVED": ("[-", "-]", "red"), "ADDED": ("{+", "+}", "green")}
"""As `git diff --word-diff` has them, so that they are seen without colors too."""
_NAMED = 10


def changed_pieces(changes: Sequence[Json]) -> list[tuple[str, str]]:
    """Both texts in one, in pieces with their styles; what only one of them says is in marks."""
    marked = [(_MARKS.get(change["kind"], ("", "", "")), change["text"]) for change in changes if change["text"]]
    return [(f"{before}{text}{after}", style) for (before, after, style), text in marked]


def comparison_lines(found: Json, names: Mapping[str, str]) -> Iterator[str]:
    """What else is different, a line each; `names` is what messages are called by the person."""
    same = all(change["kind"] == "SAME" for change in found["changes"])
    yield f"text: {'the same' if same else 'compared by ' + found['comparedBy'].lower()}"
    yield from _context_lines(found["context"], names)
    if found["sameModel"] is not None:
        yield f"model: {'the same' if found['sameModel'] else 'another one'}"
    yield f"tokens: {_signed(found['inputTokens'])} read, {_signed(found['outputTokens'])} written"
    latency = found["latencyMs"]
    yield f"time: {'not known' if latency is None else f'{latency / 1000:+.1f} s'}"
    cost = found["costUsd"]
    yield f"cost: {'not known' if cost is None else f'{cost:+.6f}'.rstrip('0').rstrip('.') + ' USD'}"


def _context_lines(context: Json | None, names: Mapping[str, str]) -> Iterator[str]:
    if context is None:
        yield "context: what was sent cannot be made again"
        return
    if context["identical"]:
        yield f"context: the same, byte for byte ({_messages(context['sameCount'])})"
        return
    parts = [f"{_messages(context['sameCount'])} as they were"]
    for key, said in (("changed", "changed"), ("onlyInA", "left out"), ("onlyInB", "added")):
        if context[f"{key}Count"]:
            parts.append(f"{said}: {_named(context[key], context[f'{key}Count'], names)}")
    yield f"context: {'; '.join(parts)}"


def _named(ids: Sequence[str], count: int, names: Mapping[str, str]) -> str:
    shown = [names.get(id, id) for id in ids[:_NAMED]]
    more = count - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")


def _signed(number: int | None) -> str:
    return "not known" if number is None else f"{number:+,}"


def _messages(count: int) -> str:
    return f"{count:,} message{'s' * (count != 1)}"
