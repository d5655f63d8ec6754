"""How vendors say that a prompt is too long or filtered, an account spent, a key wrong, a model not there. Pure.

They agree neither on a status nor on a code for any of these, so marks (types, codes, reasons) and words are both
looked at. Each entry was seen: in a vendor's documentation, its source, or an issue that quotes its answer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wording:
    """How one thing is said: by marks, in lower case, or by words."""

    marks: frozenset[str]
    words: re.Pattern[str]

    def fits(self, marks: tuple[str, ...], message: str) -> bool:
        """Whether a refusal with these marks and this message says it."""
        return not self.marks.isdisjoint(mark.lower() for mark in marks) or bool(self.words.search(message))


def _wording(marks: str, *words: str) -> Wording:
    return Wording(frozenset(marks.split()), re.compile("|".join(words), re.IGNORECASE))


OVERFLOW = _wording(
    "context_length_exceeded exceed_context_size_error context_window_exceeded model_max_prompt_tokens_exceeded 1261",
    r"(?:prompt|input|messages) (?:is |are )?too long",
    r"max(?:imum)? (?:context|prompt|input|model) length",
    r"prompt (?:length )?exceeds max",
    r"context[ _]?(?:length|window|size|limit)[^.]{0,40}exceed",
    r"exceed[^.]{0,60}context (?:length|window|size|limit)",
    r"(?:longer|greater) than the (?:model's )?context",
    r"context the overflows|context overflow",
    r"input tokens? (?:count )?[^.]{0,20}exceeds? the (?:maximum|configured)",
    r"prompt token count of \d+ exceeds",
    r"reduce the length of the (?:messages|prompt|input)",
    r"prompt contains \d+ tokens[^.]{0,40}too large",
    r"too many (?:input )?tokens(?! for| per)",
    r"`inputs` tokens \+ `max_new_tokens`|`?inputs`? must have less than",
    r"prompt has \d+ tokens, but the configured context|input tokens? exceeds? (?:the )?limit|prompt 超长",
    r"exceeded model token limit",
    r"range of input length should be",
    r"max tokens of \d+ exceeded",
)
TOO_LARGE_A_MINUTE = _wording("", r"request too large for [^:]{1,200}\btokens per min")
"""A prompt that is more than the account may send in a minute: it never passes, less of it does."""
FILTERED = _wording(
    "content_filter content_policy_violation responsibleaipolicyviolation data_inspection_failed prohibited_content"
    " 1301",
    r"content (?:management|filtering|policy) (?:policy|violation)|contentpolicyviolation",
    r"rejected as a result of (?:our|the) safety system|violating our usage polic",
    r"content exists risk|inappropriate content|input was flagged|considered high risk",
)
SPENT = _wording(
    "insufficient_quota exceeded_current_quota_error billing_error billing_hard_limit_reached billing_not_active"
    " insufficient_balance insufficient_funds insufficient_credits insufficient_user_quota arrearage 1113"
    " pre_consume_token_quota_failed quota_not_enough budget_exceeded max_budget_exceeded budgetexceeded"
    " credits_exhausted daily_cost_limit_exceeded credit_limit_exceeded spending_limit_reached usage_limit_reached"
    " quota_of_a_day 1308 1310 1316 setlimitexceeded",
    r"credit balance is too low|insufficient (?:account )?(?:balance|credits?|funds|quota)",
    r"used all available credits|reached (?:its|your|the) monthly (?:spending|usage) limit|billing hard limit",
    r"budget (?:has been |was |is )?(?:exceeded|exhausted|spent)|exceeded ?(?:the |your )?(?:max(?:imum)? )?budget",
    r"(?:crossed|over(?: its| the| their)?|reached (?:its|your|the)) (?:max(?:imum)? )?budget",
    r"(?:monthly|daily) (?:spending|spend|credit|usage) (?:limit|cap)",
    r"(?:spending|credit|usage) limit (?:exceeded|reached)|reached your specified (?:api )?usage limits",
    r"exceeded your monthly included credits|out of (?:call volume )?quota|out of credits|not enough credits",
    r"requires? more credits|(?:can|could) only afford|no credits? (?:left|remaining)|payment (?:is )?required",
    r"used up your daily free allocation|trial key[^.]{0,80}limited to|please (?:recharge|top up)",
    r"\bquota_?(?:id|limit)\W{1,8}\w{0,80}per_?day|quota exceeded for quota metric [^.]{1,200}\bper day\b",
    r"weekly/monthly limit exhausted|(?:free-models|requests?)-per-day|free model requests per day",
    r"prepay(?:ment|aid) credits are depleted|today's quota|premium request allowance|reached the set inference limit",
    r"draw from (?:your )?extra usage|限额将在[^。]{0,40}重置",
    r"额度(?:不足|已用尽)|余额不足|欠费",
)
OF_A_DAY = "quota_of_a_day"
"""The mark of a refusal whose quota is a day's: in the words of a minute's limit, Google asks to wait for seconds."""
_DAILY = re.compile(r"per_?day|daily", re.IGNORECASE)
FORMAT = _wording(
    "json_validate_failed invalid_json_schema unsupported_response_format response_format",
    r"response_?format|responseFormat|response_?schema|responseSchema|json_?schema|json schema|structured outputs?",
    r"output_(?:config|format)\b|guided_(?:json|grammar|decoding)|xgrammar|llguidance|\bgbnf\b|\boutlines\b",
    r"grammar|schema produces a constraint|(?:invalid|unsupported) schema",
    r"\bschema\b[^.]{0,60}(?:invalid|not supported|unsupported|too (?:complex|large|deep))",
    r"failed to generate json|json[_ ](?:object|mode)",
)
"""A schema, or a mode for JSON, that the server's grammar cannot do; asked only of requests that have one."""
WRONG_KEY = _wording(
    "authentication_error invalid_api_key api_key_invalid",
    r"api key not valid|(?:incorrect|invalid) api key",
)
NO_MODEL = _wording(
    "model_not_found invalid_model model_decommissioned",
    r"model not exist|invalid model(?: name|:)|is not a valid model|model [^ ]{1,200} (?:does not exist|not found)",
)
NO_ENDPOINT = _wording("", r"unexpected endpoint or method")
"""LM Studio's answer, with status 200, to an address that it does not serve."""
HINTS = (
    (_wording("", r"stream_options|include_usage"), "include_usage: false"),
    (_wording("", r"prompt_cache_key|cache_control"), "prompt_cache: false"),
    (_wording("", r"use '?max_completion_tokens"), "max_tokens_field: max_completion_tokens"),
    (_wording("", r"max_completion_tokens\b"), "max_tokens_field: max_tokens"),
)
"""The provider's option that helps where a server refuses a field of ours; the first that fits."""
_REFUSED = _wording("", r"not (?:permitted|allowed|supported)|unsupported|unrecognized|unknown|unexpected|forbidden")


def marks_of_quota(name: object) -> tuple[str, ...]:
    """What the name of a quota says, as `GenerateRequestsPerDayPerProjectPerModel-FreeTier`."""
    return (OF_A_DAY,) if isinstance(name, str) and _DAILY.search(name) else ()


def hint(message: str) -> str | None:
    """The option that keeps back, or renames, the field that a server refuses; None where it is none of ours."""
    if not _REFUSED.fits((), message):
        return None
    return next((option for wording, option in HINTS if wording.fits((), message)), None)
