"""What makes two errors the same one: their kind, class, functions, and what their messages have in common.

Set aside are the values of a message: quoted ones, numbers, addresses, ids, times, durations, and paths down to
the file's name.
"""

from __future__ import annotations

import re

from service.strategies.failures.findings import Finding

Signature = tuple[str, str, str, tuple[str, ...], tuple[str, ...]]

TOP_FRAMES = 3
_MESSAGE = 400
_VALUES = re.compile(
    r"""(?P<quoted>(?<![\w])'[^'\n]{0,200}'(?!\w)|"[^"\n]{0,200}"|`[^`'\n]{0,200}[`']|‘[^’\n]{0,200}’|“[^”\n]{0,200}”)
    | (?P<url>\b[a-z][a-z+.-]{1,9}://[^\s,;'")\]>]{1,300})
    | (?P<id>\b[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\b)
    | (?P<time>\b\d{4}-\d\d-\d\d(?:[T\s]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?)
    | (?P<hex>\b0[xX][0-9a-fA-F]+\b|\b(?=[0-9a-fA-F]*\d)(?=[0-9a-fA-F]*[a-fA-F])[0-9a-fA-F]{7,64}\b)
    | (?P<path>(?<![\w.~@+/\\-])(?:[A-Za-z]:)?(?:[\w.~@+-]{0,100}[/\\]){1,40}(?P<file>[\w.@+-]{0,200}))
    | (?P<number>(?<![\w.])[-+]?\d+(?:[.,:_]\d+)*(?:e[-+]?\d+)?(?:\s?(?:ns|us|µs|ms|s|secs?|seconds?|minutes?|min
        |m|h|hours?|days?|[kKMGT]i?B?|bytes?|B|%))?\b%? | \d+(?:[.:]\d+)*)""",
    re.VERBOSE,
)
_NAMES = {"quoted": "'…'", "url": "<url>", "id": "<id>", "time": "<time>", "hex": "<hex>", "number": "<n>"}
_DIGITS = re.compile(r"\d+")
_SERIES = re.compile(r"<n>(?:(?:\s?[,;x×/:-]\s?|\s)<n>){1,200}")
_SPACE = re.compile(r"\s+")


def signature(finding: Finding) -> Signature:
    """The same for equal errors, whatever their numbers, addresses, times and paths."""
    return (
        finding.kind,
        _DIGITS.sub("<n>", finding.name) if finding.name.islower() else finding.name,
        skeleton(finding.message),
        functions(finding),
        finding.causes[:8],
    )


def skeleton(message: str) -> str:
    """A message without its values."""
    text = message[:_MESSAGE].strip().partition("\n")[0]
    text = _SPACE.sub(" ", _VALUES.sub(_name, text))
    return _SERIES.sub("<n>", text) if text.count("<n>") > 1 else text


def functions(finding: Finding) -> tuple[str, ...]:
    """The functions of the top frames, the innermost first; a test is left out unless it is the innermost."""
    names: list[str] = []
    for frame in finding.frames:
        name = _function(frame.function)
        if not name or (names and name == names[-1]):
            continue
        if len(names) == TOP_FRAMES or (names and name.rpartition(".")[2].lower().startswith("test")):
            break
        names.append(name)
    return tuple(names)


def _function(name: str) -> str:
    return _DIGITS.sub("<n>", name) if name else ""


def _name(match: re.Match[str]) -> str:
    if match.lastgroup == "path" or match["path"] is not None:
        file = match["file"] or "<path>"
        return _DIGITS.sub("<n>", file)
    return _NAMES[match.lastgroup or "number"]
