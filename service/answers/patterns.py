"""Patterns of JSON Schemas, matched in time linear in the text: what a caller writes must not hold up the service.

Pure. The only importer of re2. Knows no schema.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, cast

import re2  # pyright: ignore[reportMissingTypeStubs]

MOST_MEMORY = 1 << 20
"""Bytes of a compiled pattern; bounds how long one may become."""
STEPS_A_UNIT = 500

_UNICODE_ESCAPE = re.compile(r"(?<!\\)((?:\\\\)*)\\u([0-9A-Fa-f]{4})")
_OPTIONS: Any = re2.Options()
_OPTIONS.max_mem = MOST_MEMORY
_OPTIONS.log_errors = False


@lru_cache(maxsize=256)
def compiled(pattern: str) -> Any:
    r"""A pattern in RE2's syntax, with JavaScript's `\uXXXX`. ValueError, with the reason, where it is none."""
    try:
        return re2.compile(_UNICODE_ESCAPE.sub(r"\1\\x{\2}", pattern), _OPTIONS)
    except re2.error as error:  # pyright: ignore[reportUnknownVariableType]
        reason = cast("tuple[bytes | str]", error.args)[0]  # pyright: ignore[reportUnknownMemberType]
        raise ValueError(reason.decode(errors="replace") if isinstance(reason, bytes) else reason) from error


def found(pattern: str, text: str) -> bool:
    """Whether the pattern is somewhere in the text."""
    return compiled(pattern).search(text.encode(errors="replace").decode()) is not None


def work(pattern: str, text: str) -> int:
    """How much it takes at most to look for the pattern, in units of about 10 µs."""
    return 1 + len(text) * compiled(pattern).programsize // STEPS_A_UNIT
