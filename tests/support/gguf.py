"""Small GGUF files: the head of a model, and a tensor of nothing."""

from __future__ import annotations

import struct
from typing import Any

KEYS: dict[str, Any] = {
    "general.architecture": "llama",
    "general.name": "Tiny",
    "llama.context_length": 4096,
    "llama.block_count": 2,
    "llama.embedding_length": 64,
    "llama.attention.head_count": 4,
    "llama.attention.head_count_kv": 2,
    "tokenizer.ggml.tokens": ["a", "b", "c"],
    "tokenizer.ggml.scores": [0.5, 0.25, 0.125],
    "tokenizer.chat_template": "{{ messages }}",
}


def gguf(size: int = 64, **more: Any) -> bytes:
    """A file with these keys (`None` leaves one out; `__` is a dot) and one tensor of so many bytes."""
    named = {key.replace("__", "."): value for key, value in more.items()}
    keys = {key: value for key, value in (KEYS | named).items() if value is not None}
    head = b"GGUF" + struct.pack("<IQQ", 3, 2, len(keys))
    head += b"".join(_text(key) + _typed(value) for key, value in keys.items())
    head += _tensor("first", 0) + _tensor("last", 32)
    return head + b"\0" * (-len(head) % 32) + b"\0" * (32 + size)


def _tensor(name: str, begins: int) -> bytes:
    return _text(name) + struct.pack("<IQIQ", 1, 16, 0, begins)


def _typed(value: Any) -> bytes:
    if isinstance(value, str):
        return struct.pack("<I", 8) + _text(value)
    if isinstance(value, list):
        items: list[Any] = value
        kind = 8 if isinstance(items[0], str) else 6 if isinstance(items[0], float) else 4
        return struct.pack("<IIQ", 9, kind, len(items)) + b"".join(_bare(it) for it in items)
    return struct.pack("<I", 4) + _bare(value)


def _bare(value: Any) -> bytes:
    if isinstance(value, str):
        return _text(value)
    return struct.pack("<f", value) if isinstance(value, float) else struct.pack("<I", value)


def _text(value: str) -> bytes:
    return struct.pack("<Q", len(value.encode())) + value.encode()
