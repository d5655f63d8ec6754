"""Token counts: exact where the tokenizer is known, on the high side where not, linear always."""

from __future__ import annotations

import base64
import random
import time

import pytest

from service.chat import ModelConfig
from service.errors import ConfigurationError
from service.providers.tokens import is_exact, token_counter


def model(tokenizer: str) -> ModelConfig:
    """A model with that tokenizer."""
    return ModelConfig("acme", "some-model", "some", 8192, 1024, tokenizer=tokenizer)


@pytest.mark.parametrize(
    ("tokenizer", "text", "count"),
    [
        ("o200k", "hello world", 2),
        ("cl100k", "hello world", 2),
        ("o200k", "", 0),
        ("bytes", "hello", 2),
        ("estimate", "hello world", 3),
    ],
)
def test_text_is_counted(tokenizer: str, text: str, count: int) -> None:
    """Known counts."""
    assert token_counter(model(tokenizer))(text) == count


@pytest.mark.parametrize("tokenizer", ["o200k", "cl100k", "bytes", "estimate"])
def test_hostile_text_is_counted_in_linear_time(tokenizer: str) -> None:
    """A megabyte without a break takes no more than its share; so does a lone surrogate."""
    count = token_counter(model(tokenizer))
    count("load the vocabulary")
    noise = base64.b64encode(random.Random(0).randbytes(750_000)).decode()
    for text in ("a" * 1_000_000, noise, "\ud800" * 1000):
        started = time.perf_counter()
        assert count(text) > 0
        assert time.perf_counter() - started < 30


def test_estimate_is_never_below_the_known_tokenizer() -> None:
    """It errs on the high side."""
    text = "Сегодня хорошая погода. def f(x): return x ** 2  # 12345"
    assert token_counter(model("estimate"))(text) > token_counter(model("cl100k"))(text)


@pytest.mark.parametrize(
    ("tokenizer", "exact"), [("o200k", True), ("cl100k", True), ("local", True), ("bytes", False), ("estimate", False)]
)
def test_estimates_are_marked(tokenizer: str, exact: bool) -> None:
    """Whoever shows a count can say which it is."""
    assert is_exact(model(tokenizer)) is exact


@pytest.mark.parametrize("tokenizer", ["local", "abacus"])
def test_tokenizer_that_is_not_there_is_a_wrong_setting(tokenizer: str) -> None:
    """`local` needs its provider."""
    with pytest.raises(ConfigurationError, match=tokenizer):
        token_counter(model(tokenizer))
