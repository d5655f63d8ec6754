"""What a refusal says of sizes, in tokens: which of them is too large is told by the numbers, not by the words.

Servers word a refused `max_tokens` and a prompt that is too long in nearly the same way. Pure. Each wording was
seen: in a vendor's documentation, its source, or an issue that quotes its answer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

LEAST_ANSWER = 256
"""Tokens that must be left for an answer: where fewer are, it is the prompt that is too long."""

_N = r"[`(\[]*(\d[\d,]*)"


def _numbers(*words: str) -> re.Pattern[str]:
    return re.compile("|".join(word.replace("#", _N) for word in words), re.IGNORECASE)


_WINDOW = _numbers(
    r"context limit: \d+ \+ \d+ > #",
    r"max(?:imum)? (?:context|model) length (?:is|of|limit of|limit is)? ?#",
    r"context (?:length|window|size|limit)(?: is| of|:)? ?(?:only )?#",
    r"`?inputs`? tokens \+ `?max_new_tokens`? must be <= #",
    r"model token limit:? #",
    r"\d tokens > # maximum",
    r"maximum number of tokens allowed #",
)
_PROMPT = _numbers(
    r"# (?:tokens )?in (?:the|your) (?:messages|prompt|input)",
    r"(?:request|prompt|input) (?:has|contains)(?: at least)? # (?:input )?tokens",
    r"# tokens from the input",
    r"# of (?:the )?text input",
    r"messages resulted in # tokens",
    r"(?:prompt|input) is too long: # tokens",
    r"(?:request|input|prompt) # tokens\) (?:is|exceeds)",
    r"input token count (?:of |is )?#",
    r"context limit: # \+ \d+ >",
    r"given: # `?inputs`? tokens",
    r"prompt token count of #",
)
_ASKED = _numbers(
    r"# (?:tokens )?(?:in|for) the (?:completion|output)",
    r"requested # output tokens",
    r"max_(?:completion_)?tokens'? (?:or '[a-z_]+' )?is too large: #",
    r"context limit: \d+ \+ # >",
    r"# `?max_new_tokens`?",
)
_MOST = _numbers(
    r"max_tokens: \d+ > #, which is the maximum allowed number of output tokens",
    r"at most # (?:completion|output) tokens",
    r"range of max_(?:completion_|output_)?tokens (?:is|should be) \[\d+, ?#",
    r"max_tokens[^.\[]{0,30}\[\d+, ?#\]",
    r"(?<!\+ `)(?<!\+ )max_?(?:completion_|output_|new_)?tokens\W{0,3}[^.]{0,60}"
    r"(?:<=|less than or equal to|at most|not exceed|no (?:more|greater|larger) than|cannot exceed"
    r"|cannot be (?:greater|larger|more) than|maximum (?:value )?(?:is|of)) #",
    r"maximum tokens you requested exceeds the model limit of #",
)
_BELOW = _numbers(
    r"max_?output_?tokens value of \d+ but the supported range is from \d+ \(inclusive\) to # \(exclusive\)"
)
_OF_THE_ANSWER = re.compile(
    r"max_?(?:completion_|output_|new_)?tokens\W[^.]{0,80}"
    r"(?:too (?:large|high|big|many)|exceed|invalid|(?:must|should) be(?! (?:greater|larger|more|at least|>)))"
    r"|(?:invalid|unsupported) (?:value for )?'?max_?(?:completion_|output_)?tokens",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Sizes:
    """The window, the prompt as the server counts it, what was asked for, and the most that any answer may have."""

    window: int | None = None
    prompt: int | None = None
    asked: int | None = None
    most: int | None = None
    names_answer: bool = False

    @property
    def is_of_the_answer(self) -> bool:
        """Whether less room for the answer would pass, and a shorter prompt would not be needed for it."""
        if self.most is not None:
            return True
        if self.window is None:
            return self.names_answer
        if self.prompt is None:
            return self.asked is not None and self.asked >= self.window
        is_about_both = self.asked is not None or self.names_answer
        return is_about_both and self.window - self.prompt >= min(LEAST_ANSWER, self.window // 8)


def sizes_in(message: str) -> Sizes:
    """What a message says of sizes."""
    below = _first(_BELOW, message)
    most = _first(_MOST, message) if below is None else below - 1
    named = bool(_OF_THE_ANSWER.search(message))
    return Sizes(_first(_WINDOW, message), _first(_PROMPT, message), _first(_ASKED, message), most, named)


def _first(pattern: re.Pattern[str], message: str) -> int | None:
    found = pattern.search(message)
    number = next((group for group in found.groups() if group), "") if found else ""
    return int(number.replace(",", "")[:12]) if number else None
