"""Usage in the shapes in which vendors and gateways really say it: all that was sent, all that was generated."""

from __future__ import annotations

from typing import Any

import pytest

from service.chat import Usage
from service.providers.usages import anthropic_usage, grown, openai_usage

Json = dict[str, Any]

OPENAI: dict[str, tuple[Json, Usage]] = {
    "OpenAI": (
        {
            "prompt_tokens": 2006,
            "completion_tokens": 300,
            "total_tokens": 2306,
            "prompt_tokens_details": {"cached_tokens": 1920, "audio_tokens": 0},
            "completion_tokens_details": {"reasoning_tokens": 200, "audio_tokens": 0},
        },
        Usage(2006, 300, 1920),
    ),
    "OpenAI, heard and spoken": (
        {
            "prompt_tokens": 1200,
            "completion_tokens": 500,
            "total_tokens": 1700,
            "prompt_tokens_details": {
                "cached_tokens": 300,
                "text_tokens": 200,
                "audio_tokens": 1000,
                "cached_tokens_details": {"text_tokens": 100, "audio_tokens": 200},
            },
            "completion_tokens_details": {"text_tokens": 100, "audio_tokens": 400},
        },
        Usage(1200, 500, 300, input_audio_tokens=1000, output_audio_tokens=400, cached_audio_tokens=200),
    ),
    "Gemini, heard": (
        {
            "promptTokenCount": 1300,
            "candidatesTokenCount": 40,
            "totalTokenCount": 1340,
            "promptTokensDetails": [
                {"modality": "TEXT", "tokenCount": 100},
                {"modality": "AUDIO", "tokenCount": 1200},
            ],
            "candidatesTokensDetails": [{"modality": "TEXT", "tokenCount": 40}],
        },
        Usage(1300, 40, input_audio_tokens=1200),
    ),
    "OpenAI writes to its cache": (
        {
            "prompt_tokens": 2600,
            "completion_tokens": 10,
            "total_tokens": 2610,
            "prompt_tokens_details": {"cached_tokens": 2000, "cache_write_tokens": 400},
        },
        Usage(2600, 10, 2000, 400),
    ),
    "OpenAI's responses": (
        {
            "input_tokens": 18014,
            "output_tokens": 5,
            "total_tokens": 18019,
            "input_tokens_details": {"cache_write_tokens": 18011, "cached_tokens": 0},
            "output_tokens_details": {"reasoning_tokens": 0},
        },
        Usage(18014, 5, 0, 18011),
    ),
    "Portkey before Anthropic": (
        {
            "prompt_tokens": 12,
            "completion_tokens": 30,
            "total_tokens": 20_042,
            "prompt_tokens_details": {"cached_tokens": 20_000},
            "cache_read_input_tokens": 20_000,
            "cache_creation_input_tokens": 0,
        },
        Usage(20_012, 30, 20_000),
    ),
    "Portkey, more fresh than cached": (
        {"prompt_tokens": 30_000, "completion_tokens": 30, "total_tokens": 50_030, "cache_read_input_tokens": 20_000},
        Usage(50_000, 30, 20_000),
    ),
    "Portkey, read and written": (
        {
            "prompt_tokens": 500,
            "completion_tokens": 30,
            "total_tokens": 1130,
            "cache_read_input_tokens": 200,
            "cache_creation_input_tokens": 400,
        },
        Usage(1100, 30, 200, 400),
    ),
    "LiteLLM before Anthropic": (
        {
            "prompt_tokens": 20_012,
            "completion_tokens": 30,
            "total_tokens": 20_042,
            "prompt_tokens_details": {"cached_tokens": 15_000, "cache_creation_tokens": 5000},
            "cache_creation_input_tokens": 5000,
            "cache_read_input_tokens": 15_000,
        },
        Usage(20_012, 30, 15_000, 5000),
    ),
    "what was written alone is beside": (
        {
            "prompt_tokens": 15_012,
            "completion_tokens": 30,
            "total_tokens": 20_042,
            "prompt_tokens_details": {"cached_tokens": 15_000},
            "cache_creation_input_tokens": 5000,
        },
        Usage(20_012, 30, 15_000, 5000),
    ),
    "New API before Anthropic": (
        {
            "prompt_tokens": 10,
            "completion_tokens": 3,
            "prompt_tokens_details": {"cached_tokens": 0, "cached_creation_tokens": 900},
            "claude_cache_creation_5_m_tokens": 600,
            "claude_cache_creation_1_h_tokens": 300,
        },
        Usage(910, 3, 0, 900, 300),
    ),
    "Anthropic's own names": (
        {"input_tokens": 300, "output_tokens": 3, "cache_read_input_tokens": 100, "cache_creation_input_tokens": 50},
        Usage(450, 3, 100, 50),
    ),
    "all of the prompt cached": (
        {"prompt_tokens": 0, "completion_tokens": 3, "prompt_tokens_details": {"cached_tokens": 100}},
        Usage(100, 3, 100),
    ),
    "DeepSeek": (
        {
            "prompt_tokens": 100,
            "completion_tokens": 20,
            "total_tokens": 120,
            "prompt_cache_hit_tokens": 64,
            "prompt_cache_miss_tokens": 36,
            "completion_tokens_details": {"reasoning_tokens": 15},
        },
        Usage(100, 20, 64),
    ),
    "Moonshot": (
        {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120, "cached_tokens": 64},
        Usage(100, 20, 64),
    ),
    "xAI": (
        {
            "prompt_tokens": 36,
            "completion_tokens": 10,
            "total_tokens": 736,
            "prompt_tokens_details": {"text_tokens": 36, "audio_tokens": 0, "image_tokens": 0, "cached_tokens": 5},
            "completion_tokens_details": {"reasoning_tokens": 690},
        },
        Usage(36, 700, 5),
    ),
    "xAI with as much thought as cached": (
        {
            "prompt_tokens": 90,
            "completion_tokens": 10,
            "total_tokens": 150,
            "prompt_tokens_details": {"cached_tokens": 50},
            "completion_tokens_details": {"reasoning_tokens": 50},
        },
        Usage(90, 60, 50),
    ),
    "a total that leaves out the thought too": (
        {
            "prompt_tokens": 50,
            "completion_tokens": 10,
            "total_tokens": 60,
            "completion_tokens_details": {"reasoning_tokens": 500},
        },
        Usage(50, 510),
    ),
    "reasoning inside, as the total shows": (
        {
            "prompt_tokens": 500,
            "completion_tokens": 500,
            "total_tokens": 1000,
            "completion_tokens_details": {"reasoning_tokens": 200},
        },
        Usage(500, 500),
    ),
    "a gateway before Gemini": (
        {
            "prompt_tokens": 21,
            "completion_tokens": 0,
            "total_tokens": 81,
            "completion_tokens_details": {"reasoning_tokens": 60},
        },
        Usage(21, 60),
    ),
    "Gemini's thoughts in the total alone": (
        {"prompt_tokens": 38, "completion_tokens": 11, "total_tokens": 266},
        Usage(38, 228),
    ),
    "Gemini's own names": (
        {
            "promptTokenCount": 22_729,
            "candidatesTokenCount": 366,
            "thoughtsTokenCount": 91,
            "cachedContentTokenCount": 17_323,
            "totalTokenCount": 23_186,
        },
        Usage(22_729, 457, 17_323),
    ),
    "Gemini's tools": (
        {"promptTokenCount": 10, "candidatesTokenCount": 5, "toolUsePromptTokenCount": 85, "totalTokenCount": 100},
        Usage(95, 5),
    ),
    "audio beside the text": (
        {
            "prompt_tokens": 14,
            "completion_tokens": 20,
            "total_tokens": 234,
            "prompt_tokens_details": {"text_tokens": 14, "audio_tokens": 100},
            "completion_tokens_details": {"text_tokens": 20, "audio_tokens": 100},
        },
        Usage(114, 120, input_audio_tokens=100, output_audio_tokens=100),
    ),
    "audio inside": (
        {
            "prompt_tokens": 114,
            "completion_tokens": 120,
            "total_tokens": 234,
            "prompt_tokens_details": {"text_tokens": 14, "audio_tokens": 100},
            "completion_tokens_details": {"text_tokens": 20, "audio_tokens": 100},
        },
        Usage(114, 120, input_audio_tokens=100, output_audio_tokens=100),
    ),
    "OpenRouter": (
        {
            "prompt_tokens": 10_339,
            "completion_tokens": 60,
            "total_tokens": 10_399,
            "cost": 0.01,
            "prompt_tokens_details": {"cached_tokens": 10_318, "cache_write_tokens": 0, "audio_tokens": 0},
        },
        Usage(10_339, 60, 10_318),
    ),
    "zeros": ({"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0, "cached_tokens": 0}, Usage()),
    "a total that is too small": ({"prompt_tokens": 50, "completion_tokens": 9, "total_tokens": 9}, Usage(50, 9)),
    "nonsense": ({"prompt_tokens": "7", "completion_tokens": -2, "prompt_tokens_details": "none"}, Usage(7)),
}


@pytest.mark.parametrize("name", OPENAI)
def test_usage_of_a_vendor_is_understood(name: str) -> None:
    """To the token."""
    said, usage = OPENAI[name]
    assert openai_usage(said) == usage


ANTHROPIC: dict[str, tuple[Json, Usage]] = {
    "Anthropic": (
        {"input_tokens": 4, "cache_read_input_tokens": 2, "cache_creation_input_tokens": 1, "output_tokens": 9},
        Usage(7, 9, 2, 1),
    ),
    "for an hour": (
        {
            "input_tokens": 4,
            "cache_creation_input_tokens": 300,
            "cache_read_input_tokens": 0,
            "cache_creation": {"ephemeral_5m_input_tokens": 100, "ephemeral_1h_input_tokens": 200},
        },
        Usage(304, None, 0, 300, 200),
    ),
    "by its periods alone": (
        {"input_tokens": 4, "cache_creation": {"ephemeral_1h_input_tokens": 200}, "output_tokens": 1},
        Usage(204, 1, None, 200, 200),
    ),
    "the end": ({"output_tokens": 9}, Usage(None, 9)),
    "zeros": ({"input_tokens": 0, "output_tokens": 0}, Usage()),
    "nonsense": ({"input_tokens": "many", "output_tokens": 2.0, "cache_creation": []}, Usage(None, 2)),
}


@pytest.mark.parametrize("name", ANTHROPIC)
def test_usage_of_anthropic_is_understood(name: str) -> None:
    """What was cached is beside the input."""
    said, usage = ANTHROPIC[name]
    assert anthropic_usage(said) == usage


def test_usage_only_grows() -> None:
    """A later message that knows less takes nothing away."""
    assert grown(Usage(7, 2, 1), Usage(None, 5, 0, 3)) == Usage(7, 5, 1, 3)
