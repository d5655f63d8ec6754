"""What vendors really answer, and what it means: their own words, their own statuses."""

from __future__ import annotations

import json
from typing import Any

import pytest

from service.errors import (
    BoundRefused,
    ContentFiltered,
    ContextOverflow,
    FormatRefused,
    ProviderError,
    ProviderRejected,
    ProviderUnavailable,
    RateLimited,
)
from service.models.failure import Remedy, remedy
from service.providers.faults import Refusal, error_for


def error(message: str, **more: Any) -> dict[str, Any]:
    """An error in OpenAI's shape."""
    return {"error": {"message": message, **more}}


def meant(status: int | None, body: object) -> ProviderError:
    """The error that an answer with this status and body means."""
    return error_for("p", Refusal(status, json.dumps(body).encode(), {}))


OVERFLOWS: dict[str, tuple[int | None, object]] = {
    "openai": (400, error("Your input exceeds the context window of this model. Please adjust your input.")),
    "azure": (
        400,
        error("Input tokens exceed the configured limit of 272000 tokens. Your messages resulted in 509178."),
    ),
    "gemini": (400, [error("The input token count (2800010) exceeds the maximum number of tokens allowed (1048575).")]),
    "anthropic": (400, error("input length and `max_tokens` exceed context limit: 199959 + 64000 > 200000")),
    "anthropic, the prompt alone": (400, error("prompt is too long: 208310 tokens > 200000 maximum")),
    "vllm, one token too long": (
        400,
        error(
            "This model's maximum context length is 262144 tokens. However, you requested 0 output tokens and your "
            "prompt contains at least 262145 input tokens, for a total of at least 262145 tokens."
        ),
    ),
    "vllm, the prompt alone": (
        400,
        error(
            "'max_tokens' or 'max_completion_tokens' is too large: 8192. This model's maximum context length is 4096 "
            "tokens and your request has 20000 input tokens (8192 > 4096 - 20000)."
        ),
    ),
    "llama.cpp, without its code (goose#11048)": (
        400,
        error("Prompt has 49231 tokens, but the configured context size is 49152 tokens"),
    ),
    "zhipu, in Chinese": (400, error("Prompt 超长", code="1261")),
    "bedrock, through another": (
        400,
        {"message": "These errors were returned: Input tokens exceeds limit"},
    ),
    "deepinfra": (422, {"detail": {"error": "inputs must have less than 4096 tokens"}}),
    "openai, older": (
        400,
        error("This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens."),
    ),
    "xai": (400, {"error": "This model's maximum prompt length is 131072 but the request contains 537812 tokens."}),
    "groq": (400, error("Please reduce the length of the messages or completion.")),
    "mistral": (400, {"object": "error", "message": "Prompt contains 332817 tokens, too large for model"}),
    "cohere": (400, {"message": "too many tokens: size limit exceeded by 19296 tokens."}),
    "llama.cpp, older": (500, error("the request exceeds the available context size", type="server_error", code=500)),
    "lm studio": (400, {"error": "Trying to keep the first 9000 tokens when context the overflows."}),
    "lm studio, in a stream": (None, error("The number of tokens to keep is greater than the context length.")),
    "ollama": (500, error("input length exceeds maximum context length")),
    "sglang": (400, {"message": "The input (9000 tokens) is longer than the model's context length (4096 tokens)."}),
    "vllm": (400, error("The decoder prompt (length 9000) is longer than the maximum model length of 4096.")),
    "tgi": (422, {"error": "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096."}),
    "tgi, older": (422, {"error": "Input validation error: `inputs` must have less than 4095 tokens. Given: 5000"}),
    "openrouter": (
        400,
        error("Provider returned error", code=400, metadata={"raw": json.dumps(error("Input is too long."))}),
    ),
    "perplexity": (400, error("The total length of all messages is too long.")),
    "moonshot": (400, error("Invalid request: Your request exceeded model token limit: 131072")),
    "qwen": (400, error("<400> InternalError.Algo.InvalidParameter: Range of input length should be [1, 129024]")),
    "zhipu": (400, error("Prompt exceeds max length", code="1261")),
    "copilot": (400, error("prompt token count of 140000 exceeds the limit of 128000")),
    "bedrock": (400, {"message": "Too many input tokens. Max input tokens: 8192, request input token count: 9000"}),
    "litellm": (400, error("Context Window exceeded for given call.")),
    "more than a minute's tokens": (
        429,
        error("Request too large for gpt-4o on tokens per min (TPM): Limit 30000, Requested 342389."),
    ),
}


@pytest.mark.parametrize("vendor", OVERFLOWS)
def test_prompt_that_is_too_long_is_told(vendor: str) -> None:
    """Less of it may pass, whichever status it came with."""
    assert type(meant(*OVERFLOWS[vendor])) is ContextOverflow


BOUNDS: dict[str, tuple[int, str, tuple[int | None, int | None, int | None]]] = {
    "vllm": (
        400,
        "'max_tokens' or 'max_completion_tokens' is too large: 8192. This model's maximum context length is 4096 "
        "tokens and your request has 30 input tokens (8192 > 4096 - 30).",
        (4096, 30, None),
    ),
    "vllm, newer": (
        400,
        "This model's maximum context length is 4096 tokens. However, you requested 8192 output tokens and your prompt "
        "contains at least 30 input tokens, for a total of at least 8222 tokens. Please reduce the length of the input "
        "prompt or the number of requested output tokens.",
        (4096, 30, None),
    ),
    "openai, older": (
        400,
        "This model's maximum context length is 4096 tokens. However, you requested 8222 tokens (30 in the messages, "
        "8192 in the completion). Please reduce the length of the messages or completion.",
        (4096, 30, None),
    ),
    "openai": (
        400,
        "max_tokens is too large: 100000. This model supports at most 16384 completion tokens, whereas you provided "
        "100000.",
        (None, None, 16384),
    ),
    "anthropic": (
        400,
        "input length and `max_tokens` exceed context limit: 178959 + 64000 > 200000, decrease input length",
        (200000, 178959, None),
    ),
    "anthropic, the answer alone": (
        400,
        "max_tokens: 100000 > 8192, which is the maximum allowed number of output tokens for claude-3-5-sonnet",
        (None, None, 8192),
    ),
    "groq": (
        400,
        "`max_tokens` must be less than or equal to `8192`, the maximum value for `max_tokens` is less than the "
        "`context_window` for this model",
        (None, None, 8192),
    ),
    "deepseek": (400, "Invalid max_tokens value, the valid range of max_tokens is [1, 8192]", (None, None, 8192)),
    "qwen": (
        400,
        "<400> InternalError.Algo.InvalidParameter: Range of max_tokens should be [1, 8192]",
        (None, None, 8192),
    ),
    "zhipu": (400, "max_tokens参数非法：限制数值范围[1,16384]", (None, None, 16384)),
    "tgi": (
        422,
        "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096. Given: 30 `inputs` tokens and "
        "8192 `max_new_tokens`",
        (4096, 30, None),
    ),
    "gemini": (
        400,
        "Unable to submit request because it has a maxOutputTokens value of 100000 but the supported range is from 1 "
        "(inclusive) to 65537 (exclusive). Update the value and try again.",
        (None, None, 65536),
    ),
    "openrouter": (
        400,
        "This endpoint's maximum context length is 32768 tokens. However, you requested about 40030 tokens (30 of text "
        "input, 40000 in the output). Please reduce the length of either one.",
        (32768, 30, None),
    ),
    "sglang": (
        400,
        "Requested token count exceeds the model's maximum context length of 4096 tokens. You requested a total of "
        "8222 tokens: 30 tokens from the input messages and 8192 tokens for the completion.",
        (4096, 30, None),
    ),
    "bedrock": (
        400,
        "The maximum tokens you requested exceeds the model limit of 4096. Try again with a maximum tokens value that "
        "is lower than 4096.",
        (None, None, 4096),
    ),
    "vllm, one token beyond": (
        400,
        "This model's maximum context length is 196608 tokens. However, you requested 16384 output tokens and your "
        "prompt contains at least 180225 input tokens, for a total of at least 196609 tokens.",
        (196608, 180225, None),
    ),
    "litellm": (500, "max_completion_tokens is too large: 99999.", (None, None, None)),
}


@pytest.mark.parametrize("vendor", BOUNDS)
def test_bound_of_the_answer_is_told_from_a_long_prompt(vendor: str) -> None:
    """Both name the window in nearly the same words: the numbers tell them apart. The settings are named."""
    status, message, sizes = BOUNDS[vendor]
    found = error_for("p", Refusal(status, json.dumps(error(message)).encode(), {}, model="m"))
    assert isinstance(found, BoundRefused)
    assert (found.window, found.prompt, found.most) == sizes
    assert "max_output_tokens of providers.p.models.m" in str(found)


def test_format_that_is_only_named_is_not_refused() -> None:
    """A prompt that is too long is that, also where the words name the format (srbhr/Resume-Matcher#868)."""
    body = json.dumps(error("Maximum context length exceeded when using response_format=json_object")).encode()
    assert type(error_for("p", Refusal(400, body, {}, has_format=True))) is ContextOverflow


FORMATS: dict[str, tuple[int | None, object]] = {
    "vllm": (400, error("The provided JSON schema contains features not supported by xgrammar.")),
    "vllm, guidance": (400, error('Grammar error: Unimplemented keys: ["patternProperties"]')),
    "llama.cpp": (400, error("Failed to initialize samplers: failed to parse grammar")),
    "llama.cpp, older": (500, error("JSON schema conversion failed: Unrecognized schema")),
    "lm studio": (400, {"error": "'response_format.type' must be 'json_schema' or 'text'"}),
    "openai": (
        400,
        error(
            "Invalid schema for response_format 'answer': In context=(), 'additionalProperties' is required to be "
            "supplied and to be false.",
            param="response_format",
        ),
    ),
    "openai, an older model": (
        400,
        error("Invalid parameter: 'response_format' of type 'json_schema' is not supported with this model."),
    ),
    "gemini": (
        400,
        [error("Invalid JSON payload received. Unknown name \"$schema\" at 'generation_config.response_schema'")],
    ),
    "gemini, states": (
        400,
        [error("The specified schema produces a constraint that has too many states for serving.")],
    ),
    "groq": (400, error("Failed to generate JSON. Please adjust your prompt.", code="json_validate_failed")),
    "groq, a model": (400, error("This model does not support response format `json_schema`.")),
    "deepseek": (400, error("This response_format type is unavailable now")),
    "anthropic": (400, error("output_config.format.schema: For 'integer' type, property 'minimum' is not supported")),
    "ollama": (500, {"error": "invalid JSON schema in format"}),
    "sglang": (400, {"message": "Failed to compile json schema grammar: unsupported"}),
}


@pytest.mark.parametrize("vendor", FORMATS)
def test_format_that_a_server_cannot_do_is_told(vendor: str) -> None:
    """Where one was asked for; the same words are a wrong request elsewhere. The setting is named."""
    status, body = FORMATS[vendor]
    found = error_for("p", Refusal(status, json.dumps(body).encode(), {}, model="m", has_format=True))
    assert type(found) is FormatRefused
    assert "features of providers.p.models.m" in str(found)
    assert not isinstance(meant(status, body), FormatRefused)


FILTERED: dict[str, tuple[int | None, object]] = {
    "azure": (400, error("The response was filtered.", code="content_filter", status=400)),
    "openai": (400, error("Invalid prompt: flagged as potentially violating our usage policy.", code="invalid_prompt")),
    "anthropic": (400, error("Output blocked by content filtering policy", type="invalid_request_error")),
    "anthropic, in a stream": (None, error("Output blocked by content filtering policy", type="api_error")),
    "qwen": (400, error("Input data may contain inappropriate content.", code="data_inspection_failed")),
    "deepseek": (400, error("Content Exists Risk", type="invalid_request_error")),
    "openrouter": (403, error('It requires moderation. Your input was flagged for "x".', code=403)),
    "moonshot": (400, error("The request was rejected because it was considered high risk", type="content_filter")),
}


@pytest.mark.parametrize("vendor", FILTERED)
def test_filtered_prompt_is_told(vendor: str) -> None:
    """Another model may answer it; this one is not to blame."""
    assert type(meant(*FILTERED[vendor])) is ContentFiltered


OF_THE_ACCOUNT: dict[str, tuple[int | None, object]] = {
    "litellm": (400, error("Budget has been exceeded! Current cost: 26.075, Max budget: 25.0", type="budget_exceeded")),
    "kimi": (429, error("You've reached kimi monthly usage limit for this billing cycle.")),
    "a gateway's user": (403, error("User's credit limit is insufficient...", code="insufficient_user_quota")),
    "a plan": (429, {"type": "usage_limit_reached", "message": "The usage limit has been reached"}),
    "litellm, a provider": (429, error("No deployments available - crossed budget", type="None", code="429")),
    "litellm, a team": (400, error("ExceededBudget: Team=core over budget. Spend=26.1, Budget=25.0")),
    "litellm, an end user": (400, error("ExceededBudget: End User=x has exceeded their budget.", type="auth_error")),
    "anthropic, a limit of one's own": (
        400,
        error("You have reached your specified API usage limits. You will regain access on 2025-12-01 at 00:00 UTC."),
    ),
    "openrouter": (
        402,
        error("This request requires more credits, or fewer max_tokens. You can only afford 2345."),
    ),
    "deepseek": (402, error("Insufficient Balance", code="invalid_request_error")),
    "azure": (403, error("Out of call volume quota. Quota will be replenished in 07:12:00.", code="403")),
    "fireworks": (412, error("Account acme is suspended, possibly due to reaching the monthly spending limit.")),
    "one-api": (403, error("用户额度不足, 剩余额度: 0.00", code="insufficient_user_quota")),
    "cloudflare": (
        429,
        {"errors": [{"code": 4006, "message": "you have used up your daily free allocation"}]},
    ),
    "cohere": (429, {"message": "You are using a Trial key, which is limited to 1000 API calls / month."}),
    "hugging face": (402, {"error": "You have exceeded your monthly included credits for Inference Providers."}),
    "together": (402, error("Credit limit exceeded, please navigate to the billing page", type="credit_limit")),
    "vercel": (402, error("Insufficient funds.", type="insufficient_funds")),
    "portkey": (412, {"error": {"message": "Usage limit exceeded for this API key", "type": "limit_exceeded"}}),
    "anthropic": (400, error("Your credit balance is too low to access the Anthropic API.")),
    "moonshot": (429, error("Your account is suspended", type="exceeded_current_quota_error")),
    "openai": (400, error("Billing hard limit has been reached", code="billing_hard_limit_reached")),
    "zhipu": (429, error("Please recharge.", code="1113")),
    "qwen": (400, error("Access denied.", type="Arrearage", code="Arrearage")),
    "xai": (429, {"error": "Your team has either used all available credits or reached its monthly spending limit."}),
    "z.ai, the week (gajae-code#1821)": (
        429,
        error("[1310][Weekly/Monthly Limit Exhausted. Your limit will reset at 2026-07-14 07:49:08]", code="1310"),
    ),
    "z.ai, five hours (dirge#818)": (
        429,
        error("已达到 5 小时的使用上限。您的限额将在 2026-08-25 07:41:44 重置。", code="1308"),
    ),
    "openrouter, the free day (openclaude#1542)": (
        429,
        error("Rate limit exceeded: free-models-per-day-high-balance. ", type="rate_limit_error", code="429"),
    ),
    "openrouter, by its source (atlas#543)": (
        429,
        error("Rate limit exceeded.", metadata={"limit_source": "openrouter_free_tier_daily"}),
    ),
    "anthropic, a plan's extra (claude-code#45013, 9router#795)": (
        400,
        error("Third-party apps now draw from extra usage, not plan limits.", type="invalid_request_error"),
    ),
    "gemini, prepaid": (429, [error("Your prepayment credits are depleted.", status="RESOURCE_EXHAUSTED")]),
    "modelscope, today": (429, error("You have exceeded today's quota for model x, please try again tomorrow")),
    "volcano": (429, error("Your account has reached the set inference limit.", code="SetLimitExceeded")),
    "minimax": (None, {"choices": None, "base_resp": {"status_code": 1008, "status_msg": "insufficient balance"}}),
    "key, gemini": (400, [error("API key not valid. Please pass a valid API key.", status="INVALID_ARGUMENT")]),
    "key, xai": (400, {"error": "Incorrect API key provided: xa***56."}),
    "model, deepseek": (400, error("Model Not Exist", type="invalid_request_error")),
    "model, mistral": (400, {"message": "Invalid model: foo", "type": "invalid_model", "code": "1500"}),
    "model, groq": (400, error("The model has been decommissioned.", code="model_decommissioned")),
}


@pytest.mark.parametrize("vendor", OF_THE_ACCOUNT)
def test_spent_account_wrong_key_or_model_is_for_the_next_model(vendor: str) -> None:
    """Whether it came as 400, as 429 or under 200: nobody waits for it, and another model is asked."""
    found = meant(*OF_THE_ACCOUNT[vendor])
    assert (type(found), remedy(found)) == (ProviderRejected, Remedy.NEXT_MODEL)


@pytest.mark.parametrize(
    ("body", "wait"),
    [
        (error("Rate limit reached: Limit 5000, Used 5747. Please try again in 59.977s. Visit"), 59.977),
        (error("Rate limit reached. Please try again in 120ms."), 0.12),
        (error("Rate limit reached. Please try again in 1m30.5s."), 90.5),
        (error("Requests have exceeded token rate limit. Please retry after 6 seconds."), 6.0),
        ([error("Resource exhausted", details=[{"@type": "RetryInfo", "retryDelay": "34.07s"}])], 34.07),
        (error("Too many tokens for team x and model y. Your team's rate limit is: 65605/16000."), None),
        (error("Slow down. Please try again later."), None),
    ],
)
def test_wait_may_stand_in_the_body(body: object, wait: float | None) -> None:
    """OpenAI, Groq, Azure and Gemini say it there, some of them nowhere else."""
    found = meant(429, body)
    assert (type(found), found.retry_after) == (RateLimited, wait)


def violation(*quotas: str) -> dict[str, Any]:
    """What Google answers to a request beyond some of its quotas."""
    failed = {"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": [{"quotaId": q} for q in quotas]}
    wait = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "22s"}
    said = "You exceeded your current quota, please check your plan. Please retry in 22.6s."
    return error(said, code=429, status="RESOURCE_EXHAUSTED", details=[failed, wait])


DAY, MINUTE = "GenerateRequestsPerDayPerProjectPerModel-FreeTier", "GenerateRequestsPerMinutePerProjectPerModel"
LIMITED = {"reason": "RATE_LIMIT_EXCEEDED", "metadata": {"quota_limit": "ProRequestsPerDay"}}


@pytest.mark.parametrize(
    "body",
    [
        [violation(MINUTE, DAY)],
        error(json.dumps(violation(DAY))),
        {"error": f"RateLimitError: vendor said {json.dumps(violation(DAY))}"},
        error("Quota exceeded.", details=[LIMITED]),
        error("Quota exceeded for quota metric 'Requests' and limit 'Requests per day per user' of service 'x'."),
    ],
)
def test_quota_of_a_day_is_spent_whatever_wait_is_asked_for(body: object) -> None:
    """Google's words are those of a minute's limit; the name of its quota says otherwise (gemini-cli#10925)."""
    found = meant(429, body)
    assert (type(found), found.status, remedy(found)) == (ProviderRejected, 402, Remedy.NEXT_MODEL)


def test_quota_of_a_minute_is_waited_for() -> None:
    """As long as is asked for; and what is said of a day in other words is a limit that slides."""
    found = meant(429, [violation(MINUTE)])
    assert (type(found), found.retry_after) == (RateLimited, 22.0)
    sliding = "Rate limit reached on requests per day (RPD): Limit 200, Used 200. Please try again in 7m12s."
    assert meant(429, error(sliding)).retry_after == 432.0


@pytest.mark.parametrize("status", [424, 498])
def test_failed_generation_may_pass(status: int) -> None:
    """TGI's generation that failed, Groq's tier that is full."""
    assert type(meant(status, {"error": "Request failed during generation"})) is ProviderUnavailable


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (error(json.dumps(error("Resource has been exhausted", code=429))), "Resource has been exhausted"),
        ({"error": error("Slow down.", type="rate_limit_error")["error"] | {"error": {}}}, "Slow down."),
        (
            error("Provider returned error", metadata={"raw": "Busy upstream."}),
            "Provider returned error: Busy upstream.",
        ),
        (
            {"message": {"detail": [{"loc": ["body", "stream_options"], "msg": "Extra inputs", "input": "secret"}]}},
            "body.stream_options: Extra inputs",
        ),
    ],
)
def test_words_are_found_inside_of_others(body: object, words: str) -> None:
    """A gateway wraps another's error in its own; what the caller sent is not repeated."""
    assert str(meant(400, body)) == f"p answered 400: {words}"


def test_address_is_told_where_it_may_be_wrong() -> None:
    """A `base_url` with no /v1 is the commonest mistake; a model that is not there is none of it."""
    asked = "http://box:1234/chat/completions"
    for refusal in (
        Refusal(404, b"404 page not found", {}, asked),
        Refusal(None, b'{"error": "Unexpected endpoint or method. (POST /chat/completions)"}', {}, asked),
        Refusal(307, b"", {"location": "/v1/chat/completions"}, asked),
    ):
        assert f" {asked} " in str(error_for("p", refusal))
    missing = Refusal(404, json.dumps(error("model 'x' not found")).encode(), {}, asked)
    assert asked not in str(error_for("p", missing))


@pytest.mark.parametrize(
    ("message", "option"),
    [
        ("body.stream_options.include_usage: Extra inputs are not permitted", "include_usage: false"),
        (
            "'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
            "max_tokens_field: max_completion_tokens",
        ),
        ("Unrecognized request argument supplied: max_completion_tokens", "max_tokens_field: max_tokens"),
        ("Unsupported value: 'temperature' does not support 0.2 with this model.", None),
    ],
)
def test_option_that_helps_is_named(message: str, option: str | None) -> None:
    """Where a server refuses a field that we can leave out or call otherwise."""
    end = f" Set providers.p.options.{option}." if option else ""
    assert (
        str(meant(400, error(message))) == f"p answered 400: {message}{'.' if end and message[-1] != '.' else ''}{end}"
    )
