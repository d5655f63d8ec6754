"""What the head of a GGUF file says, and files that are none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from service.errors import InvalidInput
from service.providers.gguf import read_gguf
from tests.support.gguf import gguf


def written(folder: Path, content: bytes) -> Path:
    """A file with that content."""
    file = folder / "tiny.gguf"
    file.write_bytes(content)
    return file


def test_a_model_says_its_window_and_what_a_token_takes(tmp_path: Path) -> None:
    """A key and a value of 16 numbers, two bytes each, for two heads in two layers."""
    model = read_gguf(written(tmp_path, gguf()))
    assert (model.name, model.architecture, model.window, model.has_template) == ("Tiny", "llama", 4096, True)
    assert model.token_bytes == 2 * 2 * (16 + 16) * 2
    assert model.bytes == len(gguf())


@pytest.mark.parametrize(
    ("keys", "token_bytes"),
    [
        ({"llama__attention__key_length": 32}, 2 * 2 * (32 + 16) * 2),
        ({"llama__attention__head_count_kv": None}, 2 * 4 * (16 + 16) * 2),
        ({"llama__attention__head_count_kv": [1, 4]}, 2 * 4 * (16 + 16) * 2),
        ({"tokenizer__ggml__tokens": ["t"] * 5000, "tokenizer__ggml__scores": [0.5] * 5000}, 2 * 2 * (16 + 16) * 2),
    ],
)
def test_models_are_built_in_many_ways(tmp_path: Path, keys: dict[str, Any], token_bytes: int) -> None:
    """Heads of other widths, one number for each layer, long vocabularies."""
    assert read_gguf(written(tmp_path, gguf(**keys))).token_bytes == token_bytes


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "is no whole GGUF file"),
        (b"<html>Not found</html>", "is no whole GGUF file"),
        (b"GGUF and then nothing", "is no whole GGUF file"),
        (b"GGUF" + b"\xff" * 400, "is no whole GGUF file"),
        (gguf()[:200], "is no whole GGUF file"),
        (gguf(size=0), "is cut off"),
        (gguf(split__count=3), "is one part of a model"),
        (gguf(general__architecture="bert"), r"does not chat \(bert\)"),
        (gguf(llama__pooling_type=1), r"does not chat \(llama\)"),
        (gguf(llama__context_length=None), "does not say how long its context is"),
    ],
)
def test_what_is_no_chat_model_says_why(tmp_path: Path, content: bytes, told: str) -> None:
    """Before it is run: a page in its place, a transfer that broke off, a part, a model of another kind."""
    with pytest.raises(InvalidInput, match=told):
        read_gguf(written(tmp_path, content))


def test_a_file_that_is_not_there_says_so(tmp_path: Path) -> None:
    """And a folder is no file."""
    for path in (tmp_path / "none.gguf", tmp_path):
        with pytest.raises(InvalidInput, match="cannot be read"):
            read_gguf(path)
